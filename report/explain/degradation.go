package explain

import (
	"fmt"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// degradation writes the load levels and the mechanisms.
func (p page) degradation(a *analyze.Analysis) {
	p.w.WriteString("degradation: what was measured at each load level of the document, and the mechanisms seen at work\n\n")
	if len(a.Bands) == 0 {
		p.w.WriteString("  The document states no load level\n")
	}
	for _, b := range a.Bands {
		p.line("level", b.Label+": "+word(b.Status.String()))
		p.line("", bandText(b))
	}
	p.w.WriteString("\n")
	p.mechanisms(a, "")
}

func bandText(b analyze.Band) string {
	if !b.Measured {
		return "not measured: needs " + b.RPS.Need()
	}
	said := fmt.Sprintf("p95 %s, errors %s, %s in %s", shown(b.P95, nil), shown(b.ErrorRate, nil), shown(b.RPS, nil), measure.Span(b.Seconds))
	if b.Why != "" {
		said += "; " + b.Why
	}
	return said
}

// band writes a load level with where its figures come from.
func (p page) band(b analyze.Band) {
	p.title(figure{title: "Load level " + b.Label + ": what the run did with so many users"})
	if b.Behavior != "" {
		p.line("expected", b.Behavior)
	}
	p.line("status", word(b.Status.String()))
	if b.Why != "" {
		p.line("", b.Why)
	}
	if b.Measured {
		p.line("time", measure.Span(b.Seconds)+" of the run in all")
	}
	p.line("p95", figureText(b.P95)+ofLongest(b))
	p.line("errors", figureText(b.ErrorRate))
	p.line("throughput", figureText(b.RPS))
	p.line("mean", figureText(b.Mean))
	p.sourcesOf("p95, from", b.P95)
	p.sourcesOf("errors, from", b.ErrorRate)
	p.sourcesOf("throughput, from", b.RPS)
	p.sourcesOf("mean, from", b.Mean)
}

func ofLongest(b analyze.Band) string {
	if !b.P95.Measured() || b.Stretches < 2 {
		return ""
	}
	return ", of the longest stretch at this level; the rest is of all of them"
}

// degradationPart writes a load level, or a mechanism.
func (p page) degradationPart(a *analyze.Analysis, which string) error {
	var labels []string
	for _, b := range a.Bands {
		if key(b.Label) == which || key(b.Label) == which+" users" || isBand(b, spelled(which)) {
			p.band(b)
			return nil
		}
		labels = append(labels, b.Label)
	}
	for _, m := range a.Mechanisms {
		if key(m.Name) == which {
			return p.mechanism(a, which)
		}
		labels = append(labels, m.Name)
	}
	return unknown("load level or mechanism", which, labels)
}

// spelled undoes key for a range of users: "0 500" is 0-500.
func spelled(which string) string {
	var from, to int
	if n, _ := fmt.Sscanf(which, "%d %d", &from, &to); n == 2 {
		return fmt.Sprintf("%d-%d", from, to)
	}
	return which
}

// mechanisms writes those that were looked for, or the one of a name.
func (p page) mechanisms(a *analyze.Analysis, which string) {
	for _, m := range a.Mechanisms {
		if which == "" || key(m.Name) == which {
			p.line("mechanism", m.Name+": "+word(m.Seen.String()))
			p.line("", m.Evidence)
		}
	}
}

// mechanism writes one, with what it rests on.
func (p page) mechanism(a *analyze.Analysis, which string) error {
	var names []string
	for _, m := range a.Mechanisms {
		if key(m.Name) == which {
			p.mechanisms(a, which)
			if which == "rate limiting" {
				p.beneath(a, []string{"rate_limit.total"})
			}
			return nil
		}
		names = append(names, m.Name)
	}
	return unknown("mechanism", which, names)
}
