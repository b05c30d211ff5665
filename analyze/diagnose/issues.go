package diagnose

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// issues lists what has to be dealt with, the gravest first. P0: a crash or an
// outage, a target missed by two times or more (not where the load generator was
// the limit: then it is P1), no recovery. P1: a target
// missed, a bottleneck, a saturated resource. P2: borderline figures, resources
// at three quarters of their capacity, suspicions and gaps in the data.
func issues(s *scene) []analyze.Issue {
	a := s.a
	p0, down := outageIssues(a)
	var p1, p2 []analyze.Issue
	if a.Stability.LostWorkers > 0 {
		p1 = append(p1, analyze.Issue{Severity: "P1", Title: count(float64(a.Stability.LostWorkers), "load generator worker was lost", "load generator workers were lost"),
			Evidence: "Locust's log; what they counted last and their load are missing"})
	}
	for _, r := range a.Targets {
		what := upper(metricOf(r)) + " " + scopeName(r)
		switch {
		case r.Status == analyze.Fail && r.Target.Metric == plan.Outages && (down || a.Stability.LostWorkers > 0): // each outage is one already, and so are lost workers
		case r.Status == analyze.Fail && r.Target.Metric == plan.RPS && lighter(a):
			p1 = append(p1, analyze.Issue{Severity: "P1", Title: what + " misses its target",
				Evidence: fmt.Sprintf("%s; at %s of %s planned users%s", r.Why, bareNumber(a.Run.UsersPeak), bareNumber(a.Run.UsersPlanned), usersFor(s, r)), Rests: figureOf(r)})
		case r.Status == analyze.Fail && r.Target.Metric == plan.RPS && usersFor(s, r) != "": // the load's fault, not the system's
			p1 = append(p1, analyze.Issue{Severity: "P1", Title: what + " misses its target",
				Evidence: fmt.Sprintf("%s; %s were too few to ask for it%s", r.Why, count(s.stressUsers, "user", "users"), usersFor(s, r)), Rests: figureOf(r)})
		case r.Status == analyze.Fail && r.Target.Metric != plan.Outages && a.Diagnosis.GeneratorLimited(): // by how much the system misses it is not known
			p1 = append(p1, analyze.Issue{Severity: "P1", Title: what + " misses its target as the load generator saw it", Evidence: r.Why + "; it was at its own limit", Rests: figureOf(r)})
		case r.Status == analyze.Fail && (missedBy(r) >= 2 || r.Target.Metric == plan.Outages):
			p0 = append(p0, analyze.Issue{Severity: "P0", Title: what + " misses its target" + factor(r), Evidence: r.Why, Rests: figureOf(r)})
		case r.Status == analyze.Fail:
			p1 = append(p1, analyze.Issue{Severity: "P1", Title: what + " misses its target", Evidence: r.Why, Rests: figureOf(r)})
		case r.Status == analyze.Borderline:
			p2 = append(p2, analyze.Issue{Severity: "P2", Title: what + " is borderline", Evidence: r.Why, Rests: figureOf(r)})
		case r.Status == analyze.NotMeasured:
			p2 = append(p2, analyze.Issue{Severity: "P2", Title: what + " could not be judged", Evidence: r.Why, Rests: figureOf(r)})
		}
	}
	if s.peak() == nil {
		p1 = append(p1, missedOnTheWay(a)...)
	}
	if a.Capacity.RecoveryOutcome == analyze.NotRecovered {
		p0 = append(p0, analyze.Issue{Severity: "P0", Title: "The system did not recover after the load", Evidence: plainSentence(a.Capacity.RecoveryNote), Rests: []string{"recovery"}})
	}
	p1 = append(p1, findingIssues(a)...)
	p1 = append(p1, driftIssue(s)...)
	high, saturatedRows := resourceIssues(a)
	p1, p2 = append(p1, saturatedRows...), append(p2, high...)
	p1 = append(p1, awayIssues(s)...)
	p2 = append(p2, growthIssue(s)...)
	for _, f := range a.Diagnosis.Suspicions {
		p2 = append(p2, analyze.Issue{Severity: "P2", Title: "Suspected, not established: " + f.Component, Evidence: f.Symptom, Rests: []string{"bottleneck." + f.Kind}})
	}
	if gaps := a.Diagnosis.NotLookedAt; s.hurt && len(gaps) > 0 && len(a.Diagnosis.Findings) == 0 {
		need := gaps[0].Need
		switch {
		case s.blind():
			need = "figures of its parts during the run: peakload record -- locust …, or captures beside the results"
		case len(gaps) > 1:
			need = "figures of these during the run: peakload record -- locust …, or captures beside the results"
		}
		p2 = append(p2, analyze.Issue{Severity: "P2", Title: "Causes that could not be looked for: " + s.unseen(), Evidence: "needs " + need, Rests: []string{"bottlenecks"}})
	}
	for _, n := range a.Quality {
		if n.Severity >= loadtest.Warn && n.Code != "closed_loop" {
			p2 = append(p2, analyze.Issue{Severity: "P2", Title: "Data quality: " + n.Message, Evidence: base(n.Source)})
		}
	}
	return append(append(p0, p1...), p2...)
}

