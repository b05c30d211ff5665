package analyze

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// A typeCount is what is known of one user type's requests.
type typeCount struct {
	name              string // as its source writes it
	requests, limited measure.Value
	from              string // the source, in words
}

// userTypes counts requests and 429s by user type, from the best source that
// knows the type: the application's own counters, its log, and requests whose
// names tell the type as peakload.yaml says.
func (c *context) userTypes(o occurrences) []typeCount {
	var out []typeCount
	add := func(t typeCount) {
		for i := range out {
			if !sameUserType(out[i].name, t.name) {
				continue
			}
			// A later source fills in what an earlier one does not know.
			if !out[i].requests.Measured() {
				out[i].requests = t.requests
			}
			if !out[i].limited.Measured() {
				out[i].limited = t.limited
			}
			return
		}
		out = append(out, t)
	}
	for _, t := range c.countersByType() {
		add(t)
	}
	for _, t := range c.logByType() {
		add(t)
	}
	for _, t := range c.namesByType(o) {
		add(t)
	}
	return out
}

// sameUserType reports whether two names are one user type's: "Writer",
// "writers", "WriterUser".
func sameUserType(a, b string) bool { return userTypeKey(a) == userTypeKey(b) }

func userTypeKey(name string) string {
	k := letters(name)
	for _, end := range []string{"s", "user", "client"} {
		if t := strings.TrimSuffix(k, end); t != "" {
			k = t
		}
	}
	return k
}

// countersByType reads counters whose instance is a user type: those that count
// 429s by it, and the requests beside them.
func (c *context) countersByType() []typeCount {
	var out []typeCount
	length := c.length()
	for _, component := range c.counterComponents("rate_limited_total", "rate_limited_per_second") {
		for _, name := range c.instancesOf(component, "rate_limited_total", "rate_limited_per_second") {
			t := typeCount{name: name, from: "the application's own counters",
				requests: measure.None(measure.Count, measure.NoSource, needUserTypes)}
			if v, ok := c.tracks.countedInRun(component, "rate_limited_total", name, length); ok {
				t.limited = v
			} else {
				t.limited = c.summedRate(component, "rate_limited_per_second", name)
			}
			if v, ok := c.tracks.countedInRun(component, "requests_total", name, length); ok {
				t.requests = v
			} else if v := c.summedRate(component, "requests_per_second", name); v.Measured() {
				t.requests = v
			}
			out = append(out, t)
		}
	}
	return out
}

// counterComponents are the components with one of these figures by instance.
func (c *context) counterComponents(metrics ...string) []string {
	var out []string
	for _, tr := range c.tracks.all {
		if tr.Instance != "" && slices.Contains(metrics, tr.Metric) && !slices.Contains(out, tr.Component) {
			out = append(out, tr.Component)
		}
	}
	return out
}

// instancesOf are the instances that a component's figures are kept by.
func (c *context) instancesOf(component string, metrics ...string) []string {
	var out []string
	for _, tr := range c.tracks.all {
		if tr.Component == component && tr.Instance != "" && slices.Contains(metrics, tr.Metric) && !slices.Contains(out, tr.Instance) {
			out = append(out, tr.Instance)
		}
	}
	return out
}

// summedRate adds up a rate over the run, for want of its counter: each reading
// stands for the time until the next. Rates of Prometheus are means over a
// range, so that the sum may be off at both ends by what the range holds.
func (c *context) summedRate(component, metric, instance string) measure.Value {
	best := -1
	for i := range c.tracks.all {
		tr := &c.tracks.all[i]
		if tr.Component == component && tr.Metric == metric && tr.Instance == instance &&
			(best < 0 || rank(tr.Kind) < rank(c.tracks.all[best].Kind)) {
			best = i
		}
	}
	if best < 0 {
		return measure.None(measure.Count, measure.NoSource, needUserTypes)
	}
	return c.summed(&c.tracks.all[best])
}

// summed adds a track of a rate up over the run.
func (c *context) summed(tr *Track) measure.Value {
	none := measure.None(measure.Count, measure.NoSource, needUserTypes)
	// The rate's range reaches back, so that the run's end shows a little late.
	time, value := tr.within(loadBegins, c.length()+60)
	if len(time) < 2 {
		return none
	}
	sum, longest := 0.0, 0.0
	for i := 1; i < len(time); i++ {
		dt := time[i] - time[i-1]
		sum += (value[i] + value[i-1]) / 2 * dt
		longest = max(longest, dt)
	}
	src := measure.Source{File: tr.File, Column: trackName(tr), Formula: "Σ rate × time between readings"}
	x := candidate{Track: *tr}
	if x.measureCover(c.length()); x.covers < .9 {
		// What came while nobody looked is not known.
		return measure.Within(math.Round(sum), math.Floor(.95*sum), math.Inf(1), measure.Count, measure.Bounded, src)
	}
	if sum == 0 {
		return measure.Of(0, measure.Count, src)
	}
	off := max(.05*sum, 2*longest*slices.Max(value)*.1)
	return measure.Within(math.Round(sum), max(0, math.Floor(sum-off)), math.Ceil(sum+off), measure.Count, measure.Estimated, src)
}

