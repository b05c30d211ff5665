package report

import (
	"bytes"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/report/mark"
)

// A Trace is what stands behind a figure of a document, or behind a sentence
// that rests on several.
type Trace struct {
	Value    measure.Value
	Note     string             // how the figure was found, where its sources do not say it
	Evidence []analyze.Evidence // of a sentence; Value says nothing then
}

// FillTraced is Fill for a document that is to be rendered, not written: every
// figure stands in a mark (package mark) with its index in the traces.
func FillTraced(doc *form.Doc, a *analyze.Analysis) []Trace {
	f := newFiller(doc, a)
	f.traced = true
	f.fill()
	return f.traces
}

// show formats a figure, and marks it where figures are traced.
func (f *filler) show(v measure.Value, style measure.Style) string {
	return f.trace(measure.Format(v, style), Trace{Value: v})
}

// trace marks a text.
func (f *filler) trace(text string, t Trace) string {
	if !f.traced || text == "" {
		return text
	}
	f.traces = append(f.traces, t)
	return mark.Wrap(len(f.traces)-1, text)
}

// resting is a sentence, already escaped, with a sign behind it that leads to
// the figures that it rests on.
func (f *filler) resting(text string, on []analyze.Evidence) string {
	if !f.traced || len(on) == 0 {
		return text
	}
	return text + " " + f.trace("ⓘ", Trace{Evidence: on})
}

// Traced returns doc filled once more as Fill fills it, marked, with the
// traces. A document that uses the characters of marks for something else is
// not marked.
func Traced(doc *form.Doc, a *analyze.Analysis) ([]byte, []Trace, error) {
	again, err := doc.Afresh()
	if err != nil {
		return nil, nil, err
	}
	var traces []Trace
	if bytes.IndexByte(doc.Read(), mark.Lead) >= 0 {
		Fill(again, a)
	} else {
		traces = FillTraced(again, a)
	}
	return again.Bytes(), traces, nil
}
