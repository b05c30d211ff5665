package chart_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/chart/charttest"
)

// trended is an overloaded run as the last of a row of n, whose P95 doubled in
// the middle.
func trended(n int) *analyze.Analysis {
	a := charttest.Overloaded()
	t := &analyze.Trend{Changes: []analyze.TrendChange{{Metric: "latency_p95", At: n / 2, Before: 0.5, After: 1, P: 0.001}}}
	for i := range n {
		p95 := 0.5
		if i >= n/2 {
			p95 = 1
		}
		t.Points = append(t.Points, analyze.TrendPoint{
			Label: charttest.Hostile[0], Start: time.Date(2026, 3, 1+i, 12, 0, 0, 0, time.UTC), Users: 350,
			Figures: map[string]measure.Value{"latency_p95": measure.Of(p95, measure.Seconds), "rps": measure.Of(100, measure.PerSecond)},
		})
	}
	a.Trend = t
	return a
}

func TestTrend(t *testing.T) {
	c := find(t, chart.Charts(trended(12)), "trend")
	if len(c.Strips) != 2 || len(c.Strips[0].Marks) != 1 || c.Strips[0].Marks[0].At != 6.5 || len(c.Strips[1].Marks) != 0 {
		t.Fatalf("strips %+v", c.Strips)
	}
	if got := c.Strips[0].Marks[0].Name; got != "from 500 ms to 1,000 ms" {
		t.Errorf("the change reads %q", got)
	}
	if len(c.X.Names) != 12 || c.X.Names[0] != "03-01" || c.X.Names[11] != "this run" || c.X.Text(12) != "this run" {
		t.Errorf("names %q", c.X.Names)
	}
	ticks := c.X.Ticks()
	if ticks[0] != 1 || ticks[len(ticks)-1] != 12 || slices.Contains(ticks, 11) {
		t.Errorf("ticks %v: the last run is named, and nothing beside it", ticks)
	}
	if len(c.Table.Rows) != 12 || !strings.Contains(c.Finding, "P95 from 500 ms to 1,000 ms") || !strings.Contains(c.Finding, "2026-03-07") {
		t.Errorf("%d rows, %q", len(c.Table.Rows), c.Finding)
	}
	// A long row is cut at its beginning; a change before it is not drawn.
	c = find(t, chart.Charts(trended(200)), "trend")
	if n := len(c.Strips[0].Series[0].Points); n != 60 || len(c.Strips[0].Marks) != 0 || len(c.X.Ticks()) > 12 || len(c.Notes) == 0 {
		t.Errorf("%d runs are drawn, %d marks, %d ticks, notes %q", n, len(c.Strips[0].Marks), len(c.X.Ticks()), c.Notes)
	}
	a := trended(12)
	a.Trend.Points = a.Trend.Points[:1]
	if strings.Contains(names(chart.Charts(a)), "trend") {
		t.Error("one run is no trend")
	}
}

func TestKindsOverTime(t *testing.T) {
	a := charttest.Overloaded()
	for i, class := range []string{"timeout", "pool"} {
		f := analyze.FailureCourse{Class: class, File: "app.log", Count: int64(100 * (i + 1))}
		for s := range 36 {
			f.Time, f.Rate = append(f.Time, 5*float64(s)+2.5), append(f.Rate, float64(s%7)*float64(i+1))
		}
		a.Failures.Courses = append(a.Failures.Courses, f)
	}
	c := find(t, chart.Charts(a), "kinds")
	if len(c.Strips) != 3 || !strings.HasPrefix(c.Strips[1].Title, "Connection pool") || !strings.HasPrefix(c.Strips[2].Title, "Timeout") {
		t.Fatalf("strips %+v", c.Strips)
	}
	if len(c.Table.Rows) != 2 || c.X.Max < 175 || !strings.Contains(c.Finding, "200 lines, most at 0:33 (12 a second)") {
		t.Errorf("%d rows, %q", len(c.Table.Rows), c.Finding)
	}
}

// Where all failures are of one kind, their endpoints are compared.
func TestFailuresOfOneKind(t *testing.T) {
	a := charttest.Overloaded()
	k := analyze.ErrorClass{Class: "http_5xx", Count: measure.Of(30, measure.Count)}
	for i := range 12 {
		k.Endpoints = append(k.Endpoints, analyze.EndpointCount{Endpoint: loadtest.Endpoint{Method: "GET", Name: string(rune('a' + i))}, Count: int64(12 - i)})
	}
	a.Failures.Classes = []analyze.ErrorClass{k}
	c := find(t, chart.Charts(a), "failures")
	if len(c.Bars.Names) != 10 || c.Bars.Names[0] != "GET a" || len(c.Table.Rows) != 12 || !strings.Contains(c.Notes[0], "+2 more") {
		t.Errorf("%q, %d rows, %q", c.Bars.Names, len(c.Table.Rows), c.Notes)
	}
}

// A change of ten times and more does not make the others vanish.
func TestLargeChanges(t *testing.T) {
	a := charttest.Healthy()
	a.Baseline.Rows = nil
	for i, rel := range []float64{340, 3.3, -0.5, -0.999} {
		a.Baseline.Rows = append(a.Baseline.Rows, analyze.ComparisonRow{Metric: []string{"latency_mean", "rps", "cpu", "latency_p95"}[i], Relative: measure.Of(rel, measure.Ratio)})
	}
	p := find(t, chart.Charts(a), "baseline").Bars.Panels[0]
	if p.Axis.Format != chart.Times || p.Axis.Min != -2 || p.Axis.Max != 3 {
		t.Errorf("axis %+v", p.Axis)
	}
	for i, want := range []float64{math.Log10(341), math.Log10(4.3), math.Log10(.5), -2} {
		if math.Abs(p.Values[i]-want) > 1e-9 {
			t.Errorf("bar %d is %g long, want %g", i, p.Values[i], want)
		}
	}
	if got := strings.Join(p.Labels, " "); got != "×341 +330% −50% −99.9%" {
		t.Errorf("labels %q", got)
	}
	if chart.Times.Text(2) != "×100" || chart.Times.Text(-1) != "×0.1" {
		t.Errorf("ticks %q %q", chart.Times.Text(2), chart.Times.Text(-1))
	}
}

// All endpoints are in the table, the slowest first, each with its course.
func TestEndpointRows(t *testing.T) {
	a := charttest.Overloaded()
	a.Endpoints[0].Course = analyze.Course{Time: []float64{2.5, 7.5}, Mean: []float64{0.1, 0.2}}
	c := find(t, chart.Charts(a), "endpoints")
	if len(c.Table.Rows) != len(a.Endpoints) || c.Table.Course == "" || c.Table.CourseEnd != 7.5 || !strings.Contains(c.Notes[0], "+") {
		t.Errorf("%d rows of %d, %q, %q", len(c.Table.Rows), len(a.Endpoints), c.Table.Course, c.Notes)
	}
	last := math.Inf(1)
	for _, r := range c.Table.Rows {
		v, ok := r.Values[c.Table.Sorted-1].Float()
		if !ok {
			v = -1
		}
		if v > last {
			t.Errorf("%s comes after a faster one", r.Name)
		}
		last = v
	}
}
