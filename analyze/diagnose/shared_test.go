package diagnose

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/input"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/form"
)

// shared is where the recorded runs of a real system are, which are not part
// of the repository.
const shared = "../../../shared"

// sharedRun analyses a recorded run against the document that came with it.
func sharedRun(t *testing.T, name string, keep func(file string) bool) *analyze.Analysis {
	t.Helper()
	dir := filepath.Join(shared, "data/runs", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the recorded runs are not here")
	}
	src, err := os.ReadFile(filepath.Join(shared, "seed/PEAK_LOAD_RESULTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := form.Parse("seed.md", src)
	if err != nil {
		t.Fatal(err)
	}
	p, err := report.ReadPlan(doc)
	if err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		n := f.Name()
		if n == "truth.json" || n == "meta.json" || keep != nil && !keep(n) {
			continue
		}
		abs, err := filepath.Abs(filepath.Join(dir, n))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(abs, filepath.Join(copied, n)); err != nil {
			t.Fatal(err)
		}
	}
	run, err := input.Load(input.Folder{Name: name, FS: os.DirFS(copied)}, "", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := analyze.Run(run, p, nil)
	Run(a)
	contradictions(t, a)
	return a
}

func TestDump(t *testing.T) {
	for _, n := range []string{"01_baseline_sustained", "02_peak_pool_exhaustion", "03_peak_app_cpu", "04_staircase_pool", "05_rate_limited_protected", "08_crash_and_recovery", "13_healthy_peak", "16_locust_killed", "18_no_full_history", "22_cumulative_pool"} {
		a := sharedRun(t, n, nil)
		t.Logf("===== %s: tracks %d logs %d", n, len(a.Tracks), len(a.Recorded.AppLogs))
		d := a.Diagnosis
		t.Logf("SUMMARY %s", d.Summary)
		for _, f := range d.Findings {
			t.Logf("FOUND %s %.2f susp=%v onset=%.0f\n   C: %s\n   S: %s\n   I: %s\n   R: %s\n   -> %s", f.Kind, f.Score, f.Suspected, f.Onset, f.Component, f.Symptom, f.Impact, f.Recommendation, f.Consequence)
			for _, e := range f.Evidence {
				t.Logf("      E: %s", e.Text)
			}
		}
		for _, f := range d.Suspicions {
			t.Logf("SUSPECT %s %.2f %s", f.Kind, f.Score, f.Symptom)
		}
		for _, c := range d.Clear {
			t.Logf("clear %s: %s", c.Kind, c.Why)
		}
		for _, c := range d.NotLookedAt {
			t.Logf("blind %s: %s", c.Kind, c.Need)
		}
		t.Logf("undecided %q", d.Undecided)
		for _, x := range d.Immediate {
			t.Logf("NOW %s", x)
		}
		for _, x := range d.Capacity {
			t.Logf("CAP %s", x)
		}
		t.Logf("SCALE %+v", d.Scaling)
		for _, i := range a.Issues {
			t.Logf("%s %s — %s", i.Severity, i.Title, i.Evidence)
		}
		for _, l := range a.Lessons {
			t.Logf("L %s", l.Text)
		}
	}
}

func TestDumpCapacity(t *testing.T) {
	for _, n := range []string{"02_peak_pool_exhaustion", "03_peak_app_cpu", "04_staircase_pool"} {
		a := sharedRun(t, n, nil)
		c := a.Capacity
		t.Logf("%s %v max %q | knee %v | break %q | %s | %s", n, c.Outcome, c.MaxUsersText, c.Knee, c.BreakingText, c.BreakingNote, c.MaxUsersNote)
	}
}
