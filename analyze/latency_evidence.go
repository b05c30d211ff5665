package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
)

// windowSeconds is how far back Locust's "current" percentiles reach
// (stats.py, CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW).
const windowSeconds = 10

// ms is the unit of the reconstruction.
const ms = 1000.0

// evidence turns a history into the model that its latencies are
// reconstructed with. Slot k is what completed between rows k−1 and k.
func (l *latencies) evidence() *stats.Model {
	h := l.run.History
	m := &stats.Model{}
	low, high := math.Inf(1), 0.0
	for k := range h.Time {
		if v := h.Total.Min[k]; h.Total.Requests[k] > 0 && v*ms < low {
			low = v * ms
		}
		if v := h.Total.Max[k]; v*ms > high {
			high = v * ms
		}
	}
	m.Grid = stats.LocustGrid(min(low, high), high, l.wholeMilliseconds())
	if l.joint() {
		for i := range h.Endpoints {
			for _, g := range h.Segments {
				e := &h.Endpoints[i]
				l.ends[e] = append(l.ends[e], newSeconds(h, g, e, &h.Total, nil))
			}
			s := l.slots(m.Grid, &h.Endpoints[i])
			s.Windows = append(l.windows(m.Grid, &h.Endpoints[i]), l.edges(m.Grid, &h.Endpoints[i])...)
			m.Series = append(m.Series, s)
		}
		m.Total = l.windows(m.Grid, &h.Total)
		return m
	}
	s := l.slots(m.Grid, &h.Total)
	switch h.Scope {
	case loadtest.Windowed:
		s.Windows = l.windows(m.Grid, &h.Total)
	case loadtest.Cumulative:
		s.Windows = append(l.prefixes(m.Grid, &h.Total), l.pageWindows(m.Grid)...)
	}
	s.Windows = append(s.Windows, l.edges(m.Grid, &h.Total)...)
	m.Series = []stats.Series{s}
	return m
}

// joint reports whether the endpoints are reconstructed together.
func (l *latencies) joint() bool {
	h := l.run.History
	return h.Scope == loadtest.Windowed && h.FullHistory && len(h.Endpoints) > 0
}

// firsts returns, for each sample, the first sample of its segment.
func firsts(h *loadtest.History) []int {
	out := make([]int, len(h.Time))
	for _, g := range h.Segments {
		for k := g.From; k <= g.To && k < len(out); k++ {
			out[k] = g.From
		}
	}
	return out
}

// slots are the counters' differences.
func (l *latencies) slots(g *stats.Grid, s *loadtest.Series) stats.Series {
	n := len(l.run.History.Time)
	out := stats.Series{N: make([]float64, n), Sum: make([]float64, n), Lo: make([]int, n), Hi: make([]int, n)}
	sum := func(k int) float64 {
		if s.Requests[k] == 0 || math.IsNaN(s.Mean[k]) {
			return 0
		}
		return s.Mean[k] * ms * float64(s.Requests[k])
	}
	for k := range n {
		c, t := float64(s.Requests[k]), sum(k)
		if l.first[k] != k {
			c -= float64(s.Requests[k-1])
			t -= sum(k - 1)
		}
		out.N[k], out.Sum[k] = max(0, c), t
		out.Hi[k] = g.Len() - 1
		if s.Requests[k] > 0 {
			out.Lo[k] = g.Cell(s.Min[k] * ms)
			out.Hi[k] = max(out.Lo[k], g.Cell(s.Max[k]*ms))
		}
		if c == 1 && t > 0 {
			out.Lo[k] = g.Cell(t)
			out.Hi[k] = out.Lo[k]
		}
	}
	return out
}

