package analyze

import (
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// A counter of requests of a clock that is apart from Locust's shows by how
// much; one of another load shows nothing.
func TestClockSkew(t *testing.T) {
	for _, lag := range []float64{0, 3, -7, 25} {
		r := peakRun()
		h := r.History
		tr := loadtest.Track{Kind: "app_json", File: "metrics.txt", Component: "app", Metric: "requests_total"}
		for i := 0; i < len(h.Time); i += 2 {
			tr.Time = append(tr.Time, float64(h.Time[i])+.4+lag)
			tr.Value = append(tr.Value, float64(h.Total.Requests[i]))
		}
		r.Tracks = []loadtest.Track{tr}
		c := newContext(r, &plan.Plan{})
		skews := c.skews()
		if len(skews) != 1 || math.Abs(skews[0].lag-lag) > 1.5 {
			t.Errorf("lag %g: %+v", lag, skews)
		}
		c.noteSkews()
		told := false
		for _, n := range c.notes {
			told = told || strings.HasPrefix(n.Code, "clock_skew")
		}
		if told != (math.Abs(lag) >= skewTold) {
			t.Errorf("lag %g: told %v", lag, told)
		}
	}
	// A counter that grows without regard to the load.
	r := peakRun(track("app_json", "app", "", "requests_total", -20, 140, func(s float64) float64 { return 40 * s }))
	if s := newContext(r, &plan.Plan{}).skews(); len(s) > 0 {
		t.Errorf("of another load: %+v", s)
	}
}
