package analyze

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// questions are the expectations that can be answered, the more particular
// first. One is meant when every group has a word in the sentence.
var questions = []struct {
	words  [][]string
	answer func(c *context, text string) (YesNo, string)
}{
	{[][]string{{"rate limit", "rate-limit", "429", "throttl"}}, (*context).limiterProtects},
	{[][]string{{"recover", "back to normal", "returns to"}}, (*context).recovers},
	{[][]string{{"graceful", "degrad"}}, (*context).degradesGracefully},
	{[][]string{{"crash", "outage", "restart", "downtime", "stays up", "stable", "stability", "available"}}, (*context).staysUp},
	{[][]string{{"pool", "connection"}, {"exhaust", "run out", "runs out"}}, (*context).poolHolds},
	{[][]string{{"timeout", "time out"}}, (*context).noTimeouts},
	{[][]string{{"user", "concurrent"}, {"handle", "support", "serve", "sustain", "cope", "withstand", "hold", "carry"}}, (*context).handlesUsers},
	{[][]string{{"error", "failure"}}, func(c *context, _ string) (YesNo, string) { return c.meets(plan.Errors, "error") }},
	{[][]string{{"latency", "response time", "fast", "p50", "p95", "p99"}}, func(c *context, _ string) (YesNo, string) { return c.meets(plan.Percentile, "latency") }},
	{[][]string{{"throughput", "rps", "requests per second", "requests/s", "req/s"}}, func(c *context, _ string) (YesNo, string) { return c.meets(plan.RPS, "throughput") }},
	{[][]string{{"target", "slo", "goal"}}, func(c *context, _ string) (YesNo, string) { return c.meetsAll() }},
}

// expectations answers the plan's expectations from what has been found.
func (c *context) expectations() []Answer {
	var out []Answer
	for _, e := range c.plan.Expectations {
		a := Answer{Text: e.Text, Evidence: "no rule knows this expectation: it is for a person to answer"}
		if t, ok := plan.ParseExpectation(e.Text); ok {
			a.Answer, a.Evidence = answerOf([]TargetResult{c.judgeTarget(t)}, "")
			out = append(out, a)
			continue
		}
		text := strings.ToLower(e.Text)
		for _, q := range questions {
			if speaksOf(text, q.words) {
				a.Answer, a.Evidence = q.answer(c, e.Text)
				break
			}
		}
		out = append(out, a)
	}
	return out
}

func speaksOf(text string, groups [][]string) bool {
	for _, g := range groups {
		found := false
		for _, w := range g {
			found = found || strings.Contains(text, w)
		}
		if !found {
			return false
		}
	}
	return true
}

// handlesUsers: a plateau of at least that many users was held with every
// latency and error target met and without an outage.
func (c *context) handlesUsers(text string) (YesNo, string) {
	want, ok := usersIn(text)
	if !ok {
		if v, stated := c.summary().UsersPlanned.Float(); stated {
			want = v
		} else {
			return Unknown, "needs a number of users to hold the run against"
		}
	}
	most, known := c.usersPeak().Float()
	if !known {
		return Unknown, "the number of users is not recorded: needs " + needHistory
	}
	if n, ok := c.whole.Requests.Float(); !ok || n == 0 {
		return Unknown, "the run recorded no request"
	}
	// A level below that broke answers the question too.
	for i := range c.phases {
		p := &c.phases[i]
		plateau := p.Kind == Peak || p.Kind == Step
		status, why := p.Status, p.Why
		if float64(p.UsersTo) < want*.99 { // fewer users need not reach the throughput
			status, why = c.judgeWithout(p, plan.RPS)
		}
		if plateau && float64(p.UsersTo) <= want*1.01 && status == Fail {
			already := ""
			if float64(p.UsersTo) < want*.99 {
				already = " already"
			}
			return No, fmt.Sprintf("a target is missed at %d users%s: %s", p.UsersTo, already, why)
		}
	}
	for i := range c.phases {
		p := &c.phases[i]
		if p.Kind != Peak && p.Kind != Step || float64(p.UsersTo) < want*.99 {
			continue
		}
		for _, o := range c.stability.Outages {
			if o.Start < p.End && o.End > p.Start {
				return No, fmt.Sprintf("outage of %.0f s at %d users: %s", o.End-o.Start, o.Users, o.Evidence)
			}
		}
		switch p.Status {
		case Pass:
			return Yes, fmt.Sprintf("%s at %d users, every target met", c.held(p), p.UsersTo)
		case Borderline:
			return Unknown, fmt.Sprintf("borderline at %d users (%s)", p.UsersTo, p.Why)
		case NotMeasured:
			return Unknown, fmt.Sprintf("%s at %d users, but not every target could be judged (%s)", c.held(p), p.UsersTo, p.Why)
		}
	}
	if most < want*.99 {
		return Unknown, fmt.Sprintf("the run had at most %.0f users", most)
	}
	return Unknown, fmt.Sprintf("the run reached %.0f users and did not stay there", most)
}

