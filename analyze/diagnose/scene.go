package diagnose

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// A span is a stretch of the run, in s.
type span struct {
	from, to float64
	name     string
	known    bool
}

// A scene is what the rules look at: the analysis, the stretch in which users
// suffered and the stretch of light load that it is held against.
type scene struct {
	a *analyze.Analysis

	// stress is the highest load, or where a target was missed below it.
	stress span
	window analyze.Window // of stress
	// light is a stretch of low load with enough requests to have a mean.
	light span
	// lightMean and stressMean are mean latencies, s; NaN not known.
	lightMean, stressMean   float64
	lightUsers, stressUsers float64
	endpoints               []change

	// hurt says that users had something to complain of, and hurtWhy of what;
	// without it nothing is a bottleneck.
	hurt    bool
	hurtWhy string
	// onset is when it began, in s of the run; NaN not known.
	onset float64
	// drift is a rise of latency at constant load; drifts says that there is one.
	drift  drift
	drifts bool
}

// slowFactor and slowBy are how much the mean latency must rise from light
// load for a slowdown to be one where no target says so.
const (
	slowFactor = 3
	slowBy     = 0.1 // s
	// badErrors is the share of failed requests, refusals aside, from which
	// users are hurt where no target says so.
	badErrors = 0.01
)

func newScene(a *analyze.Analysis) *scene {
	s := &scene{a: a, onset: math.NaN(), lightMean: math.NaN(), stressMean: math.NaN(), lightUsers: math.NaN(), stressUsers: math.NaN()}
	s.stress, s.window = s.findStress()
	s.stressMean, _ = s.window.Mean.Float()
	if !s.window.Mean.Measured() {
		s.stressMean = math.NaN()
	}
	if s.stress.known {
		s.stressUsers = s.usersIn(s.stress)
	} else if u, ok := a.Run.UsersPeak.Float(); ok {
		s.stressUsers = u
	}
	s.findLight()
	s.drift, s.drifts = s.findDrift()
	s.judgeHarm()
	s.onset = s.findOnset()
	return s
}

// findStress picks the stretch to explain: the longest plateau at the highest
// load; where that held and another phase did not, the longest of those; on a
// ramp its last third; without phases the whole run.
func (s *scene) findStress() (span, analyze.Window) {
	best, rank := -1, 0
	for i := range s.a.Phases {
		p := &s.a.Phases[i]
		r := 0
		switch {
		case p.Kind == analyze.Peak && p.Status == analyze.Fail:
			r = 6
		case p.Kind == analyze.Step && p.Status == analyze.Fail:
			r = 5
		case p.Kind == analyze.Peak:
			r = 4
		case p.Kind == analyze.RampUp:
			r = 3
		case p.Kind == analyze.Step:
			r = 2
		case p.Kind == analyze.RampDown:
			r = 1
		}
		if r == 0 {
			continue
		}
		longer := best >= 0 && p.End-p.Start > s.a.Phases[best].End-s.a.Phases[best].Start
		if r == 5 && rank == 5 { // the highest of the steps that broke
			longer = p.UsersTo > s.a.Phases[best].UsersTo
		}
		if r > rank || r == rank && longer {
			best, rank = i, r
		}
	}
	if best < 0 {
		w := s.a.WholeRun
		d, ok := s.a.Run.Duration.Float()
		return span{from: 0, to: d, name: "over the whole run", known: ok}, w
	}
	p := &s.a.Phases[best]
	out := span{from: p.Start, to: p.End, name: "in the phase " + p.Name, known: true}
	switch p.Kind {
	case analyze.Peak, analyze.Step:
		out.name = fmt.Sprintf("at %d users", p.UsersTo)
	case analyze.RampUp: // its last third
		out.from = p.End - (p.End-p.Start)/3
	}
	return out, p.Window
}

