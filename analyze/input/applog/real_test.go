package applog

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

const runs = "../../../../shared/data/runs"

// shared reads a run's log and its times.
func shared(t testing.TB, name string) ([]byte, Window, map[string]any) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(runs, name, "app.log"))
	if os.IsNotExist(err) {
		t.Skip("no shared data here")
	} else if err != nil {
		t.Fatal(err)
	}
	var truth map[string]any
	b, err := os.ReadFile(filepath.Join(runs, name, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &truth); err != nil {
		t.Fatal(err)
	}
	w := Unknown()
	w.From, w.To = truth["load_start_epoch"].(float64), truth["load_end_epoch"].(float64)
	return src, w, truth
}

// sum counts the events of a class, by what by says.
func sum(log *loadtest.AppLog, class string, by func(loadtest.LogEvents) string) map[string]int64 {
	out := map[string]int64{}
	for _, e := range log.Events {
		if e.Class == class && e.Count > 0 {
			out[by(e)] += e.Count
		}
	}
	return out
}

func all(loadtest.LogEvents) string          { return "" }
func userTypes(e loadtest.LogEvents) string  { return e.UserType }
func endpointOf(e loadtest.LogEvents) string { return e.Endpoint }
func count(src []byte, pattern string) int64 {
	return int64(len(regexp.MustCompile(pattern).FindAll(src, -1)))
}

func TestRealLogs(t *testing.T) {
	for _, c := range []struct {
		run    string
		class  string
		lines  string // what grep would count
		others []string
	}{
		{"01_baseline_sustained", "", "", nil},
		{"02_peak_pool_exhaustion", "pool", "QueuePool limit", nil},
		{"03_peak_app_cpu", "slow", "Slow request", nil},
		{"04_staircase_pool", "pool", "QueuePool limit", nil},
		{"05_rate_limited_protected", "rate_limited", "Rate limit exceeded", nil},
		{"08_crash_and_recovery", "crash", "SIGKILL", []string{Restart}},
		{"13_healthy_peak", "", "", nil},
		{"16_locust_killed", "", "", nil},
		{"18_no_full_history", "", "", nil},
		{"22_cumulative_pool", "pool", "QueuePool limit", nil},
	} {
		t.Run(c.run, func(t *testing.T) {
			src, w, _ := shared(t, c.run)
			log := read(t, string(src), w)
			if log.Format != "python" || log.Offset != 0 || log.Undated != 0 {
				t.Errorf("%+v", log)
			}
			for _, e := range log.Events {
				known := e.Class == c.class
				for _, o := range c.others {
					known = known || e.Class == o
				}
				if !known {
					t.Errorf("unexpected: %+v", e)
				}
			}
			if c.class == "" {
				return
			}
			if got, want := sum(log, c.class, all)[""], count(src, c.lines); got != want {
				t.Errorf("%d events of %s, want %d", got, c.class, want)
			}
		})
	}
}

func TestRealUserTypes(t *testing.T) {
	src, w, _ := shared(t, "05_rate_limited_protected")
	got := sum(read(t, string(src), w), "rate_limited", userTypes)
	for _, u := range []string{"writer", "authenticated", "unauthenticated"} {
		if want := count(src, ` user_type=`+u+` `); got[u] != want || want == 0 {
			t.Errorf("%s: %d, want %d", u, got[u], want)
		}
	}
	if len(got) != 3 {
		t.Errorf("%v", got)
	}
}

func TestRealEndpoints(t *testing.T) {
	src, w, _ := shared(t, "02_peak_pool_exhaustion")
	got := sum(read(t, string(src), w), "pool", endpointOf)
	if want := count(src, `path=/v1/stories/\d+`); got["/v1/stories/*"] != want || want == 0 {
		t.Errorf("/v1/stories/*: %d, want %d", got["/v1/stories/*"], want)
	}
	if len(got) != 7 {
		t.Errorf("%v", got)
	}
}

// The log of a crash: one crash and one restart, though three lines tell of
// the restart and the log begins with a start.
func TestRealCrash(t *testing.T) {
	src, w, _ := shared(t, "08_crash_and_recovery")
	log := read(t, string(src), w)
	if c, r := sum(log, Crash, all)[""], sum(log, Restart, all)[""]; c != 1 || r != 1 {
		t.Fatalf("%d crashes, %d restarts: %+v", c, r, log.Events)
	}
	for _, e := range log.Events {
		want := map[string]float64{Crash: 1795460799.6, Restart: 1795460811.669}[e.Class]
		if e.First < want-1e-3 || e.First > want+1e-3 || e.Last != e.First {
			t.Errorf("%s at %.3f to %.3f, want %.3f", e.Class, e.First, e.Last, want)
		}
	}
}

// A capture of greps repeats lines of the log: it is none itself, and neither
// is any other file of the runs but the logs.
func TestSniffRealFiles(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(runs, "*", "*"))
	if files == nil {
		t.Skip("no shared data here")
	}
	more, _ := filepath.Glob(filepath.Join(runs, "*", "prometheus", "*"))
	samples, _ := filepath.Glob(filepath.Join(runs, "..", "locust-samples", "*", "*"))
	for _, f := range append(append(files, more...), samples...) {
		info, err := os.Stat(f)
		if err != nil || info.IsDir() {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		want := Kind("")
		if filepath.Base(f) == "app.log" {
			want = Log
		}
		if got := Sniff(b[:min(len(b), sniffBytes)]); got != want {
			t.Errorf("%s: %q, want %q", f, got, want)
		}
	}
}
