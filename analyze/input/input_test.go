package input

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/peakload/peakload/analyze/loadtest"
)

const fixtures = "../../testdata/locust/"

func summary(r *loadtest.Run) string {
	var files, codes []string
	for _, i := range r.Inputs {
		files = append(files, i.File)
	}
	for _, n := range r.Notes {
		codes = append(codes, n.Code)
	}
	return r.Label + ": " + strings.Join(files, " ") + ": " + strings.Join(codes, " ")
}

func TestLoad(t *testing.T) {
	const four = "%[1]s_stats_history.csv %[1]s_stats.csv %[1]s_failures.csv %[1]s_exceptions.csv"
	csvs := func(prefix string) string { return fmt.Sprintf(four, prefix) }
	for _, c := range []struct{ folder, name, target, want string }{
		{"2.46", "", "full", "full: " + csvs("full") + " full.json full.stdout full.html full.log: json_empty lost_tail stats_older_than_html"},
		{"2.46", "", "full_stats.csv", "full: " + csvs("full") + " full.json full.stdout full.html full.log: json_empty lost_tail stats_older_than_html"},
		{"2.46", "", "full.html", "full: " + csvs("full") + " full.json full.stdout full.html full.log: json_empty lost_tail stats_older_than_html"},
		{"2.46", "", "shape", "shape: " + csvs("shape") + " shape.json shape.html shape.stderr: cumulative_percentiles"},
		{"2.46", "", "reset", "reset: " + csvs("reset") + " reset.stdout: counters_reset counters_reset"},
		{"2.46", "", "dist", "dist: " + csvs("dist") + " dist.json dist.html dist.stderr: master_steps"},
		{"2.46", "", "trunc_stats_history.csv", "trunc: " + csvs("trunc") + ": torn_group lost_tail"},
		{"2.46", "", "web", "web: " + csvs("web") + " web.stderr: counters_reset new_test frozen_rate lost_tail stats_older_than_html"},
		{"2.46", "", "web_dl", "web_dl: web_dl_requests.csv web_dl_failures.csv: "},
		{"2.12", "out/may", "", "may: out/may/full_stats_history.csv out/may/full_stats.csv out/may/full_failures.csv out/may/full_exceptions.csv out/may/full.html out/may/full.log out/may/full.stderr: lost_tail stats_older_than_html"},
		{"", "", "2.12", "2.12: 2.12/full_stats_history.csv 2.12/full_stats.csv 2.12/full_failures.csv 2.12/full_exceptions.csv 2.12/full.html 2.12/full.log 2.12/full.stderr: lost_tail stats_older_than_html"},
		{"", "x", "2.12/full", "full: x/2.12/full_stats_history.csv x/2.12/full_stats.csv x/2.12/full_failures.csv x/2.12/full_exceptions.csv x/2.12/full.html x/2.12/full.log x/2.12/full.stderr: lost_tail stats_older_than_html"},
	} {
		r, err := Load(Folder{Name: c.name, FS: os.DirFS(fixtures + c.folder)}, c.target, Options{})
		if err != nil {
			t.Errorf("%s %s: %v", c.folder, c.target, err)
			continue
		}
		if got := summary(r); got != c.want {
			t.Errorf("%s %s\ngot  %s\nwant %s", c.folder, c.target, got, c.want)
		}
		for _, i := range r.Inputs {
			b, err := os.ReadFile(path.Join(fixtures+c.folder, strings.TrimPrefix(strings.TrimPrefix(i.File, c.name), "/")))
			if err != nil {
				t.Fatal(err)
			}
			if sum := sha256.Sum256(b); i.SHA256 != hex.EncodeToString(sum[:]) || i.Bytes != int64(len(b)) {
				t.Errorf("%s: hash or size is wrong", i.File)
			}
		}
	}
}

// folder is a set of files, from fixtures or given.
func folder(t testing.TB, files map[string]string) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	for name, from := range files {
		b := []byte(from)
		if strings.HasPrefix(from, "2.") {
			var err error
			if b, err = os.ReadFile(fixtures + from); err != nil {
				t.Fatal(err)
			}
		}
		m[name] = &fstest.MapFile{Data: b}
	}
	return m
}

func full() map[string]string {
	return map[string]string{"peak_stats_history.csv": "2.46/full_stats_history.csv", "peak_stats.csv": "2.46/full_stats.csv"}
}

