package report

import (
	"slices"
	"sort"

	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

// expectedLabels and resultLabels are the labels of lines that state what is
// expected and ask what came of it: "Expected: …", "Result: TBD".
var (
	expectedLabels = []string{"Expected", "Expectation", "Expected Result", "Expected Outcome", "Hypothesis", "Assumption", "Pass Criterion", "Acceptance Criterion"}
	resultLabels   = []string{"Result", "Actual", "Actual Result", "Observed", "Observed Result", "Outcome", "Finding", "Measured"}
	resultStatuses = []string{"Status", "Pass/Fail", "Verdict", "Met", "Passed", "Confirmed"}
)

// A resultLine is a line that asks what came of an expectation, or of the
// subject of its heading.
type resultLine struct {
	expected string // "" is none
	line     int    // of what is expected
	result   *form.Slot
	status   *form.Slot
}

// resultLines returns those of a section, in order.
func resultLines(s *form.Section) []resultLine {
	type part struct {
		label, text string
		line        int
		slot        *form.Slot
	}
	var parts []part
	for _, st := range s.Statements {
		parts = append(parts, part{st.Label, st.Text, st.Line, nil})
	}
	for _, l := range labels(s) {
		text := ""
		if !open(l.slot) {
			text = l.slot.Text
		}
		parts = append(parts, part{l.label, text, l.slot.Line, l.slot})
	}
	sort.SliceStable(parts, func(i, j int) bool { return parts[i].line < parts[j].line })
	var out []resultLine
	next := resultLine{}
	for _, p := range parts {
		switch {
		case anySame(p.label, expectedLabels) && stated(p.text):
			next = resultLine{expected: p.text, line: p.line}
		case anySame(p.label, resultLabels) && open(p.slot) && next.result == nil:
			next.result = p.slot
			out = append(out, next)
		case anySame(p.label, resultStatuses) && open(p.slot) && next.result != nil && out[len(out)-1].status == nil:
			out[len(out)-1].status = p.slot
			next = resultLine{}
		}
	}
	return out
}

// expectsResult recognises sections with such lines.
func expectsResult(s *form.Section) bool { return len(resultLines(s)) > 0 }

func readResults(r *reader, s *form.Section) {
	for _, l := range resultLines(s) {
		if l.expected != "" {
			r.plan.Expectations = append(r.plan.Expectations, plan.Expectation{Text: l.expected, Pos: plan.Pos{File: r.file, Line: l.line, Column: 1}})
		}
	}
}

// fillResults answers an expectation, else what the heading asks for.
func fillResults(f *filler, s *form.Section) {
	lines := resultLines(s)
	for _, l := range lines {
		switch {
		case l.expected != "":
			a := f.answerTo(l.expected)
			f.evidence(l.result, a)
			put(l.status, yesNoText(a.Answer))
		case len(lines) > 1:
		case isCapacity(s.Title):
			f.capacityLine(labelled{s.Title, l.result})
		case slices.ContainsFunc(bottleneckNames, func(n string) bool { return says(s.Title, n) }):
			put(l.result, f.cause())
		}
	}
}
