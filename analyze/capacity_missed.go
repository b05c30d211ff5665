package analyze

import (
	"fmt"
	"slices"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// missed are the targets that the run missed at its peak, or over all of it.
func (a capacityAnswer) missed() []TargetResult {
	var out []TargetResult
	for _, r := range a.c.targets {
		if r.Status == Fail && (r.Scope == "peak" || r.Scope == "run") {
			out = append(out, r)
		}
	}
	return out
}

// narrowly is, of a run whose levels show no break (capacity.Held), the target
// that load breaks and that was missed at its highest load: by too little, or in
// too short a time, for one of the two to be surer than the other.
func (a capacityAnswer) narrowly() (plan.Target, bool) {
	top := a.res.Points[len(a.res.Points)-1]
	if !top.Broken {
		return plan.Target{}, false
	}
	for _, r := range a.missed() {
		if i := slices.Index(a.targets, r.Target); i >= 0 && !a.run.Targets[i].Soft && a.run.Targets[i].Missed(top.Values[i]) {
			return r.Target, true
		}
	}
	return plan.Target{}, false
}

// besides names what was missed although nothing broke: " (missed: throughput)";
// and says why a throughput that the users do not ask for is none.
func (a capacityAnswer) besides() (aside, note string) {
	var names []string
	for _, r := range a.missed() {
		name := title(r.Target)
		switch {
		case r.Target.Metric == plan.Outages:
			continue
		case r.Target.Metric == plan.Errors && a.limited():
			name += " with 429s"
		case r.Target.Endpoint != "":
			name += " of " + r.Target.Endpoint
		}
		if slices.Contains(names, name) {
			continue
		}
		names = append(names, name)
		z, known := a.out.ThinkTime.Float()
		if most := a.mostUsers(); r.Target.Metric == plan.RPS && known && z > 0 && most/z < r.Target.Limit {
			note += fmt.Sprintf(" The throughput target asks for more than the load did: %s who pause %s between requests make about %s at most.",
				inUsers(most), measure.Format(a.out.ThinkTime, measure.Style{Plain: true, Scale: "seconds"}), measure.Format(measure.Of(most/z, measure.PerSecond), measure.Style{Plain: true}))
		}
	}
	if len(names) == 0 {
		return "", ""
	}
	return " (missed: " + andList(names) + ")", note
}

// limited reports whether requests were answered 429 and are left out of what
// breaks.
func (a capacityAnswer) limited() bool {
	n, ok := a.c.whole.RateLimited.Float()
	return ok && n > 0 && a.c.plan.Count429 != plan.As429Error
}

// inUsers is a number of users as the document shows it.
func inUsers(n float64) string {
	return measure.Format(measure.Of(n, measure.Users), measure.Style{})
}

// everyTarget names what was met where not every target was.
func (a capacityAnswer) everyTarget() string {
	if len(a.missed()) > 0 {
		return a.hardInWords()
	}
	return a.c.everyTarget()
}

// stillRises is by how much the mean latency of a load that did not change rises
// from its first fifth to its last for the rise to be worth a word.
const stillRises = 1.75

// longHold is how long, in s, a load is held for its fifths to tell of a rise.
const longHold = 300

// stillRising warns that what held at the highest load need not go on to: " At
// that load the mean latency rose from 66 ms to 400 ms."
func (a capacityAnswer) stillRising() string {
	p := a.res.Points[len(a.res.Points)-1]
	fifth := (p.To - p.From) / 5
	if !p.Plateau || p.End-p.Start < longHold || fifth < 1 {
		return ""
	}
	first, last := a.c.window(p.From, p.From+fifth).Mean, a.c.window(p.To-fifth, p.To).Mean
	x, okX := first.Float()
	y, okY := last.Float()
	if !okX || !okY || y < stillRises*x {
		return ""
	}
	return fmt.Sprintf(" It need not last: at that load the mean latency rose from %s in the first fifth of the time to %s in the last.", measure.Format(first, measure.Style{Plain: true}), measure.Format(last, measure.Style{Plain: true}))
}

// usual reports whether the plan has no target that load breaks, so that the
// usual ones stand for it.
func (a capacityAnswer) usual() bool {
	for _, t := range a.targets {
		if slices.Contains(a.c.plan.Targets, t) {
			return false
		}
	}
	return true
}
