package explain

import (
	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/render/text"
)

// scaling writes the strategy and the figures that its numbers are of.
func (p page) scaling(a *analyze.Analysis) {
	s := a.Diagnosis.Scaling
	p.w.WriteString(text.Wrap("", "  ", "scaling, from: "+a.Diagnosis.Summary) + "\n")
	for _, x := range []struct{ label, said string }{
		{"horizontal", s.Horizontal}, {"vertical", s.Vertical}, {"triggers", s.AutoScaling}, {"balancing", s.LoadBalancing},
	} {
		said := x.said
		if said == "" {
			said = "not measured: this run does not say"
		}
		p.line(x.label, said)
	}
	if s.AutoScaling != "" {
		p.line("", "the processor and the connections in parentheses are those of the ten seconds around the first time that the run had so many users; the rate is 80% of what was done each second at the load that the users are 80% of")
		p.beneath(a, []string{"knee"})
	}
}
