package chart

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// capacity draws latency, throughput and errors against the number of users,
// with the knee and the breaking point. Where the run has too few levels of
// load to draw, the seconds of its ramp are drawn.
func capacity(a *analyze.Analysis) (Chart, bool) {
	c := Chart{
		Name: "capacity", Title: "Latency and throughput against users",
		Under: []string{"System Capacity", "Breaking Point Analysis", "Breaking Point", "Capacity"},
		Table: Table{Header: []string{"Users", "Throughput", "Goodput", "Mean", "P95", "Error rate"}},
	}
	k := &a.Capacity
	levels := slices.Clone(k.Levels)
	slices.SortStableFunc(levels, func(x, y analyze.Level) int { return cmp.Compare(x.Users, y.Users) })
	of := func(get func(analyze.Level) measure.Value) []Point {
		var points []Point
		for _, l := range levels {
			if y, ok := get(l).Float(); ok {
				points = append(points, Point{l.Users, y})
			}
		}
		return points
	}
	p95 := of(func(l analyze.Level) measure.Value { return l.P95 })
	mean := of(func(l analyze.Level) measure.Value { return l.Mean })
	rps := of(func(l analyze.Level) measure.Value { return l.RPS })
	good := of(func(l analyze.Level) measure.Value { return l.Goodput })
	failed := of(func(l analyze.Level) measure.Value { return l.ErrorRate })
	ramp := distinct(rps) < 3
	latency := Strip{Axis: Axis{Title: "latency (ms)", Format: Millis}}
	through := Strip{Axis: Axis{Title: "requests/s", Format: Number}}
	errors := Strip{Axis: Axis{Title: "failed requests", Format: Percent}}
	if ramp {
		seconds := func(values []float64) []Point { return rising(a, values) }
		if r := seconds(a.Timeline.RPS); distinct(r) < 8 {
			return Chart{}, false
		} else {
			through.Series = add(through.Series, Series{Name: "Throughput, seconds of the ramp", Role: Throughput, Points: r, Loose: true, Dots: true})
		}
		latency.Series = add(latency.Series, Series{Name: "Mean, seconds of the ramp", Role: Mean, Points: seconds(a.Timeline.Mean), Loose: true, Dots: true})
		errors.Series = add(errors.Series, Series{Name: "Errors, seconds of the ramp", Role: Errors, Points: seconds(a.Timeline.Errors), Loose: true, Dots: true})
		c.Notes = append(c.Notes, "Each dot is five seconds of the ramp: the number of users was rising meanwhile, and the system may not have settled. Levels held for a minute or more would show its capacity.")
	}
	least := 2
	if ramp {
		least = 1
	}
	if len(p95) >= least {
		latency.Series = append(latency.Series, Series{Name: "P95", Role: P95, Points: p95, Dots: true})
	}
	broke := brokePercentile(a)
	if broke == 0.5 || broke == 0.99 {
		line := Series{Name: "P50", Role: P50, Points: of(func(l analyze.Level) measure.Value { return l.P50 }), Dots: true}
		if broke == 0.99 {
			line = Series{Name: "P99", Role: P99, Points: of(func(l analyze.Level) measure.Value { return l.P99 }), Dots: true}
		}
		if len(line.Points) >= least {
			latency.Series = append(latency.Series, line)
		}
	}
	if len(mean) >= least {
		latency.Series = append(latency.Series, Series{Name: name("Mean", "Mean, load held", ramp), Role: Mean, Points: mean, Dots: true})
	}
	if len(rps) >= least {
		through.Series = append(through.Series, Series{Name: name("Throughput", "Throughput, load held", ramp), Role: Throughput, Points: rps, Dots: true})
	}
	if len(good) >= least && apart(good, rps) {
		through.Series = append(through.Series, Series{Name: "Of these not failed", Role: Better, Points: good, Dots: true, Dotted: true})
	}
	if len(failed) >= least {
		errors.Series = append(errors.Series, Series{Name: name("Errors", "Errors, load held", ramp), Role: Errors, Points: failed, Dots: true})
	}
	if len(latency.Series) == 0 || len(through.Series) == 0 {
		return Chart{}, false
	}
	latency.ask(a, func(t plan.Target) bool {
		return t.Metric == plan.Mean || t.Metric == plan.Percentile && (t.P == 0.95 || t.P == broke)
	})
	through.ask(a, func(t plan.Target) bool { return t.Metric == plan.RPS })
	errors.ask(a, func(t plan.Target) bool { return t.Metric == plan.Errors })
	c.Strips = []Strip{latency, through}
	if top := (&Chart{Series: errors.Series}).top(0); top > 0 {
		c.Strips = append(c.Strips, errors)
	}
	for i := range c.Strips {
		c.Strips[i].fit()
	}
	top := 0.0
	for _, s := range c.Strips {
		for _, l := range s.Series {
			for _, p := range l.Points {
				top = max(top, p.X)
			}
		}
	}
	c.X = Axis{Title: "users", Format: Number}
	axes := []Axis{c.X}
	spanOf(5, 9, axes, top*1.02)
	c.X = axes[0]
	if m, ok := markOf("knee: "+FigureWithin(k.Knee), Mean, k.Knee); ok {
		c.Marks = append(c.Marks, m)
	}
	if m, ok := markOf("breaking point: "+FigureWithin(k.Breaking), Worse, k.Breaking); ok {
		if k.Model {
			m.Name += " by a model"
		}
		c.Marks = append(c.Marks, m)
	}
	if c.Finding = capacityFinding(a); c.Finding == "" {
		c.Finding = "No load was held long enough to stand for what the system does at it."
	}
	for _, l := range levels {
		name := strconv.FormatFloat(math.Round(l.Users), 'f', -1, 64) + " users"
		if l.Broken && l.By != "" {
			name += ": " + Visible(l.By)
		}
		c.Table.Rows = append(c.Table.Rows, Row{Name: name, Values: []measure.Value{l.RPS, l.Goodput, l.Mean, l.P95, l.ErrorRate}})
	}
	if k.Why != "" {
		c.Notes = append(c.Notes, full(k.Why))
	}
	return c, true
}

