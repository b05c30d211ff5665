package analyze

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// longEnough is the length, in s, from which a plateau is judged although there
// is a longer one at the same level.
const longEnough = 30

// verdict is the gate's answer to the targets. Borderline does not fail.
func verdict(rs []TargetResult) Verdict {
	v := Passed
	if len(rs) == 0 {
		v = Incomplete
	}
	for _, r := range rs {
		switch r.Status {
		case Fail:
			return Failed
		case NotMeasured:
			v = Incomplete
		}
	}
	return v
}

// judgeTargets applies every target of the plan.
func (c *context) judgeTargets() []TargetResult {
	var out []TargetResult
	for _, t := range c.plan.Targets {
		out = append(out, c.judgeTarget(t))
	}
	return out
}

// judgeTarget applies a target in its scope. Where several phases answer to the
// scope, such as two peaks, the target must hold in each: the worst decides.
func (c *context) judgeTarget(t plan.Target) TargetResult {
	r := TargetResult{Target: t, Metric: metricName(t), Scope: "peak"}
	if t.Phase != "" {
		r.Scope = t.Phase
	}
	unmeasured := func(why measure.Reason, text string) TargetResult {
		r.Actual, r.Status, r.Why = measure.None(t.Unit(), why, ""), NotMeasured, text
		return r
	}
	if t.Metric == plan.Outages {
		return c.judgeOutages(r)
	}
	ep, problem := c.findEndpoint(t.Endpoint)
	if problem != "" {
		r.WholeRun = measure.None(t.Unit(), measure.NoSource, "")
		return unmeasured(measure.NoSource, problem)
	}
	r.WholeRun = c.wholeFigure(t, ep)
	if n, ok := c.whole.Requests.Float(); !ok || n == 0 {
		if !ok {
			if c.run.History != nil {
				return unmeasured(measure.NoSource, "the history file has no rows, and no other file counts requests")
			}
			return unmeasured(measure.NoSource, "no file counts requests; needs "+c.whole.Requests.Need())
		}
		return unmeasured(measure.NoSamples, "the run recorded no request at all")
	}
	if strings.EqualFold(t.Phase, "run") {
		r.Scope = "run"
		r.Actual = r.WholeRun
		r.Status, r.Why = c.judge(t, r.Actual)
		return r
	}
	if t.Phase == "" && (c.run.History == nil || c.history != nil && !c.knowsLoad()) {
		r.Scope = "run"
		r.Actual = r.WholeRun
		r.Status, r.Why = c.judge(t, r.Actual)
		r.Why += " (whole run: no history tells the peak apart)"
		return r
	}
	phases, problem := c.scope(t.Phase)
	if problem != "" {
		return unmeasured(measure.NotIdentifiable, problem)
	}
	for i, p := range phases {
		v := c.figure(t, ep, p)
		st, why := c.judge(t, v)
		if ep == nil {
			why += c.apartFrom429(t, st, p.Window)
		}
		if len(phases) > 1 {
			why += fmt.Sprintf(" (worst of %d phases: %s)", len(phases), p.Name)
		}
		if i == 0 || worse(t, st, v, r.Status, r.Actual) {
			r.Status, r.Why, r.Actual = st, why, v
		}
	}
	return r
}

// worse reports whether one outcome of a target is worse than another.
func worse(t plan.Target, a Status, av measure.Value, b Status, bv measure.Value) bool {
	if a != b {
		return a.worseThan(b)
	}
	x, okX := av.Float()
	y, okY := bv.Float()
	if !okX || !okY {
		return false
	}
	if t.Op == plan.Greater || t.Op == plan.GreaterEqual {
		return x < y
	}
	return x > y
}

// judge compares a figure with a target's limit.
//
// A figure whose limits both hold passes, one whose limits both miss fails.
// Where the target lies between them the figure is borderline, unless it is
// known through its limits alone, or they are so wide that there is no figure
// to speak of: then it was not measured.
func (c *context) judge(t plan.Target, v measure.Value) (Status, string) {
	if !v.Measured() {
		return NotMeasured, need(v)
	}
	low, high, _ := v.Limits()
	holdsLow, holdsHigh := t.Op.Holds(low, t.Limit), t.Op.Holds(high, t.Limit)
	said := fmt.Sprintf("%s, target %s", shown(v, t.Limit), t.Asks())
	switch {
	case holdsLow && holdsHigh:
		return Pass, said
	case !holdsLow && !holdsHigh:
		return Fail, said
	case v.Method() == measure.Bounded || math.IsInf(high, 1) || t.Unit() == measure.Seconds && high > 2*low:
		return NotMeasured, fmt.Sprintf("the files only bound it: %s to %s, which the target %s lies between",
			shown(measure.Of(low, v.Unit()), t.Limit), shown(measure.Of(high, v.Unit()), t.Limit), t.Asks())
	}
	return Borderline, said + ", which lies within the figure's limits"
}

