package diagnose

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// mostActions is how many actions a list holds: more are not immediate.
const mostActions = 3

// immediate lists what is to be done before anything else, the gravest first:
// only what a figure of this run calls for, with that figure.
func immediate(s *scene) []string {
	var out []string
	add := func(said string) {
		if said != "" && len(out) < mostActions {
			out = append(out, said)
		}
	}
	fs := s.a.Diagnosis.Findings
	for _, f := range fs {
		if f.Consequence == "" && !f.Suspected {
			add(f.Recommendation)
		}
	}
	generatorFull := len(fs) > 0 && fs[0].Kind == "load_generator"
	if !generatorFull && len(fs) == 0 {
		generator := s.suspectedGenerator()
		add(s.afterLostWorkers())
		if outage := s.afterOutage(); outage != "" {
			add(outage)
		} else {
			add(s.afterAway())
		}
		add(s.afterDrift())
		add(s.afterPool())
		add(generator)
		if generator == "" {
			add(s.slowest())
		}
		add(s.worstErrors())
		add(s.toSeeSuspected())
		add(s.toSee())
	}
	add(s.refusedOnly())
	add(s.otherWork())
	add(s.shortRun())
	return out
}

// suspectedGenerator is what to do where Locust itself may be the limit: until
// then its latencies are nobody's.
func (s *scene) suspectedGenerator() string {
	for _, f := range s.a.Diagnosis.Suspicions {
		if f.Kind == "load_generator" {
			return f.Recommendation
		}
	}
	return ""
}

// toSeeSuspected is what would establish or rule out what is suspected first,
// where the run shows nothing nearer to the cause.
func (s *scene) toSeeSuspected() string {
	for _, f := range s.a.Diagnosis.Suspicions {
		if f.Kind == "network" && f.Recommendation != "" {
			return f.Recommendation
		}
	}
	return ""
}

// afterAway asks why a part of the system did not answer.
func (s *scene) afterAway() string {
	for _, component := range [...]string{database, cache} {
		if sp, ok := s.away(component); ok {
			return fmt.Sprintf("Find out why the %s went away (its log and the kernel's of that second): it did not answer its monitor from %s to %s of the run", component, measure.Span(math.Round(sp.from)), measure.Span(math.Round(sp.to))) + s.meanWhile(sp)
		}
	}
	return ""
}

// meanWhile says what a stretch did to latency; "" where it did little.
func (s *scene) meanWhile(sp span) string {
	before, during := s.around(sp)
	if !(during >= 1.5*before) {
		return ""
	}
	return fmt.Sprintf("; the mean latency was %s while it was away and %s in the 20 s before", seconds(during), seconds(before))
}

// afterLostWorkers asks for a run with the load that was meant.
func (s *scene) afterLostWorkers() string {
	n := s.a.Stability.LostWorkers
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("Find out why Locust lost %s (its log and the kernel's of that time) and repeat the run: from then on neither the load nor its results are whole", count(float64(n), "worker", "workers"))
}

// afterOutage asks for the cause of an outage, or of a burst of failures that
// the load does not explain, that no rule found.
func (s *scene) afterOutage() string {
	longest := -1
	os := s.a.Stability.Outages
	for i, o := range os {
		if longest < 0 || o.End-o.Start > os[longest].End-os[longest].Start {
			longest = i
		}
	}
	if is := s.a.Stability.Interruptions; longest < 0 && len(is) > 0 {
		o := is[0]
		return fmt.Sprintf("Find out what happened from %s to %s of the run: %s, at %s; the same load was carried before and after", measure.Span(math.Round(o.Start)), measure.Span(math.Round(o.End)), o.Evidence, count(float64(o.Users), "user", "users"))
	}
	if longest < 0 {
		return ""
	}
	o := os[longest]
	return fmt.Sprintf("Find out why the system stopped answering for %s from %s of the run on, at %s: %s",
		measure.Span(math.Round(o.End-o.Start)), measure.Span(math.Round(o.Start)), count(float64(o.Users), "user", "users"), trimStop(o.Evidence))
}

