package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// Sweeps over all constraints, and how often the result becomes the next
// prior. More change the third digit.
const (
	sweeps = 8
	rounds = 2
)

// Part of the way from the estimate to what is certain that limits go; see
// stats.Model.Limits. Cumulative percentiles bind a late tail less than the
// model thinks: windows of the page stop at P95.
const (
	shareWindowed   = 0.3
	shareCumulative = 0.3
	shareTail       = 0.6
	shareMixed      = 0.5
)

// The cures for what cannot be told.
const (
	needHistoryRows = "run Locust with --csv --csv-full-history"
	needEndpoints   = "run Locust with --csv-full-history, which writes a row for each endpoint"
	needPercentiles = "leave locust.stats.PERCENTILES_TO_REPORT at its default"
)

// latencies answers questions about the distribution of latencies in any
// window of a run.
//
// Locust writes no latency of its own anywhere, but thousands of statements
// about them: each row bounds how many requests of ten seconds were below
// eleven latencies, the counters give the number and the sum of every second,
// and each endpoint says so again. latencies reconstructs from all of them
// the counts by endpoint, second and bucket (stats.Model), once, when first
// asked; a percentile of a window is then one of a sum of counts. It is not
// safe for concurrent use.
type latencies struct {
	run   *loadtest.Run
	at    []float64 // when each sample's row was written
	first []int     // first sample of each sample's segment
	// ends bracket each series' completions by whole seconds, by segment
	ends map[*loadtest.Series][]*seconds

	model *stats.Model // nil: not yet asked, or too long for one
	cells *stats.Grid
	cut   []int // last sample of each slot of the model
	slot  []int // of each sample
	// answers are those given so far, and last the window last asked about: a
	// window's percentiles share its counts, and reports ask again
	answers map[question]measure.Value
	last    *answer
}

// A question asks for a percentile of a window.
type question struct {
	windowKey
	p float64
}

// An answer is what the percentiles of a window are read from.
type answer struct {
	windowKey
	counts []float64 // by cell
	sum    float64
	// limits gives the limits of the latency at a rank.
	limits func(rank, share float64) (low, high float64)
}

// newLatencies prepares the reconstruction of run's latencies from every
// source that it has.
func newLatencies(run *loadtest.Run) *latencies {
	l := &latencies{run: run, ends: map[*loadtest.Series][]*seconds{}, answers: map[question]measure.Value{}}
	if h := run.History; h != nil {
		l.at = stats.Instants(h.Time, 1)
		l.first = firsts(h)
		for i, s := range l.secondsOf(&h.Total) {
			dated(h, h.Segments[i], l.at, s)
		}
	}
	return l
}

// instants are the estimated fractional Unix times at which each sample's row
// was written, good to a few hundredths of a second where Requests/s was read.
func (l *latencies) instants() []float64 { return l.at }

// secondsOf brackets a series' completions by whole seconds.
func (l *latencies) secondsOf(s *loadtest.Series) []*seconds {
	if out, ok := l.ends[s]; ok {
		return out
	}
	h := l.run.History
	out := make([]*seconds, len(h.Segments))
	for i, g := range h.Segments {
		if h.Step > 1.5 {
			continue // a master's counters lag behind its clock
		}
		var counts map[int64]int64
		if i == len(h.Segments)-1 {
			if x := l.histogram(s.Endpoint); x != nil {
				counts = x.PerSecond
			}
		}
		out[i] = newSeconds(h, g, s, &h.Total, counts)
	}
	l.ends[s] = out
	return out
}

// total is the p-th percentile (0 < p ≤ 1) of all completions after sample
// from up to sample to; from -1 is before the first.
func (l *latencies) total(from, to int, p float64) measure.Value {
	h := l.run.History
	if h == nil || len(h.Time) == 0 {
		return measure.None(measure.Seconds, measure.NoSource, needHistoryRows)
	}
	return l.percentile(&h.Total, from, to, p)
}

