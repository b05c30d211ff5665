package report_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/templates"
)

var update = flag.Bool("update", false, "write the golden files")

// runs are the hand-made analyses that documents are filled from.
var runs = []struct {
	name string
	make func(*plan.Plan) *analyze.Analysis
}{{"everything", everything}, {"healthy", healthy}, {"nothing", nothing}, {"hostile", hostile}}

// seed returns the document that the program exists to fill, where it is.
func seed(t *testing.T) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", "shared", "seed", "PEAK_LOAD_RESULTS.md"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the shared documents are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func parse(t *testing.T, src []byte) *form.Doc {
	t.Helper()
	doc, err := form.Parse("doc.md", src)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// fill fills a document from a hand-made analysis.
func fill(t *testing.T, src []byte, run func(*plan.Plan) *analyze.Analysis) ([]byte, *form.Doc) {
	t.Helper()
	doc := parse(t, src)
	p, err := report.ReadPlan(doc)
	if err != nil {
		t.Fatal(err)
	}
	report.Fill(doc, run(p))
	return doc.Bytes(), doc
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (go test ./report -update writes it anew):\n%s", file, diff)
	}
}

func TestBuiltInDocument(t *testing.T) {
	for _, r := range runs {
		t.Run(r.name, func(t *testing.T) {
			got, doc := fill(t, templates.Results, r.make)
			golden(t, r.name+".md", got)
			if s := doc.Summary(); len(s.Unknown) > 0 {
				t.Errorf("blanks that nobody filled: %v", s.Unknown)
			}
			noBlanks(t, got)
		})
	}
}

// noBlanks fails for blanks outside code.
func noBlanks(t *testing.T, doc []byte) {
	t.Helper()
	code := false
	for i, line := range strings.Split(string(doc), "\n") {
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		if strings.HasPrefix(line, "<!-- peakload:memory") {
			return
		}
		if !code && !strings.Contains(line, "onerror") && (strings.Contains(line, "TBD") || strings.Contains(line, "⏳")) {
			t.Errorf("line %d is still blank: %s", i+1, line)
		}
	}
}

func TestSeedIsFilled(t *testing.T) {
	src := seed(t)
	for _, r := range runs {
		t.Run(r.name, func(t *testing.T) {
			got, doc := fill(t, src, r.make)
			noBlanks(t, got)
			if s := doc.Summary(); len(s.Unknown) > 0 || s.Filled != s.Blanks {
				t.Errorf("filled %d of %d blanks; unknown: %v", s.Filled, s.Blanks, s.Unknown)
			}
			if r.name == "everything" {
				for _, want := range []string{
					"**Users**: 1000 concurrent users (measured: 620)\n",
					"**Duration**: 10 minutes (measured: 7 min 12 s)\n",
					"**Date**: 2026-02-18\n",
					"**Target**: http://localhost:8000\n",
					"**Spawn Rate**: 50 users/second\n",
					"| ❌ Fail |", "| ⚠️ Borderline |",
					"1. [x] Execute peak load test\n2. [x] Analyze results and update this document\n3. [ ] Address",
				} {
					if !bytes.Contains(got, []byte(want)) {
						t.Errorf("no %q", want)
					}
				}
			}
		})
	}
}

// Filling is repeatable, and filling again with another run leaves nothing of
// the first.
func TestFillAgain(t *testing.T) {
	docs := map[string][]byte{"built-in": templates.Results}
	if src, err := os.ReadFile(filepath.Join("..", "..", "shared", "seed", "PEAK_LOAD_RESULTS.md")); err == nil {
		docs["seed"] = src
	}
	for name, src := range docs {
		fresh := map[string][]byte{}
		for _, a := range runs {
			fresh[a.name], _ = fill(t, src, a.make)
		}
		for _, a := range runs {
			first := fresh[a.name]
			again, _ := fill(t, first, a.make)
			if diff := cmp.Diff(string(first), string(again)); diff != "" {
				t.Errorf("%s, %s: filling twice differs:\n%s", name, a.name, diff)
			}
			for _, b := range runs {
				after, _ := fill(t, first, b.make)
				if diff := cmp.Diff(string(fresh[b.name]), string(after)); diff != "" {
					t.Errorf("%s: %s after %s differs from %s alone:\n%s", name, b.name, a.name, b.name, diff)
				}
			}
		}
	}
}

