package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

// ChangePoint returns where a row's level changed: the number of values before
// the change, and the probability that shuffled values would show as much
// somewhere. The statistic is Mann and Whitney's U, standardised, at its
// largest over the splits that leave at least edge values on each side
// (Pettitt 1979). k is 0 where the row is too short or all of it is equal.
func ChangePoint(values []float64, edge, shuffles int, random *rand.Rand) (k int, p float64) {
	n := len(values)
	if n < 2*edge {
		return 0, 1
	}
	ranks := Ranks(values)
	k, most := largestSplit(ranks, edge)
	if most == 0 {
		return 0, 1
	}
	shuffled := slices.Clone(ranks)
	reached := 1 // the row itself
	for range shuffles {
		random.Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if _, u := largestSplit(shuffled, edge); u >= most-1e-9 {
			reached++
		}
	}
	return k, float64(reached) / float64(shuffles+1)
}

// largestSplit returns the split with the largest standardised difference of
// the ranks' sums.
func largestSplit(ranks []float64, edge int) (k int, most float64) {
	n := float64(len(ranks))
	sum := 0.0
	for i, r := range ranks {
		sum += r
		m := float64(i + 1)
		if i+1 < edge || len(ranks)-i-1 < edge {
			continue
		}
		z := math.Abs(sum-m*(n+1)/2) / math.Sqrt(m*(n-m)*(n+1)/12)
		if z > most+1e-12 {
			k, most = i+1, z
		}
	}
	return k, most
}

// Ranks returns the ranks of values, from 1; equal values share the mean of
// their ranks.
func Ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	ranks := make([]float64, len(values))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return ranks
}
