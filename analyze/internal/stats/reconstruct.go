package stats

import (
	"math"
	"sync"
)

// A Model is what is known of the latencies of a run: how many requests each
// series (endpoint) completed in each slot of time (between two rows), the
// sum of their latencies, and quantiles of windows of slots. Solve finds the
// distribution of every slot that says nothing beyond that: the one nearest
// to a smooth prior in Kullback–Leibler divergence (Csiszár, I-divergence
// geometry, 1975), by cyclic projection onto one window's constraints after
// the other (Bregman, 1967; for counts it is iterative proportional fitting).
type Model struct {
	Grid   *Grid
	Series []Series
	// Total are windows over the sum of all series.
	Total []Window

	sets  [][]*constraint // by series
	total []*constraint
	sumN  []float64 // completions by slot, all series
	span  int
}

// A Series is one endpoint, or the aggregate where there is nothing finer.
type Series struct {
	N       []float64 // completions by slot
	Sum     []float64 // of their latencies, ms; NaN unknown. nil: all unknown
	Lo, Hi  []int     // first and last cell that a slot's latencies can be in
	Windows []Window
	// Margin is how many requests each bucket has in all slots from MarginFrom
	// on, at the bucket's first cell; nil: unknown.
	Margin     []float64
	MarginFrom int

	x     []float64 // counts by slot and cell
	theta []float64 // multiplier of each slot's sum
	span  int       // slots of the longest window
}

// A Window is quantiles of the slots From to To, both included.
type Window struct {
	From, To   int
	Head, Tail float64 // shares of slots From and To that lie inside
	N          float64 // requests inside
	Doubt      float64 // standard error of what a rank is compared with, requests
	// Prefix says that the window reaches back to the start of the counters: it
	// says little about any one slot.
	Prefix bool
	// Soft says that the window shapes the prior and nothing else: it covers
	// too little of a slot to bind it.
	Soft  bool
	Knots []Knot
}

// A Knot says that the order statistic ⌊N·P⌋ is in cells [From, To).
type Knot struct {
	P        float64
	From, To int
}

// A constraint is a compiled window: bounds on the number of requests below
// some cell edges.
type constraint struct {
	w         Window
	edge      []int
	low, high []float64 // −Inf, +Inf where there is none
	dual      []float64
	noise     float64
	parts     []part
	total     float64 // requests of the parts, by their weights
	// A part's weight depends on where in the window it is.
	weight [kinds]float64
	used   [kinds]bool
}

// Kinds of parts: slots that are wholly inside a window, its first and its
// last. A window of one slot has only a last.
const (
	inside = iota
	first
	last
	kinds
)

// A part is a slot of a series in a constraint.
type part struct {
	x             []float64
	from          int // cell of x[0]
	n, inverse, w float64
	kind          int
}

// compile turns knots into bounds at edges.
func compile(w Window) *constraint {
	c := &constraint{w: w, noise: 0.1 + w.Doubt*w.Doubt}
	n := math.Round(w.N)
	at := func(edge int) int {
		for i, e := range c.edge {
			if e == edge {
				return i
			}
		}
		c.edge = append(c.edge, edge)
		c.low, c.high = append(c.low, math.Inf(-1)), append(c.high, math.Inf(1))
		for i := len(c.edge) - 1; i > 0 && c.edge[i-1] > c.edge[i]; i-- {
			c.edge[i-1], c.edge[i] = c.edge[i], c.edge[i-1]
			c.low[i-1], c.low[i] = c.low[i], c.low[i-1]
			c.high[i-1], c.high[i] = c.high[i], c.high[i-1]
		}
		for i, e := range c.edge {
			if e == edge {
				return i
			}
		}
		return -1
	}
	for _, k := range w.Knots {
		rank := min(math.Floor(n*k.P), n-1)
		// Locust: #{v<q} <= floor(np) < #{v<=q}
		i := at(k.From)
		c.high[i] = min(c.high[i], rank)
		i = at(k.To)
		c.low[i] = max(c.low[i], rank+1)
	}
	c.dual = make([]float64, len(c.edge))
	return c
}

