package svg

import (
	"math"

	"github.com/peakload/peakload/report/chart"
)

// Measures of a bar chart, in CSS pixels.
const (
	barRow    = 40
	barHeight = 14
	panelGap  = 32
	sideMin   = 600 // from this width on, panels stand side by side
)

// bars draws a bar chart and returns its height.
func (d *drawing) bars(c chart.Chart, top float64) float64 {
	b := c.Bars
	side := d.width >= sideMin
	width := d.width
	if side && len(b.Panels) > 1 {
		width = (d.width - panelGap*float64(len(b.Panels)-1)) / float64(len(b.Panels))
	}
	x, y, height := 0.0, top, 0.0
	for i, p := range b.Panels {
		height = d.panel(p, b.Names, x, y, width, !side || i == 0, len(b.Panels) > 1 && side)
		if side {
			x += width + panelGap
		} else {
			y = height + 20
		}
	}
	return height
}

// panel draws one measure of every row. Row names stand above the bars; beside
// another panel the first one's may run on into the next.
func (d *drawing) panel(p chart.Panel, names []string, left, top, width float64, named, run bool) float64 {
	d.text(left, top+14, "s", "", p.Axis.Title)
	if p.Limits != nil {
		d.text(left+width, top+14, "s", "end", "target "+p.Limits[0].Name)
	}
	top += 24
	// As wide as the bar whose label reaches farthest allows.
	room := width - 12
	for i, l := range p.Labels {
		share := 0.0
		if !math.IsNaN(p.Values[i]) {
			share = (math.Max(p.Values[i], 0) - p.Axis.Min) / (p.Axis.Max - p.Axis.Min)
		}
		room = math.Min(room, (width-textWidth(l, label)-8)/math.Max(share, 0.02))
	}
	room = math.Max(room, width*0.25)
	px := func(v float64) float64 { return left + room*(v-p.Axis.Min)/(p.Axis.Max-p.Axis.Min) }
	bottom := top + float64(len(names))*barRow
	ticks := p.Axis.Ticks()
	for _, t := range ticks {
		class := "g"
		if t == 0 {
			class = "e"
		}
		d.line(px(t), top, px(t), bottom, class)
	}
	for _, l := range p.Limits {
		d.line(px(l.Value), top, px(l.Value), bottom, "x s-"+string(l.Role))
	}
	for i, name := range names {
		y := top + float64(i)*barRow
		if named {
			span := width
			if run {
				span = d.width
			}
			d.text(left, y+14, "h", "", shorten(name, label, span))
		}
		v := p.Values[i]
		if math.IsNaN(v) {
			d.text(left+4, y+20+barHeight-3, "m", "", p.Labels[i])
			continue
		}
		x0, x1 := px(0), px(math.Min(math.Max(v, p.Axis.Min), p.Axis.Max))
		d.rect(math.Min(x0, x1), y+20, math.Max(math.Abs(x1-x0), 1), barHeight, "f-"+string(p.Role))
		d.text(math.Max(x0, x1)+6, y+20+barHeight-3, "h", "", p.Labels[i])
	}
	free := math.Inf(-1)
	for _, t := range ticks {
		text := p.Axis.Format.Text(t)
		half := textWidth(text, label) / 2
		x := math.Max(px(t), left+half)
		if x-half > free {
			d.text(x, bottom+16, "m", "middle", text)
			free = x + half + 8
		}
	}
	return bottom + 24
}
