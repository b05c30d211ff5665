package analyze

import (
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// Names of Locust's history columns, as sources cite them.
const (
	colRequests = "Total Request Count"
	colFailures = "Total Failure Count"
	colMean     = "Total Average Response Time"
	colMax      = "Total Max Response Time"
	colTime     = "Timestamp"
)

// needHistory is the cure for every figure that only the history gives.
const needHistory = "_stats_history.csv, which Locust writes with --csv (best with --csv-full-history)"

// window returns the figures of the completions after sample from up to sample
// to, over all endpoints. from is -1 for everything up to to.
func (c *context) window(from, to int) Window { return c.reduce(&c.history.Total, from, to) }

// endpointWindow is window for one endpoint of the history.
func (c *context) endpointWindow(s *loadtest.Series, from, to int) Window {
	return c.reduce(s, from, to)
}

// A windowKey names a window of a series.
type windowKey struct {
	series   *loadtest.Series
	from, to int
}

// reduce computes a window's figures from a series, once.
//
// Requests, failures and the mean are differences of cumulative columns within
// each segment, summed over segments; only the percentiles are reconstructed.
func (c *context) reduce(s *loadtest.Series, from, to int) Window {
	key := windowKey{s, from, to}
	if w, ok := c.windows[key]; ok {
		return w
	}
	w := c.tally(s, from, to)
	if n, _ := w.Requests.Float(); n == 0 || w.Mean.Why() == measure.NotApplicable && !w.Mean.Measured() {
		w.Max, w.P50, w.P95, w.P99 = w.Mean, w.Mean, w.Mean, w.Mean // for the same reason
	} else {
		w.Max = c.maxOf(s, spansOf(c.history, from, to), w)
		w.P50, w.P95, w.P99 = c.quantile(s, from, to, .5), c.quantile(s, from, to, .95), c.quantile(s, from, to, .99)
	}
	if c.windows == nil {
		c.windows = map[windowKey]Window{}
	}
	c.windows[key] = w
	return w
}

// tally is reduce without the percentiles and the maximum.
func (c *context) tally(s *loadtest.Series, from, to int) Window {
	h := c.history
	w := Window{
		From: from, To: to, Start: c.at(from), End: c.at(to),
		UsersFrom: c.usersAt(from), UsersTo: c.usersAt(to),
	}
	spans := spansOf(h, from, to)
	n, f := int64(0), int64(0)
	for _, sp := range spans {
		n += sp.delta(s.Requests)
		f += sp.delta(s.Failures)
	}
	var lag lagged
	if c.lags {
		lag = c.settledGrowth(s, spans)
		n, f = int64(lag.requests), int64(lag.failures)
	}
	w.Requests = lag.spread(c.counted(spans, s, n, colRequests, s.Requests), func(g growth) float64 { return g.requests })
	w.Failures = lag.spread(c.counted(spans, s, f, colFailures, s.Failures), func(g growth) float64 { return g.failures })
	w.RPS = measure.Quotient(w.Requests, c.elapsed(from, to), measure.PerSecond)
	w.RateLimited = c.limited.within(c, s, spans, f)
	w.ErrorRate = errorRate(float64(n), float64(f), w.RateLimited, c.plan.Count429, c.src(from, to, colFailures, "Δfailures/Δrequests"))
	w.Mean = c.meanOf(s, spans, n)
	if c.lags {
		limited := 0.
		if c.plan.Count429 == plan.As429Separate {
			limited, _ = w.RateLimited.Float()
		}
		w.ErrorRate = lag.spread(w.ErrorRate, func(g growth) float64 { return math.Max(0, g.failures-limited) / g.requests })
		w.Mean = lag.spread(w.Mean, func(g growth) float64 { return g.sum / g.requests })
	}
	return w
}

// quantile returns a percentile of a series' window.
func (c *context) quantile(s *loadtest.Series, from, to int, p float64) measure.Value {
	if s == &c.history.Total {
		return c.lat.total(from, to, p)
	}
	return c.lat.endpoint(s.Endpoint, from, to, p)
}

// A span is the part of a window that lies in one segment: completions after
// sample from, or since the counters began when from is -1, up to sample to.
type span struct {
	from, to int
	reset    bool // the counters were reset between the window's start and this span
}

// delta returns how much a cumulative column grew in the span.
func (s span) delta(col []int64) int64 {
	if s.from < 0 {
		return col[s.to]
	}
	return col[s.to] - col[s.from]
}

// spansOf cuts the window (from,to] at the counters' resets.
func spansOf(h *loadtest.History, from, to int) []span {
	var out []span
	for i, seg := range segments(h) {
		last := min(to, seg.To)
		if last <= from || last < seg.From {
			continue
		}
		sp := span{from: from, to: last, reset: i > 0 && from < seg.From}
		if from < seg.From {
			sp.from = -1
		}
		out = append(out, sp)
	}
	return out
}

// segments returns the history's segments; a history that names none is one.
func segments(h *loadtest.History) []loadtest.Segment {
	if len(h.Segments) == 0 {
		return []loadtest.Segment{{From: 0, To: len(h.Time) - 1, Why: "start"}}
	}
	return h.Segments
}

// counted returns a window's count with its source. What was counted between
// the last row before a reset and the reset is in no file: the upper limit
// makes room for it with twice the largest growth between rows near the reset.
func (c *context) counted(spans []span, s *loadtest.Series, n int64, column string, col []int64) measure.Value {
	if len(spans) == 0 {
		return measure.Of(0, measure.Count)
	}
	formula := "last − first"
	if len(spans) > 1 || spans[0].from < 0 {
		formula = "Σ over segments (last − first), each from 0"
	}
	first := spans[0].from
	src := c.src(first, spans[len(spans)-1].to, column, formula)
	lost := int64(0)
	for _, sp := range spans {
		if sp.reset {
			lost += c.lostAt(col, sp)
		}
	}
	if lost == 0 {
		return measure.Of(float64(n), measure.Count, src)
	}
	return measure.Within(float64(n), float64(n), float64(n+lost), measure.Count, measure.Estimated, src)
}

// lostAt estimates the most that a column can have grown unseen before the
// reset that the span begins with.
func (c *context) lostAt(col []int64, sp span) int64 {
	for _, seg := range segments(c.history) {
		if sp.to < seg.From || sp.to > seg.To || seg.From == 0 {
			continue
		}
		largest := int64(0)
		for i := max(1, seg.From-10); i < min(seg.From+10, len(col)); i++ {
			if i != seg.From {
				largest = max(largest, col[i]-col[i-1])
			}
		}
		return 2 * largest
	}
	return 0
}

// elapsed returns the seconds between two samples. Locust writes whole seconds:
// the difference is uncertain by one either way, except that the writer sleeps
// a second between rows, so that n rows take at least n seconds.
func (c *context) elapsed(from, to int) measure.Value {
	h := c.history
	src := c.src(from, to, colTime, "last − first, with the rows' fraction of a second estimated")
	d := c.edge(to) - c.edge(from)
	a := max(from, 0)
	whole := float64(h.Time[to] - h.Time[a])
	rows := float64(to - a)
	if from < 0 { // the row before the first is an assumption of one step, or less
		whole, rows = whole+math.Max(1, h.Step), rows+.5
	}
	low, high := math.Max(whole-1, 0), whole+1
	if rows <= whole {
		low = math.Max(low, rows)
	}
	return measure.Within(d, low, high, measure.Seconds, measure.Exact, src)
}

// errorRate returns failures ÷ requests; the 429s are taken off when the plan
// keeps them apart, in which case they must be known.
func errorRate(n, f float64, limited measure.Value, how plan.Count429, src measure.Source) measure.Value {
	if n <= 0 {
		return measure.None(measure.Ratio, measure.NoSamples, "")
	}
	if how != plan.As429Separate || f == 0 {
		return measure.Of(f/n, measure.Ratio, src)
	}
	l, ok := limited.Float()
	if !ok {
		return measure.None(measure.Ratio, measure.NotDerivable, limited.Need())
	}
	low, high, _ := limited.Limits()
	src.Formula = "(Δfailures − 429s)/Δrequests"
	return measure.Within((f-l)/n, math.Max(0, f-high)/n, (f-low)/n, measure.Ratio, limited.Method(),
		append([]measure.Source{src}, limited.Sources()...)...)
}

// meanOf returns the mean latency of the spans: Δ(mean·count)/Δcount, with the
// limits that the printed means' precision leaves.
//
// Requests without a response time count in count and not in mean; where the
// products do not grow there were some, and the mean cannot be told.
func (c *context) meanOf(s *loadtest.Series, spans []span, n int64) measure.Value {
	if n == 0 {
		return measure.None(measure.Seconds, measure.NoSamples, "")
	}
	sum, slack := 0., 0.
	cut := c.cutOff() // whole milliseconds that Locust cut off stand for half of one more
	for _, sp := range spans {
		nb, mb := float64(s.Requests[sp.to]), s.Mean[sp.to]
		if nb > 0 {
			sum += nb * mb
			slack += nb * (c.meanStep - cut + 4*epsilon*mb)
		}
		if sp.from >= 0 {
			if na, ma := float64(s.Requests[sp.from]), s.Mean[sp.from]; na > 0 {
				sum -= na * ma
				slack += na * (c.meanStep - cut + 4*epsilon*ma)
			}
		}
	}
	if math.IsNaN(sum) {
		return measure.None(measure.Seconds, measure.NotDerivable, "a history with an average response time in every row")
	}
	last := spans[len(spans)-1]
	if c.lags {
		sum = c.settledGrowth(s, spans).sum
	}
	sum += cut * float64(n)
	if sum <= slack && s.Max[last.to] == 0 {
		return measure.None(measure.Seconds, measure.NotApplicable, "requests that record a response time")
	}
	if sum < -slack {
		return measure.None(measure.Seconds, measure.NotDerivable, "requests that all record a response time: some have none, and the averages cannot be told apart")
	}
	src := c.src(spans[0].from, last.to, colMean+", "+colRequests, "Δ(mean·count)/Δcount")
	m := math.Max(sum, 0) / float64(n)
	if none := c.withoutLatency(s.Endpoint); none > 0 {
		return boundedMean(s, spans, n, none, m, src)
	}
	slack /= float64(n)
	if slack < 1e-9 { // a nanosecond is nobody's doubt
		return measure.Of(m, measure.Seconds, src)
	}
	return measure.Within(m, math.Max(0, m-slack), m+slack, measure.Seconds, measure.Exact, src)
}

// epsilon is the distance from 1 to the next float64.
const epsilon = 0x1p-52

// withoutLatency returns how many requests of an endpoint recorded no response
// time, where the JSON tells.
func (c *context) withoutLatency(e loadtest.Endpoint) int64 {
	if c.run.Histograms == nil {
		return 0
	}
	none := int64(0)
	for i := range c.run.Histograms.Endpoints {
		if g := &c.run.Histograms.Endpoints[i]; e == (loadtest.Endpoint{}) || g.Endpoint == e {
			none += g.None
		}
	}
	return none
}

// boundedMean returns the mean of a window when `none` of the run's requests
// recorded no response time and it is not known when they happened. The mean is
// a ratio of functions linear in the two unknown counts, so that its extremes
// lie at their corners.
func boundedMean(s *loadtest.Series, spans []span, n, none int64, m float64, src measure.Source) measure.Value {
	low, high := m, m
	for _, k := range [][2]int64{{0, none}, {none, none}} {
		sum, count := 0., float64(n)
		for _, sp := range spans {
			ka := int64(0)
			if sp.from >= 0 {
				ka = min(k[0], s.Requests[sp.from])
				if s.Requests[sp.from] > 0 {
					sum -= float64(s.Requests[sp.from]-ka) * s.Mean[sp.from]
				}
			}
			kb := min(k[1], s.Requests[sp.to])
			if s.Requests[sp.to] > 0 {
				sum += float64(s.Requests[sp.to]-kb) * s.Mean[sp.to]
			}
			count -= float64(kb - ka)
		}
		if count >= 1 && sum >= 0 {
			low, high = math.Min(low, sum/count), math.Max(high, sum/count)
		}
	}
	src.Formula = fmt.Sprintf("Δ(mean·count)/Δcount; %d requests of the run recorded no response time", none)
	return measure.Within(m, low, high, measure.Seconds, measure.Bounded, src)
}

// maxOf returns the highest latency of the spans. The cumulative maximum is the
// window's own where it grew inside it; otherwise the window's lies between its
// mean and the cumulative maximum.
func (c *context) maxOf(s *loadtest.Series, spans []span, w Window) measure.Value {
	best, exact := math.NaN(), true
	own := math.NaN() // the highest maximum known to lie in the window
	for _, sp := range spans {
		if sp.delta(s.Requests) == 0 {
			continue
		}
		m := s.Max[sp.to]
		grew := sp.from < 0 || s.Requests[sp.from] == 0 || m > s.Max[sp.from]
		if !(m <= best) {
			best = m
		}
		if grew && !(m <= own) {
			own = m
		}
		exact = exact && grew
	}
	last := spans[len(spans)-1].to
	src := c.src(spans[0].from, last, colMax, "cumulative maximum, which grew in the window")
	switch {
	case math.IsNaN(best):
		return measure.None(measure.Seconds, measure.NotDerivable, "a history with a maximum response time in every row")
	case best == 0:
		return measure.None(measure.Seconds, measure.NotApplicable, "requests that record a response time")
	case exact || own == best:
		return measure.Of(best, measure.Seconds, src)
	}
	src.Formula = "at most the cumulative maximum, at least the mean"
	low := 0.
	if w.Mean.Measured() {
		low, _, _ = w.Mean.Limits()
	}
	if own > low {
		low = own
	}
	top := c.quantile(s, w.From, w.To, 1)
	if l, hi, ok := top.Limits(); ok {
		src.Formula = "highest 100% of the window's rows, at most the cumulative maximum"
		low = math.Max(low, math.Min(l, best))
		x, _ := top.Float()
		return measure.Within(math.Min(x, best), low, math.Min(best, math.Max(hi, low)), measure.Seconds, measure.Bounded, src)
	}
	return measure.Within(best, low, best, measure.Seconds, measure.Bounded, src)
}

// cutOff returns what is missing on average of the history's mean latencies,
// in s. Locust up to 1.1 wrote them with %i, which cuts off; the 99.999%
// column, or the want of a user count, tells its files.
func (c *context) cutOff() float64 {
	h := c.history
	if c.meanStep == 0.001 && (h.NoUsers || slices.Contains(h.Percentiles, .99999)) {
		return c.meanStep / 2
	}
	return 0
}

// meanStep returns the step to which all of a history's means were rounded, in
// s: 0 when they have full precision (Locust 1.2 and later), 1 ms when they are
// whole milliseconds (before).
func meanStep(h *loadtest.History) float64 {
	for _, decimals := range []float64{1, 10, 100, 1000} {
		rows, ok := 0, true
		for i, m := range h.Total.Mean {
			if h.Total.Requests[i] < 2 || math.IsNaN(m) {
				continue
			}
			rows++
			x := m * 1000 * decimals
			if math.Abs(x-math.Round(x)) > 1e-6 {
				ok = false
				break
			}
		}
		if ok && rows > 0 {
			return 1 / (1000 * decimals)
		}
	}
	return 0
}

// src returns the source of a figure over the rows from and to.
func (c *context) src(from, to int, column, formula string) measure.Source {
	h := c.history
	lines := ""
	if len(h.Line) > 0 {
		lines = fmt.Sprintf("%d", h.Line[to])
		if from >= 0 {
			lines = fmt.Sprintf("%d,%d", h.Line[from], h.Line[to])
		}
	}
	return measure.Source{File: h.File, Lines: lines, Column: column, Formula: formula}
}
