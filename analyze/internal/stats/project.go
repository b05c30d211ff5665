package stats

import "math"

// project moves the slots of c's window the least that its bounds ask for.
func (c *constraint) project() {
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
			to := min(max(e-p.from, from), len(p.x))
			for _, v := range p.x[from:to] {
				sum += v
			}
			row[j], from = sum, to
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
	tolerance := 1e-2 + 1e-4*total
	for j := range c.edge {
		now := 0.0
		for i := range c.parts {
			p := &c.parts[i]
			p.below += mass[i*classes+j]
			now += p.w * p.below
		}
		low, high := c.low[j]*scale, c.high[j]*scale
		if c.dual[j] == 0 && now >= low-tolerance && now <= high+tolerance {
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
			to := min(max(e-p.from, from), len(p.x))
			x := p.x[from:to]
			for k := range x {
				x[k] *= f[j]
			}
			from = to
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
