package report

import (
	"fmt"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/form"
)

// lackTrend is what a trend needs.
const lackTrend = "Not measured: needs the results.json of earlier runs at this load in one folder; name it with --baseline."

// mostTrendRuns is how many runs the list names: the last ones.
const mostTrendRuns = 12

// fillTrend lists the last runs, and where a metric changed its level.
func fillTrend(f *filler, s *form.Section) {
	t := f.a.Trend
	if t == nil {
		f.items(s, []string{measure.NotMeasured + f.notes.add("trend", lackTrend)})
		return
	}
	var items []string
	for _, c := range t.Changes {
		p := t.Points[c.At]
		v := func(x float64) string {
			return measure.Format(measure.Of(x, p.Figures[c.Metric].Unit()), measure.Style{})
		}
		items = append(items, fmt.Sprintf("**%s changed from %s to %s** (medians of the runs before and after) with %s",
			form.Escape(metricTitle(c.Metric)), v(c.Before), v(c.After), form.Escape(trendRun(p))))
	}
	if len(t.Changes) == 0 && len(t.Notes) == 0 {
		items = append(items, fmt.Sprintf("No change of level in %d runs", len(t.Points)))
	}
	from := max(0, len(t.Points)-mostTrendRuns)
	for i, p := range t.Points[from:] {
		name := trendRun(p)
		if from+i == len(t.Points)-1 {
			name = "This run"
		}
		var said []string
		for _, m := range []string{"latency_p50", "latency_p95", "error_rate", "rps"} {
			if v := p.Figures[m]; v.Measured() {
				said = append(said, strings.ToLower(metricTitle(m))+" "+f.show(v, measure.Style{Plain: true}))
			}
		}
		items = append(items, form.Escape(name)+": "+strings.Join(said, ", "))
	}
	if from > 0 {
		items = append(items, fmt.Sprintf("and %d earlier", from))
	}
	for _, n := range t.Notes {
		items = append(items, form.Escape(n))
	}
	f.items(s, items)
}

// trendRun names a run by its day and label.
func trendRun(p analyze.TrendPoint) string {
	if p.Start.IsZero() {
		return p.Label
	}
	return p.Start.UTC().Format("2006-01-02 15:04") + " " + p.Label
}

// metricTitle is a metric of results.json in words.
func metricTitle(metric string) string {
	switch metric {
	case "latency_mean":
		return "Mean latency"
	case "error_rate":
		return "Errors"
	case "rps":
		return "Throughput"
	}
	return strings.ToUpper(strings.TrimPrefix(metric, "latency_"))
}
