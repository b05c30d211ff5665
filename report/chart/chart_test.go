package chart_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/chart/charttest"
)

func names(cs []chart.Chart) string {
	var ns []string
	for _, c := range cs {
		ns = append(ns, c.Name)
	}
	return strings.Join(ns, " ")
}

func find(t *testing.T, cs []chart.Chart, name string) chart.Chart {
	t.Helper()
	i := slices.IndexFunc(cs, func(c chart.Chart) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no chart %q among %s", name, names(cs))
	}
	return cs[i]
}

func TestChartsOfAnalyses(t *testing.T) {
	for _, c := range []struct {
		name, want string
		a          *analyze.Analysis
	}{
		{"overloaded", "latency load errors capacity endpoints", charttest.Overloaded()},
		{"healthy", "latency load capacity endpoints levels baseline", charttest.Healthy()},
		{"cumulative", "latency load errors capacity endpoints", charttest.Cumulative()},
		{"empty", "", charttest.Empty()},
	} {
		cs := chart.Charts(c.a)
		if got := names(cs); got != c.want {
			t.Errorf("%s: charts %q, want %q", c.name, got, c.want)
		}
		for _, ch := range cs {
			if !slices.Contains(chart.Names(), ch.Name) {
				t.Errorf("%s: chart.Names lacks %s", c.name, ch.Name)
			}
			if ch.Finding == "" || ch.Title == "" || len(ch.Under) == 0 {
				t.Errorf("%s: %s lacks a title, a finding or a place: %+v", c.name, ch.Name, ch)
			}
			for _, r := range ch.Table.Rows {
				if len(r.Values) != len(ch.Table.Header)-1 {
					t.Errorf("%s: %s: a row of %d values under %d headers", c.name, ch.Name, len(r.Values), len(ch.Table.Header))
				}
			}
			if b := ch.Bars; b != nil {
				for _, p := range b.Panels {
					if len(p.Values) != len(b.Names) || len(p.Labels) != len(b.Names) {
						t.Errorf("%s: %s: %d values and %d labels for %d rows", c.name, ch.Name, len(p.Values), len(p.Labels), len(b.Names))
					}
				}
			}
		}
	}
}

func TestLatencySaysWhatItLacks(t *testing.T) {
	c := find(t, chart.Charts(charttest.Cumulative()), "latency")
	if len(c.Series) != 1 || c.Series[0].Role != chart.Mean {
		t.Errorf("series %+v, want the mean alone", c.Series)
	}
	if notes := strings.Join(c.Notes, " "); !strings.Contains(notes, "so the mean is drawn") || !strings.Contains(notes, "--csv-full-history") {
		t.Errorf("notes %q", notes)
	}
}

func TestLatencyDrawsEachTarget(t *testing.T) {
	c := find(t, chart.Charts(charttest.Overloaded()), "latency")
	var got []string
	for _, l := range c.Limits {
		got = append(got, l.Name)
	}
	if want := "P50 < 500 ms, P95 < 1,000 ms, P99 < 2,000 ms"; strings.Join(got, ", ") != want {
		t.Errorf("limits %q, want %q", got, want)
	}
	if want := "P95 1,106 ms (1,094–1,118), target < 1,000 ms: fail"; !strings.Contains(c.Finding, want) {
		t.Errorf("finding %q lacks %q", c.Finding, want)
	}
	// One that is far above the data would flatten the lines.
	h := find(t, chart.Charts(charttest.Healthy()), "latency")
	if len(h.Limits) != 1 || !strings.Contains(strings.Join(h.Notes, " "), "P99 < 2,000 ms") {
		t.Errorf("limits %+v, notes %q", h.Limits, h.Notes)
	}
}

// Percentiles that come every few seconds make one line; an outage is a gap.
func TestSparseSeriesAreJoined(t *testing.T) {
	a := charttest.Overloaded()
	for i := range a.Timeline.Time {
		if i%5 != 0 {
			a.Timeline.P95[i] = math.NaN()
		}
	}
	c := find(t, chart.Charts(a), "latency")
	i := slices.IndexFunc(c.Series, func(s chart.Series) bool { return s.Role == chart.P95 })
	gaps := 0
	for _, p := range c.Series[i].Points {
		if math.IsNaN(p.Y) {
			gaps++
		}
	}
	if n := len(c.Series[i].Points); n < 30 || gaps > 1 {
		t.Errorf("%d points with %d gaps", n, gaps)
	}
	full := find(t, chart.Charts(charttest.Overloaded()), "latency").Series[0].Points
	if !slices.ContainsFunc(full, func(p chart.Point) bool { return math.IsNaN(p.Y) }) {
		t.Error("the outage is drawn over")
	}
}

