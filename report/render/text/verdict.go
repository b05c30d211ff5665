// Package text writes for terminals: the verdict table of peakload check.
package text

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// Options say how a terminal is written to.
type Options struct {
	// Color marks statuses with ANSI colours. Words and icons say the same.
	Color bool
}

// lineWidth is the number of columns that no line exceeds.
const lineWidth = 80

// Verdict writes the targets as a table, each with where it was judged, its
// limit, the figure and its status; then, in words, why those that did not
// pass did not; the doubts about the data; and the verdict as the last line.
// Text from the run cannot move the cursor or colour the terminal.
func Verdict(w io.Writer, a *analyze.Analysis, opt Options) error {
	var b bytes.Buffer
	p := printer{&b, opt.Color}
	p.heading(a)
	p.table(a.Targets)
	p.reasons(a.Targets)
	p.doubts(a.Quality)
	p.last(a)
	_, err := w.Write(b.Bytes())
	return err
}

// A printer writes lines of at most lineWidth columns.
type printer struct {
	w     *bytes.Buffer
	color bool
}

func (p printer) heading(a *analyze.Analysis) {
	var parts []string
	if d, ok := a.Run.Duration.Float(); ok {
		parts = append(parts, measure.Span(d))
	}
	if a.Run.UsersPeak.Measured() {
		parts = append(parts, "up to "+measure.Format(a.Run.UsersPeak, measure.Style{}))
	}
	if a.Run.Requests.Measured() {
		parts = append(parts, measure.Format(a.Run.Requests, measure.Style{})+" requests")
	}
	line := a.Run.Label
	if len(parts) > 0 {
		line += ": " + strings.Join(parts, ", ")
	}
	if line != "" {
		p.wrapped("", "  ", line)
		p.w.WriteByte('\n')
	}
}

// statusText is how a status is shown, and its colour (ANSI SGR).
var statusText = [...]struct{ icon, word, color string }{
	analyze.NotMeasured: {"➖", "Not measured", "33"},
	analyze.Pass:        {"✅", "Pass", "32"},
	analyze.Fail:        {"❌", "Fail", "31"},
	analyze.Borderline:  {"⚠️", "Borderline", "33"},
}

func (p printer) status(s analyze.Status) string {
	t := statusText[s]
	return t.icon + " " + p.colored(t.word, t.color)
}

func (p printer) colored(text, sgr string) string {
	if !p.color {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

// table writes the targets. Status stands last, since terminals disagree on
// how wide some of its icons are.
func (p printer) table(rs []analyze.TargetResult) {
	if len(rs) == 0 {
		return
	}
	rows := [][4]string{{"TARGET", "WHERE", "LIMIT", "ACTUAL"}}
	for _, r := range rs {
		row := RowOf(r)
		rows = append(rows, [4]string{row.Name, row.Where, row.Limit, row.Actual})
	}
	const gap, statusWidth = 2, 15
	var widths [4]int
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], Width(cell))
		}
	}
	// What does not fit is taken from the names, the wider one first; their
	// full text stands in the reasons. Figures are never cut.
	room := lineWidth - statusWidth - 4*gap - widths[2] - widths[3]
	for widths[0]+widths[1] > room && max(widths[0], widths[1]) > 6 {
		if widths[0] > widths[1] {
			widths[0]--
		} else {
			widths[1]--
		}
	}
	for i, row := range rows {
		var line strings.Builder
		for col, cell := range row {
			cell = cut(cell, widths[col])
			line.WriteString(cell + strings.Repeat(" ", widths[col]-Width(cell)+gap))
		}
		if i == 0 {
			line.WriteString("STATUS")
		} else {
			line.WriteString(p.status(rs[i-1].Status))
		}
		p.w.WriteString(line.String() + "\n")
	}
	p.w.WriteByte('\n')
}

// A Row is a target as tables of verdicts show it; Visible text, no markup.
type Row struct{ Name, Where, Limit, Actual, Icon, Word string }

// RowOf returns a verdict's row.
func RowOf(r analyze.TargetResult) Row {
	t := statusText[r.Status]
	return Row{name(r.Target), where(r), r.Target.Asks(), actual(r), t.icon, t.word}
}

