package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// A growth is what cumulative columns grew by over a window.
type growth struct {
	requests, failures float64
	sum                float64 // of latencies, s; NaN where a mean is missing
}

func (g growth) plus(o growth, sign float64) growth {
	return growth{g.requests + sign*o.requests, g.failures + sign*o.failures, g.sum + sign*o.sum}
}

// counters returns a series' cumulative columns at sample i.
func counters(s *loadtest.Series, i int) growth {
	g := growth{requests: float64(s.Requests[i]), failures: float64(s.Failures[i])}
	if s.Requests[i] > 0 {
		g.sum = g.requests * s.Mean[i]
	}
	return g
}

// lagging reports whether the history is a distributed master's, whose
// counters are those of its workers' last reports and so up to a step old: they
// stand still between rows, which those of a file with rarer rows do not.
func lagging(h *loadtest.History) bool {
	n := len(h.Time) - 1
	return h.Step > 1.5 && n > 0 && float64(h.Time[n]-h.Time[0]) < float64(n)*(h.Step/2+.25)
}

// settled returns a series' counters at the instant of sample i, and the most
// that they can have been, as far as the segment's later samples tell.
//
// A worker reports every step what completed since its last report
// (WORKER_REPORT_INTERVAL, locust/runners.py), so that what a row adds completed
// over the step before it. What completed before i is then what the row shows
// and of each later addition the part of its step that lies before i.
func (c *context) settled(s *loadtest.Series, i, last int) (at, most growth) {
	at = counters(s, i)
	most = at
	if !c.lags || s.Requests[i] == 0 {
		return at, most
	}
	step, now := c.history.Step, c.edge(i)
	for j := i + 1; j <= last; j++ {
		came := (c.edge(j-1) + c.edge(j)) / 2 // between the rows
		if came-step >= now {
			break
		}
		if s.Requests[j] == s.Requests[j-1] {
			continue
		}
		add := counters(s, j).plus(counters(s, j-1), -1)
		at = at.plus(add, (now-came+step)/step)
		most = counters(s, j)
	}
	if i == last && c.usersAt(i) > 0 { // what is under way is in no row
		before := i
		for before > 0 && s.Requests[before-1] <= s.Requests[i] && now-c.edge(before) < step {
			before--
		}
		most = at.plus(at, 1).plus(counters(s, before), -1)
	}
	at.requests, at.failures = math.Round(at.requests), math.Round(at.failures)
	return at, most
}

// A lagged is a window's growth by a distributed master's counters: settled,
// and at the extremes of what either edge may be.
type lagged struct {
	growth
	extremes []growth
}

// settledGrowth returns the growth of a series over spans.
func (c *context) settledGrowth(s *loadtest.Series, spans []span) lagged {
	var out lagged
	out.extremes = make([]growth, 4)
	for _, sp := range spans {
		end := sp.to
		for _, seg := range segments(c.history) {
			if sp.to >= seg.From && sp.to <= seg.To {
				end = seg.To
			}
		}
		b, mostB := c.settled(s, sp.to, end)
		var a, mostA growth
		lowA := growth{}
		if sp.from >= 0 {
			a, mostA = c.settled(s, sp.from, end)
			lowA = counters(s, sp.from)
		}
		lowB := counters(s, sp.to)
		out.growth = out.growth.plus(b, 1).plus(a, -1)
		for k, x := range [4][2]growth{{lowA, lowB}, {lowA, mostB}, {mostA, lowB}, {mostA, mostB}} {
			out.extremes[k] = out.extremes[k].plus(x[1], 1).plus(x[0], -1)
		}
	}
	out.failures = math.Min(out.failures, out.requests)
	return out
}

// spread returns v with limits wide enough for what f says of every extreme.
func (l lagged) spread(v measure.Value, f func(growth) float64) measure.Value {
	n, ok := v.Float()
	if !ok {
		return v
	}
	low, high, _ := v.Limits()
	for _, g := range l.extremes {
		if x := f(g); g.requests > 0 && !math.IsNaN(x) {
			low, high = math.Min(low, x), math.Max(high, x)
		}
	}
	if low == n && high == n {
		return v
	}
	return measure.Within(n, math.Max(low, 0), high, v.Unit(), measure.Estimated, v.Sources()...)
}
