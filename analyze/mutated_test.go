package analyze

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/peakload/peakload/analyze/plan"
)

// FuzzMutatedRun damages cells of a history as no Locust writes them. The
// analysis must end, without a panic, and may pass no target on a run that
// holds no request.
func FuzzMutatedRun(f *testing.F) {
	for seed := range uint64(24) {
		f.Add(seed, uint8(seed%6), uint8(1+seed%5))
	}
	var targets plan.Plan
	for _, s := range []string{"p95 < 10s", "p99.9 < 10s @run", "mean < 10s", "max < 10s", "errors < 100%", "rps > 0/s", "outages <= 1000"} {
		t, err := plan.ParseTarget(s, plan.Pos{})
		if err != nil {
			f.Fatal(err)
		}
		targets.Targets = append(targets.Targets, t)
	}
	f.Fuzz(func(t *testing.T, seed uint64, column, many uint8) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := newBench().row(0, 0, 0, 0).ramp(10, 40, .1).hold(40, 40, .1).ramp(5, 5, .1).hold(5, 5, .1)
		if seed%3 == 0 {
			b.reset().hold(20, 40, .2)
		}
		if seed%4 == 0 {
			b.h.Step = 3
		}
		h := b.h
		odd := []float64{math.NaN(), 0, 1e-300, 1e9, 1e300, -1}
		for range int(many%16) + 1 {
			i := r.IntN(len(h.Time))
			switch column % 6 {
			case 0:
				h.Total.Max[i] = odd[r.IntN(len(odd))]
			case 1:
				h.Total.Mean[i] = odd[r.IntN(len(odd))]
			case 2:
				h.Total.Quantiles[r.IntN(len(h.Total.Quantiles))] = float32(odd[r.IntN(4)])
			case 3:
				h.Users[i] = []int{0, 1, 1 << 30}[r.IntN(3)]
			case 4:
				h.Total.Failures[i] = 0
			case 5: // the writer slept
				gap := int64(r.IntN(5000))
				for k := i; k < len(h.Time); k++ {
					h.Time[k] += gap
				}
			}
		}
		a := Run(b.run(), &targets, nil)
		for _, x := range a.Targets {
			if x.Status == Pass && !x.Actual.Measured() {
				t.Errorf("%s passes on nothing: %s", x.Metric, x.Why)
			}
			if n, ok := x.Actual.Float(); ok && math.IsNaN(n) {
				t.Errorf("%s is not a number", x.Metric)
			}
		}
	})
}