// edges are what the cumulative minimum and maximum prove: when one moves,
// that very request lies in the slot.
func (l *latencies) edges(g *stats.Grid, s *loadtest.Series) []stats.Window {
	var out []stats.Window
	for k := range l.run.History.Time {
		n := float64(s.Requests[k])
		fresh := l.first[k] == k
		if !fresh {
			n -= float64(s.Requests[k-1])
			fresh = s.Requests[k-1] == 0
		}
		if n <= 0 {
			continue
		}
		w := stats.Window{From: k, To: k, Head: 1, Tail: 1, N: n}
		if fresh || s.Min[k] < s.Min[k-1] {
			c := g.Cell(s.Min[k] * ms)
			w.Knots = append(w.Knots, stats.Knot{P: 0, From: c, To: c + 1})
		}
		if fresh || s.Max[k] > s.Max[k-1] {
			c := g.Cell(s.Max[k] * ms)
			w.Knots = append(w.Knots, stats.Knot{P: 1, From: c, To: c + 1})
		}
		if len(w.Knots) > 0 {
			out = append(out, w)
		}
	}
	return out
}

// knots are the quantiles printed in sample k.
func (l *latencies) knots(g *stats.Grid, s *loadtest.Series, k int) []stats.Knot {
	h := l.run.History
	var out []stats.Knot
	for i, p := range h.Percentiles {
		q := float64(s.Quantiles[k*len(h.Percentiles)+i])
		if math.IsNaN(q) {
			continue
		}
		a, b := g.Bucket(math.Round(q * ms))
		out = append(out, stats.Knot{P: p, From: a, To: b})
	}
	return out
}

// windows are the sliding windows of a full history.
func (l *latencies) windows(g *stats.Grid, s *loadtest.Series) []stats.Window {
	h := l.run.History
	var out []stats.Window
	for k := range h.Time {
		knots := l.knots(g, s, k)
		if len(knots) == 0 {
			continue
		}
		if w, ok := l.windowAt(s, k, l.at[k], h.Time[k]); ok && w.N > 0.5 {
			w.Knots = knots
			out = append(out, w)
		}
	}
	return out
}

// completedBy estimates how many requests series s had completed by the end
// of second u, which must not be before the segment of sample k began.
func (l *latencies) completedBy(s *loadtest.Series, u int64, k int) (n, doubt float64, slot int) {
	end := float64(u + 1)
	first := l.first[k]
	j := k
	for j > first && l.at[j-1] >= end {
		j--
	}
	if l.at[j] < end {
		return float64(s.Requests[j]), 0, j + 1
	}
	// slot j holds the end of second u
	before, after := 0.0, float64(s.Requests[j])
	from := l.at[j] - 1
	if j > first {
		before, from = float64(s.Requests[j-1]), l.at[j-1]
	}
	t := min(1, max(0, (end-from)/(l.at[j]-from)))
	n = before + t*(after-before)
	doubt = 0.5 * math.Sqrt((after-before)*t*(1-t))
	if low, high, ok := l.endOf(s, k, u); ok && low >= before && high <= after && (high-low)/4 < doubt {
		return (low + high) / 2, (high - low) / 4, j
	}
	return n, doubt, j
}

// endOf brackets the completions of s by the end of second u, which is in the
// segment of sample k.
func (l *latencies) endOf(s *loadtest.Series, k int, u int64) (low, high float64, ok bool) {
	for i, g := range l.run.History.Segments {
		if g.From <= k && k <= g.To && i < len(l.ends[s]) {
			return l.ends[s][i].by(u)
		}
	}
	return 0, 0, false
}