// usersIn returns the mean number of users in a stretch.
func (s *scene) usersIn(sp span) float64 {
	n, sum := 0, 0.
	for i, t := range s.a.Timeline.Time {
		if t >= sp.from && t <= sp.to && i < len(s.a.Timeline.Users) && !math.IsNaN(s.a.Timeline.Users[i]) {
			n++
			sum += s.a.Timeline.Users[i]
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

// rpsIn returns the mean throughput of a stretch, per second; NaN not known.
func (s *scene) rpsIn(sp span) float64 {
	var v []float64
	for i, t := range s.a.Timeline.Time {
		if t >= sp.from && t <= sp.to && i < len(s.a.Timeline.RPS) && !math.IsNaN(s.a.Timeline.RPS[i]) {
			v = append(v, s.a.Timeline.RPS[i])
		}
	}
	return mean(v)
}

// usersAt returns the users at second t of the run; NaN not known.
func (s *scene) usersAt(t float64) float64 {
	u := math.NaN()
	for i, at := range s.a.Timeline.Time {
		if at > t {
			break
		}
		if i < len(s.a.Timeline.Users) {
			u = s.a.Timeline.Users[i]
		}
	}
	return u
}

// enough is how many requests a stretch must have for its mean to count.
const enough = 30

// findLight picks the stretch of light load: the lowest step, else the first
// third of the ramp, else what came after the load.
func (s *scene) findLight() {
	try := func(p *analyze.Phase, to int) bool {
		m, n := s.meanBetween(p.From, to)
		if n < enough || math.IsNaN(m) {
			return false
		}
		s.light = span{from: p.Start, to: s.timeOf(p, to), name: "at light load", known: true}
		s.lightMean, s.lightUsers = m, s.usersIn(s.light)
		s.endpoints = s.changes(p.From, to)
		return true
	}
	var lowest *analyze.Phase
	for i := range s.a.Phases {
		p := &s.a.Phases[i]
		if p.Kind == analyze.Step && p.End <= s.stress.from+1 && (lowest == nil || p.UsersTo < lowest.UsersTo) {
			lowest = p
		}
	}
	if lowest != nil && try(lowest, lowest.To) {
		return
	}
	for i := range s.a.Phases {
		p := &s.a.Phases[i]
		if p.Kind == analyze.RampUp && try(p, p.From+max(1, (p.To-p.From)/3)) {
			return
		}
	}
	for i := len(s.a.Phases) - 1; i >= 0; i-- {
		if p := &s.a.Phases[i]; p.Kind == analyze.Recovery && try(p, p.To) {
			return
		}
	}
}

// timeOf returns the second of the run at sample i of a phase.
func (s *scene) timeOf(p *analyze.Phase, i int) float64 {
	h := s.a.Recorded.History
	if i >= p.To || h == nil {
		return p.End
	}
	from := max(p.From, 0)
	return p.Start + float64(h.Time[i]-h.Time[from])
}

// judgeHarm decides whether users had something to complain of.
func (s *scene) judgeHarm() {
	say := func(why string) {
		if !s.hurt {
			s.hurt, s.hurtWhy = true, why
		}
	}
	for _, r := range s.a.Targets {
		if r.Status != analyze.Fail {
			continue
		}
		switch r.Target.Metric {
		case plan.Percentile, plan.Mean, plan.Max:
			say(r.Target.Name + " missed its target")
		case plan.Outages: // which a lost worker of Locust misses, too
			if len(s.a.Stability.Outages)+len(s.a.Stability.Restarts) > 0 {
				say(r.Target.Name + " missed its target")
			}
		case plan.Errors:
			if s.failsWithout429(r) {
				say(r.Target.Name + " missed its target")
			}
		}
	}
	if n := len(s.a.Stability.Outages); n > 0 {
		say("the system was down")
	}
	if len(s.a.Stability.Restarts) > 0 {
		say("a process restarted")
	}
	if e, ok := s.errorsIn(s.window).Float(); ok && e >= badErrors {
		say(text(measure.Of(e, measure.Ratio)) + " of the requests failed " + s.stress.name)
	}
	if s.slowed() {
		say(fmt.Sprintf("the mean latency rose from %s to %s", seconds(s.lightMean), seconds(s.stressMean)))
	}
	if s.drifts && (s.drift.gradual || s.drift.after >= slowFactor*s.drift.before) {
		say(s.drift.said())
	}
}

// slowed reports whether latency rose by much from light load.
func (s *scene) slowed() bool {
	return s.stressMean >= slowFactor*s.lightMean && s.stressMean-s.lightMean >= slowBy
}

// failsWithout429 reports whether an error target would be missed if refusals
// did not count.
func (s *scene) failsWithout429(r analyze.TargetResult) bool {
	w := s.a.WholeRun
	if r.Scope == "peak" {
		w = s.window
	}
	e, ok := s.errorsIn(w).Float()
	return ok && !r.Target.Op.Holds(e, r.Target.Limit)
}

// errorsIn returns the share of failed requests that were not refused with
// 429, where these are known.
func (s *scene) errorsIn(w analyze.Window) measure.Value {
	if v := w.ErrorRateWithout429(); v.Measured() {
		return v
	}
	return w.ErrorRateWith429()
}

// findOnset returns when users began to notice: the first second from which
// for five seconds latency was twice that at light load and missed what the
// targets ask of the mean or the percentiles, or a twentieth of the requests
// failed; the first outage if that was earlier. NaN where that cannot be told.
func (s *scene) findOnset() float64 {
	const hold = 5
	t := s.a.Timeline
	limit := s.latencyLimit()
	refused := s.refusedShare()
	run := 0
	out := math.NaN()
	for i := range t.Time {
		slow := i < len(t.Mean) && t.Mean[i] >= math.Max(slowFactor*orZero(s.lightMean), math.Max(limit/2, slowBy))
		bad := i < len(t.Errors) && t.Errors[i]-refused >= 0.05
		if slow || bad {
			run++
		} else {
			run = 0
		}
		if run == hold {
			out = t.Time[i-hold+1]
			break
		}
	}
	for _, o := range s.a.Stability.Outages {
		if !(out <= o.Start) {
			out = o.Start
		}
	}
	return out
}

// refusedShare returns the share of requests that got 429 over the run; 0
// where that is not known.
func (s *scene) refusedShare() float64 {
	n, ok := s.a.WholeRun.RateLimited.Float()
	all, ok2 := s.a.WholeRun.Requests.Float()
	if !ok || !ok2 || all == 0 {
		return 0
	}
	return n / all
}

// latencyLimit returns the lowest latency limit of the plan, s; 0 without one.
func (s *scene) latencyLimit() float64 {
	out := 0.
	for _, r := range s.a.Targets {
		if r.Target.Unit() == measure.Seconds && r.Target.Endpoint == "" && (out == 0 || r.Target.Limit < out) {
			out = r.Target.Limit
		}
	}
	return out
}

func orZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}
