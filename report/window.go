package report

import (
	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// windowFigure returns what a column's header or a row's label asks of a
// window; ok is false for what windows do not hold.
func windowFigure(w analyze.Window, label string) (v measure.Value, ok bool) {
	switch {
	case same(label, "Requests"), same(label, "Total Requests"), same(label, "Request Count"):
		return w.Requests, true
	case same(label, "Failures"), same(label, "Errors"), same(label, "Failed Requests"), same(label, "Error Count"):
		return w.Failures, true
	case same(label, "429s"), same(label, "Rate Limited"):
		return w.RateLimited, true
	}
	if m, p, known := plan.LabelMetric(label); known {
		return windowMetric(w, m, p)
	}
	return measure.Value{}, false
}
