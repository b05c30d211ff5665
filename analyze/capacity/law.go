package capacity

import (
	"math"

	"github.com/peakload/peakload/analyze/internal/stats"
)

// thinkTime is the users' time between an answer and the next request, by
// Little's law at the points; and what each point's load would be if it stood
// still.
func (a *analysis) thinkTime() {
	ps := a.out.Points
	a.out.Unloaded = math.Inf(1)
	for _, p := range ps {
		if p.Requests >= 50 && p.Latency < a.out.Unloaded {
			a.out.Unloaded = p.Latency
		}
	}
	if math.IsInf(a.out.Unloaded, 1) {
		a.out.Unloaded = ps[0].Latency
	}
	z := math.NaN()
	if a.out.Shape == SlowRamp {
		z = a.rampThink()
	}
	if math.IsNaN(z) {
		sum, all := 0.0, 0.0
		for _, p := range ps {
			if !p.Plateau || !(p.Throughput > 0) {
				continue
			}
			// A point's own error is that of its count, times its cycle.
			cycle := p.Users / p.Throughput
			w := p.Requests / (cycle * cycle)
			sum += w * (cycle - p.Latency)
			all += w
		}
		z = math.Max(sum/all, 0)
	}
	a.out.Think = Range{z, z, z}
	a.cycle = z + a.out.Unloaded
	for i := range ps {
		ps[i].equal = ps[i].Users
		if !ps[i].Plateau {
			ps[i].equal = ps[i].Throughput * (ps[i].Latency + z)
		}
	}
}

// rampThink is the think time on a climb: the users' seconds without an answer
// pending, over the pauses that ended. New users ask at once, so that their
// first request is preceded by none. Only the part of the climb counts on
// which the system was not yet slow.
func (a *analysis) rampThink() float64 {
	c := a.longestClimb()
	last := c.From
	for _, p := range a.out.Points {
		if !p.Plateau && p.Latency <= 2*a.out.Unloaded+.05 && p.To > last {
			last = p.To
		}
	}
	if a.at(last)-a.at(c.From) < a.seconds(c)/5 {
		return math.NaN()
	}
	t := a.tally(Stretch{c.From, last})
	seconds := t.End - t.Start
	joined := a.run.Rows[last].Users
	if c.From >= 0 {
		joined -= a.run.Rows[c.From].Users
	}
	// A pause that the window cuts off counts for a part: none where pauses are
	// exponential, half where all are equal.
	pauses := t.Requests + t.Throughput*t.Latency - joined + .25*joined
	if pauses < 30 {
		return math.NaN()
	}
	return math.Max(0, (t.Users*seconds-t.Requests*t.Latency)/pauses)
}

// curve fits throughput over users at the points; what is goodput's or all
// completions'.
func (a *analysis) curve(of func(Point) float64) (fit stats.Saturation, spread float64) {
	var n, x, r, w []float64
	for _, p := range a.out.Points {
		if !(of(p) > 0) {
			continue
		}
		n, x, r = append(n, p.equal), append(x, of(p)), append(r, p.Latency)
		w = append(w, 1/(1/p.Requests+1e-4))
	}
	if len(n) < 2 {
		return stats.Saturation{}, math.Inf(1)
	}
	return stats.FitSaturation(n, x, r, w, a.out.Think.Value, a.cycle)
}
