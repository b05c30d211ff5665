package analyze

import "github.com/peakload/peakload/analyze/measure"

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
