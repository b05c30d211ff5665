package analyze

import (
	"maps"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
)

// ms is the unit of the reconstruction.
const ms = 1000.0

// The work of a joint reconstruction grows with endpoints × samples × cells.
// Beyond these numbers of endpoint rows, samples are taken two or five
// together, and beyond the last the rows are only mixed.
const (
	fineRows   = 6_000
	pairedRows = 20_000
	jointRows  = 100_000
	// prefixSlots bounds the slots of a cumulative history, where each window
	// reaches back to the start.
	prefixSlots = 600
)

// stride is how many samples make a slot; 0 asks for a mixture of rows.
func (l *latencies) stride() int {
	h := l.run.History
	if h.Scope != loadtest.Windowed {
		return 1 + (len(h.Time)-1)/prefixSlots
	}
	rows := len(h.Time) * max(1, len(h.Endpoints))
	switch {
	case rows <= fineRows:
		return 1
	case rows <= pairedRows:
		return 2
	case rows <= jointRows:
		return 5
	}
	return 0
}

// evidence turns a history into the model that its latencies are
// reconstructed with, and sets the slots: slot i is what completed after
// sample cut[i−1] up to sample cut[i].
func (l *latencies) evidence(stride int) *stats.Model {
	h := l.run.History
	l.cut, l.slot = slots(h, stride)
	m := &stats.Model{Grid: l.grid()}
	if l.joint() {
		for i := range h.Endpoints {
			e := &h.Endpoints[i]
			s := l.series(m.Grid, e)
			s.Windows = append(l.windows(m.Grid, e), l.extremes(m.Grid, e)...)
			l.margin(m.Grid, &s, l.histogram(e.Endpoint))
			m.Series = append(m.Series, s)
		}
		m.Total = l.windows(m.Grid, &h.Total)
		return m
	}
	s := l.series(m.Grid, &h.Total)
	switch h.Scope {
	case loadtest.Windowed:
		s.Windows = l.windows(m.Grid, &h.Total)
	case loadtest.Cumulative:
		s.Windows = append(l.prefixes(m.Grid, &h.Total), l.pageWindows(m.Grid)...)
	}
	s.Windows = append(s.Windows, l.extremes(m.Grid, &h.Total)...)
	l.margin(m.Grid, &s, l.histogram(loadtest.Endpoint{}))
	m.Series = []stats.Series{s}
	return m
}

// joint reports whether the endpoints are reconstructed together.
func (l *latencies) joint() bool {
	h := l.run.History
	return h.Scope == loadtest.Windowed && len(h.Endpoints) > 0
}

