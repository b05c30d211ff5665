package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// crossCheck adds what the analysis itself finds doubtful to the notes of the
// readers: what the phases rest on, a run that is not the planned one, a load
// generator that was not watched. Nothing is repaired silently.
func (c *context) crossCheck() {
	c.checkSources()
	c.checkPlan()
	c.checkRows()
	c.checkGenerator()
	c.checkSharedHost()
	c.checkCoverage()
	c.checkClosedLoop()
}

// checkSources says what the run's phases rest on. That the files agree is
// checked where they are read.
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
}

// checkPlan compares the run with what was planned.
func (c *context) checkPlan() {
	s := c.summary()
	planned, okP := s.UsersPlanned.Float()
	most, okM := s.UsersPeak.Float()
	if okP && okM && most < 0.98*planned {
		c.note(loadtest.Note{Code: "users_below_plan", Severity: loadtest.Warn,
			Message: fmt.Sprintf("The run reached %s of %s planned users.", grouped(most), grouped(planned))})
	} else if okP && okM && most > 1.02*planned {
		c.note(loadtest.Note{Code: "users_above_plan", Severity: loadtest.Info,
			Message: fmt.Sprintf("The run reached %s users; %s were planned.", grouped(most), grouped(planned))})
	}
	want := c.plan.Setup.Duration
	if want == 0 && c.run.Log != nil {
		want = c.run.Log.RunTime.Seconds()
	}
	if d, ok := s.Duration.Float(); ok && want > 0 && d < 0.9*want {
		c.note(loadtest.Note{Code: "shorter_than_plan", Severity: loadtest.Warn,
			Message: fmt.Sprintf("The run lasted %s of %s planned.", measure.Span(math.Round(d)), measure.Span(want))})
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

// grouped shows a count with separators: "6,282".
func grouped[N int | int64 | float64](n N) string {
	return measure.Stated(float64(n), measure.Count)
}

// checkRows says what the history's columns leave open.
func (c *context) checkRows() {
	h := c.history
	if h == nil {
		return
	}
	if c.meanStep > 0 {
		c.note(loadtest.Note{Code: "rounded_means", Severity: loadtest.Info, Source: h.File,
			Message: fmt.Sprintf("Mean latencies are rounded to %g ms in the history: a phase's mean has limits accordingly.", c.meanStep*1000)})
	}
	if !h.FullHistory && h.Scope != loadtest.Cumulative { // else it is said where the file is read
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

// checkGenerator says so when nothing is known of the load generator's own
// limits; what the log knows is said where it is read.
func (c *context) checkGenerator() {
	if c.run.Log == nil {
		c.note(loadtest.Note{Code: "generator_not_checked", Severity: loadtest.Info,
			Message: "Whether the load generator itself was the limit was not checked: that needs Locust's log or snapshots of its host."})
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
