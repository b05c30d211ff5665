package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// crossCheck adds what the analysis itself finds doubtful to the notes of the
// readers: sources that disagree, a run that is not the planned one, a load
// generator that may have been the limit. Nothing is repaired silently.
func (c *context) crossCheck() {
	c.checkSources()
	c.checkPlan()
	c.checkRows()
	c.checkGenerator()
	c.checkClosedLoop()
}

// checkSources compares the whole run's counts of every file.
func (c *context) checkSources() {
	if c.history == nil {
		if c.run.History != nil {
			c.note(loadtest.Note{Code: "empty_history", Severity: loadtest.Warn, Source: c.run.History.File,
				Message: "The history file has no rows: phases, and with them the peak, are not known."})
		} else {
			c.note(loadtest.Note{Code: "no_history", Severity: loadtest.Warn,
				Message: "There is no history file: only whole-run figures exist, and they are judged in place of the peak's."})
		}
	}
	all := wholeSources(c.run, nil)
	for _, s := range all[min(1, len(all)):] {
		if s.requests != all[0].requests {
			sev := loadtest.Info
			if d := math.Abs(float64(s.requests - all[0].requests)); d > 0.02*float64(all[0].requests)+5 {
				sev = loadtest.Warn
			}
			c.note(loadtest.Note{Code: "sources_disagree", Severity: sev, Source: s.file,
				Message: fmt.Sprintf("%s counts %d requests and %d failures, %s %d and %d; whole-run figures are from %s.",
					s.kind, s.requests, s.failures, all[0].kind, all[0].requests, all[0].failures, all[0].kind)})
		}
	}
	if c.history == nil || len(all) == 0 {
		return
	}
	h := c.history
	if n := len(segments(h)); n > 1 {
		c.note(loadtest.Note{Code: "counters_reset", Severity: loadtest.Warn, Source: h.File,
			Message: fmt.Sprintf("The counters were reset %d times: whole-run figures are sums over the history; what was counted in the seconds before each reset is lost, and the other files only cover the time since the last.", n-1)})
		return
	}
	last := h.Total.Requests[len(h.Time)-1]
	if lost := all[0].requests - last; lost > 0 {
		sev := loadtest.Info
		if float64(lost) > 0.02*float64(all[0].requests) {
			sev = loadtest.Warn
		}
		c.note(loadtest.Note{Code: "lost_tail", Severity: sev, Source: h.File,
			Message: fmt.Sprintf("The history ends %d requests (%s) before %s: they are in the whole run's figures and in no phase.",
				lost, share(float64(lost), float64(all[0].requests)), all[0].kind)})
	} else if lost < 0 {
		c.note(loadtest.Note{Code: "totals_behind_history", Severity: loadtest.Warn, Source: all[0].file,
			Message: fmt.Sprintf("%s counts %d requests fewer than the history: it is older, or of another run.", all[0].kind, -lost)})
	}
}

// checkPlan compares the run with what was planned.
func (c *context) checkPlan() {
	s := c.summary()
	planned, okP := s.UsersPlanned.Float()
	most, okM := s.UsersPeak.Float()
	if okP && okM && most < 0.98*planned {
		c.note(loadtest.Note{Code: "users_below_plan", Severity: loadtest.Warn,
			Message: fmt.Sprintf("The run reached %.0f of %.0f planned users.", most, planned)})
	} else if okP && okM && most > 1.02*planned {
		c.note(loadtest.Note{Code: "users_above_plan", Severity: loadtest.Info,
			Message: fmt.Sprintf("The run reached %.0f users; %.0f were planned.", most, planned)})
	}
	want := c.plan.Setup.Duration
	if want == 0 && c.run.Log != nil {
		want = c.run.Log.RunTime.Seconds()
	}
	if d, ok := s.Duration.Float(); ok && want > 0 && d < 0.9*want {
		c.note(loadtest.Note{Code: "shorter_than_plan", Severity: loadtest.Warn,
			Message: fmt.Sprintf("The run lasted %s of %s planned.", inSeconds(d), inSeconds(want))})
	}
	if !c.knowsLoad() {
		return
	}
	if c.peak() == nil {
		_, why := c.peakScope()
		c.note(loadtest.Note{Code: "no_peak", Severity: loadtest.Warn, Source: c.history.File,
			Message: "There is no peak phase: " + why + "."})
	} else if p := c.peak(); p.End-p.Start < longEnough {
		c.note(loadtest.Note{Code: "short_peak", Severity: loadtest.Info, Source: c.history.File,
			Message: fmt.Sprintf("The peak phase lasted %.0f s; its figures rest on little. 30 s or more are better.", p.End-p.Start)})
	}
	for _, p := range c.absent {
		c.note(loadtest.Note{Code: "phase_absent", Severity: loadtest.Info, Source: p.Pos.String(),
			Message: fmt.Sprintf("The run has no phase that answers to the planned %q.", p.Name)})
	}
}

