package analyze

import (
	"math"
	"regexp"

	"github.com/peakload/peakload/analyze/measure"
)

// refusedSlots are a database's own words for a connection that it refuses for
// want of room (PostgreSQL's SQLSTATE 53300, MySQL's error 1040, PgBouncer). They
// count as an exhausted pool, and the database refused a connection as well.
var refusedSlots = regexp.MustCompile(`(?i)too many clients already|remaining connection slots|too many connections|no more connections allowed|max_user_connections`)

// withRefusals adds to the connection errors of the database those that it
// refused for want of room: from the failures or the log, whichever has more.
func (c *context) withRefusals(o occurrences, errors measure.Value) measure.Value {
	named, file := int64(0), o.file
	for _, r := range o.rows {
		if r.cause.class == classPool && refusedSlots.MatchString(r.Error) {
			named += r.Count
		}
	}
	logged, log := int64(0), ""
	for _, e := range c.logged(classPool).events {
		if refusedSlots.MatchString(e.Example) {
			logged += e.Count
		}
	}
	if logged > 0 {
		log = c.logged(classPool).file
	}
	if logged >= named {
		named, file = logged, log
	}
	if named == 0 {
		return errors
	}
	n, _ := errors.Float()
	src := append(errors.Sources(), measure.Source{File: file, Formula: "and those that the database refused for want of room"})
	return measure.Of(n+float64(named), measure.Count, src...)
}

// awayLeast is how long a component must not answer its monitor to be away, s.
const awayLeast = 5.

// asked reports whether the cache was asked for anything in the run before a
// second: what does not use it has nothing to fall back from.
func asked(hits *Track, before float64) bool {
	if hits == nil {
		return false
	}
	at, _ := hits.within(0, before)
	return len(at) > 0
}

// withoutCache says how the requests fared while the cache did not answer its
// monitor: answered without it or not. ok is false where it always answered.
func (c *context) withoutCache() (m Mechanism, ok bool) {
	m.Name = "Cache Fallback"
	for _, u := range c.unreachables() {
		if u.component != "cache" || math.Min(u.to, c.length())-u.from < awayLeast || c.history == nil || !asked(c.tracks.of("cache", "hit_ratio"), u.from) {
			continue
		}
		from, to := -1, -1
		for i := range c.history.Time {
			if at := c.at(i); at >= u.from && at <= u.to {
				if from < 0 {
					from = i
				}
				to = i
			}
		}
		if from < 0 || to <= from {
			continue
		}
		w := c.window(from, to)
		e, known := w.ErrorRateWithout429().Float()
		if !known {
			e, known = w.ErrorRateWith429().Float()
		}
		if !known {
			continue
		}
		said := "while the cache did not answer its monitor, from " + measure.Span(math.Round(u.from)) + " to " + measure.Span(math.Round(math.Min(u.to, c.length()))) + " of the run, " +
			measure.Format(measure.Of(e, measure.Ratio), measure.Style{}) + " of the requests failed"
		if e < .05 {
			m.Seen, m.Evidence = Yes, said+": they were answered without it"
		} else {
			m.Seen, m.Evidence = No, said
		}
		return m, true
	}
	return m, false
}
