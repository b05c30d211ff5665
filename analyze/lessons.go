package analyze

import (
	"fmt"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
)

// mostLessons is how many sentences Lessons has at most.
const mostLessons = 7

// lessons returns three to seven sentences of fact: what the load was, what
// broke first, what held, what it cost and what could not be seen.
func (c *context) lessons(a *Analysis) []string {
	var out []string
	add := func(s string) {
		if s != "" && len(out) < mostLessons {
			out = append(out, s)
		}
	}
	add(c.whatWasTested(a))
	add(c.whatBrokeFirst())
	add(whatHeld(a))
	add(c.whatSlowed(a))
	add(whatFailed(a))
	add(c.howItEnded())
	add(c.whatWasNotSeen(a))
	return out
}

func plainly(v measure.Value) string { return measure.Format(v, measure.Style{Plain: true}) }

func (c *context) whatWasTested(a *Analysis) string {
	n, ok := a.WholeRun.Requests.Float()
	if !ok {
		return "No file counts the requests of this run."
	}
	if n == 0 {
		return "The run recorded no request: nothing was tested."
	}
	if p := c.peak(); p != nil {
		return fmt.Sprintf("At %d users for %.0f s the system answered %s with a mean of %s and %s errors.",
			p.UsersTo, p.End-p.Start, plainly(p.RPS), plainly(p.Mean), plainly(p.ErrorRate))
	}
	s := fmt.Sprintf("Over the whole run the system answered %s requests with a mean of %s and %s errors", plainly(a.WholeRun.Requests), plainly(a.WholeRun.Mean), plainly(a.WholeRun.ErrorRate))
	if !c.knowsLoad() {
		return s + "; the course of the load is not recorded."
	}
	if most, ok := c.usersPeak().Float(); ok {
		return s + fmt.Sprintf("; it never stayed at its highest load of %.0f users.", most)
	}
	return s + "."
}

// whatBrokeFirst names the first phase that missed a target, or the first
// outage if that was earlier.
func (c *context) whatBrokeFirst() string {
	for i := range c.phases {
		p := &c.phases[i]
		if len(c.stability.Outages) > 0 {
			if o := c.stability.Outages[0]; o.Start < p.End && (p.Status != Fail || o.Start < p.Start) {
				return fmt.Sprintf("The first to break was the system itself: outage at %.0f s with %d users (%s).", o.Start, o.Users, strings.TrimSuffix(o.Evidence, "."))
			}
		}
		if p.Status != Fail {
			continue
		}
		users := fmt.Sprintf("%d users", p.UsersTo)
		if p.UsersFrom != p.UsersTo {
			users = fmt.Sprintf("%d to %d users", p.UsersFrom, p.UsersTo)
		}
		return fmt.Sprintf("The first target missed was in %s (%s): %s.", p.Name, users, p.Why)
	}
	return ""
}

func whatHeld(a *Analysis) string {
	var held []string
	for _, r := range a.Targets {
		if r.Status == Pass {
			held = append(held, r.Target.Name)
		}
	}
	switch {
	case len(a.Targets) == 0:
		return "The plan states no target, so nothing was judged."
	case len(held) == 0:
		return fmt.Sprintf("None of the %d targets is known to be met.", len(a.Targets))
	case len(held) == len(a.Targets):
		return fmt.Sprintf("All %d targets were met.", len(held))
	}
	were := "were"
	if len(held) == 1 {
		were = "was"
	}
	return fmt.Sprintf("%d of %d targets %s met: %s.", len(held), len(a.Targets), were, strings.Join(held, ", "))
}

// whatSlowed names the endpoint with the largest part in the slowdown.
func (c *context) whatSlowed(a *Analysis) string {
	best, most := -1, 0.
	for i, e := range a.Endpoints {
		if x, ok := e.ShareOfSlowdown.Float(); ok && x > most {
			best, most = i, x
		}
	}
	if best < 0 {
		return ""
	}
	from, to, _ := c.lowestLoad()
	before, p := c.tally(&c.history.Total, from, to), c.peak()
	e := a.Endpoints[best]
	return fmt.Sprintf("From the lowest load to the peak the mean latency rose from %s to %s; the largest part of it, %s, is %s.",
		plainly(before.Mean), plainly(p.Mean), plainly(measure.Of(most, measure.Ratio)), strings.TrimSpace(e.Method+" "+e.Name))
}

func whatFailed(a *Analysis) string {
	f, ok := a.WholeRun.Failures.Float()
	if !ok || f == 0 {
		return ""
	}
	if len(a.Failures.Classes) == 0 {
		return fmt.Sprintf("%s requests failed; no file says how.", plainly(a.WholeRun.Failures))
	}
	k := a.Failures.Classes[0]
	where := ""
	if len(k.Endpoints) > 0 {
		e := k.Endpoints[0].Endpoint
		where = ", most on " + strings.TrimSpace(e.Method+" "+e.Name)
	}
	return fmt.Sprintf("%s requests failed; the commonest kind is %s (%s%s).", plainly(a.WholeRun.Failures), k.Words(), plainly(k.Count), where)
}

func (c *context) howItEnded() string {
	switch answer, why := c.recovers(""); answer {
	case Yes:
		return "The system recovered: " + why + "."
	case No:
		return "The system did not recover: " + why + "."
	}
	return ""
}

func (c *context) whatWasNotSeen(a *Analysis) string {
	var blind []string
	if c.history == nil {
		blind = append(blind, "the course of the run (no history)")
	} else if c.recovery() == nil {
		blind = append(blind, "recovery (no load after the peak)")
	}
	for _, r := range a.Targets {
		if r.Status == NotMeasured {
			blind = append(blind, r.Target.Name)
		}
	}
	blind = append(blind, "resources of the system under test (no snapshots)")
	return "Could not be seen: " + strings.Join(blind, ", ") + "."
}
