package report

import (
	"fmt"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

// maxActions is how many actions a list holds: more are not immediate.
const maxActions = 3

// fillActions fills the immediate actions: only what a figure of this run
// calls for, with that figure.
func fillActions(f *filler, s *form.Section) {
	actions := f.actions()
	if len(actions) > maxActions {
		actions = actions[:maxActions]
	}
	if len(actions) == 0 {
		switch {
		case !f.recorded():
			actions = []string{textNotMeasured + f.notes.add("requests", "Not measured: the files hold no completed request.")}
		case f.a.Verdict == analyze.Passed:
			actions = []string{"None: every target was met, and Locust's files show no fault"}
		default:
			actions = []string{measure.NotMeasured + f.notes.add("diagnosis", lackDiagnosis)}
		}
	}
	f.items(s, actions)
}

// actions derives actions from faults, the gravest first.
func (f *filler) actions() []string {
	var out []string
	if o := f.a.Stability.Outages; len(o) > 0 {
		out = append(out, "Find out why the system stopped answering "+outageText(longest(o)))
	}
	if p := f.a.Failures.PoolExhaustion; p.Occurred == analyze.Yes {
		text := "Resolve the exhaustion of the connection pool"
		if p.AtUsers.Measured() {
			text += " from " + measure.Format(p.AtUsers, measure.Style{Plain: true}) + " on"
		}
		if n, ok := f.class("pool"); ok {
			text += " (" + n + " errors)"
		}
		out = append(out, text+": a larger pool, or connections held for a shorter time")
	}
	if text, ok := f.slowest(); ok {
		out = append(out, text)
	}
	if text, ok := f.worstErrors(); ok {
		out = append(out, text)
	}
	if text, ok := f.refusedOnly(); ok {
		out = append(out, text)
	}
	if text, ok := f.lighter(); ok {
		out = append(out, text)
	}
	return out
}

// refusedOnly asks what a 429 is, where nothing but 429s missed the error
// target: to refuse may be what the system is meant to do.
func (f *filler) refusedOnly() (string, bool) {
	peak := f.peak()
	if peak == nil || f.a.Plan == nil || f.a.Plan.Count429 == plan.As429Separate {
		return "", false
	}
	other := peak.ErrorRateWithout429()
	_, high, ok := other.Limits()
	for _, r := range f.a.Targets {
		if r.Target.Metric != plan.Errors || r.Status != analyze.Fail || r.Target.Endpoint != "" || r.Scope != "peak" || !ok || !r.Target.Op.Holds(high, r.Target.Limit) {
			continue
		}
		plain := measure.Style{Plain: true, Apart: []float64{r.Target.Limit}}
		return fmt.Sprintf("Decide whether 429s count as errors: the error rate is %s with them and %s without, target %s (--count-429=separate leaves them out)",
			measure.Format(r.Actual, plain), measure.Format(other, plain), r.Target.Op.String()+" "+r.Target.LimitText()), true
	}
	return "", false
}

// lighter asks for the run that was planned, where this one had less load.
func (f *filler) lighter() (string, bool) {
	if f.a.Plan == nil {
		return "", false
	}
	planned := f.a.Plan.Setup.Users
	reached, ok := f.a.Run.UsersPeak.Float()
	if !ok || reached >= 0.9*planned {
		return "", false
	}
	return fmt.Sprintf("Then repeat the test with the planned %s: this run reached %s",
		count(int(planned), "user", "users"), measure.Format(f.a.Run.UsersPeak, measure.Style{Bare: true})), true
}

func longest(os []analyze.Outage) analyze.Outage {
	best := os[0]
	for _, o := range os[1:] {
		if o.End-o.Start > best.End-best.Start {
			best = o
		}
	}
	return best
}

// class returns the count of an error class, formatted.
func (f *filler) class(name string) (string, bool) {
	for _, c := range f.a.Failures.Classes {
		if n, ok := c.Count.Float(); c.Class == name && ok && n > 0 {
			return measure.Format(c.Count, measure.Style{}), true
		}
	}
	return "", false
}

// missed reports whether a target on one of the metrics was missed.
func (f *filler) missed(ms ...plan.Metric) bool {
	for _, t := range f.a.Targets {
		for _, m := range ms {
			if t.Status == analyze.Fail && t.Target.Metric == m {
				return true
			}
		}
	}
	return false
}

// slowest names the endpoint that most of the slowdown comes from, where a
// latency target was missed.
func (f *filler) slowest() (string, bool) {
	if !f.missed(plan.Percentile, plan.Mean, plan.Max) {
		return "", false
	}
	best, share := -1, 0.3 // below that no endpoint stands out
	for i, e := range f.a.Endpoints {
		if s, ok := e.ShareOfSlowdown.Float(); ok && s >= share {
			best, share = i, s
		}
	}
	if best < 0 {
		return "", false
	}
	e := f.a.Endpoints[best]
	text := fmt.Sprintf("Look into %s first: %s of the rise in mean latency is its own", form.Escape(endpointName(e.Method, e.Name)),
		measure.Format(e.ShareOfSlowdown, measure.Style{Plain: true}))
	if e.Peak.Mean.Measured() {
		text += ", " + measure.Format(e.Peak.Mean, measure.Style{Plain: true}) + " at the peak"
	}
	return text, true
}

// worstErrors names the most frequent kind of failure and where it happened,
// where the error target was missed. 429s and the pool are spoken of elsewhere.
func (f *filler) worstErrors() (string, bool) {
	if !f.missed(plan.Errors) {
		return "", false
	}
	for _, c := range f.a.Failures.Classes {
		n, ok := c.Count.Float()
		if !ok || n == 0 || c.Class == "rate_limited" || c.Class == "pool" {
			continue
		}
		text := fmt.Sprintf("Remove the cause of the %s of the kind “%s”", count(int(n), "failure", "failures"), c.Words())
		if len(c.Endpoints) > 0 {
			e := c.Endpoints[0].Endpoint
			text += ", most of them on " + form.Escape(endpointName(e.Method, e.Name))
		}
		if len(c.Examples) > 0 {
			text += "; one reads “" + form.Escape(clip(c.Examples[0], 120)) + "”"
		}
		return text, true
	}
	return "", false
}

// clip shortens a text to so many characters.
func clip(text string, n int) string {
	rs := []rune(text)
	if len(rs) <= n {
		return text
	}
	return string(rs[:n-1]) + "…"
}

// endpointName is an endpoint as Locust groups it.
func endpointName(method, name string) string {
	switch {
	case method == "" && name == "":
		return "(unnamed)"
	case method == "":
		return name
	}
	return method + " " + name
}

// fillImprovements says what a change of capacity is derived from.
func fillImprovements(f *filler, s *form.Section) {
	f.items(s, []string{measure.NotMeasured + f.notes.add("diagnosis", lackDiagnosis)})
}

// fillScaling says what a scaling strategy is derived from.
func fillScaling(f *filler, s *form.Section) {
	for _, l := range labels(s) {
		if says(l.label, "Load Balancing") {
			f.absent(l.slot, "diagnosis", lackDiagnosis)
			continue
		}
		if says(l.label, "Scaling") {
			f.absent(l.slot, "capacity", lackCapacity)
		}
	}
}