// shown formats a figure so that it does not round onto the limit.
func shown(v measure.Value, limit float64) string {
	if n, ok := v.Float(); ok && math.IsInf(n, 1) {
		return "no limit"
	}
	return measure.Format(v, measure.Style{Apart: []float64{limit}})
}

// need says why a figure is missing, in words.
func need(v measure.Value) string {
	text := map[measure.Reason]string{
		measure.NoSource: "no file gives it", measure.NoSamples: "no request completed there",
		measure.NotDerivable: "the files cannot give it", measure.NotIdentifiable: "this run cannot tell",
		measure.NotApplicable: "it has no meaning here",
	}[v.Why()]
	if v.Need() != "" {
		text += "; needs " + v.Need()
	}
	return text
}

// metricName is the metric's name in results.json.
func metricName(t plan.Target) string {
	switch t.Metric {
	case plan.Percentile:
		return "latency_p" + strconv.FormatFloat(math.Round(t.P*1e8)/1e6, 'f', -1, 64)
	case plan.Mean:
		return "latency_mean"
	case plan.Max:
		return "latency_max"
	case plan.Errors:
		return "error_rate"
	case plan.RPS:
		return "rps"
	}
	return "outages"
}

// figure returns what a target judges in a phase, of an endpoint or of all.
func (c *context) figure(t plan.Target, ep *loadtest.Endpoint, p *Phase) measure.Value {
	if ep == nil {
		return c.metric(t, &p.Window, func(q float64) measure.Value { return c.lat.total(p.From, p.To, q) })
	}
	s := c.seriesOf(ep)
	if s == nil {
		return measure.None(t.Unit(), measure.NotDerivable, "a run with --csv-full-history, which records each endpoint over time")
	}
	w := c.endpointWindow(s, p.From, p.To)
	return c.metric(t, &w, func(q float64) measure.Value { return c.lat.endpoint(s.Endpoint, p.From, p.To, q) })
}

// wholeFigure is figure over the whole run.
func (c *context) wholeFigure(t plan.Target, ep *loadtest.Endpoint) measure.Value {
	if ep == nil {
		return c.metric(t, &c.whole, func(q float64) measure.Value { return c.wholeQuantile(nil, q) })
	}
	w := c.wholeOf(ep)
	return c.metric(t, &w, func(q float64) measure.Value { return c.wholeQuantile(ep, q) })
}

func (c *context) metric(t plan.Target, w *Window, quantile func(float64) measure.Value) measure.Value {
	switch t.Metric {
	case plan.Mean:
		return w.Mean
	case plan.Max:
		return w.Max
	case plan.Errors:
		return w.ErrorRate
	case plan.RPS:
		return w.RPS
	}
	if n, ok := w.Requests.Float(); ok && n == 0 {
		return measure.None(measure.Seconds, measure.NoSamples, "")
	}
	switch t.P {
	case .5:
		return w.P50
	case .95:
		return w.P95
	case .99:
		return w.P99
	}
	return quantile(t.P)
}

// judgeOutages applies a target on outages and crashes. They are looked for in
// the whole run, since a crash in the ramp is a crash; a phase narrows that.
func (c *context) judgeOutages(r TargetResult) TargetResult {
	t := r.Target
	st := c.stability
	src := measure.Source{Formula: "outages, restarts and lost workers"}
	if c.history != nil {
		src.File = c.history.File
	}
	r.WholeRun = measure.None(measure.Count, measure.NoSource, needHistory)
	total := st.incidents()
	if st.Status != NotMeasured {
		if st.Status == Fail {
			total = max(total, 1)
		}
		r.WholeRun = measure.Of(float64(total), measure.Count, src)
	}
	if n, ok := c.whole.Requests.Float(); !ok || n == 0 {
		r.WholeRun = measure.None(measure.Count, measure.NoSamples, "a run with requests")
	}
	r.Actual = r.WholeRun
	if t.Phase == "" || strings.EqualFold(t.Phase, "run") {
		r.Scope = "run"
		r.Status, r.Why = c.judge(t, r.Actual)
		if st.Why != "" {
			r.Why = st.Why
		}
		return r
	}
	phases, problem := c.scope(t.Phase)
	if problem != "" || !r.WholeRun.Measured() {
		if problem == "" {
			problem = need(r.WholeRun)
		}
		r.Actual, r.Status, r.Why = measure.None(measure.Count, measure.NotIdentifiable, ""), NotMeasured, problem
		return r
	}
	n := 0
	for _, o := range st.Outages {
		for _, p := range phases {
			if o.Start < p.End && o.End > p.Start {
				n++
				break
			}
		}
	}
	r.Actual = measure.Of(float64(n), measure.Count, src)
	r.Status, r.Why = c.judge(t, r.Actual)
	return r
}

