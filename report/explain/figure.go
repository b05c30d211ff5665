// Package explain says where a figure comes from: its value and limits, the
// method, the files, rows and columns, the formula over them, and the doubts
// about the data that bear on it.
package explain

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/render/text"
)

// counts are the figures besides the metrics of targets.
var counts = []string{"requests", "failures"}

// Asks returns the figure that what names, for the plan's figures: percentiles
// that no target is about are worked out only where the plan asks for them.
// It is false for figures that are worked out anyway, and for what cannot be
// read, of which Figure says why.
func Asks(what string) (plan.Target, bool) {
	name, t, err := plan.ParseFigure(metricOf(what), plan.Pos{}, counts...)
	return t, err == nil && name == t.MetricName() && t.Metric == plan.Percentile
}

// Figure writes where a figure comes from. what is a target without operator
// and limit, METRIC [@PHASE] [in 'METHOD NAME'], or the same with requests or
// failures for METRIC; without a phase it is the peak's. What the run does not
// have, an unknown metric, phase or endpoint, is an error that lists what it
// has.
//
// Figures of other sources go by their component and name: "app.cpu",
// "database.connections", "rate_limit.writer". What rests on several figures has
// a name of its own: "breaking point", "bottleneck 1", "expectation 3".
func Figure(w io.Writer, a *analyze.Analysis, what string) error {
	var found bytes.Buffer
	if ok, err := (page{&found}).evidence(a, what); ok || err != nil {
		if err == nil {
			_, err = w.Write(bytes.TrimLeft(found.Bytes(), "\n"))
		}
		return err
	}
	name, t, err := plan.ParseFigure(metricOf(what), plan.Pos{}, counts...)
	if err != nil {
		return otherNames(err, what)
	}
	f, err := find(a, name, t)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	p := page{&b}
	p.title(f)
	p.value(f)
	p.verdict(f)
	if t.Metric == plan.Outages && name == t.MetricName() {
		p.outages(a.Stability)
	}
	p.sources(f.value)
	p.notes(f, a.Quality)
	_, err = w.Write(b.Bytes())
	return err
}

// A page writes the explanation.
type page struct{ w *bytes.Buffer }

func (p page) title(f figure) {
	p.w.WriteString(text.Wrap("", "  ", f.title) + "\n")
}

// labelWidth is the width of the labels, two columns before and one behind
// them included.
const labelWidth = 13

// line writes a label and its text; text from the run cannot move the cursor.
func (p page) line(label, said string) {
	p.w.WriteString(text.Wrap(fmt.Sprintf("  %-*s", labelWidth-2, label), strings.Repeat(" ", labelWidth), said))
}

// methods says what a method means.
var methods = [...]string{
	measure.Exact:     "exact: counted, or a difference of counters",
	measure.Windowed:  "windowed: reconstructed from Locust's sliding windows",
	measure.Bounded:   "bounded: known only through the limits around it",
	measure.Estimated: "estimated: a statistical estimate with an interval",
}

// reasons says what a reason means.
var reasons = [...]string{
	measure.NoSource:        "no file gives it",
	measure.NoSamples:       "the files are there and have nothing in this stretch",
	measure.NotDerivable:    "the files cannot give it",
	measure.NotIdentifiable: "this run cannot tell; another could",
	measure.NotApplicable:   "it has no meaning here",
}

func (p page) value(f figure) {
	v := f.value
	p.line("value", shown(v, f.limits()))
	if !v.Measured() {
		if !f.uncomputed {
			p.line("why", reasons[v.Why()])
		}
		if v.Need() != "" {
			p.line("needs", v.Need())
		}
	} else {
		p.line("unit", unitNames[v.Unit()])
		p.line("limits", limitsOf(v))
		p.line("method", methodOf(v))
	}
	if f.whole != nil {
		p.line("whole run", shown(*f.whole, f.limits()))
	}
}

// unitNames are the base units as they are said.
var unitNames = [...]string{
	measure.Count: "count", measure.Seconds: "seconds", measure.Bytes: "bytes", measure.Ratio: "ratio, 0 to 1",
	measure.PerSecond: "per second", measure.Users: "users",
}

// symbols stand behind limits, because the value above them may be scaled:
// 830 ms, with limits in seconds.
var symbols = [...]string{
	measure.Count: "", measure.Seconds: " s", measure.Bytes: " bytes", measure.Ratio: "", measure.PerSecond: " per second",
	measure.Users: "",
}

func shown(v measure.Value, apart []float64) string {
	return measure.Format(v, measure.Style{Apart: apart})
}

// methodOf says how a value was come by. What is counted exactly has limits
// all the same where Locust rounds: it writes latencies to two digits and the
// times of rows in whole seconds.
func methodOf(v measure.Value) string {
	if low, high, _ := v.Limits(); v.Method() == measure.Exact && low != high {
		return "counted; the limits are what Locust's rounding of latencies and of times leaves open"
	}
	return methods[v.Method()]
}

