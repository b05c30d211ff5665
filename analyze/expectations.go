package analyze

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// A claim is an expectation with the part of the run that it speaks of.
type claim struct {
	text  string // as the plan has it
	rest  string // without its scope
	scope plan.Scope
}

// questions are the expectations that can be answered, the more particular
// first. One is meant when every pattern matches the sentence, and, where
// of is given, when the sentence speaks of nothing else: "the service is
// stable" is a question of outages, "memory is stable" is not.
var questions = []struct {
	says   []*regexp.Regexp
	of     *regexp.Regexp
	answer func(c *context, q claim) (YesNo, string)
	rests  []string // as explain calls what the answer rests on
}{
	{says: saying(`no data (?:loss|is lost|gets lost)|without data loss|lose no data|data integrity`), answer: unanswered("a check of what was stored, after the run: no file of a load test shows it")},
	{says: saying(`auto-?\s?scal|scales? (?:out|up|in|down)\b`), answer: unanswered("the number of instances over the run, which no file holds")},
	{says: saying(`scales? linear|linear(?:ly)? scal`), answer: unanswered("a person's reading of throughput over users: how far off a line still is linear is not stated")},
	{says: saying(`(?:memory|resource) leak`), answer: unanswered("the course of memory over hours at one load: this growth is told from a cache's by its going on")},
	{says: saying(`fail-?over|replica|backup`), answer: unanswered("a person's answer: a load test's files do not show where a request went")},
	{says: saying(`rate.?limit|429|throttl`), answer: (*context).limiterProtects, rests: []string{"rate_limit.total"}},
	{says: saying(`recover|back to normal|returns? to`), answer: (*context).recovers, rests: []string{"recovery"}},
	{says: saying(`no degradation|without degradation|not degrade`), answer: (*context).holdsTargets, rests: []string{"targets"}},
	{says: saying(`graceful|degrad`), answer: (*context).degradesGracefully, rests: []string{"outages", "errors", "targets", "rate_limit.total"}},
	{says: saying(`deadlock|lock time-?out`), answer: databaseCount(func(d DatabaseErrors) measure.Value { return d.LockTimeout }, "locks"), rests: []string{"database errors"}},
	{says: saying(`database|\bdb\b|postgres|mysql|\bsql\b`, `errors?\b|failures?\b`), answer: (*context).noDatabaseErrors, rests: []string{"database errors"}},
	{says: saying(`crash|outage|restart|downtime|stays? up`), answer: (*context).staysUp, rests: []string{"outages"}},
	{says: saying(`stable|stability|available`), of: wholeSystem, answer: (*context).staysUp, rests: []string{"outages"}},
	{says: saying(`pool|connection`, `exhaust|runs? out|large enough|big enough|sufficient|suffices`), answer: (*context).poolHolds, rests: []string{"pool"}},
	{says: saying(`time-?\s?outs?\b|tim(?:es|ed?|ing) out`), answer: (*context).noTimeouts, rests: []string{"timeouts"}},
	{says: saying(`users?\b|concurrent|\bccu\b|\bvus?\b|players`, `handle|support|serve|sustain|cope|withstand|hold|carr(?:y|ies)|surviv`), answer: (*context).handlesUsers, rests: []string{"max_users", "outages"}},
	{says: saying(`\bno\b|\bzero\b|without|\b0\b`, `errors?\b|failures?\b|fails?\b`), of: wholeSystem, answer: (*context).noErrors, rests: []string{"errors"}},
	{says: saying(`errors?\b|failures?\b|failed\b`), of: wholeSystem, answer: ofMetric(plan.Errors, "error"), rests: []string{"errors"}},
	{says: saying(`latenc(?:y|ies)|response times?|fast|p50|p95|p99`), of: wholeSystem, answer: ofMetric(plan.Percentile, "latency"), rests: []string{"p50", "p95", "p99"}},
	{says: saying(`throughput|\brps\b|requests per second|requests/s|req/s`), of: wholeSystem, answer: ofMetric(plan.RPS, "throughput"), rests: []string{"rps"}},
	{says: saying(`targets?\b|\bslos?\b|goals?\b|requirements?\b`), answer: (*context).holdsTargets, rests: []string{"targets"}},
}

