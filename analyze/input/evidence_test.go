package input

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A run of a minute, at 18:40 UTC, and what is beside it.
const runStart = 1795459200 // 2026-11-23T18:40:00Z

func plainRun(from, seconds int) string {
	var b strings.Builder
	b.WriteString("Timestamp,User Count,Type,Name,Requests/s,50%,100%,Total Request Count,Total Failure Count,Total Average Response Time,Total Min Response Time,Total Max Response Time\n")
	for i := range seconds {
		fmt.Fprintf(&b, "%d,1,,Aggregated,1,5,9,%d,0,5,1,9\n", from+i, i+1)
	}
	return b.String()
}

// psqlAt is a capture of n samples, every 2 s, with times in a format.
func psqlAt(from, n int, layout string, zone *time.Location) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s\nstate|count\nactive|%d\n\n", time.Unix(int64(from+2*i), 0).In(zone).Format(layout), i+1)
	}
	return b.String()
}

func canonical(from, n int) string {
	var b strings.Builder
	b.WriteString(strings.Join(loadtest.ResourcesHeader[:], ",") + "\n")
	for i := range n {
		fmt.Fprintf(&b, "%d.5,app,,cpu_ratio,0.%d\n", from+2*i, 10+i)
	}
	return b.String()
}

func told(r *loadtest.Run) string {
	var b strings.Builder
	for _, i := range r.Inputs {
		fmt.Fprintf(&b, "%s(%s) ", i.File, i.Kind)
	}
	for _, t := range r.Tracks {
		if t.Metric == "connections_active" || t.Metric == "cpu_ratio" {
			fmt.Fprintf(&b, "%s:%g+%d ", t.File, t.Time[0]-runStart, len(t.Time))
		}
	}
	for _, n := range r.Notes {
		if n.Code == "cumulative_percentiles" {
			continue // the history's business
		}
		fmt.Fprintf(&b, "\n%s %s %s: %s", n.Severity, n.Code, n.Source, n.Message)
	}
	return strings.TrimSpace(b.String())
}

