package svg

import (
	"math"
	"slices"

	"github.com/peakload/peakload/report/chart"
)

// Measures of strips, in CSS pixels.
const (
	stripHeight = 74 // where there are many
	tallStrip   = 120
	stripTitle  = 30 // above each
)

// strips draws charts below each other over one X axis and returns the height
// of it all.
func (d *drawing) strips(c chart.Chart, top float64) float64 {
	if l := stripLegend(c); l.Series != nil || l.Outages != nil {
		top = d.legend(l, top)
	}
	left := 0.0
	for _, s := range c.Strips {
		for _, t := range s.Axis.Ticks() {
			left = math.Max(left, textWidth(s.Axis.Format.Text(t), label)+10)
		}
	}
	frame := plot{left: left, width: d.width - left - 12, height: stripHeight, x: c.X}
	if len(c.Strips) <= 3 {
		frame.height = tallStrip
	}
	if len(c.Phases) > 0 {
		top += phaseRow
	}
	if len(c.Marks) > 0 {
		top += d.markNames(c.Marks, frame, top)
	}
	var p plot
	for i, s := range c.Strips {
		p = frame
		p.y = []chart.Axis{s.Axis}
		p.top = top + stripTitle
		ground := c
		if i > 0 {
			ground.Phases = unnamed(c.Phases)
		}
		if i == 0 && len(c.Phases) > 0 {
			// The phases' names stand above the first strip's title.
			for _, s := range c.Phases {
				if name := fits(s.Name, small, p.px(s.To)-p.px(s.From)-4); name != "" {
					d.text((p.px(s.From)+p.px(s.To))/2, top-2, "s", "middle", name)
				}
			}
			ground.Phases = unnamed(c.Phases)
		}
		d.ground(ground, p)
		d.values(plot{left: p.left, top: p.top, width: p.width, height: p.height, x: p.x, y: []chart.Axis{{
			Title: fits(s.Title, small, d.width), Format: s.Axis.Format, Min: s.Axis.Min, Max: s.Axis.Max, Step: s.Axis.Step,
		}}}, p.top-8)
		for _, line := range s.Series {
			d.series(line, p)
		}
		d.limitLines(s.Limits, p)
		d.marks(c.Marks, p, false)
		d.marks(s.Marks, p, true)
		top = p.top + p.height
	}
	for _, t := range c.X.Ticks() {
		d.line(p.px(t), top, p.px(t), top+4, "e")
	}
	d.xAxis(c.X, p)
	return top + 40
}

// stripLegend is a chart with the lines that a legend has to tell apart: none
// where every strip has a single one, which its title names.
func stripLegend(c chart.Chart) chart.Chart {
	l := chart.Chart{Outages: c.Outages}
	several := slices.ContainsFunc(c.Strips, func(s chart.Strip) bool { return len(s.Series) > 1 })
	for _, s := range c.Strips {
		if several {
			l.Series = append(l.Series, s.Series...)
		}
	}
	return l
}

func unnamed(spans []chart.Span) []chart.Span {
	out := slices.Clone(spans)
	for i := range out {
		out[i].Name = ""
	}
	return out
}

// markNames writes the names of marks above the strips, a row each where they
// would touch, and returns the height that they take.
func (d *drawing) markNames(marks []chart.Mark, p plot, top float64) float64 {
	rows, free := 0.0, math.Inf(-1)
	for _, m := range slices.SortedStableFunc(slices.Values(marks), func(a, b chart.Mark) int {
		return int(math.Copysign(1, a.At-b.At))
	}) {
		half := textWidth(m.Name, label) / 2
		x := math.Min(math.Max(p.px(m.At), half), d.width-half)
		if x-half < free || rows == 0 {
			rows++
		}
		free = x + half + 10
		d.text(x, top+rows*15-1, "f-"+string(m.Role), "middle", m.Name)
	}
	return rows*15 + 2
}

// marks draws lines across a plot, with the range that each is known to, and
// their names beside them where named.
func (d *drawing) marks(marks []chart.Mark, p plot, named bool) {
	for i, m := range marks {
		x := p.px(m.At)
		if m.To > m.From {
			x0, x1 := p.px(math.Max(m.From, p.x.Min)), p.px(math.Min(m.To, p.x.Max))
			d.rect(x0, p.top, x1-x0, p.height, "z f-"+string(m.Role))
		}
		d.line(x, p.top, x, p.top+p.height, "v s-"+string(m.Role))
		if !named {
			continue
		}
		at, anchor := x+5, ""
		if x+5+textWidth(m.Name, small) > p.left+p.width {
			at, anchor = x-5, "end"
		}
		d.text(at, p.top+12+14*float64(i), "h f-"+string(m.Role), anchor, m.Name)
	}
}
