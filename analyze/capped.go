package analyze

import (
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/plan"
)

// A process whose use of processors keeps below a whole number of cores, close
// to it, may be limited to that number.
const (
	cappedMost    = .75  // of the cores, by half of the readings or more
	cappedHighest = .9   // of the cores, by the 95th percentile of the readings
	cappedAbove   = 1.05 // of the cores, what that percentile may be at the most
	cappedCores   = 2    // any use of many cores is close to a whole number of them
)

// Capped returns the number of cores that readings of used cores look limited
// to: one or two, and fewer than the machine has (NaN: not known).
func Capped(used []float64, machine float64) (cores float64, ok bool) {
	if len(used) < enough {
		return 0, false
	}
	v := slices.Clone(used)
	slices.Sort(v)
	median, high := v[len(v)/2], v[min(len(v)-1, len(v)*95/100)]
	cores = math.Max(1, math.Round(high))
	if cores > cappedCores || cores >= machine {
		return 0, false
	}
	return cores, median >= cappedMost*cores && high >= cappedHighest*cores && high <= cappedAbove*cores
}

// maybeCapped says why the application's use of processors cannot be judged by
// the machine's: users suffer, and it looks limited to fewer.
func (c *context) maybeCapped(r *Resource, from, to float64) string {
	tr := c.tracks.of("app", "cpu_cores")
	if r.Component != "app" || r.Metric != "cpu" || tr == nil || tr.LimitWhy != HostProcessors || !c.suffers() {
		return ""
	}
	_, used := tr.within(from, to)
	cores, ok := Capped(used, tr.Limit)
	if !ok {
		return ""
	}
	return fmt.Sprintf("its use keeps just below %s of its host's %g, which is its limit if it may use no more: how many it may use is in no file", coresText(cores), tr.Limit)
}

// suffers reports whether users had something to complain of: a target on
// latency or errors was missed, or the system was away.
func (c *context) suffers() bool {
	if len(c.stability.Outages) > 0 {
		return true
	}
	return slices.ContainsFunc(c.targets, func(r TargetResult) bool {
		switch r.Target.Metric {
		case plan.Percentile, plan.Mean, plan.Max:
			return r.Status == Fail
		case plan.Errors:
			return r.Status == Fail && !c.onlyRefused(r)
		}
		return false
	})
}

// onlyRefused reports whether an error target would be met if refusals (429)
// did not count.
func (c *context) onlyRefused(r TargetResult) bool {
	w := c.whole
	if p := c.peak(); p != nil && r.Scope == "peak" {
		w = p.Window
	}
	e, ok := w.ErrorRateWithout429().Float()
	return ok && r.Target.Op.Holds(e, r.Target.Limit)
}
