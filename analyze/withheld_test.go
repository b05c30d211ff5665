package analyze

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

// until is a track up to a second of the run.
func until(tr loadtest.Track, second float64) loadtest.Track {
	n := 0
	for n < len(tr.Time) && tr.Time[n] <= runStart+second {
		n++
	}
	tr.Time, tr.Value = tr.Time[:n], tr.Value[:n]
	return tr
}

// That nothing was exhausted takes more than a few figures below their limits.
func TestNoExhaustionFromSilence(t *testing.T) {
	app := func(use float64) []loadtest.Track {
		return []loadtest.Track{track("host_csv", "app", "", "cpu_cores", -20, 130, rising(0, use)), track("host_csv", "app", "", "cpu_limit_cores", -20, 130, constant(2))}
	}
	database := track("psql", "database", "", "connections", -20, 130, rising(5, 10))
	limit := track("psql", "database", "", "connections_limit", -20, 130, constant(100))
	missed, met := "mean < 1ms", "mean < 10s"
	for _, x := range []struct {
		name, target string
		tracks       []loadtest.Track
		want         YesNo
		why          string
	}{
		{"the application's", met, app(.5), Yes, "none reached 90%"},
		{"the database's alone", met, []loadtest.Track{database, limit}, Unknown, "needs the application's processes"},
		{"half of the run", met, []loadtest.Track{until(app(.5)[0], 60), until(app(.5)[1], 60)}, Unknown, "end at 1 min"},
		{"users suffered, no pool was seen", missed, app(.5), Unknown, "needs the pool's figures"},
		{"users suffered, the pool was seen", missed, append(app(.5), track("app_json", "app", "", "pool_in_use", -20, 130, rising(1, 3)), track("app_json", "app", "", "pool_limit", -20, 130, constant(10))), Yes, "none reached 90%"},
		{"at its limit all the same", missed, app(1.9), No, "application CPU usage"},
	} {
		r := looked(peakRun(x.tracks...), planOf(t, x.target), nil).RateLimit
		if r.NoExhaustion != x.want || !strings.Contains(r.ExhaustionWhy, x.why) {
			t.Errorf("%s: %v, %s", x.name, r.NoExhaustion, r.ExhaustionWhy)
		}
	}
}

// A counter that ends while it grows does not say when the failures ended.
func TestPoolRecoveryNeedsEvidence(t *testing.T) {
	grows := track("app_json", "app", "", "pool_timeouts_total", -20, 130, counts(0, 5, 30, 108))
	for end, known := range map[float64]bool{130: true, 70: false} {
		p := looked(peakRun(until(grows, end)), nil, nil).Failures.PoolExhaustion
		if p.Occurred != Yes || p.Recovery.Measured() != known {
			t.Errorf("evidence up to %g s: occurred %v, recovery %v (%s)", end, p.Occurred, p.Recovery, p.Recovery.Need())
		}
		if !known && !strings.Contains(p.Recovery.Need(), "ends at 1 min 11 s") {
			t.Errorf("needs %q", p.Recovery.Need())
		}
	}
}

// Evidence of a part of the run says so, with its part, wherever its silence
// could be taken for an answer.
func TestEvidenceOfAPart(t *testing.T) {
	uptime := track("app_json", "app", "", "uptime_seconds", -20, 130, func(s float64) float64 { return 100 + s })
	a := looked(peakRun(until(uptime, 50)), nil, nil)
	if !strings.Contains(a.Stability.RestartsIn, "uptimes (from 0 s to 51 s of the run)") {
		t.Error(a.Stability.RestartsIn)
	}
	notes := func(a *Analysis) (out string) {
		for _, n := range a.Quality {
			if n.Code == "evidence_partial" {
				out += n.Message
			}
		}
		return out
	}
	if got := notes(a); !strings.Contains(got, "a part of the run only (from 0 s to 51 s of the run)") {
		t.Errorf("note %q", got)
	}
	if got := notes(looked(peakRun(uptime), nil, nil)); got != "" {
		t.Errorf("evidence of the whole run: %q", got)
	}
}

// The uptime of the cache tells nothing of the application's restarts.
func TestWhoseRestarts(t *testing.T) {
	uptime := func(component string) loadtest.Track {
		return track("redis_info", component, "", "uptime_seconds", -20, 130, func(s float64) float64 { return 100 + s })
	}
	for _, x := range []struct {
		tracks  []loadtest.Track
		log     []loadtest.AppLog
		in      string
		watched bool
		why     string
	}{
		{[]loadtest.Track{uptime("cache")}, nil, "uptimes of the cache", false, "of the application were looked for in nothing"},
		{[]loadtest.Track{uptime("cache"), uptime("app")}, nil, "uptimes", true, "no restart seen in uptimes"},
		{[]loadtest.Track{uptime("cache")}, []loadtest.AppLog{quietLog(-60, 200)}, "the application's log and uptimes of the cache", true, "uptimes of the cache"},
		{nil, nil, "", false, "not visible to Locust"},
	} {
		r := peakRun(x.tracks...)
		r.AppLogs = x.log
		s := looked(r, nil, nil).Stability
		if s.RestartsIn != x.in || s.AppWatched != x.watched || !strings.Contains(s.Why, x.why) {
			t.Errorf("%q, %v: %s", s.RestartsIn, s.AppWatched, s.Why)
		}
	}
}
