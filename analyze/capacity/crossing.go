package capacity

import (
	"math"

	"github.com/peakload/peakload/analyze/internal/stats"
)

// heldFor is the share of a load that was held below which chance does not put
// the load that breaks.
const heldFor = .9

// crossing is the number of users at which target t goes over its limit, when
// point i is the first beyond it, and the mean latency there; NaN where the
// points' own loads decide.
func (a *analysis) crossing(t, i int) (users, latency float64) {
	ps := a.out.Points
	if i == 0 && len(ps) > 1 {
		return ps[0].equal, math.NaN()
	}
	n := 0.0
	if a.run.Targets[t].Kind == Errors {
		n, latency = a.errorCrossing(t, i)
	} else {
		n, latency = a.latencyCrossing(t, i)
	}
	within := func(low, high float64) (float64, float64) {
		if m := math.Min(math.Max(n, low), high); m != n {
			return m, math.NaN()
		}
		return n, latency
	}
	if len(ps) == 1 {
		return within(0, ps[0].Users)
	}
	// Noise may put one point on the wrong side, not two.
	low, high := 0.0, ps[min(i+1, len(ps)-1)].Users
	if i > 1 {
		low = ps[i-2].Users
	}
	if ps[i-1].Plateau { // what it held was held for long enough
		low = math.Max(low, heldFor*ps[i-1].Users)
	}
	if a.tips(t) {
		low = math.Min(low, .7*ps[i-1].Users)
	}
	if math.IsNaN(n) { // the points around it are all that is known
		return (ps[i-1].Users + ps[i].Users) / 2, math.NaN()
	}
	return within(low, high)
}

// latencyCrossing: the mean latency at which the percentile meets its limit,
// and by Little's law the users who wait that long.
func (a *analysis) latencyCrossing(t, i int) (users, latency float64) {
	ps, z := a.out.Points, a.out.Think.Value
	r := a.meanAt(t, i)
	hi := ps[i]
	if i == 0 || math.IsInf(a.spread, 1) {
		return hi.Throughput * (r + z), r
	}
	// throughput there: the curve, corrected by what the neighbours show
	slowest := r
	for _, p := range ps {
		slowest = math.Max(slowest, p.Latency)
	}
	n, at := fold(a.fit, r, slowest)
	lo := ps[i-1]
	local := 0.0 // the parts of a climb are too short to correct a curve by
	if lo.Plateau && hi.Plateau {
		local = .3
	}
	rl := math.Log(lo.Throughput / a.fit.At(lo.equal, lo.Throughput*lo.Latency))
	rh := math.Log(hi.Throughput / a.fit.At(hi.equal, hi.Throughput*hi.Latency))
	f := 1.0
	if hi.Latency > lo.Latency {
		f = math.Min(1, math.Max(0, (at-lo.Latency)/(hi.Latency-lo.Latency)))
	}
	return n * math.Exp(local*(rl+f*(rh-rl))), at
}

// meanAt is the mean latency at which target t's figure is its limit, by the
// points near the limit.
func (a *analysis) meanAt(t, i int) float64 {
	ps, limit, z := a.out.Points, a.run.Targets[t].Limit, a.out.Think.Value
	if a.run.Targets[t].Kind == Mean {
		return limit
	}
	hi := ps[i]
	if len(ps) > 1 {
		var x, y, w []float64
		gap, all := 0.0, 0.0
		for k, p := range ps {
			v := p.Values[t]
			if math.IsNaN(v) {
				continue
			}
			d := math.Log(v/limit) / .5
			near := math.Exp(-d * d / 2)
			if k == i || k == i-1 {
				near += .02
			}
			near *= p.Requests
			x, y, w = append(x, p.Latency), append(y, v), append(w, near)
			gap, all = gap+near*(v-p.Latency)/math.Sqrt(z+p.Latency), all+near
		}
		if c, b, ok := stats.Line(x, y, w); ok && b > .3 {
			r := (limit - c) / b
			if i > 0 {
				// Two views of how the spread goes with the mean, each with its own
				// errors: the line, and the spread of a queue.
				r = (a.between(t, i, r) + meanBelow(limit, gap/all, z)) / 2
				if !hi.Plateau {
					r = a.wander(i, r, limit)
				}
			}
			return math.Max(r, 0)
		}
	}
	return meanBelow(limit, math.Max(hi.Values[t]-hi.Latency, 0)/math.Sqrt(z+hi.Latency), z)
}

