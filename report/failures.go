package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/form"
)

// lackFailures is what figures of failures need.
const lackFailures = "Not measured: needs the failures file of the run, the one that ends in _failures.csv."

// fillPool fills the scenario of an exhausted connection pool.
func fillPool(f *filler, s *form.Section) {
	p := f.a.Failures.PoolExhaustion
	for _, l := range labels(s) {
		switch {
		case says(l.label, "Occurred"):
			put(l.slot, f.answer(p.Occurred, p.Evidence, "pool", "Not measured: needs the failures file, or the application's log, to see what the errors were."))
		case says(l.label, "User Count", "At User"):
			f.scenario(l.slot, p.Occurred, p.AtUsers, "pool-users", "Not measured: needs the time of the first error, which the failures file holds from Locust 2.44 on, or the application's log.")
		case says(l.label, "Recovery"):
			f.scenario(l.slot, p.Occurred, p.Recovery, "pool-recovery", "Not measured: needs the times of the errors, from the application's log, and requests after the load was taken away.")
		case says(l.label, "Impact"):
			switch {
			case !open(l.slot):
			case p.Impact != "":
				put(l.slot, form.Escape(p.Impact))
			case p.Occurred == analyze.No:
				put(l.slot, "None")
			default:
				f.absent(l.slot, "pool", notMeasured(p.Evidence, "Not measured: needs the failures file, or the application's log, to see what the errors were."))
			}
		}
	}
}

// scenario fills a figure that has a meaning only where something happened.
func (f *filler) scenario(s *form.Slot, occurred analyze.YesNo, v measure.Value, id, lacking string) {
	switch {
	case !open(s):
	case occurred == analyze.No && !v.Measured():
		put(s, "Not applicable")
	case occurred == analyze.Unknown && !v.Measured() && v.Need() == "":
		f.absent(s, "pool", notMeasured(f.a.Failures.PoolExhaustion.Evidence, lacking))
	default:
		f.figure(s, v, "", id, lacking)
	}
}

// fillTimeouts fills the scenario of requests that timed out.
func fillTimeouts(f *filler, s *form.Section) {
	t := f.a.Failures.Timeouts
	n, counted := t.Count.Float()
	for _, l := range labels(s) {
		switch {
		case says(l.label, "Count", "Timeouts"):
			f.figure(l.slot, t.Count, "", "failures", lackFailures)
		case says(l.label, "Percentage", "Share", "Rate"):
			f.figure(l.slot, t.Share, "", "failures", lackFailures)
		case says(l.label, "Endpoint"):
			switch {
			case !counted:
				f.absent(l.slot, "failures", lackFailures)
			case n == 0:
				put(l.slot, "None")
			default:
				put(l.slot, endpointsText(t.Endpoints))
			}
		case says(l.label, "Root Cause", "Cause"):
			switch {
			case !counted:
				f.absent(l.slot, "failures", lackFailures)
			case n == 0:
				text := "Not applicable: no request timed out"
				if f.a.Failures.PoolExhaustion.Occurred == analyze.Yes {
					text += "; those that waited in vain for a pooled connection count as pool exhaustion"
				}
				put(l.slot, text)
			case t.RootCause != "":
				put(l.slot, form.Escape(t.RootCause))
			default:
				if open(l.slot) {
					put(l.slot, "Undetermined"+f.notes.add("diagnosis", lackDiagnosis))
				}
			}
		}
	}
}

// databaseErrors recognises the section of errors that name the database: by
// its heading, or by the one above it where its own says only "Database".
func databaseErrors(s *form.Section) bool {
	if under("Database Error", "Database Failure")(s) {
		return true
	}
	return says(s.Title, "Database") && slices.ContainsFunc(s.Path, func(k string) bool { return says(k, "Failure", "Error") })
}

// fillDatabase fills the counts of errors that name the database.
func fillDatabase(f *filler, s *form.Section) {
	d := f.a.Failures.Database
	for _, l := range labels(s) {
		switch {
		case says(l.label, "Connection"):
			f.figure(l.slot, d.Connection, "", "failures", lackFailures)
		case says(l.label, "Query"):
			f.figure(l.slot, d.QueryTimeout, "", "failures", lackFailures)
		case says(l.label, "Lock", "Deadlock"):
			f.figure(l.slot, d.LockTimeout, "", "failures", lackFailures)
		case says(l.label, "Other"):
			f.figure(l.slot, d.Other, "", "failures", lackFailures)
		}
	}
}

// maxEndpoints is how many endpoints a list names.
const maxEndpoints = 5

// endpointsText lists endpoints with their counts, the worst first, as the
// analysis orders them.
func endpointsText(es []analyze.EndpointCount) string {
	parts := make([]string, 0, maxEndpoints+1)
	for i, e := range es {
		if i == maxEndpoints {
			break
		}
		name := strings.TrimSpace(e.Endpoint.Method + " " + e.Endpoint.Name)
		if name == "" {
			name = "(unnamed)"
		}
		parts = append(parts, form.Escape(name)+" ("+measure.Format(measure.Of(float64(e.Count), measure.Count), measure.Style{})+")")
	}
	text := strings.Join(parts, ", ")
	if more := len(es) - maxEndpoints; more > 0 {
		text += fmt.Sprintf(" and +%d more", more)
	}
	return text
}
