package host

import (
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/peakload/peakload/analyze/input/internal/capture"
	"github.com/peakload/peakload/analyze/loadtest"
)

const runs = "../../../../shared/data/runs"

// truth is what every run's answers say of the host and its processes.
type truth struct {
	Phases []struct {
		Name string
		From float64 `json:"from_epoch"`
		To   float64 `json:"to_epoch"`
	}
	End      float64 `json:"load_end_epoch"`
	Evidence struct {
		Window string
		CPU    map[string]struct{ Mean, Max float64 } `json:"cpu_pct_of_one_core"`
		PSS    map[string]float64                     `json:"memory_pss_mb_max"`
		Host   float64                                `json:"host_cpu_pct_mean"`
		RSS    struct{ Max float64 }                  `json:"app_rss_mb"`
	}
}

func track(t *testing.T, tracks []loadtest.Track, component, metric string) loadtest.Track {
	t.Helper()
	for _, k := range tracks {
		if k.Component == component && k.Metric == metric && k.Instance == "" {
			return k
		}
	}
	t.Errorf("no %s %s", component, metric)
	return loadtest.Track{}
}

func within(k loadtest.Track, from, to float64) (mean, highest float64, n int) {
	highest = math.Inf(-1)
	for i, at := range k.Time {
		if at >= from && at <= to {
			mean += k.Value[i]
			highest = max(highest, k.Value[i])
			n++
		}
	}
	return mean / float64(n), highest, n
}

// TestRuns reads the host's files of real runs and compares with what is known
// of them.
func TestRuns(t *testing.T) {
	all, _ := filepath.Glob(runs + "/*")
	if len(all) == 0 {
		t.Skip("no shared data here")
	}
	names := map[string]string{"app": "app", "locust": "load_generator", "monitoring": "monitoring", "postgres": "database", "redis": "cache"}
	for _, dir := range all {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			raw, err := os.ReadFile(dir + "/truth.json")
			if err != nil {
				t.Fatal(err)
			}
			var want truth
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(err)
			}
			from, to := 0.0, math.Inf(1)
			for _, p := range want.Phases {
				if p.Name == want.Evidence.Window {
					from, to = p.From, min(p.To, want.End)
				}
			}
			table := func(name string) []loadtest.Track {
				f, err := os.Open(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				head, _ := fs.ReadFile(os.DirFS(dir), name)
				if !SniffTable(head[:min(4096, len(head))]) {
					t.Errorf("%s is not known", name)
				}
				tracks, notes, err := ReadTable(f, name, nil)
				if err != nil || len(notes) > 0 {
					t.Fatal(err, notes)
				}
				return tracks
			}
			cpu, procs := table("cpu.csv"), table("procs.csv")
			// The truth is of the samples whose interval lies in the window: one
			// sample at an end may be more or less.
			if mean, _, n := within(track(t, cpu, "host", "cpu_ratio"), from, to); math.Abs(mean*100-want.Evidence.Host) > 1.5 {
				t.Errorf("host cpu %.1f (%d readings), want %.1f", mean*100, n, want.Evidence.Host)
			}
			if cores := track(t, cpu, "host", "cpu_limit_cores"); len(cores.Value) == 0 || cores.Value[0] != 2 {
				t.Error("not two processors")
			}
			for group, w := range want.Evidence.CPU {
				mean, highest, _ := within(track(t, procs, names[group], "cpu_cores"), from, to)
				if math.Abs(mean*100-w.Mean) > 0.5+0.05*w.Mean || math.Abs(highest*100-w.Max) > 0.11+0.05*w.Max {
					t.Errorf("%s cpu mean %.1f max %.1f, want %.1f %.1f", group, mean*100, highest*100, w.Mean, w.Max)
				}
			}
			if _, most, _ := within(track(t, procs, "database", "memory_bytes"), from, to); math.Abs(most/mib/want.Evidence.PSS["postgres"]-1) > 0.05 {
				t.Errorf("postgres %.1f MiB, want %.1f", most/mib, want.Evidence.PSS["postgres"])
			}
			if _, most, _ := within(track(t, procs, "app", "memory_bytes"), 0, math.Inf(1)); math.Abs(most/mib/want.Evidence.RSS.Max-1) > 0.05 {
				t.Errorf("app %.1f MiB, want %.1f", most/mib, want.Evidence.RSS.Max)
			}

			texts := map[string][]loadtest.Track{}
			for _, name := range []string{"top.txt", "free_m.txt", "free_h.txt", "vmstat.txt"} {
				f, err := os.Open(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				tracks, notes, err := capture.Read(f, name, Parsers(nil))
				f.Close()
				if err != nil || len(notes) > 0 {
					t.Error(name, err, notes)
				}
				texts[name] = tracks
				for _, k := range tracks {
					if k.Local {
						t.Errorf("%s %s has no zone", name, k.Metric)
					}
				}
			}
			for _, k := range texts["top.txt"] {
				if k.Metric == "cpu_ratio" {
					t.Error("top -bn1's first iteration became a figure")
				}
			}
			track(t, texts["top.txt"], "host", "load_1m")
			top, _, _ := within(track(t, texts["top.txt"], "host", "memory_bytes"), from, to)
			m, _, _ := within(track(t, texts["free_m.txt"], "host", "memory_bytes"), from, to)
			h, _, _ := within(track(t, texts["free_h.txt"], "host", "memory_bytes"), from, to)
			if math.Abs(m/h-1) > 0.1 || math.Abs(m/top-1) > 0.05 || m < 400*mib {
				t.Errorf("memory by top %.0f, free -m %.0f, free -h %.0f", top, m, h)
			}
			if l := track(t, texts["free_m.txt"], "host", "memory_limit_bytes"); l.Value[0] != 24105*mib {
				t.Error("limit", l.Value[0])
			}
			if mean, _, _ := within(track(t, texts["vmstat.txt"], "host", "cpu_ratio"), from, to); math.Abs(mean*100-want.Evidence.Host) > 2.5 {
				t.Errorf("host cpu by vmstat %.1f, want %.1f", mean*100, want.Evidence.Host)
			}
		})
	}
}
