package explain

import (
	"fmt"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/render/text"
)

// evidence writes a topic, or where a figure comes from that is not of Locust's
// files: "app.cpu", "database.connections", "rate_limit.writer". It is false
// for other names.
func (p page) evidence(a *analyze.Analysis, what string) (bool, error) {
	name := strings.TrimSpace(what)
	if ok, err := p.topic(a, name); ok || err != nil {
		return ok, err
	}
	first, second, ok := strings.Cut(name, ".")
	if !ok || strings.ContainsAny(name, " @'\"") {
		return false, nil
	}
	if key(first) == "rate limit" {
		return true, p.userType(a, second)
	}
	if first == "" || first[0] >= '0' && first[0] <= '9' || isPercentile(first) {
		return false, nil // "p99.9"
	}
	return true, p.resource(a, first, second)
}

// isPercentile reports whether a name is that of a percentile before its
// decimal point.
func isPercentile(name string) bool {
	digits, ok := strings.CutPrefix(strings.ToLower(name), "p")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// resource writes a row of the resource tables.
func (p page) resource(a *analyze.Analysis, component, metric string) error {
	var names []string
	for i := range a.Resources {
		r := &a.Resources[i]
		full := r.Component + "." + r.Metric
		if strings.EqualFold(full, component+"."+metric) {
			p.row(r)
			return nil
		}
		names = append(names, full)
	}
	return unknown("resource", component+"."+metric, names)
}

func (p page) row(r *analyze.Resource) {
	p.title(figure{title: fmt.Sprintf("%s of the %s", r.Title, analyze.ComponentWords(r.Component))})
	p.line("peak", ratedText(r.Peak))
	if r.Peak.Measured() {
		p.line("unit", unitNames[r.Peak.Unit()])
		p.line("limits", limitsOf(r.Peak))
	}
	normal := ratedText(r.Normal)
	if r.NormalFrom != "" {
		normal += ", over " + r.NormalFrom
	}
	p.line("normal", normal)
	capacity := ratedText(r.Capacity)
	if r.Capacity.Measured() && r.Track != nil && r.Track.LimitWhy != "" {
		capacity += ": " + r.Track.LimitWhy
	}
	p.line("capacity", capacity)
	if r.Saturation.Measured() {
		p.line("saturation", figureText(r.Saturation))
	}
	p.line("status", strings.ReplaceAll(r.Status.String(), "_", " "))
	if r.Why != "" {
		p.line("", r.Why)
	}
	if r.Onset == r.Onset { // a number
		p.line("onset", fmt.Sprintf("at nine tenths of its capacity from %s of the run on", measure.Span(r.Onset)))
	}
	p.sourcesOf("Peak, from", r.Peak)
	p.sourcesOf("Normal, from", r.Normal)
}

// ratedText is figureText for what is counted per second and is no request.
func ratedText(v measure.Value) string {
	if v.Measured() && v.Unit() == measure.PerSecond {
		return measure.Format(v, measure.Style{Scale: "/s"})
	}
	return figureText(v)
}

// figureText is a figure, or what would give it.
func figureText(v measure.Value) string {
	s := shown(v, nil)
	if !v.Measured() && v.Need() != "" {
		s += ": needs " + v.Need()
	}
	return s
}

// userType writes what was limited of one user type's requests.
func (p page) userType(a *analyze.Analysis, name string) error {
	types := append([]analyze.UserType{}, a.RateLimit.UserTypes...)
	types = append(types, a.RateLimit.Total)
	var names []string
	for _, u := range types {
		if u.Name == "" {
			continue
		}
		if !strings.EqualFold(u.Name, name) {
			names = append(names, "rate_limit."+strings.ToLower(u.Name))
			continue
		}
		p.title(figure{title: "rate limiting of " + u.Name})
		p.line("limited", figureText(u.Limited))
		p.line("requests", figureText(u.Requests))
		p.line("share", figureText(u.Share))
		p.line("status", strings.ReplaceAll(u.Status.String(), "_", " "))
		if u.Why != "" {
			p.line("", u.Why)
		}
		p.sources(u.Limited)
		p.sources(u.Requests)
		return nil
	}
	return unknown("user type", name, names)
}

// pool writes whether a connection pool ran out.
func (p page) pool(x analyze.PoolExhaustion) {
	p.title(figure{title: "exhaustion of a connection pool"})
	p.line("occurred", strings.ReplaceAll(x.Occurred.String(), "_", " "))
	p.line("", text.Plain(x.Evidence))
	p.line("at users", figureText(x.AtUsers))
	p.line("recovery", figureText(x.Recovery))
	if x.Impact != "" {
		p.line("impact", x.Impact)
	}
	p.sources(x.AtUsers)
	p.sources(x.Recovery)
}
