package diagnose

import (
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/input/locust"
	sim "github.com/peakload/peakload/analyze/internal/simulate"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// A simulated system with room to spare, behind a load generator that is full
// at 100 requests a second: where that is known nothing is said of the system's
// limits, and where nothing of the generator is known its limit is taken for the
// system's.
func TestGeneratorVoidsCapacity(t *testing.T) {
	s := sim.System{Think: .5, Workers: 50, Service: .01, CV2: 1, Generator: .005}
	rec := sim.Run(s, sim.Staircase(200, 8, 45), 1, 2)
	csv := string(sim.History(rec, sim.Output{Seed: 1}))
	busy := loadtest.Track{Component: generator, Metric: "cpu_cores", Kind: "resources", File: "sim_resources.csv"}
	for _, known := range []bool{true, false} {
		h, notes, err := locust.ReadHistory(strings.NewReader(csv), "sim_stats_history.csv")
		if err != nil {
			t.Fatal(err)
		}
		run := &loadtest.Run{Label: "sim", Tool: "locust", History: h, Notes: notes}
		for i := 1; known && i < len(rec.Snapshots); i++ {
			was, now := rec.Snapshots[i-1], rec.Snapshots[i]
			busy.Time = append(busy.Time, float64(h.Time[0])+now.At)
			busy.Value = append(busy.Value, math.Min(1, now.Generator/(now.At-was.At)))
		}
		if known {
			run.Tracks = append(run.Tracks, busy)
		}
		p := &plan.Plan{Expectations: []plan.Expectation{{Text: "System handles 200 users"}, {Text: "No crashes"}}}
		for _, text := range []string{"p95 < 500ms", "errors < 5%"} {
			target, err := plan.ParseTarget(text, plan.Pos{})
			if err != nil {
				t.Fatal(err)
			}
			p.Targets = append(p.Targets, target)
		}
		a := analyze.Run(run, p, nil)
		Run(a)
		c := a.Capacity
		if !known {
			if c.Outcome != analyze.Broke || a.Expectations[0].Answer != analyze.No {
				t.Errorf("nobody looked: %v, %q, %+v", c.Outcome, c.BreakingText, a.Expectations)
			}
			continue
		}
		low, high, ok := c.MaxRPS.Limits()
		if c.Outcome != analyze.NotIdentifiable || c.Breaking.Measured() || c.MaxUsers.Measured() || c.BreakingTarget != "" || !math.IsNaN(c.BrokeAt) || !strings.Contains(c.BreakingNote, "not at its limit") {
			t.Errorf("%v, %q, %q: %s", c.Outcome, c.BreakingText, c.MaxUsersText, c.BreakingNote)
		}
		if !ok || math.Abs(low-100) > 10 || !math.IsInf(high, 1) {
			t.Errorf("%g to %g requests/s, %q", low, high, c.MaxRPSText)
		}
		if a.Expectations[0].Answer != analyze.Unknown || a.Expectations[1].Answer == analyze.Unknown && a.Stability.AppWatched {
			t.Errorf("%+v", a.Expectations)
		}
		for _, i := range a.Issues {
			if i.Severity == "P0" {
				t.Errorf("%+v", i)
			}
		}
		if d := a.Diagnosis; len(d.Findings) == 0 || strings.Contains(strings.Join(d.Immediate, " "), "begin below") {
			t.Errorf("%q", d.Immediate)
		}
	}
}

// Users who pause longer under load are the load generator's own sign, where
// neither its log nor its processor was recorded; after failures it may be
// their script's.
func TestLateUsers(t *testing.T) {
	for _, failed := range []float64{0, .2} {
		l := newLab(1.2)
		l.run.Log = nil
		l.drop(generator, "")
		a := l.analyse(t)
		a.Capacity.Generator, a.Capacity.GeneratorWhy = analyze.Yes, "the users' mean pause was 1 s at low load and 3 s at the highest"
		if failed > 0 {
			l.fail(failed, "HTTPError('500')")
			b := l.analyse(t)
			b.Capacity.Generator, b.Capacity.GeneratorWhy = a.Capacity.Generator, a.Capacity.GeneratorWhy
			a = b
		}
		o := lookAtGenerator(newScene(a))
		if _, established := o.terms.score(); o.state != found || established != (failed == 0) {
			t.Errorf("%g failed: state %v, established %v", failed, o.state, established)
		}
	}
}
