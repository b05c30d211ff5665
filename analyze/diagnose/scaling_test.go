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
	if got := s.triggers("Scale out"); !strings.Contains(got, "Scale out at 80 users (72/s)") {
		t.Error(got)
	}
	a.Capacity.Knee, a.Capacity.MaxRPS = users(50), rate(45)
	if got := s.triggers("Scale out"); !strings.Contains(got, "Scale out at 40 users (36/s)") {
		t.Error(got)
	}
	if at := s.secondOf(80); !math.IsNaN(at) {
		t.Errorf("a jump to 100 users is taken for 80, at %g s", at)
	}
	a.Capacity.Outcome = analyze.DidNotBreak
	s.window.Requests, s.window.RateLimited = measure.Of(1000, measure.Count), measure.Of(600, measure.Count)
	if got := s.triggers("Scale out"); !strings.Contains(got, "refused by the rate limiter") {
		t.Error(got)
	}
}

// An application that is limited to one core, part of which goes to others: at
// its limit it is seen at less than nine tenths, and more of it asks more of
// the database.
func TestScalingOfAppCPU(t *testing.T) {
	l := newLab(1.2)
	l.steady(app, "cpu_limit_cores", 1, 1).steady(app, "cpu_cores", .15, .88).steady(host, "cpu_ratio", .2, .72)
	l.steady(app, "pool_limit", 60, 60)
	a := l.analyse(t)
	want(t, a, "app_cpu")
	if u, _ := a.Resource("Application Server", "CPU Usage").Saturation.Float(); u >= .9 {
		t.Fatalf("the lab shows %v: not the case meant", u)
	}
	for _, x := range [][2]string{
		{a.RateLimit.ExhaustionWhy, "what limited the run was the processor of the application"},
		{a.Diagnosis.Findings[0].Symptom, "% in the busiest ten seconds; above 75% from "},
		{a.Diagnosis.Scaling.Horizontal, "with pools of 60 they could open 180 connections, and the database accepts 100: at most 33 for each"},
		{a.Diagnosis.Scaling.Vertical, "on a larger machine: this one is full at "},
	} {
		if !strings.Contains(x[0], x[1]) {
			t.Errorf("no %q in %q", x[1], x[0])
		}
	}
}

// More instances are as good as a larger pool, as far as the database goes.
func TestScalingOfPool(t *testing.T) {
	for _, x := range []struct {
		accepted float64
		want     string
	}{
		{1000, "connections the database accepts (1,000)"},
		{50, "and the database accepts 50: at most "},
	} {
		l := fullPoolLab(1.4)
		l.steady(database, "query_latency_seconds", .1, .2).steady(database, "connections_limit", x.accepted, x.accepted)
		a := l.analyse(t)
		want(t, a, "connection_pool")
		if got := a.Diagnosis.Scaling.Horizontal; !strings.HasPrefix(got, "Helps like a larger pool") || !strings.Contains(got, x.want) {
			t.Errorf("%q", got)
		}
	}
}

// A pool is full for moments while users arrive: the trigger is the share of it
// that the load at the trigger fills.
func TestTriggerOfPool(t *testing.T) {
	a := fullPoolLab(1.4).track(app, "pool_in_use", func(float64) float64 { return 20 }).analyse(t)
	a.Capacity.Knee, a.Capacity.MaxRPS = measure.Of(290, measure.Users), measure.Of(100, measure.PerSecond)
	if got := newScene(a).triggers("Scale out"); got != "Scale out at 230 users (80/s): 80% of the knee, which is at about 290 users; or as soon as 16 of 20 pooled connections stay in use" {
		t.Errorf("%q", got)
	}
	a = newLab(1.4).analyse(t) // 3 of 20 tell nothing
	a.Capacity.Knee = measure.Of(290, measure.Users)
	if got := newScene(a).triggers("Scale out"); got == "" || strings.Contains(got, "pooled") {
		t.Errorf("%q", got)
	}
}

// A limit of the test is no limit of the system.
func TestNextLimit(t *testing.T) {
	l := newLab(.03)
	l.steady(app, "cpu_cores", .02, .2).steady(host, "cpu_ratio", 0, 0)
	a := l.analyse(t)
	if got := a.Diagnosis.Capacity; len(got) != 2 || !strings.Contains(got[0], "application's processor time") || !strings.HasPrefix(got[1], "To test as far, run Locust in more processes") {
		t.Errorf("%q", got)
	}
}

// What else runs on the machine is to be kept off it.
func TestOtherWork(t *testing.T) {
	for _, busy := range []float64{.99, .3} {
		l := fullPoolLab(2.5)
		l.track(host, "cpu_ratio", func(float64) float64 { return busy })
		a := l.analyse(t)
		if all := strings.Join(a.Diagnosis.Immediate, "\n"); strings.Contains(all, "Keep other work off the machine") != (busy > .9) {
			t.Errorf("busy to %v: %s", busy, all)
		}
	}
}
