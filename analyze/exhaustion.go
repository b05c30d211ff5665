package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/measure"
)

// unseenExhaustion says what was not recorded of what the system may have run
// out of; "" where enough was for its absence to tell.
func (c *context) unseenExhaustion() string {
	judged := map[string]bool{}
	until := math.Inf(-1)
	for _, r := range c.resources {
		if r.Track == nil || !r.Peak.Measured() || r.Status == ResourceUnknown || r.Component == "load_generator" || len(r.Track.Time) == 0 {
			continue
		}
		judged[r.Component+" "+r.Metric] = true
		until = math.Max(until, r.Track.Time[len(r.Track.Time)-1])
	}
	_, to := c.peakStretch()
	suffered := c.suffers()
	switch {
	case to-until > partOfRun(c.length()):
		return fmt.Sprintf("figures of the whole load: those there are end at %s of the run, the peak at %s", measure.Span(math.Round(until)), measure.Span(math.Round(to)))
	case !judged["app cpu"] && (suffered || !judged["host cpu"]):
		if r := c.resourceRow("app", "cpu"); r != nil && r.Peak.Measured() {
			return "the number of cores that the application may use, which is in no file"
		}
		return needProcess
	case len(c.stability.Outages)+len(c.stability.Restarts) > 0 && !judged["app memory"]:
		return "the limit of the application's memory, for it went away: state it in the table of resources"
	case suffered && c.failures.PoolExhaustion.Occurred == Unknown:
		return needPoolState
	}
	return ""
}

// resourceRow returns a row of the resource tables; nil without one.
func (c *context) resourceRow(component, metric string) *Resource {
	for i := range c.resources {
		if r := &c.resources[i]; r.Component == component && r.Metric == metric {
			return r
		}
	}
	return nil
}

// partSeen says which part of the run evidence covers, where it is a part only:
// " (from 0 s to 1 min 29 s of the run)"; "" where it is all.
func (c *context) partSeen(from, to float64) string {
	length := c.length()
	if !(length > 0) || from <= partOfRun(length) && to >= length-partOfRun(length) {
		return ""
	}
	return fmt.Sprintf(" (from %s to %s of the run)", measure.Span(math.Round(math.Max(from, 0))), measure.Span(math.Round(math.Min(to, length))))
}

// partOfRun is how many seconds at either end of a run evidence may leave out
// and still be of all of it.
func partOfRun(length float64) float64 { return math.Max(15, .1*length) }
