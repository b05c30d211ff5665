package capacity

import "math"

// A load that a system carried for a while and then no longer did has not broken
// it: time did, or what happened in it. Lengths in s.
const (
	longHeld     = 300.0 // of a load, for its course to tell
	parts        = 10    // that it is cut into
	leastCarried = 60.0  // beyond what a queue takes to fill
	manyCycles   = 20.0  // of thinking and waiting, as well
)

// carried is for how long point p's load was held with target t met before it
// was missed for good, in s; 0 where the load itself explains the miss.
func (a *analysis) carried(t int, p Point) float64 {
	length := p.End - p.Start
	if !p.Plateau || length < longHeld {
		return 0
	}
	bad := make([]bool, parts)
	from, good := p.From, 0
	for k := range parts {
		to := from
		for to < p.To && a.at(to)-p.Start < length*float64(k+1)/parts-1e-6 {
			to++
		}
		part := a.tally(Stretch{from, to})
		if part.Requests < lightRequests {
			return 0
		}
		a.judge(&part)
		bad[k] = a.run.Targets[t].excess(part.Values[t]) > 0
		from = to
	}
	for good < parts && !bad[good] {
		good++
	}
	missed := 0
	for _, b := range bad[good:] {
		if b {
			missed++
		}
	}
	held := length * float64(good) / parts
	if held < math.Max(leastCarried, manyCycles*a.cycle) || missed <= (parts-good)/2 || !bad[parts-1] {
		return 0
	}
	return held
}