// grid covers every latency of the run.
func (l *latencies) grid() *stats.Grid {
	h := l.run.History
	low, high := math.Inf(1), 0.0
	for k, n := range h.Total.Requests {
		if n > 0 {
			low = min(low, h.Total.Min[k]*ms)
			high = max(high, h.Total.Max[k]*ms)
		}
	}
	if j := l.run.Histograms; j != nil {
		for i := range j.Endpoints {
			for _, v := range j.Endpoints[i].Latency {
				low, high = min(low, v*ms), max(high, v*ms)
			}
		}
	}
	return stats.LocustGrid(min(low, high), high, l.wholeMilliseconds())
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

// slots divides the samples of h. No slot crosses a segment.
func slots(h *loadtest.History, stride int) (cut, slot []int) {
	slot = make([]int, len(h.Time))
	for _, g := range h.Segments {
		for k := g.From; k <= g.To && k < len(slot); k++ {
			slot[k] = len(cut)
			if (k-g.From)%stride == stride-1 || k == g.To || k == g.From {
				cut = append(cut, k)
			}
		}
	}
	return cut, slot
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

// base returns the first sample of slot i and what s had counted before it.
func (l *latencies) base(s *loadtest.Series, i int) (first int, before float64) {
	if i > 0 {
		first = l.cut[i-1] + 1
	}
	if first == l.first[first] {
		return first, 0
	}
	return first, float64(s.Requests[first-1])
}

// series takes the differences of the counters.
func (l *latencies) series(g *stats.Grid, s *loadtest.Series) stats.Series {
	n := len(l.cut)
	out := stats.Series{N: make([]float64, n), Sum: make([]float64, n), Lo: make([]int, n), Hi: make([]int, n)}
	sum := func(k int) float64 {
		if s.Requests[k] == 0 || math.IsNaN(s.Mean[k]) {
			return 0
		}
		return s.Mean[k] * ms * float64(s.Requests[k])
	}
	step := meanResolution(s)
	for i, k := range l.cut {
		first, before := l.base(s, i)
		c, t := float64(s.Requests[k])-before, sum(k)
		if before > 0 {
			t -= sum(first - 1)
		}
		out.N[i], out.Sum[i] = max(0, c), t
		if lost := step / 2 * (float64(s.Requests[k]) + before); t <= 0 || lost > 0.02*t {
			out.Sum[i] = math.NaN()
		}
		out.Hi[i] = g.Len() - 1
		if s.Requests[k] > 0 {
			out.Lo[i] = g.Cell(s.Min[k] * ms)
			out.Hi[i] = max(out.Lo[i], g.Cell(s.Max[k]*ms))
		}
		if c == 1 && !math.IsNaN(out.Sum[i]) {
			out.Lo[i] = min(max(out.Lo[i], g.Cell(t)), out.Hi[i])
			out.Hi[i] = out.Lo[i]
		}
	}
	return out
}

// meanResolution is the step, in ms, that the means of s were cut to; 0 is
// full precision. Locust before 1.2 wrote whole milliseconds.
func meanResolution(s *loadtest.Series) float64 {
	whole, cents, seen := true, true, 0
	for k, n := range s.Requests {
		if n < 2 || math.IsNaN(s.Mean[k]) {
			continue
		}
		v := s.Mean[k] * ms
		whole = whole && math.Abs(v-math.Round(v)) < 1e-7*(1+v)
		cents = cents && math.Abs(100*v-math.Round(100*v)) < 1e-6*(1+v)
		if seen++; !cents {
			return 0
		}
	}
	switch {
	case seen < 5:
		return 0
	case whole:
		return 2 // cut off, not rounded
	}
	return 0.01
}

// extremes are what the cumulative minimum and maximum prove: when one moves,
// that very request lies in the slot.
func (l *latencies) extremes(g *stats.Grid, s *loadtest.Series) []stats.Window {
	var out []stats.Window
	for i, k := range l.cut {
		first, before := l.base(s, i)
		n := float64(s.Requests[k]) - before
		if n <= 0 {
			continue
		}
		w := stats.Window{From: i, To: i, Head: 1, Tail: 1, N: n}
		if before == 0 || s.Min[k] < s.Min[first-1] {
			c := g.Cell(s.Min[k] * ms)
			w.Knots = append(w.Knots, stats.Knot{P: 0, From: c, To: c + 1})
		}
		if before == 0 || s.Max[k] > s.Max[first-1] {
			c := g.Cell(s.Max[k] * ms)
			w.Knots = append(w.Knots, stats.Knot{P: 1, From: c, To: c + 1})
		}
		if len(w.Knots) > 0 {
			out = append(out, w)
		}
	}
	return out
}

// histogram returns an endpoint's entry of the JSON, or the sum of all for
// the zero Endpoint; nil where there is none.
func (l *latencies) histogram(e loadtest.Endpoint) *loadtest.Histogram {
	j := l.run.Histograms
	if j == nil || len(j.Endpoints) == 0 {
		return nil
	}
	if e != (loadtest.Endpoint{}) {
		for i := range j.Endpoints {
			if j.Endpoints[i].Endpoint == e {
				return &j.Endpoints[i]
			}
		}
		return nil
	}
	sum := &loadtest.Histogram{Min: math.Inf(1), PerSecond: map[int64]int64{}}
	counts := map[float64]int64{}
	for i := range j.Endpoints {
		x := &j.Endpoints[i]
		sum.Requests, sum.None, sum.Sum = sum.Requests+x.Requests, sum.None+x.None, sum.Sum+x.Sum
		sum.Min, sum.Max = min(sum.Min, x.Min), max(sum.Max, x.Max)
		for k, v := range x.Latency {
			counts[v] += x.Count[k]
		}
		for t, n := range x.PerSecond {
			sum.PerSecond[t] += n
		}
	}
	sum.Latency = slices.Sorted(maps.Keys(counts))
	for _, v := range sum.Latency {
		sum.Count = append(sum.Count, counts[v])
	}
	return sum
}

// margin adds what the JSON says of a series: how many requests each bucket
// has in all, since the counters last began. What completed after the last
// row is a slot of its own.
func (l *latencies) margin(g *stats.Grid, s *stats.Series, x *loadtest.Histogram) {
	h := l.run.History
	if x == nil || len(h.Segments) == 0 || x.None > 0 {
		return
	}
	seg := h.Segments[len(h.Segments)-1]
	from := l.slot[seg.From]
	n, sum := 0.0, 0.0
	for i := from; i < len(s.N); i++ {
		n += s.N[i]
		sum += s.Sum[i]
	}
	rest := float64(x.Requests) - n
	if rest < 0 || n == 0 {
		return // not this run's, or of another stretch of it
	}
	s.Margin, s.MarginFrom = make([]float64, g.Len()), from
	for k, v := range x.Latency {
		a, _ := g.Bucket(v * ms)
		s.Margin[a] += float64(x.Count[k])
	}
	s.N = append(s.N, rest)
	s.Sum = append(s.Sum, math.NaN())
	if v := x.Sum*ms - sum; !math.IsNaN(v) && v > 0 {
		s.Sum[len(s.Sum)-1] = v
	}
	s.Lo = append(s.Lo, g.Cell(x.Min*ms))
	s.Hi = append(s.Hi, max(g.Cell(x.Max*ms), g.Cell(x.Min*ms)))
}
