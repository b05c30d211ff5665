package json

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

var update = flag.Bool("update", false, "write the golden files")

func peak() analyze.Window {
	src := measure.Source{File: "p_stats_history.csv", Lines: "61,541", Column: "95%", Formula: "Δ(count·mean)/Δcount"}
	return analyze.Window{
		Requests: measure.Of(1000, measure.Count, src), Failures: measure.Of(0, measure.Count),
		RateLimited: measure.None(measure.Count, measure.NoSource, "_failures.csv"),
		RPS:         measure.Of(100.5, measure.PerSecond), ErrorRate: measure.Of(0, measure.Ratio),
		Mean: measure.Of(.1+.2, measure.Seconds), P50: measure.Within(.41, .405, .415, measure.Seconds, measure.Windowed, src, src),
		P95: measure.Within(1.2, 1, math.Inf(1), measure.Seconds, measure.Bounded, src),
	}
}

func full() *analyze.Analysis {
	w := peak()
	ep := loadtest.Endpoint{Method: "GET", Name: "</script><img src=x> \x1b[31m \u2028 \xff =cmd() |`"}
	some := measure.Of(3, measure.Count)
	return &analyze.Analysis{
		Verdict: analyze.Failed,
		Run: analyze.Summary{
			Label: "p", Tool: "locust", Start: time.Date(2026, 2, 18, 12, 0, 0, 0, time.FixedZone("", 3600)), End: time.Date(2026, 2, 18, 12, 10, 0, 0, time.UTC),
			Duration: measure.Of(600.25, measure.Seconds), Host: "http://h", UsersPeak: measure.Of(1000, measure.Users), SpawnRate: measure.Of(50, measure.PerSecond),
			Requests: measure.Of(1e6, measure.Count), Failures: measure.Of(0, measure.Count), Endpoints: 1,
			Inputs: []loadtest.Input{{File: "p_stats.csv", Kind: "locust_stats", SHA256: "00ff", Bytes: 12}},
		},
		WholeRun: w,
		Targets: []analyze.TargetResult{{
			Target: plan.Target{Name: "P95 Latency", Metric: plan.Percentile, P: .95, Limit: 1, Endpoint: "GET /", Pos: plan.Pos{File: "d.md", Line: 3, Column: 5}},
			Metric: "latency_p95", Scope: "peak", Actual: w.P95, WholeRun: w.P95, Status: analyze.Fail, Why: "1,200 ms, target < 1,000 ms",
		}},
		Phases:    []analyze.Phase{{Name: "Peak", Kind: analyze.Peak, Window: w, Status: analyze.Borderline, Why: "why"}},
		Endpoints: []analyze.Endpoint{{Endpoint: ep, Whole: w, Peak: w, Phases: []analyze.Window{w}, ShareOfSlowdown: measure.Of(.5, measure.Ratio)}},
		Stability: analyze.Stability{Status: analyze.Pass, Outages: []analyze.Outage{{Start: 1, End: 9, Users: 5, Evidence: "e"}}, Stalls: []analyze.Outage{{Start: 2, End: 3}}},
		Failures: analyze.FailureReport{
			Classes:        []analyze.ErrorClass{{Class: "timeout", Count: some, Endpoints: []analyze.EndpointCount{{Endpoint: ep, Count: 3}}, Examples: []string{"a <b>"}}},
			PoolExhaustion: analyze.PoolExhaustion{Occurred: analyze.Yes, AtUsers: measure.Of(300, measure.Users), Impact: "12% of requests"},
			Timeouts:       analyze.Timeouts{Count: some, Endpoints: []analyze.EndpointCount{{Endpoint: ep, Count: 3}}},
		},
		Resources: []analyze.Resource{
			{Component: "app", Metric: "cpu", Title: "CPU Usage", Normal: measure.Of(.01, measure.Ratio), NormalFrom: "the baseline run", Peak: measure.Of(.95, measure.Ratio),
				Capacity: measure.Of(1, measure.Ratio), Saturation: measure.Of(.95, measure.Ratio), Status: analyze.ResourceSaturated, Why: "peak 95%", Onset: 31.5, OfHost: true},
			{Component: "cache", Metric: "evictions", Peak: measure.None(measure.Count, measure.NoSource, "cache snapshots"), Onset: math.NaN()},
		},
		RateLimit:  analyze.RateLimit{UserTypes: []analyze.UserType{{Name: "Writer", Status: analyze.LimitActive}}, Graceful: analyze.No},
		Bands:      []analyze.Band{{Band: plan.Band{Label: "1000+ users", From: 1000, Behavior: "b"}, Measured: true, Seconds: 5, RPS: w.RPS}, {Band: plan.Band{To: 500}}},
		Mechanisms: []analyze.Mechanism{{Name: "Rate Limiting", Seen: analyze.Yes, Evidence: "e"}},
		Baseline: &analyze.Comparison{Label: "Sustained", Current: "Peak", Rows: []analyze.ComparisonRow{
			{Metric: "latency_mean", Baseline: w.Mean, Current: w.Mean, Difference: measure.Of(math.Copysign(0, -1), measure.Seconds), Significant: analyze.No}, {Metric: "cpu"}, {Metric: "rps"},
		}},
		Expectations: []analyze.Answer{{Text: "No crashes", Answer: analyze.Yes, Evidence: "e"}},
		Diagnosis: analyze.Diagnosis{
			Summary: "Connection pool: 10 of 10 connections in use",
			Findings: []analyze.Finding{{Kind: "connection_pool", Title: "Connection pool", Component: "pool", Symptom: "10 of 10 connections in use", Impact: "32% failed",
				Recommendation: "36 connections; has 10", Score: .97, Onset: 24, Evidence: []analyze.Evidence{{Text: "in use", Figure: some}, {Text: "held"}}}},
			Suspicions:  []analyze.Finding{{Kind: "cache", Onset: math.NaN(), Suspected: true, Consequence: "follows"}},
			Clear:       []analyze.Ruled{{Kind: "db_cpu", Title: "Processor of the database", Why: "3% of 2 cores"}},
			NotLookedAt: []analyze.Gap{{Kind: "network", Title: "Network", Need: "the speed of the link"}},
			Immediate:   []string{"Enlarge the pool"}, Capacity: []string{"Next limit"}, Scaling: analyze.Scaling{Vertical: "Does not help"},
		},
		Issues:  []analyze.Issue{{Severity: "P0", Title: "t", Evidence: "e"}},
		Quality: []loadtest.Note{{Code: "lost_tail", Severity: loadtest.Warn, Message: "m", Source: "s:1"}},
	}
}

