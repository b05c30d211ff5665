// Package json writes an analysis as results.json: every figure in base units
// (s, ratio, bytes, per_second, users, count) with its limits, its method and
// its sources, or the reason why there is none.
package json

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/form"
)

// A DocumentInfo is what became of the document's blanks.
type DocumentInfo struct {
	File        string
	Summary     form.Summary
	NotMeasured *int // blanks that read "not measured"; nil: not counted
}

// Write writes results.json, the same bytes for the same analysis. Text that
// is no UTF-8 is written with U+FFFD in place of the bytes that are none.
func Write(w io.Writer, a *analyze.Analysis, doc DocumentInfo) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(resultsOf(a, doc))
}

func resultsOf(a *analyze.Analysis, doc DocumentInfo) results {
	var expectations []expectation
	for _, e := range a.Expectations {
		expectations = append(expectations, expectation{e.Text, e.Answer.String(), e.Evidence})
	}
	var issues []issue
	for _, i := range a.Issues {
		issues = append(issues, issue{i.Severity, i.Title, i.Evidence})
	}
	return results{
		Schema: Schema, Verdict: a.Verdict.String(),
		Run: runOf(a), Targets: targetsOf(a.Targets), Phases: phasesOf(a.Phases), Endpoints: endpointsOf(a),
		Stability: stabilityOf(a.Stability), RateLimit: rateLimitOf(a.RateLimit), Failures: failuresOf(a.Failures),
		Degradation: degradationOf(a), Issues: list(issues), Baseline: baselineOf(a.Baseline),
		Expectations: list(expectations), DataQuality: notesOf(a.Quality), Document: documentOf(doc),

		Resources: resourcesOf(a), Capacity: capacityOf(a.Capacity),
		Bottlenecks: bottlenecksOf(a.Diagnosis.Findings), Suspicions: bottlenecksOf(a.Diagnosis.Suspicions), Diagnosis: a.Diagnosis.Summary,
		NotLookedAt: notLookedAtOf(a.Diagnosis.NotLookedAt), RuledOut: ruledOutOf(a.Diagnosis.Clear),
		Recommendations: recommendationsOf(a.Diagnosis),

		Trend: trendOf(a.Trend), Basis: basisOf(a.Basis),
	}
}

// list returns an empty list for none: [] in the document, never null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func runOf(a *analyze.Analysis) run {
	s := a.Run
	out := run{
		Label: s.Label, Tool: s.Tool, Start: instant(s.Start), End: instant(s.End), Duration: bare(s.Duration),
		Host: stated(s.Host), UsersPlanned: bare(s.UsersPlanned), UsersPeak: bare(s.UsersPeak), SpawnRate: perSecond(s.SpawnRate),
		Requests: bare(s.Requests), Failures: bare(s.Failures), Endpoints: s.Endpoints, Inputs: []input{}, Whole: windowOf(a.WholeRun),
	}
	for _, i := range s.Inputs {
		out.Inputs = append(out.Inputs, input(i))
	}
	return out
}

// rfc3339Milli writes an instant to the millisecond: the offsets of phases
// count from the run's start, which lies between two whole seconds.
const rfc3339Milli = "2006-01-02T15:04:05.000Z07:00"

func instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return stated(t.UTC().Format(rfc3339Milli))
}

func windowOf(w analyze.Window) window {
	return window{
		Requests: count(w.Requests), Failures: count(w.Failures), Limited: count(w.RateLimited), RPS: perSecond(w.RPS),
		Mean: seconds(w.Mean), P50: seconds(w.P50), P95: seconds(w.P95), P99: seconds(w.P99), Max: seconds(w.Max), ErrorRate: ratio(w.ErrorRate),
	}
}

func targetsOf(rs []analyze.TargetResult) []target {
	out := []target{}
	for _, r := range rs {
		t := r.Target
		out = append(out, target{
			Name: t.Name, Metric: r.Metric, Op: t.Op.String(), Limit: finite(t.Limit), Unit: t.Unit().String(),
			Scope: r.Scope, Endpoint: stated(t.Endpoint), Actual: figure{r.Actual, t.Unit()}, WholeRun: figure{r.WholeRun, t.Unit()},
			Status: r.Status.String(), Why: r.Why, Stated: t.Pos.String(),
		})
	}
	return out
}

func phasesOf(ps []analyze.Phase) []phase {
	out := []phase{}
	for _, p := range ps {
		out = append(out, phase{
			Name: p.Name, Kind: p.Kind.String(), Start: finite(p.Start), End: finite(p.End), UsersFrom: p.UsersFrom, UsersTo: p.UsersTo,
			window: windowOf(p.Window), Status: p.Status.String(), Why: p.Why,
		})
	}
	return out
}

