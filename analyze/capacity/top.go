package capacity

import "math"

// How near the highest load a target that breaks is told from one that just
// holds, and by what.
const (
	topEdge     = .015 // share of the highest load below which a target breaks for sure
	curveWeight = .8   // of the curve's estimate beside the last plateau's own
	sureErrors  = 3    // standard errors that a ratio of failures is beyond its limit by
	fewErrors   = 8    // failures below which a ratio is a matter of chance
	fitOff      = .05  // the curve's estimate counts at most so far from the points' own
)

// The same for the end of a climb, whose parts are short.
const (
	climbEdge  = .08  // share of the highest load in which all that follows is asked
	climbParts = 4    // parts judged together, the plateau after the climb among them
	climbSure  = 1.6  // standard deviations that the breaking load must lie below the highest
	ownSpread  = .012 // of the parts' own estimate, as a share of users, beside the queue's wandering
	fitSpread  = .01  // of the curve's, beside
	fitCounts  = 2.   // times what the last part's count varies by chance
)

// A Joint is how a breaking load near the highest was found: the geometric mean
// of two estimates, in users. The zero Joint is none.
type Joint struct {
	Own    float64 // by the figures of the highest loads themselves
	Curve  float64 // by the curve through all points
	Weight float64 // of Curve
}

// brokenAtTop judges target t at the highest load by all that there is. It
// returns the point that shows it, the users at which the target breaks and how
// they were found; -1 where it may just hold.
func (a *analysis) brokenAtTop(t int) (i int, users float64, by Joint) {
	ps := a.out.Points
	last, target := ps[len(ps)-1], a.run.Targets[t]
	latency := target.Kind != Errors
	switch {
	case len(ps) < 2 || !(target.Limit > 0):
		return -1, math.NaN(), by
	case latency && a.out.Shape == SlowRamp:
		return a.slowAtClimbsEnd(t)
	case !last.Plateau || !(last.Values[t] > 0):
		return -1, math.NaN(), by
	case latency:
		return a.slowAtLastStep(t)
	}
	i, users = a.failsAtTop(t)
	return i, users, by
}

// failsAtTop: failures are independent enough for their ratio alone to tell.
func (a *analysis) failsAtTop(t int) (i int, users float64) {
	ps, limit := a.out.Points, a.run.Targets[t].Limit
	i = len(ps) - 1
	last := ps[i]
	v := last.Values[t]
	sure := sureErrors * math.Sqrt(limit*(1-limit)/last.Requests)
	if v < limit+sure || v*last.Requests < fewErrors {
		return -1, math.NaN()
	}
	n := last.Users * (1 - v) / (1 - limit)
	if c, _ := a.errorCrossing(t, i); c < n {
		n = c
	}
	return i, math.Max(n, ps[i-1].Users)
}

// slowAtLastStep joins two estimates: the curve through the points, and the last
// plateau's figure taken back along it.
func (a *analysis) slowAtLastStep(t int) (i int, users float64, by Joint) {
	ps := a.out.Points
	i = len(ps) - 1
	last := ps[i]
	off := a.back(last, t)
	by = Joint{Own: last.Users * math.Exp(off)}
	if curve, ok := a.curveNear(t, off); ok {
		by.Curve, by.Weight = last.Users*math.Exp(curve), curveWeight
		off = curveWeight*curve + (1-curveWeight)*off
	}
	if off > math.Log(1-topEdge) {
		return -1, math.NaN(), by
	}
	if users = last.Users * math.Exp(off); users < ps[i-1].Users { // which held
		return i, ps[i-1].Users, Joint{}
	}
	return i, users, by
}

// back is the log of the users at which target t meets its limit over the users
// of point p, which is near it. Where users wait, each percent more of them
// makes a request (Latency + think time)/Latency percent slower, by Little's law
// at a throughput that no longer rises.
func (a *analysis) back(p Point, t int) float64 {
	steep := (p.Latency + a.out.Think.Value) / p.Latency
	return math.Log(a.run.Targets[t].Limit/p.Values[t]) / steep
}

// curveNear is the log of the users at which the curve through all points has
// target t meet its limit over the most users, held to what lies near the points'
// own estimate.
func (a *analysis) curveNear(t int, own float64) (off float64, ok bool) {
	i := len(a.out.Points) - 1
	n, _ := a.latencyCrossing(t, i)
	if !(n > 0) {
		return 0, false
	}
	off = math.Log(n / a.out.Points[i].Users)
	return math.Min(math.Max(off, own-fitOff), own+fitOff), true
}

// slowAtClimbsEnd joins the same two estimates, the second as the mean of the
// climb's last parts, each with the weight of its own variance.
//
// The parts' own is off by the queue's slow wandering: in a closed system the
// number of requests that wait returns to its mean within the think time Z, so
// that over a time T the mean of a latency of standard deviation σ is off by
// σ·√(2Z/T), and the users by X times that (Little 1961).
func (a *analysis) slowAtClimbsEnd(t int) (i int, users float64, by Joint) {
	ps, z := a.out.Points, a.out.Think.Value
	i = -1
	top := ps[len(ps)-1].Users
	var requests, weight, own, seconds, gap, latency float64
	for k := len(ps) - 1; k >= max(0, len(ps)-climbParts); k-- {
		p := ps[k]
		v := p.Values[t]
		if k+1 < len(ps) && ps[k+1].From < p.To || !(v > 0) { // not of one climb
			break
		}
		far := math.Log(v / a.run.Targets[t].Limit)
		if far > 0 && i < 0 {
			i = k
		}
		w := p.Requests * math.Exp(-far*far/2)
		own += w * (math.Log(p.equal/top) + a.back(p, t))
		weight += w
		requests += p.Requests
		seconds += p.Requests / p.Throughput
		gap += p.Requests * math.Max(v-p.Latency, 0)
		latency += p.Requests * p.Latency
	}
	if i < 0 || weight == 0 || requests < 30 {
		return -1, math.NaN(), by
	}
	own /= weight
	by = Joint{Own: top * math.Exp(own)}
	const normal95 = 1.645
	wander := gap / requests / normal95 * math.Sqrt(2*z/seconds) / (latency/requests + z)
	count := a.noise / math.Sqrt(ps[len(ps)-1].Requests)
	if a.run.Targets[t].Kind == Mean {
		wander = count
	}
	off, precision := own, 1/(ownSpread*ownSpread+wander*wander)
	if curve, ok := a.curveNear(t, own); ok {
		sharp := 1 / (fitSpread*fitSpread + fitCounts*fitCounts*count*count)
		off = (own*precision + curve*sharp) / (precision + sharp)
		precision += sharp
		by.Curve, by.Weight = top*math.Exp(curve), sharp/precision
	}
	if off > -climbSure/math.Sqrt(precision) {
		return -1, math.NaN(), by
	}
	return i, top * math.Exp(off), by
}

// edge is how far below the highest load, as a share of it, a target must break
// to be told from one that just holds: by how much the estimate itself varies.
func (a *analysis) edge(t int) float64 {
	last := a.out.Points[len(a.out.Points)-1]
	switch {
	case a.run.Targets[t].Kind == Errors:
	case a.out.Shape == SlowRamp:
		return climbEdge
	default:
		return math.Min(.012+.7*a.noise/math.Sqrt(last.Requests), .05)
	}
	limit := a.run.Targets[t].Limit
	refused, ok := a.refusals(t)
	if !ok {
		return .05
	}
	x := refused.Load(limit)
	slope := (refused.At(1.02*x) - refused.At(.98*x)) / .04
	return math.Min(.012+math.Sqrt(2*limit*(1-limit)/last.Requests)/slope, .08)
}
