package chart

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// kindStrips is the most kinds of failure that are drawn.
const kindStrips = 5

// kinds draws the kinds of failure that the application's log tells of, below
// the error rate that Locust saw, over the same time.
func kinds(a *analyze.Analysis) (Chart, bool) {
	c, ok := overTime(a)
	courses := slices.Clone(a.Failures.Courses)
	if !ok || len(courses) == 0 {
		return c, false
	}
	slices.SortStableFunc(courses, func(x, y analyze.FailureCourse) int { return int(y.Count - x.Count) })
	c.Name, c.Title = "kinds", "Failures by kind over time"
	c.Under = []string{"Failure Scenarios", "Timeout Errors"}
	c.Table = Table{Header: []string{"Kind", "Lines in the log", "Most in a second"}}
	t := &a.Timeline
	rate := Strip{Axis: Axis{Title: "failed requests, as Locust saw them", Format: Percent}}
	rate.Series = add(nil, Series{Name: "Error rate", Role: Errors, Points: Downsample(line(t.Time, t.Errors), Drawn/2), Fill: true})
	if len(rate.Series) > 0 {
		rate.fit()
		c.Strips = append(c.Strips, rate)
	}
	var said, more []string
	for _, k := range courses {
		name := ClassName(k.Class)
		most, at := 0.0, 0.0
		for i, r := range k.Rate {
			if r > most {
				most, at = r, k.Time[i]
			}
		}
		source := measure.Source{File: k.File, Formula: "lines of class " + k.Class + " in the run's window"}
		c.Table.Rows = append(c.Table.Rows, Row{Name: name, Values: []measure.Value{
			measure.Of(float64(k.Count), measure.Count, source),
			measure.Of(most, measure.PerSecond, measure.Source{File: k.File, Formula: "most lines in a stretch of the chart ÷ its length"}),
		}})
		s := Strip{Axis: Axis{Title: name + ", lines a second", Format: Number}}
		s.Series = add(nil, Series{Name: name, Role: Other, Points: Downsample(line(k.Time, k.Rate), Drawn/2), Fill: true})
		if len(s.Series) == 0 || len(c.Strips) > kindStrips {
			more = append(more, name)
			continue
		}
		s.fit()
		c.Strips = append(c.Strips, s)
		if len(said) < 3 {
			said = append(said, name+": "+grouped(float64(k.Count), 3)+" lines, most at "+clock(at)+" ("+grouped(most, 2)+" a second)")
		}
	}
	if len(c.Strips) < 2 {
		return Chart{}, false
	}
	if len(more) > 0 {
		c.Notes = append(c.Notes, "+"+strconv.Itoa(len(more))+" more in the table: "+strings.Join(more, ", ")+".")
	}
	c.Notes = append(c.Notes, "The kinds are lines of the application's log; Locust's files tell when requests failed, not when each kind did.")
	c.Finding = sentence(said)
	return c, true
}

// trendMetrics are the metrics of a trend, and what is drawn of them.
var trendMetrics = [...]struct {
	metric string
	name   string
	title  string
	format Format
	role   Role
}{
	{"latency_p95", "P95", "P95 latency (ms)", Millis, P95},
	{"latency_p50", "P50", "P50 latency (ms)", Millis, P50},
	{"error_rate", "errors", "failed requests", Percent, Errors},
	{"rps", "throughput", "requests/s", Number, Throughput},
}

// trendRuns is the most runs that are drawn: the last ones.
const trendRuns = 60

// trend draws the metrics of the last runs at this load, and where one of them
// changed its level.
func trend(a *analyze.Analysis) (Chart, bool) {
	t := a.Trend
	if t == nil || len(t.Points) < 2 {
		return Chart{}, false
	}
	from := max(0, len(t.Points)-trendRuns)
	points := t.Points[from:]
	c := Chart{
		Name: "trend", Title: "Trend over the last " + strconv.Itoa(len(points)) + " runs",
		Under: []string{"Trend", "Run History", "Earlier Runs", "Comparison*"},
		Notes: slices.Clone(t.Notes),
		X:     Axis{Title: "runs at this load, oldest first; the last is this run", Format: Number, Min: 0.5, Max: float64(len(points)) + 0.5, Step: 1},
		Table: Table{Header: []string{"Run"}},
	}
	if from > 0 {
		c.Notes = append(c.Notes, strconv.Itoa(from)+" earlier runs are not drawn.")
	}
	every := (len(points) + 9) / 10
	for i, p := range points {
		name := strconv.Itoa(i + 1)
		if !p.Start.IsZero() {
			name = p.Start.UTC().Format("01-02")
		}
		if i == len(points)-1 {
			name = "this run"
		}
		c.X.Names = append(c.X.Names, name)
		row := Row{Name: trendName(p, i == len(points)-1)}
		for _, m := range trendMetrics {
			row.Values = append(row.Values, p.Figures[m.metric])
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
	c.X.Every = every
	for _, m := range trendMetrics {
		name := strings.ToUpper(m.name[:1]) + m.name[1:]
		c.Table.Header = append(c.Table.Header, name)
		s := Strip{Axis: Axis{Title: m.title, Format: m.format}}
		var values []Point
		for i, p := range points {
			if y, ok := p.Figures[m.metric].Float(); ok {
				values = append(values, Point{float64(i + 1), y})
			} else if len(values) > 0 {
				values = append(values, Point{float64(i + 1), math.NaN()})
			}
		}
		s.Series = add(nil, Series{Name: name, Role: m.role, Points: values, Dots: true})
		if len(s.Series) == 0 {
			continue
		}
		for _, ch := range t.Changes {
			if ch.Metric == m.metric && ch.At >= from {
				text := "from " + levelText(ch.Before, m.format) + " to " + levelText(ch.After, m.format)
				s.Marks = append(s.Marks, instant(text, Worse, float64(ch.At-from)+0.5))
			}
		}
		s.fitBelow(1.3)
		c.Strips = append(c.Strips, s)
	}
	if len(c.Strips) == 0 {
		return Chart{}, false
	}
	c.Finding = trendFinding(t)
	return c, true
}

func levelText(v float64, f Format) string {
	if f == Millis {
		return f.Text(v) + " ms"
	}
	return f.Text(v)
}

func trendName(p analyze.TrendPoint, last bool) string {
	name := Visible(p.Label)
	if !p.Start.IsZero() {
		name = strings.TrimSpace(p.Start.UTC().Format("2006-01-02 15:04") + " " + name)
	}
	if last {
		name += " (this run)"
	}
	return name
}

func trendFinding(t *analyze.Trend) string {
	var said []string
	for i := range t.Points {
		var changed []string
		for _, ch := range t.Changes {
			for _, m := range trendMetrics {
				if m.metric == ch.Metric && ch.At == i {
					changed = append(changed, m.name+" from "+levelText(ch.Before, m.format)+" to "+levelText(ch.After, m.format))
				}
			}
		}
		if changed != nil {
			said = append(said, "changed with "+trendName(t.Points[i], i == len(t.Points)-1)+": "+strings.Join(changed, ", "))
		}
	}
	if len(said) == 0 && len(t.Notes) == 0 {
		said = append(said, "no change of level in "+strconv.Itoa(len(t.Points))+" runs")
	}
	if len(said) == 0 {
		p := t.Points[len(t.Points)-1]
		for _, m := range trendMetrics {
			if v := p.Figures[m.metric]; v.Measured() {
				said = append(said, m.name+" "+Figure(v)+" in this run")
			}
		}
	}
	return sentence(said)
}
