package stats

import "math"

// FitUSL fits the Universal Scalability Law (Gunther 1993),
// X(N) = γN / (1 + α(N−1) + βN(N−1)) with α, β ≥ 0, to throughputs x at n
// users by least squares of the log ratios. r2 is the share of the variance of
// x that it explains; NaN where there is none to explain.
func FitUSL(n, x []float64) (gamma, alpha, beta, r2 float64) {
	at := func(v []float64, n float64) float64 {
		return math.Exp(v[0]) * n / (1 + v[1]*v[1]*(n-1) + v[2]*v[2]*n*(n-1))
	}
	off := func(v []float64) float64 {
		sum := 0.0
		for i := range n {
			d := math.Log(x[i] / at(v, n[i]))
			sum += d * d
		}
		return sum
	}
	best, least := []float64(nil), math.Inf(1)
	first := math.Log(x[0] / n[0])
	for _, start := range [][]float64{{first, .01, .001}, {first, .1, .001}, {first, .05, .02}} {
		if v, d := NelderMead(off, start, .05, 600); d < least {
			best, least = v, d
		}
	}
	mean := 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	left, all := 0.0, 0.0
	for i, v := range x {
		left += (v - at(best, n[i])) * (v - at(best, n[i]))
		all += (v - mean) * (v - mean)
	}
	r2 = math.NaN()
	if all > 0 {
		r2 = 1 - left/all
	}
	return math.Exp(best[0]), best[1] * best[1], best[2] * best[2], r2
}