// limitsOf writes both limits in base units, with four digits and rounded
// outwards, so that they still hold.
func limitsOf(v measure.Value) string {
	low, high, _ := v.Limits()
	if low == high {
		return "none: the figure is exact"
	}
	unit := symbols[v.Unit()]
	if math.IsInf(high, 1) {
		return outwards(low, math.Floor) + unit + " and above"
	}
	if math.IsInf(low, -1) {
		return "up to " + outwards(high, math.Ceil) + unit
	}
	return outwards(low, math.Floor) + " to " + outwards(high, math.Ceil) + unit
}

func outwards(n float64, round func(float64) float64) string {
	if n == 0 {
		return "0"
	}
	decimals := max(0, 3-int(math.Floor(math.Log10(math.Abs(n)))))
	scale := math.Pow10(decimals)
	text := strconv.FormatFloat(round(n*scale)/scale, 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// verdict writes what the figure's targets say of it.
func (p page) verdict(f figure) {
	for _, r := range f.targets {
		t := r.Target
		p.line("target", fmt.Sprintf("%s: %s", t.Asks(), strings.ReplaceAll(r.Status.String(), "_", " ")))
		if r.Why != "" {
			p.line("", r.Why)
		}
		p.line("stated", t.Pos.String())
	}
}

func (p page) outages(s analyze.Stability) {
	for _, o := range s.Outages {
		p.line("outage", fmt.Sprintf("%s to %s of the run, at %d users: %s", measure.Span(o.Start), measure.Span(o.End), o.Users, o.Evidence))
	}
	for _, r := range s.Restarts {
		p.line("restart", r)
	}
	if s.LostWorkers > 0 {
		p.line("workers", fmt.Sprintf("%d lost", s.LostWorkers))
	}
}

func (p page) sources(v measure.Value) { p.sourcesOf("From", v) }

// sourcesOf writes the sources of one of several figures of a page.
func (p page) sourcesOf(heading string, v measure.Value) {
	if len(v.Sources()) == 0 {
		return
	}
	p.w.WriteString("\n" + heading + "\n")
	for _, s := range v.Sources() {
		p.place(s)
		if s.Formula != "" {
			p.w.WriteString(text.Wrap("    ", "      ", s.Formula))
		}
	}
}

// place writes which rows and columns of which file. A path that leaves no
// room stands on a line of its own, whole, so that it can be copied.
func (p page) place(s measure.Source) {
	var parts []string
	if s.Lines != "" {
		parts = append(parts, linesOf(s.Lines))
	}
	switch {
	case strings.Contains(s.Column, ", "):
		parts = append(parts, fmt.Sprintf("columns %q", s.Column))
	case s.Column != "":
		parts = append(parts, fmt.Sprintf("column %q", s.Column))
	}
	where := strings.Join(parts, ", ")
	switch file := text.Plain(s.File); {
	case file == "" && where == "":
	case file == "":
		p.w.WriteString(text.Wrap("  ", "    ", where))
	case where == "":
		p.w.WriteString("  " + file + "\n")
	case strings.Count(text.Wrap("  ", "    ", file+", "+where), "\n") == 1:
		p.w.WriteString(text.Wrap("  ", "    ", file+", "+where))
	default:
		p.w.WriteString("  " + file + "\n" + text.Wrap("    ", "    ", where))
	}
}

// linesOf says which lines are meant: "61,541" are two lines, and would read
// as one number.
func linesOf(lines string) string {
	list := strings.Split(lines, ",")
	if len(list) == 1 {
		if strings.Contains(lines, "-") {
			return "lines " + strings.Replace(lines, "-", " to ", 1)
		}
		return "line " + lines
	}
	last := len(list) - 1
	return "lines " + strings.Join(list[:last], ", ") + " and " + list[last]
}

// notes writes the doubts about the files that the figure comes from, and
// those about the whole run; all of them where there is no figure.
func (p page) notes(f figure, notes []loadtest.Note) {
	files := map[string]bool{}
	for _, s := range f.value.Sources() {
		files[s.File] = true
	}
	first := true
	for _, n := range notes {
		file := n.Source
		if !files[file] { // "file:line"
			if i := strings.LastIndexByte(file, ':'); i > 0 {
				file = file[:i]
			}
		}
		if f.value.Measured() && n.Source != "" && !files[file] {
			continue
		}
		if first {
			p.w.WriteString("\nData quality\n")
			first = false
		}
		said := n.Message
		if n.Source != "" {
			said = n.Source + ": " + said
		}
		p.w.WriteString(text.Wrap("  "+n.Severity.String()+": ", "    ", said))
	}
}
