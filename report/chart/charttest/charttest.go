// Package charttest makes analyses for the tests of charts and pages.
package charttest

import (
	"math"
	"time"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// Hostile are texts that must stay text wherever they are shown.
var Hostile = [...]string{
	`</script><img src=x onerror=alert(1)>`,
	`__f__alert(1)//`,
	"/a|b`c`<b>bold</b>",
	"\x1b[31mred\x1b[0m\u2028line",
	`=cmd()|' /C calc'!A0`,
	`"><svg onload=alert(1)>`,
	"{{constructor.constructor('alert(1)')()}} ]]> --> ${alert(1)}",
	"/v1/organisations/{organisation_id}/projects/{project_id}/environments/{environment_id}/deployments",
}

const history = "peak_load_results_stats_history.csv"

// Overloaded is a run of three minutes that ramps to 350 users, loses a third
// of its requests at the peak and has one outage. The endpoints' names are
// hostile.
func Overloaded() *analyze.Analysis {
	a := &analyze.Analysis{
		Verdict: analyze.Failed,
		Run: analyze.Summary{
			Label: "peak_load_results", Tool: "locust", Host: "http://localhost:8000",
			Start:        time.Date(2026, 2, 18, 14, 0, 0, 0, time.UTC),
			End:          time.Date(2026, 2, 18, 14, 3, 0, 0, time.UTC),
			Duration:     measure.Of(180, measure.Seconds),
			UsersPlanned: measure.Of(350, measure.Users), UsersPeak: measure.Of(350, measure.Users),
			SpawnRate: measure.Of(8.75, measure.PerSecond),
			Requests:  measure.Of(24122, measure.Count), Failures: measure.Of(6282, measure.Count),
			Endpoints: len(Hostile) + 4,
			Inputs: []loadtest.Input{
				{File: "runs/peak/" + history, Kind: "locust_history", SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Bytes: 412345},
				{File: "runs/peak/peak_load_results_stats.csv", Kind: "locust_stats", SHA256: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", Bytes: 1931},
				{File: "runs/peak/peak_load_results_failures.csv", Kind: "locust_failures", SHA256: "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13", Bytes: 877},
			},
		},
		Quality: []loadtest.Note{
			{Code: "lost_tail", Severity: loadtest.Warn, Message: "The history ends 4 s before the totals: 612 requests are in the totals alone.", Source: history},
			{Code: "hostile", Severity: loadtest.Info, Message: "An endpoint is called " + Hostile[0] + ".", Source: history + ":12"},
		},
	}
	timeline(a, 180, 1)
	a.Phases = []analyze.Phase{
		phase("Ramp-up", analyze.RampUp, 0, 40, 0, 350, 4351, 437, 694.5, 927, 1097, 1112),
		phase("Peak", analyze.Peak, 40, 140, 350, 350, 17187, 5590, 1038.9, 1065, 1106, 1116),
		phase("Ramp-down", analyze.RampDown, 140, 160, 350, 40, 2240, 255, 905.2, 1010, 1101, 1114),
		phase("Recovery", analyze.Recovery, 160, 180, 40, 40, 344, 0, 84.1, 83, 94, 110),
	}
	whole := phase("", analyze.Peak, 0, 180, 0, 40, 24122, 6282, 937, 1053, 1105, 1115)
	a.WholeRun = whole.Window
	a.Stability = analyze.Stability{Status: analyze.Fail, Why: "1 outage: no completions for 6 s", Outages: []analyze.Outage{
		{Start: 96, End: 102, Users: 350, Evidence: "no completions with 350 users"},
	}}
	p := a.Phases[1].Window
	a.Targets = []analyze.TargetResult{
		target("P50 Latency", plan.Percentile, 0.5, plan.Less, 0.5, "latency_p50", p.P50, whole.P50, analyze.Fail, "P50 1,065 ms, target < 500 ms"),
		target("P95 Latency", plan.Percentile, 0.95, plan.Less, 1, "latency_p95", p.P95, whole.P95, analyze.Fail, "P95 1,106 ms, target < 1,000 ms"),
		target("P99 Latency", plan.Percentile, 0.99, plan.Less, 2, "latency_p99", p.P99, whole.P99, analyze.Pass, "P99 1,116 ms, target < 2,000 ms"),
		target("Error Rate", plan.Errors, 0, plan.Less, 0.05, "error_rate", p.ErrorRate, whole.ErrorRate, analyze.Fail, "errors 32.5%, target < 5%"),
		target("Throughput", plan.RPS, 0, plan.Greater, 200, "rps", p.RPS, whole.RPS, analyze.Fail, "throughput 172 RPS, target > 200 RPS"),
		target("System Stability", plan.Outages, 0, plan.LessEqual, 0, "outages", measure.None(measure.Count, measure.NoSource, "needs the application's log"), measure.Value{}, analyze.NotMeasured, "restarts cannot be seen without the application's log"),
	}
	names := append([]string{"/v1/feed", "/v1/likes", "/health", ""}, Hostile[:]...)
	for i, name := range names {
		e := analyze.Endpoint{Endpoint: loadtest.Endpoint{Method: "GET", Name: name}}
		if i == 3 {
			e.Method = ""
		}
		scale := 1 - 0.07*float64(i)
		n := 2000 * scale
		e.Whole = window(0, 180, 0, 40, n, n*0.26*scale, 950*scale, 1000*scale, 1100*scale, 1150*scale)
		e.Peak = window(40, 140, 350, 350, n*0.7, n*0.7*0.32*scale, 1000*scale, 1060*scale, 1106*scale, 1116*scale)
		e.ShareOfSlowdown = measure.Within(0.3/float64(i+1), 0.25/float64(i+1), 0.35/float64(i+1), measure.Ratio, measure.Estimated, source("Δmean of the endpoint × its share"))
		a.Endpoints = append(a.Endpoints, e)
	}
	a.Bands = []analyze.Band{
		band("0-500 users", 0, 500, true, 120, 1089, 820, 0.26),
		band("500-750 users", 500, 750, false, 0, 0, 0, 0),
		band("750+ users", 750, 0, false, 0, 0, 0, 0),
	}
	a.Plan = &plan.Plan{}
	for _, t := range a.Targets {
		a.Plan.Targets = append(a.Plan.Targets, t.Target)
	}
	return a
}

// Healthy is a run that meets its targets, with a baseline beside it, three
// load levels and plain names.
func Healthy() *analyze.Analysis {
	a := Overloaded()
	a.Verdict, a.Quality, a.Stability = analyze.Passed, nil, analyze.Stability{Status: analyze.Pass}
	for i := range a.Timeline.Time {
		for _, s := range [][]float64{a.Timeline.Mean, a.Timeline.P50, a.Timeline.P95, a.Timeline.P99} {
			s[i] *= 0.15
		}
		a.Timeline.Errors[i] = 0
		if math.IsNaN(a.Timeline.RPS[i]) || a.Timeline.RPS[i] == 0 {
			a.Timeline.RPS[i] = 172
		}
	}
	for i := range a.Targets {
		t := &a.Targets[i]
		t.Status, t.Why = analyze.Pass, t.Target.Name+" held"
		switch t.Target.Metric {
		case plan.Percentile:
			t.Actual = measure.Of(0.12+float64(i)/100, measure.Seconds)
		case plan.Errors:
			t.Actual = measure.Of(0, measure.Ratio)
		case plan.RPS:
			t.Actual = measure.Of(232, measure.PerSecond)
		case plan.Outages:
			t.Actual = measure.Of(0, measure.Count)
		}
	}
	a.Endpoints = a.Endpoints[:3]
	for i := range a.Phases {
		w := &a.Phases[i].Window
		w.ErrorRate, w.Failures = measure.Of(0, measure.Ratio), measure.Of(0, measure.Count)
	}
	a.WholeRun.ErrorRate, a.WholeRun.Failures = measure.Of(0, measure.Ratio), measure.Of(0, measure.Count)
	a.Bands = []analyze.Band{
		band("0-100 users", 0, 100, true, 30, 82, 61, 0),
		band("100-200 users", 100, 200, true, 90, 96, 75, 0),
		band("200-350 users", 200, 350, true, 172, 131, 101, 0.004),
	}
	a.Baseline = &analyze.Comparison{Label: "Sustained (200u)", Current: "Peak (350u)", Notes: []string{"Both runs are compared over their peak phases."}}
	for _, r := range []struct {
		metric     string
		old, now   float64
		u          measure.Unit
		beyond     analyze.YesNo
		resolution float64
	}{
		{"latency_mean", 0.084, 0.101, measure.Seconds, analyze.Yes, 0.001},
		{"latency_p95", 0.120, 0.131, measure.Seconds, analyze.Unknown, 0.005},
		{"error_rate", 0.001, 0.0008, measure.Ratio, analyze.No, 0},
		{"rps", 101, 172, measure.PerSecond, analyze.Yes, 0},
	} {
		x, y := measure.Of(r.old, r.u, source("baseline")), measure.Within(r.now, r.now-r.resolution, r.now+r.resolution, r.u, measure.Windowed, source("this run"))
		a.Baseline.Rows = append(a.Baseline.Rows, analyze.ComparisonRow{
			Metric: r.metric, Baseline: x, Current: y, Difference: measure.Difference(y, x),
			Relative: measure.Of(r.now/r.old-1, measure.Ratio, source("current ÷ baseline − 1")), Significant: r.beyond,
		})
	}
	return a
}

// Cumulative is Overloaded as it reads without --csv-full-history.
func Cumulative() *analyze.Analysis {
	a := Overloaded()
	for i := range a.Timeline.Time {
		a.Timeline.P50[i], a.Timeline.P95[i], a.Timeline.P99[i] = math.NaN(), math.NaN(), math.NaN()
	}
	a.Timeline.PercentileSource = "the history has only percentiles of everything since the start; run Locust with --csv-full-history"
	return a
}

// Long is a run of a day with a sample a second.
func Long() *analyze.Analysis {
	a := Overloaded()
	timeline(a, 86400, 480)
	for i := range a.Phases {
		a.Phases[i].Start *= 480
		a.Phases[i].End *= 480
	}
	a.Stability.Outages[0].Start, a.Stability.Outages[0].End = 96*480, 102*480
	return a
}

// Empty is an analysis of nothing.
func Empty() *analyze.Analysis { return &analyze.Analysis{Plan: &plan.Plan{}} }

// timeline fills the timeline: seconds samples of a story that is told in 180
// steps, each slow seconds long.
func timeline(a *analyze.Analysis, seconds int, slow float64) {
	t := &analyze.Timeline{PercentileSource: "of the ten seconds before each point, as Locust wrote them"}
	noise := uint32(1)
	rand := func() float64 { // a linear congruential generator: the same on every machine
		noise = noise*1664525 + 1013904223
		return float64(noise>>8)/(1<<24) - 0.5
	}
	for i := 1; i <= seconds; i++ {
		s := float64(i) / slow
		users := 350.0
		switch {
		case s < 40:
			users = math.Round(350 * s / 40)
		case s > 160:
			users = 40
		case s > 140:
			users = math.Round(350 - 310*(s-140)/20)
		}
		full := math.Min(1, users/240)
		rps := 172*full + 8*rand()
		p50 := 0.083 + math.Max(0, users-150)/200*0.98 + 0.01*rand()
		errors := 0.0
		if s > 30 && users > 250 {
			errors = 0.325 + 0.05*rand()
		}
		p95, p99 := p50*1.06+0.012+0.01*rand(), p50*1.09+0.03+0.01*rand()
		if s >= 96 && s <= 102 {
			rps, errors = 0, 1
			p50, p95, p99 = math.NaN(), math.NaN(), math.NaN()
		}
		t.Time = append(t.Time, float64(i))
		t.Users = append(t.Users, users)
		t.RPS = append(t.RPS, math.Max(rps, 0))
		t.Errors = append(t.Errors, errors)
		t.Mean = append(t.Mean, p50*0.94)
		t.P50, t.P95, t.P99 = append(t.P50, p50), append(t.P95, p95), append(t.P99, p99)
	}
	a.Timeline = *t
}

func source(formula string) measure.Source {
	return measure.Source{File: history, Lines: "61,541", Column: "Total Request Count", Formula: formula}
}

func phase(name string, k analyze.PhaseKind, from, to float64, u0, u1 int, n, failed, mean, p50, p95, p99 float64) analyze.Phase {
	return analyze.Phase{Name: name, Kind: k, Window: window(from, to, u0, u1, n, failed, mean, p50, p95, p99)}
}

func window(from, to float64, u0, u1 int, n, failed, mean, p50, p95, p99 float64) analyze.Window {
	n, failed = math.Round(n), math.Round(failed)
	ms := func(v, doubt float64) measure.Value {
		return measure.Within(v/1000, v*(1-doubt)/1000, v*(1+doubt)/1000, measure.Seconds, measure.Windowed, source("mixture of the windows over the phase"))
	}
	return analyze.Window{
		Start: from, End: to, UsersFrom: u0, UsersTo: u1,
		Requests:    measure.Of(n, measure.Count, source("Δcount")),
		Failures:    measure.Of(failed, measure.Count, source("Δfailures")),
		RateLimited: measure.None(measure.Count, measure.NotDerivable, "the history does not tell 429s from other failures"),
		RPS:         measure.Of(n/(to-from), measure.PerSecond, source("Δcount ÷ Δt")),
		ErrorRate:   measure.Of(failed/n, measure.Ratio, source("Δfailures ÷ Δcount")),
		Mean:        measure.Of(mean/1000, measure.Seconds, source("Δ(count·mean) ÷ Δcount")),
		P50:         ms(p50, 0.03), P95: ms(p95, 0.01), P99: ms(p99, 0.02),
		Max: measure.Of(p99*1.05/1000, measure.Seconds, source("max")),
	}
}

func band(label string, from, to float64, reached bool, rps, p95, mean, errors float64) analyze.Band {
	b := analyze.Band{Band: plan.Band{Label: label, From: from, To: to, Behavior: "Normal operation"}, Measured: reached}
	if !reached {
		b.RPS = measure.None(measure.PerSecond, measure.NotIdentifiable, "a run that reaches this level")
		b.P95, b.Mean = measure.None(measure.Seconds, measure.NotIdentifiable, "a run that reaches this level"), measure.None(measure.Seconds, measure.NotIdentifiable, "a run that reaches this level")
		b.ErrorRate = measure.None(measure.Ratio, measure.NotIdentifiable, "a run that reaches this level")
		return b
	}
	b.RPS, b.ErrorRate = measure.Of(rps, measure.PerSecond, source("Δcount ÷ Δt")), measure.Of(errors, measure.Ratio, source("Δfailures ÷ Δcount"))
	b.P95 = measure.Within(p95/1000, p95*0.97/1000, p95*1.02/1000, measure.Seconds, measure.Windowed, source("windows"))
	b.Mean = measure.Of(mean/1000, measure.Seconds, source("Δ(count·mean) ÷ Δcount"))
	return b
}

func target(name string, m plan.Metric, p float64, op plan.Op, limit float64, metric string, actual, whole measure.Value, s analyze.Status, why string) analyze.TargetResult {
	return analyze.TargetResult{
		Target: plan.Target{Name: name, Metric: m, P: p, Op: op, Limit: limit, Pos: plan.Pos{File: "PEAK_LOAD_RESULTS.md", Line: 38}},
		Metric: metric, Scope: "peak", Actual: actual, WholeRun: whole, Status: s, Why: why,
	}
}
