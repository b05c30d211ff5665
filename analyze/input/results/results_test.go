package results

import (
	"math"
	"strings"
	"testing"
)

const good = `{"schema": "peakload.results/1", "run": {"label": "peak", "start": "2026-02-18T14:00:00.250Z"},
 "basis": {"plateau": "peak", "users": 350, "length_s": 100, "figures": {"latency_p95": {"value": 1.1, "low": 1.05, "high": 1.15}, "rps": {"value": null, "low": null, "high": null}},
  "windows": {"seconds": [10, 10], "requests": [1700, 1800], "failed": [5, 0], "latency_sum_s": [1700.5, null]},
  "quantiles": {"latency_p95": [1.1, null]}, "quantile_window_s": 10,
  "endpoints": [{"method": "GET", "name": "/a", "share": 1, "latency_mean_s": 0.5}], "cpu": [0.5], "cpu_metric": "cpu_ratio", "cpu_of": "app", "cores": null}}`

func TestRead(t *testing.T) {
	b, err := Read(strings.NewReader(good), "old.json")
	if err != nil {
		t.Fatal(err)
	}
	if b.Label != "peak" || b.Users != 350 || b.Start.UnixMilli() != 1771423200250 || len(b.Windows) != 2 || b.Figures["latency_p95"].High != 1.15 ||
		!math.IsNaN(b.Windows[1].Latency) || !math.IsNaN(b.Quantiles["latency_p95"][1]) || !math.IsNaN(b.Cores) || !math.IsNaN(b.Figures["rps"].Value) || b.Endpoints[0].Name != "/a" {
		t.Errorf("%+v", b)
	}
	if !Sniff([]byte(good)) || Sniff([]byte(`[{"name": "/a"}]`)) {
		t.Error("told by its first bytes")
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{`"schema": "peakload.results/1"`, `"schema": "peakload.results/2"`, `this version reads "peakload.results/1"`},
		{`"schema": "peakload.results/1", `, ``, "no results.json"},
		{`"basis"`, `"other"`, "nothing to compare with"},
		{`"low": 1.05`, `"low": 1.2`, "not within its limits"},
		{`[1700, 1800]`, `[1700]`, "different lengths"},
		{`"failed": [5`, `"failed": [5000`, "window 1"},
		{`"users": 350`, `"users": "many"`, "(line 2)"},
		{`"quantile_window_s": 10`, `"quantile_window_s": 0`, "not positive"},
		{`2026-02-18T14`, `yesterday`, "no time"},
	} {
		_, err := Read(strings.NewReader(strings.Replace(good, c.from, c.to, 1)), "old.json")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "old.json: ") {
			t.Errorf("%s: error %v, want %q", c.to, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(good[:200]))
	f.Fuzz(func(t *testing.T, src []byte) {
		b, err := Read(strings.NewReader(string(src)), "f")
		if (b == nil) == (err == nil) {
			t.Fatal("neither a basis nor an error, or both")
		}
	})
}