// held says what a plateau did: "172 RPS for 100 s".
func (c *context) held(p *Phase) string {
	return fmt.Sprintf("%s for %.0f s", measure.Format(p.RPS, measure.Style{Plain: true}), p.End-p.Start)
}

func (c *context) staysUp(text string) (YesNo, string) {
	if strings.Contains(strings.ToLower(text), "restart") && c.stability.Status == Pass && c.stability.RestartsIn == "" {
		return Unknown, c.stability.Why // outages alone say nothing of restarts
	}
	switch c.stability.Status {
	case Pass:
		return Yes, c.stability.Why
	case Fail:
		return No, c.stability.Why
	}
	if c.stability.Why != "" {
		return Unknown, c.stability.Why
	}
	return Unknown, "needs " + needHistory
}

func (c *context) limiterProtects(string) (YesNo, string) {
	if c.rateLimit.SystemProtected != Unknown || c.rateLimit.ProtectedWhy != "" {
		return c.rateLimit.SystemProtected, c.rateLimit.ProtectedWhy
	}
	return Unknown, "needs " + needFailures
}

// degradesGracefully: under the highest load the system did not go out, and
// what failed was refused or few.
func (c *context) degradesGracefully(string) (YesNo, string) {
	if n := len(c.stability.Outages); n > 0 {
		o := c.stability.Outages[0]
		return No, fmt.Sprintf("outage of %.0f s at %d users: %s", o.End-o.Start, o.Users, o.Evidence)
	}
	if c.stability.Status == NotMeasured {
		return Unknown, "whether the system went out is not known: needs " + needHistory
	}
	if c.stability.Status == Fail {
		return No, c.stability.Why
	}
	w, where := &c.whole, "over the whole run"
	if p := c.peak(); p != nil {
		w, where = &p.Window, fmt.Sprintf("at %d users", p.UsersTo)
	}
	n, okN := w.Requests.Float()
	f, okF := w.Failures.Float()
	if !okN || !okF || n == 0 {
		return Unknown, "no request to judge by"
	}
	limit := max(gracefulErrors, c.errorLimit())
	shares := fmt.Sprintf("no outage; %s of the requests failed %s", share(f, n), where)
	low, high, known := w.RateLimited.Limits()
	switch {
	case f/n <= limit && !c.slowed():
		return Unknown, shares + " and no latency target was missed: nothing had to give way; needs a load that the system cannot carry"
	case f/n <= limit:
		return Yes, shares + "; what gave way was latency: " + c.slowedBy()
	case known && (f-low)/n <= limit:
		if f <= low {
			return Yes, shares + ", all of them refused with 429"
		}
		return Yes, shares + ", all but " + share(f-low, n) + " refused with 429"
	case !known || (f-high)/n <= limit:
		return Unknown, shares + "; whether these were refusals (429) is not known: needs " + needFailures
	}
	if high == 0 {
		return No, shares + ", none of them refused with 429"
	}
	return No, shares + ", " + share(f-high, n) + " or more for other reasons than a refusal (429)"
}

// slowed reports whether a latency target was missed.
func (c *context) slowed() bool {
	for _, r := range c.targets {
		if r.Status == Fail && r.Target.Unit() == measure.Seconds {
			return true
		}
	}
	return false
}

// slowedBy is the first latency target that was missed, with its figure.
func (c *context) slowedBy() string {
	for _, r := range c.targets {
		if r.Status == Fail && r.Target.Unit() == measure.Seconds {
			return title(r.Target) + " " + r.Why
		}
	}
	return ""
}

func share(part, of float64) string {
	return measure.Format(measure.Of(part/of, measure.Ratio), measure.Style{})
}

