package analyze

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/peakload/peakload/analyze/input"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// seenBeside is what truth.json knows of a run's resources, measured beside
// everything that peakload reads.
type seenBeside struct {
	Evidence struct {
		CPU  map[string]struct{ Mean, Max float64 } `json:"cpu_pct_of_one_core"`
		Pool struct {
			Size  float64 `json:"size"`
			Mean  float64 `json:"in_use_mean"`
			Max   float64 `json:"in_use_max"`
			Tries float64 `json:"timeouts_total"`
		} `json:"pool"`
		Queue struct {
			Max float64 `json:"depth_max"`
		} `json:"queue"`
		Workers struct {
			Mean float64 `json:"active_mean"`
			Max  float64 `json:"active_max"`
		} `json:"workers"`
		Query struct {
			Mean float64 `json:"avg"`
			P95  float64 `json:"p95_max"`
		} `json:"db_query_ms"`
		RSS struct {
			Max float64 `json:"max"`
		} `json:"app_rss_mb"`
		Redis struct {
			Memory    float64  `json:"used_memory_mb_max"`
			Limit     float64  `json:"maxmemory_mb"`
			Hit       *float64 `json:"hit_pct"`
			Evictions float64  `json:"evictions_in_window"`
			Commands  float64  `json:"commands_per_s"`
		} `json:"redis"`
		Locks  struct{ Max float64 }                          `json:"pg_waiting_locks"`
		Types  map[string]struct{ Limited, Requests float64 } `json:"rate_limits_by_user_type"`
		Server struct {
			Errors  map[string]float64 `json:"errors"`
			Restart bool               `json:"since_restart"`
		} `json:"server_counts"`
	} `json:"evidence"`
}

// Which files of a run are read, beside Locust's own.
var evidenceModes = map[string]func(name string) bool{
	"all": func(name string) bool { return name != "truth.json" && name != "meta.json" },
	// What the results document's own monitoring commands give.
	"captures": func(name string) bool {
		switch name {
		case "pg_states.txt", "pg_utilization.txt", "redis_info.txt", "free_h.txt", "free_m.txt", "top.txt", "metrics_json.txt", "error_rate.txt", "log_checks.txt":
			return true
		}
		return false
	},
	"prometheus": func(name string) bool { return strings.HasPrefix(name, "prometheus/") },
}

// filesOf are Locust's files of a run and those that a mode adds.
func filesOf(t *testing.T, dir string, add func(string) bool) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(path, "peak_load") && !add(path) {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		out[path] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// canonical writes the chosen tracks' readings as a _resources.csv.
func canonical(c *context) []byte {
	var b bytes.Buffer
	b.WriteString("Timestamp,Component,Instance,Metric,Value\n")
	for _, tr := range c.run.Tracks {
		used := false
		if all := c.tracks.counters[trackKey{tr.Component, tr.Metric}]; len(all) > 0 {
			used = all[0].File == tr.File && all[0].Kind == tr.Kind
		} else if x := c.tracks.of(tr.Component, tr.Metric); x != nil {
			used = x.File == tr.File && x.Kind == tr.Kind
		}
		for i := range tr.Time {
			if used {
				fmt.Fprintf(&b, "%.3f,%s,%s,%s,%g\n", tr.Time[i], tr.Component, tr.Instance, tr.Metric, tr.Value[i])
			}
		}
	}
	return b.Bytes()
}

// Peaks, counts and answers agree with what was measured beside the run: from
// all files, from the document's own captures, from Prometheus, and from a
// recorder's file alone. What a mode's files do not hold may be missing; what
// they hold may not.
func TestSharedRunsEvidence(t *testing.T) {
	root := filepath.Join("..", "..", "shared", "data", "runs")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Skip("no shared data beside the repository")
	}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(root, e.Name(), "truth.json"))
		if err != nil || testing.Short() && e.Name() != "02_peak_pool_exhaustion" {
			continue
		}
		var want seenBeside
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		var recorded []byte
		for _, mode := range []string{"all", "captures", "prometheus", "canonical"} {
			t.Run(e.Name()+"/"+mode, func(t *testing.T) {
				add := evidenceModes[mode]
				if mode == "canonical" {
					add = func(string) bool { return false }
				}
				files := filesOf(t, filepath.Join(root, e.Name()), add)
				if mode == "canonical" {
					files["peak_load_results_resources.csv"] = &fstest.MapFile{Data: recorded, Mode: 0o644}
				}
				r, err := input.Load(input.Folder{FS: files}, "", input.Options{})
				if err != nil {
					t.Fatal(err)
				}
				p := &plan.Plan{UserTypes: []string{"Authenticated", "Unauthenticated", "Writer"}}
				c := newContext(r, p)
				c.failures = failures(c)
				c.stability = stability(c)
				c.resources = resources(c, nil)
				c.rateLimit = rateLimit(c)
				if mode == "all" {
					recorded = canonical(c)
				}
				checkEvidence(t, c, &want, mode, r)
			})
		}
	}
}

