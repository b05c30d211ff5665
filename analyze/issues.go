package analyze

import (
	"fmt"
	"math"
	"path"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// issues lists what has to be dealt with, the gravest first. P0: a crash or an
// outage, a target missed by two times or more, no recovery. P1: a target
// missed, an exhausted pool. P2: borderline figures and gaps in the data.
func (c *context) issues(a *Analysis) []Issue {
	var p0, p1, p2 []Issue
	st := a.Stability
	for _, o := range st.Outages {
		p0 = append(p0, Issue{"P0", fmt.Sprintf("Outage of %.0f s at %d users", o.End-o.Start, o.Users),
			fmt.Sprintf("from %s of the run on: %s", measure.Span(math.Round(o.Start)), o.Evidence)})
	}
	for _, r := range st.Restarts {
		p0 = append(p0, Issue{"P0", "A process restarted during the run", r})
	}
	if st.LostWorkers > 0 {
		p1 = append(p1, Issue{"P1", fmt.Sprintf("%d load generator workers were lost", st.LostWorkers), "Locust's log; what they counted last and their load are missing"})
	}
	for _, r := range a.Targets {
		what := upper(title(r.Target)) + " " + scopeName(r)
		switch {
		case r.Status == Fail && r.Target.Metric == plan.Outages && len(p0) > 0: // each outage is one already
		case r.Status == Fail && r.Target.Metric == plan.RPS && lighter(a):
			p1 = append(p1, Issue{"P1", what + " misses its target",
				fmt.Sprintf("%s; at %s of %s planned users", r.Why, plainly(a.Run.UsersPeak), plainly(a.Run.UsersPlanned))})
		case r.Status == Fail && (missedTwice(r) || r.Target.Metric == plan.Outages):
			p0 = append(p0, Issue{"P0", what + " misses its target" + factor(r), r.Why})
		case r.Status == Fail:
			p1 = append(p1, Issue{"P1", what + " misses its target", r.Why})
		case r.Status == Borderline:
			p2 = append(p2, Issue{"P2", what + " is borderline", r.Why})
		case r.Status == NotMeasured:
			p2 = append(p2, Issue{"P2", what + " could not be judged", r.Why})
		}
	}
	if answer, why := c.recovers(""); answer == No {
		p0 = append(p0, Issue{"P0", "The system did not recover after the load", why})
	}
	if pool := a.Failures.PoolExhaustion; pool.Occurred == Yes {
		title := "A connection pool ran out"
		if u, ok := pool.AtUsers.Float(); ok {
			title += fmt.Sprintf(" at %.0f users", u)
		}
		p1 = append(p1, Issue{"P1", title, pool.Evidence})
	}
	for _, n := range a.Quality {
		if n.Severity >= loadtest.Warn && n.Code != "closed_loop" {
			p2 = append(p2, Issue{"P2", "Data quality: " + n.Message, sourceName(n)})
		}
	}
	return append(append(p0, p1...), p2...)
}

// sourceName is the file, and line, that a note is about; a document needs no
// folders.
func sourceName(n loadtest.Note) string {
	if n.Source == "" {
		return ""
	}
	return path.Base(n.Source)
}

// lighter reports whether the run had clearly fewer users than planned: what
// it lacks in throughput then is no fault of the system.
func lighter(a *Analysis) bool {
	planned, ok := a.Run.UsersPlanned.Float()
	most, ok2 := a.Run.UsersPeak.Float()
	return ok && ok2 && most < 0.9*planned
}

// missedTwice reports whether a figure misses its target by two times or more,
// whatever its limits leave open.
func missedTwice(r TargetResult) bool { return missedBy(r) >= 2 }

// missedBy returns by how many times a target is missed at least; infinite when
// nothing of what was asked for was there.
func missedBy(r TargetResult) float64 {
	low, high, ok := r.Actual.Limits()
	switch {
	case !ok:
		return 0
	case r.Target.Op == plan.Less || r.Target.Op == plan.LessEqual:
		if r.Target.Limit <= 0 {
			return math.Inf(1)
		}
		return low / r.Target.Limit
	case high <= 0:
		return math.Inf(1)
	}
	return r.Target.Limit / high
}

func factor(r TargetResult) string {
	if x := missedBy(r); x >= 2 && !math.IsInf(x, 0) {
		return fmt.Sprintf(" %s times over", measure.Format(measure.Of(math.Floor(x*10+1e-6)/10, measure.Count), measure.Style{}))
	}
	return ""
}

// scopeName is a target's scope in a sentence.
func scopeName(r TargetResult) string {
	name := "in the phase " + r.Scope
	switch r.Scope {
	case "run":
		name = "over the whole run"
	case "peak":
		name = "at the peak"
	}
	if r.Target.Endpoint != "" {
		name += " of " + r.Target.Endpoint
	}
	return name
}

func upper(s string) string {
	if s == "" {
		return s
	}
	if s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}