// brokePercentile is the percentile whose target broke first; 0 it was none.
func brokePercentile(a *analyze.Analysis) float64 {
	for _, p := range [...]struct {
		metric string
		p      float64
	}{{"latency_p50", 0.5}, {"latency_p95", 0.95}, {"latency_p99", 0.99}} {
		if a.Capacity.BreakingMetric == p.metric {
			return p.p
		}
	}
	return 0
}

func capacityFinding(a *analyze.Analysis) string {
	k := &a.Capacity
	var said []string
	if k.BreakingText != "" {
		said = append(said, "breaking point: "+Visible(k.BreakingText))
		if k.Outcome == analyze.Broke && k.BreakingTarget != "" {
			said[0] += ", first " + Visible(k.BreakingTarget)
		}
	}
	if k.Knee.Measured() {
		said = append(said, "more users bought no more throughput from "+FigureWithin(k.Knee)+" on (the knee)")
	}
	if k.MaxRPSText != "" {
		said = append(said, "highest sustained throughput: "+Visible(k.MaxRPSText))
	}
	return sentence(said)
}

func add(all []Series, s Series) []Series {
	if len(s.Points) < 2 {
		return all
	}
	return append(all, s)
}

func name(plain, besideRamp string, ramp bool) string {
	if ramp {
		return besideRamp
	}
	return plain
}

// distinct counts the numbers of users among points.
func distinct(points []Point) int {
	n := 0
	for i, p := range points {
		if i == 0 || p.X != points[i-1].X {
			n++
		}
	}
	return n
}

// apart reports whether two lines differ by what can be seen.
func apart(x, y []Point) bool {
	for i := range min(len(x), len(y)) {
		if math.Abs(x[i].Y-y[i].Y) > 0.01*math.Abs(y[i].Y) {
			return true
		}
	}
	return len(x) != len(y)
}

// rising returns the values of the seconds in which users rose to the highest
// number for the first time, against the users; at most 200 of them.
func rising(a *analyze.Analysis, values []float64) []Point {
	t := &a.Timeline
	highest := 0.0
	for _, u := range t.Users {
		if u > highest {
			highest = u
		}
	}
	var points []Point
	for i, u := range t.Users {
		if i < len(values) && u > 0 && !math.IsNaN(values[i]) {
			points = append(points, Point{u, values[i]})
		}
		if u >= highest {
			break
		}
	}
	slices.SortStableFunc(points, func(p, q Point) int { return cmp.Compare(p.X, q.X) })
	return Downsample(points, 200)
}
