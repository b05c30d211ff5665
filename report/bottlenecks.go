package report

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/form"
)

// lackDiagnosis names what a cause is established from.
const lackDiagnosis = "No cause is established: naming one needs resource snapshots of the application, its database, its cache and the load generator, " +
	"taken during the run (peakload record -- locust …). Locust's files show what became slow and what failed, not why."

// ordinals list how documents number bottlenecks.
var ordinals = []named[int]{
	{[]string{"Primary", "First", "Main"}, 0},
	{[]string{"Secondary", "Second"}, 1},
	{[]string{"Tertiary", "Third"}, 2},
	{[]string{"Fourth"}, 3},
}

// fillBottlenecks fills the bottlenecks by rank. A rank is what a label or the
// heading says ("Secondary Bottleneck"), else the next one begins where a label
// comes again.
func fillBottlenecks(f *filler, s *form.Section) {
	rank, ordered := pick(s.Title, ordinals)
	if n := trailing.FindString(s.Title); !ordered && n != "" { // "Finding 2"
		rank, _ = strconv.Atoi(n)
		rank = max(0, rank-1)
	}
	seen := map[string]bool{}
	for _, l := range labels(s) {
		if n, ok := pick(l.label, ordinals); ok {
			rank, seen = n, map[string]bool{}
			put(l.slot, f.bottleneck(rank))
			continue
		}
		part, ok := pick(l.label, findingParts)
		if !ok {
			if open(l.slot) && says(l.label, bottleneckNames...) {
				put(l.slot, f.bottleneck(rank))
			}
			continue
		}
		if key := form.Key(l.label); seen[key] {
			rank, seen = rank+1, map[string]bool{key: true}
		} else {
			seen[key] = true
		}
		put(l.slot, f.findingPart(rank, part))
	}
	f.bottleneckItems(s)
	f.bottleneckTables(s)
}

// bottleneckTables fills tables with one bottleneck a row, in their order.
func (f *filler) bottleneckTables(s *form.Section) {
	for _, t := range s.Tables {
		parts := make([]findingPart, len(t.Header))
		known := 0
		for i, h := range t.Header {
			if part, ok := pick(h, findingParts); ok {
				parts[i] = part
				known++
			} else if says(h, "Bottleneck") {
				known++
			}
		}
		if known < 2 {
			continue
		}
		for rank, row := range t.Rows {
			for i, c := range row.Cells {
				switch {
				case i >= len(parts) || !open(c):
				case parts[i] != nil:
					put(c, f.findingPart(rank, parts[i]))
				case says(t.Header[i], "Bottleneck"):
					put(c, f.bottleneck(rank))
				}
			}
		}
	}
}

// bottleneckItems fills a list that is all blank: one item a bottleneck.
func (f *filler) bottleneckItems(s *form.Section) {
	for _, l := range s.Lists {
		blank := len(l.Items) > 0
		for _, it := range l.Items {
			blank = blank && it.Label == "" && len(it.Lists) == 0
		}
		if !blank {
			continue
		}
		var found []string
		for i, b := range f.a.Diagnosis.Findings {
			found = append(found, f.bottleneck(i)+" — "+f.resting(form.Escape(b.Symptom), b.Evidence))
		}
		if len(found) == 0 {
			found = []string{f.bottleneck(0)}
		}
		l.SetItems(found)
	}
}

// bottleneckNames are the words for what limits a system.
var bottleneckNames = []string{"Bottleneck", "Constraint", "Limiting Factor", "Choke Point", "Chokepoint", "Limits Us", "Hot Spot", "Hotspot"}

// bottleneckSection recognises the sections of bottlenecks by a heading, or by
// labelled lines that take a finding apart.
func bottleneckSection(s *form.Section) bool {
	if under(bottleneckNames...)(s) {
		return true
	}
	component, parts := false, map[string]bool{}
	for _, l := range labels(s) {
		if _, ok := pick(l.label, findingParts); ok && open(l.slot) {
			parts[form.Key(l.label)] = true
			component = component || says(l.label, "Component")
		}
	}
	return component && len(parts) > 2
}