func endpointsOf(a *analyze.Analysis) []endpoint {
	out := []endpoint{}
	for _, e := range a.Endpoints {
		row := endpoint{
			Method: e.Method, Name: e.Name, window: windowOf(e.Whole), ShareOfSlowdown: ratio(e.ShareOfSlowdown),
			Phases: []endpointPhase{},
		}
		for i, w := range e.Phases {
			if i < len(a.Phases) {
				row.Phases = append(row.Phases, endpointPhase{a.Phases[i].Name, windowOf(w)})
			}
		}
		out = append(out, row)
	}
	return out
}

func stabilityOf(s analyze.Stability) stability {
	return stability{
		Status: s.Status.String(), Why: s.Why, Outages: outagesOf(s.Outages), Stalls: outagesOf(s.Stalls),
		Restarts: list(s.Restarts), LostWorkers: s.LostWorkers,
	}
}

func outagesOf(os []analyze.Outage) []outage {
	out := []outage{}
	for _, o := range os {
		out = append(out, outage{finite(o.Start), finite(o.End), o.Users, o.Evidence})
	}
	return out
}

func rateLimitOf(r analyze.RateLimit) rateLimit {
	out := rateLimit{
		UserTypes: []userType{}, Total: userTypeOf(r.Total),
		SystemProtected: r.SystemProtected.String(), NoResourceExhaustion: r.NoExhaustion.String(), Graceful429: r.Graceful.String(),
		Why: limitWhy{r.ProtectedWhy, r.ExhaustionWhy, r.GracefulWhy},
	}
	for _, u := range r.UserTypes {
		out.UserTypes = append(out.UserTypes, userTypeOf(u))
	}
	return out
}

func userTypeOf(u analyze.UserType) userType {
	return userType{u.Name, count(u.Requests), count(u.Limited), ratio(u.Share), u.Status.String(), u.Why}
}

func failuresOf(f analyze.FailureReport) failures {
	p, t, d := f.PoolExhaustion, f.Timeouts, f.Database
	out := failures{
		ByClass: []class{}, Classified: ratio(f.Source),
		PoolExhaustion: poolExhaustion{p.Occurred.String(), users(p.AtUsers), seconds(p.Recovery), stated(p.Impact), p.Evidence},
		Timeouts:       timeouts{count(t.Count), ratio(t.Share), countsOf(t.Endpoints), stated(t.RootCause)},
		Database:       database{count(d.Connection), count(d.QueryTimeout), count(d.LockTimeout), count(d.Other)},
	}
	for _, c := range f.Classes {
		out.ByClass = append(out.ByClass, class{c.Class, count(c.Count), countsOf(c.Endpoints), list(c.Examples)})
	}
	return out
}

func countsOf(cs []analyze.EndpointCount) []endpointCount {
	out := []endpointCount{}
	for _, c := range cs {
		out = append(out, endpointCount{c.Endpoint.Method, c.Endpoint.Name, c.Count})
	}
	return out
}

func degradationOf(a *analyze.Analysis) degradation {
	out := degradation{Bands: []band{}, Mechanisms: []mechanism{}}
	for _, b := range a.Bands {
		var to *float64
		if b.To > 0 {
			to = finite(b.To)
		}
		out.Bands = append(out.Bands, band{
			Label: b.Label, FromUsers: finite(b.From), ToUsers: to, Behavior: b.Behavior, Seconds: finite(b.Seconds),
			RPS: perSecond(b.RPS), Mean: seconds(b.Mean), P95: seconds(b.P95), ErrorRate: ratio(b.ErrorRate),
			Status: b.Status.String(), Why: b.Why,
		})
	}
	for _, m := range a.Mechanisms {
		out.Mechanisms = append(out.Mechanisms, mechanism{m.Name, m.Seen.String(), m.Evidence})
	}
	return out
}

// baselineOf is an empty comparison where no baseline was given.
func baselineOf(c *analyze.Comparison) baseline {
	if c == nil {
		return baseline{Rows: []baselineRow{}, Notes: []string{}}
	}
	out := baseline{Label: stated(c.Label), Current: stated(c.Current), Rows: []baselineRow{}, Notes: list(c.Notes)}
	for _, r := range c.Rows {
		var significant *bool
		if r.Significant != analyze.Unknown {
			yes := r.Significant == analyze.Yes
			significant = &yes
		}
		unit := comparedIn(r.Metric)
		out.Rows = append(out.Rows, baselineRow{
			r.Metric, figure{r.Baseline, unit}, figure{r.Current, unit}, figure{r.Difference, unit}, ratio(r.Relative), significant, r.Why,
		})
	}
	return out
}

// comparedIn returns the unit of a row of the comparison.
func comparedIn(metric string) measure.Unit {
	switch {
	case metric == "rps":
		return measure.PerSecond
	case strings.HasPrefix(metric, "latency"):
		return measure.Seconds
	}
	return measure.Ratio // error_rate, cpu
}

func notesOf(ns []loadtest.Note) []note {
	out := []note{}
	for _, n := range ns {
		out = append(out, note{n.Code, n.Severity.String(), n.Message, n.Source})
	}
	return out
}
