package analyze

import (
	"fmt"
	"math"

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
