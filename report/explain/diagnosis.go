package explain

import (
	"fmt"
	"math"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/render/text"
)

// diagnosis writes what rests on findings: "bottlenecks", one of them by its
// kind or rank ("bottleneck.db_cpu", "bottleneck.1"), "issues" and
// "recommendations". It is false for other names.
func (p page) diagnosis(a *analyze.Analysis, name string) (bool, error) {
	lower := strings.ToLower(name)
	switch lower {
	case "bottlenecks", "bottleneck", "diagnosis":
		p.bottlenecks(a.Diagnosis)
		return true, nil
	case "issues":
		p.issues(a.Issues)
		return true, nil
	case "recommendations", "actions":
		p.recommendations(a.Diagnosis)
		return true, nil
	}
	which, ok := strings.CutPrefix(lower, "bottleneck.")
	if !ok {
		return false, nil
	}
	return true, p.bottleneck(a.Diagnosis, which)
}

// bottlenecks writes the findings with their evidence, what was ruled out and
// what was not looked at.
func (p page) bottlenecks(d analyze.Diagnosis) {
	p.w.WriteString(text.Wrap("", "  ", "bottlenecks: "+d.Summary) + "\n")
	if d.Undecided != "" {
		p.line("undecided", d.Undecided)
	}
	for i, f := range d.Findings {
		p.finding(fmt.Sprint(i+1), f)
	}
	for _, f := range d.Suspicions {
		p.finding("suspected", f)
	}
	p.ruledOut(d)
}

func (p page) finding(rank string, f analyze.Finding) {
	p.w.WriteString("\n" + text.Wrap("", "  ", rank+": "+f.Title) + "\n")
	p.line("component", f.Component)
	p.line("symptom", f.Symptom)
	p.line("impact", f.Impact)
	if f.Consequence != "" {
		p.line("because", f.Consequence)
	}
	score := fmt.Sprintf("%.2f of 1: weighted mean of what error texts say (.30), saturation (.25), waiting (.20), the demand law U = X·D (.10), "+
		"order of events (.10) and shift from light load (.05), as far as there are inputs", f.Score)
	if f.Suspected {
		score += "; suspected only"
	}
	p.line("score", score)
	if !math.IsNaN(f.Onset) {
		p.line("onset", measure.Span(math.Round(f.Onset))+" of the run")
	}
	for i, e := range f.Evidence {
		label := ""
		if i == 0 {
			label = "evidence"
		}
		said := e.Text
		if e.Figure.Measured() {
			if n := measure.Format(e.Figure, measure.Style{}); !strings.Contains(said, n) {
				said += ": " + n
			}
			for _, s := range e.Figure.Sources() {
				if s.File != "" {
					said += " (" + s.File + ")"
				}
			}
		}
		p.line(label, said)
	}
	p.line("so", f.Recommendation)
}

func (p page) ruledOut(d analyze.Diagnosis) {
	if len(d.Clear) > 0 {
		p.w.WriteString("\nRuled out\n")
	}
	for _, c := range d.Clear {
		p.w.WriteString(text.Wrap("  "+c.Kind+": ", "    ", c.Why))
	}
	if len(d.NotLookedAt) > 0 {
		p.w.WriteString("\nNot looked at\n")
	}
	for _, g := range d.NotLookedAt {
		p.w.WriteString(text.Wrap("  "+g.Kind+": ", "    ", "needs "+g.Need))
	}
}

// bottleneck writes one kind: its finding, why it was ruled out or what would
// be needed to look.
func (p page) bottleneck(d analyze.Diagnosis, which string) error {
	var names []string
	for i, f := range append(append([]analyze.Finding(nil), d.Findings...), d.Suspicions...) {
		rank := fmt.Sprint(i + 1)
		if i >= len(d.Findings) {
			rank = "suspected"
		}
		if f.Kind == which || rank == which {
			p.finding(rank, f)
			return nil
		}
		names = append(names, "bottleneck."+f.Kind)
	}
	for _, c := range d.Clear {
		if c.Kind == which {
			p.w.WriteString(text.Wrap("", "  ", c.Title+" is ruled out: "+c.Why))
			return nil
		}
		names = append(names, "bottleneck."+c.Kind)
	}
	for _, g := range d.NotLookedAt {
		if g.Kind == which {
			p.w.WriteString(text.Wrap("", "  ", g.Title+" was not looked at: needs "+g.Need))
			return nil
		}
		names = append(names, "bottleneck."+g.Kind)
	}
	return unknown("bottleneck", "bottleneck."+which, names)
}

func (p page) issues(is []analyze.Issue) {
	p.w.WriteString("issues: P0 a crash, an outage, a target missed twice over or no recovery; P1 a target missed, a bottleneck or a resource at its limit;\n" +
		"  P2 borderline figures, resources at three quarters of their capacity, suspicions and gaps in the data\n\n")
	if len(is) == 0 {
		p.w.WriteString("  None found\n")
	}
	for _, i := range is {
		said := i.Title
		if i.Evidence != "" {
			said += ": " + i.Evidence
		}
		p.line(i.Severity, said)
	}
}

func (p page) recommendations(d analyze.Diagnosis) {
	p.w.WriteString(text.Wrap("", "  ", "recommendations, from: "+d.Summary) + "\n")
	for _, part := range []struct {
		label string
		said  []string
	}{
		{"immediate", d.Immediate}, {"capacity", d.Capacity},
		{"horizontal", []string{d.Scaling.Horizontal}}, {"vertical", []string{d.Scaling.Vertical}}, {"triggers", []string{d.Scaling.AutoScaling}}, {"balancing", []string{d.Scaling.LoadBalancing}},
	} {
		label := part.label
		for _, s := range part.said {
			if s != "" {
				p.line(label, s)
				label = ""
			}
		}
	}
}
