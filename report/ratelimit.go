package report

import (
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/form"
)

var userTypeNames = []string{"User Type", "User Class", "Client Type", "Role"}

// rateLimitColumns recognises the table of user types.
func rateLimitColumns(t *form.Table) bool {
	return has(t, userTypeNames...) && has(t, "Rate Limited", "Limited", "% Limited", "429s")
}

func readRateLimit(r *reader, s *form.Section) {
	for _, t := range tables(s, rateLimitColumns) {
		label := labelColumn(t, userTypeNames...)
		for _, row := range t.Rows {
			if slot := cell(row, label); slot != nil && stated(slot.Text) && !isTotal(slot.Text) {
				r.plan.UserTypes = append(r.plan.UserTypes, slot.Text)
			}
		}
	}
}

func isTotal(label string) bool {
	return same(label, "Total") || same(label, "All") || same(label, "All Users") || same(label, "Overall")
}

func fillRateLimit(f *filler, s *form.Section) {
	for _, t := range tables(s, rateLimitColumns) {
		label, status := labelColumn(t, userTypeNames...), column(t, "Status")
		share := column(t, "% Limited", "% Rate Limited", "Share", "Percentage")
		limited := column(t, "Rate Limited", "429s", "Limited Requests")
		requests := column(t, "Requests", "Total Requests")
		for _, row := range t.Rows {
			name := cell(row, label)
			if name == nil || strings.TrimSpace(name.Text) == "" {
				continue
			}
			u, id := f.userType(name.Text)
			lacking := "Not measured: needs requests counted by user type, which the application's metrics or log may hold; Locust's files count them all together."
			if id == "ratelimit" {
				lacking = "Not measured: needs the failures file, which tells 429s from other errors."
			}
			for i, c := range row.Cells {
				switch i {
				case label:
				case requests:
					if !open(c) {
						continue
					}
					text := f.text(u.Requests, styleOf(c, header(t, i)), id, lacking)
					if isTotal(name.Text) {
						text += f.typesApart()
					}
					put(c, text)
				case limited:
					f.figure(c, u.Limited, header(t, i), id, lacking)
				case share:
					f.figure(c, u.Share, "", id, lacking)
				case status:
					put(c, limitText(u.Status))
				}
			}
		}
	}
}

// sameTypes are names that mean the same users.
var sameTypes = [...][]string{
	{"Unauthenticated", "Anonymous", "Guest", "Not Logged In"},
	{"Authenticated", "Logged In", "Signed In"},
}

// userType returns the figures of a row of the table; those of a type that the
// run does not tell apart are not measured.
func (f *filler) userType(name string) (u analyze.UserType, note string) {
	if isTotal(name) {
		return f.a.RateLimit.Total, "ratelimit"
	}
	for _, u := range f.a.RateLimit.UserTypes {
		if same(u.Name, name) && u.Requests.Measured() {
			return u, "usertypes"
		}
	}
	for _, names := range sameTypes {
		for _, u := range f.a.RateLimit.UserTypes {
			if anySame(name, names) && anySame(u.Name, names) && u.Requests.Measured() {
				return u, "usertypes"
			}
		}
	}
	for _, u := range f.a.RateLimit.UserTypes {
		if same(u.Name, name) {
			return u, "usertypes"
		}
	}
	return analyze.UserType{}, "usertypes"
}

// typesApart is the footnote of a total that the user types do not add up to.
func (f *filler) typesApart() string {
	total, ok := f.a.RateLimit.Total.Requests.Float()
	sum := 0.0
	for _, u := range f.a.RateLimit.UserTypes {
		_, high, known := u.Requests.Limits()
		if !known {
			return ""
		}
		sum += high
	}
	if !ok || sum == 0 || sum > .995*total {
		return ""
	}
	return f.notes.add("user-types-sum", "Total: as Locust counted. The user types are as the system counted; requests that it knows no type of, and those that did not reach it, are in the total only.")
}

// fillProtection answers the questions about what the limiter protected.
func fillProtection(f *filler, s *form.Section) {
	r := f.a.RateLimit
	for _, l := range labels(s) {
		switch {
		case says(l.label, "System Protected"):
			put(l.slot, f.answer(r.SystemProtected, r.ProtectedWhy, "protection",
				"Not measured: needs the failures file, to see 429s, and the history, to see whether accepted requests kept their targets."))
		case says(l.label, "Resource Exhaustion"):
			put(l.slot, f.answer(r.NoExhaustion, r.ExhaustionWhy, "exhaustion",
				"Not measured: needs resource snapshots of the application, its database and its cache, taken during the run; this version reads none."))
		case says(l.label, "429"):
			put(l.slot, f.answer(r.Graceful, r.GracefulWhy, "protection",
				"Not measured: needs the failures file, to see 429s and what else happened on the limited endpoints."))
		}
	}
}

// answer is a yes or no with its evidence; an answer that there is none of
// carries a footnote with what would give it.
func (f *filler) answer(a analyze.YesNo, why, id, lacking string) string {
	if a != analyze.Unknown {
		return because(yesNoText(a), why)
	}
	if why == "" {
		why = lacking
	}
	return textNotMeasured + f.notes.add(id, notMeasured(why, lacking))
}
