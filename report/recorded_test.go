package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/input"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/templates"
)

// Recorded runs fill the built-in document to the last blank, and filling it
// again changes nothing.
func TestRecordedRuns(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("..", "testdata", "runs", "*", "*_stats.csv"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no recorded runs: %v", err)
	}
	for _, file := range dirs {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			run, err := input.Load(input.Folder{Name: filepath.Base(dir), FS: os.DirFS(dir)}, "", input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			doc := parse(t, templates.Results)
			p, err := report.ReadPlan(doc)
			if err != nil {
				t.Fatal(err)
			}
			a := analyze.Run(run, p, nil)
			report.Fill(doc, a)
			first := doc.Bytes()
			noBlanks(t, first)
			if s := doc.Summary(); len(s.Unknown) > 0 {
				t.Errorf("blanks that nobody filled: %v", s.Unknown)
			}
			again := parse(t, first)
			report.Fill(again, a)
			if !bytes.Equal(first, again.Bytes()) {
				t.Error("filling twice changes the document")
			}
		})
	}
}
