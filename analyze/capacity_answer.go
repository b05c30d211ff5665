package analyze

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/capacity"
	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// The texts where there is no figure, and the run that would tell.
const (
	notIdentifiable = "not identifiable from this run"
	needLevels      = "a run that climbs in steps of a minute or more, with at least one step beyond the first broken target"
	needTail        = "a run that keeps some load, a third of the peak or less, for two minutes after it"
)

// capacity says how much the system takes.
func (c *context) capacity(baseline *context) Capacity {
	out := Capacity{BrokeAt: math.NaN()}
	none := func(u measure.Unit, need string) measure.Value {
		return measure.None(u, measure.NotIdentifiable, need)
	}
	out.MaxUsers, out.Breaking, out.Knee = none(measure.Users, needLevels), none(measure.Users, needLevels), none(measure.Users, needLevels)
	out.MaxRPS, out.ThinkTime, out.Recovery = none(measure.PerSecond, needLevels), none(measure.Seconds, needLevels), none(measure.Seconds, needTail)
	out.MaxUsersText, out.MaxRPSText, out.BreakingText, out.RecoveryText = notIdentifiable, notIdentifiable, notIdentifiable, notIdentifiable
	run, targets, ok := c.capacityRun()
	if !ok {
		out.Shape = capacity.UnknownShape.String()
		out.Why = "Without the number of users over time nothing can be said of load: needs " + needHistory + "."
		for _, note := range []*string{&out.MaxUsersNote, &out.MaxRPSNote, &out.BreakingNote, &out.RecoveryNote} {
			*note = out.Why
		}
		return out
	}
	res := capacity.Analyze(run)
	a := capacityAnswer{c, run, targets, res, &out}
	out.Shape, out.Why = res.Shape.String(), shapeWhy[res.Shape]
	a.levels()
	a.throughput()
	a.breaking()
	a.maxUsers()
	a.recovery(baseline)
	a.generator()
	a.usl()
	return out
}

// fellBehind says why the one load held is no measure of the system.
const fellBehind = "On the way to that load the system had done more than it did there: overload costs it throughput, and where that begins one load cannot tell."

// shapeWhy says what a shape of load can tell.
var shapeWhy = [...]string{
	capacity.UnknownShape: "The load was never held and never rose slowly enough to tell one load from another.",
	capacity.SingleLevel:  "The run held one load: it tells whether that load is carried, not at which load targets break.",
	capacity.FastRamp:     "The users rose too fast to tell one load from another, and then one load was held: it tells whether that load is carried; at which load targets break follows from a model only.",
	capacity.Plateaus:     "The run held two or three loads: a target breaks between two of them, or beyond the last.",
	capacity.Staircase:    "The run climbed in steps: each tells what its load does, and the breaking point lies between the last step that held and the first that broke.",
	capacity.SlowRamp:     "The users rose slowly enough for each part of the climb to stand for its load.",
}

// A capacityAnswer words the results of package capacity.
type capacityAnswer struct {
	c       *context
	run     *capacity.Run
	targets []plan.Target
	res     capacity.Result
	out     *Capacity
}

// src cites the history's counters over rows.
func (a capacityAnswer) src(from, to int, formula string) measure.Source {
	return a.c.src(from, to, colRequests+", "+colFailures+", "+colMean+", User Count", formula)
}

// all cites every point.
func (a capacityAnswer) all(formula string) measure.Source {
	from, to := a.c.history0.From, a.c.history0.To // where no load was held at all
	if ps := a.res.Points; len(ps) > 0 {
		from, to = ps[0].From, ps[0].To
	}
	for _, p := range a.res.Points {
		from, to = min(from, p.From), max(to, p.To)
	}
	return a.src(from, to, formula)
}

func (a capacityAnswer) levels() {
	for _, p := range a.res.Points {
		l := Level{Window: a.c.window(p.From, p.To), Users: p.Users, Broken: p.Broken}
		l.Goodput = measure.Of(p.Goodput, measure.PerSecond, a.src(p.From, p.To, "(Δrequests − Δfailures)/Δt"))
		if p.By >= 0 {
			l.By = a.said(p, p.By)
		}
		a.out.Levels = append(a.out.Levels, l)
	}
	if z := a.res.Think; z.Known() {
		a.out.ThinkTime = measure.Within(z.Value, z.Low, z.High, measure.Seconds, measure.Estimated, a.all("N/X − R, weighted over the levels"))
	}
}

// said is a figure and its target: "P95 1,280 ms ≥ 1,000 ms".
func (a capacityAnswer) said(p capacity.Point, t int) string {
	out := title(a.targets[t]) + " " + shown(a.judged(p, t), a.targets[t].Limit)
	if a.targets[t].Metric == plan.Errors && a.limited() {
		out += " without 429s"
	}
	return out
}