func docInfo() DocumentInfo {
	n := 4
	return DocumentInfo{File: "d.md", NotMeasured: &n, Summary: form.Summary{
		Blanks: 10, Filled: 8, Kept: []form.Remark{{Line: 5, Text: "kept your text", What: "mine"}}, Unknown: []form.Remark{{Line: 88, Text: "not a blank this version knows", What: "Foo"}},
	}}
}

func TestWrite(t *testing.T) {
	out := write(t, func(b *bytes.Buffer) error { return Write(b, full(), docInfo()) })
	check(t, out)
	if again := write(t, func(b *bytes.Buffer) error { return Write(b, full(), docInfo()) }); !bytes.Equal(out, again) {
		t.Error("written twice, different bytes")
	}
	file := filepath.Join("testdata", "results.json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out, want) {
		t.Errorf("differs from %s:\n%s", file, out)
	}
	for _, bad := range []string{"NaN", "Inf", "\x1b", "\u2028", "\xff", "-0,", "-0\n", "null,\n \"targets"} {
		if strings.Contains(string(out), bad) {
			t.Errorf("%q in the document", bad)
		}
	}
	for _, good := range []string{"</script><img src=x> \\u001b[31m \\u2028 \\ufffd =cmd() |`", `"op": "<"`, `"start": "2026-02-18T11:00:00.000Z"`, "Δ(count·mean)/Δcount"} {
		if !strings.Contains(string(out), good) {
			t.Errorf("%q is not in the document", good)
		}
	}
}

// An analysis of nothing has every key, too, and claims nothing.
func TestWriteNothing(t *testing.T) {
	out := write(t, func(b *bytes.Buffer) error { return Write(b, &analyze.Analysis{}, DocumentInfo{}) })
	check(t, out)
	got := tree(t, string(out)).(map[string]any)
	if b := got["baseline"].(map[string]any); b["label"] != nil || len(b["rows"].([]any)) != 0 {
		t.Errorf("baseline %v", b)
	}
	if got["verdict"] != "incomplete" {
		t.Errorf("verdict %v", got["verdict"])
	}
	if n := len(got["bottlenecks"].([]any)); n != 0 {
		t.Errorf("%d bottlenecks", n)
	}
}

// What the analysis does not give a unit to has the unit of its key.
func TestMissingFiguresHaveTheirUnit(t *testing.T) {
	out := write(t, func(b *bytes.Buffer) error {
		return Write(b, &analyze.Analysis{Phases: []analyze.Phase{{}}, RateLimit: analyze.RateLimit{}}, DocumentInfo{})
	})
	p := tree(t, string(out)).(map[string]any)["phases"].([]any)[0].(map[string]any)
	for key, unit := range map[string]string{"requests": "count", "rps": "per_second", "latency_p95": "s", "error_rate": "ratio"} {
		if got := p[key].(map[string]any)["unit"]; got != unit {
			t.Errorf("%s in %v", key, got)
		}
	}
}

// A figure's numbers come back as they went in, to the last bit.
func TestFigureRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, low, high := rapid.Float64().Draw(t, "n"), rapid.Float64().Draw(t, "low"), rapid.Float64().Draw(t, "high")
		v := measure.Within(n, low, high, measure.Seconds, measure.Estimated, measure.Source{File: rapid.String().Draw(t, "file")})
		out, err := json.Marshal(seconds(v))
		if err != nil {
			t.Fatal(err)
		}
		var got number
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		low, high, _ = v.Limits()
		same := func(p *float64, want float64) bool {
			return p == nil && (math.IsInf(want, 0) || math.IsNaN(want)) || p != nil && *p == want
		}
		if got.Value != n || !same(got.Low, low) || !same(got.High, high) || got.Method != "estimated" || got.Unit != "s" {
			t.Fatalf("%v → %s", v, out)
		}
	})
}
