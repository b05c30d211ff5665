package explain

import (
	"fmt"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/render/text"
)

// capacityFigures are the figures of the system's capacity.
var capacityFigures = [...]string{"breaking_point", "max_users", "max_rps", "knee", "recovery"}

// capacityFigure is one of them, what the document says of it, and how it was
// found.
func capacityFigure(c analyze.Capacity, name string) (f figure, said, note string) {
	switch name {
	case "breaking_point":
		f, said, note = figure{title: "Breaking point: the fewest users at which a target breaks and stays broken", value: c.Breaking}, c.BreakingText, c.BreakingNote
	case "max_users":
		f, said, note = figure{title: "Max users: the highest load that held every target", value: c.MaxUsers}, c.MaxUsersText, c.MaxUsersNote
	case "max_rps":
		f, said, note = figure{title: "Max throughput: the highest sustained rate of successes", value: c.MaxRPS}, c.MaxRPSText, c.MaxRPSNote
	case "knee":
		f, note = figure{title: "Knee: from here on more users wait instead of getting more done", value: c.Knee}, c.MaxRPSNote
	case "recovery":
		f, said, note = figure{title: "Recovery: from the load's end until every target held again", value: c.Recovery}, c.RecoveryText, c.RecoveryNote
		if c.RecoveryByResources {
			f.title = "Recovery: from the load's end until the system's resources were back at their normal figures"
		}
	}
	return f, said, note
}

// capacity writes where one of them comes from.
func (p page) capacity(a *analyze.Analysis, name string) {
	c := a.Capacity
	f, said, note := capacityFigure(c, name)
	p.title(f)
	if said != "" {
		p.line("says", said)
	}
	p.value(f)
	if note != "" {
		p.line("how", note)
	}
	p.load(c)
	p.sources(f.value)
	p.levels(c)
	p.notes(f, a.Quality)
}

// allCapacity writes all of them, with what they share once.
func (p page) allCapacity(a *analyze.Analysis) {
	c := a.Capacity
	p.w.WriteString(text.Wrap("", "  ", "capacity: how much the system takes; each figure has a page of its own, such as breaking_point") + "\n")
	p.line("outcome", word(c.Outcome.String()))
	p.load(c)
	for _, name := range capacityFigures {
		f, said, note := capacityFigure(c, name)
		if said == "" {
			said = figureText(f.value)
		}
		p.w.WriteString("\n" + text.Wrap("", "  ", f.title) + "\n")
		p.line("says", said)
		if note != "" && name != "knee" {
			p.line("how", note)
		}
		for _, s := range f.value.Sources() {
			if s.Formula != "" {
				p.line("sum", s.Formula)
			}
		}
	}
	p.levels(c)
}

// load writes what the shape of the load can tell, and the figures of Little's
// law.
func (p page) load(c analyze.Capacity) {
	if c.Why != "" {
		p.line("load", c.Why)
	}
	plain := measure.Style{Plain: true}
	if c.ThinkTime.Measured() {
		p.line("think time", measure.Format(c.ThinkTime, plain)+" (N/X − R)")
	}
	if c.GeneratorWhy != "" {
		p.line("generator", "late: "+word(c.Generator.String())+"; "+c.GeneratorWhy)
	}
}

// levels writes the loads that were held, or the parts of a climb.
func (p page) levels(c analyze.Capacity) {
	plain := measure.Style{Plain: true}
	if len(c.Levels) > 0 {
		p.w.WriteString("\nLevels\n")
	}
	for _, l := range c.Levels {
		state := "held"
		if l.Broken {
			state = "broken: " + l.By
		} else if l.By != "" {
			state = "missed: " + l.By
		}
		p.line(fmt.Sprintf("%.0f users", l.Users), fmt.Sprintf("%s to %s: successes %s, mean %s, p95 %s, errors %s; %s",
			measure.Span(l.Start), measure.Span(l.End), measure.Format(l.Goodput, plain), measure.Format(l.Mean, plain), measure.Format(l.P95, plain), measure.Format(l.ErrorRate, plain), state))
	}
}
