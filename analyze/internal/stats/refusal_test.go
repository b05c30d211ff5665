package stats

import (
	"math"
	"testing"
)

// A limiter's refusals and those of a short waiting room both give the load at
// which a twentieth is refused.
func TestFitRefusal(t *testing.T) {
	limiter := func(x float64) float64 { return math.Max(0, 1-100/x) }
	// one worker of 100/s with room for two more: M/M/1/3
	room := func(x float64) float64 {
		r := x / 100
		return (1 - r) * r * r * r / (1 - r*r*r*r)
	}
	for _, c := range []struct {
		name  string
		share func(float64) float64
		want  float64
	}{{"limiter", limiter, 100 / .95}, {"room", room, 44.1}} {
		var failed, n, load []float64
		for x := 21.; x <= 200; x += 22 {
			load, n = append(load, x), append(n, 40*x)
			failed = append(failed, math.Round(40*x*c.share(x)))
		}
		fit, ok := FitRefusal(failed, n, load, .05)
		if got := fit.Load(.05); !ok || math.Abs(got/c.want-1) > .03 || math.Abs(fit.At(got)-.05) > 1e-9 {
			t.Errorf("%s: %.1f/s (%v), wanted %.1f/s", c.name, got, ok, c.want)
		}
	}
	if _, ok := FitRefusal([]float64{0, 0}, []float64{100, 100}, []float64{1, 2}, .05); ok {
		t.Error("nothing failed, and a load was found at which it does")
	}
}