// windowAt returns the slots that a window printed at instant end, in second
// stamp and between rows k−1 and k, covers.
//
// Locust keeps a copy of the counts at the end of each second that was
// followed by a request in the next one, and subtracts the copy of ten
// seconds ago or the nearest one (stats.py, get_current_response_time_percentile).
func (l *latencies) windowAt(s *loadtest.Series, k int, end float64, stamp int64) (stats.Window, bool) {
	first := l.first[k]
	began := l.run.History.Time[first] // the counters were zero at the latest then
	for o := int64(0); o <= 16; o++ {
		// ten seconds ago, then 11, 9, 12, 8 …
		d := windowSeconds + (o+1)/2
		if o%2 == 0 {
			d = windowSeconds - o/2
		}
		u := stamp - d
		if u < began-1 {
			continue
		}
		if u <= began {
			w := stats.Window{From: first, To: k, Head: 1, Tail: 1, N: float64(s.Requests[k])}
			return w, true
		}
		base, doubt, j := l.completedBy(s, u, k)
		next, doubt2, _ := l.completedBy(s, u+1, k)
		if next-base < 0.5 { // nothing in the second after: no copy was made
			continue
		}
		if j > k {
			return stats.Window{}, false
		}
		w := stats.Window{From: j, To: k, Head: 1, Tail: 1, N: float64(s.Requests[k]) - base, Doubt: doubt}
		before := 0.0
		if j > first {
			before = float64(s.Requests[j-1])
		}
		if n := float64(s.Requests[j]) - before; n > 0 {
			w.Head = (float64(s.Requests[j]) - base) / n
		}
		if next-base < 2*(doubt+doubt2) {
			// whether that second had a request is in doubt, and with it which
			// window this is
			return stats.Window{}, false
		}
		return w, true
	}
	return stats.Window{}, false
}

// prefixes are the cumulative percentiles of an aggregated history.
func (l *latencies) prefixes(g *stats.Grid, s *loadtest.Series) []stats.Window {
	h := l.run.History
	var out []stats.Window
	for k := range h.Time {
		knots := l.knots(g, s, k)
		if len(knots) == 0 || s.Requests[k] == 0 {
			continue
		}
		out = append(out, stats.Window{From: l.first[k], To: k, Head: 1, Tail: 1, N: float64(s.Requests[k]), Prefix: true, Knots: knots})
	}
	return out
}

// pageWindows are the windows of the HTML report's charts.
func (l *latencies) pageWindows(g *stats.Grid) []stats.Window {
	h, page := l.run.History, l.run.Page
	if page == nil {
		return nil
	}
	s := &h.Total
	stamps := make([]int64, len(page.Windows))
	for i, w := range page.Windows {
		stamps[i] = int64(math.Floor(w.Time))
	}
	at := stats.Instants(stamps, 5)
	var out []stats.Window
	for i, p := range page.Windows {
		if math.IsNaN(p.P50) || math.IsNaN(p.P95) || p.P95 == 0 {
			continue
		}
		k := 0
		for k < len(l.at) && l.at[k] < at[i] {
			k++
		}
		if k == len(l.at) || k == 0 {
			continue
		}
		w, ok := l.windowAt(s, k, at[i], stamps[i])
		if !ok || w.From >= k {
			continue
		}
		w.Tail = (at[i] - l.at[k-1]) / (l.at[k] - l.at[k-1])
		n := float64(s.Requests[k])
		if l.first[k] != k {
			n -= float64(s.Requests[k-1])
		}
		w.N -= (1 - w.Tail) * n
		w.Doubt += 0.3 * math.Sqrt(max(0, n*w.Tail*(1-w.Tail)))
		for _, q := range []struct{ p, v float64 }{{.5, p.P50}, {.95, p.P95}} {
			a, b := g.Bucket(math.Round(q.v * ms))
			w.Knots = append(w.Knots, stats.Knot{P: q.p, From: a, To: b})
		}
		out = append(out, w)
	}
	return out
}

// wholeMilliseconds reports whether the client measured in whole
// milliseconds, as Locust's FastHttpUser once did: then every second's sum is
// a whole number.
func (l *latencies) wholeMilliseconds() bool {
	s, seen := &l.run.History.Total, 0
	for k, n := range s.Requests {
		if n == 0 || math.IsNaN(s.Mean[k]) {
			continue
		}
		sum := s.Mean[k] * ms * float64(n)
		if math.Abs(sum-math.Round(sum)) > 1e-3+1e-12*sum {
			return false
		}
		seen++
	}
	return seen >= 5
}