func TestErrors(t *testing.T) {
	two := full()
	two["other_stats.csv"] = "2.46/shape_stats.csv"
	broken := full()
	broken["peak_failures.csv"] = "Method,Name,Error,Occurrences\r\nGET,/a,x,many\r\n"
	for _, c := range []struct {
		files        map[string]string
		name, target string
		want         string
	}{
		{two, "runs", "", "runs holds 2 runs; name one: runs/other, runs/peak"},
		{two, "", "pek", "pek: no such file, and no pek_stats_history.csv or pek_stats.csv in the current folder; runs here: other, peak; did you mean peak?"},
		{two, "", "third", "third: no such file, and no third_stats_history.csv or third_stats.csv in the current folder; runs here: other, peak"},
		{map[string]string{"app.log": "2026-11-23 INFO app: up", "top.txt": "top"}, "", "", "the current folder holds no results of Locust: no file whose name ends in _stats_history.csv or _stats.csv, as locust --csv PREFIX writes them (2 files looked at)"},
		{map[string]string{"app.log": "2026-11-23 INFO app: up"}, "d", "app.log", "d/app.log: this is no file of Locust's; a run is named by its CSV prefix, one of its files or its folder"},
		{broken, "d", "peak", `d/peak_failures.csv:2:10: column "Occurrences": "many" is not a whole number`},
		{map[string]string{"a.html": "2.46/full.html", "b.html": "2.46/shape.html"}, "", "", "the current folder holds 2 runs; name one: a, b"},
	} {
		if _, err := Load(Folder{Name: c.name, FS: folder(t, c.files)}, c.target, Options{}); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	if _, err := Load(Folder{Name: "gone", FS: os.DirFS("gone")}, "", Options{}); err == nil || !strings.HasPrefix(err.Error(), "gone: ") {
		t.Error(err)
	}
}

// TestOtherRuns: files of any name are told by what they hold, and those of
// other runs are left out.
func TestOtherRuns(t *testing.T) {
	for _, c := range []struct {
		name, file, from string
		taken            bool
	}{
		{"this run's report under another name", "report.html", "2.46/full.html", true},
		{"another run's report", "report.html", "2.46/shape.html", false},
		{"another run's report under this name", "peak.html", "2.46/shape.html", false},
		{"a classic report of another run", "report.html", "2.12/full.html", false},
		{"this run's histograms", "histo.json", "2.46/full.stdout", true},
		{"another run's histograms", "histo.json", "2.46/shape.json", false},
		{"this run's log", "locust.log", "2.46/full.log", true},
		{"a log of many runs", "locust.log", runsLog(t), true},
		{"another run's log", "locust.log", "2.46/shape.stderr", false},
		{"the web page's statistics", "peak_requests_running.json", "2.46/web_stats_requests_running.json", false},
		{"someone's page", "index.html", "<html><title>Grafana</title></html>", false},
		{"a damaged report of whoever", "old.html", "<html><title>Locust</title>window.templateArgs = {", false},
	} {
		files := full()
		files[c.file] = c.from
		r, err := Load(Folder{FS: folder(t, files)}, "", Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if taken := r.Page != nil || r.Histograms != nil || r.Log != nil; taken != c.taken || len(r.Inputs) > 2 != c.taken {
			t.Errorf("%s: taken %v; %s", c.name, taken, summary(r))
		}
		if noted := strings.Contains(summary(r), "other_run_left_out"); noted == c.taken && strings.HasPrefix(c.from, "2.") && !strings.Contains(c.from, "running") {
			t.Errorf("%s: %s", c.name, summary(r))
		}
	}
}

// runsLog is a log to which this run's and others' were appended.
func runsLog(t *testing.T) string {
	text := ""
	for _, f := range []string{"2.12/full.log", "2.46/full.log", "2.46/shape.stderr"} {
		b, err := os.ReadFile(fixtures + f)
		if err != nil {
			t.Fatal(err)
		}
		text += string(b)
	}
	return text
}

// TestAlone: a report, histograms or a log without CSV files are a run, too.
func TestAlone(t *testing.T) {
	r, err := Load(Folder{FS: folder(t, map[string]string{"report.html": "2.46/full.html", "notes.txt": "x"})}, "", Options{})
	if err != nil || r.Page == nil || r.Label != "report" || r.History != nil {
		t.Error(r, err)
	}
	r, err = Load(Folder{FS: folder(t, map[string]string{"a.html": "2.46/full.html", "a.json": "2.46/shape.json", "b.html": "2.46/shape.html"})}, "a.html", Options{})
	if err != nil || r.Page == nil || r.Page.Total.Requests != 658 {
		t.Error(r, err)
	}
}

// TestLocalTimes: a report of before Locust 2.2, in local times, is shifted to
// fit; the log's zone is found.
func TestLocalTimes(t *testing.T) {
	page, err := os.ReadFile(fixtures + "2.12/full.html")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"peak_stats_history.csv": "2.12/full_stats_history.csv", "locust.log": "2.12/full.log",
		"report.html": strings.ReplaceAll(string(page), "18:15:", "20:45:")}
	r, err := Load(Folder{FS: folder(t, files)}, "", Options{})
	if err != nil || r.Page == nil || r.Log == nil {
		t.Fatal(summary(r), err)
	}
	if r.Page.Start.Format("15:04:05") != "18:15:03" || int64(r.Page.Windows[0].Time) != 1795457708 || !strings.Contains(summary(r), "page_local_time") || !r.Log.OffsetKnown || r.Log.Offset != 0 {
		t.Error(r.Page.Start, r.Page.Windows[0], summary(r), r.Log.Offset)
	}
}

func TestCompressed(t *testing.T) {
	plain := folder(t, full())
	var gz bytes.Buffer
	z := gzip.NewWriter(&gz)
	z.Write(plain["peak_stats_history.csv"].Data)
	z.Close()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	packed := fstest.MapFS{"peak_stats_history.csv.gz": {Data: gz.Bytes()}, "peak_stats.csv.zst": {Data: w.EncodeAll(plain["peak_stats.csv"].Data, nil)}}
	for _, target := range []string{"", "peak", "peak_stats.csv", "peak_stats_history.csv.gz"} {
		want, err1 := Load(Folder{FS: plain}, "peak", Options{})
		got, err2 := Load(Folder{FS: packed}, target, Options{})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.IgnoreFields(loadtest.Run{}, "Inputs", "Notes"), cmpopts.IgnoreFields(loadtest.History{}, "File"), cmpopts.IgnoreFields(loadtest.Totals{}, "File")); d != "" {
			t.Error(d)
		}
		if got.Inputs[0].Bytes != int64(gz.Len()) || got.Inputs[0].File != "peak_stats_history.csv.gz" {
			t.Error(got.Inputs[0])
		}
	}
	// A file that unpacks to very much more than itself is refused.
	var bomb bytes.Buffer
	bw, err := zstd.NewWriter(&bomb)
	if err != nil {
		t.Fatal(err)
	}
	bw.Write([]byte("Timestamp,User Count,Type,Name,Total Request Count,Total Failure Count,Total Average Response Time\n"))
	line := bytes.Repeat([]byte("1,1,,Aggregated,1,0,1\n"), 50_000)
	for range 80 {
		bw.Write(line)
	}
	bw.Close()
	if _, err := Load(Folder{FS: fstest.MapFS{"b_stats_history.csv": {Data: bomb.Bytes()}}}, "b", Options{}); err == nil || !strings.Contains(err.Error(), "unpacks to more than") {
		t.Error(bomb.Len(), err)
	}
	if _, err := Load(Folder{FS: fstest.MapFS{"b_stats.csv.gz": {Data: gz.Bytes()[:gz.Len()/2]}}}, "b_stats.csv.gz", Options{}); err == nil {
		t.Error("a cut gzip file was read")
	}
}

