package analyze

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/plan"
)

// Sentences of other teams, held against a run of plateaus at 100 users (mean
// 0.1 s), 250 (0.2 s) and 400 (0.9 s, a share of failures), and what is
// answered from: never a figure of another level, part or thing.
func TestClaims(t *testing.T) {
	p := &plan.Plan{Targets: []plan.Target{meanBelow(.5), errorsBelow(.05), {Metric: plan.RPS, Op: plan.Greater, Limit: 190}}}
	run := climb(.1, .2, .9, 60, .1).run()
	for _, c := range []struct{ text, answer, says string }{
		{"API survives 400 users", "no", "at 400 users"},
		{"The system handles 250 users", "yes", "at 250 users"},
		{"Handles 1.000 users", "no", "already"},
		{"Mean latency at 250 users below 500 ms", "yes", "at 250 users"},
		{"Average response time stays under 500 ms at 400 users", "no", "at 400 users"},
		{"Handles 250 users with an average response time below 500 ms", "yes", "at 250 users"},
		{"No errors at 100 users", "yes", "at 100 users"},
		{"No errors at 180 users", "yes", "even at 250 users"},
		{"Mean latency below 500 ms at 900 users", "no", "already at 400 users"},
		{"Mean latency below 2 s at 900 users", "not_measured", "at most 400 users"},
		{"No degradation below 250 users", "yes", "at 250 users"},
		{"errors below 1% during ramp-up", "yes", "0%"},
		{"Errors below 1 % in the peak phase", "no", "30"},
		{"Error rate does not exceed 5% at peak", "no", "30"},
		{"Fewer than 1% of requests fail", "no", "30"},
		{"Success rate above 95%", "no", "30"},
		{"Latency below 100 ms at 250 users", "no", "P50"},
		{"Errors stay within budget", "no", "30"},
		{"The service remains stable under load", "yes", "no outage"},
		{"Memory stays stable", "not_measured", "no rule"},
		{"Logs are available in Kibana", "not_measured", "no rule"},
		{"Latency of the checkout is acceptable", "not_measured", "no rule"},
		{"Queueing gets slower", "not_measured", "no rule"},
		{"CPU utilisation remains below 80%", "not_measured", "needs"},
		{"cache hit rate above 90%", "not_measured", "redis"},
		{"Database connections do not exceed 80", "not_measured", "database"},
		{"No data loss", "not_measured", "a check of what was stored"},
		{"autoscaling kicks in", "not_measured", "number of instances"},
		{"Database errors stay at zero", "not_measured", "needs"},
	} {
		p.Expectations = []plan.Expectation{{Text: c.text}}
		a := Run(run, p, nil).Expectations[0]
		if a.Answer.String() != c.answer || !strings.Contains(a.Evidence, c.says) {
			t.Errorf("%s: %s (%s); want %s (…%s…)", c.text, a.Answer, a.Evidence, c.answer, c.says)
		}
	}
}
