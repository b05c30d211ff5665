package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/capacity"
	"github.com/peakload/peakload/analyze/measure"
)

// breaking words at how many users which target broke, or why that is not known.
func (a capacityAnswer) breaking() {
	b, o := a.res.Breaking, a.out
	if down, text := a.wentDown(); down {
		o.BreakingNote = text
		return
	}
	most := a.mostUsers()
	if b.Outcome == capacity.Held && a.interrupted() {
		return
	}
	switch b.Outcome {
	case capacity.Held:
		o.Breaking = measure.None(measure.Users, measure.NotIdentifiable, "a run with more than "+inUsers(most))
		if t, ok := a.narrowly(); ok {
			o.BreakingText = fmt.Sprintf("not identifiable: %s at its limit at %s", title(t), inUsers(most))
			o.BreakingNote = fmt.Sprintf("%s: beyond the limit by too little, or for too short a time, to be told from chance. Needs a run that holds %s for longer, and a step beyond it.", a.nearLimit(), inUsers(most))
			break
		}
		aside, note := a.besides()
		o.Outcome = DidNotBreak
		o.BreakingText = fmt.Sprintf("did not break: ≥ %s%s", inUsers(most), aside)
		o.BreakingNote = fmt.Sprintf("%s held up to %s, the most that this run had. How far beyond it they hold is not known.%s%s", a.hardInWords(), inUsers(most), a.stillRising(), note)
		if near := a.nearLimit(); near != "" {
			o.BreakingNote = fmt.Sprintf("%s: too close to the limit, or for too short a time, to be told from chance. Apart from that %s held up to %s, the most that this run had. Needs a run with more users.%s", near, a.hardInWords(), inUsers(most), note)
		}
	case capacity.Broke, capacity.BrokeFirst:
		t := a.targets[b.Target]
		p := a.res.Points[b.Point]
		o.Outcome = Broke
		o.BreakingMetric, o.BreakingTarget = metricName(t), asks(t)
		o.BrokeAt = p.Start
		u := b.Users
		o.Breaking = measure.Within(u.Value, u.Low, u.High, measure.Users, measure.Estimated, a.all(a.breakingSum(t)))
		figure := measure.Format(o.Breaking, measure.Style{})
		at := fmt.Sprintf("%s at %s", a.said(p, b.Target), inUsers(math.Round(p.Users)))
		switch {
		case b.Outcome == capacity.BrokeFirst:
			o.Breaking = measure.Within(p.Users, 0, p.Users, measure.Users, measure.Bounded, a.src(p.From, p.To, "the lowest load held"))
			o.BreakingText = "broke at ≤ " + inUsers(math.Round(p.Users))
			if b.Carried > 0 {
				o.BreakingText += ", after " + measure.Span(math.Round(b.Carried)) + " at that load"
				o.BreakingNote = fmt.Sprintf("%s held for the first %s at %s and not after that, at the same load: %s over all of it. What broke it is time, or what happened in it, and not the load; which load it would carry on is not known.", asks(t), measure.Span(math.Round(b.Carried)), inUsers(math.Round(p.Users)), a.said(p, b.Target))
				o.BrokeAt = p.Start + b.Carried
				break
			}
			if a.res.Fell {
				o.BreakingNote = fmt.Sprintf("%s was broken in the only load that was held: %s. %s Needs %s.", asks(t), at, fellBehind, needLevels)
				break
			}
			if b.Light > 0 {
				o.Breaking = measure.Within(b.Light, 0, b.Light, measure.Users, measure.Bounded, a.src(0, a.c.sampleAt(p.Start), "the load of the run's first requests"))
				o.BreakingText = "broke at ≤ " + inUsers(b.Light)
				o.BreakingNote = fmt.Sprintf("%s was broken before there were more than %s, and in the load that was held: %s. Not the load breaks it.", asks(t), inUsers(b.Light), at)
				break
			}
			if len(a.res.Points) == 1 {
				o.BreakingNote = fmt.Sprintf("%s was broken in the only load that was held: %s. The system was not full there, so that it breaks at a lower load, too, and no model tells at which. Needs a run that begins lower.", asks(t), at)
				break
			}
			o.BreakingNote = fmt.Sprintf("%s was broken at the lowest load already: %s. Needs a run that begins lower.", asks(t), at)
		case b.Model:
			o.Model = true
			o.BreakingText = fmt.Sprintf("broke; by a model at %s", figure)
			o.BreakingNote = fmt.Sprintf("%s was broken in the only load that was held: %s. No lower load was held long enough to see where it broke; the figure is a model's (N = X·(R + Z) with the throughput, latency and think time of that load) and its range is wide. Needs %s.",
				asks(t), at, needLevels)
			if b.Assumed {
				o.BreakingNote += " That requests waited there, and do not take as long without load, is assumed: the run had no light load."
			}
		default:
			o.BreakingText = "broke at " + figure
			good := ""
			if b.Good >= 0 {
				g := a.res.Points[b.Good]
				good = fmt.Sprintf("%s at %s, ", a.said(g, b.Target), inUsers(math.Round(g.Users)))
			}
			o.BreakingNote = fmt.Sprintf("%s broke first: %s%s. The figure is where Little's law puts the limit between them.", asks(t), good, at)
			if p.Values[b.Target] <= t.Limit {
				o.BreakingNote = fmt.Sprintf("%s broke first: %s%s, as near its limit as chance may bring it. The figure is where the curve through all loads puts the limit.", asks(t), good, at)
			}
			if b.Stays {
				o.BreakingNote = fmt.Sprintf("%s broke first: %s%s. The more requests it had the fewer it did, so that once slow it stays slow: by the curve through the levels down to the figure given, which a slow climb may pass and a burst does not.", asks(t), good, at)
			}
		}
	default:
		o.BreakingNote = a.out.Why + " Needs " + needLevels + "."
	}
	if a.usual() && b.Outcome != capacity.Unidentified {
		o.BreakingNote += " The plan limits no latency percentile, no mean and no errors, so that the usual limits are taken."
	}
	for _, soft := range a.res.Soft {
		if b.Carried > 0 { // no load is to blame
			break
		}
		if b.Outcome == capacity.BrokeFirst {
			o.BreakingNote += fmt.Sprintf(" %s was missed there, too.", asks(a.targets[soft.Target]))
			continue
		}
		by := ""
		if o.Model {
			by = " by the same model"
		}
		o.BreakingNote += fmt.Sprintf(" %s was missed from about %s on%s; a median or a mean tells of degradation, not of a break.", asks(a.targets[soft.Target]), inUsers(math.Round(soft.Users)), by)
	}
	if a.refusalsLeftOut() {
		o.BreakingNote += " Requests answered 429 are the limiter's protection and are left out of this judgement; state --count-429=error to count them."
	}
}

