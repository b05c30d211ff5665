package stats

import "math"

// A Refusal is how the share of failed requests e goes with the load x that is
// asked for, where a system refuses what it does not take:
//
//	1 − e = (1 + (x/Most)^Sharp)^(−1/Sharp)
//
// Far above Most, e is 1 − Most/x; far below, a power of the load, as in
// Erlang's loss formula. A limiter is sharp, a short waiting room before few
// workers is soft.
type Refusal struct {
	Most  float64 // served at most, 1/s
	Sharp float64
}

// At returns the share of failures at load x.
func (r Refusal) At(x float64) float64 {
	return -math.Expm1(-math.Log1p(math.Pow(x/r.Most, r.Sharp)) / r.Sharp)
}

// Load returns the load at which the share of failures is e.
func (r Refusal) Load(e float64) float64 {
	return r.Most * math.Pow(math.Expm1(-r.Sharp*math.Log1p(-e)), 1/r.Sharp)
}

// What a fit of refusals takes for granted.
const (
	refusalWidth = 1.5 // points count by how far their logit is from the limit's
	refusalFloor = .1  // and this much wherever they are
	// A queue remembers, so that counts of refusals vary by more than a
	// binomial's: so many times its variance.
	refusalSpread = 4
)

// FitRefusal fits a curve to the failed of n requests at each load by maximum
// likelihood, mostly by the points whose share of failures is near e. ok is
// false where the points do not tell.
func FitRefusal(failed, n, load []float64, e float64) (fit Refusal, ok bool) {
	if len(n) < 2 || !(e > 0) || e >= 1 {
		return Refusal{}, false
	}
	logit := func(x float64) float64 { return math.Log(x / (1 - x)) }
	weight := make([]float64, len(n))
	top, any := 0.0, 0.0
	for i := range n {
		d := (logit((failed[i]+.5)/(n[i]+1)) - logit(e)) / refusalWidth
		weight[i] = math.Max(math.Exp(-d*d/2), refusalFloor) / refusalSpread
		top, any = math.Max(top, load[i]), any+failed[i]
	}
	if top <= 0 || any == 0 {
		return Refusal{}, false
	}
	of := func(v []float64) Refusal {
		return Refusal{Most: top * math.Exp(v[0]), Sharp: .8 + math.Exp(math.Min(v[1], 4))}
	}
	off := func(v []float64) float64 {
		r, sum := of(v), 0.0
		for i := range n {
			p := math.Min(math.Max(r.At(load[i]), 1e-6), 1-1e-6)
			sum -= weight[i] * (failed[i]*math.Log(p) + (n[i]-failed[i])*math.Log1p(-p))
		}
		// Faint preferences where the points do not decide.
		bend := (v[1] - 1.5) / 1.5
		return sum + .05*bend*bend + .1*v[0]*v[0]
	}
	best := math.Inf(1)
	for _, start := range [][]float64{{0, 3}, {0, 1}, {-.5, 2}} {
		if v, d := NelderMead(off, start, .3, 200); d < best {
			best, fit = d, of(v)
		}
	}
	x := fit.Load(e)
	return fit, x > 0 && !math.IsInf(x, 0)
}
