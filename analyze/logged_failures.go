package analyze

import (
	"fmt"

	"github.com/peakload/peakload/analyze/measure"
)

// timeouts are the requests that timed out: at the client or at a proxy (504),
// as Locust's failures say, or inside the system, as the application's log
// says. The two may tell of the same requests, so that they are not added up:
// the one that tells of more is taken.
func timeouts(c *context, o occurrences) Timeouts {
	match := ofClass(classTimeout)
	t := Timeouts{Count: o.count(match, 0, "Σ of the rows whose text names a timeout"), Endpoints: o.endpoints(match)}
	l := c.logged(classTimeout)
	if n, ok := t.Count.Float(); l.count > 0 && (!ok || float64(l.count) > n) {
		t.Count = measure.Of(float64(l.count), measure.Count, l.source("lines that tell of a timeout, in the run's window"))
		t.Endpoints = l.endpoints()
	}
	t.Share = measure.Quotient(t.Count, c.whole.Requests, measure.Ratio)
	return t
}

// explained is how many failures inside the application its log tells the
// reason of.
func (c *context) explained() int64 {
	return c.logged(classPool, classTimeout, classDBConnection, classDBQuery, classDBLock, classDBOther, classConnection, classRateLimited).count
}

// databaseErrors are the failures that name the database: in the load
// generator's list, in the application's log, or in the database's own counters.
// One event may stand in all three, so that the largest count is taken and none
// are added up.
//
// Failures that only say that the server failed (5xx) may hide more: with them,
// none named is not none, unless the log gives the reasons of as many.
func databaseErrors(c *context, o occurrences) DatabaseErrors {
	hidden := o.sum(cause.opaque)
	if c.hasLog() {
		hidden = max(0, hidden-c.explained())
		if hidden*50 <= o.sum(cause.opaque) {
			hidden = 0 // what came before the window, or after the file was written
		}
	}
	count := func(class string, counters ...string) measure.Value {
		match := ofClass(class)
		best := o.count(match, hidden, "Σ of the rows of class "+class)
		named := o.sum(match)
		if l := c.logged(class); l.count > 0 && l.count >= named {
			best = measure.Of(float64(l.count), measure.Count, l.source("lines of class "+class+" in the run's window"))
			named = l.count
		}
		for _, name := range counters {
			if v, ok := c.tracks.countedInRun("database", name, "", c.length()); ok {
				if n, known := v.Float(); known && int64(n) > named {
					best, named = v, int64(n)
				}
			}
		}
		if named > 0 {
			return best
		}
		if hidden > 0 && o.file != "" {
			need := needLog
			if c.hasLog() {
				need = "a log that gives their reason"
			}
			return measure.None(measure.Count, measure.NotDerivable,
				fmt.Sprintf("%s: none of the failures names one, and %s failures do not say what failed inside the server", need, grouped(hidden)))
		}
		if o.file == "" && c.hasWholeLog() {
			return measure.Of(0, measure.Count, measure.Source{File: c.run.AppLogs[0].File, Formula: "no line of class " + class})
		}
		if part := c.logPart(); o.file == "" && part != "" {
			return measure.None(measure.Count, measure.NotDerivable, "a log of the whole run: the application's names none, but covers a part only"+part)
		}
		return best
	}
	return DatabaseErrors{
		Connection:   c.withRefusals(o, count(classDBConnection)),
		QueryTimeout: count(classDBQuery),
		LockTimeout:  count(classDBLock, "deadlocks_total"),
		Other:        count(classDBOther, "conflicts_total"),
	}
}