// wentDown reports whether the system was down under a load that it had
// carried, so that load alone does not explain it.
func (a capacityAnswer) wentDown() (bool, string) {
	if len(a.c.stability.Outages) == 0 {
		return false, ""
	}
	if a.res.Breaking.Outcome == capacity.Broke && !a.res.Breaking.Model {
		return false, ""
	}
	o := a.c.stability.Outages[0]
	if ps := a.res.Points; a.res.Breaking.Outcome == capacity.BrokeFirst && ps[0].Users < .97*float64(o.Users) {
		return false, "" // a lower load had broken it before
	}
	text := fmt.Sprintf("The system went down at %s after %s", inUsers(float64(o.Users)), measure.Span(o.Start))
	held := false
	for _, p := range a.res.Points {
		held = held || !p.Broken && p.Users >= .97*float64(o.Users)
	}
	a.out.BrokeAt = o.Start
	a.out.BreakingMetric = "outages"
	if held {
		a.out.BreakingText = fmt.Sprintf("not identifiable: down at %s after %s", inUsers(float64(o.Users)), measure.Span(o.Start))
		return true, text + fmt.Sprintf(", a load at which %s was met otherwise: not a load limit that levels show.", a.c.everyTarget())
	}
	a.out.Outcome = Broke
	a.out.Breaking = measure.Within(float64(o.Users), a.lastHeld(float64(o.Users)), float64(o.Users), measure.Users, measure.Bounded, a.all("users when the outage began"))
	a.out.BreakingText = "broke at ≤ " + inUsers(float64(o.Users))
	a.out.BreakingTarget = "no outage"
	return true, text + fmt.Sprintf(" (%s), a load that it had not carried before.", o.Evidence)
}

// lastHeld is the highest load below so many users that held every target; 0
// for none.
func (a capacityAnswer) lastHeld(below float64) float64 {
	most := 0.0
	for _, p := range a.res.Points {
		if p.Missed {
			break
		}
		if p.Users < below {
			most = math.Max(most, p.Users)
		}
	}
	return most
}

func (a capacityAnswer) mostUsers() float64 {
	most := 0.0
	for _, p := range a.res.Points {
		most = math.Max(most, p.Users)
	}
	return math.Round(most)
}

// nearLimit is the figure of the highest load that missed a target in a run
// whose targets held, as far as the run can tell; "" where none did.
func (a capacityAnswer) nearLimit() string {
	for i := len(a.res.Points) - 1; i >= 0; i-- {
		if p := a.res.Points[i]; p.Broken {
			return fmt.Sprintf("%s at %s", a.said(p, p.By), inUsers(math.Round(p.Users)))
		}
	}
	return ""
}
