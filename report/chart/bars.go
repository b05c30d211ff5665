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

// rows is the most rows that a bar chart has.
const rows = 10

// endpoints compares the slowest endpoints with each other, over the peak
// phase where it was measured.
func endpoints(a *analyze.Analysis) (Chart, bool) {
	type row struct {
		name   string
		window analyze.Window
		share  measure.Value
		course *analyze.Course
	}
	inPeak := slices.ContainsFunc(a.Endpoints, func(e analyze.Endpoint) bool { return e.Peak.Mean.Measured() || e.Peak.P95.Measured() })
	var all []row
	byP95 := false
	for i, e := range a.Endpoints {
		r := row{name: EndpointName(e.Method, e.Name), window: e.Whole, share: e.ShareOfSlowdown, course: &a.Endpoints[i].Course}
		if inPeak {
			r.window = e.Peak
		}
		byP95 = byP95 || r.window.P95.Measured()
		all = append(all, r)
	}
	latencyOf := func(r row) measure.Value {
		if byP95 {
			return r.window.P95
		}
		return r.window.Mean
	}
	all = slices.DeleteFunc(all, func(r row) bool { return !latencyOf(r).Measured() && !r.window.Requests.Measured() })
	if len(all) == 0 {
		return Chart{}, false
	}
	slices.SortStableFunc(all, func(x, y row) int {
		return cmp.Or(cmp.Compare(or(latencyOf(y), -1), or(latencyOf(x), -1)), cmp.Compare(x.name, y.name))
	})
	measured, scope := "P95", "in the peak phase"
	if !byP95 {
		measured = "mean"
	}
	if !inPeak {
		scope = "over the whole run"
	}
	c := Chart{
		Name: "endpoints", Title: "Slowest endpoints " + scope,
		Under: []string{"Bottlenecks Identified", "Breaking Point Analysis", "Timeout Errors", "Failure Scenarios"},
		Table: Table{Header: []string{"Endpoint", "Requests", "Requests/s", "Errors", "Mean", "P50", "P95", "P99", "Slowdown"}},
	}
	role := P95
	if !byP95 {
		role = Mean
	}
	slow := Panel{Axis: Axis{Title: measured + " latency (ms)", Format: Millis}, Role: role}
	failed := Panel{Axis: Axis{Title: "failed requests (%)", Format: Percent}, Role: Errors}
	b := &Bars{}
	for i, r := range all {
		if i < rows {
			b.Names = append(b.Names, r.name)
			slow.add(latencyOf(r))
			failed.add(r.window.ErrorRate)
		}
		w := r.window
		line := Row{Name: r.name, Values: []measure.Value{w.Requests, w.RPS, w.ErrorRate, w.Mean, w.P50, w.P95, w.P99, r.share}}
		for k, at := range r.course.Time {
			line.Course = append(line.Course, Point{at, r.course.Mean[k]})
			c.Table.CourseEnd = max(c.Table.CourseEnd, at)
		}
		if len(line.Course) > 1 {
			c.Table.Course = "Mean over time"
		}
		c.Table.Rows = append(c.Table.Rows, line)
	}
	slow.limits(a, func(t plan.Target) bool { return byP95 && t.Metric == plan.Percentile && t.P == 0.95 })
	failed.limits(a, func(t plan.Target) bool { return t.Metric == plan.Errors })
	b.Panels = panels(slow, failed)
	c.Bars = b
	slowest := "slowest " + scope + ": " + all[0].name + ", " + measured + " " + FigureWithin(latencyOf(all[0]))
	same := 0
	for _, r := range all[1:] {
		if overlap(latencyOf(all[0]), latencyOf(r)) {
			same++
		}
	}
	if same > 0 {
		slowest += ", and " + strconv.Itoa(same) + " more that cannot be told from it"
	}
	clauses := []string{slowest}
	worst := slices.MaxFunc(all, func(x, y row) int { return cmp.Compare(or(x.window.ErrorRate, 0), or(y.window.ErrorRate, 0)) })
	switch most, ok := worst.window.ErrorRate.Float(); {
	case most > 0:
		clauses = append(clauses, "most errors: "+worst.name+", "+Figure(worst.window.ErrorRate))
	case ok:
		clauses = append(clauses, "no request failed")
	}
	c.Finding = sentence(clauses)
	if len(all) > rows {
		c.Notes = append(c.Notes, "+"+strconv.Itoa(len(all)-rows)+" more, all faster, in the table.")
	}
	c.Table.Title = "All " + strconv.Itoa(len(all)) + " endpoints, " + scope + ". Latencies in ms. Slowdown: the endpoint's own part of the rise in mean latency from the lowest load to the peak."
	if c.Table.Course != "" {
		c.Table.Title += " Each line has a scale of its own; its highest value stands beside it."
	} else {
		c.Table.Title += " There are no lines over time: that takes a run with --csv-full-history."
	}
	c.Table.Sorted = map[bool]int{true: 6, false: 4}[byP95]
	return c, true
}

