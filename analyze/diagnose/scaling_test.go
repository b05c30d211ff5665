package diagnose

import (
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// The rate at a trigger is the load's share of what was done at the load that it
// is a share of, not what a second of a climb shows.
func TestTriggerRate(t *testing.T) {
	users := func(n float64) measure.Value { return measure.Of(n, measure.Users) }
	rate := func(n float64) measure.Value { return measure.Of(n, measure.PerSecond) }
	a := &analyze.Analysis{}
	a.Timeline = analyze.Timeline{Time: []float64{0, 1, 2}, Users: []float64{0, 100, 100}, RPS: []float64{0, 300, 300}}
	a.Capacity = analyze.Capacity{Outcome: analyze.Broke, MaxUsers: users(100), Levels: []analyze.Level{{Users: 100, Goodput: rate(90)}}}
	s := &scene{a: a}
	if got := s.triggers(); !strings.Contains(got, "Scale out at 80 users (72/s)") {
		t.Error(got)
	}
	a.Capacity.Knee, a.Capacity.MaxRPS = users(50), rate(45)
	if got := s.triggers(); !strings.Contains(got, "Scale out at 40 users (36/s)") {
		t.Error(got)
	}
	if at := s.secondOf(80); !math.IsNaN(at) {
		t.Errorf("a jump to 100 users is taken for 80, at %g s", at)
	}
	a.Capacity.Outcome = analyze.DidNotBreak
	s.window.Requests, s.window.RateLimited = measure.Of(1000, measure.Count), measure.Of(600, measure.Count)
	if got := s.triggers(); !strings.Contains(got, "refused by the rate limiter") {
		t.Error(got)
	}
}
