package report

import (
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

var (
	bandNames     = []string{"Load Level", "Load", "User Level", "Concurrent Users"}
	behaviorNames = []string{"Behavior", "Behaviour", "Expected Behavior", "Expected Behaviour", "Expectation", "Expected"}
)

// bandColumns recognises the table of load levels by its headers, or by rows
// that are ranges of users.
func bandColumns(t *form.Table) bool {
	return has(t, behaviorNames...) && (has(t, bandNames...) || levels(t))
}

// levels reports whether every row of a table begins with a number or range of
// users, by its header or its own words.
func levels(t *form.Table) bool {
	named := says(header(t, 0), "User", "Load", "Level", "Concurrency", "VU", "CCU", "Player", "Client", "Session")
	for _, row := range t.Rows {
		c := cell(row, 0)
		if c == nil {
			return false
		}
		if _, _, ok := plan.ParseBand(planned(c)); !ok || !named && !says(planned(c), "User", "VU") {
			return false
		}
	}
	return len(t.Rows) > 1
}

func readBands(r *reader, s *form.Section) {
	for _, t := range tables(s, bandColumns) {
		label, behavior := labelColumn(t, bandNames...), column(t, behaviorNames...)
		for _, row := range t.Rows {
			slot, expected := cell(row, label), cell(row, behavior)
			if slot == nil || !stated(planned(slot)) {
				continue
			}
			text := planned(slot)
			from, to, ok := plan.ParseBand(text)
			switch {
			case ok:
				b := plan.Band{Label: text, From: from, To: to, Pos: r.at(slot)}
				if e := planned(expected); stated(e) {
					b.Behavior = e
				}
				r.plan.Bands = append(r.plan.Bands, b)
			case startsWithDigit(text):
				r.bad(slot, "a load level is a range of users; write for example 500-750 users or 1000+ users")
			}
		}
	}
}

func fillBands(f *filler, s *form.Section) {
	for _, t := range tables(s, bandColumns) {
		label, behavior, status := labelColumn(t, bandNames...), column(t, behaviorNames...), column(t, append([]string{"Held?"}, statusNames...)...)
		for _, row := range t.Rows {
			slot := cell(row, label)
			if slot == nil {
				continue
			}
			b, known := f.band(slot)
			if !known {
				continue
			}
			if c := cell(row, columnBut(t, []int{label, behavior, status}, actualNames...)); open(c) {
				put(c, f.bandText(b))
			} else if c := cell(row, behavior); c != nil {
				if stated(c.Original) {
					c.Amend(c.Markup() + " — " + f.bandText(b))
				} else {
					put(c, f.bandText(b))
				}
			}
			if c := cell(row, status); b.Measured && b.Behavior == "" && open(c) {
				put(c, "➖ Nothing expected")
			} else {
				put(c, statusText(b.Status))
			}
		}
	}
}

// band returns what was measured in the load level of a row.
func (f *filler) band(slot *form.Slot) (analyze.Band, bool) {
	for _, b := range f.a.Bands {
		if b.Pos.File == f.doc.Name && b.Pos.Line == slot.Line {
			return b, true
		}
	}
	for _, b := range f.a.Bands {
		if same(b.Label, planned(slot)) {
			return b, true
		}
	}
	if _, _, ok := plan.ParseBand(planned(slot)); ok {
		return analyze.Band{}, true
	}
	return analyze.Band{}, false
}

// bandText is what was measured at a load level, in one line.
func (f *filler) bandText(b analyze.Band) string {
	if !b.Measured {
		why := strings.TrimPrefix(b.Why, "not measured: ")
		if why == "" {
			why = "the run spent no time at this level"
		}
		return form.Escape(measure.NotMeasured + ": " + why)
	}
	plain := measure.Style{Plain: true}
	var parts []string
	// What decided is said with its target, in the place of the bare figure.
	why := ""
	if b.Status != analyze.Pass || strings.Contains(b.Why, "gave way") || strings.Contains(b.Why, "gives way") {
		why = b.Why
	}
	decided := func(v measure.Value, words ...string) bool {
		for _, w := range words {
			if rest, ok := strings.CutPrefix(why, w+" "); ok && rest != "" && strings.ContainsAny(rest[:1], "0123456789") {
				parts = append(parts, strings.ToLower(w)+" "+f.trace(form.Escape(rest), Trace{Value: v}))
				why = ""
				return true
			}
		}
		return false
	}
	switch {
	case b.P95.Measured():
		if !decided(b.P95, "P95") {
			parts = append(parts, "p95 "+f.show(b.P95, plain))
		}
		if b.Stretches > 1 {
			parts[len(parts)-1] += f.notes.add("band-p95", "The P95 of a load level that the run was at more than once is of the longest time on end, the other figures are of all of them.")
		}
	case b.Mean.Measured():
		if !decided(b.Mean, "mean latency", "Mean latency") {
			parts = append(parts, "mean "+f.show(b.Mean, plain))
		}
	}
	if b.ErrorRate.Measured() && !decided(b.ErrorRate, "error rate", "Error rate", "errors") {
		parts = append(parts, "errors "+f.show(b.ErrorRate, plain))
	}
	if b.RPS.Measured() {
		parts = append(parts, f.show(b.RPS, plain))
	}
	text := strings.Join(parts, ", ")
	if why != "" && b.Behavior != "" { // with nothing expected, there is nothing to say of it
		text += "; " + form.Escape(why)
	}
	if b.Status != analyze.Pass && f.a.Diagnosis.GeneratorLimited() {
		text += "; of the system itself unproven: the load generator was at its limit"
	}
	return strings.TrimPrefix(text, "; ")
}

// mechanismNames are the mechanisms under the names that documents give them,
// the more particular first.
var mechanismNames = []named[string]{
	{[]string{"Feature", "Load Shedding"}, "Feature Throttling"},
	{[]string{"Rate Limiting", "Rate Limit", "Rate Limiter", "Throttling", "429"}, "Rate Limiting"},
	{[]string{"Cache", "Cached"}, "Cache Fallback"},
	{[]string{"Replica"}, "Read Replica Routing"},
}

// fillMechanisms says which ways to degrade were seen at work.
func fillMechanisms(f *filler, s *form.Section) {
	const lacking = "Not measured: needs the application's log or metrics; Locust's files do not show this mechanism."
	for _, l := range labels(s) {
		name, known := pick(l.label, mechanismNames)
		i := slices.IndexFunc(f.a.Mechanisms, func(m analyze.Mechanism) bool { return known && m.Name == name })
		switch {
		case i >= 0:
			m := f.a.Mechanisms[i]
			put(l.slot, f.answer(m.Seen, m.Evidence, "mechanism-"+strings.ReplaceAll(form.Key(m.Name), " ", "-"), lacking))
		case says(s.Title, "Mechanism", "Fallback") && open(l.slot):
			put(l.slot, f.answer(analyze.Unknown, "", "mechanisms", lacking))
		}
	}
}