// refusalsLeftOut reports whether there were 429s that are no errors here but
// are in the plan's error rate.
func (a capacityAnswer) refusalsLeftOut() bool {
	return a.limited() && a.c.plan.Count429 == plan.As429Unstated
}

// ofPeak is the share of the peak phase that a point at least is of to stand for
// it: the point leaves out the time in which the system settled.
const ofPeak = .8

// judged is a point's figure, or that of the peak phase where the point is that
// phase and both lie on one side of the limit: a reader wants one figure of one
// thing.
func (a capacityAnswer) judged(p capacity.Point, t int) measure.Value {
	own := measure.Of(p.Values[t], a.targets[t].Unit())
	peak := a.c.peak()
	if peak == nil || p.From < peak.From || p.To > peak.To || float64(p.To-p.From) < ofPeak*float64(peak.To-peak.From) {
		return own
	}
	limit := a.targets[t].Limit
	if a.targets[t].Metric == plan.Errors && a.refusalsLeftOut() {
		return own // the peak's has 429s in it
	}
	for _, r := range a.c.targets {
		if v, ok := r.Actual.Float(); ok && r.Target == a.targets[t] && r.Scope == "peak" && (v > limit) == (p.Values[t] > limit) {
			return measure.Of(v, a.targets[t].Unit())
		}
	}
	return own
}

// asks is a target in words: "P95 < 1,000 ms".
func asks(t plan.Target) string { return title(t) + " " + t.Asks() }

// surpass is by how much the best half minute may lie above the capacity's upper
// limit: it is the best of many, and so by chance above the mean.
const surpass = 1.05

func (a capacityAnswer) throughput() {
	a.mostRPS()
	if a.out.MaxRPS.Measured() {
		a.out.MaxRPSNote += a.failedAnswers()
	}
}

// mostRPS is the throughput of successes that was held, and whether it is the
// most that there is.
func (a capacityAnswer) mostRPS() {
	s := a.res.Sustained
	if math.IsNaN(s.Goodput) || s.Goodput <= 0 {
		a.out.MaxRPSNote = "No request succeeded."
		return
	}
	src := a.src(s.From, s.To, fmt.Sprintf("highest (Δrequests − Δfailures)/Δt over %.0f s", s.Seconds))
	plain := measure.Style{Plain: true}
	held := measure.Of(s.Goodput, measure.PerSecond, src)
	a.out.highest = held
	span := fmt.Sprintf("over %.0f s at %s", s.Seconds, inUsers(math.Round(s.Users)))
	if s.Held && a.hasErrorTarget() {
		span += " with the error target held"
	}
	aside := ""
	if !s.Held {
		aside = " The error target was missed while it lasted; no stretch of that length kept it."
	}
	x := a.res.Capacity
	// What the system has done for half a minute it can do: less than that at the
	// same load is a change in time and no capacity.
	surpassed := x.Known() && s.Goodput > surpass*x.High
	if x.Known() && !surpassed {
		a.out.MaxRPS = measure.Within(x.Value, x.Low, x.High, measure.PerSecond, measure.Estimated, a.all(a.capacitySum()), src)
		a.out.MaxRPSText = measure.Format(a.out.MaxRPS, measure.Style{})
		a.out.MaxRPSNote = fmt.Sprintf("More users did not raise the successes beyond this. The highest seen %s is %s.%s", span, measure.Format(held, plain), aside)
		if k := a.res.Knee; k.Known() {
			a.out.Knee = measure.Within(k.Value, k.Low, k.High, measure.Users, measure.Estimated, a.all(a.kneeSum()))
			a.out.MaxRPSNote += fmt.Sprintf(" It is reached at about %s.", measure.Format(a.out.Knee, measure.Style{}))
		}
		return
	}
	a.out.MaxRPS = measure.Within(s.Goodput, s.Goodput, math.Inf(1), measure.PerSecond, measure.Bounded, src)
	a.out.MaxRPSText = "≥ " + measure.Format(held, plain)
	if surpassed {
		a.out.MaxRPSNote = fmt.Sprintf("The highest seen %s. Elsewhere in the run the loads held gave about %s, which more users did not raise: the highest was not kept up.%s", span, measure.Format(measure.Of(x.Value, measure.PerSecond, src), plain), aside)
		return
	}
	if a.res.Fell {
		a.out.MaxRPSNote = fmt.Sprintf("The highest seen %s. %s Needs %s.%s", span, fellBehind, needLevels, aside)
		return
	}
	a.out.MaxRPSNote = fmt.Sprintf("The highest seen %s. The run does not show that more users would not have raised it: needs %s.%s", span, needLevels, aside)
}

// someFail is the share of failed requests from which the throughput of all
// requests is told apart from that of successes.
const someFail = .02

func (a capacityAnswer) hasErrorTarget() bool {
	return slices.ContainsFunc(a.targets, func(t plan.Target) bool { return t.Metric == plan.Errors })
}

