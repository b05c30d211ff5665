package analyze

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

func TestJudgeRegressions(t *testing.T) {
	sec := func(v float64) measure.Value { return measure.Of(v, measure.Seconds) }
	share := func(v, low, high float64) measure.Value {
		return measure.Within(v, low, high, measure.Ratio, measure.Estimated)
	}
	rows := []ComparisonRow{
		{Metric: "latency_p95", Baseline: sec(1), Current: sec(1.04), Difference: sec(.04), Relative: share(.04, -.02, .08), Significant: No},
		{Metric: "latency_p50", Baseline: sec(1), Current: sec(1.5), Difference: sec(.5), Relative: share(.5, .3, .7), Significant: Yes},
		{Metric: "latency_mean", Baseline: sec(1), Current: sec(1.1), Difference: sec(.1), Relative: share(.1, -.1, .3), Significant: No},
		{Metric: "latency_p99", Baseline: sec(1), Current: sec(1), Relative: share(0, -.01, .01), Why: "cannot tell: 1.0 independent stretches"},
		{Metric: "rps", Baseline: measure.Of(100, measure.PerSecond), Current: measure.Of(80, measure.PerSecond), Relative: share(-.2, -.25, -.15), Significant: Yes},
		{Metric: "error_rate", Baseline: measure.Of(0, measure.Ratio), Current: measure.Of(.02, measure.Ratio), Difference: share(.02, .015, .025), Significant: Yes},
	}
	for _, c := range []struct {
		limit string
		want  Status
		why   string
	}{
		{"p95=10%", Pass, "+4.0%"},
		{"p50=10%", Fail, "allowed +10.0%"},
		{"mean=10%", NotMeasured, "cannot tell: the limit lies within"},
		{"p99=10%", NotMeasured, "cannot tell: 1.0 independent"},
		{"rps=10%", Fail, "−20.0% (−25.0% to −15.0%)"},
		{"rps=30%", Pass, "−20.0% (−25.0% to −15.0%)"},
		{"errors=5%", Fail, "baseline 0%"},
		{"errors=3pp", Pass, "points"},
		{"errors=1pp", Fail, "points"},
	} {
		l, err := plan.ParseRegression(c.limit)
		if err != nil {
			t.Fatal(err)
		}
		a := &Analysis{Baseline: &Comparison{Rows: rows}}
		a.JudgeRegressions([]plan.Regression{l})
		r := a.Targets[0]
		if r.Status != c.want || !strings.Contains(strings.ReplaceAll(r.Why, "-", "−"), strings.ReplaceAll(c.why, "-", "−")) {
			t.Errorf("%s: %v: %s", c.limit, r.Status, r.Why)
		}
		if want := verdict(a.Targets); a.Verdict != want {
			t.Errorf("%s: verdict %v", c.limit, a.Verdict)
		}
	}
	a := &Analysis{}
	a.JudgeRegressions([]plan.Regression{{Metric: plan.Mean, Limit: .1}})
	if a.Targets[0].Status != NotMeasured || a.Verdict != Incomplete {
		t.Errorf("without a baseline: %+v", a.Targets[0])
	}
}