// The plan is the same before and after a fill.
func TestPlanSurvivesFilling(t *testing.T) {
	for _, r := range runs {
		before, err := report.ReadPlan(parse(t, templates.Results))
		if err != nil {
			t.Fatal(err)
		}
		filled, _ := fill(t, templates.Results, r.make)
		after, err := report.ReadPlan(parse(t, filled))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, after, cmpopts.IgnoreTypes(plan.Pos{})); diff != "" {
			t.Errorf("%s: the plan changed:\n%s", r.name, diff)
		}
	}
}

func TestSeedPlan(t *testing.T) {
	p, err := report.ReadPlan(parse(t, seed(t)))
	if err != nil {
		t.Fatal(err)
	}
	want := &plan.Plan{
		Setup: plan.Setup{Date: "2026-02-18", Duration: 600, Host: "http://localhost:8000", Users: 1000, SpawnRate: 50},
		Targets: []plan.Target{
			{Name: "P50 Latency", Metric: plan.Percentile, P: .5, Op: plan.Less, Limit: .5, Text: "< 500ms"},
			{Name: "P95 Latency", Metric: plan.Percentile, P: .95, Op: plan.Less, Limit: 1, Text: "< 1000ms"},
			{Name: "P99 Latency", Metric: plan.Percentile, P: .99, Op: plan.Less, Limit: 2, Text: "< 2000ms"},
			{Name: "Error Rate", Metric: plan.Errors, Op: plan.Less, Limit: .05, Text: "< 5%"},
			{Name: "Throughput", Metric: plan.RPS, Op: plan.Greater, Limit: 500, Text: "> 500 RPS"},
			{Name: "System Stability", Metric: plan.Outages, Op: plan.LessEqual, Text: "No crashes"},
		},
		Phases: []plan.Phase{
			{Name: "Ramp-up", From: 0, To: 60, UsersFrom: 0, UsersTo: 1000},
			{Name: "Peak", From: 60, To: 540, UsersFrom: 1000, UsersTo: 1000},
			{Name: "Ramp-down", From: 540, To: 600, UsersFrom: 1000, UsersTo: 0},
		},
		Capacities: []plan.Capacity{
			{Component: "Application Server", Metric: "CPU Usage", Limit: 1, Unit: measure.Ratio},
			{Component: "Application Server", Metric: "Request Queue", None: true},
			{Component: "Database", Metric: "Connections", Limit: 100},
			{Component: "Database", Metric: "CPU Usage", Limit: 1, Unit: measure.Ratio},
			{Component: "Database", Metric: "Query Latency", None: true},
			{Component: "Database", Metric: "Lock Waits", None: true},
			{Component: "Cache (Redis)", Metric: "Hit Rate", None: true},
			{Component: "Cache (Redis)", Metric: "Commands/sec", None: true},
			{Component: "Cache (Redis)", Metric: "Evictions", None: true},
		},
		UserTypes: []string{"Authenticated", "Unauthenticated", "Writer"},
		Bands: []plan.Band{
			{Label: "0-500 users", From: 0, To: 500, Behavior: "Normal operation"},
			{Label: "500-750 users", From: 500, To: 750, Behavior: "Slight latency increase"},
			{Label: "750-1000 users", From: 750, To: 1000, Behavior: "Rate limiting active"},
			{Label: "1000+ users", From: 1000, Behavior: "Graceful degradation"},
		},
		Comparison: plan.Labels{Baseline: "Sustained", Current: "Peak", BaselineUsers: 200, CurrentUsers: 1000},
		Expectations: []plan.Expectation{
			{Text: "System handles 1000 users"}, {Text: "No crashes"}, {Text: "Rate limiting protects system"}, {Text: "Graceful degradation"}, {Text: "Recovery after load"},
		},
	}
	if diff := cmp.Diff(want, p, cmpopts.IgnoreTypes(plan.Pos{})); diff != "" {
		t.Error(diff)
	}
	if pos := p.Targets[1].Pos; pos.File != "doc.md" || pos.Line != 39 || pos.Column < 10 {
		t.Errorf("the P95 target is at %v", pos)
	}
}

