package report

import (
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/form"
)

// fillSummary fills what a document says of the run as a whole: its verdict,
// and under the heading of a summary, or of a root cause, a paragraph that is
// all blank.
func fillSummary(f *filler, s *form.Section) {
	owned := ownsLines(s)
	title := strings.TrimLeft(s.Title, "0123456789. ") // "4 Conclusion"
	for _, l := range labels(s) {
		switch {
		case !open(l.slot):
		case anySame(l.label, []string{"Overall Verdict", "Overall Result", "Overall Status", "Overall Outcome", "Test Result", "Test Verdict", "Verdict", "Gate", "Go/No-Go", "Go/No-Go Decision"}),
			says(l.label, "No Go", "Nogo"), same(l.label, "Decision") && says(s.Title, "No Go", "Nogo"),
			same(l.label, "Result") && (s.Level <= 1 || anySame(title, summaryNames)):
			put(l.slot, f.verdictText())
		case anySame(l.label, []string{"Peak Users", "Users at Peak", "Highest Number of Users", "Peak Concurrency", "Peak Concurrent Users", "Peak CCU"}):
			f.figure(l.slot, f.a.Run.UsersPeak, "", "configuration", "Not measured: needs the history or the HTML report, which record the number of users.")
		case anySame(l.label, summaryNames):
			put(l.slot, f.summed())
		case !owned && capacityLabel(l.label):
			f.capacityLine(l)
		case !owned && anySame(l.label, []string{"Bottleneck", "Primary Bottleneck", "Main Bottleneck", "First Bottleneck", "Primary Constraint", "Limiting Factor"}):
			put(l.slot, f.cause())
		case same(l.label, "Root Cause") && says(s.Title, "Root Cause", "Summary", "Conclusion"):
			put(l.slot, f.cause())
		}
	}
	for _, p := range s.Fields {
		switch {
		case p.Label != "" || !open(p):
		case anySame(title, summaryNames):
			put(p, f.summed())
		case anySame(title, []string{"Root Cause", "Root Cause Analysis", "Bottleneck", "Primary Bottleneck", "Limiting Factor", "Primary Constraint"}):
			put(p, f.cause())
		}
	}
}

// summaryNames are the headings and labels of the run in a sentence.
var summaryNames = []string{"Summary", "Executive Summary", "Management Summary", "TL;DR", "Conclusion", "Verdict", "Overall Verdict"}

// capacityLabel reports whether a line outside the table of the system's
// capacity asks for what stands there: it says nothing else.
func capacityLabel(label string) bool {
	id, ok := pick(label, capacityLines)
	switch {
	case !ok:
		return false
	case id == "recovery":
		return anySame(label, []string{"Recovery Time", "Time to Recover", "Time to Recovery", "Back to Normal After", "MTTR"})
	case id == "max-throughput":
		return says(label, "Max", "Maximum", "Sustainable") && len(strings.Fields(form.Key(label))) <= 3
	}
	return len(strings.Fields(form.Key(label))) <= 4
}

// ownsLines recognises the sections whose own filler answers lines of the names
// that a summary has, too: a pool has a recovery time of its own.
var ownsLines = under("Connection Pool", "Pool Exhaustion", "Timeout", "Database Error", "Rate Limit", "Bottleneck", "Degradation")

// capacityLine fills a line that asks for what the table of the system's
// capacity does.
func (f *filler) capacityLine(l labelled) {
	id, text, note := f.capacityRow(l.label)
	if text == "" {
		f.absent(l.slot, "capacity", "Not measured: needs the number of users over time, which _stats_history.csv holds.")
		return
	}
	text = f.trace(form.Escape(text), Trace{Value: f.capacityValue(l.label), Note: note})
	if note != "" {
		text += f.notes.add(id, sentence(note))
	}
	put(l.slot, text)
}

// verdictText is the gate's answer and the targets that decided it.
func (f *filler) verdictText() string {
	decided := func(is analyze.Status) (names []string) {
		for _, r := range f.a.Targets {
			if r.Status == is {
				names = append(names, form.Escape(strings.TrimSpace(r.Target.Name)))
			}
		}
		return names
	}
	all := count(len(f.a.Targets), "target", "targets")
	switch f.a.Verdict {
	case analyze.Passed:
		if near := decided(analyze.Borderline); len(near) > 0 {
			return statusText(analyze.Borderline) + " — no target missed; too close to tell: " + strings.Join(near, ", ")
		}
		return statusText(analyze.Pass) + " — " + all + " met"
	case analyze.Failed:
		missed := decided(analyze.Fail)
		return statusText(analyze.Fail) + " — " + strconv.Itoa(len(missed)) + " of " + all + " missed: " + strings.Join(missed, ", ")
	}
	if len(f.a.Targets) == 0 {
		return textNoTarget
	}
	return textNotMeasured + ": " + strings.Join(decided(analyze.NotMeasured), ", ")
}

// summed is the verdict with the diagnosis behind it.
func (f *filler) summed() string {
	why := form.Escape(f.a.Diagnosis.Summary)
	switch {
	case why == "":
		return f.verdictText()
	case len(f.a.Targets) == 0:
		return why
	}
	return f.verdictText() + ". " + why
}

// cause is the first bottleneck with its symptom.
func (f *filler) cause() string {
	text := f.bottleneck(0)
	if fs := f.a.Diagnosis.Findings; len(fs) > 0 && fs[0].Symptom != "" {
		text += " — " + form.Escape(fs[0].Symptom)
	}
	return text
}
