package analyze

import (
	"math"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// Each line is counted in the stretch of its second, whatever the log holds
// before and after the run.
func TestFailureCourses(t *testing.T) {
	b := newBench().row(0, 0, 0, 0).hold(60, 10, .1)
	r := b.run()
	start := r.History.Time[0]
	r.AppLogs = []loadtest.AppLog{{File: "app.log", Events: []loadtest.LogEvents{
		{Class: classPool, Count: 30, First: float64(start + 12), Last: float64(start + 13), Line: 7,
			PerSecond: map[int64]int64{start - 100: 5, start + 12: 10, start + 13: 20, start + 500: 9}},
		{Class: "slow", Count: 3, First: float64(start), Last: float64(start), PerSecond: map[int64]int64{start: 3}},
	}}}
	got := newContext(r, &plan.Plan{}).failureCourses()
	if len(got) != 1 || got[0].Class != classPool || got[0].File != "app.log" || got[0].Count != 30 {
		t.Fatalf("%+v", got)
	}
	sum := 0.
	for i, x := range got[0].Rate {
		sum += x
		if at := got[0].Time[i]; x > 0 && math.Abs(at-12.5) > 3 {
			t.Errorf("lines at %g s", at)
		}
	}
	if math.Abs(sum*5-30) > 1e-9 {
		t.Errorf("%g lines", sum*5)
	}
}
