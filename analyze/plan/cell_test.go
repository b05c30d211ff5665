package plan

import (
	"errors"
	"testing"
)

func TestParseTargetCell(t *testing.T) {
	for _, c := range []struct{ label, text, want string }{
		// The seed's own rows.
		{"P50 Latency", "< 500ms", "p50 < 500ms"},
		{"P95 Latency", "< 1000ms", "p95 < 1s"},
		{"P99 Latency", "< 2000ms", "p99 < 2s"},
		{"Error Rate", "< 5%", "errors < 5%"},
		{"Throughput", "> 500 RPS", "rps > 500/s"},
		{"System Stability", "No crashes", "outages <= 0"},
		// Labels.
		{"**P99.9** latency", "<1 s", "p99.9 < 1s"},
		{"95th percentile response time", "≤ 800 ms", "p95 <= 800ms"},
		{"Latency (p95)", "< 1s", "p95 < 1s"},
		{"Latency, 99th Percentile", "< 1s", "p99 < 1s"},
		{"Avg Latency", "< 300 ms", "mean < 300ms"},
		{"P95 Latency", "< 0,5 s", "p95 < 500ms"},
		{"P95 Latency", "< 1.000 ms", "p95 < 1s"},
		{"P95 Latency", "< 0.500 ms", "p95 < 0.5ms"},
		{"P95 Latency", "< 1.000 s", "p95 < 1s"},
		{"Error Rate", "< 0,5 %", "errors < 0.5%"},
		{"Throughput", "> 1.500 RPS", "rps > 1500/s"},
		{"Mean Response Time", "&lt; 0.3 s", "mean < 300ms"},
		{"Max Latency", "max 800 ms", "max <= 800ms"},
		{"Maximum response time", "< 10 seconds", "max < 10s"},
		{"Median Latency", "under 200 ms", "p50 < 200ms"},
		{"Median (P50) Latency", "< 200 ms", "p50 < 200ms"},
		{"Failure rate", "≤ 5 %", "errors <= 5%"},
		{"Error %", "< 0.5", "errors < 0.5%"},
		{"Overall HTTP Error Rate", "`< 1%`", "errors < 1%"},
		{"RPS", ">= 500 req/s", "rps >= 500/s"},
		{"Requests/s", "> 1,200", "rps > 1200/s"},
		{"Requests per second", "at least 500", "rps >= 500/s"},
		{"Throughput (RPS)", "> 1.5k", "rps > 1500/s"},
		{"Min Throughput", "≥ 500 requests/s", "rps >= 500/s"},
		{"P95 Latency", "1000 ms", "p95 <= 1s"},
		{"Error Rate", "5%", "errors <= 5%"},
		{"Throughput", "500 RPS", "rps >= 500/s"},
		{"No crashes", "0", "outages <= 0"},
		{"Outages", "0 outages", "outages <= 0"},
		{"Outages", "<= 2", "outages <= 2"},
		{"Crashes", "zero", "outages <= 0"},
		{"P95 Latency (ms)", "< 1,000", "p95 < 1s"},
		{"P95 latency", "<  1 000 ms", "p95 < 1s"},
		{"P95 latency", "**< 1000ms**", "p95 < 1s"},
		{"P95 latency", `\< 1000ms`, "p95 < 1s"},
		{"⚡ P95 Latency", "< 1000 milliseconds", "p95 < 1s"},
		// Scopes.
		{"P95 Latency", "< 2 s @run", "p95 < 2s @run"},
		{"P95 Latency", "< 2 s @ramp-up in 'GET /a'", "p95 < 2s @ramp-up in 'GET /a'"},
		{"Error Rate", "< 2% in 'GET /a b'", "errors < 2% in 'GET /a b'"},
		{"Throughput", "> 50 @run", "rps > 50/s @run"},
	} {
		got, err := ParseTargetCell(c.label, c.text, Pos{File: "d.md", Line: 3, Column: 7})
		if err != nil {
			t.Errorf("%q %q: %v", c.label, c.text, err)
			continue
		}
		if got.String() != c.want {
			t.Errorf("%q %q: %s, want %s", c.label, c.text, got, c.want)
		}
		if got.Pos != (Pos{"d.md", 3, 7}) {
			t.Errorf("%q: at %v", c.label, got.Pos)
		}
	}
}

