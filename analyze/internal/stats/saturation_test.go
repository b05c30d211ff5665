package stats

import (
	"math"
	"testing"
)

// A fit to points of a curve finds the curve, with and without drag.
func TestFitSaturation(t *testing.T) {
	for _, want := range []Saturation{
		{Most: 100, Sharp: 4, Think: 1, Cycle: 1.05},
		{Most: 300, Sharp: 8, Drag: .01, Think: 2, Cycle: 2.02},
	} {
		var n, x, r, w []float64
		for _, latency := range []float64{.055, .06, .1, .3, .8, 1.5, 3} {
			if want.Think+latency <= want.Cycle {
				continue
			}
			X := want.AtLatency(latency)
			n, x, r, w = append(n, X*(latency+want.Think)), append(x, X), append(r, latency), append(w, 1)
		}
		got, spread := FitSaturation(n, x, r, w, want.Think, want.Cycle)
		if math.Abs(got.Most/want.Most-1) > .03 || spread > .02 || (got.Drag > 0) != (want.Drag > 0) {
			t.Errorf("%+v, wanted %+v, spread %.4f", got, want, spread)
		}
	}
	if _, spread := FitSaturation([]float64{1}, []float64{0}, []float64{0}, []float64{1}, 1, 1); !math.IsInf(spread, 1) {
		t.Error("a curve through nothing")
	}
}

// Both ways to ask a curve agree: N = X·(R + Z).
func TestSaturationAgrees(t *testing.T) {
	s := Saturation{Most: 80, Sharp: 3, Drag: .02, Think: 1.5, Cycle: 1.6}
	for _, r := range []float64{.2, .5, 1, 4} {
		x := s.AtLatency(r)
		if got := s.At(s.Users(r), x*r); math.Abs(got/x-1) > 1e-6 {
			t.Errorf("latency %g: %g and %g", r, x, got)
		}
	}
}

func TestFitUSL(t *testing.T) {
	var n, x []float64
	for k := 1.0; k <= 64; k *= 2 {
		n, x = append(n, k), append(x, 20*k/(1+.03*(k-1)+.0005*k*(k-1)))
	}
	gamma, alpha, beta, r2 := FitUSL(n, x)
	if math.Abs(gamma/20-1) > .02 || math.Abs(alpha/.03-1) > .1 || math.Abs(beta/.0005-1) > .1 || r2 < .999 {
		t.Errorf("γ %g α %g β %g R² %g", gamma, alpha, beta, r2)
	}
}

func TestLine(t *testing.T) {
	a, b, ok := Line([]float64{1, 2, 4}, []float64{3, 5, 9}, []float64{1, 2, 1})
	if !ok || math.Abs(a-1) > 1e-9 || math.Abs(b-2) > 1e-9 {
		t.Errorf("%g + %g·x, %v", a, b, ok)
	}
	if _, _, ok := Line([]float64{1, 1}, []float64{2, 3}, []float64{1, 1}); ok {
		t.Error("a line through one abscissa")
	}
}
