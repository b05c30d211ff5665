package stats

import "math"

// curve fills f with the shares by cell of a smooth distribution through
// knots: ln(1−F) is linear in ln latency between them; below the first it
// falls off as it rises above it, to the lowest latency there was. Cells
// outside of [from, to) have none.
func (g *Grid) curve(knots []Knot, lo, hi int, f []float64) (from, to int) {
	clear(f)
	type point struct{ x, p float64 }
	pts := make([]point, 0, 32)
	start := g.log[min(lo, knots[0].From)]
	first := knots[0]
	pts = append(pts, point{start, 0})
	// Mass at and below the first knot: half of its share within a reflected
	// spread of what lies above.
	if first.P > 0.2 {
		q := (g.log[first.From] + g.log[first.To]) / 2
		for i := len(knots) - 1; i > 0; i-- {
			k := knots[i]
			x := 2*q - (g.log[k.From]+g.log[k.To])/2
			p := first.P * (1 - k.P) / (1 - first.P)
			if x > pts[len(pts)-1].x+1e-9 && p > pts[len(pts)-1].p && x < q-1e-9 {
				pts = append(pts, point{x, p})
			}
		}
	}
	for i := 0; i < len(knots); {
		// knots in one bucket are spread over it
		j := i + 1
		for j < len(knots) && knots[j].From == knots[i].From {
			j++
		}
		a, c := g.log[knots[i].From], g.log[knots[i].To]
		for k := i; k < j; k++ {
			q := a + (c-a)*float64(k-i+1)/float64(j-i+1)
			p := min(knots[k].P, 1-1e-5)
			last := &pts[len(pts)-1]
			if q <= last.x+1e-12 {
				last.p = max(last.p, p)
				continue
			}
			pts = append(pts, point{q, max(p, last.p)})
		}
		i = j
	}
	if last := knots[len(knots)-1]; last.P >= 1 {
		pts[len(pts)-1].p = 1 - 1e-6
		pts = append(pts, point{g.log[last.To], 1})
	} else {
		pts = append(pts, point{g.log[hi+1], 1})
	}
	prev := 0.0
	at, za, slope := -1, 0.0, 0.0
	from, to = min(lo, knots[0].From), len(f)
	for j := from; j < len(f); j++ {
		x := g.log[j+1]
		next := max(at, 0)
		for next+1 < len(pts) && pts[next+1].x <= x {
			next++
		}
		F := 1.0
		switch {
		case next+1 >= len(pts):
		case x <= pts[0].x:
			F = 0
		default:
			if next != at {
				at = next
				a, c := pts[at], pts[at+1]
				za = -math.Log(max(1e-7, 1-a.p))
				slope = (-math.Log(max(1e-7, 1-c.p)) - za) / max(1e-12, c.x-a.x)
			}
			F = 1 - math.Exp(-(za + (x-pts[at].x)*slope))
		}
		F = max(F, prev)
		f[j] = F - prev
		prev = F
		if F >= 1 {
			to = j + 1
			break
		}
	}
	return from, to
}
