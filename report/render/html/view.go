package html

import (
	"fmt"
	"html/template"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/render/svg"
)

// A view is the page as text, ready to be laid out.
type view struct {
	Title    string
	Verdict  verdict
	Facts    []template.HTML
	Targets  []target
	Says     []saying
	Contents []entry
	Body     template.HTML
	Quality  []loadtest.Note
	Inputs   []input

	References []reference // where the figures of the document come from
	Figures    template.JS // the ledger

	Style           template.CSS
	Early, Script   template.JS
	Library, Charts template.JS // "" without the chart library
	Policy          string
}

// A verdict is the gate's answer in words.
type verdict struct {
	Class, Word string // "fail", "Fail"
	Summary     string // "3 of 6 targets were missed, 1 could not be measured"
	Reasons     []reason
}

// A reason is a target that was not plainly met, and why.
type reason struct{ Class, Name, Why string }

// A target is a row of the table of targets. Margin is how far the figure is
// from its limit, in words, and Used the share of the limit that it takes, in
// per cent up to 100; -1 unknown.
type target struct {
	Name, Limit, Scope, Class, Status string
	Actual, WholeRun                  template.HTML
	Margin                            string
	Used                              int
}

// A saying is one of the two sentences that a reader asks for next.
type saying struct {
	Label string
	Text  template.HTML
	More  string
	Why   template.HTML // leads to what it rests on
}

// sayings are the breaking point and the primary bottleneck.
func sayings(a *analyze.Analysis, l *ledger) []saying {
	var out []saying
	if c := a.Capacity; c.BreakingText != "" {
		out = append(out, saying{Label: "Breaking point", Text: l.cite(chart.Visible(capital(c.BreakingText)), report.Trace{Value: c.Breaking}), More: c.BreakingNote})
	}
	d := a.Diagnosis
	switch {
	case len(d.Findings) > 0:
		f := d.Findings[0]
		s := saying{Label: "Primary bottleneck", Text: escaped(capital(f.Component)), More: f.Symptom}
		if len(f.Evidence) > 0 {
			s.Why = sign(l.add(report.Trace{Evidence: f.Evidence}))
		}
		out = append(out, s)
	case d.Summary != "":
		out = append(out, saying{Label: "Bottlenecks", Text: escaped(d.Summary)})
	}
	return out
}

// escaped is a recorded text as HTML.
func escaped(text string) template.HTML {
	return template.HTML(template.HTMLEscapeString(chart.Visible(text)))
}

// capital begins a sentence.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// margin says how far a figure is from its target's limit.
func margin(r analyze.TargetResult) (text string, used int) {
	x, ok := r.Actual.Float()
	limit := r.Target.Limit
	if !ok || limit <= 0 || r.Target.Metric == plan.Outages {
		return "", -1
	}
	share := x / limit
	bar := share
	if r.Target.Op == plan.Greater || r.Target.Op == plan.GreaterEqual {
		bar = min(share, 1)
	}
	switch {
	case x == 0:
		text = "none"
	case share < 0.1 && (r.Target.Op == plan.Less || r.Target.Op == plan.LessEqual):
		text = fmt.Sprintf("%.2g%% of the limit", 100*share)
	case share >= 10:
		text = fmt.Sprintf("×%.3g the limit", share)
	case share >= 1:
		text = fmt.Sprintf("%.0f%% over the limit", 100*(share-1))
	default:
		text = fmt.Sprintf("%.0f%% under the limit", 100*(1-share))
	}
	return text, int(math.Round(100 * min(bar, 1)))
}

// An input is a file that was read.
type input struct{ File, Kind, Size, SHA256 string }

var statusClasses = [...]string{"none", "pass", "fail", "warn"}
var statusWords = [...]string{"Not measured", "Pass", "Fail", "Borderline"}

