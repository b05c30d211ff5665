package chart

import (
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// Room above the data in which a target is still drawn, as a multiple of the
// highest value: a target far above would flatten the lines.
const reach = 3

// overTime returns a chart with what all charts over time share.
func overTime(a *analyze.Analysis) (Chart, bool) {
	n := len(a.Timeline.Time)
	if n < 2 {
		return Chart{}, false
	}
	end := a.Timeline.Time[n-1]
	for _, p := range a.Phases {
		end = max(end, p.End)
	}
	c := Chart{X: timeAxis(end)}
	for _, p := range a.Phases {
		if p.End > p.Start {
			name := Visible(p.Name)
			if p.Kind == analyze.Step {
				name = strings.TrimPrefix(name, "Step ") // many stand side by side
			}
			c.Phases = append(c.Phases, Span{Name: name, From: max(p.Start, 0), To: min(p.End, end), Peak: p.Kind == analyze.Peak})
		}
	}
	for _, o := range a.Stability.Outages {
		c.Outages = append(c.Outages, Span{Name: "outage", From: o.Start, To: min(o.End, end)})
	}
	return c, true
}

func load(a *analyze.Analysis) (Chart, bool) {
	c, ok := overTime(a)
	if !ok {
		return c, false
	}
	t := a.Timeline
	c.Name, c.Title = "load", "Users and throughput over time"
	c.Under = []string{"System Behavior Under Load", "System Behaviour Under Load"}
	c.Columns = []string{"Phase", "RPS"}
	c.Y = []Axis{{Title: "requests/s", Format: Number}, {Title: "users", Format: Number}}
	c.add(Series{Name: "Throughput (requests/s)", Role: Throughput, Points: line(t.Time, t.RPS)})
	c.add(Series{Name: "Users", Role: Users, Axis: 1, Points: line(t.Time, t.Users), Fill: true})
	if len(c.Series) == 0 {
		return c, false
	}
	// The shaded users lie behind the line.
	slices.Reverse(c.Series)
	c.limits(a, Throughput, 0, func(t plan.Target) bool { return t.Metric == plan.RPS })
	c.scale()
	var said []string
	if users, ok := a.Run.UsersPeak.Float(); ok {
		said = append(said, "up to "+grouped(users, 3)+" users")
	}
	p, found := peak(a)
	switch targets := judged(a, plan.RPS); {
	case len(targets) > 0:
		said = append(said, targets...)
	case found:
		said = append(said, Figure(p.RPS)+" in "+phrase(p))
	case a.WholeRun.RPS.Measured():
		said = append(said, Figure(a.WholeRun.RPS)+" over the whole run")
	}
	c.Finding = sentence(said)
	c.Table = phaseTable(a, []string{"Requests", "Throughput", "Error rate"}, func(w analyze.Window) []measure.Value {
		return []measure.Value{w.Requests, w.RPS, w.ErrorRate}
	})
	return c, true
}

func latency(a *analyze.Analysis) (Chart, bool) {
	c, ok := overTime(a)
	if !ok {
		return c, false
	}
	t := a.Timeline
	c.Name, c.Title = "latency", "Latency over time"
	c.Under = []string{"Performance Metrics"}
	c.Columns = []string{"Metric", "Target", "Actual"}
	c.Y = []Axis{{Title: "latency (ms)", Format: Millis}}
	c.add(Series{Name: "P99", Role: P99, Points: line(t.Time, t.P99)})
	c.add(Series{Name: "P95", Role: P95, Points: line(t.Time, t.P95)})
	c.add(Series{Name: "P50", Role: P50, Points: line(t.Time, t.P50)})
	windows := len(c.Series) > 0
	c.add(Series{Name: "Mean", Role: Mean, Points: line(t.Time, t.Mean), Dotted: windows})
	if len(c.Series) == 0 {
		return c, false
	}
	c.limits(a, Mean, 0, func(t plan.Target) bool {
		return t.Metric == plan.Percentile || t.Metric == plan.Mean || t.Metric == plan.Max
	})
	c.scale()
	if k := a.Capacity; k.BrokeAt > 0 && k.BrokeAt <= c.X.Max && k.BreakingMetric != "error_rate" && k.BreakingMetric != "outages" {
		c.Marks = append(c.Marks, instant("target missed from here on", Worse, k.BrokeAt))
	}
	said := judged(a, plan.Percentile, plan.Mean, plan.Max)
	if p, ok := peak(a); ok && len(said) == 0 {
		said = []string{"P95 " + FigureWithin(p.P95) + " and mean " + Figure(p.Mean) + " in " + phrase(p)}
	}
	c.Finding = sentence(said)
	if !windows {
		c.Notes = append(c.Notes, "The files hold no percentiles of single moments, only of everything since the start, so the mean is drawn.")
	}
	if t.PercentileSource != "" {
		c.Notes = append(c.Notes, full("percentiles: "+withoutFolders(t.PercentileSource)))
	}
	c.Table = phaseTable(a, []string{"Mean", "P50", "P95", "P99", "Max"}, func(w analyze.Window) []measure.Value {
		return []measure.Value{w.Mean, w.P50, w.P95, w.P99, w.Max}
	})
	return c, true
}

func errorRate(a *analyze.Analysis) (Chart, bool) {
	c, ok := overTime(a)
	if !ok {
		return c, false
	}
	t := a.Timeline
	c.Name, c.Title = "errors", "Error rate over time"
	c.Under = []string{"Failure Scenarios", "Timeout Errors"}
	if failed, ok := a.WholeRun.Failures.Float(); ok && failed == 0 && len(a.Stability.Outages) == 0 {
		return Chart{}, false // a line at zero shows nothing that the document does not say
	}
	c.Y = []Axis{{Title: "failed requests (%)", Format: Percent}}
	c.add(Series{Name: "Error rate", Role: Errors, Points: line(t.Time, t.Errors), Fill: true})
	if len(c.Series) == 0 {
		return c, false
	}
	c.limits(a, Errors, 0, func(t plan.Target) bool { return t.Metric == plan.Errors })
	if k := a.Capacity; k.BrokeAt > 0 && k.BrokeAt <= c.X.Max && k.BreakingMetric == "error_rate" {
		c.Marks = append(c.Marks, instant("target missed from here on", Worse, k.BrokeAt))
	}
	c.scale()
	var said []string
	if failed, ok := a.WholeRun.Failures.Float(); ok && failed == 0 {
		said = append(said, "no request failed")
	} else if a.WholeRun.ErrorRate.Measured() {
		said = append(said, Figure(a.WholeRun.ErrorRate)+" of all requests failed")
	}
	said = append(said, judged(a, plan.Errors)...)
	for i, o := range a.Stability.Outages {
		if i == 3 {
			said = append(said, strconv.Itoa(len(a.Stability.Outages)-i)+" more outages")
			break
		}
		said = append(said, "outage from "+clock(o.Start)+" to "+clock(o.End))
	}
	c.Finding = sentence(said)
	c.Table = phaseTable(a, []string{"Requests", "Failures", "Rate limited (429)", "Error rate"}, func(w analyze.Window) []measure.Value {
		return []measure.Value{w.Requests, w.Failures, w.RateLimited, w.ErrorRate}
	})
	return c, true
}

// withoutFolders cuts the folders off the file that a text begins with.
func withoutFolders(text string) string {
	file, rest, found := strings.Cut(text, ": ")
	if !found {
		return text
	}
	return Visible(path.Base(file)) + ": " + rest
}

// add appends a series that has something to draw.
func (c *Chart) add(s Series) {
	if len(s.Points) >= 2 {
		c.Series = append(c.Series, s)
	}
}

// limits adds the targets of the peak phase or the whole run that the
// condition holds for. One too far above the data to be drawn becomes a note.
func (c *Chart) limits(a *analyze.Analysis, role Role, axis int, fits func(plan.Target) bool) {
	top := c.top(axis)
	var high []string
	for _, r := range a.Targets {
		t := r.Target
		if !fits(t) || t.Endpoint != "" {
			continue
		}
		l := Limit{Name: TargetText(t), Role: role, Axis: axis, Value: t.Limit}
		if t.Metric == plan.Percentile {
			l.Role = percentileRole(t.P)
		}
		switch {
		case top > 0 && t.Limit > reach*top:
			high = append(high, l.Name)
		case !slices.Contains(c.Limits, l):
			c.Limits = append(c.Limits, l)
		}
	}
	if len(high) > 0 {
		noun := "target "
		if len(high) > 1 {
			noun = "targets "
		}
		c.Notes = append(c.Notes, "Above the drawn range: the "+noun+strings.Join(high, ", ")+".")
	}
}

// TargetText writes a target in the fewest words: "P95 < 1,000 ms".
func TargetText(t plan.Target) string {
	return targetName(t) + " " + t.Asks()
}

func targetName(t plan.Target) string {
	switch t.Metric {
	case plan.Percentile:
		return "P" + grouped(t.P*100, 3)
	case plan.Mean:
		return "mean"
	case plan.Max:
		return "max"
	case plan.Errors:
		return "errors"
	case plan.RPS:
		return "throughput"
	}
	return "outages"
}

func percentileRole(p float64) Role {
	switch {
	case p <= 0.5:
		return P50
	case p <= 0.95:
		return P95
	}
	return P99
}

// top returns the highest value drawn on an axis.
func (c *Chart) top(axis int) float64 {
	top := 0.0
	for _, s := range c.Series {
		if s.Axis != axis {
			continue
		}
		for _, p := range s.Points {
			if !math.IsNaN(p.Y) {
				top = max(top, p.Y)
			}
		}
	}
	return top
}

// scale sets the ranges of the value axes from what is drawn on them.
func (c *Chart) scale() {
	tops := make([]float64, len(c.Y))
	for i := range c.Y {
		tops[i] = c.top(i)
		for _, l := range c.Limits {
			if l.Axis == i {
				// A little above, so that the label has room.
				tops[i] = max(tops[i], l.Value*1.08)
			}
		}
		switch c.Y[i].Format {
		case Percent:
			// A share of nothing still gets a readable scale, and a share
			// of everything no tick beyond it.
			tops[i] = max(tops[i], 0.01)
		case Millis:
			tops[i] = max(tops[i], 0.001)
			if tops[i] >= 10 {
				c.Y[i].Format = Secs
				c.Y[i].Title = strings.Replace(c.Y[i].Title, "(ms)", "(s)", 1)
			}
		default:
			tops[i] = max(tops[i], 4)
		}
	}
	span(c.Y, tops...)
	for i := range c.Y {
		if y := &c.Y[i]; y.Format == Percent && y.Max > 1 && tops[i] <= 1 {
			y.Max, y.Step = 1, 0.25
		}
	}
}

// peak returns the peak phase.
func peak(a *analyze.Analysis) (analyze.Phase, bool) {
	i := slices.IndexFunc(a.Phases, func(p analyze.Phase) bool { return p.Kind == analyze.Peak })
	if i < 0 {
		return analyze.Phase{}, false
	}
	return a.Phases[i], true
}

// phrase names a phase with its window: "the peak phase (0:40–2:20)".
func phrase(p analyze.Phase) string {
	return "the peak phase (" + clock(p.Start) + "–" + clock(p.End) + ")"
}

// judged says in words what became of the targets of these metrics.
func judged(a *analyze.Analysis, metrics ...plan.Metric) []string {
	var said []string
	for _, r := range a.Targets {
		if !slices.Contains(metrics, r.Target.Metric) || r.Target.Endpoint != "" {
			continue
		}
		said = append(said, targetName(r.Target)+" "+FigureWithin(r.Actual, r.Target.Limit)+", target "+r.Target.Asks()+": "+StatusWord(r.Status))
	}
	return said
}

// StatusWord is a status in words.
func StatusWord(s analyze.Status) string {
	return [...]string{"not measured", "pass", "fail", "borderline"}[s]
}

// phaseTable returns a table with a row for each phase and one for the run.
func phaseTable(a *analyze.Analysis, columns []string, of func(analyze.Window) []measure.Value) Table {
	t := Table{Header: append([]string{"Phase"}, columns...)}
	for _, p := range a.Phases {
		t.Rows = append(t.Rows, Row{Name: Visible(p.Name) + " (" + clock(p.Start) + "–" + clock(p.End) + ")", Values: of(p.Window)})
	}
	t.Rows = append(t.Rows, Row{Name: "Whole run", Values: of(a.WholeRun)})
	return t
}

// sentence joins clauses into a sentence.
func sentence(clauses []string) string {
	if len(clauses) == 0 {
		return ""
	}
	return full(strings.Join(clauses, "; "))
}

// full begins a text with a capital and ends it with a full stop.
func full(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if s[0] >= 'a' && s[0] <= 'z' {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

func median(v []float64) float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	return s[len(s)/2]
}
