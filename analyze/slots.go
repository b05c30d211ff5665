package analyze

import (
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
