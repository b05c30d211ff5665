package stats

import "math"

// Wilson returns the score interval of a proportion of k in n with z standard
// errors; n may be an effective number and need not be whole. With n ≤ 0
// nothing is known: 0 to 1.
//
// Source: Wilson, "Probable Inference", JASA 22 (1927).
func Wilson(k, n, z float64) (low, high float64) {
	if !(n > 0) {
		return 0, 1
	}
	p := k / n
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	low, high = max(0, centre-half), min(1, centre+half)
	// Round-off must not push the limits past a proportion of 0 or 1.
	return min(low, p), max(high, p)
}

// Overdispersion returns φ, the variance of failures among blocks over what
// independent failures would show, at least 1: failures come in clusters, so
// n requests tell less than n coin tosses. It needs two blocks with requests;
// with fewer, or without failures, it is 1.
//
// Source: the Pearson dispersion estimate, McCullagh and Nelder, "Generalized
// Linear Models" (1989), §4.5.
func Overdispersion(failures, requests []float64) float64 {
	var k, n float64
	for i := range requests {
		k += failures[i]
		n += requests[i]
	}
	if n == 0 || k == 0 || k >= n {
		return 1
	}
	p := k / n
	chi, blocks := 0.0, 0.0
	for i := range requests {
		if requests[i] > 0 {
			d := failures[i] - p*requests[i]
			chi += d * d / (p * (1 - p) * requests[i])
			blocks++
		}
	}
	if blocks < 2 {
		return 1
	}
	return max(1, chi/(blocks-1))
}

// A Proportion is k of n, of which only n/Phi are worth an independent trial.
type Proportion struct{ K, N, Phi float64 }

// ProportionDifference returns the limits of b − a at z standard errors and
// the standard score of a test that they are equal: Newcombe's hybrid of the
// two Wilson intervals, which holds near 0 and 1, and the pooled two-proportion
// z divided by √φ. The score is NaN when it cannot be formed.
//
// Source: Newcombe, "Interval Estimation for the Difference Between
// Independent Proportions", Statistics in Medicine 17 (1998), method 10.
func ProportionDifference(a, b Proportion, z float64) (low, high, score float64) {
	na, nb := a.N/a.Phi, b.N/b.Phi
	pa, pb := a.K/a.N, b.K/b.N
	if !(na > 0) || !(nb > 0) {
		return -1, 1, math.NaN()
	}
	la, ha := Wilson(pa*na, na, z)
	lb, hb := Wilson(pb*nb, nb, z)
	d := pb - pa
	low = d - math.Hypot(pb-lb, ha-pa)
	high = d + math.Hypot(hb-pb, pa-la)
	pooled := (pa*na + pb*nb) / (na + nb)
	se := math.Sqrt(pooled * (1 - pooled) * (1/na + 1/nb))
	if se == 0 {
		if d == 0 {
			return low, high, 0
		}
		return low, high, math.NaN()
	}
	return low, high, d / se
}