// afterPool speaks of an exhausted pool that no rule could look at.
func (s *scene) afterPool() string {
	p := s.a.Failures.PoolExhaustion
	if p.Occurred != analyze.Yes {
		return ""
	}
	out := "Find out what kept the connection pool's connections"
	if p.AtUsers.Measured() {
		out += " from " + text(p.AtUsers) + " on"
	}
	return out + ": " + plainSentence(p.Evidence)
}

// missed reports whether a target on one of the metrics was missed.
func (s *scene) missed(ms ...plan.Metric) bool {
	for _, t := range s.a.Targets {
		if t.Status == analyze.Fail && slices.Contains(ms, t.Target.Metric) {
			return true
		}
	}
	return false
}

// slowest names the endpoint that most of the slowdown comes from, where a
// latency target was missed and no cause is known.
func (s *scene) slowest() string {
	if !s.missed(plan.Percentile, plan.Mean, plan.Max) || s.slowedAlike() {
		return ""
	}
	best, most := -1, 0.3 // below that no endpoint stands out
	for i, c := range s.endpoints {
		if x := orZero(c.shareOfRise); x >= most {
			best, most = i, x
		}
	}
	if best < 0 {
		return ""
	}
	c := s.endpoints[best]
	return fmt.Sprintf("Look into %s first: %s of the rise in mean latency is its own, %s %s",
		endpointName(c.Method, c.Name), percent(math.Min(1, c.shareOfRise)), seconds(c.after), s.stress.name)
}

// worstErrors names the most frequent kind of failure and where it happened,
// where the error target was missed. 429s and the pool are spoken of
// elsewhere.
func (s *scene) worstErrors() string {
	if !s.missed(plan.Errors) {
		return ""
	}
	for _, c := range s.a.Failures.Classes {
		n, ok := c.Count.Float()
		if !ok || n == 0 || c.Class == "rate_limited" || c.Class == "pool" {
			continue
		}
		out := fmt.Sprintf("Remove the cause of the %s of the kind “%s”", count(n, "failure", "failures"), c.Words())
		if len(c.Endpoints) > 0 {
			e := c.Endpoints[0].Endpoint
			out += ", most of them on " + endpointName(e.Method, e.Name)
		}
		if len(c.Examples) > 0 {
			out += "; one reads “" + clip(c.Examples[0], 120) + "”"
		}
		return out
	}
	return ""
}

// toSee asks for the inputs without which no cause can be named, where users
// were hurt.
func (s *scene) toSee() string {
	gaps := s.a.Diagnosis.NotLookedAt
	if !s.hurt || len(gaps) == 0 || len(gaps) == 1 && gaps[0].Kind == "network" {
		return "" // a network's limit is seldom recorded and seldom the cause
	}
	return fmt.Sprintf("Repeat the run under peakload record, so that %s can be looked at: %s", s.unseen(), s.hurtWhy)
}

// refusedOnly asks what a 429 is, where nothing but 429s missed the error
// target: to refuse may be what the system is meant to do.
func (s *scene) refusedOnly() string {
	p := s.peak()
	if p == nil || s.a.Plan == nil || s.a.Plan.Count429 == plan.As429Separate {
		return ""
	}
	other := p.ErrorRateWithout429()
	_, high, ok := other.Limits()
	for _, r := range s.a.Targets {
		if r.Target.Metric != plan.Errors || r.Status != analyze.Fail || r.Target.Endpoint != "" || r.Scope != "peak" || !ok || !r.Target.Op.Holds(high, r.Target.Limit) {
			continue
		}
		style := measure.Style{Plain: true, Apart: []float64{r.Target.Limit}}
		return fmt.Sprintf("Decide whether 429s count as errors: the error rate is %s with them and %s without, target %s (--count-429=separate leaves them out)",
			measure.Format(r.Actual, style), measure.Format(other, style), r.Target.Op.String()+" "+r.Target.LimitText()) + s.roomToSpare()
	}
	return ""
}

// otherWork asks for a machine to itself where what else runs there kept it busy
// before the load as under it: the figures are of both.
func (s *scene) otherWork() string {
	for _, r := range s.a.Resources {
		if r.Component != host || r.Metric != "cpu" || !r.BusyBefore || r.Status != analyze.ResourceSaturated {
			continue
		}
		out := "Keep other work off the machine in the next run: its processors were at " + text(r.Normal) + " before the load"
		by, busy, cores := s.shares(s.stress)
		tested := by[app] + by[database] + by[cache] + by[generator]
		if tested > 0 && busy-tested < otherWorkLeast*cores {
			return "" // it gave way
		}
		if tested > 0 && busy > tested {
			out += fmt.Sprintf(", and under it other work took %s of %s cores", digits(busy-tested), digits(cores))
		}
		return out
	}
	return ""
}

