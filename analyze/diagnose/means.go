package diagnose

import (
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A change is what became of one endpoint from light load to stress.
type change struct {
	loadtest.Endpoint
	before, after    float64 // mean latency, s
	nBefore, nAfter  float64 // requests
	failed           float64 // of nAfter
	shareOfRise      float64 // own part of the rise of the mean (methods.md 3.1.4)
	weightA, weightB float64 // share of the requests, light and stress
}

// factor is by how many times the endpoint slowed down.
func (c change) factor() float64 { return c.after / c.before }

// meanBetween returns the mean latency, s, of the requests completed after
// sample from up to sample to, from the cumulative counters; NaN where they
// were reset in between.
func (s *scene) meanBetween(from, to int) (mean, n float64) {
	h := s.a.Recorded.History
	if h == nil {
		return math.NaN(), 0
	}
	mean, n, _ = between(h, &h.Total, from, to)
	return mean, n
}

// between reduces one series: mean latency, requests and failures.
func between(h *loadtest.History, sr *loadtest.Series, from, to int) (mean, n, failed float64) {
	if to < 0 || to >= len(sr.Requests) || from >= to {
		return math.NaN(), 0, 0
	}
	base := from
	for _, g := range h.Segments {
		if to >= g.From && to <= g.To && from < g.From {
			base = -1 // the counters begin in between: the part before is left out
		}
	}
	var n0, f0, sum0 float64
	if base >= 0 {
		n0, f0 = float64(sr.Requests[base]), float64(sr.Failures[base])
		sum0 = product(n0, sr.Mean[base])
	}
	n1, f1 := float64(sr.Requests[to]), float64(sr.Failures[to])
	n, failed = n1-n0, f1-f0
	if !(n > 0) {
		return math.NaN(), 0, 0
	}
	return (product(n1, sr.Mean[to]) - sum0) / n, n, failed
}

func product(n, mean float64) float64 {
	if n == 0 {
		return 0
	}
	return n * mean
}

// changes compares every endpoint at light load with the stress: exact
// decomposition of the rise of the mean into what each endpoint's own latency
// did; what the mix of requests did belongs to none.
//
//	own_e = (r_eB − r_eA)·(w_eA + w_eB)/2
func (s *scene) changes(from, to int) []change {
	h := s.a.Recorded.History
	if h == nil || len(h.Endpoints) == 0 || s.window.To <= s.window.From {
		return nil
	}
	meanA, allA, _ := between(h, &h.Total, from, to)
	meanB, allB, _ := between(h, &h.Total, s.window.From, s.window.To)
	rise := meanB - meanA
	var out []change
	for i := range h.Endpoints {
		e := &h.Endpoints[i]
		c := change{Endpoint: e.Endpoint, shareOfRise: math.NaN()}
		c.before, c.nBefore, _ = between(h, e, from, to)
		c.after, c.nAfter, c.failed = between(h, e, s.window.From, s.window.To)
		c.weightA, c.weightB = c.nBefore/allA, c.nAfter/allB
		if c.nBefore > 0 && c.nAfter > 0 && rise > 0 {
			c.shareOfRise = (c.after - c.before) * (c.weightA + c.weightB) / 2 / rise
		}
		out = append(out, c)
	}
	return out
}