func checkEvidence(t *testing.T, c *context, want *seenBeside, mode string, r *loadtest.Run) {
	e := &want.Evidence
	row := func(component, metric string) *Resource {
		for i := range c.resources {
			if x := &c.resources[i]; x.Component == component && x.Metric == metric {
				return x
			}
		}
		t.Fatalf("no row %s.%s", component, metric)
		return nil
	}
	// between: low and high with 5 %, and a reading's worth.
	between := func(component, metric string, low, high, slack, scale float64) {
		t.Helper()
		x := row(component, metric)
		v, ok := x.Peak.Float()
		if v *= scale; !ok || v < .95*low-slack || v > 1.05*high+slack {
			t.Errorf("%s.%s is %.4g (%v, from %v), want %.4g to %.4g", component, metric, v, ok, x.Peak.Sources(), low, high)
		}
	}
	cores := func(component, process string) {
		t.Helper()
		x := row(component, "cpu")
		n := 1.0
		if x.Track != nil && x.Track.Metric == "cpu_ratio" {
			n, _ = c.tracks.coresOf(component)
			if component == "load_generator" {
				n = c.generatorCores() // all that its processes can use
			}
		}
		// Means of the run's truth; its maximum is a single reading's.
		between(component, "cpu", e.CPU[process].Mean, e.CPU[process].Max, 1, 100*n)
	}
	const mb = 1.0 / (1 << 20)
	low := e.RSS.Max
	if e.Server.Restart {
		// A median of ten seconds lies five behind a figure that grows.
		low *= .97
	}
	between("app", "memory", low, e.RSS.Max, 0, mb)
	between("app", "worker_threads", e.Workers.Mean, e.Workers.Max, 1, 1)
	between("app", "request_queue", 0, e.Queue.Max, 0, 1)
	between("app", "connection_pool", e.Pool.Mean, e.Pool.Max, 1, 1)
	cores("app", "app")
	if mode != "captures" {
		cores("database", "postgres")
		cores("load_generator", "locust")
	}
	if mode == "all" || mode == "canonical" {
		between("database", "lock_waits", 0, e.Locks.Max, 0, 1)
		if x := row("cache", "memory"); x.Track.Limit*mb != e.Redis.Limit {
			t.Errorf("the cache's limit is %g MB, want %g", x.Track.Limit*mb, e.Redis.Limit)
		}
	}
	between("database", "query_latency", e.Query.Mean, e.Query.P95, .5, 1000)
	// Keys of ten seconds' life come and go: the maximum is a single reading's.
	between("cache", "memory", .93*e.Redis.Memory, e.Redis.Memory, .02, mb)
	between("cache", "commands", e.Redis.Commands-1, 2*e.Redis.Commands, 2, 1)
	between("cache", "evictions", e.Redis.Evictions, e.Redis.Evictions, 0, 1)
	if e.Redis.Hit != nil {
		between("cache", "hit_rate", *e.Redis.Hit, *e.Redis.Hit, 1, 100)
	}
	for _, u := range c.rateLimit.UserTypes {
		truth, ok := e.Types[strings.ToLower(u.Name)]
		if !ok {
			t.Errorf("user type %q", u.Name)
			continue
		}
		n, measured := u.Limited.Float()
		if !measured || n < .95*truth.Limited-2 || n > 1.05*truth.Limited+2 {
			t.Errorf("%s: %g limited (%v), want %g", u.Name, n, measured, truth.Limited)
		}
		if l, h, ok := u.Limited.Limits(); ok && (truth.Limited < l*.999-1 || truth.Limited > h*1.001+1) {
			t.Errorf("%s: %g limited is not within %g and %g", u.Name, truth.Limited, l, h)
		}
		if n, ok := u.Requests.Float(); mode != "prometheus" && !e.Server.Restart && (!ok || n < .95*truth.Requests || n > 1.05*truth.Requests) {
			t.Errorf("%s: %g requests, want %g", u.Name, n, truth.Requests)
		}
	}
	ranOut := No
	if e.Server.Errors["pool_exhausted"] > 0 {
		ranOut = Yes
	}
	if p := c.failures.PoolExhaustion; p.Occurred != ranOut {
		t.Errorf("pool exhaustion %v: %s", p.Occurred, p.Evidence)
	}
	if mode == "all" {
		for _, s := range c.skews() {
			if s.lag > 2 || s.lag < -2 {
				t.Errorf("%s is said to be %.1f s late, and all were recorded on one machine", s.file, s.lag)
			}
		}
	}
	if n := len(c.stability.Restarts); mode != "prometheus" && (n > 0) != e.Server.Restart {
		t.Errorf("restarts %q", c.stability.Restarts)
	}
}
