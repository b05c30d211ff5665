package html

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"

	"github.com/peakload/peakload/report/chart"
)

// Heights of the strips of an interactive chart, in CSS pixels.
const (
	lowStrip  = 78 // where there are many
	tallStrip = 130
)

// stripPayload is a chart of strips: a grid for each, whose X axes move as one.
func stripPayload(c chart.Chart) payload {
	line := charts.NewLine()
	globals(&line.BaseConfiguration, c, "axis")
	several := false
	for _, s := range c.Strips {
		several = several || len(s.Series) > 1
	}
	line.Legend.Show = opts.Bool(several)
	line.XAxisList, line.YAxisList = nil, nil
	p := payload{Names: c.X.Names}
	if p.Names != nil {
		p.Ticks = c.X.Ticks()
	}
	height := tallStrip
	if len(c.Strips) > 3 {
		height = lowStrip
	}
	for i, s := range c.Strips {
		last := i == len(c.Strips)-1
		p.Strips = append(p.Strips, height)
		line.GridList = append(line.GridList, opts.Grid{ContainLabel: opts.Bool(false)})
		x := opts.XAxis{
			Type: "value", GridIndex: i, NameLocation: "middle", NameGap: 26, Min: number(c.X.Min), Max: number(c.X.Max),
			SplitLine: &opts.SplitLine{Show: opts.Bool(false)},
			AxisLabel: &opts.AxisLabel{Show: opts.Bool(last), Formatter: types.FuncStr(c.X.Format), HideOverlap: opts.Bool(true), Color: "--muted"},
			AxisLine:  &opts.AxisLine{LineStyle: &opts.LineStyle{Color: "--edge"}},
		}
		if last {
			x.Name = c.X.Title
		}
		line.XAxisList = append(line.XAxisList, x)
		line.YAxisList = append(line.YAxisList, opts.YAxis{
			Type: "value", GridIndex: i, Name: s.Title, Min: s.Axis.Min, Max: number(s.Axis.Max),
			MinInterval: number(s.Axis.Step), MaxInterval: number(s.Axis.Step),
			AxisLabel: &opts.AxisLabel{Formatter: types.FuncStr(s.Axis.Format), Color: "--muted"},
			SplitLine: &opts.SplitLine{Show: opts.Bool(true), LineStyle: &opts.LineStyle{Color: "--grid"}},
		})
		for k, l := range s.Series {
			series := lineSeries(l)
			series.XAxisIndex, series.YAxisIndex = i, i
			if k == 0 {
				phases := c.Phases
				if i > 0 {
					phases = unnamed(phases)
				}
				series.MarkAreas = areas(phases, unnamed(c.Outages), c.Marks)
				series.MarkLines = limits(chart.Chart{Series: s.Series, Limits: s.Limits}, 0)
				series.MarkLines = withMarks(withMarks(series.MarkLines, c.Marks, i == 0), s.Marks, true)
			}
			line.MultiSeries = append(line.MultiSeries, series)
			p.Formats = append(p.Formats, s.Axis.Format)
		}
	}
	p.Option = line.JSON()
	return p
}

func unnamed(spans []chart.Span) []chart.Span {
	out := make([]chart.Span, len(spans))
	for i, s := range spans {
		s.Name = ""
		out[i] = s
	}
	return out
}
