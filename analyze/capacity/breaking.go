package capacity

import "math"

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
				n, _ := a.crossing(t, i)
				a.out.Soft = append(a.out.Soft, SoftBreak{t, n})
			}
			continue
		}
		judged = judged || seen
		n, latency, by := math.NaN(), math.NaN(), Joint{}
		if i >= 0 {
			n, latency = a.crossing(t, i)
		}
		// Close below the highest load, noise decides which side a point is on.
		if i < 0 || len(ps) > 1 && n > (1-a.edge(t))*top {
			latency = math.NaN()
			if i, n, by = a.brokenAtTop(t); i < 0 {
				continue
			}
		}
		if !(n < best) { // NaN: the points do not tell
			continue
		}
		best = n
		b.Outcome, b.Target, b.Point, b.Good, b.Model = Broke, t, i, i-1, false
		b.Stays = i > 0 && n < ps[i-1].Users && a.tips(t)
		half := .06 + a.noise/math.Sqrt(ps[i].Requests)
		if a.fit.Drag > 0 {
			half += .1 // where it tips over is a matter of chance
		}
		if target.Kind == Errors {
			half += .04
		}
		half = math.Min(half, .25)
		b.Users, b.Latency, b.By = Range{n, n * (1 - half), n * (1 + half)}, latency, by
		b.Carried, b.Assumed = 0, false
		if i == 0 {
			b.Carried = a.carried(t, ps[0])
		}
		switch {
		case b.Carried > 0:
			b.Outcome, b.Users = BrokeFirst, Range{ps[0].Users, 0, ps[0].Users}
			a.out.Fell = false
		case a.out.Fell: // what holds there holds at no other load
			b.Outcome = BrokeFirst
		case len(ps) == 1 && a.missedLightly(t, top, b):
		case len(ps) == 1 && target.Kind != Errors && a.idle(ps[0]): // throughput would fall with the users
			b.Outcome, b.Users = BrokeFirst, Range{ps[0].Users, 0, ps[0].Users}
		case len(ps) == 1:
			b.Model, b.Assumed = true, math.IsNaN(a.early())
			half = a.modelHalf(target, ps[0])
			b.Users = Range{n, n * (1 - half), math.Min(n*(1+half), ps[0].Users)}
		case i == 0:
			b.Outcome = BrokeFirst
		}
	}
	if b.Outcome == Unidentified && judged {
		b.Outcome = Held
	}
}

// How far off the model may be that takes one load's throughput for another's.
const (
	modelOff = .25
	queueOff = .55 // where requests wait before others are refused
)

// modelHalf is half the range, as a share, of the load at which a target breaks
// by the model. A limiter refuses from a rate on that is known from what it let
// through; a queue of a limited length refuses the sooner the more the arrivals
// vary, which a load far beyond it does not show.
func (a *analysis) modelHalf(t Target, p Point) float64 {
	if t.Kind != Errors || p.Latency < 1.5*a.early()*p.Goodput/p.Throughput {
		return modelOff
	}
	return queueOff
}

// missedLightly reports whether a target was missed on the way to the one load
// held before there was much load at all: then no load broke it.
func (a *analysis) missedLightly(t int, top float64, b *Breaking) bool {
	users, bad := a.lightMisses(lightLoad*top, &t)
	if bad {
		b.Outcome, b.Light = BrokeFirst, users
		b.Users = Range{users, 0, users}
	}
	return bad
}

// staysBroken is the share of the points from a break on more than which violate
// the target too: what holds again at more load was something else than load.
const staysBroken = 2. / 3

// firstBroken returns the first point from which a target is violated and stays
// so, -1 for none; seen is false where no point could be judged.
func (a *analysis) firstBroken(t int) (first int, seen bool) {
	ps := a.out.Points
	bad := func(i int) bool { return a.run.Targets[t].excess(ps[i].Values[t]) > 0 }
	// from the highest load down: violations, and points that could be judged
	first, violated, judged := -1, 0.0, 0.0
	for i := len(ps) - 1; i >= 0; i-- {
		if math.IsNaN(ps[i].Values[t]) {
			continue
		}
		judged++
		if !bad(i) {
			continue
		}
		violated++
		if violated > staysBroken*judged && (i+1 == len(ps) || bad(i+1)) {
			first = i
		}
	}
	if first < 0 {
		first = a.brokenAtEnd(t, bad)
	}
	return first, judged > 0
}

// brokenAtEnd judges the last parts of a climb together, for alone they are
// short, and chance puts one of them on the other side of a limit: the last
// point beyond it where two to four of them taken as one violate it, else -1.
func (a *analysis) brokenAtEnd(t int, bad func(i int) bool) int {
	ps := a.out.Points
	n := len(ps)
	if a.out.Shape != SlowRamp || n < 5 {
		return -1
	}
	for k := 2; k <= 4; k++ {
		if ps[n-k].Plateau || ps[n-1].From < ps[n-k].To { // not of one climb
			return -1
		}
		all := a.tally(Stretch{ps[n-k].From, ps[n-1].To})
		a.judge(&all)
		if !(a.run.Targets[t].excess(all.Values[t]) > 0) {
			continue
		}
		for i := n - 1; i >= n-k; i-- {
			if bad(i) {
				return i
			}
		}
	}
	return -1
}

// tips reports whether the system does less the more is asked of it: then a slow
// state lasts beside the fast one, and a target breaks at the least load at
// which it does, although a slow climb may hold beyond it for a while.
func (a *analysis) tips(t int) bool { return a.fit.Drag > 0 && a.run.Targets[t].Kind != Errors }
