package html

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"

	"github.com/peakload/peakload/report/chart"
)

// A payload is what the page's script draws a chart from. go-echarts builds
// the option and encoding/json writes it: go-echarts' own rendering emits
// names unescaped and executes data that begins with __f__. There is no
// code in a payload: "formatter" names a function of the script and a colour
// "--p95" a custom property of the page.
type payload struct {
	Option map[string]any `json:"option"`
	// Formats has the axis format of each series' values.
	Formats []chart.Format `json:"formats"`
	// Labels has the text of each bar, by series.
	Labels [][]string `json:"labels,omitempty"`
	// Strips is the height of each of the grids below each other.
	Strips []int `json:"strips,omitempty"`
	// Names are the names of the places 1, 2, … of the X axis, and Ticks those
	// that are written.
	Names []string  `json:"names,omitempty"`
	Ticks []float64 `json:"ticks,omitempty"`
}

// options returns a chart's payload as JSON that may stand in a script
// element: <, >, & and line separators are escaped.
func options(c chart.Chart) ([]byte, error) {
	switch {
	case c.Bars != nil:
		return json.Marshal(barPayload(c))
	case c.Strips != nil:
		return json.Marshal(stripPayload(c))
	}
	return json.Marshal(linePayload(c))
}

func colour(r chart.Role) string { return "--" + string(r) }

func linePayload(c chart.Chart) payload {
	line := charts.NewLine()
	globals(&line.BaseConfiguration, c, "axis")
	charts.WithXAxisOpts(opts.XAxis{
		Type: "value", Name: c.X.Title, NameLocation: "middle", NameGap: 26, Min: c.X.Min, Max: number(c.X.Max),
		SplitLine: &opts.SplitLine{Show: opts.Bool(false)},
		AxisLabel: &opts.AxisLabel{Formatter: types.FuncStr(c.X.Format), HideOverlap: opts.Bool(true), Color: "--muted"},
		AxisLine:  &opts.AxisLine{LineStyle: &opts.LineStyle{Color: "--edge"}},
	})(&line.BaseConfiguration)
	for i, a := range c.Y {
		y := opts.YAxis{
			Type: "value", Name: a.Title, Min: a.Min, Max: number(a.Max), MinInterval: number(a.Step), MaxInterval: number(a.Step),
			AxisLabel: &opts.AxisLabel{Formatter: types.FuncStr(a.Format), Color: "--muted"},
			SplitLine: &opts.SplitLine{Show: opts.Bool(i == 0), LineStyle: &opts.LineStyle{Color: "--grid"}},
		}
		if i == 0 {
			charts.WithYAxisOpts(y)(&line.BaseConfiguration)
		} else {
			line.ExtendYAxis(y)
		}
	}
	line.GridList = []opts.Grid{{Left: "8", Right: "8", Top: "64", Bottom: "72", ContainLabel: opts.Bool(true)}}
	line.DataZoomList = []opts.DataZoom{{Type: "inside"}, {Type: "slider"}}
	p := payload{}
	for i, s := range c.Series {
		series := lineSeries(s)
		series.YAxisIndex = s.Axis
		if i == 0 {
			series.MarkAreas = areas(c.Phases, c.Outages, nil)
		}
		series.MarkLines = limits(c, i)
		if i == 0 {
			series.MarkLines = withMarks(series.MarkLines, c.Marks, true)
		}
		line.MultiSeries = append(line.MultiSeries, series)
		p.Formats = append(p.Formats, c.Y[s.Axis].Format)
	}
	line.Validate()
	p.Option = line.JSON()
	return p
}

// lineSeries is a line as ECharts reads it.
func lineSeries(s chart.Series) charts.SingleSeries {
	series := charts.SingleSeries{
		Name: s.Name, Type: "line", ShowSymbol: opts.Bool(s.Dots), Data: pairs(s.Points),
		LineStyle: &opts.LineStyle{Color: colour(s.Role), Width: 1.8},
		ItemStyle: &opts.ItemStyle{Color: colour(s.Role)},
	}
	if s.Dots {
		series.Symbol = "circle"
	}
	if s.Loose {
		series.LineStyle.Color = "transparent"
		series.ItemStyle.Opacity = opts.Float(0.55)
	}
	if s.Dotted {
		series.LineStyle.Type = "dotted"
	}
	if s.Fill {
		series.AreaStyle = &opts.AreaStyle{Color: colour(s.Role), Opacity: opts.Float(0.16)}
	}
	return series
}