// mostOutages is how many outages are issues of their own.
const mostOutages = 3

// outageIssues are the outages and, where there is none, the restarts; an
// outage and the restart that ended it are one issue.
func outageIssues(a *analyze.Analysis) (out []analyze.Issue, down bool) {
	outages := a.Stability.Outages
	cause := ""
	for _, f := range a.Diagnosis.Findings {
		if f.Title != "Hang" && (f.Kind == "memory" || f.Kind == "crash") {
			cause = "; " + lowerFirst(f.Component) + " named as the cause below"
			break
		}
	}
	for i, o := range outages {
		if i == mostOutages {
			total := 0.
			for _, x := range outages[i:] {
				total += x.End - x.Start
			}
			out = append(out, analyze.Issue{Severity: "P0", Title: fmt.Sprintf("%d more outages", len(outages)-i), Evidence: measure.Span(math.Round(total)) + " in all", Rests: []string{"outages"}})
			break
		}
		out = append(out, analyze.Issue{Severity: "P0", Title: fmt.Sprintf("Outage of %s at %s", measure.Span(math.Round(o.End-o.Start)), count(float64(o.Users), "user", "users")),
			Evidence: fmt.Sprintf("from %s of the run on: %s%s", measure.Span(math.Round(o.Start)), trimStop(o.How()), cause), Rests: []string{"outages"}})
	}
	if len(outages) == 0 {
		for _, r := range a.Stability.Restarts {
			out = append(out, analyze.Issue{Severity: "P0", Title: "A process restarted during the run", Evidence: trimStop(r), Rests: []string{"outages"}})
		}
	}
	return out, len(out) > 0
}

var startsWithFigure = regexp.MustCompile(`^[0-9]`)

// findingIssues are the bottlenecks, and an exhausted pool that none of them
// is about.
func findingIssues(a *analyze.Analysis) []analyze.Issue {
	var out []analyze.Issue
	pool := false
	for _, f := range a.Diagnosis.Findings {
		pool = pool || f.Kind == "connection_pool"
		switch {
		case f.Kind == "crash" && len(a.Stability.Outages)+len(a.Stability.Restarts) > 0: // is a P0 already
		case f.Kind == "load_generator":
			out = append(out, analyze.Issue{Severity: "P1", Title: "The load generator was at its limit: figures of the system are unproven", Evidence: f.Symptom, Rests: []string{"bottleneck." + f.Kind}})
		case f.Suspected:
			out = append(out, analyze.Issue{Severity: "P2", Title: "Suspected, not established: " + f.Component, Evidence: f.Symptom, Rests: []string{"bottleneck." + f.Kind}})
		case f.Consequence != "":
			out = append(out, analyze.Issue{Severity: "P1", Title: upper(f.Component) + " at its limit, as a consequence", Evidence: f.Symptom + "; " + f.Consequence, Rests: []string{"bottleneck." + f.Kind}})
		default:
			out = append(out, analyze.Issue{Severity: "P1", Title: "Bottleneck: " + f.Component, Evidence: inShort(f.Symptom), Rests: []string{"bottleneck." + f.Kind}})
		}
	}
	if p := a.Failures.PoolExhaustion; p.Occurred == analyze.Yes && !pool {
		title := "A connection pool ran out"
		if u, ok := p.AtUsers.Float(); ok {
			title += " at " + count(u, "user", "users")
		}
		out = append(out, analyze.Issue{Severity: "P1", Title: title, Evidence: plainSentence(p.Evidence), Rests: []string{"pool"}})
	}
	return out
}

// kindOfRow is the kind of bottleneck that a resource's row is evidence of.
var kindOfRow = map[[2]string]string{
	{app, "cpu"}: "app_cpu", {app, "memory"}: "memory", {app, "worker_threads"}: "worker_queue", {app, "request_queue"}: "worker_queue",
	{database, "connections"}: "connection_pool", {database, "cpu"}: "db_cpu", {database, "query_latency"}: "", {database, "lock_waits"}: "lock_contention",
	{cache, "memory"}: "cache", {cache, "hit_rate"}: "cache", {cache, "evictions"}: "cache", {host, "cpu"}: "host_cpu", {host, "memory"}: "memory",
	{generator, "cpu"}: "load_generator",
}

