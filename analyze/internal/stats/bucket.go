package stats

import (
	"math"
	"sort"
)

// A Grid divides latencies, in ms, into cells. Locust rounds every latency
// before it counts it (integers below 100 ms, two significant digits above);
// a cell is such a bucket or an equal part of one, so that no bucket's edge
// lies inside a cell and no cell is much wider than fineness, relatively.
type Grid struct {
	edge []float64 // one more than there are cells, ascending
	mid  []float64
	log  []float64 // of edge, for interpolation
	mlog []float64 // of mid
	// variance of a latency somewhere in the cell, ms²
	variance []float64
	gap      []int // cells with the same number are as far from the cell before
	// first cell of the bucket that a cell belongs to, and the first after it
	from, to []int
	// whole: latencies below 100 ms are whole numbers, so that their cells are
	// points
	whole bool
}

// fineness is the relative width that wide buckets are divided down to. A
// quantile inside a bucket is placed by the exact sums of latencies, and the
// tolerance worth having is a few per cent.
const fineness = 0.025

// maxParts bounds the cells of one bucket: the lowest are relatively wide.
const maxParts = 8

// LocustGrid returns the grid of Locust's buckets (stats.py,
// StatsEntry._log_response_time) that covers latencies from low to high ms. whole says
// that the client measured in whole milliseconds.
func LocustGrid(low, high float64, whole bool) *Grid {
	g := &Grid{whole: whole}
	v := BucketOf(max(0, low))
	top := BucketOf(max(low, high))
	for {
		a, b := bucketEdges(v)
		parts := 1
		if v > 0 && !(whole && v < 100) {
			parts = min(maxParts, max(1, int(math.Ceil((b-a)/(fineness*v)-0.3))))
		}
		first := len(g.mid)
		for i := range parts {
			lo := a + (b-a)*float64(i)/float64(parts)
			hi := a + (b-a)*float64(i+1)/float64(parts)
			g.edge = append(g.edge, lo)
			mid := (lo + hi) / 2
			if whole && v < 100 {
				mid = v
			}
			g.mid = append(g.mid, mid)
		}
		for range parts {
			g.from, g.to = append(g.from, first), append(g.to, first+parts)
		}
		if v >= top {
			g.edge = append(g.edge, b)
			break
		}
		v = BucketOf(v + bucketStep(v))
	}
	g.log = make([]float64, len(g.edge))
	for i, e := range g.edge {
		g.log[i] = math.Log(max(e, 0.25))
	}
	g.mlog, g.gap = make([]float64, len(g.mid)), make([]int, len(g.mid))
	g.variance = make([]float64, len(g.mid))
	for i, v := range g.mid {
		width := g.edge[i+1] - g.edge[i]
		g.variance[i] = width * width / 12
		g.mlog[i] = math.Log(max(v, 0.25))
		if i > 1 {
			g.gap[i] = g.gap[i-1]
			if a, b := v-g.mid[i-1], g.mid[i-1]-g.mid[i-2]; math.Abs(a-b) > 1e-9*v {
				g.gap[i]++
			}
		}
	}
	return g
}

// BucketOf returns the latency that Locust counts x ms as.
func BucketOf(x float64) float64 {
	switch {
	case x < 100:
		return math.RoundToEven(x)
	case x < 1000:
		return math.RoundToEven(x/10) * 10
	case x < 10000:
		return math.RoundToEven(x/100) * 100
	}
	return math.RoundToEven(x/1000) * 1000
}

// Resolution returns the latencies that Locust prints as v ms.
func Resolution(v float64) (low, high float64) { return bucketEdges(BucketOf(v)) }

func bucketStep(v float64) float64 {
	switch {
	case v < 100:
		return 1
	case v < 1000:
		return 10
	case v < 10000:
		return 100
	}
	return 1000
}

// bucketEdges returns the raw latencies that are rounded to bucket v. At a
// change of decade the lower half is the finer decade's.
func bucketEdges(v float64) (low, high float64) {
	step := bucketStep(v)
	below := step
	if v == 100 || v == 1000 || v == 10000 {
		below = step / 10
	}
	return max(0, v-below/2), v + step/2
}

// Len is the number of cells.
func (g *Grid) Len() int { return len(g.mid) }

// Cell returns the cell that holds latency x, the nearest when x is outside.
func (g *Grid) Cell(x float64) int {
	i := sort.SearchFloat64s(g.edge, x)
	if i < len(g.edge) && g.edge[i] == x {
		i++
	}
	return min(max(i-1, 0), len(g.mid)-1)
}

// Bucket returns the cells [from, to) of the bucket printed as v.
func (g *Grid) Bucket(v float64) (from, to int) {
	c := g.Cell(v)
	return g.from[c], g.to[c]
}

// Quantile returns the latency below which rank of the counts lie; the
// counts are spread evenly over their cells.
func (g *Grid) Quantile(counts []float64, rank float64) float64 {
	acc := 0.0
	last := 0
	for i, c := range counts {
		if c > 0 {
			last = i
			if acc+c >= rank {
				if g.whole && g.mid[i] < 100 {
					return g.mid[i]
				}
				return g.edge[i] + (g.edge[i+1]-g.edge[i])*min(1, max(0, (rank-acc)/c))
			}
		}
		acc += c
	}
	return g.edge[last+1]
}
