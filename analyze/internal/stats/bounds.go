package stats

import "math"

// A graph holds what windows prove of P(k), the number of requests below some
// edge in the slots before node k.
//
// A window bounds a difference of two P, and so do the slots' own counts. The
// largest difference that a system of difference constraints allows is a
// shortest path (Bellman, 1958), found here by sweeps over the nodes in order
// and back (Yen, 1970). Which nodes are linked does not depend on the edge:
// only the weights do.
type graph struct {
	from, to int       // the nodes that are asked about
	n        []float64 // requests by slot
	lo, hi   []int     // first and last cell by slot; nil: parts know
	parts    []*graph  // the series that this graph is the sum of
	lowest   int       // of lo and highest of hi in the slots asked about
	highest  int
	inside   float64 // requests of the slots asked about

	windows          []*Window
	ranks            [][]float64 // of the windows' knots
	links            []link      // by the node that they end at
	ends             []int32     // links[ends[k]:ends[k+1]] end at node k
	begin            []int32     // the same links by the node that they begin at
	begins           []int32
	edge             int // that the weights below are of; −1: none
	least, most      []float64
	windowLow        []float64
	windowHigh       []float64
	distance, weight []float64
}

// A link says P(to) − P(from) ≤ its window's upper bound + up, and ≥ its lower
// bound − down.
type link struct {
	from, to, window int32
	up, down         float64
}

// newGraph links the slots base to end (both included) by those of the windows
// that lie within.
func newGraph(n []float64, windows []Window, base, end, from, to int) *graph {
	end = min(end, len(n)-1)
	g := &graph{n: n[min(base, len(n)):max(end+1, min(base, len(n)))], edge: -1}
	g.from, g.to = min(from-base, len(g.n)), min(to+1-base, len(g.n))
	for _, v := range g.n[g.from:g.to] {
		g.inside += v
	}
	g.least, g.most = make([]float64, len(g.n)), make([]float64, len(g.n))
	g.distance = make([]float64, len(g.n)+1)
	for i := range windows {
		if w := &windows[i]; w.From >= base && w.To <= end {
			g.add(w, n, base)
		}
	}
	g.windowLow, g.windowHigh = make([]float64, len(g.windows)), make([]float64, len(g.windows))
	g.order()
	return g
}

// add links the nodes of one window.
func (g *graph) add(w *Window, n []float64, base int) {
	window := int32(len(g.windows))
	total := math.Round(w.N)
	ranks := make([]float64, len(w.Knots))
	for i, k := range w.Knots {
		ranks[i] = min(math.Floor(total*k.P), total-1)
	}
	g.windows, g.ranks = append(g.windows, w), append(g.ranks, ranks)
	put := func(from, to int, up, down float64) {
		if from < to {
			g.links = append(g.links, link{int32(from), int32(to), window, up, down})
		}
	}
	a, b := w.From-base, w.To+1-base
	in := w.Head * n[w.From]
	switch {
	case w.Tail < 1: // the last slot is only partly inside
		last := w.Tail * n[w.To]
		put(a, b, n[w.To]-last+n[w.From]-in, 0)
		put(a+1, b-1, 0, last+in)
	case w.Head >= 1:
		put(a, b, 0, 0)
	default:
		put(a, b, n[w.From]-in, 0)
		put(a+1, b, 0, in)
	}
}

// order sorts the links by both of their ends.
func (g *graph) order() {
	nodes := len(g.n) + 1
	g.ends, g.begins = make([]int32, nodes+1), make([]int32, nodes+1)
	for _, l := range g.links {
		g.ends[l.to+1]++
		g.begins[l.from+1]++
	}
	for k := range nodes {
		g.ends[k+1] += g.ends[k]
		g.begins[k+1] += g.begins[k]
	}
	sorted, next := make([]link, len(g.links)), append([]int32(nil), g.ends...)
	for _, l := range g.links {
		sorted[next[l.to]] = l
		next[l.to]++
	}
	g.links, g.begin, next = sorted, make([]int32, len(g.links)), append(next[:0], g.begins...)
	for i, l := range g.links {
		g.begin[next[l.from]] = int32(i)
		next[l.from]++
	}
	g.weight = make([]float64, 2*len(g.links))
}