// overlap reports whether the limits of two values leave open which is the
// larger.
func overlap(a, b measure.Value) bool {
	if !a.Measured() || !b.Measured() {
		return false
	}
	aLow, aHigh, _ := a.Limits()
	bLow, bHigh, _ := b.Limits()
	return aLow < bHigh && bLow < aHigh
}

// levels compares the load levels of the plan.
func levels(a *analyze.Analysis) (Chart, bool) {
	c := Chart{
		Name: "levels", Title: "Latency and errors by load level",
		Under:   []string{"Graceful Degradation/System Behavior", "Graceful Degradation/System Behaviour", "Graceful Degradation"},
		Columns: []string{"Load Level"},
		Table:   Table{Header: []string{"Load level", "Throughput", "Mean", "P95", "Error rate"}},
	}
	byP95 := slices.ContainsFunc(a.Bands, func(b analyze.Band) bool { return b.P95.Measured() })
	slow := Panel{Axis: Axis{Title: "P95 latency (ms)", Format: Millis}, Role: P95}
	if !byP95 {
		slow.Axis.Title, slow.Role = "mean latency (ms)", Mean
	}
	failed := Panel{Axis: Axis{Title: "failed requests (%)", Format: Percent}, Role: Errors}
	b := &Bars{}
	reached := 0
	var first, last string
	for _, band := range a.Bands {
		v := band.P95
		if !byP95 {
			v = band.Mean
		}
		b.Names = append(b.Names, Visible(band.Label))
		slow.add(v)
		failed.add(band.ErrorRate)
		c.Table.Rows = append(c.Table.Rows, Row{Name: Visible(band.Label), Values: []measure.Value{band.RPS, band.Mean, band.P95, band.ErrorRate}})
		if band.Measured {
			last = Visible(band.Label) + " " + FigureWithin(v) + ", errors " + Figure(band.ErrorRate)
			if reached == 0 {
				first = last
			}
			reached++
		}
	}
	if reached < 2 {
		return Chart{}, false // nothing to compare; the document's table says it
	}
	slow.limits(a, func(t plan.Target) bool { return byP95 && t.Metric == plan.Percentile && t.P == 0.95 })
	failed.limits(a, func(t plan.Target) bool { return t.Metric == plan.Errors })
	b.Panels = panels(slow, failed)
	c.Bars = b
	c.Finding = sentence([]string{strconv.Itoa(reached) + " of " + strconv.Itoa(len(a.Bands)) + " load levels were reached", first, last})
	return c, true
}

// panels leaves the panel of failures out where nothing failed.
func panels(slow, failed Panel) []Panel {
	if failed.top() == 0 {
		return []Panel{slow.scaled()}
	}
	return []Panel{slow.scaled(), failed.scaled()}
}

