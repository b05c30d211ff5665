package analyze

import (
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// ErrorRateWithout429 is the share of a window's requests that failed in
// another way than by a 429, whatever the plan counts as an error.
func (w Window) ErrorRateWithout429() measure.Value {
	return measure.Quotient(measure.Difference(w.Failures, w.RateLimited), w.Requests, measure.Ratio)
}

// ErrorRateWith429 is the share of a window's requests that failed, as Locust
// counts them.
func (w Window) ErrorRateWith429() measure.Value {
	return measure.Quotient(w.Failures, w.Requests, measure.Ratio)
}

// Without429 is a window's error rate without 429s, in words, where it has any
// and the plan leaves open whether they count: refusing is what a rate limiter
// is for. It is empty otherwise.
func Without429(p *plan.Plan, w Window) string {
	if n, ok := w.RateLimited.Float(); !ok || n == 0 || p == nil || p.Count429 != plan.As429Unstated {
		return ""
	}
	v := w.ErrorRateWithout429()
	if !v.Measured() {
		return ""
	}
	return measure.Format(v, measure.Style{Plain: true}) + " without 429s"
}