var trailing = regexp.MustCompile(`\d+$`)

// A findingPart is one of the labels under a bottleneck.
type findingPart func(analyze.Finding) string

var findingParts = []named[findingPart]{
	{[]string{"Component", "Resource", "Constraint", "Where"}, func(b analyze.Finding) string { return b.Component }},
	{[]string{"Symptom", "Evidence", "Observation", "Observed", "Behaviour", "Behavior"}, func(b analyze.Finding) string { return b.Symptom }},
	{[]string{"Impact", "Effect"}, func(b analyze.Finding) string { return b.Impact }},
	{[]string{"Recommendation", "Remediation", "Remedy", "Mitigation", "Action", "Fix", "Solution"}, func(b analyze.Finding) string {
		if b.Consequence != "" {
			return "None of its own: it " + b.Consequence
		}
		return b.Recommendation
	}},
}

// bottleneck is the headline of a rank.
func (f *filler) bottleneck(rank int) string {
	d := &f.a.Diagnosis
	if rank >= len(d.Findings) {
		return f.noBottleneck(rank)
	}
	b := d.Findings[rank]
	title := form.Escape(b.Title)
	switch {
	case rank == 0 && d.Undecided != "":
		return form.Escape(d.Undecided)
	case b.Consequence != "":
		return title + ", as a consequence: it " + form.Escape(b.Consequence)
	case b.Suspected:
		return title + ", suspected: the evidence is not enough to establish it"
	}
	return title
}

// noBottleneck says that a rank is empty, and what was looked at.
func (f *filler) noBottleneck(rank int) string {
	d := &f.a.Diagnosis
	switch {
	case !f.recorded():
		return textNotMeasured + f.notes.add("requests", "Not measured: the files hold no completed request.")
	case len(d.Clear)+len(d.Findings) == 0:
		return textNotMeasured + f.notes.add("diagnosis", lackDiagnosis)
	case rank > 0 && f.undiagnosed():
		return textNotMeasured + f.looked()
	case rank == 0 && len(d.Suspicions)+len(d.NotLookedAt) > 0 && strings.HasPrefix(d.Summary, "No cause"):
		return "None established" + f.looked() + " — " + form.Escape(strings.TrimPrefix(strings.TrimPrefix(d.Summary, "No cause is established"), ": "))
	}
	return textNoneFound + f.looked()
}

// looked is the footnote of what was ruled out and what was not looked at.
func (f *filler) looked() string {
	d := &f.a.Diagnosis
	var parts []string
	for _, c := range d.Clear {
		parts = append(parts, c.Title+" ("+c.Why+")")
	}
	text := ""
	if len(parts) > 0 {
		text = "Looked at and ruled out: " + strings.Join(parts, "; ") + "."
	}
	parts = nil
	for _, g := range d.NotLookedAt {
		parts = append(parts, g.Title+" (needs "+g.Need+")")
	}
	if len(parts) > 0 {
		text += " Not looked at: " + strings.Join(parts, "; ") + "."
	}
	return f.notes.add("looked-at", strings.TrimSpace(text))
}

// findingPart is what stands under a bottleneck's label.
func (f *filler) findingPart(rank int, part findingPart) string {
	if rank >= len(f.a.Diagnosis.Findings) {
		if !f.recorded() || f.undiagnosed() || len(f.a.Diagnosis.Clear)+len(f.a.Diagnosis.Findings) == 0 {
			return textNotMeasured
		}
		return textNoneFound
	}
	b := f.a.Diagnosis.Findings[rank]
	text := part(b)
	switch text {
	case "":
		return textNotMeasured
	case b.Symptom:
		return f.resting(form.Escape(text), b.Evidence)
	}
	return form.Escape(text)
}