func newView(a *analyze.Analysis, l *ledger) view {
	v := view{Verdict: judge(a), Facts: facts(a, l), Says: sayings(a, l), Quality: a.Quality}
	for _, r := range a.Targets {
		t := target{
			Name: r.Target.Name, Limit: r.Target.Asks(), Scope: scope(r),
			Actual: l.cite(chart.FigureWithin(r.Actual, r.Target.Limit), report.Trace{Value: r.Actual}),
			Class:  statusClasses[r.Status], Status: statusWords[r.Status],
		}
		t.Margin, t.Used = margin(r)
		t.WholeRun = "–"
		if r.WholeRun.Measured() && r.Scope != "run" {
			t.WholeRun = l.cite(chart.FigureWithin(r.WholeRun, r.Target.Limit), report.Trace{Value: r.WholeRun})
		}
		v.Targets = append(v.Targets, t)
	}
	for _, in := range a.Run.Inputs {
		v.Inputs = append(v.Inputs, input{
			File: in.File, Kind: strings.ReplaceAll(in.Kind, "_", " "),
			Size: measure.Format(measure.Of(float64(in.Bytes), measure.Bytes), measure.Style{}), SHA256: in.SHA256,
		})
	}
	return v
}

// judge says the verdict and what it rests on.
func judge(a *analyze.Analysis) verdict {
	v := verdict{Class: "none", Word: "Incomplete"}
	switch a.Verdict {
	case analyze.Passed:
		v.Class, v.Word = "pass", "Pass"
	case analyze.Failed:
		v.Class, v.Word = "fail", "Fail"
	}
	var count [4]int
	for _, r := range a.Targets {
		count[r.Status]++
	}
	of := " of " + plural(len(a.Targets), "target")
	var said []string
	switch {
	case len(a.Targets) == 0:
		said = append(said, "there was no target to judge by")
	case count[analyze.Pass] == len(a.Targets):
		said = append(said, "all "+plural(len(a.Targets), "target")+" met")
	case count[analyze.Fail] > 0:
		said = append(said, strconv.Itoa(count[analyze.Fail])+of+" missed")
	default:
		said = append(said, strconv.Itoa(count[analyze.Pass])+of+" met, none missed")
	}
	if n := count[analyze.Borderline]; n > 0 {
		said = append(said, strconv.Itoa(n)+" too close to call")
	}
	if n := count[analyze.NotMeasured]; n > 0 {
		said = append(said, strconv.Itoa(n)+" not measured")
	}
	v.Summary = strings.Join(said, ", ")
	for _, s := range []analyze.Status{analyze.Fail, analyze.Borderline, analyze.NotMeasured} {
		for _, r := range a.Targets {
			if r.Status == s {
				v.Reasons = append(v.Reasons, reason{statusClasses[s], r.Target.Name, r.Why})
			}
		}
	}
	return v
}

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// scope says what a target was judged over.
func scope(r analyze.TargetResult) string {
	over := r.Scope
	switch over {
	case "peak":
		over = "peak phase"
	case "run":
		over = "whole run"
	}
	if r.Target.Endpoint != "" {
		over += ", " + r.Target.Endpoint
	}
	return over
}

// facts are what the run was, in a line.
func facts(a *analyze.Analysis, l *ledger) []template.HTML {
	var f []template.HTML
	add := func(s string) {
		if s != "" {
			f = append(f, escaped(s))
		}
	}
	figure := func(before string, v measure.Value, behind string) {
		if v.Measured() {
			f = append(f, escaped(before)+l.cite(chart.Figure(v), report.Trace{Value: v})+escaped(behind))
		}
	}
	r := a.Run
	add(r.Label)
	if !r.Start.IsZero() {
		add(r.Start.UTC().Format("2006-01-02 15:04") + " UTC")
	}
	switch d, ok := r.Duration.Float(); {
	case ok:
		f = append(f, l.cite(measure.Span(d), report.Trace{Value: r.Duration}))
	case !r.Start.IsZero() && r.End.After(r.Start):
		add(measure.Span(r.End.Sub(r.Start).Round(time.Second).Seconds()))
	}
	add(r.Host)
	figure("up to ", r.UsersPeak, "")
	figure("", r.Requests, " requests")
	figure("", r.Failures, " failed")
	return f
}

// A figureView is a chart as the page shows it.
type figureView struct {
	chart.Chart
	ID           string
	Wide, Narrow template.HTML
	Option       template.JS // "" without the chart library
	Height       int         // of the interactive chart, CSS pixels
	Rows         []figureRow
	Sources      []sourceView
	Missing      []string
	Endpoints    *endpointTable // instead of Rows
}