func TestLongRunsAreThinnedAndKeepExtremes(t *testing.T) {
	a := charttest.Long()
	a.Timeline.RPS[50_000] = 999
	a.Timeline.RPS[50_001] = 0.5
	c := find(t, chart.Charts(a), "load")
	for _, s := range c.Series {
		if n := len(s.Points); n > chart.Drawn*11/10 || n < chart.Drawn/4 {
			t.Errorf("%s has %d points", s.Name, n)
		}
	}
	i := slices.IndexFunc(c.Series, func(s chart.Series) bool { return s.Role == chart.Throughput })
	for _, want := range []float64{999, 0.5} {
		if !slices.ContainsFunc(c.Series[i].Points, func(p chart.Point) bool { return p.Y == want }) {
			t.Errorf("the extreme %v is lost", want)
		}
	}
	if c.X.Format != chart.Hours {
		t.Errorf("a day is written as %q", c.X.Format)
	}
}

func TestDownsample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 3000).Draw(t, "n")
		limit := rapid.IntRange(8, 400).Draw(t, "limit")
		var points []chart.Point
		x := 0.0
		for i := range n {
			x += rapid.Float64Range(0.1, 10).Draw(t, "step")
			y := float64(i*7919%1009) - 500
			if i%97 == 5 {
				y = math.NaN()
			}
			points = append(points, chart.Point{X: x, Y: y})
		}
		thin := chart.Downsample(points, limit)
		if len(thin) > max(limit*5/4+5, 0) && len(thin) > limit {
			t.Fatalf("%d points for a limit of %d", len(thin), limit)
		}
		low := func(ps []chart.Point) (lo, hi float64) {
			lo, hi = math.Inf(1), math.Inf(-1)
			for _, p := range ps {
				if !math.IsNaN(p.Y) {
					lo, hi = min(lo, p.Y), max(hi, p.Y)
				}
			}
			return lo, hi
		}
		lo, hi := low(points)
		tlo, thi := low(thin)
		if lo != tlo || hi != thi {
			t.Fatalf("extremes %v %v became %v %v", lo, hi, tlo, thi)
		}
		if !slices.IsSortedFunc(thin, func(a, b chart.Point) int {
			if a.X < b.X {
				return -1
			}
			return 1
		}) {
			t.Fatal("out of order")
		}
		if n > 0 && (thin[0].X != points[0].X || thin[len(thin)-1].X != points[n-1].X) {
			t.Fatal("an end is lost")
		}
	})
}

// Axes hold what is drawn on them, with a handful of round ticks.
func TestAxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := charttest.Overloaded()
		scale := math.Pow(10, rapid.Float64Range(-4, 4).Draw(t, "scale"))
		for i := range a.Timeline.Time {
			for _, s := range [][]float64{a.Timeline.Mean, a.Timeline.P50, a.Timeline.P95, a.Timeline.P99, a.Timeline.RPS, a.Timeline.Users} {
				s[i] *= scale
			}
		}
		for _, c := range chart.Charts(a) {
			for i, y := range c.Y {
				ticks := y.Ticks()
				if len(ticks) < 4 || len(ticks) > 8 || ticks[0] != 0 || math.Abs(ticks[len(ticks)-1]-y.Max) > y.Max*1e-9 {
					t.Fatalf("%s: ticks %v up to %v", c.Name, ticks, y.Max)
				}
				if i > 0 && len(ticks) != len(c.Y[0].Ticks()) {
					t.Fatalf("%s: the axes' grid lines do not coincide", c.Name)
				}
				for _, s := range c.Series {
					for _, p := range s.Points {
						if s.Axis == i && p.Y > y.Max*(1+1e-9) {
							t.Fatalf("%s: %v is above %v", c.Name, p.Y, y.Max)
						}
					}
				}
			}
		}
	})
}

