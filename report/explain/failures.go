package explain

import (
	"fmt"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// timeouts writes how many requests timed out, where, and why.
func (p page) timeouts(t analyze.Timeouts) {
	p.title(figure{title: "requests that timed out"})
	p.line("count", figureText(t.Count))
	p.line("share", figureText(t.Share))
	for i, e := range t.Endpoints {
		label := ""
		if i == 0 {
			label = "endpoints"
		}
		p.line(label, fmt.Sprintf("%s: %d", strings.TrimSpace(e.Endpoint.Method+" "+e.Endpoint.Name), e.Count))
	}
	if n, ok := t.Count.Float(); ok && n > 0 {
		cause := t.RootCause
		if cause == "" {
			cause = "undetermined: no bottleneck that was found began before the first timeout"
		}
		p.line("cause", cause)
	}
	p.sources(t.Count)
}

// databaseErrors writes the failures that name the database, by class.
func (p page) databaseErrors(d analyze.DatabaseErrors) {
	p.title(figure{title: "failures that name the database"})
	for _, x := range []struct {
		name  string
		value measure.Value
	}{{"connection", d.Connection}, {"query", d.QueryTimeout}, {"lock", d.LockTimeout}, {"other", d.Other}} {
		p.line(x.name, figureText(x.value))
		p.sourcesOf(x.name+", from", x.value)
	}
}

// rateLimit writes what the limiter did to each user type, and whether it
// protected the system.
func (p page) rateLimit(a *analyze.Analysis) {
	r := a.RateLimit
	p.title(figure{title: "rate limiting"})
	for _, u := range append(append([]analyze.UserType(nil), r.UserTypes...), r.Total) {
		if u.Name == "" {
			continue
		}
		p.line("type", fmt.Sprintf("%s: %s of %s requests limited; %s", u.Name, shown(u.Limited, nil), shown(u.Requests, nil), word(u.Status.String())))
	}
	for _, x := range []struct {
		name, why string
		answer    analyze.YesNo
	}{{"protected", r.ProtectedWhy, r.SystemProtected}, {"exhaustion", r.ExhaustionWhy, r.NoExhaustion}, {"graceful", r.GracefulWhy, r.Graceful}} {
		said := word(x.answer.String())
		if x.name == "exhaustion" {
			said = "none: " + said
		}
		if x.why != "" {
			said += ": " + x.why
		}
		p.line(x.name, said)
	}
	p.sources(r.Total.Limited)
}

// stability writes whether the system stayed up.
func (p page) stability(a *analyze.Analysis) {
	s := a.Stability
	p.title(figure{title: "whether the system stayed up"})
	p.line("status", word(s.Status.String()))
	if s.Why != "" {
		p.line("", s.Why)
	}
	p.outages(s)
}

// targets writes every target with its verdict.
func (p page) targets(a *analyze.Analysis) {
	p.title(figure{title: "verdict: " + a.Verdict.String()})
	for _, r := range a.Targets {
		p.line("target", fmt.Sprintf("%s: %s: %s", strings.TrimSpace(r.Target.MetricName()+" "+r.Target.ScopeText()), r.Target.Asks(), word(r.Status.String())))
		if r.Why != "" {
			p.line("", r.Why)
		}
	}
}
