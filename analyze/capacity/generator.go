package capacity

import "math"

// Load generators fall behind where think time grows by this share although
// nothing but the load changed.
const lateShare = .15

// generator compares the users' think time at low and at high load. Users who
// pause longer under load than they do without it wait for their own machine.
// Only plateaus tell, for on a climb new users ask at once.
func (a *analysis) generator() {
	g := &a.out.Generator
	var first, last *Point
	for i := range a.out.Points {
		p := &a.out.Points[i]
		if !p.Plateau || p.Requests < 200 || !(p.Throughput > 0) {
			continue
		}
		if first == nil {
			first = p
		}
		last = p
	}
	if first == nil || last == first || last.Users < 1.5*first.Users {
		return
	}
	pause := func(p *Point) float64 { return p.Users/p.Throughput - p.Latency }
	g.Known, g.Low, g.High = true, pause(first), pause(last)
	// what the counts themselves may be off by
	noise := 3 * (first.Users/first.Throughput/math.Sqrt(first.Requests) + last.Users/last.Throughput/math.Sqrt(last.Requests))
	g.Late = g.Low > 0 && g.High > g.Low*(1+lateShare) && g.High-g.Low > noise
}