// X adds to into, by cell, the reconstructed counts of series i in slots from
// to to, both included, of the first and the last only a share; and to whole,
// unless it is nil, all of them.
func (m *Model) X(i, from, to int, head, tail float64, into, whole []float64) {
	b := m.Grid.Len()
	x := m.Series[i].x
	lo, hi := b, -1
	for s := from; s <= to; s++ {
		lo, hi = min(lo, m.Series[i].Lo[s]), max(hi, m.Series[i].Hi[s])
	}
	add := func(to []float64, s int, w float64) {
		for j, v := range x[s*b+lo : s*b+hi+1] {
			to[lo+j] += w * v
		}
	}
	if lo > hi {
		return
	}
	sum := make([]float64, b) // of the slots that are wholly inside
	for s := from; s <= to; s++ {
		if s > from && s < to {
			add(sum, s, 1)
			continue
		}
		w := 1.0
		if s == from {
			w = head
		}
		if s == to {
			w += tail - 1
		}
		add(into, s, w)
		if whole != nil {
			add(whole, s, 1)
		}
	}
	for j, v := range sum {
		into[j] += v
		if whole != nil {
			whole[j] += v
		}
	}
}

// Solve reconstructs. The result does not depend on the number of
// processors: series share nothing except the windows of the total.
func (m *Model) Solve(sweeps, rounds int) {
	m.sets = make([][]*constraint, len(m.Series))
	m.sumN = nil
	for i := range m.Series {
		s := &m.Series[i]
		for len(m.sumN) < len(s.N) {
			m.sumN = append(m.sumN, 0)
		}
		for k, n := range s.N {
			m.sumN[k] += n
		}
		s.span = longest(s.Windows)
	}
	m.span = longest(m.Total)
	each := func(do func(i int)) {
		var wg sync.WaitGroup
		for i := range m.Series {
			wg.Add(1)
			go func() { defer wg.Done(); do(i) }()
		}
		wg.Wait()
	}
	each(func(i int) {
		s := &m.Series[i]
		s.x = m.prior(s)
		s.theta = make([]float64, len(s.N))
		for _, w := range ordered(s.Windows) {
			if c := compile(w); m.attach(c, s) {
				m.sets[i] = append(m.sets[i], c)
			}
		}
	})
	m.total = nil
	for _, w := range ordered(m.Total) {
		c := compile(w)
		ok := false
		for i := range m.Series {
			ok = m.attach(c, &m.Series[i]) || ok
		}
		if ok {
			m.total = append(m.total, c)
		}
	}
	var joint projector
	for r := range rounds {
		if r > 0 {
			each(func(i int) {
				m.smooth(&m.Series[i])
				clear(m.Series[i].theta)
				for _, c := range m.sets[i] {
					clear(c.dual)
				}
			})
			for _, c := range m.total {
				clear(c.dual)
			}
		}
		n := sweeps
		if r < rounds-1 {
			n = (sweeps + 1) / 2 // what is only a prior need not be settled
		}
		for range n {
			each(func(i int) {
				s := &m.Series[i]
				e := make([]float64, m.Grid.Len())
				for k := range s.N {
					m.tilt(s, k, e)
				}
				m.rake(s)
				var q projector
				for _, c := range m.sets[i] {
					q.project(c)
				}
			})
			for _, c := range m.total {
				joint.project(c)
			}
		}
	}
}

// ordered returns windows so that neighbours in the order overlap little:
// the projections then converge in fewer sweeps.
func ordered(ws []Window) []Window {
	const stride = 7
	out := make([]Window, 0, len(ws))
	for o := range stride {
		for i := o; i < len(ws); i += stride {
			out = append(out, ws[i])
		}
	}
	return out
}

func (m *Model) attach(c *constraint, s *Series) bool {
	b := m.Grid.Len()
	if c.w.Soft {
		return false
	}
	n := len(c.parts)
	for k := c.w.From; k <= c.w.To && k < len(s.N); k++ {
		if s.N[k] <= 0 {
			continue
		}
		w, kind := 1.0, inside
		if k == c.w.From {
			w, kind = c.w.Head, first
		}
		if k == c.w.To {
			w, kind = w+c.w.Tail-1, last
		}
		if w > 0.02 {
			lo, hi := s.Lo[k], s.Hi[k]+1
			c.parts = append(c.parts, part{x: s.x[k*b+lo : k*b+hi], from: lo, n: s.N[k], inverse: 1 / s.N[k], w: w, kind: kind})
			c.weight[kind], c.used[kind] = w, true
			c.total += w * s.N[k]
		}
	}
	return len(c.parts) > n
}

// longest is the number of slots of the longest window.
func longest(ws []Window) int {
	n := 0
	for _, w := range ws {
		n = max(n, w.To-w.From+1)
	}
	return n
}