func TestParseTargetCellRefuses(t *testing.T) {
	for _, c := range []struct {
		label, text string
		kind        error
	}{
		{"P95 Latency", "", ErrBlank},
		{"P95 Latency", "TBD", ErrBlank},
		{"P95 Latency", "< TBD ms", ErrBlank},
		{"P95 Latency", "⏳ Pending", ErrBlank},
		{"P95 Latency", "—", ErrBlank},
		{"Whatever", "N/A", ErrBlank},
		{"P95 Latency of checkout", "< 1s", ErrUnknownMetric},
		{"5xx Error Rate", "< 1%", ErrUnknownMetric},
		{"Success Rate", "> 99%", ErrUnknownMetric},
		{"CPU Usage", "< 80%", ErrUnknownMetric},
		{"Avg CPU Usage", "< 80%", ErrUnknownMetric},
		{"Latency", "< 1s", ErrUnknownMetric},
		{"Min Latency", "< 1s", ErrUnknownMetric},
		{"Max Throughput", "> 500", ErrUnknownMetric},
		{"P95 P99 Latency", "< 1s", ErrUnknownMetric},
		{"P100 Latency", "< 1s", ErrUnknownMetric},
		{"95 Latency", "< 1s", ErrUnknownMetric},
		{"", "< 1s", ErrUnknownMetric},
		{"Errors/s", "< 5", ErrUnknownMetric},
		{"P95 Latency", "about 1000 ms", ErrNotTarget},
		{"P95 Latency", "100-200 ms", ErrNotTarget},
		{"P95 Latency", "1000", ErrNotTarget},
		{"P95 Latency", "< 1000", ErrNotTarget},
		{"P95 Latency", "< ? ms", ErrNotTarget},
		{"P95 Latency", "< 0,5000 s", ErrNotTarget},
		{"P95 Latency", "< 1,000,5 s", ErrNotTarget},
		{"P95 Latency", "< 1.2.3 s", ErrNotTarget},
		{"P95 Latency", "200-500 ms", ErrNotTarget},
		{"P95 Latency", "< 200-500 ms", ErrNotTarget},
		{"P95 Latency", "< -5 ms", ErrNotTarget},
		{"P95 Latency", "< NaN ms", ErrNotTarget},
		{"P95 Latency", "< 5%", ErrNotTarget},
		{"P95 Latency", "fast", ErrNotTarget},
		{"P95 Latency", "< 1s or so", ErrNotTarget},
		{"Error Rate", "< 5", ErrNotTarget},
		{"Error Rate", "< 500%", ErrNotTarget},
		{"Throughput", "> 500 ms", ErrNotTarget},
		{"System Stability", "stable", ErrNotTarget},
		{"System Stability", "no data", ErrNotTarget},
		{"System Stability", "no", ErrNotTarget},
	} {
		got, err := ParseTargetCell(c.label, c.text, Pos{File: "d.md", Line: 3, Column: 7})
		var e *Error
		if !errors.Is(err, c.kind) || !errors.As(err, &e) || e.Pos.Line != 3 {
			t.Errorf("%q %q: %v, %v; want %v", c.label, c.text, got, err, c.kind)
		}
	}
}

func FuzzParseTargetCell(f *testing.F) {
	f.Add("P95 Latency", "< 1,000 ms @run")
	f.Add("Error Rate", "≤ 5 %")
	f.Add("System Stability", "No crashes")
	f.Add("RPS (req/s)", "> 1.5k in 'GET /'")
	f.Fuzz(func(t *testing.T, label, text string) {
		got, err := ParseTargetCell(label, text, Pos{})
		if err != nil {
			return
		}
		again, err := ParseTarget(got.String(), Pos{})
		if err != nil {
			t.Fatalf("%q %q → %q: %v", label, text, got.String(), err)
		}
		if !got.SameFigure(again) || got.Op != again.Op || got.Limit != again.Limit {
			t.Fatalf("%q %q → %q → %q", label, text, got.String(), again.String())
		}
	})
}
