package plan

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseTarget(t *testing.T) {
	for _, c := range []struct {
		text string
		want Target
	}{
		{"p95 < 800ms", Target{Metric: Percentile, P: 0.95, Op: Less, Limit: 0.8}},
		{" p99.9<=2.5 s ", Target{Metric: Percentile, P: 0.999, Op: LessEqual, Limit: 2.5}},
		{"P50 < 0.1ms", Target{Metric: Percentile, P: 0.5, Op: Less, Limit: 0.0001}},
		{"mean < 300ms", Target{Metric: Mean, Op: Less, Limit: 0.3}},
		{"max <= 30s @run", Target{Metric: Max, Op: LessEqual, Limit: 30, Phase: "run"}},
		{"max <= 30s @RUN", Target{Metric: Max, Op: LessEqual, Limit: 30, Phase: "run"}},
		{"errors < 5%", Target{Metric: Errors, Op: Less, Limit: 0.05}},
		{"errors < 0.1 %", Target{Metric: Errors, Op: Less, Limit: 0.001}},
		{"rps > 500", Target{Metric: RPS, Op: Greater, Limit: 500}},
		{"rps >= 12.5/s @peak", Target{Metric: RPS, Op: GreaterEqual, Limit: 12.5}},
		{"outages <= 0", Target{Metric: Outages, Op: LessEqual}},
		{"p95 < 1s @ramp-up", Target{Metric: Percentile, P: 0.95, Op: Less, Limit: 1, Phase: "ramp-up"}},
		{"p95 < 1s @'Step 300 users'", Target{Metric: Percentile, P: 0.95, Op: Less, Limit: 1, Phase: "Step 300 users"}},
		{"p95 < 1s in 'GET /a b'", Target{Metric: Percentile, P: 0.95, Op: Less, Limit: 1, Endpoint: "GET /a b"}},
		{`p95 < 1s in "GET /it's"`, Target{Metric: Percentile, P: 0.95, Op: Less, Limit: 1, Endpoint: "GET /it's"}},
		{`p95 < 1s @run in 'GET /it\'s \\d\n"x"'`, Target{Metric: Percentile, P: 0.95, Op: Less, Limit: 1, Phase: "run", Endpoint: "GET /it's \\d\n\"x\""}},
		{"p95 < 1s@inside in'GET /'", Target{Metric: Percentile, P: 0.95, Op: Less, Limit: 1, Phase: "inside", Endpoint: "GET /"}},
		{"p95 > 1ms", Target{Metric: Percentile, P: 0.95, Op: Greater, Limit: 0.001}},
		{"errors <= 0%", Target{Metric: Errors, Op: LessEqual}},
	} {
		got, err := ParseTarget(c.text, Pos{})
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got.Metric != c.want.Metric || got.P != c.want.P || got.Op != c.want.Op || got.Limit != c.want.Limit ||
			got.Phase != c.want.Phase || got.Endpoint != c.want.Endpoint {
			t.Errorf("%q: %+v", c.text, got)
		}
	}
}

// Every error names the place, the offending text and the cure.
func TestParseTargetRefuses(t *testing.T) {
	for _, c := range []struct {
		text, offending string
		column          int
		cure            string
	}{
		{"", "", 0, "write for example p95 < 800ms"},
		{"p95th < 1s", "p95th", 1, "did you mean p95?"},
		{"error < 5%", "error", 1, "did you mean errors?"},
		{"failures < 5%", "failures", 1, "did you mean errors?"},
		{"latency < 1s", "latency", 1, "did you mean p95?"},
		{"throughput > 5", "throughput", 1, "did you mean rps?"},
		{"avg < 1s", "avg", 1, "did you mean mean?"},
		{"median < 1s", "median", 1, "did you mean p50?"},
		{"erors < 5%", "erors", 1, "did you mean errors?"},
		{"cpu < 5%", "cpu", 1, "the metrics are"},
		{"< 1s", "<", 1, "a target begins with a metric"},
		{"p0 < 1s", "p0", 1, "between 0 and 100"},
		{"p100 < 1s", "p100", 1, "write max"},
		{"p999 < 1s", "p999", 1, "write p99.9"},
		{"p9.9.9 < 1s", "p9.9.9", 1, "not a percentile"},
		{"p95 800ms", "800ms", 5, "comparison"},
		{"p95", "", 4, "comparison"},
		{"p95 = 800ms", "=", 5, "<, <=, > or >="},
		{"p95 ≤ 800ms", "≤", 5, "write <="},
		{"p95 <", "", 6, "a number must follow"},
		{"p95 < fast", "fast", 7, "a number must follow"},
		{"p95 < NaN", "NaN", 7, "a number must follow"},
		{"p95 < Infs", "Infs", 7, "a number must follow"},
		{"p95 < -5ms", "-5ms", 7, "negative"},
		{"p95 < 1,000ms", "1,000ms", 7, "without commas"},
		{"p95 < 1e3ms", "1e3ms", 7, "not a number"},
		{"p95 < .5s", ".5s", 7, "not a number"},
		{"p95 < 11111111111111111111s", "11111111111111111111s", 7, "too long"},
		{"p95 < 800", "800", 7, "write 800ms or 0.8s"},
		{"p95 < 800 @run", "800", 7, "write 800ms or 0.8s"},
		{"p95 < 5%", "%", 8, "write 5ms or 5s"},
		{"p95 < 5 min", "min", 9, "write 5ms or 5s"},
		{"p95 < 100000s", "100000s", 7, "at most a day"},
		{"errors < 5", "5", 10, "write 5%"},
		{"errors < 5ms", "ms", 11, "write 5%"},
		{"errors < 150%", "150%", 10, "at most 100%"},
		{"rps > 5 RPS", "RPS", 9, "write 5 or 5/s"},
		{"rps > 9999999999", "9999999999", 7, "at most"},
		{"outages < 1%", "%", 12, "no unit"},
		{"p95 < 1s @", "", 11, "a phase must follow"},
		{"p95 < 1s @Step 300 users", "300 users", 16, "@'Step 300 users'"},
		{"p95 < 1s @'Step 300", "'Step 300", 11, "not closed"},
		{"p95 < 1s in GET /", "GET", 13, "in 'GET /posts'"},
		{"p95 < 1s in ''", "''", 13, "in quotes"},
		{`p95 < 1s in 'GET /\d'`, `\d'`, 19, `write \\`},
		{"p95 < 1s in 'GET /' @run", "@run", 21, "before the endpoint"},
		{"p95 < 1s please", "please", 10, "nothing but"},
		{"p95 < 1s < 2s", "< 2s", 10, "nothing but"},
	} {
		_, err := ParseTarget(c.text, Pos{File: "t"})
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if e.Text != c.offending || e.Pos.Column != c.column || !strings.Contains(e.Msg, c.cure) {
			t.Errorf("%q: column %d, %q, %s", c.text, e.Pos.Column, e.Text, e.Msg)
		}
	}
}

