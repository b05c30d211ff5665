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

// Figure writes where a figure comes from. what is a target without operator
// and limit, METRIC [@PHASE] [in 'METHOD NAME'], or the same with requests or
// failures for METRIC; without a phase it is the peak's. What the run does not
// have, an unknown metric, phase or endpoint, is an error that lists what it
// has.
func Figure(w io.Writer, a *analyze.Analysis, what string) error {
	name, t, err := plan.ParseFigure(what, plan.Pos{}, counts...)
	if err != nil {
		return err
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
		p.line("method", methods[v.Method()])
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

func shown(v measure.Value, apart []float64) string {
	return measure.Format(v, measure.Style{Apart: apart})
}

// limitsOf writes both limits in base units, with four digits and rounded
// outwards, so that they still hold.
func limitsOf(v measure.Value) string {
	low, high, _ := v.Limits()
	if low == high {
		return "none: the figure is exact"
	}
	return outwards(low, math.Floor) + " to " + outwards(high, math.Ceil)
}

func outwards(n float64, round func(float64) float64) string {
	switch {
	case math.IsInf(n, -1):
		return "no lower limit"
	case math.IsInf(n, 1):
		return "no upper limit"
	case n == 0:
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

func (p page) sources(v measure.Value) {
	if len(v.Sources()) == 0 {
		return
	}
	p.w.WriteString("\nFrom\n")
	for _, s := range v.Sources() {
		var parts []string
		if s.File != "" {
			parts = append(parts, s.File)
		}
		if s.Lines != "" {
			parts = append(parts, "lines "+s.Lines)
		}
		if s.Column != "" {
			parts = append(parts, fmt.Sprintf("column %q", s.Column))
		}
		if len(parts) > 0 {
			p.w.WriteString(text.Wrap("  ", "    ", strings.Join(parts, ", ")))
		}
		if s.Formula != "" {
			p.w.WriteString(text.Wrap("    ", "      ", s.Formula))
		}
	}
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
