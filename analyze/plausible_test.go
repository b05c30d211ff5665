package analyze

import (
	"math"
	"testing"

	"github.com/peakload/peakload/analyze/plan"
)

// A cell that no request can have written neither hangs the analysis nor
// becomes a figure.
func TestImplausibleMaxima(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), 1e305, -5, 1e20} {
		b := newBench().hold(60, 20, .1)
		for i := 3; i < 60; i += 7 {
			b.h.Total.Max[i] = bad
		}
		before := b.h.Total.Max[3]
		c := newContext(b.run(), &plan.Plan{})
		m, ok := c.history0.Max.Float()
		if !ok || math.Abs(m-.3) > 1e-9 {
			t.Errorf("%g: maximum %g, want 0.3", bad, m)
		}
		if len(c.notes) == 0 || c.notes[0].Code != "implausible_maximum" {
			t.Errorf("%g: no note", bad)
		}
		if b.h.Total.Max[3] != before && !math.IsNaN(bad) {
			t.Errorf("%g: the run was changed", bad)
		}
	}
}

// Rows whose requests have no latency at all are not damaged.
func TestTimelessRows(t *testing.T) {
	b := newBench().hold(60, 20, .1)
	for i := 3; i < 9; i++ {
		b.h.Total.Max[i], b.h.Total.Mean[i] = math.NaN(), math.NaN()
	}
	if notes := mendHistory(b.run()); len(notes) > 0 {
		t.Errorf("%+v", notes)
	}
	b.h.Total.Max[30] = math.NaN()
	if notes := mendHistory(b.run()); len(notes) != 1 || notes[0].Message[:6] != "1 cell" {
		t.Errorf("%+v", notes)
	}
}

// A run none of whose rows has a maximum is analysed.
func TestNoMaxima(t *testing.T) {
	b := newBench().hold(60, 20, .1)
	for i := range b.h.Total.Max {
		b.h.Total.Max[i] = math.NaN()
	}
	Run(b.run(), nil, nil)
}
