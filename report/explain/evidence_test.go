package explain_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/explain"
)

func TestEvidence(t *testing.T) {
	src := measure.Source{File: "procs.csv", Column: "application cpu_ratio", Formula: "highest median of ten seconds of 50 readings"}
	a := &analyze.Analysis{
		Resources: []analyze.Resource{{
			Component: "app", Metric: "cpu", Title: "CPU Usage", Normal: measure.Of(.01, measure.Ratio), NormalFrom: "the baseline run",
			Peak: measure.Within(.93, .925, .935, measure.Ratio, measure.Bounded, src), Capacity: measure.Of(1, measure.Ratio), Saturation: measure.Of(.93, measure.Ratio),
			Status: analyze.ResourceSaturated, Why: "peak 93% of capacity", Onset: 62, Track: &analyze.Track{LimitWhy: "all of 4 cores"},
		}, {Component: "cache", Metric: "evictions", Title: "Evictions", Peak: measure.None(measure.Count, measure.NoSource, "cache snapshots"), Onset: math.NaN()}},
		RateLimit: analyze.RateLimit{UserTypes: []analyze.UserType{{Name: "Writer", Requests: measure.Of(10, measure.Count), Limited: measure.Of(4, measure.Count, src), Share: measure.Of(.4, measure.Ratio), Status: analyze.LimitActive}}},
		Failures:  analyze.FailureReport{PoolExhaustion: analyze.PoolExhaustion{Occurred: analyze.Yes, Evidence: "12 requests gave up"}},
	}
	for what, wants := range map[string][]string{
		"app.cpu":           {"CPU Usage of the application", "93", "over the baseline run", "all of 4 cores", "saturated", "from 1 min 2 s", "procs.csv"},
		"cache.evictions":   {"not measured: needs cache snapshots"},
		"rate_limit.writer": {"rate limiting of Writer", "40", "active", "procs.csv"},
		"pool":              {"yes", "12 requests gave up"},
	} {
		var b bytes.Buffer
		if err := explain.Figure(&b, a, what); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		for _, want := range wants {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: no %q in\n%s", what, want, b.String())
			}
		}
	}
	for what, want := range map[string]string{"app.cpus": `did you mean "app.cpu"`, "rate_limit.nobody": "rate_limit.writer"} {
		if err := explain.Figure(&bytes.Buffer{}, a, what); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
