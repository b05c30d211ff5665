package analyze

import (
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

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
