package capacity

import (
	"math"

	"github.com/peakload/peakload/analyze/internal/stats"
)

// saturate finds the capacity and the knee where the run went beyond them.
func (a *analysis) saturate() {
	a.noise = 1
	if len(a.out.Points) == 1 {
		a.single()
		return
	}
	a.fit, a.spread = a.curve(func(p Point) float64 { return p.Throughput })
	a.good, _ = a.curve(func(p Point) float64 { return p.Goodput })
	if !(a.good.Most > 0) {
		return
	}
	most, sum, n := 0.0, 0.0, 0.0
	saturated := 0.0
	for _, p := range a.out.Points {
		most = math.Max(most, p.Users)
		if p.Goodput <= 0 {
			continue
		}
		d := math.Log(p.Goodput / a.good.At(p.equal, p.Goodput*p.Latency))
		sum += d * d * p.Requests
		n++
		if p.equal > a.good.Most*a.cycle {
			saturated += p.Requests
		}
	}
	if n > 3 {
		a.noise = math.Min(math.Max(math.Sqrt(sum/(n-3)), .5), 4)
	}
	x := a.mostGoodput()
	knee := x * a.cycle
	if most < 1.15*knee || saturated == 0 || !(x > 0) {
		return
	}
	half := .03 + 2.2*a.noise/math.Sqrt(saturated)
	if a.good.Drag > 0 {
		half += .1
	}
	a.out.Capacity = Range{x, x * (1 - half), x * (1 + half)}
	a.out.Curve = Curve{a.good.Most, a.good.Sharp, a.good.Cycle, a.good.Drag}
	if !a.seenIdle(x) {
		return
	}
	half += .02
	a.out.Knee = Range{knee, knee * (1 - half), knee * (1 + half)}
}

// seenIdle reports whether a point stood below capacity x, so that the latency
// without load is known, which the knee follows from.
func (a *analysis) seenIdle(x float64) bool {
	for _, p := range a.out.Points {
		if p.Goodput < .95*x && p.equal < x*a.cycle {
			return true
		}
	}
	return false
}

// One load shows what the system can do where so much of the users' cycle goes
// by in a queue, or so many requests are refused, that more users would only
// add to those. One worker with two places to wait refuses 25 % at its
// capacity (Erlang), and its latency is several times the unloaded well before.
const (
	queueing = .15 // of the cycle without load
	refusing = .3  // of the requests
)

// waits reports whether requests waited at point p: that they took longer than
// base, without load, by much of the users' cycle.
func (a *analysis) waits(p Point, base float64) bool {
	return p.Latency >= 3*base && p.Latency-base > queueing*(a.out.Think.Value+base)
}

// idle reports whether point p, the one load held, is known to leave the system
// room: what its requests took is then no queue, and Little's law with the
// throughput of that load tells nothing of others. Where the latency without
// load is not known, it is so if all of the latency would make no queue.
func (a *analysis) idle(p Point) bool {
	if a.refuses(p) {
		return false
	}
	if base := a.early(); !math.IsNaN(base) {
		return p.Latency < 1.5*base
	}
	return !a.waits(p, 0)
}

// refuses reports whether so many requests were refused at point p that more
// users would only add to those. What a rate limiter refuses is not refused for
// want of capacity, and whether it lets more through from more users one load
// does not show.
func (a *analysis) refuses(p Point) bool {
	return p.Goodput < (1-refusing)*p.Throughput && !(p.Errors < refusing)
}

// single is saturate for a run that held one load: what it got done there is
// all that the system can do if the requests waited, or were refused, although
// the same requests took a fraction of the time when few were there.
func (a *analysis) single() {
	p := a.out.Points[0]
	base := a.early()
	if math.IsNaN(base) || !(a.waits(p, base) || a.refuses(p)) || p.Goodput <= 0 {
		return
	}
	if a.didMore(p) {
		a.out.Fell = true
		return
	}
	half := .04 + 3/math.Sqrt(p.Requests)
	a.out.Unloaded, a.cycle = base, a.out.Think.Value+base
	a.out.Capacity = Range{p.Goodput, p.Goodput * (1 - half), p.Goodput * (1 + half)}
	knee := p.Goodput * a.cycle
	a.out.Knee = Range{knee, knee * .8, knee * 1.2}
}

// A system that does less the more is asked of it is seen in what it did on
// the way up: fellFor seconds in which successes came so much faster than at the
// load held that neither chance nor a limiter's first burst explains it.
const (
	fellFor   = 5.0 // s
	fellBy    = 1.25
	fellNoise = 5.0 // standard deviations of a Poisson count
)

// didMore reports whether the climb before point p, which holds the highest
// load, had a higher goodput than p. Then p's is no capacity: the system fell
// behind it, and what it could do stands between the two.
func (a *analysis) didMore(p Point) bool {
	from := 0
	for to := 1; to < len(a.run.Rows) && a.at(to) <= p.Start; to++ {
		for from+1 < to && a.at(to)-a.at(from+1) >= fellFor {
			from++
		}
		t := a.tally(Stretch{from, to})
		seconds := t.End - t.Start
		if seconds < fellFor-.01 {
			continue
		}
		expected := p.Goodput * seconds
		if got := t.Goodput * seconds; got > fellBy*expected && got > expected+fellNoise*math.Sqrt(expected) {
			return true
		}
	}
	return false
}

// early is the lowest mean latency over the first parts of the climb; NaN
// where there is none.
func (a *analysis) early() float64 {
	least := math.NaN()
	c := a.longestClimb()
	from := c.From
	for to := c.From + 1; to <= c.To; to++ {
		p := a.tally(Stretch{from, to})
		if p.Requests < 30 {
			continue
		}
		if !(p.Latency >= least) {
			least = p.Latency
		}
		from = to
	}
	return least
}

// mostGoodput is the most that the fitted curve gives in a state that a burst
// does not throw over.
func (a *analysis) mostGoodput() float64 {
	f := a.good
	if f.Drag == 0 {
		return f.Most
	}
	top := 0.0
	for _, p := range a.out.Points {
		top = math.Max(top, p.Latency)
	}
	grid := latencies(a.out.Unloaded, top)
	// Where more latency goes with fewer users, a slow state lasts beside the
	// fast one: the least load at which it does is what can be relied on.
	users, most, least := 0.0, 0.0, math.Inf(1)
	for _, r := range grid {
		if users = f.Users(r); users > most {
			most = users
		} else if users < least {
			least = users
		}
	}
	x := 0.0
	for _, r := range grid {
		if f.Users(r) > least {
			break
		}
		x = math.Max(x, f.AtLatency(r))
	}
	return x
}

// latencies is a grid from base to top, s.
func latencies(base, top float64) []float64 {
	var out []float64
	base = math.Max(base, 1e-4)
	for k := range 200 {
		out = append(out, base*math.Pow(math.Max(top/base, 1.5), float64(k+1)/200))
	}
	return out
}

// fold is the least number of users at which the mean latency can be r or
// more, and that latency.
func fold(f stats.Saturation, r, top float64) (users, latency float64) {
	users, latency = f.Users(r), r
	for _, l := range latencies(r, math.Max(top, r*1.5)) {
		if n := f.Users(l); n < users {
			users, latency = n, l
		}
	}
	return users, latency
}
