package diagnose

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/measure"
)

// What all instances share is not relieved by more of them, and without a
// cause nobody knows whether it is.
func TestTriggersSayWhatToDo(t *testing.T) {
	locks := newLab(.03)
	locks.eps[2].full = 8
	locks.steady(database, "lock_waits", 0, 9).steady(app, "pool_in_use", 3, 12)
	dark := newLab(1.2)
	dark.run.Tracks = nil
	for name, c := range map[string]struct {
		lab   *lab
		has   string
		lacks string
	}{
		"a full pool": {fullPoolLab(1.2), "Scale out at ", "warn"},
		"locks":       {locks, "which do not help here; warn at ", "Scale out"},
		"no evidence": {dark, "not known without the cause", "Scale out"},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.lab.analyse(t)
			a.Capacity.Knee = measure.Of(200, measure.Users)
			Run(a)
			said := a.Diagnosis.Scaling.AutoScaling
			if !strings.Contains(said, c.has) || strings.Contains(said, c.lacks) {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestComponentInASentence(t *testing.T) {
	for component, want := range map[string]string{
		"locks of the database":          "the locks of the database",
		"Database":                       "the database",
		"GET /v1/feed, or what it calls": "GET /v1/feed, or what it calls",
	} {
		if got := the(component); got != want {
			t.Errorf("the(%q) = %q, want %q", component, got, want)
		}
	}
}

// What fills behind a cause is not sized from the time that it is held for
// because of that cause.
func TestConsequencesAreNotSized(t *testing.T) {
	l := fullPoolLab(1.5)
	l.steady(database, "lock_waits", 0, 14).steady(database, "query_latency_seconds", .004, .3)
	said := ""
	for _, f := range l.analyse(t).Diagnosis.Findings {
		if f.Kind == "connection_pool" {
			said = f.Recommendation
		}
	}
	if !strings.HasPrefix(said, "Deal with the locks of the database first") || !strings.Contains(said, "times as long") {
		t.Errorf("said %q", said)
	}
}
