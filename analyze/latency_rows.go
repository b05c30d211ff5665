package analyze

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
)

// windowSeconds is how far back Locust's "current" percentiles reach
// (stats.py, CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW).
const windowSeconds = 10

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
		if n := len(out); n > 0 && a < out[n-1].From {
			continue // not a quantile function: another's doing
		}
		out = append(out, stats.Knot{P: p, From: a, To: b})
	}
	return out
}

// windows are the sliding windows of a full history.
func (l *latencies) windows(g *stats.Grid, s *loadtest.Series) []stats.Window {
	h := l.run.History
	var out []stats.Window
	for _, k := range l.cut {
		knots := l.knots(g, s, k)
		if len(knots) == 0 {
			continue
		}
		v, ok := l.viewAt(s, k, h.Time[k])
		if !ok {
			continue
		}
		if w, ok := l.place(s, v, k, float64(s.Requests[k])); ok {
			w.Knots = knots
			out = append(out, w)
		}
	}
	return out
}

// A view is where a window begins: after before requests, in sample from.
type view struct {
	from          int
	before, doubt float64
}

// place turns a window from view v to the upto-th request, in sample k, into
// slots.
func (l *latencies) place(s *loadtest.Series, v view, k int, upto float64) (stats.Window, bool) {
	w := stats.Window{From: l.slot[v.from], To: l.slot[k], Head: 1, Tail: 1, N: upto - v.before, Doubt: v.doubt}
	share := func(slot int, n float64) float64 {
		_, before := l.base(s, slot)
		if all := float64(s.Requests[l.cut[slot]]) - before; all > 0 {
			return min(1, max(0, (n-before)/all))
		}
		return 1
	}
	w.Head = 1 - share(w.From, v.before)
	w.Tail = share(w.To, upto)
	return w, w.N > 0.5 && w.From <= w.To
}

// completedBy estimates how many requests series s had completed by the end
// of second u, at sample j at the latest, with a standard error.
func (l *latencies) completedBy(s *loadtest.Series, u int64, k int) (n, doubt float64, j int) {
	end := float64(u + 1)
	first := l.first[k]
	for j = k; j > first && l.at[j-1] >= end; j-- {
	}
	if l.at[j] < end {
		return float64(s.Requests[j]), 0, j + 1
	}
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
		if g.From <= k && k <= g.To {
			return l.secondsOf(s)[i].by(u)
		}
	}
	return 0, 0, false
}

// viewAt finds where a window begins that was printed in second stamp, at
// sample k or just before it.
//
// Locust keeps a copy of the counts at the end of each second that was
// followed by a request in the next one, and subtracts the copy of ten
// seconds ago or the nearest one (stats.py, get_current_response_time_percentile).
//
// The first copy is an empty one, of the second in which counting began. It is
// overwritten at that second's end if the next one has a request, so that the
// requests of a run's first second, often its slowest, are in no row's window.
func (l *latencies) viewAt(s *loadtest.Series, k int, stamp int64) (view, bool) {
	h := l.run.History
	if h.Step > 1.5 {
		return l.masterView(s, k, stamp)
	}
	first := l.first[k]
	began, sure := l.began(s, first, k)
	for o := int64(0); o <= 16; o++ {
		// ten seconds ago, then 11, 9, 12, 8 …
		d := windowSeconds + (o+1)/2
		if o%2 == 0 {
			d = windowSeconds - o/2
		}
		u := stamp - d
		if u < began {
			if u == began-1 && !sure { // counting may have begun then
				return view{}, false
			}
			continue
		}
		base, doubt, j := l.completedBy(s, u, k)
		next, doubt2, _ := l.completedBy(s, u+1, k)
		empty, still := base < 0.5, next-base < 0.5
		switch {
		case u == began && !sure: // which second's end it was is not known
			return view{}, false
		case u == began && (empty || still):
			return view{from: first}, true
		case empty || still: // no copy was made: nothing before, or nothing in the second after
			continue
		}
		// Whether that second had a request may be in doubt, and with it which
		// window this is.
		if j > k || next-base < 2*(doubt+doubt2) {
			return view{}, false
		}
		return view{from: j, before: base, doubt: doubt}, true
	}
	return view{}, false
}