// judgePhases gives every phase its status: the latency and error targets, and
// at the peak the throughput targets, that are not an endpoint's.
func (c *context) judgePhases() {
	for i := range c.phases {
		p := &c.phases[i]
		p.Status, p.Why = c.judgePhase(p)
	}
}

func (c *context) judgePhase(p *Phase) (Status, string) {
	if p.Kind == Peak {
		return c.judgeWithout(p, plan.Outages)
	}
	return c.judgeWithout(p, plan.RPS)
}

// judgeWithout judges a phase by every target but outages and those of one
// metric.
func (c *context) judgeWithout(p *Phase, but plan.Metric) (Status, string) {
	if p.Kind == Idle {
		return NotMeasured, "no users"
	}
	if n, ok := p.Requests.Float(); !ok || n == 0 {
		return NotMeasured, "no request completed in it"
	}
	status, why, judged := Pass, "", 0
	furthest, chosen := 0., ""
	var figures, missed []string
	for _, t := range c.plan.Targets {
		if t.Endpoint != "" || t.Metric == plan.Outages || t.Metric == but || !c.covers(t, p) {
			continue
		}
		judged++
		v := c.figure(t, nil, p)
		st, said := c.judge(t, v)
		if st == NotMeasured && v.Measured() {
			st = Borderline // known within limits that do not decide
		}
		figures = append(figures, title(t)+" "+measure.Format(v, measure.Style{Plain: true, Apart: []float64{t.Limit}}))
		by := 0. // of targets that are missed, the one that is missed by most says why
		if st == Fail {
			if by = missedBy(t, v); t.Metric == plan.RPS {
				by = 1 // what users feel says more
			}
			missed = append(missed, title(t))
		}
		if judged == 1 || st.worseThan(status) || st == status && by > furthest {
			status, why, furthest, chosen = st, title(t)+": "+said+c.apartFrom429(t, st, p.Window), by, title(t)
		}
	}
	if others := slices.DeleteFunc(missed, func(name string) bool { return name == chosen }); status == Fail && len(others) > 0 {
		why += "; missed too: " + andList(others)
	}
	if judged == 0 {
		return NotMeasured, "no latency or error target"
	}
	if status == Pass {
		why = strings.Join(figures, ", ")
	}
	return status, why
}

// missedBy is by how many times a figure misses its target.
func missedBy(t plan.Target, v measure.Value) float64 {
	x, _ := v.Float()
	if t.Op == plan.Greater || t.Op == plan.GreaterEqual {
		return t.Limit / math.Max(x, 1e-9)
	}
	return x / math.Max(t.Limit, 1e-9)
}

// apartFrom429 says what of an error rate that misses its target is no refusal.
func (c *context) apartFrom429(t plan.Target, st Status, w Window) string {
	if said := Without429(c.plan, w); t.Metric == plan.Errors && st != Pass && said != "" {
		return " (" + said + ")"
	}
	return ""
}

// covers reports whether a target speaks of a phase: of the peak, and so of the
// run's other phases too, or of this very phase.
func (c *context) covers(t plan.Target, p *Phase) bool {
	if t.Phase == "" || strings.EqualFold(t.Phase, "run") {
		return true
	}
	ps, _ := c.scope(t.Phase)
	for _, q := range ps {
		if q == p {
			return true
		}
	}
	return false
}

// title is the target's metric as people write it.
func title(t plan.Target) string {
	switch t.Metric {
	case plan.Percentile:
		return strings.ToUpper(strings.TrimPrefix(metricName(t), "latency_"))
	case plan.Mean:
		return "mean latency"
	case plan.Max:
		return "highest latency"
	case plan.Errors:
		return "error rate"
	case plan.RPS:
		return "throughput"
	}
	return "outages"
}
