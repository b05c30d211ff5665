package text

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

var update = flag.Bool("update", false, "write the golden files")

func result(t *testing.T, target, label, scope string, actual measure.Value, st analyze.Status, why string) analyze.TargetResult {
	t.Helper()
	parsed, err := plan.ParseTarget(target, plan.Pos{})
	if err != nil {
		t.Fatal(err)
	}
	if label != "" {
		parsed.Name = label
	}
	return analyze.TargetResult{Target: parsed, Scope: scope, Actual: actual, Status: st, Why: why}
}

func run() analyze.Summary {
	return analyze.Summary{
		Label: "peak_load_results", Duration: measure.Of(432, measure.Seconds), UsersPeak: measure.Of(620, measure.Users),
		Requests: measure.Of(124223, measure.Count),
	}
}

func TestVerdict(t *testing.T) {
	sec := func(n, low, high float64) measure.Value {
		return measure.Within(n, low, high, measure.Seconds, measure.Windowed)
	}
	failing := &analyze.Analysis{
		Verdict: analyze.Failed, Run: run(),
		Targets: []analyze.TargetResult{
			result(t, "p50 < 500ms", "P50 Latency", "peak", sec(.41, .41, .41), analyze.Pass, "410 ms, target < 500 ms"),
			result(t, "p95 < 1s", "P95 Latency", "peak", sec(1.24, 1.21, 1.29), analyze.Fail, "1,240 ms (1,210–1,290), target < 1,000 ms"),
			result(t, "p99 < 2s", "P99 Latency", "peak", sec(1.95, 1.8, 2.1), analyze.Borderline, "1,950 ms (1,800–2,100), target < 2,000 ms, which lies within the figure's limits"),
			result(t, "errors < 5% @ramp-up", "", "ramp-up", measure.Of(0.0497, measure.Ratio), analyze.Pass, ""),
			result(t, "p95 < 100ms in 'GET /api/v1/users/[id]/follow\x1b[31mers?page=2'", "", "peak", measure.None(measure.Seconds, measure.NoSource, "a request"), analyze.NotMeasured,
				"no request went to \"GET /api/v1/users/[id]/follow\x1b[31mers?page=2\"; did you mean \"GET /api/v1/users/[id]/followers\"?"),
			result(t, "rps > 500", "Throughput", "peak", measure.Of(172, measure.PerSecond), analyze.Fail, "172 RPS, target > 500 RPS"),
			result(t, "outages <= 0", "✅ 安定性 System Stability", "run", measure.Of(0, measure.Count), analyze.Pass, ""),
		},
		Quality: []loadtest.Note{
			{Code: "lost_tail", Severity: loadtest.Warn, Message: "the history ends 0.8 s before the run: 412 requests of _stats.csv are not in it", Source: "peak_load_results_stats_history.csv:433"},
			{Code: "closed_loop", Severity: loadtest.Info, Message: "closed loop", Source: ""},
		},
	}
	passing := &analyze.Analysis{Verdict: analyze.Passed, Run: run(), Targets: []analyze.TargetResult{failing.Targets[0], failing.Targets[2]}}
	one := &analyze.Analysis{Verdict: analyze.Passed, Targets: failing.Targets[:1]}
	unmeasured := &analyze.Analysis{Verdict: analyze.Incomplete, Run: run(), Targets: []analyze.TargetResult{failing.Targets[0], failing.Targets[4]}}
	none := &analyze.Analysis{Verdict: analyze.Incomplete, Run: run()}
	for _, c := range []struct {
		golden string
		a      *analyze.Analysis
		color  bool
	}{
		{"fail", failing, false}, {"fail.color", failing, true}, {"pass", passing, false}, {"one", one, false},
		{"incomplete", unmeasured, false}, {"none", none, false},
	} {
		var b bytes.Buffer
		if err := Verdict(&b, c.a, Options{Color: c.color}); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", c.golden+".txt")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s:\n%s", c.golden, b.String())
		}
	}
}

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "é": 1, "e\u0301": 1, "✅": 2, "⚠️": 2, "➖": 2, "安定": 4, "a\u200bb": 2, "ﾊ": 1, "…": 1, "–": 1,
	} {
		if got := Width(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}

// Whatever the names are, no line is wider than the terminal, no control
// character comes through, and the columns stand in line.
func TestVerdictKeepsItsShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := &analyze.Analysis{Verdict: analyze.Failed, Run: analyze.Summary{Label: rapid.String().Draw(t, "label")}}
		n := rapid.IntRange(1, 4).Draw(t, "targets")
		for range n {
			a.Targets = append(a.Targets, analyze.TargetResult{
				Target: plan.Target{Metric: plan.Mean, Limit: .3, Name: rapid.String().Draw(t, "name"), Endpoint: rapid.String().Draw(t, "endpoint")},
				Scope:  rapid.String().Draw(t, "scope"), Why: rapid.String().Draw(t, "why"),
				Actual: measure.Within(1.24, 1.21, 1.29, measure.Seconds, measure.Windowed),
				Status: analyze.Status(rapid.IntRange(0, 3).Draw(t, "status")),
			})
		}
		a.Quality = []loadtest.Note{{Severity: loadtest.Warn, Message: rapid.StringN(0, 300, -1).Draw(t, "note"), Source: "f"}}
		var b bytes.Buffer
		if err := Verdict(&b, a, Options{}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		table, column := 0, -1
		for _, line := range lines {
			if Width(line) > lineWidth {
				t.Fatalf("%d columns: %q", Width(line), line)
			}
			for _, r := range line {
				if r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 {
					t.Fatalf("%q in %q", r, line)
				}
			}
			if at := strings.LastIndex(line, "  STATUS"); at >= 0 && strings.HasPrefix(line, "TARGET") {
				table, column = n, Width(line[:at])
				continue
			}
			if table > 0 {
				table--
				icon := -1
				for _, s := range statusText {
					icon = max(icon, strings.LastIndex(line, "  "+s.icon+" "+s.word))
				}
				if icon < 0 || Width(line[:icon]) != column {
					t.Fatalf("status not at column %d: %q", column, line)
				}
			}
		}
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, "FAIL: ") {
			t.Fatalf("last line %q", last)
		}
	})
}