// began is the second in which Locust began to count series s, in the segment
// of sample k that starts with sample first: that of the start or the reset
// for the aggregate and for what was counted before a reset, that of its first
// request for another endpoint (stats.py, StatsEntry.__init__ and reset). sure
// is false where it may be the second before.
func (l *latencies) began(s *loadtest.Series, first, k int) (second int64, sure bool) {
	h := l.run.History
	if s == &h.Total || first > 0 && s.Requests[first-1] > 0 {
		return h.Time[first], s.Requests[first] == 0
	}
	f := first + sort.Search(k-first, func(i int) bool { return s.Requests[first+i] > 0 })
	second = h.Time[f]
	if f == first {
		return second, false
	}
	if h.Time[f-1] == second {
		return second, true
	}
	low, high, ok := l.endOf(s, k, second-1)
	switch {
	case ok && high < 0.5:
		return second, true
	case ok && low > 0.5 && h.Time[f-1] == second-1:
		return second - 1, true
	}
	return second, false
}

// masterView is viewAt for the master of a distributed run: its counters, and
// so the copies, move when a worker reports, every three seconds (runners.py,
// WORKER_REPORT_INTERVAL).
func (l *latencies) masterView(s *loadtest.Series, k int, stamp int64) (view, bool) {
	h := l.run.History
	first := l.first[k]
	best, miss := -1, math.Inf(1)
	for j := k - 1; j >= first; j-- {
		if j > first && s.Requests[j] == s.Requests[j-1] {
			continue
		}
		if d := math.Abs(float64(h.Time[j]) - 0.5 - float64(stamp-windowSeconds)); d < miss {
			best, miss = j, d
		}
		if h.Time[j] < stamp-2*windowSeconds {
			break
		}
	}
	if best < 0 || miss > 8 {
		return view{}, false
	}
	v := view{from: best + 1, before: float64(s.Requests[best])}
	v.doubt = 1 + 0.02*(float64(s.Requests[k])-v.before)
	return v, true
}

// prefixes are the cumulative percentiles of an aggregated history. A row
// says something new where a percentile moves to another bucket: the number
// of requests below is known exactly then. Of the rows in between a few do.
func (l *latencies) prefixes(g *stats.Grid, s *loadtest.Series) []stats.Window {
	const often, most = 12, 300
	np := len(l.run.History.Percentiles)
	moved := func(i int) bool {
		if i <= 0 || i >= len(l.cut) || l.first[l.cut[i]] != l.first[l.cut[i-1]] {
			return true
		}
		a, b := l.cut[i-1]*np, l.cut[i]*np
		return !slices.Equal(s.Quantiles[a:a+np], s.Quantiles[b:b+np])
	}
	var rows []int
	for i, k := range l.cut {
		if s.Requests[k] > 0 && (i%often == 0 || moved(i) || moved(i+1)) {
			rows = append(rows, i)
		}
	}
	thin := 1 + len(rows)/most
	var out []stats.Window
	for r, i := range rows {
		if r%thin != 0 && r != len(rows)-1 {
			continue
		}
		k := l.cut[i]
		if knots := l.knots(g, s, k); len(knots) > 0 {
			out = append(out, stats.Window{From: l.slot[l.first[k]], To: i, Head: 1, Tail: 1,
				N: float64(s.Requests[k]), Prefix: true, Knots: knots})
		}
	}
	return out
}

// pageWindows are the windows of the HTML report's charts.
func (l *latencies) pageWindows(g *stats.Grid) []stats.Window {
	page := l.run.Page
	if page == nil {
		return nil
	}
	s := &l.run.History.Total
	stamps := make([]int64, len(page.Windows))
	for i, w := range page.Windows {
		stamps[i] = int64(math.Floor(w.Time))
	}
	at := stats.Instants(stamps, 5)
	var out []stats.Window
	for i, p := range page.Windows {
		if math.IsNaN(p.P50) || math.IsNaN(p.P95) || p.P95 <= 0 {
			continue
		}
		k, _ := slices.BinarySearchFunc(l.at, at[i], cmp.Compare[float64])
		if k == len(l.at) || k == 0 || k == l.first[k] {
			continue
		}
		v, ok := l.viewAt(s, k, stamps[i])
		if !ok || v.from >= k {
			continue
		}
		before, n := float64(s.Requests[k-1]), float64(s.Requests[k]-s.Requests[k-1])
		t := (at[i] - l.at[k-1]) / (l.at[k] - l.at[k-1])
		w, ok := l.place(s, v, k, before+t*n)
		if !ok {
			continue
		}
		w.Doubt += 0.3 * math.Sqrt(max(0, n*t*(1-t)))
		w.Soft = w.From == w.To
		for _, q := range []struct{ p, v float64 }{{.5, p.P50}, {.95, p.P95}} {
			a, b := g.Bucket(math.Round(q.v * ms))
			w.Knots = append(w.Knots, stats.Knot{P: q.p, From: a, To: b})
		}
		out = append(out, w)
	}
	return out
}
