package html

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/chart"
)

// Limits of the table of endpoints.
const (
	atOnce  = 100 // rows that are laid out from the start
	sourced = 500 // rows whose figures lead to their sources
)

// An endpointTable is the table of all endpoints. The rows beyond the first are
// shown on demand where a script runs, and all of them where none does.
type endpointTable struct {
	Caption     string
	Columns     []string
	Course      string // the last column's header; "" without it
	Count       int
	Sorted      int // the column that the rows are sorted by, descending
	First, Rest []template.HTML
	Note        string
}

func newEndpointTable(c chart.Chart, l *ledger) *endpointTable {
	t := &endpointTable{Caption: c.Table.Title, Columns: c.Table.Header, Course: c.Table.Course, Count: len(c.Table.Rows), Sorted: c.Table.Sorted}
	points := min(96, max(24, 48000/max(1, t.Count)))
	for i, r := range c.Table.Rows {
		row := t.row(c, r, l, i < sourced, points)
		if i < atOnce {
			t.First = append(t.First, row)
		} else {
			t.Rest = append(t.Rest, row)
		}
	}
	if t.Count > sourced {
		t.Note = fmt.Sprintf("Where the figures of the first %d rows come from is said here, that of the others in results.json.", sourced)
	}
	return t
}

// row writes a row in few bytes: there may be thousands. Optional end tags are
// left out.
func (t *endpointTable) row(c chart.Chart, r chart.Row, l *ledger, sources bool, points int) template.HTML {
	var b strings.Builder
	b.WriteString(`<tr><th scope="row">` + template.HTMLEscapeString(r.Name))
	for _, v := range r.Values {
		b.WriteString("<td")
		n, ok := v.Float()
		if !ok {
			b.WriteString(` class="none"`)
		}
		if sources {
			b.WriteString(` data-f="` + strconv.Itoa(l.add(report.Trace{Value: v})) + `"`)
		}
		if ok {
			b.WriteString(` data-v="` + strconv.FormatFloat(n, 'g', 6, 64) + `"`)
		}
		text := measure.Format(v, measure.Style{Scale: "ms", Bare: v.Unit() != measure.Ratio, Plain: true})
		if !ok {
			text = "–"
		}
		b.WriteString(">" + template.HTMLEscapeString(text))
	}
	if t.Course != "" {
		b.WriteString(sparkline(chart.Downsample(r.Course, points), c.Table.CourseEnd))
	}
	return template.HTML(b.String())
}

// The size of a sparkline's drawing.
const sparkWidth, sparkHeight = 480, 72

// sparkline draws a course in a cell, from 0 to its own maximum.
func sparkline(points []chart.Point, end float64) string {
	low, high, at := math.Inf(1), 0.0, 0.0
	for _, p := range points {
		if math.IsNaN(p.Y) {
			continue
		}
		low = min(low, p.Y)
		if p.Y > high {
			high, at = p.Y, p.X
		}
	}
	if !(high > 0) || !(end > 0) {
		return `<td class="none">–`
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<td class="course" data-v="%.6g"><svg viewBox="0 0 %d %d" preserveAspectRatio="none" role="img" aria-label="%s to %s, highest at %s"><path d="`,
		high, sparkWidth, sparkHeight, chart.Millis.Text(low), chart.Millis.Text(high)+" ms", chart.Clock.Text(at))
	down := false
	lastX, lastY := 0, 0
	for _, p := range points {
		if math.IsNaN(p.Y) {
			down = false
			continue
		}
		x := int(math.Round(p.X / end * sparkWidth))
		y := int(math.Round((1-p.Y/high)*(sparkHeight-4))) + 2
		if down {
			// Relative coordinates are short, and a minus needs no separator.
			b.WriteString("l" + strconv.Itoa(x-lastX))
			if y >= lastY {
				b.WriteByte(' ')
			}
			b.WriteString(strconv.Itoa(y - lastY))
		} else {
			b.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y))
		}
		down, lastX, lastY = true, x, y
	}
	b.WriteString(`"/></svg><small>` + chart.Millis.Text(high) + `</small>`)
	return b.String()
}
