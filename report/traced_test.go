package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/chart/charttest"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/report/mark"
	"github.com/peakload/peakload/templates"
)

var (
	marks         = regexp.MustCompile("\uE000[\uE010-\uE019]+|\uE001")
	evidenceSigns = regexp.MustCompile(" \uE000[\uE010-\uE019]+ⓘ\uE001")
)

// A traced document is the filled one, with marks that each lead to a trace,
// whatever the document is like.
func TestTraced(t *testing.T) {
	names, err := filepath.Glob("../testdata/documents/*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	documents := map[string][]byte{"the built-in document": templates.Results}
	for _, name := range names {
		if documents[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range []*analyze.Analysis{charttest.Overloaded(), charttest.Healthy(), charttest.Empty()} {
		for name, src := range documents {
			doc, err := form.Parse(name, src)
			if err != nil {
				continue // such documents are others' to test
			}
			traced, traces, err := report.Traced(doc, a)
			if err != nil {
				t.Fatal(err)
			}
			report.Fill(doc, a)
			plain := marks.ReplaceAll(evidenceSigns.ReplaceAll(traced, nil), nil)
			if d := cmp.Diff(text(doc.Bytes()), text(plain)); d != "" {
				t.Errorf("%s: without its marks the document differs:\n%s", name, d)
			}
			seen := map[int]bool{}
			for i := range traced {
				if n, _, _, ok := mark.Cut(traced[i:]); ok {
					if n >= len(traces) {
						t.Fatalf("%s: mark %d of %d traces", name, n, len(traces))
					}
					seen[n] = true
				}
			}
			// What a person wrote into a blank stands there instead of a figure.
			if name == "the built-in document" && a.WholeRun.Requests.Measured() && (len(seen) < 40 || len(seen) != len(traces)) {
				t.Errorf("%s: %d of %d traces are in the document", name, len(seen), len(traces))
			}
		}
	}
}

// A document that uses the marks' characters itself is filled without marks.
func TestTracedForeign(t *testing.T) {
	doc, err := form.Parse("results.md", append([]byte("\uE000\uE010mine\uE001\n\n"), templates.Results...))
	if err != nil {
		t.Fatal(err)
	}
	filled, traces, err := report.Traced(doc, charttest.Overloaded())
	if err != nil || traces != nil || bytes.Count(filled, []byte("\uE000")) != 1 {
		t.Errorf("%d traces, %v", len(traces), err)
	}
}

// text is the document without the comment that the next fill reads.
func text(b []byte) string {
	if i := bytes.LastIndex(b, []byte("<!-- peakload")); i >= 0 {
		b = b[:i]
	}
	return string(b)
}
