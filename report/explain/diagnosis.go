package explain

import (
	"fmt"
	"math"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/render/text"
)

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
	p.line("score", scoreOf(f))
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

// scoreOf is a finding's score with its arithmetic: the weighted mean of the
// terms that there were inputs for.
func scoreOf(f analyze.Finding) string {
	said := fmt.Sprintf("%.2f of 1", f.Score)
	sum, of := 0., 0.
	var parts []string
	for _, t := range f.Terms {
		sum, of = sum+t.Weight*t.Value, of+t.Weight
		parts = append(parts, fmt.Sprintf("%.2f × %.2f (%s)", t.Weight, t.Value, t.Name))
	}
	if of > 0 {
		said += fmt.Sprintf(": %s, over the weights' sum %.2f, = %.2f", strings.Join(parts, " + "), of, sum/of)
		if math.Abs(sum/of-f.Score) > .005 {
			why := "suspected only"
			if f.Consequence != "" {
				why = "it stands below what it follows from"
			}
			return said + ", lowered: " + why
		}
	}
	if f.Suspected {
		said += "; suspected only"
	}
	return said
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

// ranks are the names of the ranks in the document.
var ranks = [...]string{"primary", "secondary", "tertiary"}

// bottleneck writes one, by its rank ("1", "primary") or kind: its finding, why
// it was ruled out or what would be needed to look.
func (p page) bottleneck(d analyze.Diagnosis, which string) error {
	which = key(which)
	for i, r := range ranks {
		if which == r || which == fmt.Sprint(i+1) {
			p.ranked(d, i)
			return nil
		}
	}
	var names []string
	for i, f := range append(append([]analyze.Finding(nil), d.Findings...), d.Suspicions...) {
		rank := fmt.Sprint(i + 1)
		if i >= len(d.Findings) {
			rank = "suspected"
		}
		if key(f.Kind) == which || key(f.Title) == which || rank == which {
			p.finding(rank, f)
			return nil
		}
		names = append(names, "bottleneck."+f.Kind)
	}
	for _, c := range d.Clear {
		if key(c.Kind) == which || key(c.Title) == which {
			p.w.WriteString(text.Wrap("", "  ", c.Title+" is ruled out: "+c.Why))
			return nil
		}
		names = append(names, "bottleneck."+c.Kind)
	}
	for _, g := range d.NotLookedAt {
		if key(g.Kind) == which || key(g.Title) == which {
			p.w.WriteString(text.Wrap("", "  ", g.Title+" was not looked at: needs "+g.Need))
			return nil
		}
		names = append(names, "bottleneck."+g.Kind)
	}
	return unknown("bottleneck", "bottleneck."+strings.ReplaceAll(which, " ", "_"), names)
}

// ranked writes the finding of a rank, or why there is none.
func (p page) ranked(d analyze.Diagnosis, i int) {
	if i < len(d.Findings) {
		p.finding(fmt.Sprint(i+1), d.Findings[i])
		p.ruledOut(d)
		return
	}
	said := strings.ToUpper(ranks[i][:1]) + ranks[i][1:] + " bottleneck: none found"
	if i > 0 && len(d.Findings) > 0 {
		said += " besides the " + d.Findings[0].Component
	}
	p.w.WriteString(text.Wrap("", "  ", said+". "+d.Summary) + "\n")
	for _, f := range d.Suspicions {
		p.finding("suspected", f)
	}
	p.ruledOut(d)
}

// recommendations writes what follows from the findings, and the findings.
func (p page) recommendations(d analyze.Diagnosis) {
	p.w.WriteString(text.Wrap("", "  ", "recommendations, from: "+d.Summary) + "\n")
	for _, part := range []struct {
		label string
		said  []string
	}{
		{"immediate", d.Immediate}, {"capacity", d.Capacity},
		{"horizontal", []string{d.Scaling.Horizontal}}, {"vertical", []string{d.Scaling.Vertical}},
		{"triggers", []string{d.Scaling.AutoScaling}}, {"balancing", []string{d.Scaling.LoadBalancing}},
	} {
		label := part.label
		for _, s := range part.said {
			if s != "" {
				p.line(label, s)
				label = ""
			}
		}
	}
	for i, f := range d.Findings {
		p.finding(fmt.Sprint(i+1), f)
	}
}
