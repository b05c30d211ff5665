package analyze

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// A wholeSource is what one file says of the whole run, of one endpoint or of
// all.
type wholeSource struct {
	requests, failures int64
	mean, max          float64 // s; NaN: not given
	seconds            float64 // that the counts cover; NaN: not given
	slack              float64 // by how many seconds that may be off
	file, lines        string
	kind               string // "JSON", "HTML", "_stats.csv"
}

// wholeSources returns what the files other than the history say of an
// endpoint, the best first: the one that counts most requests, since the JSON
// and the HTML are written when the test is over and _stats.csv for the last
// time up to a second before, and of equals the one with most digits. A nil
// endpoint is the aggregate.
func wholeSources(r *loadtest.Run, e *loadtest.Endpoint) []wholeSource {
	var out []wholeSource
	if s, ok := fromHistograms(r.Histograms, e); ok {
		out = append(out, s)
	}
	if ts := r.Totals; ts != nil {
		if t := totalOf(ts.Total, ts.HasTotal, ts.Endpoints, e); t != nil {
			s := fromTotal(t, ts.File, "_stats.csv")
			s.lines = fmt.Sprint(t.Line)
			// Locust divides by the seconds from the start or reset to the last
			// completion of any request.
			if ts.HasTotal && ts.Total.Requests > 0 && ts.Total.Rate > 0 {
				s.seconds = float64(ts.Total.Requests) / ts.Total.Rate
			}
			out = append(out, s)
		}
	}
	if pg := r.Page; pg != nil {
		if t := totalOf(pg.Total, pg.HasTotal, pg.Endpoints, e); t != nil {
			s := fromTotal(t, pg.File, "HTML")
			if !pg.Start.IsZero() && pg.End.After(pg.Start) {
				s.seconds, s.slack = pg.End.Sub(pg.Start).Seconds(), 1
			}
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b wholeSource) int { return cmp.Compare(b.requests, a.requests) })
	if l := r.Log; l != nil && l.HasFinal && len(out) == 0 {
		if t := totalOf(l.FinalTotal, true, l.Final, e); t != nil {
			out = append(out, fromTotal(t, l.File, "console table"))
		}
	}
	return out
}

func fromTotal(t *loadtest.Total, file, kind string) wholeSource {
	s := wholeSource{requests: t.Requests, failures: t.Failures, mean: t.Mean, max: t.Max, seconds: math.NaN(), file: file, kind: kind}
	if t.Rate > 0 && t.Requests > 0 {
		s.seconds = float64(t.Requests) / t.Rate
	}
	return s
}

func totalOf(all loadtest.Total, has bool, rows []loadtest.Total, e *loadtest.Endpoint) *loadtest.Total {
	if e == nil {
		if has {
			return &all
		}
		return nil
	}
	for i := range rows {
		if rows[i].Endpoint == *e {
			return &rows[i]
		}
	}
	return nil
}

func fromHistograms(js *loadtest.Histograms, e *loadtest.Endpoint) (wholeSource, bool) {
	if js == nil || len(js.Endpoints) == 0 {
		return wholeSource{}, false
	}
	s := wholeSource{mean: math.NaN(), max: math.NaN(), seconds: math.NaN(), file: js.File, kind: "JSON"}
	sum, timed, found := 0., int64(0), false
	start, last := math.Inf(1), math.Inf(-1)
	for i := range js.Endpoints {
		g := &js.Endpoints[i]
		if g.Start > 0 {
			start = math.Min(start, g.Start)
		}
		last = math.Max(last, g.Last)
		if e != nil && g.Endpoint != *e {
			continue
		}
		found = true
		s.requests += g.Requests
		s.failures += g.Failures
		sum += g.Sum
		timed += g.Requests - g.None
		if g.Requests > g.None && !(g.Max <= s.max) {
			s.max = g.Max
		}
	}
	if timed > 0 {
		s.mean = sum / float64(timed)
	}
	if last > start {
		s.seconds = last - start
	}
	return s, found
}

// wholeRun returns the whole run's figures: of the latest file that has them,
// or of the history when its counters were reset, which the other files only
// know the end of.
func (c *context) wholeRun() Window {
	return c.wholeOf(nil)
}

// wholeOf returns the whole run's figures of an endpoint; nil is the aggregate.
func (c *context) wholeOf(e *loadtest.Endpoint) Window {
	var s *loadtest.Series
	if c.history != nil {
		s = c.seriesOf(e)
	}
	src := wholeSources(c.run, e)
	if c.history != nil && (len(segments(c.history)) > 1 || len(src) == 0) {
		if s == nil {
			return unmeasured("run Locust with --csv-full-history")
		}
		w := c.history0
		if e != nil {
			w = c.endpointWindow(s, w.From, w.To)
		}
		return w
	}
	if len(src) == 0 {
		return unmeasured(needHistory)
	}
	w := c.fromSource(src, e)
	if c.history != nil {
		w.From, w.To, w.Start, w.End = c.history0.From, c.history0.To, c.history0.Start, c.history0.End
		w.UsersFrom, w.UsersTo = c.history0.UsersFrom, c.history0.UsersTo
	} else if !math.IsNaN(src[0].seconds) {
		w.End = src[0].seconds
	}
	return w
}

