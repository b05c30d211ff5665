package explain_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/diagnose"
	"github.com/peakload/peakload/analyze/input"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/explain"
)

// runs returns the folders of recorded runs: the ones here, and of the shared
// ones those that hold every source, a crash, and a history of totals.
func runs(t *testing.T) []string {
	t.Helper()
	root := filepath.Join("..", "..")
	dirs := []string{filepath.Join(root, "testdata", "runs", "pool_cumulative"), filepath.Join(root, "testdata", "runs", "sustained")}
	for _, n := range []string{"02_peak_pool_exhaustion", "08_crash_and_recovery", "18_no_full_history"} {
		if dir := filepath.Join(root, "..", "shared", "data", "runs", n); exists(dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func exists(dir string) bool {
	_, err := os.Stat(dir)
	return err == nil
}

func analysed(t *testing.T, dir string) *analyze.Analysis {
	t.Helper()
	run, err := input.Load(input.Folder{Name: filepath.Base(dir), FS: os.DirFS(dir)}, "", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := &plan.Plan{}
	for i, text := range []string{"p95 < 1s", "errors < 5%", "rps > 500", "outages <= 0"} {
		target, err := plan.ParseTarget(text, plan.Pos{File: "results.md", Line: 10 + i, Column: 1})
		if err != nil {
			t.Fatal(err)
		}
		p.Targets = append(p.Targets, target)
	}
	a := analyze.Run(run, p, nil)
	diagnose.Run(a)
	return a
}

// keys are all figures that a run can be asked for.
func keys(a *analyze.Analysis) []string {
	var out []string
	scopes := []string{"", " @run"}
	for _, p := range a.Phases {
		scopes = append(scopes, fmt.Sprintf(" @'%s'", p.Name))
	}
	for _, metric := range []string{"p50", "p95", "p99", "mean", "max", "errors", "rps", "requests", "failures"} {
		for _, s := range scopes {
			out = append(out, metric+s)
		}
		for _, e := range a.Endpoints[:min(2, len(a.Endpoints))] {
			out = append(out, fmt.Sprintf("%s in '%s'", metric, strings.TrimSpace(e.Method+" "+e.Name)))
		}
	}
	out = append(out, "p99.9", "outages", "pool", "breaking_point", "max_users", "max_rps", "knee", "recovery", "rate_limit.total",
		"bottlenecks", "issues", "recommendations", "capacity", "scaling", "degradation", "mechanisms", "expectations", "lessons", "timeouts", "database errors", "rate limit", "stability", "targets")
	for i := range a.Issues {
		out = append(out, fmt.Sprintf("issue %d", i+1))
	}
	for i := range a.Lessons {
		out = append(out, fmt.Sprintf("lesson %d", i+1))
	}
	for i := range a.Resources {
		out = append(out, a.Resources[i].Component+"."+a.Resources[i].Metric)
	}
	for _, u := range a.RateLimit.UserTypes {
		out = append(out, "rate_limit."+u.Name)
	}
	for i, f := range a.Diagnosis.Findings {
		out = append(out, fmt.Sprintf("bottleneck.%d", i+1), "bottleneck."+f.Kind)
	}
	return out
}

// isAnswer reports whether a name is that of sentences, which hold their figures
// or name those that they rest on.
func isAnswer(key string) bool {
	first, _, _ := strings.Cut(key, " ")
	return slices.Contains([]string{"issues", "issue", "recommendations", "capacity", "scaling", "degradation", "mechanisms", "expectations", "lessons", "lesson",
		"timeouts", "database", "rate", "stability", "targets"}, first)
}

// Every figure says where it comes from, or why there is none and what would
// give it.
func TestEveryFigure(t *testing.T) {
	for _, dir := range runs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			a := analysed(t, dir)
			for _, key := range keys(a) {
				var b bytes.Buffer
				if err := explain.Figure(&b, a, key); err != nil {
					t.Errorf("%s: %v", key, err)
					continue
				}
				got := b.String()
				says := func(words ...string) bool {
					for _, w := range words {
						if strings.Contains(got, w) {
							return true
						}
					}
					return false
				}
				missing := false
				for _, line := range strings.Split(got, "\n") {
					f := strings.Fields(line)
					missing = missing || len(f) > 1 && (f[0] == "value" || f[0] == "says" || f[0] == "peak" || f[0] == "requests") &&
						(f[1] == "not" || f[1] == "nothing" || f[1] == "broke;" || f[1] == "did")
				}
				switch kind, _, _ := strings.Cut(key, "."); {
				case isAnswer(key) || kind == "bottleneck":
					if !says(":", "None", "From", "from", "status", "rests on") {
						t.Errorf("%s:\n%s", key, got)
					}
				case key == "bottlenecks":
					if !says("Ruled out", "ruled out") || !says("Not looked at", "not looked at") && len(a.Diagnosis.NotLookedAt) > 0 {
						t.Errorf("%s says not what was ruled out:\n%s", key, got)
					}
				case key == "pool" || missing:
					if !says("needs", "why", "how", "no ", "No ", "yes") {
						t.Errorf("%s says not why:\n%s", key, got)
					}
				default:
					_, from, found := strings.Cut(strings.ToLower(got), "from\n")
					if !found || !strings.Contains(from, ".") {
						t.Errorf("%s names no file:\n%s", key, got)
					} else if !strings.Contains(from, "\n    ") {
						t.Errorf("%s names no formula:\n%s", key, got)
					}
					if !says("limits") && kind != "rate_limit" && kind != "outages" {
						t.Errorf("%s names no limits:\n%s", key, got)
					}
				}
			}
		})
	}
}
