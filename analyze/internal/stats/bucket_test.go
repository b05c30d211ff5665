package stats

import (
	"testing"

	"pgregory.net/rapid"
)

// Locust's own examples (test_stats.py, TestBucketResponseTime).
func TestBucketOf(t *testing.T) {
	for x, want := range map[float64]float64{0: 0, 45: 45, 99: 99, 1.4: 1, 1.5: 2, 99.9: 100, 100: 100, 147: 150, 999: 1000,
		3432: 3400, 9999: 10000, 58760: 59000, 105: 100, 115: 120, 1050: 1000} {
		if got := BucketOf(x); got != want {
			t.Errorf("BucketOf(%g) = %g, want %g", x, got, want)
		}
	}
}

func TestGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(0, 3000).Draw(t, "low")
		high := low + rapid.Float64Range(0, 40000).Draw(t, "span")
		g := LocustGrid(low, high, rapid.Bool().Draw(t, "whole"))
		for i := range g.mid {
			if !(g.edge[i] < g.edge[i+1]) || g.mid[i] < g.edge[i] || g.mid[i] > g.edge[i+1] {
				t.Fatalf("cell %d: %g in [%g, %g)", i, g.mid[i], g.edge[i], g.edge[i+1])
			}
		}
		x := rapid.Float64Range(low, high).Draw(t, "x")
		c := g.Cell(x)
		if x < g.edge[c] || x > g.edge[c+1] {
			t.Fatalf("%g is not in its cell [%g, %g)", x, g.edge[c], g.edge[c+1])
		}
		a, b := g.Bucket(BucketOf(x))
		lo, hi := Resolution(BucketOf(x))
		if g.edge[a] != lo || g.edge[b] != hi || x < lo || x > hi {
			t.Fatalf("%g: bucket [%g, %g), resolution [%g, %g]", x, g.edge[a], g.edge[b], lo, hi)
		}
	})
}

func TestQuantile(t *testing.T) {
	g := LocustGrid(10, 200, false)
	counts := make([]float64, g.Len())
	a, b := g.Bucket(150)
	for i := a; i < b; i++ {
		counts[i] = 10 / float64(b-a)
	}
	for rank, want := range map[float64]float64{0: 145, 5: 150, 10: 155, 99: 155} {
		if got := g.Quantile(counts, rank); got < want-1e-9 || got > want+1e-9 {
			t.Errorf("rank %g: %g, want %g", rank, got, want)
		}
	}
}
