package explain

import (
	"fmt"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// A figure is what was asked for, found.
type figure struct {
	title   string
	value   measure.Value
	whole   *measure.Value // the whole run's beside it; nil where it is that
	targets []analyze.TargetResult
	// uncomputed says that the value was not worked out, which is no fault of
	// the run.
	uncomputed bool
}

// limits are the targets' limits, which rounding must not reach.
func (f figure) limits() []float64 {
	var out []float64
	for _, r := range f.targets {
		out = append(out, r.Target.Limit)
	}
	return out
}

// find looks a figure up: among the targets, which may judge the worst of
// several phases or a percentile that nothing else asks for, else in the
// windows.
func find(a *analyze.Analysis, name string, t plan.Target) (figure, error) {
	isMetric := name == t.MetricName()
	if isMetric && t.Metric == plan.Outages && t.Phase == plan.PeakPhase {
		t.Phase = plan.WholeRun // a crash in the ramp is a crash
	}
	ep, err := endpointOf(a, t)
	if err != nil {
		return figure{}, err
	}
	var f figure
	if isMetric {
		for _, r := range a.Targets {
			if judged := r.Target; judged.SameFigure(t) || judged.Metric == plan.Outages && t.Metric == plan.Outages && r.Scope == t.Phase {
				f.targets = append(f.targets, r)
			}
		}
	}
	place, w, err := windowIn(a, t, ep)
	if err != nil {
		if len(f.targets) == 0 {
			return figure{}, err
		}
		place = "the " + f.targets[0].Scope + ", which the run does not have" // and the verdict says why
	}
	f.title = title(name, t, ep, place)
	whole := a.WholeRun
	if ep != nil {
		whole = ep.Whole
	}
	wholeValue, _ := in(whole, name, t)
	value, computed := in(w, name, t)
	if len(f.targets) > 0 {
		value, wholeValue, computed = f.targets[0].Actual, f.targets[0].WholeRun, true
	}
	for _, r := range a.Figures {
		if !computed && isMetric && r.Target.SameFigure(t) {
			value, wholeValue, computed = r.Actual, r.WholeRun, true
		}
	}
	if !computed {
		value, f.uncomputed = uncomputed(a, t), true
	}
	f.value = value
	if t.Phase != plan.WholeRun && wholeValue.Measured() && place != wholeRun {
		f.whole = &wholeValue
	}
	return f, nil
}

// in returns a window's figure; false for one that windows do not hold.
func in(w analyze.Window, name string, t plan.Target) (measure.Value, bool) {
	switch name {
	case "requests":
		return w.Requests, true
	case "failures":
		return w.Failures, true
	}
	switch t.Metric {
	case plan.Mean:
		return w.Mean, true
	case plan.Max:
		return w.Max, true
	case plan.Errors:
		return w.ErrorRate, true
	case plan.RPS:
		return w.RPS, true
	case plan.Percentile:
		switch t.P {
		case 0.5:
			return w.P50, true
		case 0.95:
			return w.P95, true
		case 0.99:
			return w.P99, true
		}
	}
	return measure.Value{}, false
}

// uncomputed is a figure that is worked out only where a target asks for it.
func uncomputed(a *analyze.Analysis, t plan.Target) measure.Value {
	if t.Metric == plan.Outages {
		return measure.None(measure.Count, measure.NotIdentifiable, "a target on it: --target 'outages <= 0'; of the run it is known that "+a.Stability.Why)
	}
	t.Op, t.Limit = plan.Less, 1
	return measure.None(t.Unit(), measure.NotDerivable, fmt.Sprintf("a target on it, since only p50, p95, p99 and what targets name are worked out: --target %q", t.String()))
}

// wholeRun names the place of figures over everything.
const wholeRun = "the whole run"

// windowIn returns the window that a figure's phase names, and what it is.
func windowIn(a *analyze.Analysis, t plan.Target, ep *analyze.Endpoint) (place string, w analyze.Window, err error) {
	whole := a.WholeRun
	if ep != nil {
		whole = ep.Whole
	}
	if t.Phase == plan.WholeRun {
		return wholeRun, whole, nil
	}
	at := -1
	for i, p := range a.Phases {
		switch {
		case t.Phase == plan.PeakPhase:
			if p.Kind == analyze.Peak && (at < 0 || p.End-p.Start > a.Phases[at].End-a.Phases[at].Start) {
				at = i
			}
		case at < 0 && named(p, t.Phase):
			at = i
		}
	}
	if at < 0 {
		if t.Phase == plan.PeakPhase && len(a.Phases) == 0 {
			return wholeRun + ", in place of the peak: no file tells phases apart", whole, nil
		}
		return "", analyze.Window{}, noPhase(a, t.Phase)
	}
	p := a.Phases[at]
	place = fmt.Sprintf("the phase %s, %s to %s of the run, %s", p.Name, measure.Span(p.Start), measure.Span(p.End), usersOf(p))
	switch {
	case ep == nil:
		return place, p.Window, nil
	case at < len(ep.Phases):
		return place, ep.Phases[at], nil
	case p.Kind == analyze.Peak:
		return place, ep.Peak, nil
	}
	return place, analyze.Window{}, nil
}

func named(p analyze.Phase, name string) bool {
	return plan.SamePhase(p.Name, name) || p.Planned != nil && plan.SamePhase(p.Planned.Name, name) || plan.SamePhase(p.Kind.String(), name)
}

func usersOf(p analyze.Phase) string {
	if p.UsersFrom == p.UsersTo {
		return fmt.Sprintf("%d users", p.UsersTo)
	}
	return fmt.Sprintf("%d to %d users", p.UsersFrom, p.UsersTo)
}

func noPhase(a *analyze.Analysis, name string) error {
	names := []string{}
	for _, p := range a.Phases {
		names = append(names, p.Name)
	}
	shown := name
	if name == plan.PeakPhase {
		shown = "peak"
	}
	return unknown("phase", shown, append(names, plan.WholeRun))
}

// endpointOf returns the endpoint that a figure names: its method and name, or
// the name alone where one method has it; nil for all endpoints.
func endpointOf(a *analyze.Analysis, t plan.Target) (*analyze.Endpoint, error) {
	if t.Endpoint == "" {
		return nil, nil
	}
	want := strings.TrimSpace(t.Endpoint)
	var byName []*analyze.Endpoint
	var names []string
	for i := range a.Endpoints {
		e := &a.Endpoints[i]
		full := endpointName(e)
		if full == want {
			return e, nil
		}
		if e.Name == want {
			byName = append(byName, e)
		}
		names = append(names, full)
	}
	if len(byName) == 1 {
		return byName[0], nil
	}
	return nil, unknown("endpoint", want, names)
}

func endpointName(e *analyze.Endpoint) string { return strings.TrimSpace(e.Method + " " + e.Name) }

// unknown says that the run has no such thing, and which it has: at most
// twenty, and which one was probably meant.
func unknown(kind, name string, have []string) error {
	msg := fmt.Sprintf("the run has no %s %q", kind, name)
	if s := plan.Nearest(name, have); s != "" {
		msg += fmt.Sprintf("; did you mean %q?", s)
	}
	if len(have) == 0 {
		return fmt.Errorf("%s: no file names any", msg)
	}
	more := ""
	if n := len(have) - 20; n > 0 {
		have, more = have[:20], fmt.Sprintf("\n  and %d more", n)
	}
	list := make([]string, len(have))
	for i, h := range have {
		list[i] = fmt.Sprintf("\n  %q", h)
	}
	return fmt.Errorf("%s\n%s of this run:%s%s", msg, strings.ToUpper(kind[:1])+kind[1:]+"s", strings.Join(list, ""), more)
}

// title is the figure in words: "p95 latency of GET /feed, over the phase Peak,
// 60 s to 540 s of the run, 1000 users".
func title(name string, t plan.Target, ep *analyze.Endpoint, place string) string {
	s := name
	switch {
	case name != t.MetricName():
	case t.Metric == plan.Percentile || t.Metric == plan.Mean || t.Metric == plan.Max:
		s += " latency"
	case t.Metric == plan.Errors:
		s = "error rate"
	case t.Metric == plan.RPS:
		s = "throughput"
	}
	if ep != nil {
		s += " of " + endpointName(ep)
	}
	return s + ", over " + place
}
