package report_test

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/chart/charttest"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/report/mark"
	"github.com/peakload/peakload/templates"
)

var marks = regexp.MustCompile("\uE000[\uE010-\uE019]+| \uE000[\uE010-\uE019]+ⓘ\uE001|\uE001")

// A traced document is the filled one, with marks that each lead to a trace.
func TestTraced(t *testing.T) {
	a := charttest.Overloaded()
	doc, err := form.Parse("results.md", templates.Results)
	if err != nil {
		t.Fatal(err)
	}
	traced, traces, err := report.Traced(doc, a)
	if err != nil {
		t.Fatal(err)
	}
	report.Fill(doc, a)
	plain := regexp.MustCompile(" \uE000[\uE010-\uE019]+ⓘ\uE001").ReplaceAll(traced, nil)
	plain = marks.ReplaceAll(plain, nil)
	if d := cmp.Diff(text(doc.Bytes()), text(plain)); d != "" {
		t.Errorf("without its marks the document differs:\n%s", d)
	}
	seen := map[int]bool{}
	for i := range traced {
		if n, _, _, ok := mark.Cut(traced[i:]); ok {
			if n >= len(traces) {
				t.Fatalf("mark %d of %d traces", n, len(traces))
			}
			seen[n] = true
		}
	}
	if len(seen) < 40 || len(seen) != len(traces) {
		t.Errorf("%d of %d traces are in the document", len(seen), len(traces))
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
