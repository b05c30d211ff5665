package analyze

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

func errorsBelow(limit float64) plan.Target {
	return plan.Target{Name: "Error Rate", Metric: plan.Errors, Op: plan.Less, Limit: limit}
}

func meanBelow(limit float64) plan.Target {
	return plan.Target{Name: "Mean", Metric: plan.Mean, Op: plan.Less, Limit: limit}
}

func faster(rate float64) plan.Target {
	return plan.Target{Name: "Throughput", Metric: plan.RPS, Op: plan.Greater, Limit: rate}
}

func p95Below(limit float64) plan.Target {
	return plan.Target{Name: "P95 Latency", Metric: plan.Percentile, P: .95, Op: plan.Less, Limit: limit}
}

func in(phase, endpoint string, t plan.Target) plan.Target {
	t.Phase, t.Endpoint = phase, endpoint
	return t
}

// loaded runs are judged at their peak: the ramp is fast, the peak is not.
func rampAndPeak() *bench {
	return newBench().row(0, 0, 0, 0).ramp(60, 100, .01).hold(100, 100, .5).ramp(10, 10, .5).hold(30, 10, .01)
}

func TestTargets(t *testing.T) {
	full := func(b *bench) *loadtest.Run {
		r := b.run()
		s := b.h.Total
		s.Endpoint = loadtest.Endpoint{Method: "GET", Name: "/a"}
		s2 := s
		s2.Endpoint = loadtest.Endpoint{Method: "POST", Name: "/a"}
		s3 := s
		s3.Endpoint = loadtest.Endpoint{Method: "GET", Name: "/basket"}
		b.h.Endpoints, b.h.FullHistory = []loadtest.Series{s, s2, s3}, true
		return r
	}
	peaky := full(rampAndPeak())
	totals := &loadtest.Run{Totals: &loadtest.Totals{File: "run_stats.csv", HasTotal: true,
		Total: loadtest.Total{Line: 9, Requests: 1000, Failures: 20, Mean: .1, Max: 2, Rate: 50, Median: .08}}}
	cases := []struct {
		name   string
		run    *loadtest.Run
		target plan.Target
		status Status
		scope  string
		why    string // a part of it
	}{
		{"judged at the peak", peaky, meanBelow(.4), Fail, "peak", "target < 400 ms"},
		{"the whole run would pass", peaky, in("run", "", meanBelow(.45)), Pass, "run", ""},
		{"errors", peaky, errorsBelow(.05), Pass, "peak", "0%"},
		{"throughput", peaky, faster(49), Pass, "peak", ""},
		{"throughput on the limit", peaky, faster(49.8), Borderline, "peak", "within the figure's limits"},
		{"kind of phase", peaky, in("ramp-up", "", meanBelow(.05)), Pass, "ramp-up", ""},
		{"recovery", peaky, in("Recovery", "", meanBelow(.05)), Pass, "Recovery", ""},
		{"users of a step", peaky, in("100 users", "", meanBelow(.05)), Fail, "100 users", ""},
		{"no such step", peaky, in("step 300 users", "", meanBelow(.05)), NotMeasured, "step 300 users", `no phase "step 300 users"; it has Ramp-up, Peak, Ramp-down, Recovery`},
		{"mistyped phase", peaky, in("Recvery", "", meanBelow(.05)), NotMeasured, "Recvery", `did you mean "Recovery"?`},
		{"endpoint", peaky, in("", "POST /a", meanBelow(.4)), Fail, "peak", ""},
		{"endpoint by name", peaky, in("", "/basket", meanBelow(.6)), Pass, "peak", ""},
		{"ambiguous endpoint", peaky, in("", "/a", meanBelow(.6)), NotMeasured, "peak", `"GET /a" or "POST /a"`},
		{"mistyped endpoint", peaky, in("", "GET /baskte", meanBelow(.6)), NotMeasured, "peak", `did you mean "GET /basket"?`},
		{"no endpoints recorded", rampAndPeak().run(), in("", "GET /a", meanBelow(.6)), NotMeasured, "peak", "no file names endpoints"},
		{"ends in the ramp", newBench().row(0, 0, 0, 0).ramp(60, 100, .01).run(), meanBelow(1), NotMeasured, "peak", "ends in its ramp-up, at 100 users"},
		{"no history", totals, meanBelow(.2), Pass, "run", "(whole run"},
		{"no history, phase asked", totals, in("ramp-up", "", meanBelow(.2)), NotMeasured, "ramp-up", "phases need a history"},
		{"header-only history", &loadtest.Run{History: &loadtest.History{File: "h"}}, errorsBelow(.05), NotMeasured, "peak", "no other file counts requests"},
		{"header-only history beside totals", &loadtest.Run{History: &loadtest.History{File: "h"}, Totals: totals.Totals}, errorsBelow(.05), NotMeasured, "peak", "no rows"},
		{"nothing", &loadtest.Run{}, errorsBelow(.05), NotMeasured, "peak", "no file"},
		{"zero requests", newBench().hold(1, 0, 0).run(), errorsBelow(.05), NotMeasured, "peak", "no request at all"},
		{"zero requests, throughput", newBench().hold(1, 0, 0).run(), plan.Target{Metric: plan.RPS, Op: plan.LessEqual, Limit: 500}, NotMeasured, "peak", "no request at all"},
	}
	targets := map[*loadtest.Run][]plan.Target{}
	for _, c := range cases {
		targets[c.run] = append(targets[c.run], c.target)
	}
	results := map[*loadtest.Run][]TargetResult{}
	for r, ts := range targets {
		results[r] = Run(r, &plan.Plan{Targets: ts}, nil).Targets
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := results[c.run][0]
			results[c.run] = results[c.run][1:]
			if r.Status != c.status || r.Scope != c.scope || !strings.Contains(r.Why, c.why) {
				t.Errorf("got %s @%s: %s; want %s @%s: …%s…", r.Status, r.Scope, r.Why, c.status, c.scope, c.why)
			}
			if r.Why == "" {
				t.Error("no reason in words")
			}
		})
	}
}

