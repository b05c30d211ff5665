package diagnose

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// overTime gives every endpoint's latency a course of its own at the peak.
func (l *lab) overTime(f func(t float64) float64) *lab {
	l.course = f
	return l
}

// Latency that climbs at constant load with the application's memory is a leak,
// however far the memory's limit is.
func TestLeakThatSlows(t *testing.T) {
	l := newLab(.03).overTime(func(t float64) float64 { return .05 + max(0, t-rampEnd)*.008 })
	l.track(app, "memory_bytes", func(t float64) float64 { return 3e7 + max(0, t)*4e6 })
	a := l.analyse(t)
	want(t, a, "memory")
	if s := a.Diagnosis.Findings[0].Symptom; !strings.Contains(s, "constant 300 users") || !strings.Contains(s, "climbed") {
		t.Error(s)
	}
}

// Memory that grows while latency stays, and latency that climbs while memory
// stays, are no leak that users feel.
// Memory that grows at one load is told of where it does not level off.
func TestGrowth(t *testing.T) {
	for name, c := range map[string]struct {
		memory func(at float64) float64
		want   bool
	}{
		"a leak nobody feels": {func(at float64) float64 { return 3e7 + 1e6*math.Max(0, at) }, true},
		"a heap that fills":   {func(at float64) float64 { return 3e7 + 1e8*(1-math.Exp(-math.Max(0, at)/25)) }, false},
		"slowly":              {func(at float64) float64 { return 3e7 + 5e4*math.Max(0, at) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(.03)
			l.track(app, "memory_bytes", c.memory)
			a := l.analyse(t)
			want(t, a, "")
			got := false
			for _, i := range a.Issues {
				got = got || strings.Contains(i.Title, "did not level off")
			}
			if got != c.want {
				t.Errorf("told of growth: %v, want %v", got, c.want)
			}
		})
	}
}

func TestNoLeak(t *testing.T) {
	l := newLab(.03)
	l.track(app, "memory_bytes", func(t float64) float64 { return 3e7 + max(0, t)*4e6 })
	want(t, l.analyse(t), "")
	l = newLab(.03).overTime(func(t float64) float64 { return .05 + max(0, t-rampEnd)*.008 })
	a := l.analyse(t)
	want(t, a, "")
	if !issue(a, "Latency rose although the load did not") {
		t.Errorf("%+v", a.Issues)
	}
}

// A step at constant load is no matter of the load, and no leak either.
func TestStepAtConstantLoad(t *testing.T) {
	l := newLab(.03).overTime(func(t float64) float64 {
		if t < 90 {
			return .03
		}
		return .5
	})
	l.track(app, "memory_bytes", func(t float64) float64 { return 3e7 + max(0, t)*4e6 })
	a := l.analyse(t)
	want(t, a, "")
	if !strings.Contains(a.Diagnosis.Summary, "stepped up") || !strings.Contains(strings.Join(a.Diagnosis.Immediate, " "), "1 min 3") {
		t.Errorf("%s; %q", a.Diagnosis.Summary, a.Diagnosis.Immediate)
	}
	// What was done for half a minute can be done: 300 users ÷ 1.03 s.
	if low, _, ok := a.Capacity.MaxRPS.Limits(); !ok || low < 285 {
		t.Errorf("throughput %s; %s", a.Capacity.MaxRPSText, a.Capacity.MaxRPSNote)
	}
}

// Fluctuation is no drift.
func TestNoDrift(t *testing.T) {
	l := newLab(.03).overTime(func(t float64) float64 {
		if int(t)%20 < 4 {
			return .4
		}
		return .1
	})
	if a := l.analyse(t); issue(a, "Latency rose although the load did not") {
		t.Errorf("%+v", a.Issues)
	}
}

func issue(a *analyze.Analysis, title string) bool {
	for _, i := range a.Issues {
		if i.Title == title {
			return true
		}
	}
	return false
}