// endpoint is total for one endpoint.
func (l *latencies) endpoint(e loadtest.Endpoint, from, to int, p float64) measure.Value {
	h := l.run.History
	if h == nil || len(h.Time) == 0 {
		return measure.None(measure.Seconds, measure.NoSource, needHistoryRows)
	}
	for i := range h.Endpoints {
		if h.Endpoints[i].Endpoint == e {
			return l.percentile(&h.Endpoints[i], from, to, p)
		}
	}
	if h.FullHistory {
		return measure.None(measure.Seconds, measure.NoSamples, "")
	}
	return measure.None(measure.Seconds, measure.NotDerivable, needEndpoints)
}

// percentile answers for one series of the history, once.
func (l *latencies) percentile(s *loadtest.Series, from, to int, p float64) measure.Value {
	from, to = max(from, -1), min(to, len(l.run.History.Time)-1)
	q := question{windowKey{s, from, to}, p}
	v, ok := l.answers[q]
	if !ok {
		v = l.answer(s, from, to, p)
		if p == p { // NaN is no key
			l.answers[q] = v
		}
	}
	return v
}

func (l *latencies) answer(s *loadtest.Series, from, to int, p float64) measure.Value {
	h := l.run.History
	n := completions(s, l.first, from, to)
	switch {
	case from >= to || n == 0:
		return measure.None(measure.Seconds, measure.NoSamples, "")
	case len(h.Percentiles) == 0:
		return measure.None(measure.Seconds, measure.NotDerivable, needPercentiles)
	case math.IsNaN(p) || p <= 0 || p > 1:
		return measure.None(measure.Seconds, measure.NotApplicable, "")
	}
	rank := min(math.Floor(n*p), n-1)
	if key := (windowKey{s, from, to}); l.last == nil || l.last.windowKey != key {
		l.last = l.counts(key)
	}
	switch {
	case l.last.counts == nil:
		return measure.None(measure.Seconds, measure.NotDerivable, needHistoryRows)
	case l.last.sum <= 0:
		return measure.None(measure.Seconds, measure.NoSamples, "")
	}
	scale := l.last.sum / n
	v := l.cells.Quantile(l.last.counts, (rank+.5)*scale)
	share, method := l.trust(p)
	low, high := l.last.limits(rank*scale, share)
	a, b := stats.Resolution(v)
	low, high = min(low, a), max(high, b)
	// no latency lies outside of what the counters have ever seen
	least, most := l.seen(s, from, to)
	low, high = max(low, least*ms), min(high, most*ms)
	v = min(max(v, low), high)
	if high > 3*low && high-low > 5 && method != measure.Bounded {
		method = measure.Bounded
	}
	return measure.Within(v/ms, low/ms, high/ms, measure.Seconds, method, l.cite(s, from, to, p)...)
}

// completions counts what s completed after sample from up to sample to.
func completions(s *loadtest.Series, first []int, from, to int) float64 {
	n := 0.0
	for k := to; k > from; {
		f := first[k]
		n += float64(s.Requests[k])
		if f <= from {
			n -= float64(s.Requests[from])
		}
		k = f - 1
	}
	return max(0, n)
}

// seen returns the lowest and the highest latency that the counters had seen
// in the segments that a window touches, up to its end.
func (l *latencies) seen(s *loadtest.Series, from, to int) (low, high float64) {
	low, high = math.Inf(1), 0
	for k := to; k > from; k = l.first[k] - 1 {
		if s.Requests[k] > 0 {
			low, high = min(low, s.Min[k]), max(high, s.Max[k])
		}
	}
	return low, high
}

// trust says how far limits go for percentile p, and what the figure is.
func (l *latencies) trust(p float64) (share float64, method measure.Method) {
	h := l.run.History
	printed := p == 1
	for _, q := range h.Percentiles {
		printed = printed || math.Abs(q-p) < 1e-9
	}
	switch {
	case !printed || h.Scope == loadtest.UnknownScope:
		return 1, measure.Bounded
	case h.Scope == loadtest.Windowed:
		return shareWindowed, measure.Windowed
	case p > .95:
		return shareTail, measure.Estimated
	}
	return shareCumulative, measure.Estimated
}