// narrow says which cells the slots' latencies can be in.
func (g *graph) narrow(lo, hi []int) {
	g.lo, g.hi = lo, hi
	g.lowest, g.highest = math.MaxInt, -1
	for k := g.from; k < g.to; k++ {
		if g.n[k] > 0 {
			g.lowest, g.highest = min(g.lowest, lo[k]), max(g.highest, hi[k])
		}
	}
}

// atMost is the most requests of the slots asked about that can be below edge.
func (g *graph) atMost(edge int) float64 {
	switch {
	case g.lo != nil && edge <= g.lowest:
		return 0
	case g.lo != nil && edge > g.highest:
		return g.inside
	}
	g.weigh(edge)
	return g.path(g.from, g.to)
}

// atLeast is the least requests of the slots asked about that are below edge.
func (g *graph) atLeast(edge int) float64 {
	switch {
	case g.lo != nil && edge <= g.lowest:
		return 0
	case g.lo != nil && edge > g.highest:
		return g.inside
	}
	g.weigh(edge)
	return max(0, -g.path(g.to, g.from))
}

// slots bounds each slot's own count below edge.
func (g *graph) slots(edge int) {
	if g.lo != nil {
		for k, n := range g.n {
			g.least[k], g.most[k] = 0, n
			if edge <= g.lo[k] {
				g.most[k] = 0
			} else if edge > g.hi[k] {
				g.least[k] = n
			}
		}
		return
	}
	// what the series' own extremes prove
	copy(g.most, g.n)
	clear(g.least)
	for _, s := range g.parts {
		for k, n := range s.n {
			if edge <= s.lo[k] {
				g.most[k] -= n
			} else if edge > s.hi[k] {
				g.least[k] += n
			}
		}
	}
}

// weigh sets the weights for an edge.
func (g *graph) weigh(edge int) {
	if g.edge == edge {
		return
	}
	g.edge = edge
	g.slots(edge)
	for i, w := range g.windows {
		total := math.Round(w.N)
		low, high := 0.0, total
		for j, rank := range g.ranks[i] {
			if edge <= w.Knots[j].From {
				high = min(high, rank)
			}
			if edge >= w.Knots[j].To {
				low = max(low, rank+1)
			}
		}
		if low == 0 && high == total { // it says nothing here
			g.windowLow[i], g.windowHigh[i] = math.Inf(-1), math.Inf(1)
			continue
		}
		slack := 2 * w.Doubt
		g.windowLow[i], g.windowHigh[i] = max(0, low-slack), high+slack
	}
	up, down := g.weight[:len(g.links)], g.weight[len(g.links):]
	for i := range g.links {
		l := &g.links[i]
		up[i] = g.windowHigh[l.window] + l.up
	}
	for i, j := range g.begin {
		l := &g.links[j]
		down[i] = l.down - g.windowLow[l.window]
	}
}

// path returns the largest P(to)−P(from) that the constraints allow.
func (g *graph) path(from, to int) float64 {
	d, n := g.distance, len(g.n)
	for k := range d {
		d[k] = math.Inf(1)
	}
	d[from] = 0
	up, down := g.weight[:len(g.links)], g.weight[len(g.links):]
	for range 40 {
		changed := false
		for k := 1; k <= n; k++ {
			v := d[k-1] + g.most[k-1]
			for i := g.ends[k]; i < g.ends[k+1]; i++ {
				v = min(v, d[g.links[i].from]+up[i])
			}
			if v < d[k]-1e-9 {
				d[k], changed = v, true
			}
		}
		for k := n - 1; k >= 0; k-- {
			v := d[k+1] - g.least[k]
			for i := g.begins[k]; i < g.begins[k+1]; i++ {
				v = min(v, d[g.links[g.begin[i]].to]+down[i])
			}
			if v < d[k]-1e-9 {
				d[k], changed = v, true
			}
		}
		if !changed {
			break
		}
	}
	return d[to]
}
