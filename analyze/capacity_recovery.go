package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/capacity"
	"github.com/peakload/peakload/analyze/measure"
)

func (a capacityAnswer) recovery(baseline *context) {
	r, o := a.res.Recovery, a.out
	if a.res.Breaking.Outcome == capacity.Held && len(a.c.stability.Interruptions) > 0 {
		a.afterOutage()
		return
	}
	switch r.Outcome {
	case capacity.Recovered:
		o.RecoveryOutcome = Recovered
		s := r.Seconds
		o.Recovery = measure.Within(s.Value, s.Low, s.High, measure.Seconds, measure.Estimated, a.c.src(a.c.sampleAt(r.Drop), a.c.sampleAt(r.Back), colRequests+", "+colMean, fmt.Sprintf("the last second in which a target was missed, at %s of the run, − the last row of the highest load, at %s", tenths(r.Back), tenths(r.Drop))))
		o.RecoveryText = measure.Format(o.Recovery, measure.Style{Scale: "seconds"})
		if s.High < 2 {
			o.RecoveryText = "within 2 seconds"
		}
		o.RecoveryNote = fmt.Sprintf("From when the load went down (%s of the run, %s) until %s held again, at %s.", measure.Span(r.Drop), inUsers(r.Peak), a.c.everyTarget(), inUsers(math.Round(r.Users)))
	case capacity.NeverRecovered:
		o.RecoveryOutcome = NotRecovered
		o.Recovery = measure.Within(r.Watched, r.Watched, math.Inf(1), measure.Seconds, measure.Bounded, a.all("seconds from the load's end to the run's"))
		o.RecoveryText = fmt.Sprintf("not recovered: > %.0f seconds", r.Watched)
		o.RecoveryNote = fmt.Sprintf("Targets were still missed %.0f s after the load went down, when the run ended or the load rose again.", r.Watched)
	case capacity.MissedBefore:
		o.RecoveryText = "not identifiable: targets were missed at light load, too"
		o.RecoveryNote = fmt.Sprintf("Targets were still missed %.0f s after the load went down; but so they were before it, with up to %s.", r.Watched, inUsers(r.Users))
		o.Recovery = measure.None(measure.Seconds, measure.NotIdentifiable, "a system that meets its targets at light load")
	case capacity.NothingBroke:
		o.RecoveryOutcome = NothingToRecover
		o.Recovery = measure.None(measure.Seconds, measure.NotApplicable, "")
		o.RecoveryText = "nothing to recover from"
		o.RecoveryNote = capitalised(a.c.everyTarget()) + " held when the load went down."
		if r.Watched < 1 {
			o.RecoveryNote = fmt.Sprintf("%s held in the %.0f s before the load ended.", capitalised(a.c.everyTarget()), r.Judged)
		}
		if len(a.res.Soft) > 0 || r.Degraded {
			o.RecoveryNote = a.hardInWords() + " held until the load went; a median or a mean beyond its target is degradation, not a break."
		}
		a.afterOutage()
	default:
		if r.Missed && a.byResources(baseline) {
			break
		}
		o.RecoveryText = "not observed"
		o.RecoveryNote = "No requests were sent at a lower load after the peak, so that recovery cannot be seen. Needs " + needTail + "."
		o.Recovery = measure.None(measure.Seconds, measure.NotIdentifiable, needTail)
		a.afterOutage()
	}
}

// upAgain is how many s of a run there must be after an outage to tell whether
// the system came back.
const upAgain = 15

// afterOutage words how the system came back under the load it went down at.
func (a capacityAnswer) afterOutage() {
	down, what := a.c.stability.Outages, "outage"
	if len(down) == 0 {
		down, what = a.c.stability.Interruptions, "interruption"
	}
	if len(down) == 0 {
		return
	}
	outage := down[len(down)-1]
	back, ok := capacity.Back(a.run, a.c.sampleAt(outage.Start), a.c.sampleAt(outage.End))
	o := a.out
	if end := a.run.Rows[len(a.run.Rows)-1].At; !ok && end-outage.End < upAgain {
		o.RecoveryNote = fmt.Sprintf("The %s began at %s, under %s, and the run ended so, less than %d s after it. Needs %s.", what, measure.Span(math.Round(outage.Start)), inUsers(float64(outage.Users)), upAgain, needTail)
		return
	}
	if !ok {
		o.RecoveryOutcome = NotRecovered
		o.RecoveryText = "not recovered from the " + what
		o.RecoveryNote = fmt.Sprintf("Targets did not hold again after the %s at %s.", what, measure.Span(outage.Start))
		return
	}
	t := math.Max(0, back-outage.Start)
	o.RecoveryOutcome = Recovered
	o.Recovery = measure.Within(t, math.Max(0, t-2), t+2, measure.Seconds, measure.Estimated, a.c.src(a.c.sampleAt(outage.Start), a.c.sampleAt(back), colRequests+", "+colFailures, fmt.Sprintf("the last second in which a target was missed, at %s of the run, − the %s's beginning, at %s", tenths(back), what, tenths(outage.Start))))
	o.RecoveryText = measure.Format(o.Recovery, measure.Style{Scale: "seconds"})
	o.RecoveryNote = fmt.Sprintf("From the beginning of the %s at %s until %s held again, with %s all the while: not after the load was taken away.", what, measure.Span(outage.Start), a.c.everyTarget(), inUsers(float64(outage.Users)))
}
