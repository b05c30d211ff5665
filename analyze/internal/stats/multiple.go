package stats

import (
	"math"
	"slices"
)

// BenjaminiHochberg reports which of the p-values stand when the share of
// false ones among those that stand is to be at most q. A NaN is no test: it
// does not stand and does not count in the family.
//
// Source: Benjamini and Hochberg, "Controlling the False Discovery Rate",
// JRSS B 57 (1995).
func BenjaminiHochberg(ps []float64, q float64) []bool {
	var order []int
	for i, p := range ps {
		if !math.IsNaN(p) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case ps[a] < ps[b]:
			return -1
		case ps[a] > ps[b]:
			return 1
		}
		return 0
	})
	stands := make([]bool, len(ps))
	for k := len(order) - 1; k >= 0; k-- {
		if ps[order[k]] <= q*float64(k+1)/float64(len(order)) {
			for _, i := range order[:k+1] {
				stands[i] = true
			}
			break
		}
	}
	return stands
}