func TestTargetText(t *testing.T) {
	for _, c := range []struct {
		t    plan.Target
		want string
	}{
		{plan.Target{Metric: plan.Percentile, P: 0.95, Limit: 1}, "P95 < 1,000 ms"},
		{plan.Target{Metric: plan.Percentile, P: 0.999, Op: plan.LessEqual, Limit: 12.5}, "P99.9 ≤ 12.5 s"},
		{plan.Target{Metric: plan.Errors, Limit: 0.05}, "errors < 5%"},
		{plan.Target{Metric: plan.Errors, Limit: 0.001}, "errors < 0.1%"},
		{plan.Target{Metric: plan.RPS, Op: plan.Greater, Limit: 500}, "throughput > 500 RPS"},
		{plan.Target{Metric: plan.Mean, Limit: 0.2505}, "mean < 250.5 ms"},
		{plan.Target{Metric: plan.Outages, Op: plan.LessEqual}, "outages none"},
	} {
		if got := chart.TargetText(c.t); got != c.want {
			t.Errorf("%+v: %q, want %q", c.t, got, c.want)
		}
	}
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		f    chart.Format
		v    float64
		want string
	}{
		{chart.Clock, 0, "0:00"}, {chart.Clock, 95, "1:35"}, {chart.Clock, 3661, "1:01:01"},
		{chart.Hours, 5400, "1:30"}, {chart.Millis, 1.25, "1,250"}, {chart.Millis, 0.0025, "2.5"},
		{chart.Percent, 0.05, "5%"}, {chart.Percent, 0.125, "12.5%"}, {chart.Change, 0.2, "+20%"}, {chart.Change, -0.2, "−20%"},
		{chart.Number, 1234567, "1,234,567"}, {chart.Number, 0.004, "0.004"}, {chart.Number, 0, "0"},
	} {
		if got := c.f.Text(c.v); got != c.want {
			t.Errorf("%s of %v: %q, want %q", c.f, c.v, got, c.want)
		}
	}
}

func TestEndpointsOfAQuietRun(t *testing.T) {
	a := charttest.Overloaded()
	for i := range a.Endpoints {
		e := &a.Endpoints[i]
		e.Peak = analyze.Window{}
		e.Whole.P95 = measure.None(measure.Seconds, measure.NoSource, "the statistics file")
	}
	c := find(t, chart.Charts(a), "endpoints")
	if !strings.Contains(c.Title, "over the whole run") || c.Bars.Panels[0].Role != chart.Mean {
		t.Errorf("%q draws %q", c.Title, c.Bars.Panels[0].Axis.Title)
	}
}

func FuzzVisible(f *testing.F) {
	for _, s := range charttest.Hostile {
		f.Add(s)
	}
	f.Add("\xff\xfe\u202e\u0000\u2029")
	f.Fuzz(func(t *testing.T, s string) {
		v := chart.Visible(s)
		for _, r := range v {
			if r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r == 0x2028 || r == 0x2029 || r == 0xfffe {
				t.Fatalf("%q still holds %q", v, r)
			}
		}
		if chart.Visible(v) != v {
			t.Fatal("not idempotent")
		}
	})
}

func TestEndpointsThatCannotBeToldApart(t *testing.T) {
	a := charttest.Healthy()
	for i := range a.Endpoints {
		a.Endpoints[i].Peak.P95 = measure.Within(.8+float64(i)/1000, .75, .85, measure.Seconds, measure.Windowed)
	}
	c := find(t, chart.Charts(a), "endpoints")
	if want := fmt.Sprintf("and %d more that cannot be told from it", len(a.Endpoints)-1); !strings.Contains(c.Finding, want) {
		t.Errorf("finding %q, want %q in it", c.Finding, want)
	}
	for i := range a.Endpoints {
		a.Endpoints[i].Peak.P95 = measure.Of(float64(i+1), measure.Seconds)
	}
	if c := find(t, chart.Charts(a), "endpoints"); strings.Contains(c.Finding, "told from") {
		t.Errorf("finding %q of endpoints far apart", c.Finding)
	}
}
