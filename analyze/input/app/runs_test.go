package app

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/input/internal/capture"
	"github.com/peakload/peakload/analyze/loadtest"
)

const runs = "../../../../shared/data/runs"

func find(tracks []loadtest.Track, component, instance, metric string) *loadtest.Track {
	for i, k := range tracks {
		if k.Component == component && k.Metric == metric && k.Instance == instance {
			return &tracks[i]
		}
	}
	return nil
}

func within(k *loadtest.Track, from, to float64) (mean, highest float64, n int) {
	if k == nil {
		return math.NaN(), math.NaN(), 0
	}
	for i, at := range k.Time {
		if at >= from && at <= to {
			mean += k.Value[i]
			highest = max(highest, k.Value[i])
			n++
		}
	}
	return mean / float64(n), highest, n
}

// last is a counter's end, restarts added up.
func last(k *loadtest.Track) float64 {
	if k == nil {
		return math.NaN()
	}
	total, before := 0.0, 0.0
	for _, v := range k.Value {
		if v < before {
			before = 0
		}
		total, before = total+v-before, v
	}
	return total
}

// TestRuns reads metrics_json.txt of real runs and compares with what is known
// of them.
func TestRuns(t *testing.T) {
	all, _ := filepath.Glob(runs + "/*")
	if len(all) == 0 {
		t.Skip("no shared data here")
	}
	for _, dir := range all {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var want struct {
				Phases []struct {
					Name string
					From float64 `json:"from_epoch"`
					To   float64 `json:"to_epoch"`
				}
				End      float64 `json:"load_end_epoch"`
				Evidence struct {
					Window string
					Pool   struct {
						Size     float64
						Mean     float64 `json:"in_use_mean"`
						Max      float64 `json:"in_use_max"`
						Waiting  float64 `json:"waiting_max"`
						Timeouts float64 `json:"timeouts_total"`
					}
					RSS    struct{ Max float64 }                          `json:"app_rss_mb"`
					Query  struct{ Avg float64 }                          `json:"db_query_ms"`
					Limits map[string]struct{ Limited, Requests float64 } `json:"rate_limits_by_user_type"`
					Counts struct {
						Errors  map[string]float64
						Restart bool `json:"since_restart"`
					} `json:"server_counts"`
					CPU map[string]struct{ Mean float64 } `json:"cpu_pct_of_one_core"`
				}
			}
			raw, err := os.ReadFile(dir + "/truth.json")
			if err == nil {
				err = json.Unmarshal(raw, &want)
			}
			if err != nil {
				t.Fatal(err)
			}
			e := want.Evidence
			from, to := 0.0, math.Inf(1)
			for _, p := range want.Phases {
				if p.Name == e.Window {
					from, to = p.From, min(p.To, want.End)
				}
			}
			text, err := os.ReadFile(dir + "/metrics_json.txt")
			if err != nil {
				t.Fatal(err)
			}
			if !Sniff(strings.Split(string(text[:min(len(text), 64<<10)]), "\n")) {
				t.Error("not known")
			}
			tracks, notes, err := capture.Read(strings.NewReader(string(text)), "metrics_json.txt", Parsers(nil))
			if err != nil || len(notes) > 0 {
				t.Fatal(err, notes)
			}
			if size := find(tracks, "app", "", "pool_limit"); size == nil || size.Value[0] != e.Pool.Size {
				t.Errorf("pool limit %v, want %v", size, e.Pool.Size)
			}
			mean, highest, _ := within(find(tracks, "app", "", "pool_in_use"), from, to)
			if math.Abs(mean-e.Pool.Mean) > 0.3+0.03*mean || highest != e.Pool.Max {
				t.Errorf("pool in use %.2f up to %v, want %v %v", mean, highest, e.Pool.Mean, e.Pool.Max)
			}
			if _, w, _ := within(find(tracks, "app", "", "pool_waiting"), from, to); w != e.Pool.Waiting {
				t.Errorf("waiting up to %v, want %v", w, e.Pool.Waiting)
			}
			if n := last(find(tracks, "app", "", "pool_timeouts_total")); math.Abs(n-e.Pool.Timeouts) > 0.02*n {
				t.Errorf("time-outs %v, want %v", n, e.Pool.Timeouts)
			}
			if _, rss, _ := within(find(tracks, "app", "", "memory_bytes"), 0, math.Inf(1)); math.Abs(rss/(1<<20)-e.RSS.Max) > 0.11 {
				t.Errorf("memory %.1f MiB, want %.1f", rss/(1<<20), e.RSS.Max)
			}
			if q, _, _ := within(find(tracks, "database", "", "query_latency_seconds"), from, to); math.Abs(q*1000/e.Query.Avg-1) > 0.05 {
				t.Errorf("query latency %.1f ms, want %.1f", q*1000, e.Query.Avg)
			}
			for kind, n := range e.Counts.Errors {
				if got := last(find(tracks, "app", kind, "errors_total")); !e.Counts.Restart && got != n {
					t.Errorf("errors of %s %v, want %v", kind, got, n)
				}
			}
			for kind, w := range e.Limits {
				limited, requests := last(find(tracks, "app", kind, "rate_limited_total")), last(find(tracks, "app", kind, "requests_total"))
				if limited < w.Limited || limited > 1.05*w.Limited || requests < w.Requests || !e.Counts.Restart && requests > 1.05*w.Requests {
					t.Errorf("%s: %v of %v limited, want %v of %v", kind, limited, requests, w.Limited, w.Requests)
				}
			}
			if k := find(tracks, "app", "", "cpu_seconds_total"); k != nil {
				var first, end, t0, t1 float64
				for i, at := range k.Time {
					if at >= from && t0 == 0 {
						t0, first = at, k.Value[i]
					}
					if at <= to {
						t1, end = at, k.Value[i]
					}
				}
				if got := (end - first) / (t1 - t0) * 100; end > first && math.Abs(got-e.CPU["app"].Mean) > 1+0.05*got && !e.Counts.Restart {
					t.Errorf("cpu %.1f %%, want %.1f", got, e.CPU["app"].Mean)
				}
			} else {
				t.Error("no cpu")
			}
			down := find(tracks, "app", "", "up")
			zero := 0
			for _, v := range down.Value {
				if v == 0 {
					zero++
				}
			}
			if lost := strings.Count(string(text), "curl: (7)"); zero != lost {
				t.Errorf("down %d times, want %d", zero, lost)
			}
		})
	}
}
