package capacity

import (
	"math"

	"github.com/peakload/peakload/analyze/internal/stats"
)

// saturate finds the capacity and the knee where the run went beyond them.
func (a *analysis) saturate() {
	a.fit, a.spread = a.curve(func(p Point) float64 { return p.Throughput })
	a.good, _ = a.curve(func(p Point) float64 { return p.Goodput })
	if !(a.good.Most > 0) {
		return
	}
	most := 0.0
	for _, p := range a.out.Points {
		most = math.Max(most, p.Users)
	}
	x := a.mostGoodput()
	knee := x * a.cycle
	if most < 1.15*knee {
		return
	}
	a.out.Capacity = Range{x, x, x}
	a.out.Knee = Range{knee, knee, knee}
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
