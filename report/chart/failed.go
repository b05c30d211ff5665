package chart

import (
	"math"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// classWords are the names of error classes for people.
var classWords = [...]struct{ class, words string }{
	{"rate_limited", "Rate limited (429)"}, {"timeout", "Timeout"}, {"connection", "Connection refused or lost"},
	{"pool", "Connection pool exhausted"}, {"db_connection", "Database connection"}, {"db_query_timeout", "Database query timeout"},
	{"db_lock_timeout", "Database lock timeout"}, {"db_other", "Database, other"}, {"http_4xx", "HTTP 4xx"}, {"http_5xx", "HTTP 5xx"},
	{"assertion", "Failed by the test's own check"}, {"other", "Other"},
}

// ClassName names an error class for people.
func ClassName(class string) string {
	for _, c := range classWords {
		if c.class == class {
			return c.words
		}
	}
	if class == "" {
		return "Not classified"
	}
	return Visible(strings.ReplaceAll(class, "_", " "))
}

// failures compares the kinds of failure.
func failures(a *analyze.Analysis) (Chart, bool) {
	c := Chart{
		Name: "failures", Title: "Failures by kind",
		Under: []string{"Failure Scenarios", "Timeout Errors"},
		Table: Table{Header: []string{"Kind", "Failures", "Share of all requests"}},
	}
	p := Panel{Axis: Axis{Title: "failed requests", Format: Number}, Role: Errors}
	b := &Bars{}
	total := 0.0
	for _, k := range a.Failures.Classes {
		total += or(k.Count, 0)
	}
	if total == 0 {
		return Chart{}, false
	}
	if k := a.Failures.Classes; len(k) == 1 && len(k[0].Endpoints) > 1 {
		return failuresOf(a, c, k[0]), true
	}
	var said, others []string
	for i, k := range a.Failures.Classes {
		name := ClassName(k.Class)
		share := measure.Quotient(k.Count, a.WholeRun.Requests, measure.Ratio)
		c.Table.Rows = append(c.Table.Rows, Row{Name: name, Values: []measure.Value{k.Count, share}})
		if i >= rows {
			others = append(others, name)
			continue
		}
		b.Names = append(b.Names, name)
		p.add(k.Count)
		if n := len(p.Labels) - 1; k.Count.Measured() {
			p.Labels[n] += " (" + Percent.Text(or(k.Count, 0)/total) + " of the failures)"
		}
		if i < 3 {
			text := name + " " + Figure(k.Count)
			if len(k.Endpoints) > 0 {
				e := k.Endpoints[0].Endpoint
				text += ", most of them on " + EndpointName(e.Method, e.Name)
			}
			said = append(said, text)
		}
	}
	if len(others) > 0 {
		c.Notes = append(c.Notes, "+"+strconv.Itoa(len(others))+" more in the table.")
	}
	b.Panels = []Panel{p.scaled()}
	c.Bars = b
	c.Finding = sentence(said)
	return c, true
}

// failuresOf compares the endpoints, where all failures are of one kind.
func failuresOf(a *analyze.Analysis, c Chart, k analyze.ErrorClass) Chart {
	name := ClassName(k.Class)
	c.Title = "Failures by endpoint: " + name
	c.Table.Header = []string{"Endpoint", "Failures", "Share of the failures"}
	p := Panel{Axis: Axis{Title: "failed requests", Format: Number}, Role: Errors}
	b := &Bars{}
	for i, e := range k.Endpoints {
		shown := EndpointName(e.Endpoint.Method, e.Endpoint.Name)
		n := measure.Of(float64(e.Count), measure.Count, k.Count.Sources()...)
		c.Table.Rows = append(c.Table.Rows, Row{Name: shown, Values: []measure.Value{n, measure.Quotient(n, k.Count, measure.Ratio)}})
		if i < rows {
			b.Names = append(b.Names, shown)
			p.add(n)
		}
	}
	if more := len(k.Endpoints) - rows; more > 0 {
		c.Notes = append(c.Notes, "+"+strconv.Itoa(more)+" more in the table.")
	}
	b.Panels = []Panel{p.scaled()}
	c.Bars = b
	share := measure.Quotient(k.Count, a.WholeRun.Requests, measure.Ratio)
	text := "all failures are of one kind, " + name + ": " + Figure(k.Count)
	if share.Measured() {
		text += ", " + Figure(share) + " of all requests"
	}
	c.Finding = sentence([]string{text, "most on " + b.Names[0] + ", " + p.Labels[0]})
	return c
}

// rateLimit shows what was limited of each user type's requests.
func rateLimit(a *analyze.Analysis) (Chart, bool) {
	c := Chart{
		Name: "ratelimit", Title: "Rate limiting by user type",
		Under:   []string{"Rate Limit Effectiveness", "Rate Limiting Effectiveness", "Rate Limiting Analysis", "Rate Limiting"},
		Columns: []string{"User Type", "Rate Limited"},
		Table:   Table{Header: []string{"User type", "Requests", "Limited", "Share"}},
	}
	all := Panel{Axis: Axis{Title: "requests", Format: Number}, Role: Throughput}
	share := Panel{Axis: Axis{Title: "of these rate limited", Format: Percent}, Role: Errors}
	b := &Bars{}
	measured, limited := 0, 0.0
	var said []string
	users := a.RateLimit.UserTypes
	if a.RateLimit.Total.Requests.Measured() {
		total := a.RateLimit.Total
		if total.Name == "" {
			total.Name = "Total"
		}
		users = append(append([]analyze.UserType{}, users...), total)
	}
	for i, u := range users {
		c.Table.Rows = append(c.Table.Rows, Row{Name: Visible(u.Name), Values: []measure.Value{u.Requests, u.Limited, u.Share}})
		if !u.Share.Measured() && !u.Requests.Measured() || i >= rows {
			continue
		}
		b.Names = append(b.Names, Visible(u.Name))
		all.add(u.Requests)
		share.add(u.Share)
		if u.Share.Measured() {
			measured++
			limited += or(u.Limited, 0)
			said = append(said, Visible(u.Name)+": "+Figure(u.Share)+" of "+Figure(u.Requests)+" requests limited")
		}
	}
	// Nothing limited is a sentence, not a picture.
	if measured == 0 || limited == 0 || math.IsNaN(limited) {
		return Chart{}, false
	}
	b.Panels = []Panel{all.scaled(), share.scaled()}
	c.Bars = b
	c.Finding = sentence(said)
	return c, true
}