// wholeSystem is a sentence without any word that could be a thing of its own,
// as the memory, the logs or one endpoint are.
var wholeSystem = regexp.MustCompile(`^(?:\W*\b(?:the|a|an|our|all|any|every|system|service|services|app|application|api|platform|site|website|backend|server|stack|` +
	`is|are|be|remains?|stays?|keeps?|kept|holds?|shall|should|must|will|always|never|not|no|zero|0|without|at|under|of|in|on|with|during|throughout|to|and|for|from|` +
	`load|peak|test|run|whole|entire|stable|stability|available|availability|up|requests?|http|overall|total|rates?|ratio|errors?|failures?|failed|fails?|occur|occurs|seen|happen|` +
	`latency|latencies|response|times?|fast|low|acceptable|good|fine|ok|okay|within|meets?|met|meeting|targets?|slos?|goals?|limits?|budget|` +
	`throughput|rps|per|second|req|s|p50|p90|p95|p99|high|enough|reached|sufficient|below|above|their|its|users?)\b)+\W*$`)

func saying(patterns ...string) []*regexp.Regexp {
	out := make([]*regexp.Regexp, len(patterns))
	for i, p := range patterns {
		out[i] = regexp.MustCompile(`(?i)(?:^|\b)(?:` + p + `)`)
	}
	return out
}

// expectations answers the plan's expectations from what has been found.
func (c *context) expectations() []Answer {
	var out []Answer
	for _, e := range c.plan.Expectations {
		a := Answer{Text: e.Text}
		a.Answer, a.Evidence, a.Rests = c.answer(e.Text)
		out = append(out, a)
	}
	return out
}

func (c *context) answer(text string) (answer YesNo, why string, rests []string) {
	q := claim{text: text}
	q.rest, q.scope = plan.CutScope(text)
	if t, ok := plan.ParseExpectation(q.rest); ok {
		answer, why = c.judgeClaim([]plan.Target{t}, q, "")
		if q.scope.Phase != "" {
			t.Phase = q.scope.Phase
		}
		return answer, why, []string{strings.TrimSpace(t.MetricName() + " " + t.ScopeText())}
	}
	if answer, why, ok := c.anyLatency(q); ok {
		return answer, why, []string{"p50", "p99"}
	}
	if answer, why, ok := c.bounded(q); ok {
		return answer, why, nil
	}
	for _, rule := range questions {
		if speaksOf(text, rule.says) && (rule.of == nil || rule.of.MatchString(strings.ToLower(q.rest))) {
			answer, why = rule.answer(c, q)
			return answer, why, rule.rests
		}
	}
	return Unknown, "no rule knows this expectation: it is for a person to answer", nil
}

func speaksOf(text string, patterns []*regexp.Regexp) bool {
	for _, p := range patterns {
		if !p.MatchString(text) {
			return false
		}
	}
	return true
}

// unanswered is the answer to what a load test's files cannot tell.
func unanswered(needs string) func(*context, claim) (YesNo, string) {
	return func(*context, claim) (YesNo, string) { return Unknown, "needs " + needs }
}

// anyLatency answers a sentence that bounds latency and does not say of which
// requests: where the median already misses the limit, or the 99th percentile
// still keeps it, no reading of it answers otherwise.
func (c *context) anyLatency(q claim) (YesNo, string, bool) {
	half, ok := plan.ParseExpectation("P50 " + q.rest)
	if !ok || half.Metric != plan.Percentile {
		return Unknown, "", false
	}
	most := half
	most.P = .99
	if answer, why := c.judgeClaim([]plan.Target{half}, q, ""); answer != Yes {
		return answer, why, true
	}
	if answer, why := c.judgeClaim([]plan.Target{most}, q, ""); answer == Yes {
		return answer, why, true
	}
	return Unknown, "the median keeps this limit and the 99th percentile does not: needs to say which percentile is meant, for example P95", true
}

// noErrors: not one request failed, in the part of the run that is meant.
func (c *context) noErrors(q claim) (YesNo, string) {
	return c.judgeClaim([]plan.Target{{Metric: plan.Errors, Op: plan.LessEqual}}, q, "error")
}