// comparison shows how far each metric moved from the baseline.
func comparison(a *analyze.Analysis) (Chart, bool) {
	if a.Baseline == nil {
		return Chart{}, false
	}
	c := Chart{
		Name: "baseline", Title: "Change from the baseline",
		Under: []string{"Comparison*"},
		Notes: slices.Clone(a.Baseline.Notes),
		Table: Table{Header: []string{"Metric", Visible(a.Baseline.Label), Visible(a.Baseline.Current), "Difference", "Change"}},
	}
	if c.Table.Header[1] == "" {
		c.Table.Header[1] = "Baseline"
	}
	if c.Table.Header[2] == "" {
		c.Table.Header[2] = "This run"
	}
	p := Panel{Axis: Axis{Title: "change from the baseline (%)", Format: Change}, Role: Other}
	b := &Bars{}
	var said []string
	for _, r := range a.Baseline.Rows {
		name := metricName(r.Metric)
		c.Table.Rows = append(c.Table.Rows, Row{Name: name, Values: []measure.Value{r.Baseline, r.Current, r.Difference, r.Relative}})
		rel, ok := r.Relative.Float()
		if !ok {
			continue
		}
		b.Names = append(b.Names, name)
		p.Values = append(p.Values, rel)
		label := changeText(rel)
		if r.Significant == analyze.No {
			label = "~ " + label + " (within noise)"
		}
		p.Labels = append(p.Labels, label)
		said = append(said, name+" "+label)
	}
	if !slices.ContainsFunc(p.Values, func(v float64) bool { return v != 0 }) {
		return Chart{}, false // nothing is known to have changed
	}
	p.scaleChange()
	b.Panels = []Panel{p}
	c.Bars = b
	c.Finding = sentence(said)
	return c, true
}

// changeText writes a relative change: "+52%", and from eleven times on "×267".
func changeText(rel float64) string {
	if rel >= 10 {
		return "×" + grouped(rel+1, 3)
	}
	return Change.Text(rel)
}

// scaleChange sets the range of a panel of relative changes. Where one is
// tenfold or more, the bars are as long as the factor's logarithm: half and
// double are alike then, and no bar makes the others vanish.
func (p *Panel) scaleChange() {
	if slices.Max(p.Values) < 9 {
		lowest, highest := min(slices.Min(p.Values), 0), max(slices.Max(p.Values), 0)
		p.Axis.Step = niceStep(max(highest-lowest, 0.04)/4, Change)
		p.Axis.Min = math.Floor(lowest/p.Axis.Step) * p.Axis.Step
		p.Axis.Max = max(math.Ceil(highest/p.Axis.Step)*p.Axis.Step, p.Axis.Min+p.Axis.Step)
		return
	}
	p.Axis = Axis{Title: "factor of the baseline (logarithmic)", Format: Times, Step: 1}
	for i, v := range p.Values {
		// A hundredth and below is at the axis's end; the label says which.
		p.Values[i] = math.Log10(max(1+v, 0.01))
	}
	p.Axis.Min = math.Floor(min(slices.Min(p.Values), 0))
	p.Axis.Max = math.Ceil(slices.Max(p.Values))
}

func metricName(m string) string {
	switch m {
	case "latency_mean":
		return "Mean latency"
	case "latency_p50":
		return "P50 latency"
	case "latency_p95":
		return "P95 latency"
	case "latency_p99":
		return "P99 latency"
	case "error_rate":
		return "Error rate"
	case "rps":
		return "Throughput"
	case "cpu":
		return "CPU"
	}
	return m
}

// EndpointName writes an endpoint as it is shown, what cannot be seen made
// visible.
func EndpointName(method, name string) string {
	switch {
	case method == "" && name == "":
		return "(no name)"
	case method == "":
		return Visible(name)
	}
	return Visible(method + " " + name)
}

// add appends a figure to a panel.
func (p *Panel) add(v measure.Value) {
	p.Values = append(p.Values, or(v, math.NaN()))
	p.Labels = append(p.Labels, FigureWithin(v))
}

// limits adds the targets that the condition holds for and that lie near the
// data.
func (p *Panel) limits(a *analyze.Analysis, fits func(plan.Target) bool) {
	top := p.top()
	for _, r := range a.Targets {
		if fits(r.Target) && r.Target.Endpoint == "" && r.Target.Limit <= reach*top {
			l := Limit{Name: TargetText(r.Target), Role: p.Role, Value: r.Target.Limit}
			if !slices.Contains(p.Limits, l) {
				p.Limits = append(p.Limits, l)
			}
		}
	}
}

func (p *Panel) top() float64 {
	top := 0.0
	for _, v := range p.Values {
		if !math.IsNaN(v) {
			top = max(top, v)
		}
	}
	return top
}

// scaled returns the panel with the range of its axis set.
func (p Panel) scaled() Panel {
	c := Chart{Y: []Axis{p.Axis}, Limits: p.Limits, Series: []Series{{Points: []Point{{0, p.top()}}}}}
	c.scale()
	p.Axis = c.Y[0]
	return p
}

func or(v measure.Value, none float64) float64 {
	if n, ok := v.Float(); ok {
		return n
	}
	return none
}
