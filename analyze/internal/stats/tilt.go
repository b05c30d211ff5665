package stats

import "math"

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
		z, z1, z2 := m.Grid.tilted(x, lo, d, unit)
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

// tilted returns the moments 0, 1 and 2 of u = latency/unit − 1 under x·exp(d·u),
// up to a factor. Most cells are as wide as their neighbours, so that most
// exponentials are a product.
func (g *Grid) tilted(x []float64, lo int, d, unit float64) (z, z1, z2 float64) {
	mid := g.mid[lo : lo+len(x)]
	if d == 0 {
		for i, v := range x {
			u := mid[i]/unit - 1
			z += v
			z1 += v * u
			z2 += v * u * u
		}
		return z, z1, z2
	}
	// from the end where the exponential is largest, so that nothing is lost
	e, ratio, gap := 1.0, 1.0, -1
	if d < 0 {
		for i, v := range x {
			if i > 0 {
				if id := g.gap[lo+i]; id != gap {
					ratio, gap = math.Exp(d*(mid[i]-mid[i-1])/unit), id
				}
				e *= ratio
			}
			w, u := v*e, mid[i]/unit-1
			z += w
			z1 += w * u
			z2 += w * u * u
		}
		return z, z1, z2
	}
	for i := len(x) - 1; i >= 0; i-- {
		if i < len(x)-1 {
			if id := g.gap[lo+i+1]; id != gap {
				ratio, gap = math.Exp(-d*(mid[i+1]-mid[i])/unit), id
			}
			e *= ratio
		}
		w, u := x[i]*e, mid[i]/unit-1
		z += w
		z1 += w * u
		z2 += w * u * u
	}
	return z, z1, z2
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