func TestEvidence(t *testing.T) {
	const iso, noZone = "2006-01-02T15:04:05Z", "2006-01-02 15:04:05"
	cest := time.FixedZone("CEST", 7200)
	nepal := time.FixedZone("", 5*3600+45*60)
	run := plainRun(runStart, 60)
	const read = "p_stats_history.csv(locust_history) "
	const other = "\nwarn captures_of_other_time db.txt: The captures beside the run are of another time and were left out: of the system's parts they tell nothing"
	const run18 = "the run 2026-11-23 18:40:00 to 2026-11-23 18:40:59"
	for _, c := range []struct {
		name, target string
		files        map[string]string
		want         string
	}{
		{"beside and below", "", map[string]string{
			"p_stats_history.csv": run, "p_resources.csv": canonical(runStart-10, 40), "db.txt": psqlAt(runStart-10, 40, iso, time.UTC),
			"Monitoring/pg": psqlAt(runStart, 20, "Mon Jan _2 15:04:05 UTC 2006", time.UTC), "other/db.txt": psqlAt(runStart, 20, iso, time.UTC), "truth.json": `{"a":1}`, "notes.txt": "hello\n"},
			read + "p_resources.csv(resources) db.txt(psql) Monitoring/pg(psql) p_resources.csv:-9.5+40 db.txt:-10+40 Monitoring/pg:0+20"},
		{"of another day", "", map[string]string{"p_stats_history.csv": run, "db.txt": psqlAt(runStart-86400, 20, iso, time.UTC), "p_resources.csv": canonical(runStart+86400, 3)},
			strings.TrimSpace(read) + "\nwarn other_run_left_out p_resources.csv: This file is of another run and was left out: it covers 2026-11-24 18:40:00 to 2026-11-24 18:40:04 UTC, " + run18 + "." +
				"\ninfo other_run_left_out db.txt: This file is of another run and was left out: it covers 2026-11-22 18:40:00 to 2026-11-22 18:40:38 UTC, " + run18 + "." + other + "."},
		{"before and after only", "", map[string]string{"p_stats_history.csv": run, "db.txt": psqlAt(runStart-60, 20, iso, time.UTC)},
			strings.TrimSpace(read) + "\ninfo other_run_left_out db.txt: This file is of another run and was left out: it covers 2026-11-23 18:39:00 to 2026-11-23 18:39:38 UTC, " + run18 + "." + other + "."},
		{"a clock an hour late", "", map[string]string{"p_stats_history.csv": run, "db.txt": psqlAt(runStart+3590, 40, iso, time.UTC)},
			strings.TrimSpace(read) + "\ninfo other_run_left_out db.txt: This file is of another run and was left out: it covers 2026-11-23 19:39:50 to 2026-11-23 19:41:08 UTC, " + run18 + "." +
				other + ". They begin 1 h after it: a clock or a zone that is wrong would explain that."},
		{"what is far from the run is trimmed", "", map[string]string{"p_stats_history.csv": run, "db.txt": psqlAt(runStart-3600, 3600, iso, time.UTC)},
			read + "db.txt(psql) db.txt:-900+930"},
		{"local times", "", map[string]string{"p_stats_history.csv": run, "db.txt": psqlAt(runStart-10, 40, noZone, cest)},
			read + "db.txt(psql) db.txt:-10+40 \ninfo assumed_zone db.txt: The times without a zone were taken as UTC+2, by overlap with the run."},
		{"odd zone", "", map[string]string{"p_stats_history.csv": run, "db.txt": psqlAt(runStart-10, 40, noZone, nepal)},
			read + "db.txt(psql) db.txt:-10+40 \ninfo assumed_zone db.txt: The times without a zone were taken as UTC+05:45, by overlap with the run."},
		{"local times that fit many zones", "", map[string]string{"p_stats_history.csv": run, "db.txt": psqlAt(runStart-3600, 3600, noZone, time.UTC)},
			strings.TrimSpace(read) + "\nwarn time_zone_unknown db.txt: This file cannot be placed in time and was left out: its times have no zone, and fit the run as UTC-1 to UTC+00:45; state the zone, for instance by date -u +%FT%TZ before each sample."},
		{"many zones, one of them known", "", map[string]string{"p_stats_history.csv": run, "a.txt": psqlAt(runStart-10, 40, noZone, cest), "b.txt": psqlAt(runStart-3600, 3600, noZone, cest)},
			read + "a.txt(psql) b.txt(psql) a.txt:-10+40 b.txt:-900+930 \ninfo assumed_zone a.txt: The times without a zone were taken as UTC+2, by overlap with the run." +
				"\ninfo assumed_zone b.txt: The times without a zone were taken as UTC+2, as those of a.txt."},
		{"each to its own run", "q", map[string]string{"p_stats_history.csv": run, "q_stats_history.csv": plainRun(runStart+3600, 60),
			"one.txt": psqlAt(runStart, 20, iso, time.UTC), "two.txt": psqlAt(runStart+3600, 20, iso, time.UTC), "p_resources.csv": canonical(runStart+3600, 20)},
			"q_stats_history.csv(locust_history) two.txt(psql) two.txt:3600+20 \ninfo other_run_left_out one.txt: This file is of another run and was left out: it covers 2026-11-23 18:40:00 to 2026-11-23 18:40:38 UTC, the run 2026-11-23 19:40:00 to 2026-11-23 19:40:59."},
		{"a copy counts once", "", map[string]string{"p_stats_history.csv": run, "a.txt": psqlAt(runStart, 20, iso, time.UTC), "logs/b.txt": psqlAt(runStart, 20, iso, time.UTC)},
			read + "a.txt(psql) a.txt:0+20 \ninfo duplicate_input logs/b.txt: This file was left out, as a.txt is a copy of it."},
		{"no times", "", map[string]string{"p_stats_history.csv": run, "db.txt": "state|count\nactive|3\n"},
			strings.TrimSpace(read) + "\nwarn capture_without_times db.txt:2: 5 readings have no time and were left out: no line with a time comes before them. Print one before each sample: date -u +%FT%TZ."},
	} {
		files := fstest.MapFS{}
		for name, text := range c.files {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		r, err := Load(Folder{FS: files}, c.target, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := told(r); strings.ReplaceAll(got, " \n", "\n") != strings.ReplaceAll(c.want, " \n", "\n") {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

// What the user names must be of the run.
func TestExplicitEvidence(t *testing.T) {
	run := fstest.MapFS{"p_stats_history.csv": &fstest.MapFile{Data: []byte(plainRun(runStart, 60))}}
	elsewhere := fstest.MapFS{
		"ok.txt":    &fstest.MapFile{Data: []byte(psqlAt(runStart, 20, "2006-01-02T15:04:05Z", time.UTC))},
		"old.txt":   &fstest.MapFile{Data: []byte(psqlAt(runStart-86400, 20, "2006-01-02T15:04:05Z", time.UTC))},
		"words.txt": &fstest.MapFile{Data: []byte("nothing\n")},
	}
	for name, want := range map[string]string{
		"ok.txt":    "p_stats_history.csv(locust_history) there/ok.txt(psql) there/ok.txt:0+20",
		"old.txt":   "there/old.txt: this file is not of this run: it covers 2026-11-22 18:40:00 to 2026-11-22 18:40:38 UTC, the run 2026-11-23 18:40:00 to 2026-11-23 18:40:59",
		"words.txt": "there/words.txt: this is no file that peakload can read; it reads ",
	} {
		r, err := Load(Folder{FS: run}, "", Options{Files: []File{{Folder: Folder{Name: "there", FS: elsewhere}, Name: name}}})
		switch {
		case err == nil && told(r) != want:
			t.Errorf("%s: %s", name, told(r))
		case err != nil && !strings.HasPrefix(err.Error(), want):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNothing(t *testing.T) {
	for _, c := range []struct {
		files  map[string]string
		target string
		want   string
	}{
		{map[string]string{"a/p_stats_history.csv": "x", "b/p_stats.csv.gz": "x", "c/notes.txt": "x"}, "",
			"d holds no results of Locust: no file whose name ends in _stats_history.csv or _stats.csv, as locust --csv PREFIX writes them (0 files looked at); runs below it, name one: d/a, d/b"},
		{map[string]string{"p_stats.csv": "Type,Endpoint,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Requests/s,Failures/s\n"}, "",
			`d holds no results of Locust: no file whose name ends in _stats_history.csv or _stats.csv, as locust --csv PREFIX writes them (1 files looked at); d/p_stats.csv: it looks like Locust's statistics (_stats.csv), but its header lacks "Name"`},
		{map[string]string{"p_stats.csv": "Type,Endpoint,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Requests/s,Failures/s\n"}, "p_stats.csv",
			`d/p_stats.csv: it looks like Locust's statistics (_stats.csv), but its header lacks "Name"`},
		{map[string]string{"db.txt": "state|count\nactive|3\n"}, "db.txt", "d/db.txt: this is no file of Locust's; a run is named by its CSV prefix, one of its files or its folder"},
	} {
		files := fstest.MapFS{}
		for name, text := range c.files {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if _, err := Load(Folder{Name: "d", FS: files}, c.target, Options{}); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

// truth is what is known of a shared run.
type truth struct {
	Phases []struct {
		Name string
		From float64 `json:"from_epoch"`
		To   float64 `json:"to_epoch"`
	}
	Evidence struct {
		Window string
		Redis  struct {
			Memory    float64 `json:"used_memory_mb_max"`
			Limit     float64 `json:"maxmemory_mb"`
			Evictions float64 `json:"evictions_in_window"`
			Commands  float64 `json:"commands_per_s"`
		}
		Locks struct{ Max float64 } `json:"pg_waiting_locks"`
	}
}

// On the shared runs every capture is read to its last line, and the figures
// of the peak are those that are known.
func TestSharedCaptures(t *testing.T) {
	folders, _ := filepath.Glob("../../../shared/data/runs/*")
	for _, f := range folders {
		b, err := os.ReadFile(f + "/truth.json")
		if err != nil {
			t.Fatal(err)
		}
		var known truth
		if err := json.Unmarshal(b, &known); err != nil {
			t.Fatal(err)
		}
		r, err := Load(Folder{Name: filepath.Base(f), FS: os.DirFS(f)}, "", Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		for _, n := range r.Notes {
			if strings.HasPrefix(n.Code, "capture_") || n.Code == "other_run_left_out" {
				t.Errorf("%s: %s", n.Source, n.Message)
			}
		}
		from, to := 0.0, 0.0
		for _, p := range known.Phases {
			if p.Name == known.Evidence.Window {
				from, to = p.From, p.To
			}
		}
		if to == 0 {
			continue // no such phase
		}
		to = min(to, float64(r.History.Time[len(r.History.Time)-1])+6) // Locust may have been killed; its last samples may be lost
		e := known.Evidence
		for _, c := range []struct {
			component, metric, kind string
			want, within            float64
		}{
			{"cache", "memory_bytes", "redis_info", e.Redis.Memory * (1 << 20), 0.05 * e.Redis.Memory * (1 << 20)},
			{"cache", "memory_limit_bytes", "redis_info", e.Redis.Limit * (1 << 20), 0},
			{"cache", "evictions_total", "redis_info", e.Redis.Evictions, 0.05*e.Redis.Evictions + 1},
			{"cache", "commands_total", "redis_info", e.Redis.Commands, 0.05*e.Redis.Commands + 1},
			{"database", "lock_waits", "psql", e.Locks.Max, 0.05*e.Locks.Max + 1},
		} {
			seen := 0
			for _, tr := range r.Tracks {
				if tr.Component != c.component || tr.Metric != c.metric || tr.Kind != c.kind {
					continue
				}
				seen++
				trim(&tr, from, to)
				got := slices.Max(tr.Value)
				if loadtest.IsCounter(c.metric) {
					last := len(tr.Value) - 1
					if got = tr.Value[last] - tr.Value[0]; c.metric == "commands_total" {
						got /= tr.Time[last] - tr.Time[0]
					}
				}
				if math.Abs(got-c.want) > c.within {
					t.Errorf("%s: %s %s is %g, want %g within %g", tr.File, c.component, c.metric, got, c.want, c.within)
				}
			}
			if seen != 1 {
				t.Errorf("%s: %d tracks of %s %s", f, seen, c.component, c.metric)
			}
		}
	}
}

// A results.json that an earlier report left beside the run tells nothing of
// it, although it is JSON with a time and figures, as an application's metrics
// are.
func TestOwnResultsAreNoEvidence(t *testing.T) {
	own := "{\n \"schema\": \"peakload.results/1\",\n \"run\": {\"start\": \"2026-11-23T18:40:00Z\"},\n \"cpu\": {\"percent\": 93},\n \"pool\": {\"size\": 10, \"in_use\": 10}\n}\n"
	metrics := strings.Replace(own, " \"schema\": \"peakload.results/1\",\n", " \"time\": \"2026-11-23T18:40:05Z\",\n", 1)
	tracks := func(json string) int {
		r, err := Load(Folder{FS: fstest.MapFS{
			"a_stats_history.csv": {Data: []byte(plainRun(runStart, 60))},
			"o.json":              {Data: []byte(json)},
		}}, ".", Options{})
		if err != nil {
			t.Fatal(err)
		}
		return len(r.Tracks)
	}
	if n := tracks(own); n != 0 {
		t.Errorf("%d tracks of a results.json", n)
	}
	if tracks(metrics) == 0 {
		t.Error("no tracks of an application's metrics: the test tests nothing")
	}
}
