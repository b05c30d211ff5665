package analyze

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A mix is how two runs' requests are spread over the endpoints.
type mix struct {
	moved float64 // share of the requests that go to other endpoints than before
	// own and mix are the two parts of the difference of the mean latencies, s:
	// what the endpoints themselves changed by, and what comes from asking other
	// ones. NaN when a mean cannot be told.
	own, mix float64
}

// mixOf compares the mixes of two windows; ok is false where one of the runs has
// no rows of endpoints.
//
// Source: the midpoint decomposition of a difference of weighted means
// (Kitagawa, "Components of a Difference Between Two Rates", JASA 50 (1955)). An
// endpoint that only one run asked has no change of its own.
func mixOf(current, baseline *basis) (m mix, ok bool) {
	now, nowMean := current.parts, current.mean
	before, beforeMean := baseline.parts, baseline.mean
	if len(now) == 0 || len(before) == 0 {
		return mix{}, false
	}
	for _, e := range endpointsOfBoth(now, before) {
		x, y := now[e], before[e]
		m.moved += math.Max(0, x.share-y.share)
		if x.share == 0 {
			x.mean = y.mean
		}
		if y.share == 0 {
			y.mean = x.mean
		}
		m.own += (x.mean - y.mean) * (x.share + y.share) / 2
		m.mix += (x.share - y.share) * ((x.mean+y.mean)/2 - (nowMean+beforeMean)/2)
	}
	return m, true
}

// An endpointPart is one endpoint's share of a window's requests and its mean latency.
type endpointPart struct{ share, mean float64 }

// sharesOf returns each endpoint's part of a window and the mean over all.
func sharesOf(c *context, w Window) (map[loadtest.Endpoint]endpointPart, float64) {
	parts := map[loadtest.Endpoint]endpointPart{}
	requests, latency := 0.0, 0.0
	for i := range c.history.Endpoints {
		s := &c.history.Endpoints[i]
		n, sum := 0.0, 0.0
		for _, sp := range spansOf(c.history, w.From, w.To) {
			n += float64(sp.delta(s.Requests))
			sum += latencyAt(s, sp.to)
			if sp.from >= 0 {
				sum -= latencyAt(s, sp.from)
			}
		}
		if n > 0 {
			parts[s.Endpoint] = endpointPart{n, sum / n}
			requests, latency = requests+n, latency+sum
		}
	}
	for e, p := range parts {
		parts[e] = endpointPart{p.share / requests, p.mean}
	}
	return parts, latency / requests
}

// latencyAt is the sum of a series' latencies up to a sample, s.
func latencyAt(s *loadtest.Series, i int) float64 {
	if s.Requests[i] == 0 {
		return 0
	}
	return float64(s.Requests[i]) * s.Mean[i]
}

// endpointsOfBoth lists the endpoints of two mixes, each once, in the order of
// their names: a sum of floats depends on the order.
func endpointsOfBoth(a, b map[loadtest.Endpoint]endpointPart) []loadtest.Endpoint {
	both := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.SortFunc(both, func(x, y loadtest.Endpoint) int {
		return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Method, y.Method))
	})
	return slices.Compact(both)
}
