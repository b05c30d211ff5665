package report

import (
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

// goals are the words of headings under which lists state targets.
var goals = []string{"Target", "Threshold", "Goal", "SLO", "SLA", "Objective", "Requirement", "Acceptance Criteria", "Pass Criteria", "Success Criteria"}

// listPlaces are the labelled items and fields of a section that ask for a
// figure, and under a heading of targets those that state one.
func listPlaces(s *form.Section) []place {
	var out []place
	states := under(goals...)(s)
	for _, l := range labels(s) {
		p := place{name: l.label, label: l.label, at: l.slot}
		var known bool
		p.metric, p.p, known = plan.LabelMetric(l.label)
		known = known && particular(l.label, p.metric)
		switch text := planned(l.slot); {
		case open(l.slot) && counted(l.label) && unitAfter(l.slot.Original) != "%":
			p.count, p.actual = l.label, l.slot
		case !known:
			continue
		case open(l.slot):
			p.actual = l.slot
		case states && compares(text):
			p.limit = l.slot
		default:
			continue
		}
		out = append(out, p)
	}
	if !states {
		return out
	}
	for _, it := range items(s) {
		if it.Label != "" || it.Text == nil || it.Text.State == form.Blank {
			continue
		}
		text := planned(it.Text)
		i := strings.IndexAny(text, "<>≤≥")
		if i <= 0 {
			continue
		}
		label := strings.TrimSpace(strings.TrimRight(text[:i], " :"))
		if m, q, ok := plan.LabelMetric(label); ok {
			out = append(out, place{name: label, label: label, metric: m, p: q, at: it.Text, limit: it.Text})
		}
	}
	return out
}

// compares reports whether a text begins as a target does.
func compares(text string) bool {
	t := strings.ToLower(strings.TrimSpace(text))
	return t != "" && (strings.ContainsAny(t[:1], "<>") || strings.HasPrefix(t, "≤") || strings.HasPrefix(t, "≥") ||
		slices.ContainsFunc([]string{"at most ", "below ", "under ", "less than ", "no more than ", "at least ", "above ", "over ", "more than ", "max", "min"},
			func(w string) bool { return strings.HasPrefix(t, w) }))
}

// particular reports whether a label outside a table of metrics can mean
// nothing but the metric: "Max" alone may be of anything.
func particular(label string, m plan.Metric) bool {
	switch m {
	case plan.Mean, plan.Max:
		return says(label, "Latency", "Latencies", "Response Time", "Response")
	case plan.Outages:
		return says(label, "System Stability", "Crashes", "Outages")
	}
	return true
}
