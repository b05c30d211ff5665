package stats

import "math"

// A Saturation is how the throughput X of a closed system of N users goes with
// its latency R: the smooth minimum of what the users ask for and what the
// system can do,
//
//	1/X^m = ((think + base)/N)^m + ((1 + Drag·X·R)/Most)^m
//
// The asymptotes are those of Muntz and Wong ("Asymptotic Properties of Closed
// Queueing Network Models", 1974). m says how sharply one goes over into the
// other: one worker with exponential service bends at m ≈ 2, many workers at 10
// and more. Drag is how much slower each request that is in the system makes it:
// 0 unless it thrashes.
type Saturation struct {
	Most  float64 // throughput that more users only come closer to, 1/s
	Sharp float64 // m
	Drag  float64 // a request in the system
	Cycle float64 // think time and latency without load, s
	Think float64 // s
}

// At returns the throughput of n users where inside requests are in the system.
func (s Saturation) At(n, inside float64) float64 {
	return smoothMin(n/s.Cycle, s.Most/(1+s.Drag*inside), s.Sharp)
}

func smoothMin(a, b, m float64) float64 {
	if a > b {
		a, b = b, a
	}
	if a <= 0 {
		return 0
	}
	return a * math.Pow(1+math.Pow(a/b, m), -1/m)
}

// AtLatency returns the throughput at which the mean latency is r: with
// N = X·(r + Think) (Little 1961) the curve is a quadratic in X.
func (s Saturation) AtLatency(r float64) float64 {
	cycle := r + s.Think
	if cycle <= s.Cycle {
		return 0
	}
	y := s.Most * math.Pow(1-math.Pow(s.Cycle/cycle, s.Sharp), 1/s.Sharp)
	if k := 4 * s.Drag * r * y; k > 1e-9 {
		return (math.Sqrt(1+k) - 1) * 2 * y / k
	}
	return y
}

// Users returns at how many users the mean latency is r.
func (s Saturation) Users(r float64) float64 { return s.AtLatency(r) * (r + s.Think) }

// FitSaturation fits a curve to throughputs x at n users with mean latencies r
// by least squares of the weighted log ratios. spread is the root of their
// weighted mean square; +Inf where there is nothing to fit.
func FitSaturation(n, x, r, weight []float64, think, cycle float64) (fit Saturation, spread float64) {
	top, inside := 0.0, 0.0
	for i := range x {
		top = math.Max(top, x[i])
		inside = math.Max(inside, x[i]*r[i])
	}
	if top <= 0 || !(cycle > 0) {
		return Saturation{}, math.Inf(1)
	}
	of := func(v []float64) Saturation {
		return Saturation{Most: top * math.Exp(v[0]), Sharp: 1 + math.Exp(math.Min(v[1], 4)), Drag: v[2] * v[2] / inside, Think: think, Cycle: cycle}
	}
	off := func(v []float64) float64 {
		s := of(v)
		sum, all := 0.0, 0.0
		for i := range n {
			d := math.Log(x[i] / s.At(n[i], x[i]*r[i]))
			sum += weight[i] * d * d
			all += weight[i]
		}
		// Faint preferences, which decide where the points do not: bends of
		// m ≈ 5, no drag, a capacity near the most that was seen.
		bend := (v[1] - 1.5) / 1.5
		return sum/all + 1e-5*(bend*bend+v[0]*v[0]+v[2]*v[2])
	}
	best := math.Inf(1)
	straight := func(v []float64) float64 { return off([]float64{v[0], v[1], 0}) }
	for _, start := range [][]float64{{.02, 2}, {.1, .5}, {.3, 1.5}} {
		v, d := NelderMead(straight, start, .3, 150)
		if d < best {
			best, fit = d, of([]float64{v[0], v[1], 0})
		}
	}
	// Drag must explain what nothing else does.
	if best < .02*.02 {
		return fit, math.Sqrt(best)
	}
	for _, start := range [][]float64{{.05, 2, .5}, {.3, 1.5, .7}, {.1, 3, 2}} {
		v, d := NelderMead(off, start, .3, 220)
		if d < best/2 {
			best, fit = d, of(v)
		}
	}
	return fit, math.Sqrt(best)
}
