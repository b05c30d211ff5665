package analyze

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// quietLog is a log without an event that spans seconds of the run.
func quietLog(from, to float64) loadtest.AppLog {
	return loadtest.AppLog{File: "app.log", Format: "python", Lines: 40, Start: runStart + from, End: runStart + to}
}

// The log of a healthy run tells of nothing, and that is an answer; one of a part
// of the run says of which.
func TestQuietLog(t *testing.T) {
	for _, x := range []struct {
		name       string
		from, to   float64
		occurred   YesNo
		why        string
		errors     bool // database errors are known: none
		restartsIn bool
	}{
		{"all of the run", -10, 130, No, "covers the run", true, true},
		{"quiet at its ends", 8, 115, No, "covers the run", true, true},
		{"its first half", -10, 59, Unknown, "it covers 0 s to 1 min of the run", false, true},
		{"before the run", -300, -20, Unknown, "No file names the failures", false, false},
		{"after the run", 300, 400, Unknown, "No file names the failures", false, false},
	} {
		b := newBench()
		for range 120 {
			b.row(50, 100, 2, .1) // failures that no file names
		}
		r := &loadtest.Run{Label: "run", Tool: "locust", History: b.h}
		r.AppLogs = []loadtest.AppLog{quietLog(x.from, x.to)}
		a := Run(r, nil, nil)
		p := a.Failures.PoolExhaustion
		if p.Occurred != x.occurred || !strings.Contains(p.Evidence, x.why) {
			t.Errorf("%s: pool: %v (%s)", x.name, p.Occurred, p.Evidence)
		}
		n, ok := a.Failures.Database.Connection.Float()
		if ok != x.errors || n != 0 {
			t.Errorf("%s: database errors: %g %v (%s)", x.name, n, ok, a.Failures.Database.Connection.Need())
		}
		if part := a.Failures.Database.Connection.Need(); x.occurred == Unknown && x.restartsIn && !strings.Contains(part, "of the run") {
			t.Errorf("%s: which part is not said: %s", x.name, part)
		}
	}
}

// Events minutes before and after the run are not its own.
func TestLoggedEventsAreTheRuns(t *testing.T) {
	r := peakRun()
	log := lines(classPool, "", 1, 10, 20)
	for _, s := range []float64{-400, -6, 150, 500} {
		log.Events[0].PerSecond[int64(runStart+s)] = 50
	}
	log.Events[0].PerSecond[int64(runStart-4)] = 2
	r.AppLogs = []loadtest.AppLog{log}
	c := newContext(r, &plan.Plan{})
	sum := int64(0)
	for _, n := range c.logged(classPool).perSecond {
		sum += n
	}
	if sum != 12 {
		t.Errorf("%d events, want those of ten seconds and two of the seconds just before", sum)
	}
}
