package explain

import (
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/plan"
)

// A topic is what can be asked for by a name of its own, besides the metrics of
// phases and endpoints.
type topic struct {
	names []string // as key makes them; the first is the one to show
	write func(p page, a *analyze.Analysis)
}

// topics are the answers, findings and figures of the document under the names
// that it, results.json and people give them.
func topics() []topic {
	return []topic{
		{[]string{"capacity", "system capacity", "breaking point analysis", "levels"}, page.allCapacity},
		{[]string{"breaking point", "breaking point users", "breakpoint", "breaking", "break", "system failure point"}, capacityPage("breaking_point")},
		{[]string{"max users", "max concurrent users", "maximum users", "maximum concurrent users", "max load"}, capacityPage("max_users")},
		{[]string{"max rps", "max requests second", "max requests sec", "max requests per second", "max throughput", "maximum throughput", "sustained throughput"}, capacityPage("max_rps")},
		{[]string{"knee", "knee point"}, capacityPage("knee")},
		{[]string{"recovery", "recovery time", "recovery s", "recovery after load"}, capacityPage("recovery")},
		{[]string{"bottlenecks", "bottleneck", "bottlenecks identified", "diagnosis", "causes", "root cause"}, func(p page, a *analyze.Analysis) { p.bottlenecks(a.Diagnosis) }},
		{[]string{"ruled out", "not looked at"}, func(p page, a *analyze.Analysis) { p.ruledOut(a.Diagnosis) }},
		{[]string{"issues", "issues identified"}, func(p page, a *analyze.Analysis) { p.issues(a, "") }},
		{[]string{"recommendations", "actions", "immediate actions", "capacity improvements", "improvements"}, func(p page, a *analyze.Analysis) { p.recommendations(a.Diagnosis) }},
		{[]string{"scaling", "scaling strategy", "scaling triggers", "auto scaling", "autoscaling", "auto scaling triggers", "triggers", "horizontal scaling", "vertical scaling", "load balancing"}, page.scaling},
		{[]string{"degradation", "graceful degradation", "bands", "load levels", "system behavior"}, page.degradation},
		{[]string{"mechanisms", "degradation mechanisms"}, func(p page, a *analyze.Analysis) { p.mechanisms(a, "") }},
		{[]string{"expectations", "expected vs actual"}, page.expectations},
		{[]string{"lessons", "lessons learned"}, func(p page, a *analyze.Analysis) { p.lessons(a) }},
		{[]string{"pool", "pool exhaustion", "connection pool exhaustion"}, func(p page, a *analyze.Analysis) { p.pool(a.Failures.PoolExhaustion) }},
		{[]string{"timeouts", "timeout", "timeout errors"}, func(p page, a *analyze.Analysis) { p.timeouts(a.Failures.Timeouts) }},
		{[]string{"database errors", "db errors"}, func(p page, a *analyze.Analysis) { p.databaseErrors(a.Failures.Database) }},
		{[]string{"rate limit", "rate limiting analysis", "rate limit effectiveness", "rate limit protection", "protection"}, page.rateLimit},
		{[]string{"stability", "system stability", "crashes", "restarts"}, page.stability},
		{[]string{"targets", "verdict", "status"}, page.targets},
	}
}

// capacityPage is the topic of one of the capacity figures.
func capacityPage(name string) func(page, *analyze.Analysis) {
	return func(p page, a *analyze.Analysis) { p.capacity(a, name) }
}

// parts are the topics with several parts, of which one can be asked for:
// "bottleneck 1", "issue 3", "expectation 2", "degradation 0-500".
func parts() []part {
	return []part{
		{[]string{"bottleneck"}, func(p page, a *analyze.Analysis, which string) error { return p.bottleneck(a.Diagnosis, which) }},
		{[]string{"issue", "issues"}, page.issue},
		{[]string{"expectation", "expectations"}, page.expectation},
		{[]string{"lesson", "lessons"}, page.lesson},
		{[]string{"degradation", "graceful degradation", "band", "load level"}, page.degradationPart},
		{[]string{"mechanism", "degradation mechanism"}, page.mechanism},
	}
}

// A part is one of several of a topic.
type part struct {
	names []string
	write func(p page, a *analyze.Analysis, which string) error
}

// key is a name without case, punctuation and emphasis: "Auto-scaling" and
// "auto_scaling" are one.
func key(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return strings.ContainsRune(" \t-_./#:()*–", r)
	}), " ")
}

// topic writes what goes by a name of its own; it is false for other names.
func (p page) topic(a *analyze.Analysis, name string) (bool, error) {
	if name == "" || strings.ContainsAny(name, "@'\"") {
		return false, nil
	}
	k := key(name)
	for _, t := range topics() {
		for _, n := range t.names {
			if k == n {
				t.write(p, a)
				return true, nil
			}
		}
	}
	if s := severity(name); s != "" {
		p.issues(a, s)
		return true, nil
	}
	for _, t := range parts() {
		for _, n := range t.names {
			if which, ok := strings.CutPrefix(k, n+" "); ok {
				return true, t.write(p, a, which)
			}
		}
	}
	return p.unprefixed(a, name, k)
}

// unprefixed writes a part that is asked for without saying of what: "primary
// bottleneck", "lock_contention", "cache fallback", "0-500 users", or an
// expectation in its own words.
func (p page) unprefixed(a *analyze.Analysis, name, k string) (bool, error) {
	if rank, ok := strings.CutSuffix(k, " bottleneck"); ok {
		return true, p.bottleneck(a.Diagnosis, rank)
	}
	for _, m := range a.Mechanisms {
		if key(m.Name) == k {
			return true, p.mechanism(a, k)
		}
	}
	for i := range a.Bands {
		if isBand(a.Bands[i], name) {
			p.band(a.Bands[i])
			return true, nil
		}
	}
	for _, e := range a.Expectations {
		if key(e.Text) == k {
			return true, p.expectation(a, k)
		}
	}
	if strings.Contains(name, ".") {
		return false, nil // "app.cpu" is the figure, "app_cpu" the cause
	}
	for _, kind := range kinds(a.Diagnosis) {
		if key(kind) == k {
			return true, p.bottleneck(a.Diagnosis, k)
		}
	}
	return false, nil
}

// kinds are the kinds of bottleneck, and their titles.
func kinds(d analyze.Diagnosis) []string {
	var out []string
	for _, f := range append(append([]analyze.Finding(nil), d.Findings...), d.Suspicions...) {
		out = append(out, f.Kind, f.Title)
	}
	for _, c := range d.Clear {
		out = append(out, c.Kind, c.Title)
	}
	for _, g := range d.NotLookedAt {
		out = append(out, g.Kind, g.Title)
	}
	return out
}

// severity is an issues' severity. p1 and p2 in small letters are percentiles.
func severity(name string) string {
	switch s := strings.TrimSuffix(name, " issues"); {
	case s == "P0" || s == "P1" || s == "P2":
		return s
	case s == "p0", s != name && (s == "p1" || s == "p2"):
		return strings.ToUpper(s)
	}
	return ""
}

// isBand reports whether a name is that of a load level: "0-500", "0-500 users".
func isBand(b analyze.Band, name string) bool {
	if key(b.Label) == key(name) {
		return true
	}
	from, to, ok := plan.ParseBand(strings.TrimSuffix(strings.TrimSpace(name), " users") + " users")
	return ok && from == b.From && to == b.To
}

// names are the names of the topics, to list.
func names() []string {
	var out []string
	for _, t := range topics() {
		out = append(out, t.names[0])
	}
	return out
}
