package stats

import "math"

// Limits returns the range of the latency at a rank of slots from to to:
// series, or all of them when it is nil.
//
// What the windows prove (Below) is certain and wide: it is what a
// distribution would reach that was arranged against the estimate in every
// second. The limits go part of the way from the estimate towards it; share is
// that part. It was set so that the limits hold in more than 95 % of windows
// of recorded and simulated runs (see the tests).
func (m *Model) Limits(series []int, counts []float64, from, to int, rank, share float64) (low, high float64) {
	g := m.Grid
	n := g.Len()
	// cumulative estimate before each cell
	before := make([]float64, n+1)
	for j, c := range counts {
		before[j+1] = before[j] + c
	}
	total := before[n]
	bound := func(edge int) (lo, hi float64) {
		lo, hi = 0, 0
		for _, i := range series {
			a, b := m.Below(i, from, to, edge)
			lo, hi = lo+a, hi+b
		}
		if len(series) == len(m.Series) && len(m.Total) > 0 {
			a, b := m.Below(-1, from, to, edge)
			lo, hi = max(lo, a), min(hi, b)
		}
		return lo, hi
	}
	// the lowest edge that more than rank requests may be below
	a, b := 0, n
	for a < b {
		e := (a + b) / 2
		_, hi := bound(e)
		est := before[e]
		if est+share*max(0, min(hi, total)-est) > rank {
			b = e
		} else {
			a = e + 1
		}
	}
	low = g.edge[max(0, a-1)]
	// the highest edge that fewer than rank+1 requests may be below
	c, d := 0, n
	for c < d {
		e := (c + d + 1) / 2
		lo, _ := bound(e)
		est := before[e]
		if est-share*max(0, est-lo) < rank+1 {
			c = e
		} else {
			d = e - 1
		}
	}
	high = g.edge[min(n, c+1)]
	return math.Min(low, high), math.Max(low, high)
}
