package analyze

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// failures answers what failed: by class, and what the document asks of pools,
// timeouts and the database.
//
// A class's count is exact for what the failures' file holds, which is what was
// recorded when it was last written; failures that were counted elsewhere and
// stand in no row widen the limits of every class.
func failures(c *context) FailureReport {
	o := newOccurrences(c.run, c.whole.Failures)
	c.occurrences = o
	r := FailureReport{
		Classes:        classes(o),
		Source:         classified(o, c.whole.Failures),
		PoolExhaustion: poolExhaustion(c, o),
		Timeouts:       timeouts(c, o),
		Database:       databaseErrors(c, o),
		Courses:        c.failureCourses(),
	}
	noteFailures(c, o)
	return r
}

// maxExample is how much of an error text is shown, in characters.
const maxExample = 500

// classes are the classes that occurred, most first.
func classes(o occurrences) []ErrorClass {
	var out []ErrorClass
	for _, name := range []string{classRateLimited, classTimeout, classConnection, classPool, classDBConnection, classDBQuery, classDBLock,
		classDBOther, classHTTP4xx, classHTTP5xx, classAssertion, classOther} {
		match := ofClass(name)
		if o.sum(match) == 0 {
			continue
		}
		out = append(out, ErrorClass{
			Class:     name,
			Count:     o.count(match, 0, "Σ of the rows of class "+name),
			Endpoints: o.endpoints(match),
			Examples:  examples(o, match, 3),
		})
	}
	slices.SortStableFunc(out, func(a, b ErrorClass) int {
		x, _ := a.Count.Float()
		y, _ := b.Count.Float()
		return cmp.Compare(y, x)
	})
	return out
}

// examples are the most frequent different texts that match.
func examples(o occurrences, match matcher, most int) []string {
	type text struct {
		s string
		n int64
	}
	var all []text
	index := map[string]int{}
	for _, r := range o.rows {
		if !match(r.cause) {
			continue
		}
		s := r.Error
		if utf8.RuneCountInString(s) > maxExample {
			s = string([]rune(s)[:maxExample]) + "…"
		}
		i, ok := index[s]
		if !ok {
			i = len(all)
			index[s] = i
			all = append(all, text{s: s})
		}
		all[i].n += r.Count
	}
	slices.SortStableFunc(all, func(a, b text) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.s, b.s)) })
	var out []string
	for _, t := range all[:min(most, len(all))] {
		out = append(out, t.s)
	}
	return out
}

// classified is the share of the failures that the classes rest on.
func classified(o occurrences, counted measure.Value) measure.Value {
	if o.file == "" {
		return measure.None(measure.Ratio, measure.NoSource, needFailures)
	}
	all := o.named + o.unnamed
	src := measure.Source{File: o.file, Lines: o.lines, Column: "Occurrences", Formula: fmt.Sprintf("%d of %d failures are named", o.named, all)}
	if all == 0 {
		return measure.Of(1, measure.Ratio, src)
	}
	n, _ := counted.Float()
	share := float64(o.named) / float64(all)
	return measure.Within(share, share, min(1, float64(o.named)/max(n, float64(o.named))), measure.Ratio, measure.Exact, src)
}

// kindsOf names the classes of the failures that match, most first.
func kindsOf(o occurrences, match matcher) string {
	var names []string
	for _, class := range classes(o) {
		if o.sum(func(c cause) bool { return c.class == class.Class && match(c) }) > 0 {
			names = append(names, class.Words())
		}
	}
	return strings.Join(names, ", ")
}

// usersBetween is the number of users at sample at, which is one of those from
// sample from to sample to.
func usersBetween(c *context, from, to, at int, formula string) measure.Value {
	h := c.history
	low, high := h.Users[from], h.Users[from]
	for i := from; i <= to; i++ {
		low, high = min(low, h.Users[i]), max(high, h.Users[i])
	}
	return measure.Within(float64(h.Users[at]), float64(low), float64(high), measure.Users, measure.Bounded, c.src(from, to, "User Count", formula))
}

// impact says what a stretch cost: the share of requests that failed and how
// the mean latency compares with what was before.
func impact(c *context, from, to int) string {
	if to <= from {
		return ""
	}
	w := c.window(from, to)
	share := measure.Quotient(w.Failures, w.Requests, measure.Ratio)
	if !share.Measured() {
		return ""
	}
	s := fmt.Sprintf("%s of requests failed while it lasted", measure.Format(share, measure.Style{}))
	edge := firstEdge(c.history)
	if from <= edge {
		return s
	}
	mean, ok := w.Mean.Float()
	before, ok2 := c.window(edge, from).Mean.Float()
	if ok && ok2 && before > 0 {
		s += fmt.Sprintf("; mean latency %s, %.1f times that before", measure.Format(w.Mean, measure.Style{}), mean/before)
	}
	return s
}

// noteFailures adds what makes the failures' figures, or the run, doubtful.
func noteFailures(c *context, o occurrences) {
	generator := func(k cause) bool { return k.generator }
	if n := o.sum(generator); n > 0 {
		c.note(loadtest.Note{Code: "generator_limits", Severity: loadtest.Error, Source: o.file,
			Message: fmt.Sprintf("%d failures are the load generator's own: it ran out of files or ports (%s). They say nothing of the system under test.", n, strings.Join(examples(o, generator, 1), ""))})
	}
	if o.file != "" && o.unnamed > 0 {
		c.note(loadtest.Note{Code: "failures_unnamed", Severity: loadtest.Warn, Source: o.file,
			Message: fmt.Sprintf("%d failures were counted and %d are named: %d may be of any kind.", o.named+o.unnamed, o.named, o.unnamed)})
	}
	if n, ok := c.whole.Failures.Float(); ok && o.file != "" && float64(o.named) > n {
		c.note(loadtest.Note{Code: "failures_more_named", Severity: loadtest.Info, Source: o.file,
			Message: fmt.Sprintf("%d failures are named and %.0f were counted.", o.named, n)})
	}
	if c.run.Exceptions == nil {
		return
	}
	hidden := int64(0)
	for _, e := range c.run.Exceptions.Rows {
		if k := classify(e.Message); k.class != classOther && k.class != classAssertion {
			hidden += e.Count
		}
	}
	if hidden > 0 {
		c.note(loadtest.Note{Code: "exceptions_like_failures", Severity: loadtest.Warn, Source: c.run.Exceptions.File,
			Message: fmt.Sprintf("%d Python errors that ended a task look like timeouts, connection or database errors; Locust does not count them as failed requests and neither do these figures.", hidden)})
	}
}

// Words names the class for people: "server errors (HTTP 5xx)".
func (c ErrorClass) Words() string {
	switch c.Class {
	case "rate_limited":
		return "refused by a rate limiter (429)"
	case "timeout":
		return "timed out"
	case "connection":
		return "connection refused, reset or lost"
	case "pool":
		return "connection pool exhausted"
	case "db_connection":
		return "no connection to the database"
	case "db_query_timeout":
		return "database query timed out"
	case "db_lock_timeout":
		return "database lock timed out"
	case "db_other":
		return "other database error"
	case "http_4xx":
		return "HTTP 4xx"
	case "http_5xx":
		return "HTTP 5xx"
	case "assertion":
		return "answer rejected by the test"
	}
	return "other"
}
