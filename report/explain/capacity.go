package explain

import (
	"fmt"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// capacity writes where a figure of the system's capacity comes from:
// "breaking_point", "max_users", "max_rps", "knee", "recovery". It is false
// for other names.
func (p page) capacity(a *analyze.Analysis, name string) bool {
	c := a.Capacity
	var f figure
	said, note := "", ""
	switch strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(name)) {
	case "breaking_point", "breaking_point_users":
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
	default:
		return false
	}
	p.title(f)
	if said != "" {
		p.line("says", said)
	}
	p.value(f)
	if note != "" {
		p.line("how", note)
	}
	if c.Why != "" {
		p.line("load", c.Why)
	}
	plain := measure.Style{Plain: true}
	if c.ThinkTime.Measured() {
		p.line("think time", measure.Format(c.ThinkTime, plain)+" (N/X − R)")
	}
	if c.GeneratorWhy != "" {
		p.line("generator", "late: "+strings.ReplaceAll(c.Generator.String(), "_", " ")+"; "+c.GeneratorWhy)
	}
	p.sources(f.value)
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
	p.notes(f, a.Quality)
	return true
}