func TestPlanErrors(t *testing.T) {
	const doc = `# Results

| Metric | Target | Actual | Status |
|--------|--------|--------|--------|
| P95 Latency | < 800 bananas | TBD | ⏳ |
| P99 Latency | TBD | TBD | ⏳ |
| P50 Latency | N/A | TBD | ⏳ |
| Error Rate | — | TBD | ⏳ |
| Apdex | > 0.9 | TBD | ⏳ |
| Throughput | fast | TBD | ⏳ |

| Load Level | Behavior | Status |
|---|---|---|
| 5xx-7 users | ok | ⏳ |
`
	p, err := report.ReadPlan(parse(t, []byte(doc)))
	if err == nil {
		t.Fatal("no error")
	}
	text := err.Error()
	for _, want := range []string{"doc.md:5:", "< 800 bananas", "doc.md:10:", "fast", "doc.md:14:", "5xx-7 users"} {
		if !strings.Contains(text, want) {
			t.Errorf("the error does not say %q:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "doc.md:"); n != 3 {
		t.Errorf("%d errors, want 3:\n%s", n, text)
	}
	if len(p.Targets) != 0 {
		t.Errorf("targets: %v", p.Targets)
	}
}

// Documents differ: sections are renamed, moved and repeated, columns stand in
// another order or are missing, rows are added.
func TestOtherDocuments(t *testing.T) {
	for _, tt := range []struct {
		name, doc string
		run       func(*plan.Plan) *analyze.Analysis
		want      []string // lines that must be there
		left      []string // lines that must not have changed
	}{
		{
			name: "columns in another order, extra rows",
			doc: `## 3. 📊 How fast was it?

| Status | Actual | Metric | Target |
|---|---|---|---|
| ⏳ | TBD | **P95 latency** | < 1 s |
| ⏳ | TBD | Avg response time | |
| ⏳ | TBD | Max Latency | TBD |
| ⏳ | TBD | P99.9 latency | - |
| ⏳ | TBD | Apdex | > 0.9 |
`,
			run: everything,
			want: []string{
				"| ❌ Fail | 1,240 ms (1,200–1,310; whole run 810 ms)[^percentiles][^limits] | **P95 latency** | < 1 s |",
				"| ➖ No target | 410 ms | Avg response time | |",
				"| ➖ No target | 3,690 ms | Max Latency | TBD |",
				"| ➖ No target | 700 ms (690–730)[^percentiles] | P99.9 latency | - |",
			},
			left: []string{"| ⏳ | TBD | Apdex | > 0.9 |"},
		},
		{
			name: "no target column",
			doc:  "| Metric | Actual |\n|---|---|\n| Error Rate | TBD% |\n| Throughput (RPS) | TBD |\n| Stability | TBD |\n",
			run:  healthy,
			want: []string{"| Error Rate | 0% |", "| Throughput (RPS) | 560 RPS |", "| Stability | No outage seen[^stability] |"},
		},
		{
			name: "phases: more of them, other columns, units in headers",
			doc: `### Phases
| Stage | Concurrent Users | Throughput | Avg Latency (ms) | P95 | Failures | Result |
|---|---|---|---|---|---|---|
| Warm-up [0-30 s] | 10 | TBD | TBD | TBD | TBD | ⏳ |
| Peak [60-300 s] | 1000 | TBD | TBD | TBD ms | TBD | ⏳ |
| Recovery | TBD | TBD | TBD | TBD | TBD | ⏳ |
`,
			run: everything,
			want: []string{
				"| Warm-up [0-30 s] | 10 | not measured[^phases] | not measured[^phases] | not measured[^phases] | not measured[^phases] | ➖ Not measured |",
				"| Peak [75-370 s] | 1000 | 212 RPS | 410 | 1,030 ms (980–1,110)[^limits] | 1,620 | ❌ Fail — P95: 1,240 ms (1,200–1,310), target < 1,000 ms[^users] |",
				"| Recovery | 620–20 | 80.0 RPS | 100 | 250 ms (240–270) | 0 | ✅ Pass |",
			},
		},
		{
			name: "resources under a heading of its own, settings as a table",
			doc: `## Setup
### Test Configuration
| Parameter | Value |
|---|---|
| Users | 1000 |
| Date | TBD |
### Message Broker
| Metric | Normal | Peak | Max Capacity | Status |
|---|---|---|---|---|
| Queue Depth | TBD | TBD | 4096 MB | ⏳ |
`,
			run: everything,
			want: []string{
				"| Users | 1000 (measured: 620) |",
				"| Date | 2026-02-18 |",
				"| Queue Depth | not measured[^resources] | not measured[^resources] | 4096 MB | ➖ Not measured |",
			},
		},
		{
			name: "comparison without a baseline",
			doc:  "## Compared\n| Metric | Sustained (200u) | Peak (1000u) | Change |\n|---|---|---|---|\n| Avg Latency | TBD ms | TBD ms | TBD ms |\n| Error Rate | TBD% | TBD% | TBD% |\n| CPU Usage | TBD% | TBD% | TBD% |\n",
			run:  healthy,
			want: []string{
				"| Avg Latency | not measured[^baseline] | 90.0 ms | not measured[^baseline] |",
				"| Error Rate | not measured[^baseline] | 0% | not measured[^baseline] |",
				"| CPU Usage | not measured[^resources-compared] | 88.0%[^compared-mean] | not measured[^resources-compared] |",
			},
		},
		{
			name: "comparison with a baseline",
			doc:  "## Compared\n| Metric | Sustained (200u) | Peak (1000u) | Difference |\n|---|---|---|---|\n| Avg Latency | TBD ms | TBD ms | TBD ms |\n| P95 Latency | TBD ms | TBD ms | TBD ms |\n| Error Rate | TBD% | TBD% | TBD% |\n| Throughput | TBD RPS | TBD RPS | TBD RPS |\n",
			run:  everything,
			want: []string{
				"| Avg Latency | 4.0 ms | 410 ms | +406 ms (×103) |",
				"| P95 Latency | 1,100 ms (1,000–1,200)[^limits] | 1,240 ms (1,200–1,310) | ~ +140 ms (+12.7%)[^noise] |",
				"| Error Rate | 0% | 2.6% | +2.6 pp[^beyond-noise] |",
				"| Throughput | 220 RPS | 212 RPS | −8.0 RPS (−3.6%) |",
			},
		},
		{
			name: "lists: a person's items stay",
			doc:  "### Critical Issues (P0)\n- ⏳ To be determined after test execution\n- Our own: see INC-7\n\n### Lessons Learned\n1. ⏳ TBD\n",
			run:  everything,
			want: []string{"- The system stopped answering — 9 s without a completion at 620 users", "- Our own: see INC-7", "1. The connection pool was exhausted before anything else broke."},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := fill(t, []byte(tt.doc), tt.run)
			lines := strings.Split(string(got), "\n")
			for _, want := range append(tt.want, tt.left...) {
				found := false
				for _, l := range lines {
					found = found || l == want
				}
				if !found {
					t.Errorf("no line\n  %s\nin\n%s", want, got)
				}
			}
		})
	}
}

// A target given elsewhere that replaces the document's is said to be the one
// that was judged.
func TestReplacedTarget(t *testing.T) {
	const src = "| Metric | Target | Actual | Status |\n|---|---|---|---|\n| P95 Latency | < 1000ms | TBD | ⏳ |\n"
	doc := parse(t, []byte(src))
	target, err := plan.ParseTarget("p95 < 800ms", plan.Pos{})
	if err != nil {
		t.Fatal(err)
	}
	report.Fill(doc, everything(&plan.Plan{Targets: []plan.Target{target}}))
	if want := "| ❌ Fail (against < 800ms, command line) |"; !strings.Contains(strings.ReplaceAll(string(doc.Bytes()), `\`, ""), want) {
		t.Errorf("no %q in\n%s", want, doc.Bytes())
	}
}

// Whole-run figures that stand in for the peak are labelled.
func TestWholeRunFigures(t *testing.T) {
	const src = "| Metric | Target | Actual | Status |\n|---|---|---|---|\n| P95 Latency | < 1000ms | TBD | ⏳ |\n"
	got, _ := fill(t, []byte(src), func(p *plan.Plan) *analyze.Analysis {
		a := nothing(p)
		a.Targets[0].Scope, a.Targets[0].Status = "run", analyze.Pass
		a.Targets[0].Actual = exact(.81, measure.Seconds)
		a.Targets[0].WholeRun = a.Targets[0].Actual
		return a
	})
	if want := "| 810 ms (whole run) | ✅ Pass |"; !strings.Contains(string(got), want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}

// Figures of one thing that differ say why: types that do not add up to the
// total, the mean beside the highest ten seconds, the longest of several
// stretches, failures among the latencies, waiting in vain beside timing out.
func TestWhyFiguresDiffer(t *testing.T) {
	run := func(p *plan.Plan) *analyze.Analysis {
		a := everything(p)
		for i := range a.RateLimit.UserTypes {
			a.RateLimit.UserTypes[i].Requests = exact(20000, measure.Count)
		}
		a.Failures.PoolExhaustion.Occurred = analyze.Yes
		a.Failures.Timeouts = analyze.Timeouts{Count: exact(0, measure.Count), Share: exact(0, measure.Ratio)}
		a.Stability.Outages = []analyze.Outage{{Start: 100, End: 120, Users: 620, Evidence: "all failed"}}
		a.Timeline = analyze.Timeline{Time: []float64{99, 108, 112, 121}, Mean: []float64{.4, .001, .003, .4}}
		return a
	}
	got, _ := fill(t, seed(t), run)
	for _, want := range []string{
		"| Total | 74,304[^user-types-sum] |",
		"| CPU Usage | not measured[^resources-compared] | 88.0%[^compared-mean] |",
		"[^compared-mean]: The mean over the peak; its highest ten seconds were at 93%.",
		"[^band-p95]: ",
		"Failed requests, 2.6% of these, are among them; in the outage they failed within 2.0 ms in the mean, so that those that succeeded took longer than it says.",
		"no request timed out; those that waited in vain for a pooled connection count as pool exhaustion",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	// Types that add up, and outages whose failures were slow, need no word.
	got, _ = fill(t, seed(t), func(p *plan.Plan) *analyze.Analysis {
		a := run(p)
		a.RateLimit.UserTypes[0].Requests = exact(34304, measure.Count)
		a.Timeline.Mean = []float64{.4, 5, 5, .4}
		return a
	})
	before, _ := fill(t, seed(t), func(p *plan.Plan) *analyze.Analysis {
		a := run(p)
		a.Phases[1].Start = 125 // the outage was before the peak
		return a
	})
	for _, x := range []struct {
		doc  []byte
		none string
	}{{got, "user-types-sum"}, {got, "in the outage they failed"}, {before, "in the outage they failed"}} {
		if strings.Contains(string(x.doc), x.none) {
			t.Errorf("%q in\n%s", x.none, x.doc)
		}
	}
}

// Where refusals alone missed the error target, both rates are shown.
func TestRefusals(t *testing.T) {
	const src = "| Metric | Target | Actual | Status |\n|---|---|---|---|\n| Error Rate | < 5% | TBD | ⏳ |\n"
	got, _ := fill(t, []byte(src), func(p *plan.Plan) *analyze.Analysis {
		a := healthy(p)
		w := &a.Phases[1].Window
		w.Failures, w.ErrorRate = exact(.6*560*481, measure.Count), exact(.6, measure.Ratio)
		w.RateLimited = exact(.59*560*481, measure.Count)
		a.Targets[0].Actual, a.Targets[0].Status, a.Verdict = w.ErrorRate, analyze.Fail, analyze.Failed
		a.Targets[0].WholeRun = w.ErrorRate
		return a
	})
	for _, want := range []string{
		"| 60.0% (1.0% without 429s) | ❌ Fail |",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
