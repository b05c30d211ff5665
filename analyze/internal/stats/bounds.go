package stats

import "math"

// Below returns how many requests of slots from to to (both included) can at
// least and at most be in the cells before edge, by everything that the
// windows of series i prove; i < 0 asks the windows over all series.
//
// With P(k) the number of such requests up to slot k, a window bounds a
// difference of two P, and so do the slots' own counts. The largest
// difference that a system of difference constraints allows is a shortest
// path (Bellman, 1958), found here by sweeps over the slots.
func (m *Model) Below(i, from, to, edge int) (low, high float64) {
	var n []float64
	var windows []Window
	var span int
	if i >= 0 {
		n, windows, span = m.Series[i].N, m.Series[i].Windows, m.Series[i].span
	} else {
		n, windows, span = m.sumN, m.Total, m.span
	}
	a, b := max(0, from-span-2), min(len(n)-1, to+span+2)
	g := graph{base: a, least: make([]float64, b-a+1), most: make([]float64, b-a+1)}
	for k := a; k <= b; k++ {
		g.most[k-a] = n[k]
		if i >= 0 {
			if edge <= m.Series[i].Lo[k] {
				g.most[k-a] = 0
			} else if edge > m.Series[i].Hi[k] {
				g.least[k-a] = n[k]
			}
		} else {
			// what the series' own extremes prove
			for s := range m.Series {
				x := &m.Series[s]
				if k >= len(x.N) {
					continue // it has nothing after the last row
				}
				if edge <= x.Lo[k] {
					g.most[k-a] -= x.N[k]
				} else if edge > x.Hi[k] {
					g.least[k-a] += x.N[k]
				}
			}
		}
	}
	for w := range windows {
		v := &windows[w]
		if v.From < a || v.To > b {
			continue
		}
		g.add(v, n, edge)
	}
	high = g.path(from-a, to+1-a)
	low = -g.path(to+1-a, from-a)
	return max(0, low), high
}

// A graph holds P(b)−P(a) ≤ weight for nodes a, b: node k is before slot k.
type graph struct {
	base        int
	least, most []float64 // of a slot
	links       []link
	dist        []float64
}

type link struct {
	from, to  int
	low, high float64 // of P(to) − P(from)
}

func (g *graph) add(w *Window, n []float64, edge int) {
	total := math.Round(w.N)
	low, high := 0.0, total
	for _, k := range w.Knots {
		rank := min(math.Floor(total*k.P), total-1)
		if edge <= k.From {
			high = min(high, rank)
		}
		if edge >= k.To {
			low = max(low, rank+1)
		}
	}
	if low == 0 && high == total {
		return
	}
	slack := 2 * w.Doubt
	low, high = max(0, low-slack), high+slack
	a, b := w.From-g.base, w.To+1-g.base
	if w.Tail < 1 {
		// the last slot is only partly inside
		in := w.Tail * n[w.To]
		g.links = append(g.links,
			link{a, b, low, high + n[w.To] - in + (1-w.Head)*n[w.From]},
			link{a + 1, b - 1, low - in - w.Head*n[w.From], high})
		return
	}
	if w.Head >= 1 {
		g.links = append(g.links, link{a, b, low, high})
		return
	}
	in := w.Head * n[w.From]
	g.links = append(g.links, link{a, b, low, high + n[w.From] - in}, link{a + 1, b, low - in, high})
}

// path returns the largest P(to)−P(from) that the constraints allow.
func (g *graph) path(from, to int) float64 {
	n := len(g.most) + 1
	if cap(g.dist) < n {
		g.dist = make([]float64, n)
	}
	d := g.dist[:n]
	for k := range d {
		d[k] = math.Inf(1)
	}
	d[from] = 0
	for range 40 {
		changed := false
		relax := func(a, b int, w float64) {
			if v := d[a] + w; v < d[b]-1e-9 {
				d[b] = v
				changed = true
			}
		}
		for k := range g.most {
			relax(k, k+1, g.most[k])
		}
		for i := range g.links {
			l := &g.links[i]
			relax(l.from, l.to, l.high)
		}
		for k := len(g.most) - 1; k >= 0; k-- {
			relax(k+1, k, -g.least[k])
		}
		for i := len(g.links) - 1; i >= 0; i-- {
			l := &g.links[i]
			relax(l.to, l.from, -l.low)
		}
		if !changed {
			break
		}
	}
	return d[to]
}