// failedAnswers says how many of the peak's answers were failures, which the
// throughput of the peak counts and the capacity does not.
func (a capacityAnswer) failedAnswers() string {
	p := a.c.peak()
	if p == nil {
		return ""
	}
	e := p.ErrorRateWith429()
	if x, ok := e.Float(); !ok || x < someFail {
		return ""
	}
	plain := measure.Style{Plain: true}
	return fmt.Sprintf(" It counts successes; of the %s at the peak %s failed.", measure.Format(p.RPS, plain), measure.Format(e, plain))
}

// hardInWords lists what can break: "P95 < 1,000 ms and error rate < 5%".
func (a capacityAnswer) hardInWords() string {
	var names []string
	for i, t := range a.targets {
		if !a.run.Targets[i].Soft {
			names = append(names, asks(t))
		}
	}
	return andList(names)
}

func andList(names []string) string {
	text := ""
	for i, n := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			text += " and "
		default:
			text += ", "
		}
		text += n
	}
	return text
}

func (a capacityAnswer) maxUsers() {
	o := a.out
	most := a.mostUsers()
	held := a.lastHeld(math.Inf(1))
	figures := func(users float64) string {
		for _, p := range a.res.Points {
			if p.Users == users {
				text := ""
				for t := range a.targets {
					if !math.IsNaN(p.Values[t]) {
						if text != "" {
							text += ", "
						}
						text += a.said(p, t)
					}
				}
				return text
			}
		}
		return ""
	}
	switch {
	case o.Outcome == DidNotBreak && held >= most-.5:
		o.MaxUsers = measure.Within(most, most, math.Inf(1), measure.Users, measure.Bounded, a.all("the highest load held, with every target met"))
		o.MaxUsersText = "≥ " + inUsers(most)
		o.MaxUsersNote = fmt.Sprintf("The highest load of this run, with %s met (%s).", a.everyTarget(), figures(a.res.Points[len(a.res.Points)-1].Users))
	case held > 0 && o.Outcome != NotIdentifiable:
		high := held
		if v, _, ok := o.Breaking.Limits(); ok && v > held {
			high = v
		}
		o.MaxUsers = measure.Within(math.Round(held), math.Round(held), math.Max(math.Round(held), high), measure.Users, measure.Estimated, a.all("the highest load held with every target met"))
		o.MaxUsersText = inUsers(math.Round(held))
		o.MaxUsersNote = fmt.Sprintf("The highest load of this run that held %s (%s); the next was too much.", a.c.everyTarget(), figures(held))
	case held > 0 && len(a.c.stability.Outages) > 0:
		o.MaxUsersNote = fmt.Sprintf("%s was met at %s while the system was up, and it went down at that load.", capitalised(a.c.everyTarget()), inUsers(math.Round(held)))
	case held > 0 && len(a.c.stability.Interruptions) > 0:
		o.MaxUsersNote = fmt.Sprintf("%s was met at %s before and after the interruption.", capitalised(a.c.everyTarget()), inUsers(math.Round(held)))
	case held > 0:
		o.MaxUsers = measure.Within(math.Round(held), math.Round(held), math.Max(most, held), measure.Users, measure.Bounded, a.all("the highest load held with every target met"))
		o.MaxUsersText = "≥ " + inUsers(math.Round(held))
		o.MaxUsersNote = fmt.Sprintf("The highest load of this run that held %s (%s); the next was at a limit.", a.c.everyTarget(), figures(held))
	case a.res.Breaking.Carried > 0:
		o.MaxUsersNote = fmt.Sprintf("%s were carried with %s met for %s, and not to the end of it.", inUsers(most), asks(a.targets[a.res.Breaking.Target]), measure.Span(math.Round(a.res.Breaking.Carried)))
	default:
		o.MaxUsersNote = fmt.Sprintf("No load was held with %s met. Needs %s.", a.c.everyTarget(), needLevels)
	}
}

// everyTarget names the targets that capacity is judged by: all of them, or
// all but throughput. That one asks for load, and a load below it is no break.
func (c *context) everyTarget() string {
	for _, t := range c.plan.Targets {
		if t.Metric == plan.RPS {
			return "every latency and error target"
		}
	}
	return "every target"
}

func capitalised(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// usl describes the levels by the Universal Scalability Law where there are
// enough of them. It predicts nothing: a closed system is linear and then flat,
// which the law is not.
func (a capacityAnswer) usl() {
	var n, x []float64
	for _, p := range a.res.Points {
		if p.Goodput > 0 && p.Users > 0 {
			n, x = append(n, p.Users), append(x, p.Goodput)
		}
	}
	if len(n) < 6 {
		return
	}
	gamma, alpha, beta, r2 := stats.FitUSL(n, x)
	if !math.IsNaN(r2) {
		a.out.USL = &USL{Gamma: gamma, Alpha: alpha, Beta: beta, R2: r2}
	}
}
