package stats

import "math"

// StudentTail returns the two-sided tail of Student's t distribution:
// P(|T| ≥ |t|) for df degrees of freedom, which need not be whole. It is NaN
// for df ≤ 0 or a NaN.
func StudentTail(t, df float64) float64 {
	if math.IsNaN(t) || !(df > 0) {
		return math.NaN()
	}
	if math.IsInf(t, 0) {
		return 0
	}
	return incompleteBeta(df/2, 0.5, df/(df+t*t))
}

// StudentQuantile returns the t whose two-sided tail is alpha, in (0,1): the
// factor of a confidence interval of 1 − alpha. It is +Inf for df ≤ 0.
func StudentQuantile(alpha, df float64) float64 {
	if !(df > 0) {
		return math.Inf(1)
	}
	low, high := 0.0, 1.0
	for StudentTail(high, df) > alpha && high < 1e12 {
		high *= 2
	}
	for range 200 {
		mid := (low + high) / 2
		if mid == low || mid == high {
			break
		}
		if StudentTail(mid, df) > alpha {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// incompleteBeta is the regularised incomplete beta function I_x(a,b), by its
// continued fraction (Lentz's method; DLMF 8.17.22).
func incompleteBeta(a, b, x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2): // where the fraction converges fast
		return 1 - incompleteBeta(b, a, 1-x)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	const tiny = 1e-300
	c, d := 1.0, 1-(a+b)*x/(a+1)
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	f := d
	step := func(term float64) float64 {
		d = 1 + term*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = 1 + term/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		return c * d
	}
	for m := 1.0; m <= 500; m++ {
		f *= step(m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m)))
		delta := step(-(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1)))
		f *= delta
		if math.Abs(delta-1) < 1e-15 {
			break
		}
	}
	return front * f
}
