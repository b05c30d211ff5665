package analyze

import (
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/capacity"
)

// The arithmetic of a breaking point names what each number is.
func TestBreakingSum(t *testing.T) {
	p := planOf(t, "errors < 5%", "p95 < 1s")
	for _, x := range []struct {
		target  int
		model   bool
		latency float64
		want    string
	}{
		{0, true, 1, "= 95/s × (1 s + 1 s), where error rate meets its limit: R the mean latency of the one load held, and X its successes with the failures that are allowed, 90.25/s ÷ (1 − 0.05); Z the think time"},
		{1, true, 1, "X its throughput"},
		{1, false, 1, "= 95/s × (1 s + 1 s), where P95 meets its limit: R the mean latency there and X the throughput, by the levels around it"},
		{1, false, math.NaN(), "the users between the levels at which P95 meets its limit"},
	} {
		a := capacityAnswer{res: capacity.Result{Think: capacity.Range{Value: 1}, Breaking: capacity.Breaking{Users: capacity.Range{Value: 190}, Latency: x.latency, Model: x.model}}}
		if got := a.breakingSum(p.Targets[x.target]); !strings.Contains(got, x.want) {
			t.Errorf("%q\nno %q", got, x.want)
		}
	}
}
