package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A bench builds synthetic histories row by row.
type bench struct {
	h     *loadtest.History
	n, f  int64
	sum   float64
	max   float64
	fresh bool
}

func newBench() *bench {
	return &bench{h: &loadtest.History{File: "run_stats_history.csv", Percentiles: []float64{.5, .95, .99, 1},
		Scope: loadtest.Windowed, Step: 1}}
}

// row writes one row: users, completions since the last one, failures among
// them and their latency, s. p95 and p99 are twice and thrice the latency.
func (b *bench) row(users int, n, failed int64, latency float64) *bench {
	t := int64(1_700_000_000)
	if k := len(b.h.Time); k > 0 {
		t = b.h.Time[k-1] + 1
	}
	return b.rowAt(t, users, n, failed, latency)
}

func (b *bench) rowAt(t int64, users int, n, failed int64, latency float64) *bench {
	h := b.h
	b.n += n
	b.f += failed
	b.sum += float64(n) * latency
	if n > 0 {
		b.max = math.Max(b.max, 3*latency)
	}
	mean := math.NaN()
	if b.n > 0 {
		mean = b.sum / float64(b.n)
	}
	h.Time = append(h.Time, t)
	h.Line = append(h.Line, len(h.Time)+1)
	h.Users = append(h.Users, users)
	s := &h.Total
	s.Requests = append(s.Requests, b.n)
	s.Failures = append(s.Failures, b.f)
	s.Mean = append(s.Mean, mean)
	s.Median = append(s.Median, latency)
	s.Min = append(s.Min, latency/2)
	s.Max = append(s.Max, b.max)
	s.Size = append(s.Size, 0)
	q := []float64{latency, 2 * latency, 3 * latency, 3 * latency}
	for _, x := range q {
		if n == 0 {
			x = math.NaN()
		}
		s.Quantiles = append(s.Quantiles, float32(x))
	}
	if len(h.Segments) == 0 || b.fresh {
		why := "start"
		if b.fresh {
			why = "counters reset"
		}
		h.Segments = append(h.Segments, loadtest.Segment{From: len(h.Time) - 1, Why: why})
		b.fresh = false
	}
	h.Segments[len(h.Segments)-1].To = len(h.Time) - 1
	return b
}

// reset sets the counters back, as --reset-stats does.
func (b *bench) reset() *bench {
	b.n, b.f, b.sum, b.max, b.fresh = 0, 0, 0, 0, true
	return b
}

// hold writes rows at one level: every user completes one request in two
// seconds.
func (b *bench) hold(seconds, users int, latency float64) *bench {
	for range seconds {
		b.row(users, int64(users+1)/2, 0, latency)
	}
	return b
}

// ramp moves the users to a level over some seconds.
func (b *bench) ramp(seconds, to int, latency float64) *bench {
	from := 0
	if k := len(b.h.Users); k > 0 {
		from = b.h.Users[k-1]
	}
	for i := 1; i <= seconds; i++ {
		u := from + (to-from)*i/seconds
		b.row(u, int64(u+1)/2, 0, latency)
	}
	return b
}

// run returns the run that the history belongs to.
func (b *bench) run() *loadtest.Run {
	return &loadtest.Run{Label: "bench", Tool: "locust", History: b.h}
}