// A figureRow is a row of the figures behind a chart.
type figureRow struct {
	Name  string
	Class string // "short": to be kept on one line
	Cells []figureCell
}

// A figureCell is a figure.
type figureCell struct {
	HTML  template.HTML
	Class string // "num", or "none" for what was not measured
}

// A sourceView says where the figures of a column come from.
type sourceView struct {
	Column string
	How    []string // formulas
	From   []location
}

// A location is a part of a file.
type location struct {
	Name  string   // "file, column"
	Lines []string // "61,541", one for each row of the table
}

// String returns the location in words.
func (l location) String() string {
	const shown = 12
	switch n := len(l.Lines); {
	case n == 0:
		return l.Name
	case n > shown:
		return l.Name + ", lines " + strings.Join(l.Lines[:shown], " · ") + " · …"
	}
	return l.Name + ", lines " + strings.Join(l.Lines, " · ")
}

// figureID returns the ID of a chart's figure. The dot keeps it apart from
// the IDs that headings get.
func figureID(name string) string { return "pl." + name }

func newFigure(c chart.Chart, l *ledger, interactive bool) (figureView, error) {
	f := figureView{
		Chart: c, ID: figureID(c.Name), Height: 360,
		Wide:   template.HTML(svg.RenderAt(c, svg.Page, svg.Wide)),
		Narrow: template.HTML(svg.RenderAt(c, svg.Page, svg.Narrow)),
	}
	if c.Bars != nil {
		f.Height = 40*len(c.Bars.Names) + 84
	}
	if interactive {
		b, err := options(c)
		if err != nil {
			return f, err
		}
		f.Option = template.JS(b)
	}
	if c.Name == "endpoints" {
		f.Endpoints = newEndpointTable(c, l)
		return f, nil
	}
	for _, r := range c.Table.Rows {
		row := figureRow{Name: r.Name, Class: lengthClass(r.Name)}
		for _, v := range r.Values {
			cell := figureCell{l.cite(chart.FigureWithin(v), report.Trace{Value: v}), "num"}
			if !v.Measured() {
				cell.Class = "none"
			}
			row.Cells = append(row.Cells, cell)
		}
		f.Rows = append(f.Rows, row)
	}
	f.Sources, f.Missing = sources(c.Table)
	return f, nil
}

// sources says where each column's figures come from, and what would give
// those that are missing.
func sources(t chart.Table) (from []sourceView, missing []string) {
	names := shortNames(t)
	for i := range t.Header[min(1, len(t.Header)):] {
		s := sourceView{Column: t.Header[i+1]}
		lines := map[string]int{} // place → index into s.From
		for _, r := range t.Rows {
			if i >= len(r.Values) {
				continue
			}
			v := r.Values[i]
			if need := v.Need(); !v.Measured() && need != "" {
				missing = appendNew(missing, t.Header[i+1]+": "+need)
			}
			for _, src := range v.Sources() {
				s.How = appendNew(s.How, src.Formula)
				at := names[src.File]
				if src.Column != "" {
					at += ", column “" + src.Column + "”"
				}
				k, known := lines[at]
				switch {
				case at == "":
				case !known:
					lines[at] = len(s.From)
					s.From = append(s.From, location{at, appendNew(nil, src.Lines)})
				default:
					s.From[k].Lines = appendNew(s.From[k].Lines, src.Lines)
				}
			}
		}
		if s.How != nil || s.From != nil {
			from = append(from, s)
		}
	}
	return from, missing
}

// shortNames gives every file of a table's sources its name without the
// folders, unless two files share it.
func shortNames(t chart.Table) map[string]string {
	names, holders := map[string]string{}, map[string]string{}
	for _, r := range t.Rows {
		for _, v := range r.Values {
			for _, src := range v.Sources() {
				base := path.Base(src.File)
				if other, taken := holders[base]; src.File == "" || taken && other != src.File {
					base = src.File
					if taken {
						names[other] = other
					}
				}
				holders[base] = src.File
				if _, known := names[src.File]; !known {
					names[src.File] = base
				}
			}
		}
	}
	return names
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
