package report

import (
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

var differenceNames = []string{"Difference", "Delta", "Change", "Δ"}

// comparisonColumns recognises the table of two runs.
func comparisonColumns(t *form.Table) bool {
	_, _, ok := runColumns(t)
	return ok
}

// runColumns returns the columns of the two runs: the baseline is the first
// that is neither the label nor the difference.
func runColumns(t *form.Table) (baseline, current int, ok bool) {
	label, diff := labelColumn(t, metricNames...), column(t, differenceNames...)
	if diff < 0 || has(t, targetNames...) {
		return 0, 0, false
	}
	var runs []int
	for i, h := range t.Header {
		if i != label && i != diff && !says(h, "Status", "Significant", "Verdict", "Note", "Change") {
			runs = append(runs, i)
		}
	}
	if len(runs) < 2 {
		return 0, 0, false
	}
	return runs[0], runs[1], true
}

func readComparison(r *reader, s *form.Section) {
	for _, t := range tables(s, comparisonColumns) {
		baseline, current, _ := runColumns(t)
		l := &r.plan.Comparison
		if l.Baseline != "" || l.Current != "" {
			continue
		}
		l.Baseline, l.BaselineUsers = plan.ParseRunLabel(t.Header[baseline])
		l.Current, l.CurrentUsers = plan.ParseRunLabel(t.Header[current])
	}
}

func fillComparison(f *filler, s *form.Section) {
	for _, t := range tables(s, comparisonColumns) {
		label, diff := labelColumn(t, metricNames...), column(t, differenceNames...)
		baseline, current, _ := runColumns(t)
		for _, row := range t.Rows {
			name := cell(row, label)
			if name == nil {
				continue
			}
			c, known := f.compared(name.Text)
			if !known {
				continue
			}
			f.figure(cell(row, baseline), c.Baseline, header(t, baseline), c.note, c.lacking)
			if slot := cell(row, current); open(slot) {
				text := f.text(c.Current, styleOf(slot, header(t, current)), c.note, c.lacking)
				if c.said != "" && c.Current.Measured() {
					text += f.notes.add("compared-mean", c.said)
				}
				put(slot, text)
			}
			if d := cell(row, diff); open(d) {
				put(d, f.difference(c, styleOf(d, header(t, diff))))
			}
		}
	}
}

// A compared is a row of the comparison with what it would need.
type compared struct {
	analyze.ComparisonRow
	note, lacking string
	said          string // of the current run's figure; "" nothing
}

const (
	lackBaseline = "Not measured: needs a baseline run; name its results with --baseline."
	lackCPU      = "Not measured: needs figures of the application's processors of both runs: peakload record --process app=PATTERN -- locust …; name the other run's results with --baseline."
)

// compared returns the comparison of the metric that a row's label names; ok
// is false for labels that name none.
func (f *filler) compared(label string) (c compared, ok bool) {
	if says(label, "CPU", "Memory") {
		c = compared{note: "resources-compared", lacking: lackCPU}
		if says(label, "CPU") {
			if !f.takeRow(&c, "cpu") {
				c.Current = f.a.CPU // without a baseline the run's own figure is still known
			}
			if r := f.a.Resource("Application", label); r != nil && r.Peak.Measured() && !measure.Same(r.Peak, c.Current, measure.Style{}) {
				c.said = "The mean over the peak; its highest ten seconds were at " + measure.Format(r.Peak, measure.Style{Plain: true}) + "."
			}
		}
		return c, true
	}
	m, p, known := plan.LabelMetric(label)
	if !known || m == plan.Outages {
		return compared{}, false
	}
	c = compared{note: "baseline", lacking: lackBaseline}
	if f.takeRow(&c, metricKey(m, p)) {
		return c, true
	}
	if f.a.Baseline != nil {
		c.note, c.lacking = "uncompared", "Not measured: the comparison of the two runs does not cover this metric."
	}
	// Without a baseline the run's own figure is still known.
	now := f.a.WholeRun
	if peak := f.peak(); peak != nil {
		now = peak.Window
	}
	c.Current, _ = windowMetric(now, m, p)
	return c, true
}

func (f *filler) takeRow(c *compared, metric string) bool {
	if f.a.Baseline == nil {
		return false
	}
	for _, r := range f.a.Baseline.Rows {
		if r.Metric == metric {
			c.ComparisonRow = r
			return true
		}
	}
	return false
}

// metricKey is a metric's name in results.json.
func metricKey(m plan.Metric, p float64) string {
	switch m {
	case plan.Mean:
		return "latency_mean"
	case plan.Max:
		return "latency_max"
	case plan.Errors:
		return "error_rate"
	case plan.RPS:
		return "rps"
	}
	return "latency_" + plan.Target{Metric: m, P: p}.MetricName()
}

// difference is "+430 ms (+52%)", with "~" before it where it is not beyond
// noise. Differences of shares are percentage points.
func (f *filler) difference(c compared, style measure.Style) string {
	v := c.Difference
	if !v.Measured() {
		return f.text(v, style, c.note, c.lacking)
	}
	style.Signed = true
	style.Plain = true
	if v.Unit() == measure.Ratio {
		style.Scale = "pp"
	}
	text := f.show(v, style)
	if c.Relative.Measured() {
		text += " (" + relativeText(c.Relative) + ")"
	}
	switch c.Significant {
	case analyze.No:
		text = "~ " + text + f.notes.add("noise", "~ marks differences that are not beyond the noise of the two runs.")
	case analyze.Unknown:
		text += f.notes.add("beyond-noise", noiseText(c.Why))
	}
	return text
}

// relativeText is a relative difference: "+52%", and from ten times on "×267".
func relativeText(v measure.Value) string {
	if n, ok := v.Float(); ok && n >= 9 {
		return "×" + measure.Format(measure.Of(1+n, measure.PerSecond), measure.Style{Bare: true})
	}
	return measure.Format(v, measure.Style{Signed: true, Plain: true})
}

// noiseText is why a difference is neither noise nor a change for certain.
func noiseText(why string) string {
	const untold = "whether this difference is beyond noise cannot be told"
	rest, cannot := strings.CutPrefix(why, "cannot tell: ")
	switch {
	case why == "":
		return sentence(untold)
	case cannot:
		return sentence(untold + ": " + rest)
	}
	return sentence(why)
}
