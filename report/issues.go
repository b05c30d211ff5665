package report

import (
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/form"
)

// severities lists how headings name the three severities.
var severities = []named[string]{
	{[]string{"P0", "Critical"}, "P0"},
	{[]string{"P1", "High Priority", "High"}, "P1"},
	{[]string{"P2", "Medium Priority", "Medium"}, "P2"},
}

// fillIssues fills the lists of issues by severity.
func fillIssues(f *filler, s *form.Section) {
	severity, known := pick(s.Title, severities)
	if !known && len(s.Lists) == 0 {
		return
	}
	var found []string
	for _, i := range f.a.Issues {
		switch {
		case !known: // one list of all of them
			found = append(found, i.Severity+": "+because(form.Escape(i.Title), i.Evidence))
		case i.Severity == severity:
			found = append(found, because(form.Escape(i.Title), i.Evidence))
		}
	}
	f.list(s, found)
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
		if l.SetItems(markup) {
			return
		}
	}
}

// fillLessons fills the list of what the run taught.
func fillLessons(f *filler, s *form.Section) {
	lessons := make([]string, 0, len(f.a.Lessons))
	for _, l := range f.a.Lessons {
		lessons = append(lessons, form.Escape(l))
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
