package analyze

import (
	"fmt"
	"math"
	"sync"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// latencies answers questions about the distribution of latencies in any
// window of a run.
type latencies struct {
	run   *loadtest.Run
	at    []float64
	first []int // of each sample's segment
	// ends bracket each series' completions by whole seconds, by segment
	ends map[*loadtest.Series][]*seconds

	once  sync.Once
	model *stats.Model
}

// newLatencies prepares the reconstruction of run's latencies from every
// source that it has.
func newLatencies(run *loadtest.Run) *latencies {
	l := &latencies{run: run}
	if h := run.History; h != nil {
		l.at = stats.Instants(h.Time, 1)
		l.first = firsts(h)
		l.ends = map[*loadtest.Series][]*seconds{}
		for _, g := range h.Segments {
			s := newSeconds(h, g, &h.Total, &h.Total, nil)
			dated(h, g, l.at, s)
			l.ends[&h.Total] = append(l.ends[&h.Total], s)
		}
	}
	return l
}

// instants are the estimated fractional Unix times at which each sample's row
// was written.
func (l *latencies) instants() []float64 { return l.at }

var sweepsN, roundsN = 10, 2

func (l *latencies) solved() *stats.Model {
	l.once.Do(func() {
		l.model = l.evidence()
		l.model.Solve(sweepsN, roundsN)
	})
	return l.model
}

// total is the p-th percentile of all completions after sample from up to
// sample to; from -1 is before the first.
func (l *latencies) total(from, to int, p float64) measure.Value {
	if l.run.History == nil {
		return measure.None(measure.Seconds, measure.NoSource, "_stats_history.csv")
	}
	m := l.solved()
	var x []float64
	all := make([]int, len(m.Series))
	for i := range m.Series {
		x = m.X(i, from+1, to, x)
		all[i] = i
	}
	return l.pick(m, all, x, from+1, to, p)
}

var shareN = 0.3

func (l *latencies) pick(m *stats.Model, series []int, x []float64, from, to int, p float64) measure.Value {
	n := 0.0
	for _, v := range x {
		n += v
	}
	if n < 0.5 {
		return measure.None(measure.Seconds, measure.NoSamples, "")
	}
	rank := min(math.Floor(math.Round(n)*p), math.Round(n)-1)
	v := m.Grid.Quantile(x, rank+.5)
	low, high := m.Limits(series, x, from, to, rank, shareN)
	a, b := stats.Resolution(v)
	return measure.Within(v/ms, min(low, a)/ms, max(high, b)/ms, measure.Seconds, measure.Windowed)
}

// endpoint is total for one endpoint.
func (l *latencies) endpoint(e loadtest.Endpoint, from, to int, p float64) measure.Value {
	h := l.run.History
	if h == nil {
		return measure.None(measure.Seconds, measure.NoSource, "_stats_history.csv")
	}
	if l.joint() {
		for i := range h.Endpoints {
			if h.Endpoints[i].Endpoint == e {
				m := l.solved()
				return l.pick(m, []int{i}, m.X(i, from+1, to, nil), from+1, to, p)
			}
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