// counts reads the counts of a window off the model, which it solves first if
// need be.
func (l *latencies) counts(key windowKey) *answer {
	h := l.run.History
	if l.cells == nil {
		l.cells = l.grid()
		if n := l.stride(); n > 0 {
			l.model = l.evidence(n)
			l.model.Solve(sweeps, rounds)
		}
	}
	out := &answer{windowKey: key}
	s, from, to := key.series, key.from, key.to
	if l.model == nil {
		l.mixture(out)
		return out
	}
	var which []int
	for i := range h.Endpoints {
		if l.joint() && (s == &h.Total || s == &h.Endpoints[i]) {
			which = append(which, i)
		}
	}
	if !l.joint() {
		if s != &h.Total {
			return out
		}
		which = []int{0}
	}
	a, b := l.slot[from+1], l.slot[to]
	whole := make([]float64, l.cells.Len())
	out.counts = make([]float64, l.cells.Len())
	for _, i := range which {
		e := s
		if l.joint() {
			e = &h.Endpoints[i]
		}
		l.model.X(i, a, b, 1-l.share(e, a, from), l.share(e, b, to), out.counts, whole)
	}
	all := 0.0
	for j, v := range out.counts {
		out.sum, all = out.sum+v, all+whole[j]
	}
	region := l.model.Region(which, a, b)
	out.limits = func(rank, share float64) (low, high float64) {
		return region.Limits(whole, rank*all/max(out.sum, 1e-9), share)
	}
	return out
}

// share is the part of a slot's completions up to sample k.
func (l *latencies) share(s *loadtest.Series, slot, k int) float64 {
	first, before := l.base(s, slot)
	switch {
	case k < first:
		return 0
	case k >= l.cut[slot]:
		return 1
	}
	all := float64(s.Requests[l.cut[slot]]) - before
	if all <= 0 {
		return 0
	}
	return (float64(s.Requests[k]) - before) / all
}

// mixture lays rows end to end over a window of a run that is too long to be
// solved.
func (l *latencies) mixture(out *answer) {
	s, h := out.series, l.run.History
	mix := stats.NewMixture(l.cells)
	for k := out.to; k > out.from; {
		j := k - 1
		for j > out.from && h.Time[k]-h.Time[j] < windowSeconds && l.first[j] == l.first[k] {
			j--
		}
		if n := completions(s, l.first, j, k); n > 0 {
			lo := l.cells.Cell(s.Min[k] * ms)
			mix.Add(n, l.knots(l.cells, s, k), lo, max(lo, l.cells.Cell(s.Max[k]*ms)))
		}
		k = j
	}
	out.counts = mix.Counts()
	for _, v := range out.counts {
		out.sum += v
	}
	out.limits = func(rank, share float64) (low, high float64) {
		return mix.Limits(rank, max(share, shareMixed))
	}
}

// cite says what a percentile of a window rests on.
func (l *latencies) cite(s *loadtest.Series, from, to int, p float64) []measure.Source {
	h := l.run.History
	formula := fmt.Sprintf("p%g of the counts by second and bucket that agree with the percentiles, counts and means of these rows", p*100)
	if l.joint() && s == &h.Total && l.model != nil {
		formula += ", all endpoints together"
	}
	if l.model == nil {
		formula = fmt.Sprintf("p%g of the mixture of every tenth row, weighted by its requests", p*100)
	}
	src := []measure.Source{{File: h.File, Lines: fmt.Sprintf("%d-%d", h.Line[from+1], h.Line[to]),
		Column: columnsOf(h.Percentiles) + ", Total Request Count, Total Average Response Time", Formula: formula}}
	if h.Scope == loadtest.Cumulative && l.run.Page != nil && len(l.run.Page.Windows) > 0 && s == &h.Total {
		src = append(src, measure.Source{File: l.run.Page.File, Column: "response_time_percentile_50, response_time_percentile_95",
			Formula: "windows of ten seconds, as further constraints"})
	}
	return src
}

// columnsOf names the range of the percentile columns.
func columnsOf(ps []float64) string {
	if len(ps) == 1 {
		return columnOf(ps[0])
	}
	return columnOf(ps[0]) + "…" + columnOf(ps[len(ps)-1])
}

// columnOf is a percentile's column in Locust's files.
func columnOf(p float64) string { return fmt.Sprintf("%g%%", math.Round(p*1e8)/1e6) }
