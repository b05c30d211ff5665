package stats

import (
	"math"
	"slices"
)

// NelderMead looks for where f is least, from start, with a first simplex of
// the given size and so many evaluations (Nelder and Mead 1965).
func NelderMead(f func([]float64) float64, start []float64, size float64, evaluations int) (at []float64, least float64) {
	type vertex struct {
		x []float64
		y float64
	}
	used := 0
	eval := func(x []float64) vertex {
		used++
		y := f(x)
		if math.IsNaN(y) {
			y = math.Inf(1)
		}
		return vertex{x, y}
	}
	n := len(start)
	simplex := []vertex{eval(slices.Clone(start))}
	for i := range n {
		x := slices.Clone(start)
		x[i] += size
		simplex = append(simplex, eval(x))
	}
	order := func() {
		slices.SortStableFunc(simplex, func(a, b vertex) int {
			switch {
			case a.y < b.y:
				return -1
			case a.y > b.y:
				return 1
			}
			return 0
		})
	}
	for used < evaluations {
		order()
		centre := make([]float64, n)
		for _, v := range simplex[:n] {
			for i := range centre {
				centre[i] += v.x[i] / float64(n)
			}
		}
		along := func(t float64) vertex {
			x := make([]float64, n)
			for i := range x {
				x[i] = centre[i] + t*(simplex[n].x[i]-centre[i])
			}
			return eval(x)
		}
		last := simplex[n]
		reflected := along(-1)
		switch {
		case reflected.y < simplex[0].y:
			if further := along(-2); further.y < reflected.y {
				reflected = further
			}
			simplex[n] = reflected
		case reflected.y < simplex[n-1].y:
			simplex[n] = reflected
		default:
			t := .5
			if reflected.y < last.y {
				t = -.5
			}
			if inner := along(t); inner.y < math.Min(last.y, reflected.y) {
				simplex[n] = inner
				break
			}
			for k := 1; k <= n; k++ {
				x := make([]float64, n)
				for i := range x {
					x[i] = (simplex[0].x[i] + simplex[k].x[i]) / 2
				}
				simplex[k] = eval(x)
			}
		}
	}
	order()
	return simplex[0].x, simplex[0].y
}
