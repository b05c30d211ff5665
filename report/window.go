package report

import (
	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// windowFigure returns what a column's header or a row's label asks of a
// window; ok is false for what windows do not hold.
func windowFigure(w analyze.Window, label string) (v measure.Value, ok bool) {
	if v, ok := countFigure(w, label); ok {
		return v, true
	}
	if m, p, known := plan.LabelMetric(label); known {
		return windowMetric(w, m, p)
	}
	return measure.Value{}, false
}

// countFigure returns what a label asks of a window's counts; ok is false for
// what is no count. "Errors (%)" is a rate.
func countFigure(w analyze.Window, label string) (v measure.Value, ok bool) {
	if unit, _ := unitOfHeader(label); unit != "" {
		return measure.Value{}, false
	}
	switch {
	case anySame(label, []string{"Requests", "Total Requests", "Request Count", "Number of Requests", "# Requests", "Requests Total", "Calls", "Number of Calls", "Samples", "# Samples"}):
		return w.Requests, true
	case anySame(label, []string{"Failures", "Errors", "Failed Requests", "Error Count", "Total Errors", "Total Failures", "# Fails", "Failed"}):
		return w.Failures, true
	case anySame(label, []string{"429s", "Rate Limited"}):
		return w.RateLimited, true
	}
	return measure.Value{}, false
}
