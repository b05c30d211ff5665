package analyze

import (
	"fmt"

	"github.com/peakload/peakload/analyze/plan"
)

// The arithmetic behind the capacity figures, with its numbers, so that it can
// be done again by hand.

// capacitySum is that of the capacity.
func (a capacityAnswer) capacitySum() string {
	const what = "throughput of successes that more users did not raise"
	switch k := a.res.Curve; {
	case k.Most == 0:
		return what + ": that of the one load held, (Δrequests − Δfailures)/Δt"
	case k.Drag > 0:
		return fmt.Sprintf("%s: the most of the curve X⁻ᵐ = (N ÷ %s)⁻ᵐ + (%s ÷ (1 + %.3g·X·R))⁻ᵐ with m = %.2g through the levels' successes X at N users and a mean of R seconds", what, seconds4(k.Cycle), perSecond4(k.Most), k.Drag, k.Sharp)
	default:
		return fmt.Sprintf("%s: the limit %s of the curve X⁻ᵐ = (N ÷ %s)⁻ᵐ + (%s)⁻ᵐ with m = %.2g through the levels' successes X at N users", what, perSecond4(k.Most), seconds4(k.Cycle), perSecond4(k.Most), k.Sharp)
	}
}

// kneeSum is that of the knee.
func (a capacityAnswer) kneeSum() string {
	return fmt.Sprintf("capacity × (think time + latency without load) = %s × (%s + %s)", perSecond4(a.res.Capacity.Value), seconds4(a.res.Think.Value), seconds4(a.res.Unloaded))
}

// breakingSum is that of the breaking point, by target t.
func (a capacityAnswer) breakingSum(t plan.Target) string {
	b, z := a.res.Breaking, a.res.Think.Value
	r := b.Latency
	switch by := b.By; {
	case by.Weight > 0:
		return fmt.Sprintf("%.4g^%.3g × %.4g^%.3g: the users at which %s meets its limit by the figures of the highest loads themselves, and by the curve through all loads, weighted", by.Own, 1-by.Weight, by.Curve, by.Weight, title(t))
	case by.Own > 0:
		return "the users at which " + title(t) + " meets its limit by the figures of the highest loads themselves"
	}
	if !(r >= 0) || !(r+z > 0) {
		return "the users between the levels at which " + title(t) + " meets its limit"
	}
	x := b.Users.Value / (r + z)
	of := "R the mean latency there and X the throughput, by the levels around it"
	switch {
	case b.Model && t.Metric == plan.Errors:
		of = fmt.Sprintf("R the mean latency of the one load held, and X its successes with the failures that are allowed, %s ÷ (1 − %.3g)", perSecond4(x*(1-t.Limit)), t.Limit)
	case b.Model:
		of = "R the mean latency there by the spread of the one load held, and X its throughput"
	}
	return fmt.Sprintf("N = X·(R + Z) = %s × (%s + %s), where %s meets its limit: %s; Z the think time", perSecond4(x), seconds4(r), seconds4(z), title(t), of)
}

func seconds4(s float64) string { return fmt.Sprintf("%.4g s", s) }

func perSecond4(x float64) string { return fmt.Sprintf("%.4g/s", x) }

// tenths is an instant of the run to a tenth of a second, for differences.
func tenths(s float64) string {
	return fmt.Sprintf("%.1f s", s)
}
