package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/plan"
)

// sinceWhen moves the instant at which a target broke back to where the
// timeline has it: a level says that it was broken all the while, and the
// climb to it when that began. Figures of the timeline that cover the seconds
// before them make it late by no more than those.
func (a *Analysis) sinceWhen() {
	k := &a.Capacity
	if math.IsNaN(k.BrokeAt) || k.BreakingMetric == "outages" {
		return
	}
	var target *plan.Target
	for _, r := range a.Targets {
		if r.Metric == k.BreakingMetric && r.Target.Endpoint == "" && r.Scope == "peak" {
			target = &r.Target
			break
		}
	}
	if target == nil {
		return
	}
	var values []float64
	switch t := a.Timeline; {
	case target.Metric == plan.Errors:
		values = t.Errors
	case target.Metric == plan.Mean:
		values = t.Mean
	case target.Metric == plan.Percentile && target.P == .5:
		values = t.P50
	case target.Metric == plan.Percentile && target.P == .95:
		values = t.P95
	case target.Metric == plan.Percentile && target.P == .99:
		values = t.P99
	}
	at := -1
	for i, s := range a.Timeline.Time {
		if s <= k.BrokeAt && i < len(values) {
			at = i
		}
	}
	for i := at; i >= 0; i-- {
		switch v := values[i]; {
		case math.IsNaN(v): // nothing is known of this second
		case target.Op.Holds(v, target.Limit):
			return
		default:
			k.BrokeAt = math.Min(k.BrokeAt, a.Timeline.Time[i])
		}
	}
}
