package stats

// AutocorrelationTime returns τ̂ = 1 + 2Σρ_k, the number of consecutive values
// of xs that are worth one independent value. The sum runs over the lags up
// to the first whose autocorrelation is at most 0.05, and over a quarter of
// the series at most, beyond which estimates of ρ are noise. It is at least 1,
// and 1 for a constant or very short series.
//
// Source: Sokal, "Monte Carlo Methods in Statistical Mechanics" (1997), §3;
// the cut-off is that of methods.md §5.3.
func AutocorrelationTime(xs []float64) float64 {
	n := len(xs)
	if n < 4 {
		return 1
	}
	mean := 0.0
	for _, x := range xs {
		mean += x
	}
	mean /= float64(n)
	variance := 0.0
	for _, x := range xs {
		variance += (x - mean) * (x - mean)
	}
	if variance == 0 {
		return 1
	}
	tau := 1.0
	for lag := 1; lag <= n/4; lag++ {
		covariance := 0.0
		for i := lag; i < n; i++ {
			covariance += (xs[i] - mean) * (xs[i-lag] - mean)
		}
		rho := covariance / variance
		if rho <= 0.05 {
			break
		}
		tau += 2 * rho
	}
	return tau
}
