package analyze

import (
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/input"
	"github.com/peakload/peakload/analyze/input/locust"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// recordedRun reads one of the shared runs, which stand beside the repository
// where they are at all.
func recordedRun(t *testing.T, folder, prefix string) *loadtest.Run {
	t.Helper()
	dir := filepath.Join("..", "..", "shared", "data", folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no shared data beside the repository")
	}
	r, err := input.Load(input.Folder{FS: os.DirFS(dir)}, prefix, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A truth is what is known of a shared run from every single request.
type truth struct {
	Start   float64 `json:"load_start_epoch"`
	Overall struct {
		Requests int64 `json:"requests"`
		Failures int64 `json:"failures"`
		Limited  int64 `json:"rate_limited_429"`
	} `json:"overall"`
	Crashes []struct {
		Killed float64 `json:"killed_at_epoch"`
		Down   float64 `json:"down_s"`
	} `json:"crashes"`
	Evidence struct {
		Server struct {
			Errors map[string]int64 `json:"errors"`
		} `json:"server_counts"`
	} `json:"evidence"`
}

// The shared runs: outages where the application was killed and nowhere else,
// and failures and 429s as counted request by request.
func TestSharedRunsFaults(t *testing.T) {
	root := filepath.Join("..", "..", "shared", "data", "runs")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Skip("no shared data beside the repository")
	}
	targets := planOf(t, "p50 < 500ms", "p95 < 1s", "p99 < 2s", "errors < 5%")
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(root, e.Name(), "truth.json"))
		if err != nil || testing.Short() && e.Name() != "08_crash_and_recovery" {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			var want truth
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(err)
			}
			c := newContext(recordedRun(t, "runs/"+e.Name(), ""), targets)
			c.failures = failures(c)
			c.stability = stability(c)
			limit := rateLimit(c)

			if n := len(c.stability.Outages); n != len(want.Crashes) {
				t.Fatalf("%d outages, want %d: %s", n, len(want.Crashes), c.stability.Why)
			}
			for i, crash := range want.Crashes {
				o := c.stability.Outages[i]
				if start := c.start + o.Start; math.Abs(start-crash.Killed) > 1 || math.Abs(o.End-o.Start-crash.Down) > 1 {
					t.Errorf("outage from %.1f for %.1f s, want from %.1f for %.1f", start, o.End-o.Start, crash.Killed, crash.Down)
				}
			}
			// The files may end before the run did.
			named := int64(0)
			for _, class := range c.failures.Classes {
				n, _ := class.Count.Float()
				named += int64(n)
			}
			if named > want.Overall.Failures || float64(named) < .97*float64(want.Overall.Failures) {
				t.Errorf("%d failures named, want %d", named, want.Overall.Failures)
			}
			n, ok := limit.Total.Limited.Float()
			if !ok || int64(n) > want.Overall.Limited || n < .97*float64(want.Overall.Limited) {
				t.Errorf("%v 429s, want %d", n, want.Overall.Limited)
			}
			if limited := want.Overall.Limited > 0; limited != (limit.Total.Status == LimitActive) {
				t.Errorf("limiter %v: %s", limit.Total.Status, limit.Total.Why)
			} else if limited && (limit.SystemProtected != Yes || limit.Graceful != Yes) {
				t.Errorf("protected %v (%s), graceful %v (%s)", limit.SystemProtected, limit.ProtectedWhy, limit.Graceful, limit.GracefulWhy)
			}
			ranOut := No
			if want.Evidence.Server.Errors["pool_exhausted"] > 0 {
				ranOut = Yes
			}
			if p := c.failures.PoolExhaustion; p.Occurred != ranOut {
				t.Errorf("pool exhaustion %v: %s", p.Occurred, p.Evidence)
			}
			if n := len(c.stability.Restarts); n != len(want.Crashes) {
				t.Errorf("restarts %q, want %d", c.stability.Restarts, len(want.Crashes))
			}
		})
	}
}

// Locust's samples: one fourteen-second outage among them.
func TestSharedSamplesStability(t *testing.T) {
	for _, x := range []struct {
		folder, prefix string
		length         float64
	}{
		{"new", "stall", 14}, {"new", "full", 0}, {"new", "shape", 0}, {"new", "reset", 0}, {"new", "dist", 0}, {"new", "kill9", 0}, {"new", "trunc", 0},
		{"new", "term", 0}, {"new", "web", 0}, {"2.12", "full", 0}, {"2.12", "shape", 0}, {"2.12", "web", 0}, {"2.46.2", "full", 0}, {"2.46.2", "agg", 0},
	} {
		t.Run(x.folder+"/"+x.prefix, func(t *testing.T) {
			s := stabilityOf(recordedRun(t, "locust-samples/"+x.folder, x.prefix))
			switch {
			case x.length == 0 && (s.Status != Pass || len(s.Stalls) > 0):
				t.Errorf("%v, %s", s.Status, s.Why)
			case x.length > 0 && (len(s.Outages) != 1 || math.Abs(s.Outages[0].End-s.Outages[0].Start-x.length) > 1):
				t.Errorf("%+v, want one of %v s", s.Outages, x.length)
			}
		})
	}
}

// Against the sustained run: latency a hundred times as high is a change, and
// so is an error rate of a third where there was none.
func TestSharedRunsComparison(t *testing.T) {
	base := newContext(recordedRun(t, "runs/01_baseline_sustained", ""), &plan.Plan{})
	for folder, metrics := range map[string][]string{
		"runs/02_peak_pool_exhaustion": {"latency_mean", "latency_p50", "latency_p95", "latency_p99", "error_rate", "rps"},
		"runs/22_cumulative_pool":      {"latency_mean", "latency_p95", "error_rate", "rps"},
	} {
		got := compareRuns(newContext(recordedRun(t, folder, ""), &plan.Plan{}), base)
		for _, m := range metrics {
			if r := rowOf(t, got, m); r.Significant != Yes {
				t.Errorf("%s: %s: %v, %s", folder, m, r.Significant, r.Why)
			}
		}
	}
	same := compareRuns(base, base)
	for _, r := range same.Rows {
		if r.Significant == Yes {
			t.Errorf("a run against itself: %s changed: %s", r.Metric, r.Why)
		}
	}
}

// Every error text of the shared data is of a class, and none is "other".
func TestSharedErrorTexts(t *testing.T) {
	root := filepath.Join("..", "..", "shared", "data")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no shared data beside the repository")
	}
	texts := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_failures.csv") {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		list, _, err := locust.ReadFailures(file, d.Name())
		if err != nil {
			return err
		}
		for _, f := range list.Rows {
			texts++
			if k := classify(f.Error); k.class == classOther {
				t.Errorf("%s:%d: %s is of no class", path, f.Line, f.Error)
			}
		}
		return nil
	})
	if err != nil || texts == 0 {
		t.Errorf("%d texts read, %v", texts, err)
	}
}