func TestErrorShowsThePlace(t *testing.T) {
	_, err := ParseTarget("p95 < 800", Pos{File: "peakload.yaml", Line: 4, Column: 5})
	want := "peakload.yaml:4:11: a latency needs its unit; write 800ms or 0.8s: \"800\"\n    p95 < 800\n          ^"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	_, err = ParseTarget("p95\x1b[31m < 1s", Pos{})
	if err == nil || strings.ContainsRune(err.Error(), '\x1b') {
		t.Errorf("an escape came through: %q", err)
	}
}

func TestParseFigure(t *testing.T) {
	for text, want := range map[string]string{
		"p95": "p95", "errors @run": "errors @run", "mean@ramp-up": "mean @ramp-up", "p99.9 in 'GET /a'": "p99.9 in 'GET /a'",
		"requests": "requests", "Requests@run in 'GET /a'": "requests @run in 'GET /a'",
	} {
		name, got, err := ParseFigure(text, Pos{}, "requests", "failures")
		if err != nil || strings.TrimSpace(name+" "+got.ScopeText()) != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for text, cure := range map[string]string{"p95 < 1s": "nothing but", "request": "did you mean requests?", "cpu": "requests, failures"} {
		if _, _, err := ParseFigure(text, Pos{}, "requests", "failures"); err == nil || !strings.Contains(err.Error(), cure) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func targets() *rapid.Generator[Target] {
	return rapid.Custom(func(t *rapid.T) Target {
		m := rapid.SampledFrom([]Metric{Percentile, Mean, Max, Errors, RPS, Outages}).Draw(t, "metric")
		target := Target{
			Metric: m, Op: Op(rapid.IntRange(0, 3).Draw(t, "op")),
			Limit:    math.Trunc(rapid.Float64Range(0, m.highest()).Draw(t, "limit")*1e6) / 1e6,
			Phase:    canonicalPhase(rapid.String().Draw(t, "phase")),
			Endpoint: strings.TrimSpace(rapid.String().Draw(t, "endpoint")),
		}
		if m == Percentile {
			target.P = float64(rapid.IntRange(1, 9999).Draw(t, "p")) / 10000
		}
		return target
	})
}

func TestTargetRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := targets().Draw(t, "target")
		got, err := ParseTarget(want.String(), Pos{})
		if err != nil {
			t.Fatalf("%q: %v", want.String(), err)
		}
		if got.String() != want.String() || got.Limit != want.Limit || got.P != want.P || got.Phase != want.Phase || got.Endpoint != want.Endpoint {
			t.Fatalf("%+v → %q → %+v", want, want.String(), got)
		}
	})
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"p95 < 800ms", "p99.9<=2.5s @'Step 300 users' in 'GET /it\\'s'", "errors < 0.1 %", "rps > 5/s @run", "outages <= 0", `mean < 1s in "a\\b"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseTarget(text, Pos{})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T", err)
			}
			return
		}
		again, err := ParseTarget(got.String(), Pos{})
		if err != nil {
			t.Fatalf("%q → %q: %v", text, got.String(), err)
		}
		if !got.SameFigure(again) || got.Op != again.Op || got.Limit != again.Limit || got.Phase != again.Phase {
			t.Fatalf("%q → %q → %q", text, got.String(), again.String())
		}
	})
}
