package analyze

import (
	"fmt"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// bounded answers a sentence that bounds a resource's figure: "CPU stays below
// 80%", "cache hit rate above 90%". It is held against the figure at the peak.
// A share of what is counted in pieces or bytes is one of its capacity.
func (c *context) bounded(q claim) (YesNo, string, bool) {
	label, op, limit, unit, ok := plan.ParseBound(q.rest)
	row := rowLabelled(label)
	if !ok || row == nil || row.metric == "query_latency" && !slices.Contains(wordsOf(label), "query") {
		return Unknown, "", false
	}
	most := op == plan.Less || op == plan.LessEqual
	if !most && row.metric != "hit_rate" {
		return Unknown, "", false // the figure at hand is the highest
	}
	if q.scope.Users > 0 || q.scope.Phase != "" && q.scope.Phase != "peak" {
		return Unknown, "resources are reported of the peak: needs the expectation to be of that", true
	}
	figure := func(r *Resource) measure.Value {
		if unit == measure.Ratio && row.unit != measure.Ratio {
			return r.Saturation
		}
		return r.Peak
	}
	if unit != row.unit && unit != measure.Ratio {
		return Unknown, "", false
	}
	mine := c.resourcesOf(label, row)
	answer, said := Yes, []string{}
	for _, r := range mine {
		v := figure(r)
		low, high, known := v.Limits()
		name := ComponentWords(r.Component) + "'s " + lowered(row.title)
		if !known {
			if answer == Yes {
				answer = Unknown
			}
			why := r.Why
			if !v.Measured() && v.Need() != "" {
				why = "needs " + v.Need()
			}
			said = append(said, name+": "+why)
			continue
		}
		text := name + " " + shown(v, limit) + " at the peak"
		switch {
		case op.Holds(low, limit) && op.Holds(high, limit):
		case !op.Holds(low, limit) && !op.Holds(high, limit):
			return No, text, true
		default:
			text += ", too close to tell"
			answer = Unknown
		}
		said = append(said, text)
	}
	if len(mine) == 0 {
		return Unknown, "needs " + needAny, true
	}
	return answer, strings.Join(said, "; "), true
}

// resourcesOf returns the rows that a label speaks of: those of the component
// that it names, else of every part of the system under test that has figures.
func (c *context) resourcesOf(label string, row *resourceRow) []*Resource {
	component := c.componentOf(label)
	var named, measured, any []*Resource
	for i := range c.resources {
		r := &c.resources[i]
		if r.Metric != row.metric {
			continue
		}
		switch {
		case r.Component == component:
			named = append(named, r)
		case slices.Contains([]string{"load_generator", "host", "monitoring"}, r.Component):
		case r.Track != nil:
			measured = append(measured, r)
		default:
			any = append(any, r)
		}
	}
	switch {
	case named != nil:
		return named
	case measured != nil:
		return measured
	case len(any) > 1:
		return any[:1]
	}
	return any
}

func (c *context) poolHolds(claim) (YesNo, string) {
	p := c.failures.PoolExhaustion
	evidence := p.Evidence
	if evidence == "" {
		evidence = "needs " + needFailures
	}
	switch p.Occurred {
	case Yes:
		return No, evidence
	case No:
		return Yes, evidence
	}
	return Unknown, evidence
}

func (c *context) noTimeouts(claim) (YesNo, string) {
	n, ok := c.failures.Timeouts.Count.Float()
	switch {
	case !ok:
		return Unknown, need(c.failures.Timeouts.Count)
	case n > 0:
		return No, fmt.Sprintf("%.0f requests timed out", n)
	}
	return Yes, "no request timed out"
}

// databaseCount answers that errors of one class did not occur.
func databaseCount(of func(DatabaseErrors) measure.Value, what string) func(*context, claim) (YesNo, string) {
	return func(c *context, _ claim) (YesNo, string) {
		v := of(c.failures.Database)
		switch n, ok := v.Float(); {
		case !ok:
			return Unknown, need(v)
		case n > 0:
			return No, fmt.Sprintf("%.0f errors over %s", n, what)
		}
		return Yes, "no error over " + what
	}
}

// noDatabaseErrors: nothing that failed named the database.
func (c *context) noDatabaseErrors(claim) (YesNo, string) {
	d := c.failures.Database
	total, lacking := 0., ""
	for _, v := range []measure.Value{d.Connection, d.QueryTimeout, d.LockTimeout, d.Other} {
		if n, ok := v.Float(); ok {
			total += n
		} else {
			lacking = need(v)
		}
	}
	switch {
	case total > 0:
		return No, fmt.Sprintf("%.0f failures name the database", total)
	case lacking != "":
		return Unknown, lacking
	}
	return Yes, "no failure names the database"
}
