package stats

import "math"

// A projector is the working memory of projections, one for each goroutine.
// Figures by part and class lie class by class.
type projector struct {
	mass        []float64 // of each part between two edges
	below       []float64 // each part's share below the edge at hand
	scale       []float64 // what the classes above have been scaled by
	under, over []float64 // what the edge at hand scaled the classes below and above by
	factor      []float64
	moved       []bool // by edge
}

// grow returns x with n elements.
func grow(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}

// project moves the slots of c's window the least that its bounds ask for.
func (q *projector) project(c *constraint) {
	parts, edges := len(c.parts), len(c.edge)
	q.mass = grow(q.mass, parts*edges)
	q.under, q.over = grow(q.under, parts*edges), grow(q.over, parts*edges)
	q.below, q.scale = grow(q.below, parts), grow(q.scale, parts)
	for i := range c.parts {
		p := &c.parts[i]
		q.below[i], q.scale[i] = 0, 1
		from := 0
		for j, e := range c.edge {
			to := min(max(e-p.from, from), len(p.x))
			q.mass[j*parts+i] = sum(p.x[from:to])
			from = to
		}
	}
	// Counts inside are shares of slots; the ranks are of the N requests that
	// are known or estimated to be inside.
	scale := 1.0
	if c.w.N > 0 {
		scale = c.total / c.w.N
	}
	changed := false
	tolerance := 1e-2 + 1e-4*c.total
	q.moved = q.moved[:0]
	for j := range c.edge {
		q.moved = append(q.moved, false)
		now, mass := 0.0, q.mass[j*parts:(j+1)*parts]
		for i := range c.parts {
			p := &c.parts[i]
			share := q.below[i] + mass[i]*q.scale[i]*p.inverse
			q.below[i] = share
			now += p.w * p.n * share
		}
		low, high := c.low[j]*scale, c.high[j]*scale
		if c.dual[j] == 0 && now >= low-tolerance && now <= high+tolerance {
			continue
		}
		d := q.step(c, j, now, low, high)
		if math.Abs(d) < 1e-9 {
			continue
		}
		changed, q.moved[j] = true, true
		c.dual[j] += d
		grown := c.growth(d)
		under, over := q.under[j*parts:(j+1)*parts], q.over[j*parts:(j+1)*parts]
		for i := range c.parts {
			g := q.below[i]
			if g <= 1e-12 || g >= 1-1e-12 {
				under[i], over[i] = 1, 1
				continue
			}
			t := grown[c.parts[i].kind]
			over[i] = 1 / (t*g + 1 - g)
			under[i] = t * over[i]
			q.scale[i] *= over[i]
			q.below[i] = under[i] * g
		}
	}
	if changed {
		q.apply(c)
	}
}

// apply scales the cells between two edges by what all edges have asked of them.
func (q *projector) apply(c *constraint) {
	parts, edges := len(c.parts), len(c.edge)
	q.factor = grow(q.factor, edges+1)
	for i := range c.parts {
		p := &c.parts[i]
		f := 1.0
		for j := edges; ; j-- {
			q.factor[j] = f
			if j == 0 {
				break
			}
			if q.moved[j-1] {
				f *= q.under[(j-1)*parts+i]
			}
		}
		f = 1
		from := 0
		for j := 0; j <= edges; j++ {
			to := len(p.x)
			if j < edges {
				to = min(max(c.edge[j]-p.from, from), len(p.x))
			}
			if k := f * q.factor[j]; k != 1 {
				x := p.x[from:to]
				for i := range x {
					x[i] *= k
				}
			}
			from = to
			if j < edges && q.moved[j] {
				f *= q.over[j*parts+i]
			}
		}
	}
}

// growth returns what the odds of being below an edge grow by when its
// multiplier grows by d, by kind of part: parts of one kind have one weight.
func (c *constraint) growth(d float64) [kinds]float64 {
	var e [kinds]float64
	for k, used := range c.used {
		if used {
			e[k] = math.Exp(c.weight[k] * d)
		}
	}
	return e
}

// count returns how many requests would be below an edge if its multiplier
// grew by d, and how fast that grows.
func (q *projector) count(c *constraint, d float64) (sum, slope float64) {
	grown := c.growth(d)
	for i, g := range q.below {
		p := &c.parts[i]
		n := p.w * p.n
		if g > 1e-12 && g < 1-1e-12 {
			t := g * grown[p.kind]
			g = t / (t + 1 - g)
			slope += p.w * n * g * (1 - g)
		}
		sum += n * g
	}
	return sum, slope
}

// step returns the change of edge j's multiplier: to zero where the bounds
// hold without it, else to where the nearer bound holds up to its noise.
func (q *projector) step(c *constraint, j int, now, low, high float64) float64 {
	lambda := c.dual[j]
	if lambda != 0 {
		now, _ = q.count(c, -lambda)
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
		sum, slope := q.count(c, d)
		h := sum - target + c.noise*(lambda+d)
		if math.Abs(h) < 1e-3*(1+target) {
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

// sum adds up, four at a time: each addition waits for the one before it.
func sum(x []float64) float64 {
	var a, b, c, d float64
	for len(x) >= 4 {
		a, b, c, d = a+x[0], b+x[1], c+x[2], d+x[3]
		x = x[4:]
	}
	for _, v := range x {
		a += v
	}
	return (a + b) + (c + d)
}
