package report

import (
	"slices"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/form"
)

// fillActions fills the immediate actions.
func fillActions(f *filler, s *form.Section) {
	none := "None: every target was met, and nothing that was looked at was at fault"
	if f.a.Verdict != analyze.Passed {
		none = textNoneFound
	}
	f.recommend(s, f.a.Diagnosis.Immediate, none)
}

// fillImprovements fills what would raise the capacity.
func fillImprovements(f *filler, s *form.Section) {
	none := "None called for by this run"
	if d := &f.a.Diagnosis; d.Hurt && len(d.Findings) == 0 {
		none = "None while the cause is not established"
	}
	f.recommend(s, f.a.Diagnosis.Capacity, none)
}

// fillRecommendations fills a list of all recommendations, where a document
// does not tell immediate ones from others.
func fillRecommendations(f *filler, s *form.Section) {
	d := &f.a.Diagnosis
	f.recommend(s, append(slices.Clone(d.Immediate), d.Capacity...), textNoneFound)
}

// recommend fills a list with recommendations; with none it says why there is
// none.
func (f *filler) recommend(s *form.Section, found []string, none string) {
	out := make([]string, 0, len(found))
	for _, text := range found {
		out = append(out, form.Escape(text))
	}
	if len(out) == 0 {
		d := &f.a.Diagnosis
		switch {
		case !f.recorded():
			out = []string{textNotMeasured + f.notes.add("requests", "Not measured: the files hold no completed request.")}
		case len(d.Findings) > 0 && d.Findings[0].Kind == "load_generator":
			out = []string{"None until the load generator is no longer the limit"}
		case f.undiagnosed():
			out = []string{textNotMeasured + f.notes.add("diagnosis", lackDiagnosis)}
		default:
			out = []string{none}
		}
	}
	f.items(s, out)
}

// undiagnosed reports whether users were hurt by what no file tells of.
func (f *filler) undiagnosed() bool {
	d := &f.a.Diagnosis
	return len(d.Findings) == 0 && len(d.NotLookedAt) > 0 && d.Hurt || len(d.Clear)+len(d.Findings) == 0
}

// A strategy is a part of the scaling strategy, and the footnote where this run
// says nothing of it.
type strategy struct {
	of          func(analyze.Scaling) string
	id, lacking string
}

// strategies are their labels, the more particular first.
var strategies = []named[strategy]{
	{[]string{"Scale In", "Scale Down", "Scaling In", "Scaling Down"}, strategy{}}, // no load test tells when less would do
	{[]string{"Auto Scaling", "Autoscaling", "Auto-scaling", "Trigger", "HPA", "Scaling Threshold"}, strategy{func(s analyze.Scaling) string { return s.AutoScaling }, "triggers", lackTrigger}},
	{[]string{"Load Balancing", "Load Balancer", "Load Distribution", "Traffic Distribution"}, strategy{func(s analyze.Scaling) string { return s.LoadBalancing }, "load-balancing", lackBalancing}},
	{[]string{"Horizontal", "Scale Out"}, strategy{func(s analyze.Scaling) string { return s.Horizontal }, "scaling", lackScaling}},
	{[]string{"Vertical", "Scale Up", "Bigger Instance", "Larger Instance", "Bigger Machine"}, strategy{func(s analyze.Scaling) string { return s.Vertical }, "scaling", lackScaling}},
}

// lackTrigger names what triggers are taken from.
const lackTrigger = "Not measured: triggers are the figures at 80% of the load at which a target first breaks, or at which more users buy no more throughput; " +
	"this run does not tell that load. One that climbs in steps beyond it would."

// lackScaling names what a scaling strategy rests on.
const lackScaling = "Not measured: nothing in this run says what more instances or a bigger machine would change; " +
	"a run of two instances, or one in which a resource reaches its limit, would."

// lackBalancing names what tells of a load balancer.
const lackBalancing = "Not measured: this run says nothing of a load balancer; a run of two instances or more behind one would."

// fillScaling fills the scaling strategy.
func fillScaling(f *filler, s *form.Section) {
	for _, l := range labels(s) {
		part, ok := pick(l.label, strategies)
		if !ok || part.of == nil || !open(l.slot) {
			continue
		}
		switch text := part.of(f.a.Diagnosis.Scaling); {
		case text != "":
			put(l.slot, form.Escape(text))
		case f.undiagnosed() && part.id != "triggers":
			f.absent(l.slot, "diagnosis", lackDiagnosis)
		default:
			f.absent(l.slot, part.id, part.lacking)
		}
	}
}
