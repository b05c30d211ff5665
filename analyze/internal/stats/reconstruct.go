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
	Knots  []Knot
}

// A Knot says that the order statistic ⌊N·P⌋ is in cells [From, To).
type Knot struct {
	P        float64
	From, To int
}

// A constraint is a compiled window: bounds on the number of requests below
// some cell edges.
type constraint struct {
	w            Window
	edge         []int
	low, high    []float64 // −Inf, +Inf where there is none
	dual         []float64
	noise        float64
	parts        []part
	mass, factor []float64
}

// A part is a slot of a series in a constraint.
type part struct {
	x     []float64
	n, w  float64
	below float64
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

// X returns the reconstructed counts by cell of the slots from to to, both
// included, of series i.
func (m *Model) X(i, from, to int, into []float64) []float64 {
	b := m.Grid.Len()
	if into == nil {
		into = make([]float64, b)
	}
	x := m.Series[i].x
	for s := from; s <= to; s++ {
		for j, v := range x[s*b : (s+1)*b] {
			into[j] += v
		}
	}
	return into
}

// Solve reconstructs. The result does not depend on the number of
// processors: series share nothing except the windows of the total.
func (m *Model) Solve(sweeps, rounds int) {
	b := m.Grid.Len()
	m.sets = make([][]*constraint, len(m.Series))
	m.sumN = make([]float64, len(m.Series[0].N))
	for i := range m.Series {
		s := &m.Series[i]
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
		for range sweeps {
			each(func(i int) {
				s := &m.Series[i]
				for k := range s.N {
					m.tilt(s, k)
				}
				for _, c := range m.sets[i] {
					c.project(b)
				}
			})
			for _, c := range m.total {
				c.project(b)
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
	n := len(c.parts)
	for k := c.w.From; k <= c.w.To && k < len(s.N); k++ {
		if s.N[k] <= 0 {
			continue
		}
		w := 1.0
		if k == c.w.From {
			w = c.w.Head
		}
		if k == c.w.To {
			w = min(w, c.w.Tail)
		}
		if w > 0.02 {
			c.parts = append(c.parts, part{x: s.x[k*b : (k+1)*b], n: s.N[k], w: w})
		}
	}
	return len(c.parts) > n
}

// project moves the slots of c's window the least that its bounds ask for.
func (c *constraint) project(cells int) {
	classes := len(c.edge) + 1
	if need := len(c.parts) * classes; cap(c.mass) < need {
		c.mass, c.factor = make([]float64, need), make([]float64, need)
	}
	mass, factor := c.mass[:len(c.parts)*classes], c.factor[:len(c.parts)*classes]
	total := 0.0
	for i := range c.parts {
		p := &c.parts[i]
		p.below = 0
		from := 0
		row := mass[i*classes : (i+1)*classes]
		for j, e := range c.edge {
			sum := 0.0
			for _, v := range p.x[from:min(e, cells)] {
				sum += v
			}
			row[j], from = sum, min(e, cells)
		}
		sum := 0.0
		for _, v := range p.x[from:] {
			sum += v
		}
		row[classes-1] = sum
		total += p.n * p.w
	}
	for i := range factor {
		factor[i] = 1
	}
	// Counts inside are shares of slots; the ranks are of the N requests that
	// are known or estimated to be inside.
	scale := 1.0
	if c.w.N > 0 {
		scale = total / c.w.N
	}
	changed := false
	for j := range c.edge {
		now := 0.0
		for i := range c.parts {
			p := &c.parts[i]
			p.below += mass[i*classes+j]
			now += p.w * p.below
		}
		low, high := c.low[j]*scale, c.high[j]*scale
		if c.dual[j] == 0 && now >= low-1e-6*total && now <= high+1e-6*total {
			continue
		}
		d := c.step(j, now, low, high)
		if math.Abs(d) < 1e-9 {
			continue
		}
		changed = true
		c.dual[j] += d
		for i := range c.parts {
			p := &c.parts[i]
			g := p.below / p.n
			if g <= 1e-12 || g >= 1-1e-12 {
				continue
			}
			t := g * math.Exp(p.w*d)
			to := t / (t + 1 - g)
			under, over := to/g, (1-to)/(1-g)
			row, f := mass[i*classes:(i+1)*classes], factor[i*classes:(i+1)*classes]
			for k := 0; k <= j; k++ {
				row[k] *= under
				f[k] *= under
			}
			for k := j + 1; k < classes; k++ {
				row[k] *= over
				f[k] *= over
			}
			p.below = to * p.n
		}
	}
	if !changed {
		return
	}
	for i := range c.parts {
		p := &c.parts[i]
		from := 0
		f := factor[i*classes : (i+1)*classes]
		for j, e := range c.edge {
			x := p.x[from:min(e, cells)]
			for k := range x {
				x[k] *= f[j]
			}
			from = min(e, cells)
		}
		x := p.x[from:]
		for k := range x {
			x[k] *= f[classes-1]
		}
	}
}

// step returns the change of edge j's multiplier: to zero where the bounds
// hold without it, else to where the nearer bound holds up to its noise.
func (c *constraint) step(j int, now, low, high float64) float64 {
	lambda := c.dual[j]
	count := func(d float64) (sum, slope float64) {
		for i := range c.parts {
			p := &c.parts[i]
			g := p.below / p.n
			if g > 1e-12 && g < 1-1e-12 {
				t := g * math.Exp(p.w*d)
				g = t / (t + 1 - g)
				slope += p.w * p.w * p.n * g * (1 - g)
			}
			sum += p.w * p.n * g
		}
		return sum, slope
	}
	if lambda != 0 {
		now, _ = count(-lambda)
	}
	target := low
	switch {
	case now >= low && now <= high:
		return -lambda
	case now > high:
		target = high
	}
	// solve count(d) − target + noise·(λ+d) = 0, increasing in d
	d := 0.0
	for range 12 {
		sum, slope := count(d)
		h := sum - target + c.noise*(lambda+d)
		if math.Abs(h) < 1e-4*(1+target) {
			break
		}
		move := -h / (slope + c.noise)
		d += max(-2, min(2, move))
		if d > 40 || d < -40 {
			break
		}
	}
	return max(-30-lambda, min(30-lambda, d))
}

// tilt gives slot k of s the sum that it is known to have.
func (m *Model) tilt(s *Series, k int) {
	if s.Sum == nil || math.IsNaN(s.Sum[k]) || s.N[k] <= 0 || s.Lo[k] >= s.Hi[k] {
		return
	}
	b := m.Grid.Len()
	lo, hi := s.Lo[k], s.Hi[k]+1
	x := s.x[k*b+lo : k*b+hi]
	mid := m.Grid.mid[lo:hi]
	unit := s.Sum[k]/s.N[k] + 1e-9 // tilts are per mean latency, so that they are of order one
	n, target := s.N[k], s.Sum[k]/unit
	noise := 0.0
	for i, v := range x {
		h := (m.Grid.edge[lo+i+1] - m.Grid.edge[lo+i]) / unit
		noise += v * h * h / 12
	}
	noise += 1e-6 * n
	theta, d := s.theta[k], 0.0
	left, right := math.Inf(-1), math.Inf(1)
	reach := max(mid[len(mid)-1]/unit-1, 1)
	for range 25 {
		z, z1, z2 := 0.0, 0.0, 0.0
		// the largest exponent is taken out, so that nothing overflows
		top := max(d*(mid[0]/unit-1), d*(mid[len(mid)-1]/unit-1))
		for i, v := range x {
			if v == 0 {
				continue
			}
			u := mid[i]/unit - 1
			w := v * math.Exp(d*u-top)
			z += w
			z1 += w * u
			z2 += w * u * u
		}
		if !(z > 0) {
			return
		}
		mean, square := z1/z, z2/z
		h := n*(mean+1) - target + noise*(theta+d)
		if math.Abs(h) < 1e-5*target {
			break
		}
		if h > 0 {
			right = d
		} else {
			left = d
		}
		next := d - h/(n*(square-mean*mean)+noise)
		next = max(d-(4/reach+math.Abs(d)), min(d+(4/reach+math.Abs(d)), next))
		if next <= left || next >= right {
			next = (left + right) / 2
		}
		if math.IsInf(next, 0) || math.IsNaN(next) || math.Abs(next) > 500 {
			return
		}
		d = next
	}
	if d == 0 {
		return
	}
	z, top := 0.0, max(d*(mid[0]/unit-1), d*(mid[len(mid)-1]/unit-1))
	for i := range x {
		if x[i] != 0 {
			x[i] *= math.Exp(d*(mid[i]/unit-1) - top)
			z += x[i]
		}
	}
	for i := range x {
		x[i] *= n / z
	}
	s.theta[k] += d
}

func longest(ws []Window) int {
	n := 0
	for _, w := range ws {
		n = max(n, w.To-w.From+1)
	}
	return n
}