// meanBelow is the mean of which a percentile is the limit. The spread around
// the mean is that of the requests in the queue, a Poisson-like number: its
// square grows as the time that they were gathered in, think time z and the
// mean, so that gap is the spread over the root of that time.
func meanBelow(limit, gap, z float64) float64 {
	r := limit / 2
	for range 50 {
		r = math.Max(limit-gap*math.Sqrt(z+r), limit*.2)
	}
	return r
}

// between holds a mean r that a line through the points gave to what lies
// around point i and the one before: a line does not follow where the tail of
// slow requests gives way to a queue of all.
func (a *analysis) between(t, i int, r float64) float64 {
	lo, hi, limit := a.out.Points[i-1], a.out.Points[i], a.run.Targets[t].Limit
	if r >= .8*lo.Latency && r <= 1.25*hi.Latency || lo.Latency >= hi.Latency || !(lo.Values[t] < hi.Values[t]) {
		return r
	}
	f := math.Log(limit/lo.Values[t]) / math.Log(hi.Values[t]/lo.Values[t])
	return lo.Latency * math.Pow(hi.Latency/lo.Latency, math.Min(math.Max(f, 0), 1))
}

// wander lowers the mean r at which a percentile meets its limit by what a
// short part of a climb does not see: at a load that stays, the queue's slow
// wandering widens the spread. Second differences of the parts' means, which a
// climb does not move, tell by how much.
func (a *analysis) wander(i int, r, limit float64) float64 {
	ps := a.out.Points
	sum, n := 0.0, 0.0
	for k := max(1, i-4); k <= min(len(ps)-2, i+4); k++ {
		d := ps[k-1].Latency - 2*ps[k].Latency + ps[k+1].Latency
		sum, n = sum+d*d/6, n+1
	}
	gap := limit - r
	if n < 3 || gap <= 0 {
		return r
	}
	const normal95 = 1.645
	return limit - math.Hypot(gap, normal95*math.Min(math.Sqrt(sum/n), r/2))
}

// errorCrossing: what is asked for goes on growing, what succeeds does not.
func (a *analysis) errorCrossing(t, i int) (users, latency float64) {
	ps, limit, z := a.out.Points, a.run.Targets[t].Limit, a.out.Think.Value
	hi := ps[i]
	eh := hi.Values[t]
	asked := hi.Throughput * (1 - eh) / (1 - limit)
	if i == 0 || limit <= 0 {
		return asked * (hi.Latency + z), hi.Latency
	}
	lo := ps[i-1]
	if refused, ok := a.refusals(t); ok {
		asked = refused.Load(limit)
	}
	// the successes' latency, which the refusals dilute
	latency = math.Max((1-limit)*hi.Latency/math.Max(1-eh, .05), lo.Latency)
	if hi.Latency > lo.Latency { // the failures are not quick
		latency = lo.Latency + (hi.Latency-lo.Latency)*math.Sqrt(limit/math.Max(eh, limit))
	}
	return asked * (latency + z), latency
}

// refusals is how the share of failures goes with what is asked for.
func (a *analysis) refusals(t int) (stats.Refusal, bool) {
	var failed, n, load []float64
	for _, p := range a.out.Points {
		if v := p.Values[t]; !math.IsNaN(v) && p.Throughput > 0 {
			failed, n, load = append(failed, v*p.Requests), append(n, p.Requests), append(load, p.Throughput)
		}
	}
	return stats.FitRefusal(failed, n, load, a.run.Targets[t].Limit)
}