// fromSource turns what the best of the files says into figures.
func (c *context) fromSource(all []wholeSource, e *loadtest.Endpoint) Window {
	s := all[0]
	src := func(column, formula string) measure.Source {
		return measure.Source{File: s.file, Lines: s.lines, Column: column, Formula: formula}
	}
	w := Window{From: -1, To: -1}
	w.Requests = measure.Of(float64(s.requests), measure.Count, src("Request Count", "whole run"))
	w.Failures = measure.Of(float64(s.failures), measure.Count, src("Failure Count", "whole run"))
	w.RateLimited = c.limited.whole(e, s.failures)
	w.ErrorRate = errorRate(float64(s.requests), float64(s.failures), w.RateLimited, c.plan.Count429, src("Failure Count", "failures/requests"))
	none := measure.None(measure.Seconds, measure.NoSamples, "")
	if s.requests == 0 {
		w.RPS = measure.None(measure.PerSecond, measure.NoSamples, "")
		if c.whole0() > 0 {
			w.RPS = measure.Of(0, measure.PerSecond, src("Request Count", "no request"))
		}
		w.Mean, w.Max, w.P50, w.P95, w.P99 = none, none, none, none, none
		return w
	}
	w.RPS = c.wholeRate(s)
	w.Mean, w.Max = none, none
	if s.max > 0 || s.mean > 0 { // all zero: no request recorded a response time
		w.Mean = unrounded(all, func(s wholeSource) float64 { return s.mean }).From(src("Average Response Time", "whole run"))
		w.Max = unrounded(all, func(s wholeSource) float64 { return s.max }).From(src("Max Response Time", "whole run"))
	}
	w.P50, w.P95, w.P99 = c.lat.wholeRun(e, .5), c.lat.wholeRun(e, .95), c.lat.wholeRun(e, .99)
	return w
}

// unrounded returns the first source's latency. The HTML report of most
// versions has whole milliseconds, rounded or cut off: the figure then has
// limits accordingly, and the digits of another file that lies within them.
func unrounded(all []wholeSource, figure func(wholeSource) float64) measure.Value {
	x := figure(all[0])
	if ms := x * 1000; all[0].kind != "HTML" || math.Abs(ms-math.Round(ms)) > 1e-6 {
		return measure.Of(x, measure.Seconds)
	}
	low, high := math.Max(0, x-.0005), x+.001
	best := x
	for _, s := range all[1:] {
		if y := figure(s); y >= low && y <= high {
			best = y
			break
		}
	}
	return measure.Within(best, low, high, measure.Seconds, measure.Exact)
}

// whole0 returns the seconds that the history covers; 0 without one.
func (c *context) whole0() float64 {
	if c.history == nil {
		return 0
	}
	return c.history0.End - c.history0.Start
}

// wholeRate returns a source's requests ÷ the seconds that they took.
func (c *context) wholeRate(s wholeSource) measure.Value {
	if !(s.seconds > 0) {
		if c.history != nil {
			return c.history0.RPS
		}
		return measure.None(measure.PerSecond, measure.NotDerivable, needHistory)
	}
	n := measure.Of(float64(s.requests), measure.Count, measure.Source{File: s.file, Lines: s.lines, Column: "Request Count", Formula: "requests ÷ seconds from the start to the last completion"})
	t := measure.Within(s.seconds, s.seconds-s.slack, s.seconds+s.slack, measure.Seconds, measure.Exact)
	return measure.Quotient(n, t, measure.PerSecond)
}

// seriesOf returns an endpoint's series; nil is the aggregate's.
func (c *context) seriesOf(e *loadtest.Endpoint) *loadtest.Series {
	if e == nil {
		return &c.history.Total
	}
	for i := range c.history.Endpoints {
		if c.history.Endpoints[i].Endpoint == *e {
			return &c.history.Endpoints[i]
		}
	}
	return nil
}

// whole returns the 429s among the f failures of the whole run.
func (l limits429) whole(e *loadtest.Endpoint, f int64) measure.Value {
	if f == 0 {
		return measure.Of(0, measure.Count)
	}
	if l.source == "" {
		return measure.None(measure.Count, measure.NoSource, needFailures)
	}
	n := l.all
	if e != nil {
		n = l.by[*e]
	}
	src := measure.Source{File: l.source, Column: "Occurrences", Formula: "Σ of the failures that are 429s"}
	// The sources are written up to a second apart.
	return measure.Within(float64(min(n[0], f)), float64(max(0, min(f-n[1], n[0]))), float64(max(min(n[0], f), f-n[1])), measure.Count, measure.Exact, src)
}

// unmeasured is a window of which nothing is known.
func unmeasured(need string) Window {
	none := func(u measure.Unit) measure.Value { return measure.None(u, measure.NoSource, need) }
	s := none(measure.Seconds)
	return Window{From: -1, To: -1, Requests: none(measure.Count), Failures: none(measure.Count), RateLimited: none(measure.Count),
		RPS: none(measure.PerSecond), ErrorRate: none(measure.Ratio), Mean: s, P50: s, P95: s, P99: s, Max: s}
}