// resourceIssues are the resources at or near their capacity that no finding
// speaks of.
func resourceIssues(a *analyze.Analysis) (high, full []analyze.Issue) {
	for _, r := range a.Resources {
		kind := kindOfRow[[2]string{r.Component, r.Metric}]
		if r.Track != nil && strings.HasPrefix(r.Track.Metric, "pool_") {
			kind = "connection_pool"
		}
		if r.Status != analyze.ResourceHigh && r.Status != analyze.ResourceSaturated || spokenOf(a, kind) {
			continue
		}
		name := strings.TrimSpace(upper(nameOf(r.Component)) + ": " + r.Title)
		why := r.Why
		if u, ok := r.Saturation.Float(); ok {
			why = fmt.Sprintf("%s of %s", text(r.Peak), text(r.Capacity))
			if r.Peak.Unit() == measure.Ratio {
				why = percent(u)
			}
			why += " at the peak"
		} else if r.Peak.Measured() && startsWithFigure.MatchString(why) {
			why = text(r.Peak) + ", " + why // so many times the normal, and of what
		}
		i := analyze.Issue{Severity: "P2", Title: name + " is high", Evidence: why, Rests: []string{r.Component + "." + r.Metric}}
		if r.Status == analyze.ResourceSaturated {
			i.Severity, i.Title = "P1", name+" is at its limit"
			if said := clearedAs(a, kind); said != "" {
				i.Severity, i.Evidence = "P2", said
			}
			if i.Severity == "P1" {
				full = append(full, i)
				continue
			}
		}
		high = append(high, i)
	}
	return high, full
}

func spokenOf(a *analyze.Analysis, kind string) bool {
	for _, f := range append(append([]analyze.Finding(nil), a.Diagnosis.Findings...), a.Diagnosis.Suspicions...) {
		if f.Kind == kind && kind != "" {
			return true
		}
	}
	return false
}

// clearedAs returns why a kind was ruled out; "" where it was not.
func clearedAs(a *analyze.Analysis, kind string) string {
	for _, c := range a.Diagnosis.Clear {
		if c.Kind == kind && kind != "" {
			return c.Why
		}
	}
	return ""
}

// plainSentence is a sentence without its full stop, to stand as evidence.
func plainSentence(s string) string { return trimStop(strings.TrimSpace(s)) }

// usersFor says how many users a target on throughput takes at the pace at
// which those of the peak asked; "" where latency kept them from asking for more.
func usersFor(s *scene, r analyze.TargetResult) string {
	p := s.peak()
	if p == nil || r.Scope != "peak" || r.Target.Endpoint != "" || !(s.stressMean < 1.5*s.lightMean) {
		return ""
	}
	x, ok := p.RPS.Float()
	if !ok || x <= 0 {
		return ""
	}
	return fmt.Sprintf(": each asked for %s, so that the target takes about %s", perSecond(x/float64(p.UsersTo)), count(roundTo2(r.Target.Limit/x*float64(p.UsersTo)), "user", "users"))
}

// lighter reports whether the run had clearly fewer users than planned: what
// it lacks in throughput then is no fault of the system.
func lighter(a *analyze.Analysis) bool {
	planned, ok := a.Run.UsersPlanned.Float()
	reached, ok2 := a.Run.UsersPeak.Float()
	return ok && ok2 && reached < 0.9*planned
}

// missedBy returns by how many times a target is missed at least; infinite when
// nothing of what was asked for was there.
func missedBy(r analyze.TargetResult) float64 {
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

func factor(r analyze.TargetResult) string {
	if x := missedBy(r); x >= 2 && !math.IsInf(x, 0) {
		return fmt.Sprintf(" by a factor of %s", measure.Format(measure.Of(math.Floor(x*10+1e-6)/10, measure.Count), measure.Style{}))
	}
	return ""
}

// metricOf is what a target judges, in a sentence.
func metricOf(r analyze.TargetResult) string {
	switch r.Target.Metric {
	case plan.Percentile:
		return strings.ToUpper(strings.TrimPrefix(r.Metric, "latency_"))
	case plan.Mean:
		return "mean latency"
	case plan.Max:
		return "highest latency"
	case plan.Errors:
		return "error rate"
	case plan.RPS:
		return "throughput"
	}
	return "outages"
}

// figureOf is what a target judges, as explain calls it.
func figureOf(r analyze.TargetResult) []string {
	return []string{strings.TrimSpace(r.Target.MetricName() + " " + r.Target.ScopeText())}
}

// nameOfTarget is a target as the plan calls it.
func nameOfTarget(r analyze.TargetResult) string {
	if r.Target.Name != "" {
		return r.Target.Name
	}
	return r.Target.Text
}

// scopeName is a target's scope in a sentence.
func scopeName(r analyze.TargetResult) string {
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

// missedOnTheWay is the first phase that missed a target in a run without a
// peak, whose targets are judged nowhere else.
func missedOnTheWay(a *analyze.Analysis) []analyze.Issue {
	for i := range a.Phases {
		if p := &a.Phases[i]; p.Status == analyze.Fail {
			return []analyze.Issue{{Severity: "P1", Title: "A target is missed in " + p.Name, Evidence: p.Why}}
		}
	}
	return nil
}
