package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/diagnose"
	"github.com/peakload/peakload/analyze/input"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/report"
)

// recorded reads one of the recorded runs.
func recorded(t *testing.T, name string) *loadtest.Run {
	t.Helper()
	dir := filepath.Join("..", "testdata", "runs", name)
	run, err := input.Load(input.Folder{Name: name, FS: os.DirFS(dir)}, "", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// planLine is a line that blanks or a plan stand in, which a fill may change.
var planLine = regexp.MustCompile(`TBD|⏳|\[ \]|^\||^[>*_ \t-]*(?:\*\*)?[^a-z]*(?:Date|Duration|Target|Users|Spawn Rate)\b`)

// Documents of other teams: other words, orders and shapes of the same
// questions. What a run answers stands at its place, and nothing else changes.
func TestTeamDocuments(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "documents", "team-*.md"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d documents, %v", len(files), err)
	}
	pool, calm := recorded(t, "pool_cumulative"), recorded(t, "sustained")
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(name, ".md"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			fill := func(doc []byte, run *loadtest.Run) []byte {
				d := parse(t, doc)
				p, err := report.ReadPlan(d)
				if err != nil {
					t.Fatal(err)
				}
				a := analyze.Run(run, p, nil)
				diagnose.Run(a)
				report.Fill(d, a)
				return d.Bytes()
			}
			first := fill(src, pool)
			golden(t, name, first)
			if !bytes.Equal(fill(first, pool), first) {
				t.Error("filling twice changes the document")
			}
			if !bytes.Equal(fill(fill(first, calm), pool), first) {
				t.Error("another run and back gives another document")
			}
			left := strings.Split(string(first), "\n")
			for _, line := range strings.Split(string(src), "\n") {
				if planLine.MatchString(line) || strings.TrimSpace(line) == "" {
					continue
				}
				at := 0
				for at < len(left) && left[at] != line {
					at++
				}
				if at == len(left) {
					t.Errorf("lost or moved: %q", line)
					continue
				}
				left = left[at+1:]
			}
		})
	}
}