func TestExtraFilesAndProgress(t *testing.T) {
	logs := folder(t, map[string]string{"x.txt": "2.46/full.log", "y.txt": "something"})
	seen := map[string]int64{}
	opts := Options{Files: []File{{Folder{Name: "../logs", FS: logs}, "x.txt"}}, Progress: func(f string, done, total int64) {
		if done > total {
			t.Errorf("%s: %d of %d", f, done, total)
		}
		seen[f] = done
	}}
	r, err := Load(Folder{FS: folder(t, full())}, "peak", opts)
	if err != nil || r.Log == nil || r.Inputs[2].File != "../logs/x.txt" || seen["peak_stats_history.csv"] != r.Inputs[0].Bytes {
		t.Error(summary(r), err, seen)
	}
	opts.Files[0].Name = "y.txt"
	if _, err := Load(Folder{FS: folder(t, full())}, "peak", opts); err == nil || !strings.HasPrefix(err.Error(), "../logs/y.txt: this is no file that peakload can read; it reads Locust's history") {
		t.Error(err)
	}
	opts.Files[0].Name = "z.txt"
	if _, err := Load(Folder{FS: folder(t, full())}, "peak", opts); err == nil || err.Error() != "../logs/z.txt: file does not exist" {
		t.Error(err)
	}
}

