package prometheus

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

// What the files of real runs say is what was counted beside them.
func TestRuns(t *testing.T) {
	runs, _ := filepath.Glob("../../../../shared/data/runs/*/truth.json")
	if len(runs) == 0 {
		t.Skip("there are no shared runs here")
	}
	for _, file := range runs {
		var truth struct {
			Phases []struct {
				Name string
				From float64 `json:"from_epoch"`
				To   float64 `json:"to_epoch"`
			}
			Evidence struct {
				Window string
				CPU    map[string]struct{ Mean float64 } `json:"cpu_pct_of_one_core"`
				Host   float64                           `json:"host_cpu_pct_mean"`
				Pool   struct {
					InUse   float64 `json:"in_use_mean"`
					Waiting float64 `json:"waiting_mean"`
				}
				Workers struct {
					Active float64 `json:"active_mean"`
				}
				Redis struct {
					Memory float64  `json:"used_memory_mb_max"`
					Hit    *float64 `json:"hit_pct"`
				}
				Limits map[string]struct{ Limited float64 } `json:"rate_limits_by_user_type"`
			}
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &truth); err != nil {
			t.Fatal(err)
		}
		var from, to, first, last float64
		first = math.Inf(1)
		for _, p := range truth.Phases {
			if p.Name == truth.Evidence.Window {
				from, to = p.From, p.To
			}
			first, last = min(first, p.From), max(last, p.To)
		}
		if to == 0 {
			t.Errorf("%s: no phase %s", file, truth.Evidence.Window)
			continue
		}
		tracks := map[string]loadtest.Track{}
		answers, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "prometheus", "*.json"))
		for _, name := range answers {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			in, notes, err := Read(f, name)
			f.Close()
			if err != nil || len(notes) > 0 {
				t.Errorf("%s: %v %v", name, notes, err)
			}
			for _, tr := range in {
				tracks[tr.Component+" "+tr.Instance+" "+tr.Metric] = tr
			}
		}
		e := truth.Evidence
		near := func(key string, got, want, slack float64) {
			t.Helper()
			if !(math.Abs(got-want) <= max(.05*math.Abs(want), slack)) {
				t.Errorf("%s: %s is %.4g, and was %.4g", filepath.Base(filepath.Dir(file)), key, got, want)
			}
		}
		means := map[string]float64{
			"app  cpu_cores": e.CPU["app"].Mean / 100, "database  cpu_cores": e.CPU["postgres"].Mean / 100, "load_generator  cpu_cores": e.CPU["locust"].Mean / 100,
			"app  pool_in_use": e.Pool.InUse, "app  pool_waiting": e.Pool.Waiting, "app  worker_threads": e.Workers.Active,
		}
		// An exporter adds up the processes that there are: a Locust that is killed
		// takes its last seconds with it.
		slack := map[string]float64{"load_generator  cpu_cores": .05, "app  pool_in_use": 1, "app  pool_waiting": 3, "app  worker_threads": 4}
		for key, want := range means {
			got, n := 0.0, 0.0
			for i, at := range tracks[key].Time {
				if at >= from && at <= to {
					got, n = got+tracks[key].Value[i], n+1
				}
			}
			near(key, got/n, want, max(slack[key], .02))
		}
		highest := 0.0
		for i, at := range tracks["cache  memory_bytes"].Time {
			if at >= from && at <= to {
				highest = max(highest, tracks["cache  memory_bytes"].Value[i])
			}
		}
		near("cache memory", highest/(1<<20), e.Redis.Memory, .3)
		for who, was := range e.Limits {
			tr, total := tracks["app "+who+" rate_limited_per_second"], 0.0
			for i := 1; i < len(tr.Time); i++ {
				if tr.Time[i] >= first && tr.Time[i-1] <= last+10 {
					total += tr.Value[i] * (tr.Time[i] - tr.Time[i-1])
				}
			}
			near("rate limited "+who, total, was.Limited, 1)
		}
	}
}
