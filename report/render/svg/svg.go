// Package svg draws charts as static SVG: the picture that is there without a
// script, in print, and in files beside a Markdown document.
//
// The same chart gives the same bytes. Text is escaped; there is no script,
// no link and no font in the output.
package svg

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/peakload/peakload/report/chart"
)

// Widths that charts are drawn at, in CSS pixels.
const (
	Wide   = 800
	Narrow = 360
)

// Render draws a chart at full width.
func Render(c chart.Chart, t Theme) []byte { return RenderAt(c, t, Wide) }

// RenderAt draws a chart at a width in CSS pixels, at least Narrow.
func RenderAt(c chart.Chart, t Theme, width int) []byte {
	d := &drawing{width: math.Max(float64(width), Narrow)}
	top := 0.0
	if t != Page {
		d.text(0, 18, "t", "", c.Title)
		top = 30
	}
	var height float64
	switch {
	case c.Bars != nil:
		height = d.bars(c, top)
	case c.Strips != nil:
		height = d.strips(c, top)
	default:
		height = d.lines(c, top)
	}
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 %s %s" role="img" aria-label="%s">`,
		num(d.width), num(height), escape(c.Title+". "+c.Finding))
	if t != Page {
		margin := 16.0
		out.Reset()
		fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="%s %s %s %s" width="%s" height="%s" role="img" aria-label="%s"><style>%s</style>`,
			num(-margin), num(-margin/2), num(d.width+2*margin), num(height+1.5*margin), num(d.width+2*margin), num(height+1.5*margin),
			escape(c.Title+". "+c.Finding), t.CSS())
	}
	out.WriteString(d.out.String())
	out.WriteString("</svg>\n")
	return []byte(out.String())
}

// A drawing collects the elements of one picture.
type drawing struct {
	out   strings.Builder
	width float64
}

func (d *drawing) rect(x, y, w, h float64, class string) {
	fmt.Fprintf(&d.out, `<rect x="%s" y="%s" width="%s" height="%s" class="%s"/>`, num(x), num(y), num(math.Max(w, 0)), num(math.Max(h, 0)), class)
}

func (d *drawing) dot(x, y, r float64, class string) {
	fmt.Fprintf(&d.out, `<circle cx="%s" cy="%s" r="%s" class="%s"/>`, num(x), num(y), num(r), class)
}

func (d *drawing) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(&d.out, `<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s"/>`, num(x1), num(y1), num(x2), num(y2), class)
}

func (d *drawing) path(data, class string) {
	fmt.Fprintf(&d.out, `<path d="%s" class="%s"/>`, data, class)
}

// text writes text at a point; anchor is "", "middle" or "end".
func (d *drawing) text(x, y float64, class, anchor, s string) {
	if anchor != "" {
		anchor = ` text-anchor="` + anchor + `"`
	}
	fmt.Fprintf(&d.out, `<text x="%s" y="%s" class="%s"%s>%s</text>`, num(x), num(y), class, anchor, escape(s))
}

// num writes a coordinate with a tenth of a pixel.
func num(v float64) string {
	s := strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
	if s == "-0" {
		return "0"
	}
	return s
}