// shortRun asks for the run that was planned, where this one had less load.
func (s *scene) shortRun() string {
	if s.a.Plan == nil {
		return ""
	}
	planned := s.a.Plan.Setup.Users
	reached, ok := s.a.Run.UsersPeak.Float()
	then := "Repeat"
	if len(s.a.Diagnosis.Findings) > 0 {
		then = "Then repeat"
	}
	if c := s.a.Capacity; ok && c.Outcome == analyze.Broke {
		// More users than broke it tell nothing new; fewer may.
		if c.MaxUsers.Measured() || s.drifts || c.BreakingMetric == "outages" {
			return ""
		}
		return fmt.Sprintf("%s the test in steps of a minute or more that begin below %s: no load that holds every target is known yet", then, count(s.brokenFrom(reached), "user", "users"))
	}
	if !ok || reached >= 0.9*planned {
		return ""
	}
	return fmt.Sprintf("%s the test with the planned %s: this run reached %s", then, count(planned, "user", "users"), whole(reached)) + s.generatorFor(planned)
}

// mostOfCore is the share of its core from which Locust's own figures suffer.
const mostOfCore = .8

// generatorFor says how many processes of Locust so many users take at the pace
// of this run's, where those of this run do not carry them.
func (s *scene) generatorFor(users float64) string {
	x, p := s.throughput(), s.peak()
	if p == nil || !(x > 0) {
		return ""
	}
	pace := x / float64(p.UsersTo)
	if want, _, ok := s.asked(); ok && s.stressUsers > 0 {
		pace = math.Max(pace, want/s.stressUsers) // they waited for answers here
	}
	for _, c := range ceilings(s) {
		wanted := pace * users
		if c.kind != "load_generator" || wanted <= mostOfCore*c.rps {
			continue
		}
		now := 1.
		if log := s.a.Recorded.Log; log != nil && log.Workers > 1 {
			now = float64(log.Workers)
		}
		return fmt.Sprintf("; so many ask for %s, for which Locust takes %s (--processes, or workers) that use at most %.0f%% of a core each: %s", perSecond(roundTo2(wanted)), count(math.Ceil(now*wanted/(mostOfCore*c.rps)), "process", "processes"), 100*mostOfCore, c.said)
	}
	return ""
}

// brokenFrom is the load, in users, from which on a target may have been missed:
// the lower limit of the breaking point, else the least load known to miss it,
// else the highest of the run.
func (s *scene) brokenFrom(highest float64) float64 {
	low, high, ok := s.a.Capacity.Breaking.Limits()
	switch {
	case ok && low > 0:
		return math.Floor(low)
	case ok && high < highest:
		return math.Floor(high)
	}
	return highest
}

// asksForProcesses reports whether the immediate actions ask for more processes
// of Locust already.
func (s *scene) asksForProcesses() bool {
	return slices.ContainsFunc(s.a.Diagnosis.Immediate, func(a string) bool { return strings.Contains(a, "for which Locust takes") })
}

// limitedByMachine reports whether the bottleneck is a processor whose limit is
// the machine's own: that is no further limit then.
func (s *scene) limitedByMachine(fs []analyze.Finding) bool {
	component := map[string]string{"app_cpu": app, "db_cpu": database}
	if len(fs) == 0 || component[fs[0].Kind] == "" {
		return false
	}
	l, ok := s.cpu(component[fs[0].Kind])
	return ok && (l.whose != "" || l.limit >= s.hostCores())
}

// A ceiling is the most that a resource can carry at what a request costs now.
type ceiling struct {
	kind, what string
	rps        float64
	said       string
}

