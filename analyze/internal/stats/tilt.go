package stats

import "math"

// tilt gives slot k of s the sum that it is known to have. e is working memory
// for as many figures as there are cells.
func (m *Model) tilt(s *Series, k int, e []float64) {
	if s.Sum == nil || math.IsNaN(s.Sum[k]) || s.N[k] <= 0 || s.Lo[k] >= s.Hi[k] {
		return
	}
	b := m.Grid.Len()
	lo, hi := s.Lo[k], s.Hi[k]+1
	x, e := s.x[k*b+lo:k*b+hi], e[:hi-lo]
	mid := m.Grid.mid[lo:hi]
	// tilts are per mean latency, so that they are of order one
	inverse := 1 / (s.Sum[k]/s.N[k] + 1e-9)
	n, target := s.N[k], s.Sum[k]*inverse
	z, z1, z2, noise := m.Grid.moments(x, lo, inverse)
	noise += 1e-6 * n
	theta, d := s.theta[k], 0.0
	left, right := math.Inf(-1), math.Inf(1)
	reach := max(mid[len(mid)-1]*inverse-1, 1)
	for range 25 {
		if !(z > 0) {
			return
		}
		mean, square := z1/z, z2/z
		h := n*(mean+1) - target + noise*(theta+d)
		if math.Abs(h) < 5e-4*target {
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
		m.Grid.powers(e, lo, d*inverse)
		z, z1, z2 = m.Grid.tilted(x, e, lo, inverse)
	}
	if d == 0 {
		return
	}
	for i, v := range e {
		x[i] *= v * (n / z)
	}
	s.theta[k] += d
}

// moments returns the moments 0, 1 and 2 of u = latency·inverse − 1 under x, and
// what not knowing where in its cell a latency is adds to the variance of the sum.
func (g *Grid) moments(x []float64, lo int, inverse float64) (z, z1, z2, noise float64) {
	mid, variance := g.mid[lo:lo+len(x)], g.variance[lo:lo+len(x)]
	for i, v := range x {
		u := mid[i]*inverse - 1
		w := v * u
		z += v
		z1 += w
		z2 += w * u
		noise += v * variance[i]
	}
	return z, z1, z2, noise * inverse * inverse
}

// tilted returns the moments as moments does, under x·e.
func (g *Grid) tilted(x, e []float64, lo int, inverse float64) (z, z1, z2 float64) {
	mid := g.mid[lo : lo+len(x)]
	e = e[:len(x)]
	for i, v := range x {
		u := mid[i]*inverse - 1
		v *= e[i]
		w := v * u
		z += v
		z1 += w
		z2 += w * u
	}
	return z, z1, z2
}

// powers fills e with exp(d·latency) of the cells from lo on, relative to the
// largest, so that nothing is lost. Most cells are as far from their
// neighbours as those are from theirs, so that most exponentials are a
// product.
func (g *Grid) powers(e []float64, lo int, d float64) {
	mid, gap := g.mid[lo:lo+len(e)], g.gap[lo:lo+len(e)]
	p := 1.0
	if d < 0 {
		e[0] = 1
		for i := 1; i < len(e); {
			ratio, id := math.Exp(d*(mid[i]-mid[i-1])), gap[i]
			for ; i < len(e) && gap[i] == id; i++ {
				p *= ratio
				e[i] = p
			}
		}
		return
	}
	e[len(e)-1] = 1
	for i := len(e) - 1; i > 0; {
		ratio, id := math.Exp(-d*(mid[i]-mid[i-1])), gap[i]
		for ; i > 0 && gap[i] == id; i-- {
			p *= ratio
			e[i-1] = p
		}
	}
}

// rake scales the buckets of s to the totals that are known of them, and the
// slots back to their counts (Deming and Stephan, 1940).
func (m *Model) rake(s *Series) {
	if s.Margin == nil {
		return
	}
	g, b := m.Grid, m.Grid.Len()
	now := make([]float64, b)
	for k := s.MarginFrom; k < len(s.N); k++ {
		for j, v := range s.x[k*b : (k+1)*b] {
			now[g.from[j]] += v
		}
	}
	for j := range now {
		if now[j] > 0 {
			now[j] = s.Margin[j] / now[j]
		}
	}
	for k := s.MarginFrom; k < len(s.N); k++ {
		row := s.x[k*b : (k+1)*b]
		sum := 0.0
		for j := range row {
			row[j] *= now[g.from[j]]
			sum += row[j]
		}
		if sum <= 0 { // nothing that the total allows: leave it to the next windows
			for j := s.Lo[k]; j <= s.Hi[k]; j++ {
				row[j] = s.N[k] / float64(s.Hi[k]-s.Lo[k]+1)
			}
			continue
		}
		for j := range row {
			row[j] *= s.N[k] / sum
		}
	}
}
