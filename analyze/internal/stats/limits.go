package stats

import (
	"math"
	"slices"
)

// ordinary is the error of an estimated count that no bound explains, in
// standard deviations of as many independent requests.
const ordinary = 0.3

// A Region answers what the windows prove of a stretch of slots. What was
// asked before is remembered. It is not safe for concurrent use.
type Region struct {
	grid   *Grid
	graphs []*graph // by series
	whole  *graph   // of all series together; nil where fewer are asked about
	// How many requests are at least and at most below each edge; NaN is not
	// yet asked.
	low, high []float64
}

// Region returns what is known of slots from to to, both included, of the
// given series.
func (m *Model) Region(series []int, from, to int) *Region {
	r := &Region{grid: m.Grid, low: make([]float64, m.Grid.Len()+1), high: make([]float64, m.Grid.Len()+1)}
	for e := range r.low {
		r.low[e], r.high[e] = math.NaN(), math.NaN()
	}
	all := len(series) == len(m.Series) && len(m.Total) > 0
	span := 0
	if all {
		span = m.span
	}
	for _, i := range series {
		span = max(span, m.Series[i].span)
	}
	base, end := max(0, from-span-2), to+span+2
	for _, i := range series {
		s := &m.Series[i]
		g := newGraph(s.N, s.Windows, base, end, from, to)
		g.narrow(s.Lo[base:], s.Hi[base:])
		r.graphs = append(r.graphs, g)
	}
	if all {
		r.whole = newGraph(m.sumN, m.Total, base, end, from, to)
		r.whole.parts = r.graphs
	}
	return r
}

// atLeast is how many requests are certainly below an edge.
func (r *Region) atLeast(edge int) float64 {
	if !math.IsNaN(r.low[edge]) {
		return r.low[edge]
	}
	n := 0.0
	for _, g := range r.graphs {
		n += g.atLeast(edge)
	}
	if r.whole != nil {
		n = max(n, r.whole.atLeast(edge))
	}
	r.low[edge] = n
	return n
}

// atMost is how many requests can be below an edge.
func (r *Region) atMost(edge int) float64 {
	if !math.IsNaN(r.high[edge]) {
		return r.high[edge]
	}
	n := 0.0
	for _, g := range r.graphs {
		n += g.atMost(edge)
	}
	if r.whole != nil {
		n = min(n, r.whole.atMost(edge))
	}
	r.high[edge] = n
	return n
}

// Limits returns the range of the latency at a rank of the region, of which
// counts is the estimate by cell.
//
// What the windows prove is certain and wide: it is what a distribution would
// reach that was arranged against the estimate in every second. The limits go
// part of the way from the estimate towards it; share is that part.
func (r *Region) Limits(counts []float64, rank, share float64) (low, high float64) {
	return r.grid.between(counts, rank, share, r.atLeast, r.atMost)
}

// between returns the cells' edges that the latency at rank lies between,
// given bounds on how many requests are below an edge.
func (g *Grid) between(counts []float64, rank, share float64, atLeast, atMost func(edge int) float64) (low, high float64) {
	n := g.Len()
	before := make([]float64, n+1)
	for j, c := range counts {
		before[j+1] = before[j] + c
	}
	total := before[n]
	noise := ordinary * math.Sqrt(max(0, rank*(total-rank)/max(1, total)))
	// The lowest edge that more than rank requests may be below: at most the
	// lowest that more than rank are estimated to be below, and seldom far from
	// it, so that the search begins there.
	b, _ := slices.BinarySearchFunc(before, rank-noise, func(v, t float64) int {
		if v > t {
			return 1
		}
		return -1
	})
	b = min(b, n)
	a := descend(b, func(e int) bool {
		return before[e]+share*max(0, min(atMost(e), total)-before[e]) > rank-noise
	})
	// the highest edge that fewer than rank+1 requests may be below
	c, _ := slices.BinarySearch(before, rank+1+noise)
	c = max(0, c-1)
	d := n - descend(n-c, func(k int) bool {
		e := n - k
		return before[e]-share*max(0, before[e]-atLeast(e)) < rank+1+noise
	})
	low, high = g.edge[max(0, a-1)], g.edge[min(n, d+1)]
	return min(low, high), max(low, high)
}

// descend returns the lowest k in [0, from] for which holds is true, given
// that it is at from and false below wherever it is false, in steps that
// double and then halve.
func descend(from int, holds func(k int) bool) int {
	low, high := -1, from // false or unknown at low, true at high
	for step := 1; high > 0; step *= 2 {
		k := max(0, high-step)
		if !holds(k) {
			low = k
			break
		}
		high = k
	}
	for high-low > 1 {
		k := (low + high) / 2
		if holds(k) {
			high = k
		} else {
			low = k
		}
	}
	return high
}