// ceilings works out by U = X·D what each processor would carry at most, the
// lowest first. They hold as long as a request costs what it cost here.
func ceilings(s *scene) []ceiling {
	x := s.throughput()
	if !(x > 0) {
		return nil
	}
	var out []ceiling
	for _, c := range [...]struct{ component, kind, what string }{
		{app, "app_cpu", "the application's processor time"},
		{database, "db_cpu", "the database's processor time"},
		{generator, "load_generator", "Locust's own core"},
	} {
		l, ok := s.cpu(c.component)
		if !ok || math.IsNaN(l.limit) && !l.ratio {
			continue
		}
		of := l.of()
		if c.component == generator && !l.ratio {
			l.limit, of = 1, "one core"
			if log := s.a.Recorded.Log; log != nil && log.Workers > 1 {
				l.limit, of = float64(log.Workers), fmt.Sprintf("its %d cores", log.Workers)
			}
		}
		u := mean(l.share(s.stress))
		if !(u >= .005) {
			continue
		}
		out = append(out, ceiling{c.kind, c.what, x / u, fmt.Sprintf("%s at %s ≈ %s (%s of %s at %s)", c.what, "100%", perSecond(roundTo2(x/u)), percent(u), of, perSecond(x))})
	}
	// The machine, whose cores all parts of the test share: what other work takes
	// is not to be had, unless it is the most of it and so no test of the system.
	if by, busy, cores := s.shares(s.stress); busy > 0 && cores > 0 {
		tested := by[app] + by[database] + by[cache] + by[generator]
		other := math.Max(0, busy-tested)
		free, aside := cores-other, besides(other)
		if tested <= other {
			free, aside = cores, ", without the other work that it did"
		}
		if (tested > other || by[app] > 0) && tested < cores {
			out = append(out, ceiling{"host_cpu", "the machine's processors", x * free / tested,
				fmt.Sprintf("the machine's processors at %s ≈ %s (%s of %s cores at %s, load generator included%s)", "100%", perSecond(roundTo2(x*free/tested)), digits(tested), digits(cores), perSecond(x), aside)})
		}
	}
	slices.SortStableFunc(out, func(a, b ceiling) int {
		switch {
		case a.rps < b.rps:
			return -1
		case a.rps > b.rps:
			return 1
		}
		return 0
	})
	return out
}

// besides names the cores that other work takes of a machine's: they are not
// to be had.
func besides(cores float64) string {
	if cores < .005 {
		return ""
	}
	return fmt.Sprintf(", and other work takes %s", digits(cores))
}

// roundTo2 rounds to two digits: a ceiling far above what was measured is no
// more exact than that.
func roundTo2(x float64) float64 {
	if x <= 0 {
		return x
	}
	e := math.Pow(10, math.Floor(math.Log10(x))-1)
	return math.Round(x/e) * e
}

// improvements lists what would raise the capacity after the immediate
// actions: what is a consequence now and must be sized for the load, and the
// limit that comes next.
func improvements(s *scene) []string {
	var out []string
	fs := s.a.Diagnosis.Findings
	if len(fs) > 0 && fs[0].Kind == "load_generator" {
		return nil // nothing about the system is proven
	}
	named := map[string]bool{}
	for _, f := range fs {
		named[f.Kind] = true
		if f.Consequence != "" && f.Kind != "crash" && len(out) < mostActions {
			out = append(out, fmt.Sprintf("After %s, look at %s again (%s)", the(fs[0].Component), the(f.Component), f.Consequence))
		}
	}
	further := ""
	for _, c := range ceilings(s) {
		if named[c.kind] || len(out) >= mostActions || s.hurt && len(fs) == 0 || c.kind == "host_cpu" && s.limitedByMachine(fs) {
			continue
		}
		if c.kind == "load_generator" { // limits the test and not the system
			further = "To test as far, run Locust in more processes: " + c.said
			continue
		}
		lead := "Next limit of the system, at what a request costs now: "
		if len(fs) == 0 {
			lead = "None called for by this run; the first limit ahead, at what a request costs now: "
		}
		out = append(out, lead+c.said)
		if further != "" && len(out) < mostActions && !s.asksForProcesses() {
			out = append(out, further)
		}
		break // the next limit is one
	}
	if len(fs) > 0 && fs[0].Kind != "crash" && fs[0].Kind != "memory" && s.a.Capacity.Outcome == analyze.NotIdentifiable && s.a.Capacity.BreakingNote != "" && len(out) < mostActions {
		out = append(out, "Measure the breaking point: "+plainSentence(s.a.Capacity.BreakingNote))
	}
	return out
}