// The database has no connection left; the application's pool has.
func TestSlots(t *testing.T) {
	l := newLab(.03)
	l.steady(app, "pool_limit", 60, 60).steady(app, "pool_in_use", 5, 18)
	l.eps[2].full = .12 // what must connect anew takes a little longer
	l.fail(.3, "HTTPError('500 Server Error: Internal Server Error for url: /feed')").
		say("pool", strings.Repeat("x", 150)+" FATAL: remaining connection slots are reserved for non-replication superuser connections", 6000)
	a := l.analyse(t)
	want(t, a, "connection_pool")
	f := a.Diagnosis.Findings[0]
	if f.Component != "connections that the database accepts" || !strings.Contains(f.Symptom, "remaining connection slots") || strings.Contains(f.Recommendation, "Enlarge") {
		t.Errorf("%s: %s: %s", f.Component, f.Symptom, f.Recommendation)
	}
	if n, _ := a.Failures.Database.Connection.Float(); n != 6000 {
		t.Errorf("%v connections refused by the database", n)
	}
}

// The cache goes away under load.
func TestCacheAway(t *testing.T) {
	away := func(from float64) func(t float64) float64 {
		return func(t float64) float64 {
			if t >= from {
				return 0
			}
			return 1
		}
	}
	slow := func(t float64) float64 {
		if t < 80 {
			return .03
		}
		return .3
	}
	l := newLab(.03).overTime(slow)
	l.track("cache", "up", away(80))
	a := l.analyse(t)
	want(t, a, "cache")
	if s := a.Diagnosis.Findings[0].Symptom; !strings.Contains(s, "did not answer its monitor") {
		t.Error(s)
	}
	for _, m := range a.Mechanisms {
		if m.Name == "Cache Fallback" && (m.Seen != analyze.Yes || !strings.Contains(m.Evidence, "answered without it")) {
			t.Errorf("%+v", m)
		}
	}
	// Long after users noticed, and nothing changed: it is not the cause.
	l = fullPoolLab(1.2)
	l.track("cache", "up", away(110))
	a = l.analyse(t)
	want(t, a, "connection_pool")
	if !slices.ContainsFunc(a.Issues, func(i analyze.Issue) bool { return strings.HasPrefix(i.Title, "The cache was away for ") }) {
		t.Errorf("no issue tells that the cache was away: %+v", a.Issues)
	}
}

// Requests that wait out an outage and are answered then: nothing ended.
func TestHang(t *testing.T) {
	l := newLab(.03)
	l.stuck = [2]float64{80, 98}
	a := l.analyse(t)
	want(t, a, "crash")
	f := a.Diagnosis.Findings[0]
	if f.Title != "Hang" || !strings.Contains(f.Symptom, "none was refused") || strings.Contains(f.Recommendation, "process ended") {
		t.Errorf("%s: %s: %s", f.Title, f.Symptom, f.Recommendation)
	}
	// With a restart it is not one.
	l = newLab(.03)
	l.stuck = [2]float64{80, 98}
	l.track(app, "uptime_seconds", func(t float64) float64 {
		if t < 96 {
			return 500 + t
		}
		return t - 96
	})
	if f := l.analyse(t).Diagnosis.Findings; len(f) == 0 || f[0].Title == "Hang" {
		t.Errorf("%+v", f)
	}
}

// Without the application's own clock a starved Locust is suspected, and not
// ruled out.
func TestStarvedGeneratorUnseen(t *testing.T) {
	l := newLab(1.5)
	l.silent = func(sec int) bool { return sec > 50 && sec < 130 && sec%12 < 3 }
	l.run.Notes = append(l.run.Notes, loadtest.Note{Code: "gap", Severity: loadtest.Warn, Message: "No row was written for 3 s or more 6 times."})
	d := l.analyse(t).Diagnosis
	for _, f := range d.Suspicions {
		if f.Kind == "load_generator" {
			return
		}
	}
	t.Errorf("not suspected: %+v", d.Findings)
}

// A limiter that refuses most of what an idle system could serve is asked about.
func TestLimiterTooStrict(t *testing.T) {
	for _, full := range []float64{3, 19} {
		l := newLab(.03)
		l.plan.Count429 = plan.As429Error
		l.steady(app, "pool_in_use", 1, full)
		l.fail(.8, "HTTPError('429 Client Error: Too Many Requests for url: /feed')")
		said := strings.Join(l.analyse(t).Diagnosis.Immediate, " ")
		if got := strings.Contains(said, "meant to be that low"); got != (full == 3) {
			t.Errorf("%v in use: %s", full, said)
		}
	}
}
