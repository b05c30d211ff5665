package svg

import (
	"math"
	"strings"

	"github.com/peakload/peakload/report/chart"
)

// Measures of a chart over time, in CSS pixels.
const (
	plotHeight   = 230
	legendRow    = 20
	axisTitleRow = 18
	phaseRow     = 16
	label        = 12.0 // font sizes
	small        = 11.0
)

// plot maps values to the plane.
type plot struct {
	left, top, width, height float64
	x                        chart.Axis
	y                        []chart.Axis
}

func (p plot) px(v float64) float64 { return p.left + p.width*(v-p.x.Min)/(p.x.Max-p.x.Min) }

func (p plot) py(axis int, v float64) float64 {
	a := p.y[axis]
	share := math.Min(math.Max((v-a.Min)/(a.Max-a.Min), 0), 1)
	return p.top + p.height*(1-share)
}

// lines draws a chart over time and returns its height.
func (d *drawing) lines(c chart.Chart, top float64) float64 {
	top = d.legend(c, top)
	p := plot{top: top + axisTitleRow, height: plotHeight, x: c.X, y: c.Y}
	if d.width < 500 {
		p.height = plotHeight * 0.8
	}
	if len(c.Phases) > 0 {
		p.top += phaseRow
	}
	right := 8.0
	for i, a := range c.Y {
		widest := 0.0
		for _, t := range a.Ticks() {
			widest = math.Max(widest, textWidth(a.Format.Text(t), label))
		}
		if i == 0 {
			p.left = widest + 10
		} else {
			right = widest + 10
		}
	}
	p.width = d.width - p.left - right
	d.ground(c, p)
	d.axes(c, p)
	for _, s := range c.Series {
		d.series(s, p)
	}
	d.limitLines(c.Limits, p)
	d.marks(c.Marks, p, true)
	return p.top + p.height + 40
}

// legend draws what each line is, in as many rows as it takes, and returns
// where it ends.
func (d *drawing) legend(c chart.Chart, top float64) float64 {
	x, y := 0.0, top+14
	entry := func(name string, mark func(x, y float64)) {
		w := 26 + textWidth(name, label) + 14
		if x > 0 && x+w > d.width {
			x, y = 0, y+legendRow
		}
		mark(x, y-4)
		d.text(x+26, y, "", "", name)
		x += w
	}
	for _, s := range c.Series {
		entry(s.Name, func(x, y float64) {
			if s.Fill {
				d.rect(x, y-5, 20, 10, "a f-"+string(s.Role))
			}
			class := "l s-" + string(s.Role)
			if s.Dotted {
				class += " d"
			}
			if !s.Loose {
				d.line(x+1, y, x+19, y, class)
			}
			if s.Dots {
				d.dot(x+10, y, 3, "f-"+string(s.Role))
			}
		})
	}
	if len(c.Limits) > 0 {
		entry("Target", func(x, y float64) { d.line(x+1, y, x+19, y, "x s-"+string(c.Limits[0].Role)) })
	}
	if len(c.Outages) > 0 {
		entry("Outage", func(x, y float64) { d.rect(x+3, y-6, 14, 12, "outage") })
	}
	return y + 11
}

// ground draws the phases and outages behind the lines, and names the phases.
func (d *drawing) ground(c chart.Chart, p plot) {
	for i, s := range c.Phases {
		x, w := p.px(s.From), p.px(s.To)-p.px(s.From)
		switch {
		case s.Peak:
			d.rect(x, p.top, w, p.height, "bandpeak")
		case i%2 == 0:
			d.rect(x, p.top, w, p.height, "band")
		}
		if name := fits(s.Name, small, w-4); name != "" {
			d.text(x+w/2, p.top-5, "s", "middle", name)
		}
	}
	for _, s := range c.Outages {
		d.rect(p.px(s.From), p.top, math.Max(p.px(s.To)-p.px(s.From), 1.5), p.height, "outage")
	}
}

// axes draws the grid, the value axes with their titles, and the X axis.
func (d *drawing) axes(c chart.Chart, p plot) {
	titles := p.top - 8
	if len(c.Phases) > 0 {
		titles -= phaseRow
	}
	d.values(p, titles)
	d.xAxis(c.X, p)
}

func (d *drawing) values(p plot, titles float64) {
	for i, a := range p.y {
		x, anchor := p.left-8, "end"
		if i == 0 {
			d.text(0, titles, "s", "", a.Title)
		} else {
			x, anchor = p.left+p.width+8, ""
			d.text(d.width, titles, "s", "end", a.Title)
		}
		for _, t := range a.Ticks() {
			y := p.py(i, t)
			if i == 0 {
				class := "g"
				if t == 0 {
					class = "e"
				}
				d.line(p.left, y, p.left+p.width, y, class)
			}
			d.text(x, y+4, "m", anchor, a.Format.Text(t))
		}
	}
}

func (d *drawing) xAxis(a chart.Axis, p plot) {
	bottom := p.top + p.height
	free := math.Inf(-1)
	for _, t := range a.Ticks() {
		x, text := p.px(t), a.Text(t)
		half := textWidth(text, label) / 2
		x0 := math.Min(math.Max(x, half), d.width-half)
		d.line(x, bottom, x, bottom+4, "e")
		if x0-half > free {
			d.text(x0, bottom+18, "m", "middle", text)
			free = x0 + half + 6
		}
	}
	d.text(p.left+p.width/2, bottom+35, "s", "middle", a.Title)
}

// series draws a line, broken where it has no value, and the area under it.
func (d *drawing) series(s chart.Series, p plot) {
	var strokes, areas strings.Builder
	base := num(p.py(s.Axis, 0))
	start := ""
	last := ""
	end := func() {
		if start != "" && s.Fill {
			areas.WriteString("V" + base + "H" + start + "Z")
		}
		start = ""
	}
	for _, pt := range s.Points {
		if math.IsNaN(pt.Y) {
			end()
			continue
		}
		x, y := num(p.px(pt.X)), num(p.py(s.Axis, pt.Y))
		if at := x + " " + y; start == "" {
			strokes.WriteString("M" + at)
			areas.WriteString("M" + at)
			start, last = x, at
		} else if at != last {
			strokes.WriteString("L" + at)
			areas.WriteString("L" + at)
			last = at
		}
	}
	end()
	if s.Fill {
		d.path(areas.String(), "a f-"+string(s.Role))
	}
	class := "l s-" + string(s.Role)
	if s.Dotted {
		class += " d"
	}
	if !s.Loose {
		d.path(strokes.String(), class)
	}
	if s.Dots {
		r, class := 3.2, "f-"+string(s.Role)
		if s.Loose {
			r, class = 2, class+" o"
		}
		for _, pt := range s.Points {
			if !math.IsNaN(pt.Y) {
				d.dot(p.px(pt.X), p.py(s.Axis, pt.Y), r, class)
			}
		}
	}
}

// limitLines draws the targets with their labels above the right end, moved
// apart where they would lie on each other.
func (d *drawing) limitLines(limits []chart.Limit, p plot) {
	var taken []float64
	for _, l := range limits {
		y := p.py(l.Axis, l.Value)
		d.line(p.left, y, p.left+p.width, y, "x s-"+string(l.Role))
		at := y - 5
		for range limits {
			for _, t := range taken {
				if math.Abs(at-t) < 13 {
					at = t - 13
				}
			}
		}
		if at < p.top+10 {
			at = y + 13
		}
		taken = append(taken, at)
		d.text(p.left+p.width-6, at, "h f-"+string(l.Role), "end", l.Name)
	}
}
