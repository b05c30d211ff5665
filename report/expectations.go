package report

import (
	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

var (
	expectationNames = []string{"Expectation", "Expected Result", "Expected", "Assumption", "Hypothesis"}
	answerNames      = []string{"Actual", "Actual Result", "Observed", "Outcome", "What Happened", "Happened", "Evidence"}
	metNames         = append([]string{"Met?", "Met", "Confirmed", "Fulfilled", "Held"}, statusNames...)
)

// expectationColumns recognises the table of expectations.
func expectationColumns(t *form.Table) bool {
	return has(t, expectationNames...) && answerColumn(t) >= 0 && !has(t, metricNames...) && !bandColumns(t)
}

func answerColumn(t *form.Table) int {
	return columnBut(t, []int{labelColumn(t, expectationNames...)}, answerNames...)
}

func readExpectations(r *reader, s *form.Section) {
	for _, t := range tables(s, expectationColumns) {
		label := labelColumn(t, expectationNames...)
		for _, row := range t.Rows {
			if slot := cell(row, label); slot != nil && stated(slot.Text) {
				r.plan.Expectations = append(r.plan.Expectations, plan.Expectation{Text: slot.Text, Pos: r.at(slot)})
			}
		}
	}
}

func fillExpectations(f *filler, s *form.Section) {
	for _, t := range tables(s, expectationColumns) {
		label, actual := labelColumn(t, expectationNames...), answerColumn(t)
		met := columnBut(t, []int{label, actual}, metNames...)
		for _, row := range t.Rows {
			slot := cell(row, label)
			if slot == nil || !stated(slot.Text) {
				continue
			}
			a := f.answerTo(slot.Text)
			f.evidence(cell(row, actual), a)
			put(cell(row, met), yesNoText(a.Answer))
		}
	}
}

// evidence fills what was found of an expectation.
func (f *filler) evidence(s *form.Slot, a analyze.Answer) {
	switch {
	case !open(s):
	case a.Evidence == "":
		f.absent(s, "expectations", "Not measured: nothing that was recorded decides this expectation.")
	case a.Answer == analyze.Unknown:
		f.absent(s, "expectations", notMeasured(a.Evidence, ""))
	default:
		put(s, form.Escape(a.Evidence))
	}
}

func (f *filler) answerTo(expectation string) analyze.Answer {
	for _, a := range f.a.Expectations {
		if a.Text == expectation || same(a.Text, expectation) {
			return a
		}
	}
	return analyze.Answer{}
}

// doneSteps are the next steps that filling the document completes.
var doneSteps = []string{
	"Execute peak load test", "Execute load test", "Execute the load test", "Run peak load test", "Run load test", "Run the load test",
	"Analyze results and update this document", "Analyse results and update this document", "Analyze results", "Analyse results", "Update this document",
}

// fillNextSteps ticks what has been done once a run is analysed; other boxes
// are a person's.
func fillNextSteps(f *filler, s *form.Section) {
	if !f.recorded() {
		return
	}
	for _, it := range items(s) {
		if it.Box == nil {
			continue
		}
		for _, step := range doneSteps {
			if same(it.Text.Text, step) {
				it.Tick(true)
				break
			}
		}
	}
}
