package capacity

import (
	"math"

	"github.com/peakload/peakload/analyze/internal/stats"
)

// breaking finds the first target that breaks and the users at which it does.
func (a *analysis) breaking() {
	ps := a.out.Points
	b := &a.out.Breaking
	top := ps[len(ps)-1].Users
	best := math.Inf(1)
	judged := false
	for t, target := range a.run.Targets {
		i, seen := a.firstBroken(t)
		if target.Soft {
			if i >= 0 {
				a.out.Soft = append(a.out.Soft, SoftBreak{t, a.crossing(t, i)})
			}
			continue
		}
		judged = judged || seen
		if i < 0 {
			continue
		}
		n := a.crossing(t, i)
		noise := a.noise / math.Sqrt(ps[len(ps)-1].Requests)
		// Close below the highest load, noise decides which side a point is on.
		if i >= len(ps)-2 && len(ps) > 1 && n > (1-math.Min(.012+.5*noise, .05))*top {
			continue
		}
		if !(n < best) { // NaN: the points do not tell
			continue
		}
		best = n
		b.Outcome, b.Target, b.Point, b.Good, b.Model = Broke, t, i, i-1, false
		half := .075 + 1.2*a.noise/math.Sqrt(ps[i].Requests)
		if a.fit.Drag > 0 {
			half += .1 // where it tips over is a matter of chance
		}
		if target.Kind == Errors {
			half += .04
		}
		half = math.Min(half, .25)
		b.Users = Range{n, n * (1 - half), n * (1 + half)}
		switch {
		case a.out.Fell: // what holds there holds at no other load
			b.Outcome = BrokeFirst
		case len(ps) == 1:
			b.Model = true
			b.Users = Range{n, n * .75, math.Min(n*1.25, ps[0].Users)}
		case i == 0:
			b.Outcome = BrokeFirst
		}
	}
	if b.Outcome == Unidentified && judged {
		b.Outcome = Held
	}
}

// firstBroken returns the first point from which a target is violated, -1 for
// none; seen is false where no point could be judged.
func (a *analysis) firstBroken(t int) (first int, seen bool) {
	ps := a.out.Points
	bad := func(i int) bool { return a.run.Targets[t].excess(ps[i].Values[t]) > 0 }
	for i := range ps {
		if math.IsNaN(ps[i].Values[t]) {
			continue
		}
		seen = true
		if bad(i) && (i+1 == len(ps) || bad(i+1)) {
			return i, true
		}
	}
	return -1, seen
}

// crossing is the number of users at which target t goes over its limit, when
// point i is the first beyond it.
func (a *analysis) crossing(t, i int) float64 {
	ps := a.out.Points
	if i == 0 && len(ps) > 1 {
		return ps[0].equal
	}
	n := 0.0
	if a.run.Targets[t].Kind == Errors {
		n = a.errorCrossing(t, i)
	} else {
		n = a.latencyCrossing(t, i)
	}
	if len(ps) == 1 {
		return math.Min(n, ps[0].Users)
	}
	// Noise may put one point on the wrong side, not two.
	low, high := 0.0, ps[min(i+1, len(ps)-1)].Users
	if i > 1 {
		low = ps[i-2].Users
	}
	if math.IsNaN(n) { // the points around it are all that is known
		return (ps[i-1].Users + ps[i].Users) / 2
	}
	return math.Min(math.Max(n, low), high)
}

// latencyCrossing: the mean latency at which the percentile meets its limit,
// and by Little's law the users who wait that long.
func (a *analysis) latencyCrossing(t, i int) float64 {
	ps, z := a.out.Points, a.out.Think.Value
	r := a.meanAt(t, i)
	hi := ps[i]
	if i == 0 {
		return hi.Throughput * (r + z)
	}
	if math.IsInf(a.spread, 1) {
		return hi.Throughput * (r + z)
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
	return n * math.Exp(local*(rl+f*(rh-rl)))
}

// meanAt is the mean latency at which target t's figure is its limit: a line
// through the points near the limit.
func (a *analysis) meanAt(t, i int) float64 {
	ps, limit := a.out.Points, a.run.Targets[t].Limit
	if a.run.Targets[t].Kind == Mean {
		return limit
	}
	hi := ps[i]
	if len(ps) > 1 {
		var x, y, w []float64
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
			x, y, w = append(x, p.Latency), append(y, v), append(w, near*p.Requests)
		}
		if c, b, ok := stats.Line(x, y, w); ok && b > .3 {
			return math.Max((limit-c)/b, 0)
		}
	}
	// The spread around the mean is that of the requests in the queue, a
	// Poisson-like number: its square grows as the time that they were gathered in.
	z := a.out.Think.Value
	gap := math.Max(hi.Values[t]-hi.Latency, 0)
	r := limit / 2
	for range 50 {
		r = math.Max(limit-gap*math.Sqrt((z+r)/(z+hi.Latency)), limit*.2)
	}
	return r
}

// errorCrossing: what is asked for goes on growing, what succeeds does not.
func (a *analysis) errorCrossing(t, i int) float64 {
	ps, limit, z := a.out.Points, a.run.Targets[t].Limit, a.out.Think.Value
	hi := ps[i]
	eh := hi.Values[t]
	served := func(p Point) float64 { return p.Throughput * (1 - p.Values[t]) }
	if i == 0 || limit <= 0 {
		return served(hi) / (1 - limit) * (hi.Latency + z)
	}
	lo := ps[i-1]
	var n, x, r, w []float64
	for _, p := range ps {
		if v := p.Values[t]; !math.IsNaN(v) && v < 1 && p.Throughput > 0 {
			n, x, r, w = append(n, p.Throughput), append(x, served(p)), append(r, 0), append(w, 1/(1/p.Requests+1e-4))
		}
	}
	fit, spread := stats.FitSaturation(n, x, r, w, 0, 1)
	asked := served(hi) / (1 - limit)
	if !math.IsInf(spread, 1) {
		cl, ch := math.Log(served(lo)/fit.At(lo.Throughput, 0)), math.Log(served(hi)/fit.At(hi.Throughput, 0))
		from, to := lo.Throughput, math.Max(hi.Throughput, lo.Throughput*1.001)
		a, b := from, to
		for range 50 {
			mid := (a + b) / 2
			c := math.Exp(cl + (ch-cl)*(mid-from)/(to-from))
			if fit.At(mid, 0)*c < (1-limit)*mid {
				b = mid
			} else {
				a = mid
			}
		}
		asked = (a + b) / 2
	}
	// the successes' latency, which the refusals dilute
	latency := math.Max((1-limit)*hi.Latency/math.Max(1-eh, .05), lo.Latency)
	if hi.Latency > lo.Latency { // the failures are not quick
		latency = lo.Latency + (hi.Latency-lo.Latency)*math.Sqrt(limit/math.Max(eh, limit))
	}
	return asked * (latency + z)
}