// recovers: after the load went down, the latency and error targets held again.
// Where the sentence says within which time, the recovery took no longer.
func (c *context) recovers(text string) (YesNo, string) {
	note := strings.TrimSuffix(c.limits.RecoveryNote, ".")
	if strings.HasPrefix(note, "From ") {
		note = "from" + note[len("From"):]
	}
	switch c.limits.RecoveryOutcome {
	case Recovered:
		again := "targets held again"
		if c.limits.RecoveryByResources {
			again = "back to normal"
		}
		low, high, known := c.limits.Recovery.Limits()
		if want, stated := timeIn(text); stated && known && low > want {
			return No, again + " only after " + c.limits.RecoveryText + ": " + note
		} else if stated && !(known && high <= want) {
			return Unknown, "too close to tell: " + again + " after " + c.limits.RecoveryText
		}
		return Yes, again + " after " + c.limits.RecoveryText + ": " + note
	case NotRecovered:
		if c.limits.RecoveryByResources {
			return No, "not back to normal: " + note
		}
		return No, "targets did not hold again: " + note
	}
	if !c.knowsLoad() {
		return Unknown, "needs " + needHistory
	}
	p := c.recovery()
	if p == nil && c.limits.RecoveryOutcome == NothingToRecover {
		return Unknown, "nothing to recover from: " + strings.Replace(note, "Every target", "every target", 1)
	}
	if p == nil {
		return Unknown, "the run kept no users after its peak, so that recovery cannot be seen: needs a tail at low load"
	}
	from := p.From
	// What was asked under load completes after it: half the tail, at most ten
	// seconds, is left for that.
	for from < p.To && c.at(from)-p.Start < min(10, (p.End-p.Start)/2) {
		from++
	}
	w := c.window(from, p.To)
	// A limiter at work is no damage: 429s are left aside where they are known.
	n, _ := w.Requests.Float()
	f, _ := w.Failures.Float()
	if w.RateLimited.Measured() && len(w.ErrorRate.Sources()) > 0 {
		w.ErrorRate = errorRate(n, f, w.RateLimited, plan.As429Separate, w.ErrorRate.Sources()[0])
	}
	tail := &Phase{Kind: Recovery, Window: w, Name: p.Name}
	status, why := c.judgePhase(tail)
	span := fmt.Sprintf("in the %.0f s at %d users after the load went down", p.End-p.Start, p.UsersTo)
	switch status {
	case Pass:
		return Yes, fmt.Sprintf("targets met %s: %s", span, brief(w))
	case Fail:
		return No, fmt.Sprintf("still missed %s: %s", span, why)
	}
	return Unknown, fmt.Sprintf("%s: %s", span, why)
}

// timeIn returns the time in s that a sentence names: "within 30 seconds".
func timeIn(text string) (float64, bool) {
	m := timeWord.FindString(text)
	if m == "" {
		return 0, false
	}
	return plan.ParseDuration(m)
}

var timeWord = regexp.MustCompile(`(?i)\b\d+(?:\.\d+)?\s*(?:ms|s|sec|secs|seconds?|min|mins|minutes?)\b`)

// recovery returns the last phase at low load after the peak, or nil.
func (c *context) recovery() *Phase {
	var out *Phase
	for i := range c.phases {
		if c.phases[i].Kind == Recovery {
			out = &c.phases[i]
		}
	}
	return out
}

// brief is a window in a clause: "P95 12 ms, errors 0%".
func brief(w Window) string {
	figure, name := w.P95, "P95"
	if !figure.Measured() {
		figure, name = w.Mean, "mean"
	}
	return fmt.Sprintf("%s %s, errors %s", name, measure.Format(figure, measure.Style{Plain: true}), measure.Format(w.ErrorRate, measure.Style{Plain: true}))
}

func (c *context) poolHolds(text string) (YesNo, string) {
	p := c.failures.PoolExhaustion
	evidence := p.Evidence
	if evidence == "" {
		evidence = "needs " + needFailures
	}
	switch p.Occurred {
	case Yes:
		return No, evidence
	case No:
		return Yes, evidence
	}
	return Unknown, evidence
}

func (c *context) noTimeouts(string) (YesNo, string) {
	n, ok := c.failures.Timeouts.Count.Float()
	switch {
	case !ok:
		return Unknown, need(c.failures.Timeouts.Count)
	case n > 0:
		return No, fmt.Sprintf("%.0f requests timed out", n)
	}
	return Yes, "no request timed out"
}

// meets answers from the plan's targets of one kind.
func (c *context) meets(m plan.Metric, what string) (YesNo, string) {
	var mine []TargetResult
	for _, r := range c.targets {
		if r.Target.Metric == m || m == plan.Percentile && (r.Target.Metric == plan.Mean || r.Target.Metric == plan.Max) {
			mine = append(mine, r)
		}
	}
	return answerOf(mine, what)
}

func (c *context) meetsAll() (YesNo, string) { return answerOf(c.targets, "") }

func answerOf(rs []TargetResult, what string) (YesNo, string) {
	if len(rs) == 0 {
		return Unknown, strings.TrimSpace("the plan has no "+what) + " target to answer by"
	}
	rank := map[Status]int{Fail: 3, NotMeasured: 2, Borderline: 1, Pass: 0}
	worst := rs[0]
	for _, r := range rs {
		if rank[r.Status] > rank[worst.Status] {
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
