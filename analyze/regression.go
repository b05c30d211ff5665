package analyze

import (
	"fmt"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// JudgeRegressions adds a target for each limit on how much worse than the
// baseline this run may be, and judges it by the interval of the difference,
// which holds the noise of both runs: met when all of it is within the limit,
// missed when none of it is, and not measured ("cannot tell") in between or
// where there is nothing to compare.
func (a *Analysis) JudgeRegressions(limits []plan.Regression) {
	for _, l := range limits {
		a.Targets = append(a.Targets, a.judgeRegression(l))
	}
	a.Verdict = verdict(a.Targets)
}

func (a *Analysis) judgeRegression(l plan.Regression) TargetResult {
	t := plan.Target{Metric: l.Metric, P: l.P, Op: plan.LessEqual, Text: l.Text, Against: l.Asks()}
	if l.Metric == plan.RPS {
		t.Op = plan.GreaterEqual
	}
	t.Name = l.Words() + " against the baseline"
	r := TargetResult{Target: t, Metric: metricName(t), Scope: "peak", Status: NotMeasured}
	row, ok := a.comparisonRow(r.Metric)
	if !ok {
		r.Actual = measure.None(t.Unit(), measure.NoSource, "a baseline: --baseline RESULTS")
		r.Why = "cannot tell: no baseline was given"
		return r
	}
	r.Actual = row.Current
	base, known := row.Baseline.Float()
	if !known {
		r.Why = "cannot tell: the baseline lacks this figure"
		return r
	}
	// worse is how much worse this run is, in the limit's terms.
	change, sign := row.Relative, 1.0
	r.Target.Limit = base * (1 + l.Limit)
	if l.Metric == plan.RPS {
		sign, r.Target.Limit = -1, base*(1-l.Limit)
	}
	if l.Points || l.Metric == plan.Errors && base == 0 {
		change = row.Difference
		r.Target.Limit = base + l.Limit
		if !l.Points {
			r.Target.Limit = 0
			l.Limit = 0 // ten per cent of nothing
		}
	}
	plain := func(v measure.Value) string { return measure.Format(v, measure.Style{Plain: true}) }
	said := fmt.Sprintf("%s, baseline %s", plain(row.Current), plain(row.Baseline))
	worse, measured := change.Float()
	low, high, _ := change.Limits()
	if !measured {
		r.Why = fmt.Sprintf("cannot tell: %s", said)
		return r
	}
	worse, low, high = sign*worse, min(sign*low, sign*high), max(sign*low, sign*high)
	show := func(x float64) string {
		return measure.Format(measure.Of(sign*x, measure.Ratio), measure.Style{Signed: true})
	}
	from, to := low, high
	if sign < 0 {
		from, to = high, low
	}
	said += fmt.Sprintf(": %s (%s to %s), allowed %s", show(worse), show(from), show(to), show(l.Limit))
	if l.Points {
		said += " points"
	}
	switch {
	case row.Significant == Unknown && strings.HasPrefix(row.Why, "cannot tell"):
		r.Why = row.Why + "; " + said
	case high <= l.Limit:
		r.Status, r.Why = Pass, said
	case low > l.Limit:
		r.Status, r.Why = Fail, said
	default:
		r.Why = "cannot tell: the limit lies within the noise of the two runs: " + said
	}
	return r
}

// comparisonRow returns a metric's row of the comparison.
func (a *Analysis) comparisonRow(metric string) (ComparisonRow, bool) {
	if a.Baseline == nil {
		return ComparisonRow{}, false
	}
	for _, r := range a.Baseline.Rows {
		if r.Metric == metric {
			return r, true
		}
	}
	return ComparisonRow{}, false
}
