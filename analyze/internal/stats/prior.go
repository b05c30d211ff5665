package stats

import "math"

// prior returns first counts by slot and cell: the mixture of the windows
// that hold a slot, each a smooth curve through its knots, inside the slot's
// limits.
func (m *Model) prior(s *Series) []float64 {
	b := m.Grid.Len()
	x := make([]float64, len(s.N)*b)
	weight := make([]float64, len(s.N))
	f := make([]float64, b)
	for _, w := range append(append([]Window(nil), s.Windows...), m.Total...) {
		if len(w.Knots) < 2 || w.From > w.To {
			continue
		}
		m.curve(w, s, f)
		span := float64(w.To-w.From) + w.Head
		share := 1 / (span * span)
		for k := w.From; k <= w.To && k < len(s.N); k++ {
			if s.N[k] <= 0 {
				continue
			}
			for j, v := range f {
				x[k*b+j] += share * v
			}
			weight[k] += share
		}
	}
	for k := range s.N {
		row := x[k*b : (k+1)*b]
		if s.N[k] <= 0 {
			clear(row)
			continue
		}
		// a little everywhere that the limits allow, even in log latency
		lo, hi := s.Lo[k], max(s.Lo[k], s.Hi[k])
		width := m.Grid.log[hi+1] - m.Grid.log[lo]
		sum := 0.0
		for j := range row {
			if j < lo || j > hi {
				row[j] = 0
				continue
			}
			e := (m.Grid.log[j+1] - m.Grid.log[j]) / width
			if weight[k] > 0 {
				row[j] = row[j]/weight[k] + 0.02*e
			} else {
				row[j] = e
			}
			sum += row[j]
		}
		for j := range row {
			row[j] *= s.N[k] / sum
		}
	}
	return x
}

// curve fills f with the shares by cell of a smooth distribution through w's
// knots: ln(1−F) is linear in ln latency between them; below the first it
// falls off as it rises above it, to the lowest latency there was.
func (m *Model) curve(w Window, s *Series, f []float64) {
	clear(f)
	g := m.Grid
	lo := s.Lo[w.To]
	type point struct{ x, p float64 }
	var pts []point
	start := g.log[min(lo, w.Knots[0].From)]
	first := w.Knots[0]
	pts = append(pts, point{start, 0})
	// Mass at and below the first knot: half of its share within a reflected
	// spread of what lies above.
	if first.P > 0.2 && len(w.Knots) > 2 {
		q := (g.log[first.From] + g.log[first.To]) / 2
		for i := len(w.Knots) - 1; i > 0; i-- {
			k := w.Knots[i]
			x := 2*q - (g.log[k.From]+g.log[k.To])/2
			p := first.P * (1 - k.P) / (1 - first.P)
			if x > pts[len(pts)-1].x+1e-9 && p > pts[len(pts)-1].p && x < q-1e-9 {
				pts = append(pts, point{x, p})
			}
		}
	}
	for i := 0; i < len(w.Knots); {
		// knots in one bucket are spread over it
		j := i + 1
		for j < len(w.Knots) && w.Knots[j].From == w.Knots[i].From {
			j++
		}
		a, c := g.log[w.Knots[i].From], g.log[w.Knots[i].To]
		for k := i; k < j; k++ {
			q := a + (c-a)*float64(k-i+1)/float64(j-i+1)
			p := min(w.Knots[k].P, 1-1e-5)
			last := &pts[len(pts)-1]
			if q <= last.x+1e-12 {
				last.p = max(last.p, p)
				continue
			}
			pts = append(pts, point{q, max(p, last.p)})
		}
		i = j
	}
	if last := w.Knots[len(w.Knots)-1]; last.P >= 1 {
		pts[len(pts)-1].p = 1 - 1e-6
		pts = append(pts, point{g.log[last.To], 1})
	} else {
		pts = append(pts, point{g.log[s.Hi[w.To]+1], 1})
	}
	at, prev := 0, 0.0
	for j := range f {
		x := g.log[j+1]
		for at+1 < len(pts) && pts[at+1].x <= x {
			at++
		}
		var F float64
		switch {
		case at+1 >= len(pts):
			F = 1
		case x <= pts[0].x:
			F = 0
		default:
			a, c := pts[at], pts[at+1]
			t := (x - a.x) / max(1e-12, c.x-a.x)
			za, zc := -math.Log(max(1e-7, 1-a.p)), -math.Log(max(1e-7, 1-c.p))
			F = 1 - math.Exp(-(za + t*(zc-za)))
		}
		F = max(F, prev)
		f[j] = F - prev
		prev = F
	}
}

// smooth replaces each slot's distribution by that of its neighbourhood in
// time, the next prior: what one slot learnt from its windows it passes on.
func (m *Model) smooth(s *Series) {
	const reach = 4
	b := m.Grid.Len()
	out := make([]float64, len(s.x))
	spare := make([]float64, b+1)
	for k := range s.N {
		if s.N[k] <= 0 {
			continue
		}
		row := out[k*b : (k+1)*b]
		sum := 0.0
		for o := -reach; o <= reach; o++ {
			i := k + o
			if i < 0 || i >= len(s.N) || s.N[i] <= 0 {
				continue
			}
			w := 1 - math.Abs(float64(o))/(reach+1)
			for j := s.Lo[k]; j <= s.Hi[k]; j++ {
				v := w * s.x[i*b+j]
				row[j] += v
				sum += v
			}
		}
		if sum <= 0 {
			copy(row, s.x[k*b:(k+1)*b])
			continue
		}
		m.even(row, s.Lo[k], s.Hi[k], spare)
		sum = 0
		for _, v := range row {
			sum += v
		}
		for j := range row {
			row[j] *= s.N[k] / sum
		}
	}
	copy(s.x, out)
}

// even smooths a row over the width of a bucket: nothing was seen within one,
// so that any structure there would be an artefact.
func (m *Model) even(row []float64, lo, hi int, prefix []float64) {
	g := m.Grid
	for range 2 {
		prefix[lo] = 0
		for j := lo; j <= hi; j++ {
			prefix[j+1] = prefix[j] + row[j]
		}
		for j := lo; j <= hi; j++ {
			half := (g.to[j] - g.from[j]) / 2
			if half == 0 {
				continue
			}
			a, c := max(lo, j-half), min(hi, j+half)+1
			row[j] = (prefix[c] - prefix[a]) * (g.edge[j+1] - g.edge[j]) / (g.edge[c] - g.edge[a])
		}
	}
}
