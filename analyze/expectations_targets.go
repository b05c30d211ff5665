package analyze

import (
	"fmt"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/plan"
)

// judgeClaim judges targets in the scope of a sentence.
func (c *context) judgeClaim(ts []plan.Target, q claim, what string) (YesNo, string) {
	if q.scope.Users > 0 && q.scope.Phase == "" && len(ts) > 0 {
		return c.judgeAt(ts, q.scope.Users)
	}
	var rs []TargetResult
	for _, t := range ts {
		if q.scope.Phase != "" {
			t.Phase = q.scope.Phase
		}
		rs = append(rs, c.judgeTarget(t))
	}
	return answerOf(rs, what)
}

// judgeAt judges targets at a level of users: on the plateaus of that level,
// else by one below that missed them already, or one above that kept them.
func (c *context) judgeAt(ts []plan.Target, users float64) (YesNo, string) {
	most, known := c.usersPeak().Float()
	if !known || !c.knowsLoad() {
		return Unknown, "needs " + needHistory
	}
	type outcome struct {
		status Status
		why    string
	}
	var at, already, even *outcome
	for i := range c.phases {
		p := &c.phases[i]
		if p.Kind != Peak && p.Kind != Step {
			continue
		}
		level := float64(p.UsersTo)
		here := level >= users*.98 && level <= users*1.02
		got := outcome{status: Pass}
		judged := false
		for _, t := range ts {
			if t.Metric == plan.Outages || t.Endpoint != "" || !here && t.Metric == plan.RPS {
				continue
			}
			st, said := c.judge(t, c.figure(t, nil, p))
			if said = title(t) + ": " + said; !judged || st.worseThan(got.status) {
				got = outcome{st, said}
			}
			judged = true
		}
		switch {
		case !judged:
		case here:
			if got.why = fmt.Sprintf("at %d users %s", p.UsersTo, got.why); at == nil || got.status.worseThan(at.status) {
				at = &got
			}
		case level < users && got.status == Fail && already == nil:
			got.why = fmt.Sprintf("already at %d users %s", p.UsersTo, got.why)
			already = &got
		case level > users && got.status == Pass && even == nil:
			got.why = fmt.Sprintf("even at %d users %s", p.UsersTo, got.why)
			even = &got
		}
	}
	switch {
	case at != nil && at.status == Pass:
		return Yes, at.why
	case at != nil && at.status == Fail:
		return No, at.why
	case at != nil:
		return Unknown, at.why
	case already != nil:
		return No, already.why
	case even != nil:
		return Yes, even.why
	case most < users*.98:
		return Unknown, fmt.Sprintf("the run had at most %.0f users", most)
	}
	return Unknown, fmt.Sprintf("the run did not stay at %.0f users: needs a plateau at that level", users)
}

// ofMetric answers from the plan's targets of one kind.
func ofMetric(m plan.Metric, what string) func(*context, claim) (YesNo, string) {
	return func(c *context, q claim) (YesNo, string) {
		var mine []plan.Target
		for _, t := range c.plan.Targets {
			if t.Metric == m || m == plan.Percentile && (t.Metric == plan.Mean || t.Metric == plan.Max) {
				mine = append(mine, t)
			}
		}
		return c.judgeClaim(mine, q, what)
	}
}

// holdsTargets answers from all of the plan's targets.
func (c *context) holdsTargets(q claim) (YesNo, string) {
	ts := c.plan.Targets
	if q.scope.Users > 0 { // fewer users need not reach the throughput
		ts = slices.DeleteFunc(slices.Clone(ts), func(t plan.Target) bool { return t.Metric == plan.RPS })
	}
	return c.judgeClaim(ts, q, "")
}

func answerOf(rs []TargetResult, what string) (YesNo, string) {
	if len(rs) == 0 {
		return Unknown, strings.TrimSpace("the plan has no "+what) + " target to answer by"
	}
	worst := rs[0]
	for _, r := range rs {
		if r.Status.worseThan(worst.Status) {
			worst = r
		}
	}
	why := title(worst.Target) + ": " + worst.Why
	switch worst.Status {
	case Fail:
		return No, why
	case Pass:
		return Yes, why
	}
	return Unknown, why
}
