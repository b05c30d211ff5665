package stats

import "math"

// ordinary is the error of an estimated count that no bound explains, in
// standard deviations of as many independent requests.
const ordinary = 0.3

// Limits returns the range of the latency at a rank of slots from to to of
// the given series, of which counts is the estimate by cell.
//
// What the windows prove (Below) is certain and wide: it is what a
// distribution would reach that was arranged against the estimate in every
// second. The limits go part of the way from the estimate towards it; share is
// that part.
func (m *Model) Limits(series []int, counts []float64, from, to int, rank, share float64) (low, high float64) {
	return m.Grid.between(counts, rank, share, func(edge int) (lo, hi float64) {
		for _, i := range series {
			a, b := m.Below(i, from, to, edge)
			lo, hi = lo+a, hi+b
		}
		if len(series) == len(m.Series) && len(m.Total) > 0 {
			a, b := m.Below(-1, from, to, edge)
			lo, hi = max(lo, a), min(hi, b)
		}
		return lo, hi
	})
}

// between returns the cells' edges that the latency at rank lies between,
// given bounds on how many requests are below an edge.
func (g *Grid) between(counts []float64, rank, share float64, bounds func(edge int) (low, high float64)) (low, high float64) {
	n := g.Len()
	before := make([]float64, n+1)
	for j, c := range counts {
		before[j+1] = before[j] + c
	}
	total := before[n]
	noise := ordinary * math.Sqrt(max(0, rank*(total-rank)/max(1, total)))
	// the lowest edge that more than rank requests may be below
	a, b := 0, n
	for a < b {
		e := (a + b) / 2
		_, hi := bounds(e)
		if before[e]+share*max(0, min(hi, total)-before[e]) > rank-noise {
			b = e
		} else {
			a = e + 1
		}
	}
	// the highest edge that fewer than rank+1 requests may be below
	c, d := 0, n
	for c < d {
		e := (c + d + 1) / 2
		lo, _ := bounds(e)
		if before[e]-share*max(0, before[e]-lo) < rank+1+noise {
			c = e
		} else {
			d = e - 1
		}
	}
	low, high = g.edge[max(0, a-1)], g.edge[min(n, c+1)]
	return min(low, high), max(low, high)
}