func TestVerdict(t *testing.T) {
	of := func(ss ...Status) Verdict {
		var rs []TargetResult
		for _, s := range ss {
			rs = append(rs, TargetResult{Status: s})
		}
		return verdict(rs)
	}
	for _, c := range []struct{ got, want Verdict }{
		{of(), Incomplete}, {of(Pass), Passed}, {of(Pass, Borderline), Passed}, {of(Pass, NotMeasured), Incomplete}, {of(NotMeasured, Fail), Failed},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

// The worst of several peaks decides.
func TestSeveralPeaks(t *testing.T) {
	b := newBench().row(0, 0, 0, 0).ramp(10, 100, .1).hold(100, 100, .1).ramp(10, 10, .1).hold(20, 10, .1).ramp(10, 100, .9).hold(40, 100, .9)
	a := Run(b.run(), &plan.Plan{Targets: []plan.Target{meanBelow(.5)}}, nil)
	if r := a.Targets[0]; r.Status != Fail || !strings.Contains(r.Why, "worst of 2 phases: Peak 2") {
		t.Errorf("%s: %s", r.Status, r.Why)
	}
	if a.Phases[1].Status != Pass {
		t.Errorf("the first peak is %s: %s", a.Phases[1].Status, a.Phases[1].Why)
	}
}

// A figure is judged by its limits, not by its estimate.
func TestJudge(t *testing.T) {
	c := &context{plan: &plan.Plan{}}
	s := func(n, low, high float64, m measure.Method) measure.Value {
		return measure.Within(n, low, high, measure.Seconds, m)
	}
	for _, x := range []struct {
		v    measure.Value
		want Status
	}{
		{s(.5, .4, .9, measure.Windowed), Pass},
		{s(.5, .4, .9, measure.Bounded), Pass},
		{s(1.5, 1, 2, measure.Windowed), Fail}, // 1 s is not less than 1 s
		{s(1.5, 1.2, math.Inf(1), measure.Bounded), Fail},
		{s(.95, .9, 1.1, measure.Windowed), Borderline},
		{s(.95, .9, 1.1, measure.Bounded), NotMeasured},
		{s(.95, .3, 1.1, measure.Windowed), NotMeasured},
		{s(.95, .9, math.Inf(1), measure.Windowed), NotMeasured},
		{measure.None(measure.Seconds, measure.NoSource, "a file"), NotMeasured},
	} {
		got, why := c.judge(p95Below(1), x.v)
		if got != x.want || why == "" {
			t.Errorf("%v: got %s (%s), want %s", x.v, got, why, x.want)
		}
	}
}

// No target passes without samples to judge, whatever is missing.
func TestNothingPassesWithoutSamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &loadtest.Run{}
		if rapid.Bool().Draw(t, "history") {
			b := newBench()
			for range rapid.IntRange(0, 60).Draw(t, "rows") {
				b.row(rapid.IntRange(0, 3).Draw(t, "users")*50, 0, 0, math.NaN())
			}
			r.History = b.h
		}
		if rapid.Bool().Draw(t, "totals") {
			r.Totals = &loadtest.Totals{HasTotal: rapid.Bool().Draw(t, "aggregated"), Percentiles: []float64{.95}, Total: loadtest.Total{Quantiles: []float64{0}}}
		}
		if rapid.Bool().Draw(t, "json") {
			r.Histograms = &loadtest.Histograms{}
		}
		if rapid.Bool().Draw(t, "page") {
			r.Page = &loadtest.Page{HasTotal: rapid.Bool().Draw(t, "total")}
		}
		if rapid.Bool().Draw(t, "failures") {
			r.Failures = &loadtest.Failures{}
		}
		p := &plan.Plan{}
		for _, m := range []plan.Metric{plan.Percentile, plan.Mean, plan.Max, plan.Errors, plan.RPS, plan.Outages} {
			for _, phase := range []string{"", "run", "ramp-up"} {
				p.Targets = append(p.Targets, plan.Target{Metric: m, P: .95, Op: plan.LessEqual, Limit: 10, Phase: phase}, plan.Target{Metric: m, P: .95, Op: plan.GreaterEqual, Phase: phase})
			}
		}
		a := Run(r, p, nil)
		for _, x := range a.Targets {
			if x.Status == Pass || x.Status == Borderline {
				t.Fatalf("%s @%s %s: %s", x.Metric, x.Scope, x.Status, x.Why)
			}
		}
		if a.Verdict == Passed {
			t.Fatal("passed")
		}
	})
}