func inSeconds(s float64) string {
	return measure.Format(measure.Of(math.Round(s), measure.Seconds), measure.Style{Scale: "s"})
}

// checkRows looks at the rhythm of the history's rows and the order of its
// counters.
func (c *context) checkRows() {
	h := c.history
	if h == nil {
		return
	}
	gaps, longest, at := 0, int64(0), 0
	for i := 1; i < len(h.Time); i++ {
		if d := h.Time[i] - h.Time[i-1]; d >= 3 {
			gaps++
			if d > longest {
				longest, at = d, i
			}
		}
	}
	if gaps > 0 {
		c.note(loadtest.Note{Code: "row_gaps", Severity: loadtest.Warn, Source: fmt.Sprintf("%s:%d", h.File, line(h, at)),
			Message: fmt.Sprintf("%d gaps of 3 s or more between rows, the longest %d s at %.0f s: the load generator was starved or suspended there.", gaps, longest, c.at(at-1))})
	}
	if c.meanStep > 0 {
		c.note(loadtest.Note{Code: "rounded_means", Severity: loadtest.Info, Source: h.File,
			Message: fmt.Sprintf("Mean latencies are rounded to %g ms in the history: a phase's mean has limits accordingly.", c.meanStep*1000)})
	}
	if !h.FullHistory {
		c.note(loadtest.Note{Code: "no_full_history", Severity: loadtest.Info, Source: h.File,
			Message: "The history has no rows of endpoints, and its percentiles cover everything since the start: percentiles of phases are known within limits only, and endpoints for the whole run only. Run Locust with --csv-full-history."})
	}
	for _, s := range h.Endpoints {
		if at := fallingSum(s, segments(h), c.meanStep); at > 0 {
			c.note(loadtest.Note{Code: "requests_without_latency", Severity: loadtest.Warn, Source: fmt.Sprintf("%s:%d", h.File, line(h, at)),
				Message: fmt.Sprintf("%s recorded requests without a response time; its means are doubtful.", s.Endpoint.Name)})
		}
	}
}

// fallingSum returns the first row at which an endpoint's summed latency falls
// although its count grows, which only requests without a latency explain; 0
// when there is none.
func fallingSum(s loadtest.Series, segs []loadtest.Segment, step float64) int {
	for _, g := range segs {
		for i := g.From + 1; i <= g.To; i++ {
			a, b := float64(s.Requests[i-1])*s.Mean[i-1], float64(s.Requests[i])*s.Mean[i]
			slack := float64(s.Requests[i]+s.Requests[i-1])*step + 1e-9*(1+a)
			if s.Requests[i] > s.Requests[i-1] && s.Requests[i-1] > 0 && b < a-slack {
				return i
			}
		}
	}
	return 0
}

// checkGenerator says what is known of the load generator's own limits.
func (c *context) checkGenerator() {
	l := c.run.Log
	switch {
	case l == nil:
		c.note(loadtest.Note{Code: "generator_not_checked", Severity: loadtest.Info,
			Message: "Whether the load generator itself was the limit was not checked: that needs Locust's log or snapshots of its host."})
	case l.CPUWarning:
		c.note(loadtest.Note{Code: "generator_cpu", Severity: loadtest.Warn, Source: l.File,
			Message: "Locust warned that its CPU usage was above 90 %: latencies include its own delays, and throughput may be its limit instead of the system's."})
	}
	if l != nil && l.LostWorkers > 0 {
		c.note(loadtest.Note{Code: "lost_workers", Severity: loadtest.Warn, Source: l.File,
			Message: fmt.Sprintf("%d workers were lost during the run.", l.LostWorkers)})
	}
}

// checkClosedLoop reminds that throughput and latency are one matter when a
// throughput target is missed.
func (c *context) checkClosedLoop() {
	for _, r := range c.targets {
		if r.Target.Metric == plan.RPS && r.Status == Fail {
			c.note(loadtest.Note{Code: "closed_loop", Severity: loadtest.Info,
				Message: "Locust's users wait for their answers: throughput is limited by users and latency as well as by the system. A missed throughput target alone does not show that the system cannot do more."})
			return
		}
	}
}