// TestDisagreements: sources that contradict each other are noted, not mended.
func TestDisagreements(t *testing.T) {
	files := full()
	stats, err := os.ReadFile(fixtures + "2.46/full_stats.csv")
	if err != nil {
		t.Fatal(err)
	}
	files["peak_stats.csv"] = strings.Replace(string(stats), ",Aggregated,642,58", ",Aggregated,600,58", 1)
	files["peak_failures.csv"] = "Method,Name,Error,Occurrences\r\nGET,/a,x,9\r\n"
	r, err := Load(Folder{FS: folder(t, files)}, "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, n := range r.Notes {
		texts = append(texts, n.Severity.String()+" "+n.Code+" "+n.Source+" "+n.Message)
	}
	want := []string{
		"warn totals_disagree peak_stats.csv _stats.csv counts 600 requests and 58 failures, the history (peak_stats_history.csv) 642 and 58.",
		"warn sum_mismatch peak_stats.csv:13 The endpoints add up to 642 requests and 58 failures, the Aggregated row says 600 and 58.",
		"warn totals_disagree peak_failures.csv _failures.csv lists 9 failures, _stats.csv counts 58.",
	}
	if d := cmp.Diff(want, texts); d != "" {
		t.Error(d)
	}
}

// TestSharedRuns loads everything that was recorded, where it is at hand.
func TestSharedRuns(t *testing.T) {
	folders, _ := filepath.Glob("../../../shared/data/runs/*")
	for _, f := range folders {
		r, err := Load(Folder{Name: f, FS: os.DirFS(f)}, "", Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		if r.Log == nil || !r.Log.OffsetKnown || r.History == nil || r.Totals == nil {
			t.Error(summary(r))
		}
		if _, err := fs.Stat(os.DirFS(f), "peak_load_report.html"); err == nil && (r.Page == nil || len(r.Page.Windows) == 0) {
			t.Error(summary(r))
		}
	}
	samples, _ := filepath.Glob("../../../shared/data/locust-samples/*/*_stats.csv")
	for _, f := range samples {
		prefix := strings.TrimSuffix(filepath.Base(f), "_stats.csv")
		r, err := Load(Folder{FS: os.DirFS(filepath.Dir(f))}, prefix, Options{})
		if err != nil {
			t.Error(err)
		} else if strings.Contains(summary(r), "other_run") && !strings.HasSuffix(prefix, "full") {
			t.Error(summary(r))
		}
	}
}

// TestLogSettles: what a history alone cannot tell, the log's version and
// workers do.
func TestLogSettles(t *testing.T) {
	const rows = "Timestamp,User Count,Type,Name,Requests/s,50%,100%,Total Request Count,Total Failure Count,Total Average Response Time,Total Min Response Time,Total Max Response Time\n" +
		"100,1,GET,/a,0,5,9,3,0,5,1,9\n100,1,,Aggregated,0,5,9,3,0,5,1,9\n101,1,GET,/a,0,5,9,6,0,5,1,9\n101,1,,Aggregated,0,5,9,6,0,5,1,9\n"
	for version, want := range map[string]loadtest.Scope{"2.12.1": loadtest.Windowed, "2.46.3.post23": loadtest.Windowed, "2.2.1": loadtest.UnknownScope, "2.2.2": loadtest.Windowed, "": loadtest.UnknownScope} {
		log := "[1970-01-01 00:01:40,000] h/INFO/locust.main: Starting Locust " + version + "\n[1970-01-01 00:01:40,000] h/INFO/locust.runners: w1 (index 0) reported as ready. 2 workers connected.\n"
		r, err := Load(Folder{FS: folder(t, map[string]string{"p_stats_history.csv": rows, "p.log": log})}, "", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r.History.Scope != want || strings.Contains(summary(r), "unknown_scope") != (want == loadtest.UnknownScope) || r.History.Step != 3 {
			t.Errorf("%q: %v, step %v; %s", version, r.History.Scope, r.History.Step, summary(r))
		}
	}
}

// TestGenerator: what the log says of the generator is noted with its line.
func TestGenerator(t *testing.T) {
	files := full()
	b, err := os.ReadFile(fixtures + "2.46/full.log")
	if err != nil {
		t.Fatal(err)
	}
	files["peak.log"] = string(b) + "[2026-11-23 18:15:03,000] h/WARNING/locust.runners: CPU usage above 90%! This may constrain your throughput\n" +
		"[2026-11-23 18:15:03,000] h/WARNING/locust.runners: Worker w1 (index 0) failed to send heartbeat, setting state to missing.\n"
	r, err := Load(Folder{FS: folder(t, files)}, "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range r.Notes {
		if n.Code == "generator_cpu_high" && n.Source != "peak.log:7" || n.Code == "worker_lost" && n.Source != "peak.log:8" {
			t.Error(n)
		}
	}
	if !strings.HasSuffix(summary(r), "generator_cpu_high worker_lost") {
		t.Error(summary(r))
	}
}