// globals sets what all charts share.
func globals(b *charts.BaseConfiguration, c chart.Chart, trigger string) {
	for _, set := range []charts.GlobalOpts{
		charts.WithInitializationOpts(opts.Initialization{ChartID: figureID(c.Name)}),
		charts.WithAnimation(false),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(c.Bars == nil), Left: "0", Top: "0", TextStyle: &opts.TextStyle{Color: "--ink"}}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: trigger}),
	} {
		set(b)
	}
}

// pairs returns points as ECharts reads them: null breaks a line.
func pairs(points []chart.Point) [][2]any {
	data := make([][2]any, len(points))
	for i, p := range points {
		data[i] = [2]any{number(p.X), nil}
		if !math.IsNaN(p.Y) {
			data[i][1] = number(p.Y)
		}
	}
	return data
}

// number rounds to what a screen can show, which keeps the page small.
func number(v float64) float64 {
	n, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 5, 64), 64)
	if err != nil {
		return v
	}
	return n
}

// An edge is one side of a shaded stretch. (go-echarts' own type writes the
// y axis under a name that ECharts does not know.)
type edge struct {
	Name      string          `json:"name,omitempty"`
	XAxis     float64         `json:"xAxis"`
	ItemStyle *opts.ItemStyle `json:"itemStyle,omitempty"`
	Label     *opts.Label     `json:"label,omitempty"`
}

// areas returns what is shaded behind a chart: phases, outages,
// and the ranges of marks.
func areas(phases, outages []chart.Span, marks []chart.Mark) *opts.MarkAreas {
	m := &opts.MarkAreas{}
	for i, s := range phases {
		shade := "--ground"
		switch {
		case s.Peak:
			shade = "--peak"
		case i%2 == 0:
			shade = "--band"
		}
		m.Data = append(m.Data, [2]edge{
			{Name: s.Name, XAxis: number(s.From), ItemStyle: &opts.ItemStyle{Color: shade}, Label: &opts.Label{Position: "top", Color: "--muted", FontSize: 11}},
			{XAxis: number(s.To)},
		})
	}
	for _, k := range marks {
		if k.To > k.From {
			m.Data = append(m.Data, [2]edge{
				{XAxis: number(k.From), ItemStyle: &opts.ItemStyle{Color: colour(k.Role), Opacity: opts.Float(0.12)}},
				{XAxis: number(k.To)},
			})
		}
	}
	for _, s := range outages {
		// At the top, where lines seldom are: they are drawn over the label.
		m.Data = append(m.Data, [2]edge{
			{Name: s.Name, XAxis: number(s.From), ItemStyle: &opts.ItemStyle{Color: "--outage"}, Label: &opts.Label{Position: "insideTop", Color: "--errors", FontSize: 11}},
			{XAxis: number(s.To)},
		})
	}
	if m.Data == nil {
		return nil
	}
	return m
}

// A rule is a target drawn across a chart.
type rule struct {
	Name      string          `json:"name,omitempty"`
	XAxis     *float64        `json:"xAxis,omitempty"`
	YAxis     *float64        `json:"yAxis,omitempty"`
	LineStyle *opts.LineStyle `json:"lineStyle,omitempty"`
	Label     *opts.Label     `json:"label,omitempty"`
}

// withMarks adds marks of the X axis to the lines across a chart.
func withMarks(m *opts.MarkLines, marks []chart.Mark, named bool) *opts.MarkLines {
	if len(marks) == 0 {
		return m
	}
	if m == nil {
		m = &opts.MarkLines{MarkLineStyle: opts.MarkLineStyle{Symbol: []string{"none", "none"}}}
	}
	for _, k := range marks {
		at := number(k.At)
		m.Data = append(m.Data, rule{
			Name: k.Name, XAxis: &at,
			LineStyle: &opts.LineStyle{Color: colour(k.Role), Type: "solid", Width: 1.6},
			Label:     &opts.Label{Show: opts.Bool(named && k.Name != ""), Position: "insideEndTop", Formatter: "name", Color: colour(k.Role)},
		})
	}
	return m
}

