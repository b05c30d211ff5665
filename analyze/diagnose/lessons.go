package diagnose

import (
	"fmt"
	"math"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// mostLessons is how many sentences lessons has at most.
const mostLessons = 7

// lessons returns three to seven sentences of fact: what the load was, what
// broke first, why, what held, what it cost and what could not be seen.
func lessons(s *scene) []analyze.Lesson {
	var out []analyze.Lesson
	add := func(said string, rests ...string) {
		if said != "" && len(out) < mostLessons {
			out = append(out, analyze.Lesson{Text: said, Rests: rests})
		}
	}
	add(s.whatWasTested(), "rps", "mean", "errors")
	add(s.whatBrokeFirst(), "targets")
	add(s.whatLimited(), "bottlenecks")
	add(s.whatCapped(), "p50", "p99", "pool")
	add(s.whatHeld(), "targets")
	add(s.whatWasRefused(), "rate_limit.total")
	if len(s.a.Diagnosis.Findings) == 0 {
		add(s.whatWasAway(), "outages")
		add(s.whatSlowed(), "bottleneck.slow_endpoint")
		add(s.whatFailed(), "failures @run")
	}
	add(s.howItEnded(), "recovery")
	add(s.whatWasNotSeen(), "bottlenecks")
	return out
}

// peak is the longest phase at the highest load; nil when the run had none.
func (s *scene) peak() *analyze.Phase {
	var best *analyze.Phase
	for i := range s.a.Phases {
		p := &s.a.Phases[i]
		if p.Kind == analyze.Peak && (best == nil || p.End-p.Start > best.End-best.Start) {
			best = p
		}
	}
	return best
}

func (s *scene) whatWasTested() string {
	whole := s.a.WholeRun
	n, ok := whole.Requests.Float()
	if !ok {
		return "No file counts the requests of this run."
	}
	if n == 0 {
		return "The run recorded no request: nothing was tested."
	}
	if p := s.peak(); p != nil {
		return fmt.Sprintf("At %d users for %s there were %s with a mean latency of %s; %s of the requests failed%s.",
			p.UsersTo, measure.Span(math.Round(p.End-p.Start)), text(p.RPS), text(p.Mean), orNone(p.ErrorRate), s.apartFrom429(p.Window))
	}
	out := fmt.Sprintf("The whole run had %s requests with a mean latency of %s, %s of which failed", text(whole.Requests), text(whole.Mean), orNone(whole.ErrorRate))
	if len(s.a.Phases) == 0 {
		return out + "; the course of the load is not recorded."
	}
	if u, ok := s.a.Run.UsersPeak.Float(); ok {
		return out + fmt.Sprintf("; it never stayed at its highest load of %.0f users.", u)
	}
	return out + "."
}

// orNone is a share of failed requests in words.
func orNone(share measure.Value) string {
	if e, ok := share.Float(); ok && e == 0 {
		return "none"
	}
	return text(share)
}

// apartFrom429 is the error rate of a window without 429s where it has any and
// counts them.
func (s *scene) apartFrom429(w analyze.Window) string {
	if said := analyze.Without429(s.a.Plan, w); said != "" {
		return " (" + said + ")"
	}
	return ""
}

// whatBrokeFirst names the first phase that missed a target, or the first
// outage if that was earlier.
func (s *scene) whatBrokeFirst() string {
	for i := range s.a.Phases {
		p := &s.a.Phases[i]
		if len(s.a.Stability.Outages) > 0 {
			if o := s.a.Stability.Outages[0]; o.Start < p.End && (p.Status != analyze.Fail || o.Start < p.Start) {
				return fmt.Sprintf("The first to break was the system itself: outage at %s with %d users (%s).", measure.Span(math.Round(o.Start)), o.Users, trimStop(o.Evidence))
			}
		}
		if p.Status != analyze.Fail {
			continue
		}
		users := fmt.Sprintf("%d users", p.UsersTo)
		if p.UsersFrom != p.UsersTo {
			users = fmt.Sprintf("%d to %d users", p.UsersFrom, p.UsersTo)
		}
		seen := ""
		if s.a.Diagnosis.GeneratorLimited() {
			seen = ", as the load generator saw it"
		}
		return fmt.Sprintf("The first phase to miss a target was %s (%s)%s: %s.", p.Name, users, seen, p.Why)
	}
	return ""
}

// shortWords is how many words a sentence that leads up to something else may
// take of a symptom.
const shortWords = 30

// inShort is a symptom's first clauses, as many as are read at once: the whole
// stands under the bottlenecks. What is quoted is left out.
func inShort(symptom string) string {
	out := ""
	for i, clause := range strings.Split(symptom, "; ") {
		if i > 0 && (strings.Contains(clause, "“") || len(strings.Fields(out))+len(strings.Fields(clause)) > shortWords) {
			break
		}
		out = join(out, clause)
	}
	return out
}

// whatLimited names the cause, or says that none is established.
func (s *scene) whatLimited() string {
	d := &s.a.Diagnosis
	switch {
	case len(d.Findings) > 0:
		f := d.Findings[0]
		out := fmt.Sprintf("What limited the run was %s: %s.", the(f.Component), lowerFirst(trimStop(inShort(f.Symptom))))
		if d.Undecided != "" {
			out = d.Undecided + "."
		}
		if d.GeneratorLimited() {
			out += " What the system itself carries is unproven."
		}
		return out
	case s.hurt:
		return trimStop(d.Summary) + "."
	}
	return ""
}

// cappedWithin is how close P50 and P99 lie where a time limit ends the waiting.
const cappedWithin = 1.15

// whatCapped says where nearly every request waited a pool's time limit out:
// then P99 is that limit and no measure of the slowest answers, and may well
// meet its target.
func (s *scene) whatCapped() string {
	fs := s.a.Diagnosis.Findings
	if len(fs) == 0 || fs[0].Kind != "connection_pool" || s.a.Failures.PoolExhaustion.Occurred != analyze.Yes {
		return ""
	}
	low, ok := s.window.P50.Float()
	high, ok2 := s.window.P99.Float()
	e, failed := s.errorsIn(s.window).Float()
	if !ok || !ok2 || !failed || e < .1 || high > cappedWithin*low {
		return ""
	}
	return fmt.Sprintf("P50 (%s) and P99 (%s) lie close together while %s of the requests failed: requests wait for a connection up to its time limit, which caps P99, so that P99 says nothing of how long answers would take.",
		text(s.window.P50), text(s.window.P99), percent(e))
}

// whatWasAway says which part of the system did not answer for a time, where no
// finding does, and what requests had of it.
func (s *scene) whatWasAway() string {
	for _, component := range [...]string{database, cache} {
		if sp, ok := s.away(component); ok {
			return upper(awaySaid(component, sp)) + s.meanWhile(sp) + "."
		}
	}
	return ""
}

func (s *scene) whatHeld() string {
	var held []string
	for _, r := range s.a.Targets {
		if r.Status == analyze.Pass {
			held = append(held, nameOfTarget(r))
		}
	}
	n := len(s.a.Targets)
	switch {
	case n == 0:
		return "The plan states no target, so nothing was judged."
	case len(held) == 0:
		return fmt.Sprintf("None of the %d targets is known to be met.", n)
	case len(held) == n:
		return fmt.Sprintf("All %d targets were met.", n)
	}
	were := "were"
	if len(held) == 1 {
		were = "was"
	}
	return fmt.Sprintf("%d of %d targets %s met: %s.", len(held), n, were, strings.Join(held, ", "))
}

// whatWasRefused tells a limiter that limits each user from one that limits the
// load: it refuses as large a share of a few users' requests as of many users'.
func (s *scene) whatWasRefused() string {
	refused := func(p *analyze.Phase) float64 {
		x, ok := measure.Quotient(p.RateLimited, p.Requests, measure.Ratio).Float()
		if n, _ := p.Requests.Float(); !ok || n < 100 {
			return math.NaN()
		}
		return x
	}
	peak := s.peak()
	if peak == nil {
		return ""
	}
	for i := range s.a.Phases {
		p := &s.a.Phases[i]
		steady := p.Kind == analyze.Step || p.Kind == analyze.Recovery
		if a, b := refused(p), refused(peak); steady && p.UsersTo > 0 && 3*p.UsersTo <= peak.UsersTo && b >= .02 && a >= .8*b {
			return fmt.Sprintf("The rate limiter refused %s of the requests at %d users and %s at %d: it limits each user, so that what it lets through grows with the users.",
				percent(a), p.UsersTo, percent(b), peak.UsersTo)
		}
	}
	return ""
}

// whatSlowed names the endpoint with the largest part in the slowdown.
func (s *scene) whatSlowed() string {
	if !(s.stressMean >= 1.5*s.lightMean) || s.stressMean-s.lightMean < .02 {
		return ""
	}
	best, largest := -1, 0.
	for i, c := range s.endpoints {
		if x := orZero(c.shareOfRise); x > largest {
			best, largest = i, x
		}
	}
	if best < 0 {
		return ""
	}
	c := s.endpoints[best]
	if s.slowedAlike() {
		return fmt.Sprintf("The mean latency rose from %s %s to %s %s, on all endpoints alike: what they share is slow, not one of them.",
			seconds(s.lightMean), s.lightName(), seconds(s.stressMean), s.stress.name)
	}
	return fmt.Sprintf("The mean latency rose from %s %s to %s %s; the largest part of it, %s, is %s.",
		seconds(s.lightMean), s.lightName(), seconds(s.stressMean), s.stress.name, percent(math.Min(1, largest)), endpointName(c.Method, c.Name))
}

func (s *scene) whatFailed() string {
	f, ok := s.a.WholeRun.Failures.Float()
	if !ok || f == 0 {
		return ""
	}
	if is := s.a.Stability.Interruptions; len(is) > 0 {
		o := is[0]
		return fmt.Sprintf("From %s to %s of the run %s, at %s, a load that was carried before and after: something happened then.", measure.Span(math.Round(o.Start)), measure.Span(math.Round(o.End)), o.Evidence, count(float64(o.Users), "user", "users"))
	}
	if len(s.a.Failures.Classes) == 0 {
		return fmt.Sprintf("%s failed; no file says how.", count(f, "request", "requests"))
	}
	k := s.a.Failures.Classes[0]
	where := ""
	if len(k.Endpoints) > 0 {
		e := k.Endpoints[0].Endpoint
		where = ", most on " + endpointName(e.Method, e.Name)
	}
	if n, ok := k.Count.Float(); ok && n == f {
		return fmt.Sprintf("%s failed, all of one kind: %s%s.", count(f, "request", "requests"), k.Words(), where)
	}
	return fmt.Sprintf("%s failed; the commonest kind is %s (%s%s).", count(f, "request", "requests"), k.Words(), text(k.Count), where)
}

func (s *scene) howItEnded() string {
	c := s.a.Capacity
	note := ""
	if c.RecoveryNote != "" {
		note = ": " + plainSentence(c.RecoveryNote)
		if strings.HasPrefix(note, ": From ") {
			note = ": from" + note[len(": From"):]
		}
	}
	switch c.RecoveryOutcome {
	case analyze.Recovered:
		if c.RecoveryByResources {
			return fmt.Sprintf("The system was back to normal after %s%s.", trimStop(c.RecoveryText), note)
		}
		if c.RecoveryText != "" {
			return fmt.Sprintf("Targets held again after %s%s.", trimStop(c.RecoveryText), note)
		}
		return "The system recovered after the load" + note + "."
	case analyze.NotRecovered:
		return "The system did not recover after the load" + note + "."
	}
	return ""
}

func (s *scene) whatWasNotSeen() string {
	var dark []string
	if s.a.Recorded.History == nil {
		dark = append(dark, "the course of the run (no history)")
	} else if s.hurt && s.a.Capacity.RecoveryOutcome == analyze.RecoveryNotObserved {
		dark = append(dark, "recovery")
	}
	for _, r := range s.a.Targets {
		if r.Status == analyze.NotMeasured {
			dark = append(dark, nameOfTarget(r))
		}
	}
	if reached, ok := s.a.Run.UsersPeak.Float(); ok && lighter(s.a) {
		dark = append(dark, fmt.Sprintf("what more than %s of the %s planned users do", whole(reached), bareNumber(s.a.Run.UsersPlanned)))
	}
	// What nothing points to is no loss where a cause is known.
	if gaps := s.a.Diagnosis.NotLookedAt; len(gaps) > 4 || s.hurt && len(gaps) > 0 && len(s.a.Diagnosis.Findings) == 0 {
		dark = append(dark, s.unseen())
	}
	if len(dark) == 0 {
		return ""
	}
	return "Could not be seen: " + strings.Join(dark, ", ") + "."
}