// logByType counts by the user types that the application's log names: 429s,
// and requests where every request has a line.
func (c *context) logByType() []typeCount {
	var out []typeCount
	get := func(name string) *typeCount {
		for i := range out {
			if sameUserType(out[i].name, name) {
				return &out[i]
			}
		}
		out = append(out, typeCount{name: name, from: "the application's log",
			requests: measure.None(measure.Count, measure.NoSource, needUserTypes), limited: measure.None(measure.Count, measure.NoSource, needUserTypes)})
		return &out[len(out)-1]
	}
	add := func(v measure.Value, n int64, file, formula string) measure.Value {
		have, _ := v.Float()
		return measure.Of(have+float64(n), measure.Count, measure.Source{File: file, Formula: formula})
	}
	access := c.logged("request").count > 0
	for i := range c.run.AppLogs {
		l := &c.run.AppLogs[i]
		for k := range l.Events {
			e := &l.Events[k]
			if e.UserType == "" || e.Count <= 0 {
				continue
			}
			t := get(e.UserType)
			if e.Class == classRateLimited {
				t.limited = add(t.limited, e.Count, l.File, "lines that tell of a 429 and name the user type")
			}
			if access && e.Status > 0 {
				t.requests = add(t.requests, e.Count, l.File, "lines of requests that name the user type")
			}
		}
	}
	for i := range out {
		if access && !out[i].limited.Measured() {
			out[i].limited = measure.Of(0, measure.Count, measure.Source{File: c.run.AppLogs[0].File, Formula: "no line of its requests is a 429"})
		}
	}
	return out
}

// namesByType counts the requests whose names tell the user type.
func (c *context) namesByType(o occurrences) []typeCount {
	var out []typeCount
	for _, p := range c.plan.Sources.UserTypes {
		if slices.ContainsFunc(out, func(t typeCount) bool { return t.name == p.UserType }) {
			continue
		}
		// All the type's patterns together.
		matches := func(e loadtest.Endpoint) bool {
			name := strings.TrimSpace(e.Method + " " + e.Name)
			return slices.ContainsFunc(c.plan.Sources.UserTypes, func(q plan.UserTypePattern) bool {
				if q.UserType != p.UserType {
					return false
				}
				return shellMatch(q.Match, name)
			})
		}
		n, file, found := c.requestsOf(matches)
		if !found {
			continue
		}
		t := typeCount{name: p.UserType, from: "the names of requests",
			requests: measure.Of(float64(n), measure.Count, measure.Source{File: file, Column: "Request Count", Formula: "Σ of the endpoints that " + p.UserType + " requests are named by"})}
		if o.file == "" {
			t.limited = measure.None(measure.Count, measure.NoSource, needFailures)
		} else {
			limited := int64(0)
			for _, r := range o.rows {
				if r.class == classRateLimited && matches(r.Endpoint) {
					limited += r.Count
				}
			}
			t.limited = measure.Within(float64(limited), float64(limited), float64(limited+o.unnamed), measure.Count, measure.Bounded,
				measure.Source{File: o.file, Lines: o.lines, Column: "Occurrences", Formula: "Σ of the 429s of those endpoints"})
		}
		out = append(out, t)
	}
	return out
}

// requestsOf adds up the requests of endpoints over the whole run.
func (c *context) requestsOf(matches func(loadtest.Endpoint) bool) (n int64, file string, found bool) {
	if t := c.run.Totals; t != nil && len(t.Endpoints) > 0 {
		for _, e := range t.Endpoints {
			if matches(e.Endpoint) {
				n, found = n+e.Requests, true
			}
		}
		return n, t.File, found
	}
	if h := c.history; h != nil {
		for i := range h.Endpoints {
			if s := &h.Endpoints[i]; matches(s.Endpoint) && len(s.Requests) > 0 {
				n, found = n+s.Requests[len(s.Requests)-1], true
			}
		}
		return n, h.File, found
	}
	return 0, "", false
}

// shellMatch matches a shell pattern whose * also crosses slashes, as the names
// of requests have them.
func shellMatch(pattern, name string) bool {
	px, nx, star, mark := 0, 0, -1, 0
	for nx < len(name) {
		switch {
		case px < len(pattern) && (pattern[px] == '?' || pattern[px] == name[nx]) && pattern[px] != '*':
			px++
			nx++
		case px < len(pattern) && pattern[px] == '*':
			star, mark = px, nx
			px++
		case star >= 0:
			mark++
			px, nx = star+1, mark
		default:
			return false
		}
	}
	for px < len(pattern) && pattern[px] == '*' {
		px++
	}
	return px == len(pattern)
}

// fillUserType gives a user type its figures and its status.
func fillUserType(u *UserType, t typeCount) {
	u.Requests, u.Limited = t.requests, t.limited
	u.Share = measure.Quotient(u.Limited, u.Requests, measure.Ratio)
	if n, ok := u.Limited.Float(); ok && !u.Share.Measured() {
		if r, known := u.Requests.Float(); known && n == 0 && r == 0 {
			u.Share = measure.None(measure.Ratio, measure.NotApplicable, "")
		} else if !known {
			u.Share = measure.None(measure.Ratio, u.Requests.Why(), u.Requests.Need())
		}
	} else if ok {
		if low, high, _ := u.Share.Limits(); high > 1 {
			s, _ := u.Share.Float()
			u.Share = measure.Within(min(s, 1), low, 1, measure.Ratio, measure.Bounded, u.Share.Sources()...)
		}
	}
	n, ok := u.Limited.Float()
	_, high, _ := u.Limited.Limits()
	switch {
	case !ok:
		u.Status, u.Why = LimitUnknown, "needs "+u.Limited.Need()
	case n > 0:
		u.Status, u.Why = LimitActive, fmt.Sprintf("%s requests were answered with 429, by %s", grouped(int64(n)), t.from)
	case high > 0:
		u.Status, u.Why = LimitUnknown, "none was counted, but the readings do not cover the run"
	default:
		u.Status, u.Why = LimitNotTriggered, "none was answered with 429, by "+t.from
	}
}