// handlesUsers: a plateau of at least that many users was held with every
// latency and error target met and without an outage.
func (c *context) handlesUsers(q claim) (YesNo, string) {
	want, ok := usersIn(q.text)
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
				return No, fmt.Sprintf("outage of %.0f s at %d users: %s", o.End-o.Start, o.Users, o.How())
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

func (c *context) staysUp(q claim) (YesNo, string) {
	if n := q.scope.Users; n > 0 && c.stability.Status == Fail {
		return c.staysUpAt(n)
	}
	if strings.Contains(strings.ToLower(q.text), "restart") && c.stability.Status == Pass && !c.stability.AppWatched {
		return Unknown, c.stability.Why // outages alone say nothing of restarts
	}
	switch c.stability.Status {
	case Pass:
		for _, u := range c.unreachables() {
			if strings.Contains(strings.ToLower(q.text), "crash") && u.component != "load_generator" {
				return Unknown, c.stability.Why + fmt.Sprintf("; whether the %s crashed needs its log", ComponentWords(u.component))
			}
		}
		return Yes, c.stability.Why
	case Fail:
		return No, c.stability.Why
	}
	if c.stability.Why != "" {
		return Unknown, c.stability.Why
	}
	return Unknown, "needs " + needHistory
}

// staysUpAt answers for loads up to so many users of a run that went out.
func (c *context) staysUpAt(users float64) (YesNo, string) {
	for _, o := range c.stability.Outages {
		if float64(o.Users) <= users*1.02 {
			return No, fmt.Sprintf("outage of %.0f s at %d users: %s", o.End-o.Start, o.Users, o.How())
		}
	}
	return Unknown, c.stability.Why + fmt.Sprintf("; whether it would have stayed up at %.0f users needs a run of that many", users)
}

func (c *context) limiterProtects(claim) (YesNo, string) {
	if c.rateLimit.SystemProtected != Unknown || c.rateLimit.ProtectedWhy != "" {
		return c.rateLimit.SystemProtected, c.rateLimit.ProtectedWhy
	}
	return Unknown, "needs " + needFailures
}

// degradesGracefully: under the highest load the system did not go out, and
// what failed was refused or few.
func (c *context) degradesGracefully(claim) (YesNo, string) {
	if n := len(c.stability.Outages); n > 0 {
		o := c.stability.Outages[0]
		return No, fmt.Sprintf("outage of %.0f s at %d users: %s", o.End-o.Start, o.Users, o.How())
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
	if c.mostlyShed() {
		return Yes, shares + ", refused to shed load, as their text or the application's log says"
	}
	if high == 0 {
		return No, shares + ", none of them refused with 429"
	}
	return No, shares + ", " + share(f-high, n) + " or more for other reasons than a refusal (429)"
}

// mostlyShed reports whether nearly all that failed without a 429 was refused to
// shed load: that is meant to be.
func (c *context) mostlyShed() bool {
	n, _ := c.throttled()
	f, ok := c.whole.Failures.Float()
	limited, _, known := c.whole.RateLimited.Limits()
	if known {
		f -= limited
	}
	return ok && n > 0 && float64(n) >= .95*f
}

// slowed reports whether a latency target was missed.
func (c *context) slowed() bool { return c.slowedBy() != "" }

// slowedBy is the first latency target that was missed, with its figure: at the
// peak, or in a run without one in any phase.
func (c *context) slowedBy() string {
	for _, r := range c.targets {
		if r.Status == Fail && r.Target.Unit() == measure.Seconds {
			return title(r.Target) + " " + r.Why
		}
	}
	if c.peak() != nil {
		return ""
	}
	for i := range c.phases {
		for _, t := range c.plan.Targets {
			if t.Unit() != measure.Seconds || t.Endpoint != "" || t.Phase != "" {
				continue
			}
			if st, why := c.judge(t, c.figure(t, nil, &c.phases[i])); st == Fail {
				return fmt.Sprintf("%s %s in %s", title(t), why, c.phases[i].Name)
			}
		}
	}
	return ""
}

func share(part, of float64) string {
	return measure.Format(measure.Of(part/of, measure.Ratio), measure.Style{})
}

// recovers: after the load went down, the latency and error targets held again.
// Where the sentence says within which time, the recovery took no longer.
func (c *context) recovers(q claim) (YesNo, string) {
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
		if want, stated := timeIn(q.text); stated && known && low > want {
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
		return Unknown, "nothing to recover from: " + strings.Replace(note, "Every ", "every ", 1)
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
	apart := ""
	if n, ok := w.RateLimited.Float(); ok && n > 0 {
		apart = " without 429s"
	}
	return fmt.Sprintf("%s %s, errors %s%s", name, measure.Format(figure, measure.Style{Plain: true}), measure.Format(w.ErrorRate, measure.Style{Plain: true}), apart)
}