// VerdictText returns the verdict in one line: "FAIL: 3 of 6 targets missed".
func VerdictText(a *analyze.Analysis) string {
	word, _, said := verdict(a)
	return word + ": " + said
}

// name returns what a target judges: its row's label, or the metric where the
// target was given in words of the grammar.
func name(t plan.Target) string {
	if t.Name == "" || t.Name == t.String() {
		return t.MetricName()
	}
	return Plain(t.Name)
}

// where returns the scope that a target was judged in.
func where(r analyze.TargetResult) string {
	scope := r.Scope
	if scope == plan.WholeRun {
		scope = "whole run"
	}
	switch {
	case r.Target.Endpoint == "":
	case scope == "peak":
		scope = r.Target.Endpoint
	default:
		scope = r.Target.Endpoint + ", " + scope
	}
	return Plain(scope)
}

func actual(r analyze.TargetResult) string {
	return measure.Format(r.Actual, measure.Style{Apart: []float64{r.Target.Limit}})
}

// reasons says in words why targets did not pass.
func (p printer) reasons(rs []analyze.TargetResult) {
	any := false
	for _, r := range rs {
		if r.Status == analyze.Pass || r.Why == "" {
			continue
		}
		any = true
		p.wrapped(statusText[r.Status].icon+" ", "   ", fmt.Sprintf("%s (%s): %s", name(r.Target), where(r), r.Why))
	}
	if any {
		p.w.WriteByte('\n')
	}
}

func (p printer) doubts(notes []loadtest.Note) {
	any := false
	for _, n := range notes {
		if n.Severity == loadtest.Info {
			continue
		}
		any = true
		text := n.Message
		if n.Source != "" {
			text = place(n.Source) + ": " + text
		}
		word := "warning: "
		if n.Severity == loadtest.Error {
			word = "error: "
		}
		p.wrapped(word, "  ", text)
	}
	if any {
		p.w.WriteByte('\n')
	}
}

// place returns a note's source; without its folders, which the command line
// names, where they would take most of a line.
func place(source string) string {
	if Width(source) > lineWidth/2 {
		return path.Base(source)
	}
	return source
}

// last writes the verdict with its count, and what else should be known.
func (p printer) last(a *analyze.Analysis) {
	word, sgr, said := verdict(a)
	p.w.WriteString(p.colored(word, sgr) + ": " + said + "\n")
}

// verdict returns the verdict's word, its colour (ANSI SGR), and its count.
func verdict(a *analyze.Analysis) (word, sgr, text string) {
	var counts [4]int
	for _, r := range a.Targets {
		counts[r.Status]++
	}
	n := len(a.Targets)
	var said string
	var rest []string
	switch a.Verdict {
	case analyze.Failed:
		word, sgr = "FAIL", "1;31"
		said = fmt.Sprintf("%d of %s missed", counts[analyze.Fail], targets(n))
		if m := counts[analyze.NotMeasured]; m > 0 {
			rest = append(rest, fmt.Sprintf("%d not measured", m))
		}
	case analyze.Incomplete:
		word, sgr = "INCOMPLETE", "1;33"
		said = fmt.Sprintf("%d of %s could not be measured", counts[analyze.NotMeasured], targets(n))
		if n == 0 {
			said = "there is no target to judge by"
		}
	default:
		word, sgr = "PASS", "1;32"
		switch met := counts[analyze.Pass]; {
		case met < n:
			said = fmt.Sprintf("%d of %s met", met, targets(n))
		case n == 1:
			said = "the only target was met"
		default:
			said = fmt.Sprintf("all %s met", targets(n))
		}
	}
	if m := counts[analyze.Borderline]; m > 0 {
		rest = append(rest, fmt.Sprintf("%d borderline", m))
	}
	return word, sgr, strings.Join(append([]string{said}, rest...), ", ")
}

func targets(n int) string {
	if n == 1 {
		return "1 target"
	}
	return fmt.Sprintf("%d targets", n)
}
