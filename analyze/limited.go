package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// limits429 bounds how many of a window's failures were 429s. Locust's history
// counts failures and the failures file names them, for the whole run only:
// where an endpoint failed in one way only, every window of it is known.
type limits429 struct {
	source string                         // the failures' file; empty: none was there
	by     map[loadtest.Endpoint][2]int64 // 429s and other failures
	all    [2]int64                       // over all endpoints
	series map[loadtest.Endpoint]*loadtest.Series
}

// newLimits429 counts the run's failures by endpoint.
func newLimits429(r *loadtest.Run) limits429 {
	rows, file := failureRows(r)
	l := limits429{source: file, by: map[loadtest.Endpoint][2]int64{}, series: map[loadtest.Endpoint]*loadtest.Series{}}
	for _, f := range rows {
		n := l.by[f.Endpoint]
		k := 1
		if classify(f.Error).class == classRateLimited {
			k = 0
		}
		n[k] += f.Count
		l.all[k] += f.Count
		l.by[f.Endpoint] = n
	}
	if h := r.History; h != nil {
		for i := range h.Endpoints {
			l.series[h.Endpoints[i].Endpoint] = &h.Endpoints[i]
		}
	}
	return l
}

// failureRows returns the run's failures and the file that they are from.
func failureRows(r *loadtest.Run) ([]loadtest.Failure, string) {
	switch {
	case r.Failures != nil:
		return r.Failures.Rows, r.Failures.File
	case r.Page != nil && r.Page.HasTotal:
		return r.Page.Failures, r.Page.File
	}
	return nil, ""
}

// needFailures is the cure where failures cannot be told apart.
const needFailures = "_failures.csv, which Locust writes with --csv"

// within returns the 429s among the failures f of a series' spans.
func (l limits429) within(c *context, s *loadtest.Series, spans []span, f int64) measure.Value {
	if f == 0 && len(spans) > 0 {
		return measure.Of(0, measure.Count, c.src(spans[0].from, spans[len(spans)-1].to, colFailures, "no failures"))
	}
	if l.source == "" {
		return measure.None(measure.Count, measure.NoSource, needFailures)
	}
	if len(spans) != 1 || !inLastSegment(c.history, spans[0]) {
		return measure.None(measure.Count, measure.NotDerivable, "a run whose statistics were not reset: Locust's list of failures begins at the last reset")
	}
	low, high := bound429(l.by[s.Endpoint], f)
	if s == &c.history.Total {
		low, high = bound429(l.all, f)
		if lo, hi, ok := l.byEndpoint(spans[0]); ok {
			low, high = max(low, lo), min(high, hi)
		}
	}
	if low > high { // the files disagree; what was counted last wins
		low = high
	}
	src := measure.Source{File: l.source, Column: "Occurrences", Formula: "failures of the window, of which the run's 429s"}
	if low == high {
		return measure.Of(float64(low), measure.Count, src)
	}
	all := l.all
	if s != &c.history.Total {
		all = l.by[s.Endpoint]
	}
	share := float64(all[0]) / float64(all[0]+all[1])
	n := math.Min(math.Max(math.Round(share*float64(f)), float64(low)), float64(high))
	return measure.Within(n, float64(low), float64(high), measure.Count, measure.Bounded, src)
}

// byEndpoint adds the bounds up over the endpoints; ok is false without their
// series.
func (l limits429) byEndpoint(sp span) (low, high int64, ok bool) {
	if len(l.series) == 0 {
		return 0, 0, false
	}
	for e := range l.by {
		if l.series[e] == nil {
			return 0, 0, false
		}
	}
	for e, s := range l.series {
		lo, hi := bound429(l.by[e], sp.delta(s.Failures))
		low, high = low+lo, high+hi
	}
	return low, high, true
}

// bound429 bounds the 429s among f failures when the whole run had n[0] of them
// and n[1] others. The failures file is written later than the history's last
// row, so that it never has too few of either.
func bound429(n [2]int64, f int64) (low, high int64) {
	return max(0, f-n[1]), min(f, n[0])
}

// inLastSegment reports whether the span lies in the history's last segment.
func inLastSegment(h *loadtest.History, sp span) bool {
	segs := segments(h)
	last := segs[len(segs)-1]
	return sp.to >= last.From && (sp.from < 0 && (len(segs) == 1 || sp.reset || last.From == 0) || sp.from >= last.From)
}