// limits returns the targets of the axis that a series is the first on.
func limits(c chart.Chart, series int) *opts.MarkLines {
	axis := c.Series[series].Axis
	for _, s := range c.Series[:series] {
		if s.Axis == axis {
			return nil
		}
	}
	m := &opts.MarkLines{MarkLineStyle: opts.MarkLineStyle{Symbol: []string{"none", "none"}}}
	for _, l := range c.Limits {
		if l.Axis == axis {
			at := number(l.Value)
			m.Data = append(m.Data, rule{
				Name: l.Name, YAxis: &at,
				LineStyle: &opts.LineStyle{Color: colour(l.Role), Type: "dashed", Width: 1.4},
				Label:     &opts.Label{Show: opts.Bool(true), Position: "insideStartTop", Formatter: "name", Color: colour(l.Role)},
			})
		}
	}
	if m.Data == nil {
		return nil
	}
	return m
}

func barPayload(c chart.Chart) payload {
	bar := charts.NewBar()
	globals(&bar.BaseConfiguration, c, "axis")
	bar.Tooltip.AxisPointer = &opts.AxisPointer{Type: "shadow"}
	bar.XAxisList, bar.YAxisList = nil, nil
	p := payload{}
	for i, panel := range c.Bars.Panels {
		bar.GridList = append(bar.GridList, opts.Grid{ContainLabel: opts.Bool(true)})
		bar.XAxisList = append(bar.XAxisList, opts.XAxis{
			Type: "value", GridIndex: i, Name: panel.Axis.Title, NameLocation: "middle", NameGap: 26,
			Min: number(panel.Axis.Min), Max: number(panel.Axis.Max), MinInterval: number(panel.Axis.Step), MaxInterval: number(panel.Axis.Step),
			AxisLabel: &opts.AxisLabel{Formatter: types.FuncStr(panel.Axis.Format), HideOverlap: opts.Bool(true), Color: "--muted"},
			SplitLine: &opts.SplitLine{Show: opts.Bool(true), LineStyle: &opts.LineStyle{Color: "--grid"}},
		})
		bar.YAxisList = append(bar.YAxisList, opts.YAxis{
			Type: "category", GridIndex: i, Inverse: opts.Bool(true), Data: c.Bars.Names,
			AxisLabel: &opts.AxisLabel{Show: opts.Bool(true), Inside: opts.Bool(true), Formatter: "row", Align: "left", VerticalAlign: "bottom", Color: "--ink", Interval: "0"},
			AxisLine:  &opts.AxisLine{Show: opts.Bool(false)},
		})
		series := charts.SingleSeries{
			Name: panel.Axis.Title, Type: "bar", XAxisIndex: i, YAxisIndex: i, BarMaxWidth: "14", Data: values(panel.Values),
			ItemStyle: &opts.ItemStyle{Color: colour(panel.Role)},
			Label:     &opts.Label{Show: opts.Bool(true), Position: "right", Formatter: "bar", Color: "--ink"},
		}
		m := &opts.MarkLines{MarkLineStyle: opts.MarkLineStyle{Symbol: []string{"none", "none"}}}
		for _, l := range panel.Limits {
			at := number(l.Value)
			m.Data = append(m.Data, rule{
				Name: l.Name, XAxis: &at,
				LineStyle: &opts.LineStyle{Color: colour(l.Role), Type: "dashed", Width: 1.4},
				Label:     &opts.Label{Show: opts.Bool(true), Position: "start", Formatter: "name", Color: colour(l.Role)},
			})
		}
		if m.Data != nil {
			series.MarkLines = m
		}
		bar.MultiSeries = append(bar.MultiSeries, series)
		p.Formats = append(p.Formats, panel.Axis.Format)
		p.Labels = append(p.Labels, panel.Labels)
	}
	// Not Validate: it clears the data of the first axis. Assets are not used.
	p.Option = bar.JSON()
	return p
}

// values returns bars as ECharts reads them. One that is not measured has no
// length; its label says so.
func values(vs []float64) []float64 {
	data := make([]float64, len(vs))
	for i, v := range vs {
		if !math.IsNaN(v) {
			data[i] = number(v)
		}
	}
	return data
}
