package report

import (
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/form"
)

var issueNames = []string{"Issue", "Description", "Problem", "Defect", "Risk", "Finding", "Title", "Summary"}

// issueSection recognises the sections of what went wrong.
func issueSection(s *form.Section) bool {
	if under("Issue", "Defect", "Problem", "Blocker", "Showstopper", "What Broke")(s) {
		return true
	}
	if anySame(s.Title, []string{"Major", "Minor", "Critical", "Sev1", "Sev2", "Sev3", "Sev4"}) {
		return true
	}
	for _, t := range s.Tables {
		if severityColumn(t) >= 0 {
			return true
		}
	}
	return false
}

// fillIssues fills the lists and tables of issues by severity.
func fillIssues(f *filler, s *form.Section) {
	scale := scaleOf(f.doc)
	for _, t := range s.Tables {
		if severityColumn(t) >= 0 {
			f.issueTable(t, scale)
		}
	}
	level, known := scale.levelOf(s.Title)
	if !known && len(s.Lists) == 0 {
		return
	}
	var found []string
	for _, i := range f.a.Issues {
		switch {
		case !known: // one list of all of them
			found = append(found, i.Severity+": "+because(form.Escape(i.Title), i.Evidence))
		case scale.holds(level, i.Severity):
			found = append(found, because(form.Escape(i.Title), i.Evidence))
		}
	}
	f.list(s, found)
}

// issueTable fills a table of issues whose rows state severities: each row
// takes the next issue of its own, the last of them all that are left.
func (f *filler) issueTable(t *form.Table, scale scale) {
	severity := severityColumn(t)
	issue := columnBut(t, []int{severity}, issueNames...)
	evidence := columnBut(t, []int{severity, issue}, "Evidence", "Detail", "Figure")
	rows := map[int][]*form.Row{}
	for _, row := range t.Rows {
		if c := cell(row, severity); c != nil && (open(cell(row, issue)) || open(cell(row, evidence))) {
			if level, ok := scale.levelOf(c.Text); ok {
				rows[level] = append(rows[level], row)
			}
		}
	}
	for level, mine := range rows {
		var titles, whys []string
		for _, i := range f.a.Issues {
			if scale.holds(level, i.Severity) {
				title, why := form.Escape(i.Title), form.Escape(clause(i.Evidence))
				if evidence < 0 {
					title = because(title, i.Evidence)
				}
				titles, whys = append(titles, title), append(whys, why)
			}
		}
		for k, row := range mine {
			title, why := textNoneFound, textNoneFound
			switch {
			case !f.recorded():
				title, why = textNotMeasured, textNotMeasured
			case k < len(titles) && k == len(mine)-1:
				title, why = strings.Join(titles[k:], "; "), strings.Join(whys[k:], "; ")
			case k < len(titles):
				title, why = titles[k], whys[k]
			}
			put(cell(row, issue), title)
			put(cell(row, evidence), why)
		}
	}
}

// list fills the blank items of a section's lists; with nothing to say it says
// whether anything was looked at.
func (f *filler) list(s *form.Section, found []string) {
	if len(found) == 0 {
		found = []string{textNoneFound}
		if !f.recorded() {
			found = []string{textNotMeasured + f.notes.add("requests", "Not measured: the files hold no completed request.")}
		}
	}
	f.items(s, found)
}

// items writes items into the first list of a section that takes them.
func (f *filler) items(s *form.Section, markup []string) {
	for _, l := range s.Lists {
		if slices.ContainsFunc(l.Items, func(it *form.Item) bool { return it.Label == "" }) && l.SetItems(markup) {
			return
		}
	}
}

// fillLessons fills the list of what the run taught.
func fillLessons(f *filler, s *form.Section) {
	lessons := make([]string, 0, len(f.a.Lessons))
	for _, l := range f.a.Lessons {
		lessons = append(lessons, form.Escape(l.Text))
	}
	f.list(s, lessons)
}

// fillQuality fills the list of what makes figures doubtful.
func fillQuality(f *filler, s *form.Section) {
	notes := make([]string, 0, len(f.a.Quality))
	for _, n := range f.a.Quality {
		text := form.Escape(strings.TrimSuffix(sentence(n.Message), "."))
		// Lines of this document move as it is filled, and files are renamed.
		if n.Source != "" && !strings.HasPrefix(n.Source, f.doc.Name+":") {
			text += " (" + code(n.Source) + ")"
		}
		notes = append(notes, qualityIcons[n.Severity]+" "+text)
	}
	if len(notes) == 0 {
		notes = []string{textNoneFound}
	}
	f.items(s, notes)
}

// qualityIcons are the signs of a note's severities, in their order.
var qualityIcons = [...]string{"ℹ️", "⚠️", "❌"}

// longest returns the longest of outages.
func longest(os []analyze.Outage) analyze.Outage {
	best := os[0]
	for _, o := range os[1:] {
		if o.End-o.Start > best.End-best.Start {
			best = o
		}
	}
	return best
}
