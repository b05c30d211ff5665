package stats

import (
	"math"
	"math/rand/v2"
)

// MovingBlocks fills into with indices into a series of n values: blocks of
// the given length from random places, end to end, the last one cut short.
// Resampling blocks instead of values keeps the dependence between
// neighbours, which plain resampling would destroy and so understate the
// spread.
//
// Source: Künsch, "The Jackknife and the Bootstrap for General Stationary
// Observations", Annals of Statistics 17 (1989).
func MovingBlocks(random *rand.Rand, into []int, n, length int) {
	length = max(1, min(length, n))
	for i := 0; i < len(into); {
		start := random.IntN(n - length + 1)
		for k := 0; k < length && i < len(into); k++ {
			into[i] = start + k
			i++
		}
	}
}

// BlockSpread is how far the bootstrap's spread understates the true one when
// n values make few blocks of the given length: √(n/(n−length)). It is +Inf
// when they make only one.
func BlockSpread(n, length int) float64 {
	if n <= length {
		return math.Inf(1)
	}
	return math.Sqrt(float64(n) / float64(n-length))
}

// StandardDeviation returns the sample standard deviation of the finite
// values of xs, and NaN when there are fewer than two.
func StandardDeviation(xs []float64) float64 {
	n, mean := 0.0, 0.0
	sum := 0.0
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		// Welford's recurrence: no cancellation for values far from zero.
		n++
		d := x - mean
		mean += d / n
		sum += d * (x - mean)
	}
	if n < 2 {
		return math.NaN()
	}
	return math.Sqrt(sum / (n - 1))
}
