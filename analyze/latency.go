package analyze

import (
	"fmt"
	"math"
	"sort"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// latencies answers questions about the distribution of latencies in any
// window of a run.
type latencies struct {
	run *loadtest.Run
	at  []float64
}

// newLatencies prepares the reconstruction of run's latencies from every
// source that it has.
func newLatencies(run *loadtest.Run) *latencies {
	l := &latencies{run: run}
	if h := run.History; h != nil {
		l.at = stats.Instants(h.Time, 1)
	}
	return l
}

// instants are the estimated fractional Unix times at which each sample's row
// was written.
func (l *latencies) instants() []float64 { return l.at }

// total is the p-th percentile of all completions after sample from up to
// sample to; from -1 is before the first.
func (l *latencies) total(from, to int, p float64) measure.Value {
	if l.run.History == nil {
		return measure.None(measure.Seconds, measure.NoSource, "_stats_history.csv")
	}
	return l.window(&l.run.History.Total, from, to, p)
}

// endpoint is total for one endpoint.
func (l *latencies) endpoint(e loadtest.Endpoint, from, to int, p float64) measure.Value {
	h := l.run.History
	if h == nil {
		return measure.None(measure.Seconds, measure.NoSource, "_stats_history.csv")
	}
	for i := range h.Endpoints {
		if h.Endpoints[i].Endpoint == e {
			return l.window(&h.Endpoints[i], from, to, p)
		}
	}
	return measure.None(measure.Seconds, measure.NotDerivable, "run Locust with --csv-full-history")
}

// wholeRun is the p-th percentile of the whole run from the best source; a
// nil endpoint is the aggregate.
func (l *latencies) wholeRun(e *loadtest.Endpoint, p float64) measure.Value {
	if t := l.run.Totals; t != nil {
		row := &t.Total
		ok := t.HasTotal
		if e != nil {
			ok = false
			for i := range t.Endpoints {
				if t.Endpoints[i].Endpoint == *e {
					row, ok = &t.Endpoints[i], true
				}
			}
		}
		if ok {
			for i, q := range t.Percentiles {
				if math.Abs(q-p) < 1e-9 && i < len(row.Quantiles) && !math.IsNaN(row.Quantiles[i]) {
					v := row.Quantiles[i]
					return measure.Within(v, v*.95, v*1.05, measure.Seconds, measure.Exact, measure.Source{
						File: t.File, Lines: fmt.Sprint(row.Line), Column: fmt.Sprintf("%g%%", p*100)})
				}
			}
		}
	}
	if h := l.run.History; h != nil && len(h.Time) > 0 {
		if e == nil {
			return l.total(-1, len(h.Time)-1, p)
		}
		return l.endpoint(*e, -1, len(h.Time)-1, p)
	}
	return measure.None(measure.Seconds, measure.NoSource, "_stats.csv")
}

// window mixes the rows whose ten seconds lie inside the window.
func (l *latencies) window(s *loadtest.Series, from, to int, p float64) measure.Value {
	h := l.run.History
	np := len(h.Percentiles)
	type point struct{ q, w float64 }
	var got []point
	for pass := 0; pass < 2 && len(got) == 0; pass++ {
		for k := max(0, from+1); k <= to && k < len(h.Time); k++ {
			if pass == 0 && from >= 0 && h.Time[k]-h.Time[from] < 10 {
				continue
			}
			prev := int64(0)
			if k > 0 {
				prev = s.Requests[k-1]
			}
			w := float64(s.Requests[k] - prev)
			if w <= 0 {
				continue
			}
			for i, q := range h.Percentiles {
				if math.Abs(q-p) < 1e-9 {
					if v := float64(s.Quantiles[k*np+i]); !math.IsNaN(v) {
						got = append(got, point{v, w})
					}
				}
			}
		}
	}
	if len(got) == 0 {
		return measure.None(measure.Seconds, measure.NotDerivable, "run Locust with --csv-full-history")
	}
	sort.Slice(got, func(i, j int) bool { return got[i].q < got[j].q })
	sum, n := 0.0, 0.0
	for _, g := range got {
		sum += g.q * g.w
		n += g.w
	}
	src := measure.Source{File: h.File, Lines: fmt.Sprintf("%d,%d", h.Line[max(0, from)], h.Line[to]),
		Column: fmt.Sprintf("%g%%", p*100), Formula: "request-weighted mean of the windows"}
	return measure.Within(sum/n, got[0].q, got[len(got)-1].q, measure.Seconds, measure.Windowed, src)
}
