package analyze

import (
	"math"
	"testing"

	"github.com/peakload/peakload/analyze/plan"
)

// laggedBench writes the history of a master whose workers all report in the rows
// that reports names, of requests that complete at rate a second at latency.
func laggedBench(seconds int, rate func(second int) (users int, n int64, latency float64), reports func(i int) bool) *bench {
	b := newBench().row(0, 0, 0, 0)
	b.h.Step = 3
	held, sum := int64(0), 0.
	for i := 1; i <= seconds; i++ {
		u, n, latency := rate(i)
		held += n
		sum += float64(n) * latency
		if !reports(i) || held == 0 {
			b.row(u, 0, 0, 0)
			continue
		}
		b.row(u, held, held/10, sum/float64(held))
		held, sum = 0, 0
	}
	return b
}

// What the workers report up to a step late is counted in the phase in which it
// completed, and the limits say what the reports leave open.
func TestLaggingCountersSettle(t *testing.T) {
	load := func(i int) (int, int64, float64) {
		if i <= 40 { // 100 users at once, then 300
			return 100, 100, .1
		}
		return 300, 400, .3
	}
	for shift := range 3 {
		b := laggedBench(100, load, func(i int) bool { return i%3 == shift })
		ps, _ := phasesOf(b, plan.Plan{})
		if got := outline(ps); got != "step 0-40@100, peak 40-100@300" && got != "step 0-41@100, peak 41-100@300" {
			t.Fatalf("shift %d: phases %s", shift, got)
		}
		n, _ := ps[0].Requests.Float()
		low, high, _ := ps[0].Requests.Limits()
		want := 4000 + 400*math.Round(ps[0].End-40) // where the border was put a second late
		if low > want || high < want {
			t.Errorf("shift %d: limits %g to %g of the step's requests miss %g", shift, low, high, want)
		}
		if math.Abs(n-want) > 800 {
			t.Errorf("shift %d: %g requests in the step, want about %g", shift, n, want)
		}
		m, _ := ps[1].Mean.Float()
		if math.Abs(m-.3) > .01 {
			t.Errorf("shift %d: mean at the peak %g, want 0.3", shift, m)
		}
		e, _ := ps[1].ErrorRate.Float()
		if math.Abs(e-.1) > .005 {
			t.Errorf("shift %d: error rate at the peak %g, want 0.1", shift, e)
		}
		rest, _ := ps[1].Requests.Float()
		if n+rest != float64(b.n) {
			t.Errorf("shift %d: phases hold %g requests of %d", shift, n+rest, b.n)
		}
	}
}

// Rows every two seconds, as Locust up to 1.1 wrote them, do not lag.
func TestRareRowsDoNotLag(t *testing.T) {
	b := newBench()
	for i := range 30 {
		b.rowAt(int64(1_700_000_000+2*i), 10, 20, 0, .1)
	}
	b.h.Step = 3 // as the reader may take them for
	if lagging(b.h) {
		t.Error("a file with a row every two seconds is taken for a master's")
	}
}

// Locust up to 1.1 cut means off to whole milliseconds.
func TestMeansCutOff(t *testing.T) {
	b := newBench()
	b.h.Percentiles = []float64{.5, .95, .99999, 1}
	for range 60 {
		b.row(10, 100, 0, .004)
	}
	c := newContext(b.run(), &plan.Plan{})
	m := c.window(9, 59).Mean
	n, _ := m.Float()
	low, high, _ := m.Limits()
	if math.Abs(n-.0045) > 1e-9 || low > .004 || high < .005 {
		t.Errorf("mean %g (%g to %g), want 4.5 ms that may be 4 to 5", n, low, high)
	}
}
