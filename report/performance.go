package report

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

var (
	metricNames = []string{"Metric", "KPI", "Indicator", "Measure", "SLI"}
	targetNames = []string{"Target", "Threshold", "Goal", "SLO", "Objective", "Limit", "Requirement", "SLA", "Must", "Budget"}
	actualNames = []string{"Actual", "Measured", "Result", "Observed", "Value", "Current"}
	statusNames = []string{"Status", "Verdict", "Result", "Pass/Fail", "Passed?", "Pass", "OK?", "OK", "Met?", "Outcome"}
)

// readPerformance reads a target a place. Labels that are no metric are left
// to people; a target that cannot be read is an error, because the gate would
// judge less than the team believes.
func readPerformance(r *reader, s *form.Section) {
	for _, p := range places(s) {
		if p.count != "" {
			continue
		}
		err := plan.ErrBlank
		if p.limit != nil {
			var got plan.Target
			if got, err = plan.ParseTargetCell(p.label, p.stating(), r.at(p.limit)); err == nil {
				got.Name, got.Endpoint = p.name, either(got.Endpoint, p.endpoint)
				got.Phase = either(got.Phase, p.phase)
				r.target(got, open(p.actual) || open(p.status) || p.actual == nil)
				continue
			}
		}
		switch {
		case errors.Is(err, plan.ErrBlank):
			r.plan.Figures = append(r.plan.Figures, plan.Target{Name: p.name, Metric: p.metric, P: p.p, Endpoint: p.endpoint, Phase: p.phase, Pos: r.at(p.at)})
		case !errors.Is(err, plan.ErrUnknownMetric):
			r.errs = append(r.errs, err)
		}
	}
}

// either returns the first text that is not empty.
func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func fillPerformance(f *filler, s *form.Section) {
	for _, p := range places(s) {
		if p.count != "" {
			f.countOf(p)
			continue
		}
		if p.actual == nil && p.status == nil {
			continue // a target in a list
		}
		result, judged := f.result(p)
		if !judged {
			var known bool
			if result, known = f.asked(p); !known {
				continue
			}
		}
		f.actual(p.actual, result, p.head)
		if judged {
			put(p.status, statusText(result.Status)+f.otherLimit(result, p))
		} else if open(p.status) {
			put(p.status, textNoTarget)
		}
	}
}

// countOf fills a count of requests of the whole run.
func (f *filler) countOf(p place) {
	if !open(p.actual) {
		return
	}
	w, found := f.a.WholeRun, p.endpoint == ""
	for _, e := range f.a.Endpoints {
		if name := strings.TrimSpace(e.Method + " " + e.Name); !found && (name == p.endpoint || e.Name == p.endpoint) {
			w, found = e.Whole, true
		}
	}
	if !found {
		f.absent(p.actual, "endpoints", "Not measured: no request went to this endpoint.")
		return
	}
	v, _ := countFigure(w, p.count)
	f.figure(p.actual, v, "", "requests", "Not measured: no file of this run counts them.")
}

// result finds the verdict on a place of the document: the target that was
// read from it, or the one that replaced it.
func (f *filler) result(p place) (analyze.TargetResult, bool) {
	want := plan.Target{Metric: p.metric, P: p.p, Endpoint: p.endpoint, Phase: p.phase}
	if p.limit != nil {
		for _, r := range f.a.Targets {
			if r.Target.Pos.File == f.doc.Name && r.Target.Pos.Line == p.limit.Line && r.Target.Metric == p.metric && r.Target.P == p.p && r.Target.Endpoint == p.endpoint {
				return r, true
			}
		}
		if t, err := plan.ParseTargetCell(p.label, p.stating(), plan.Pos{}); err == nil {
			want.Phase, want.Endpoint = either(t.Phase, p.phase), either(t.Endpoint, p.endpoint)
		}
	}
	for _, r := range f.a.Targets {
		if r.Target.SameFigure(want) {
			return r, true
		}
	}
	return analyze.TargetResult{}, false
}

// limitLabel names a metric in a way that ParseTargetCell knows.
func limitLabel(m plan.Metric, p float64) string {
	return plan.Target{Metric: m, P: p}.MetricName()
}

// otherLimit says that a target from elsewhere was judged, not the one that
// stands in the row.
func (f *filler) otherLimit(r analyze.TargetResult, p place) string {
	if p.limit == nil {
		return ""
	}
	t, err := plan.ParseTargetCell(p.label, p.stating(), plan.Pos{})
	if err == nil && t.Op == r.Target.Op && t.Limit == r.Target.Limit {
		return ""
	}
	from := "command line"
	if r.Target.Pos.File != "" {
		from = r.Target.Pos.File
	}
	return " (" + form.Escape(fmt.Sprintf("against %s %s, %s", r.Target.Op, r.Target.LimitText(), from)) + ")"
}

// asked returns the figure of a place that states no target.
func (f *filler) asked(p place) (analyze.TargetResult, bool) {
	want := plan.Target{Metric: p.metric, P: p.p, Endpoint: p.endpoint, Phase: p.phase}
	for _, r := range f.a.Figures {
		if r.Target.SameFigure(want) {
			return r, true
		}
	}
	return analyze.TargetResult{}, false
}

// windowMetric returns a metric of a window; ok is false for percentiles that
// windows do not hold.
func windowMetric(w analyze.Window, m plan.Metric, p float64) (v measure.Value, ok bool) {
	switch m {
	case plan.Mean:
		return w.Mean, true
	case plan.Max:
		return w.Max, true
	case plan.Errors:
		return w.ErrorRate, true
	case plan.RPS:
		return w.RPS, true
	case plan.Percentile:
		switch p {
		case .5:
			return w.P50, true
		case .95:
			return w.P95, true
		case .99:
			return w.P99, true
		}
	}
	return measure.Value{}, false
}

// actual fills the figure of a target: "1,240 ms (1,180–1,300; whole run 812
// ms)".
func (f *filler) actual(s *form.Slot, r analyze.TargetResult, head string) {
	if !open(s) {
		return
	}
	if r.Target.Metric == plan.Outages {
		put(s, f.stabilityText())
		return
	}
	style := styleOf(s, head)
	if r.Target.Limit > 0 {
		style.Apart = []float64{r.Target.Limit}
	}
	if !r.Actual.Measured() {
		put(s, f.text(r.Actual, style, "targets", notMeasured(r.Why, "")))
		return
	}
	short := style
	short.Plain = true
	full, plain := measure.Format(r.Actual, style), measure.Format(r.Actual, short)
	var aside []string
	var note, limits string
	if inside, found := strings.CutPrefix(full, plain+" ("); found {
		limits = strings.TrimSuffix(inside, ")")
		note = f.rangeNote()
	}
	switch {
	case r.Scope == "run" && !plan.SamePhase(r.Target.Phase, plan.WholeRun):
		aside = append(aside, "whole run")
	case r.Scope == "run":
	case r.WholeRun.Measured() && !measure.Same(r.Actual, r.WholeRun, style) && !alike(r.Actual, r.WholeRun):
		coarse := short
		coarse.Coarse = r.Target.Metric == plan.Percentile // its own range would be one too many in the parenthesis
		aside = append(aside, "whole run "+f.show(r.WholeRun, coarse))
	}
	if r.Target.Metric == plan.Errors {
		if refused, ok := f.refusals(r, short); ok {
			aside = append(aside, refused)
		}
	}
	text := f.trace(plain, Trace{Value: r.Actual})
	if limits != "" {
		aside = append([]string{limits}, aside...)
	}
	if len(aside) > 0 {
		text += " (" + strings.Join(aside, "; ") + ")"
	}
	if r.Target.Metric == plan.Percentile && !r.Actual.IsExact() {
		text += f.percentileNote(r)
	}
	if r.Status == analyze.NotMeasured && r.Why != "" {
		why := r.Why
		if strings.HasPrefix(why, "the files only bound it") { // the row says between what
			why = "the files only bound the figure, and the target lies between the bounds"
		}
		text += f.notes.add("undecided", sentence("the target is not judged: "+why))
	}
	put(s, text+note)
}

// refusals is the error rate with 429s counted the other way, where there were
// any: refusing is what a rate limiter is for.
func (f *filler) refusals(r analyze.TargetResult, style measure.Style) (string, bool) {
	w := f.a.WholeRun
	if peak := f.peak(); peak != nil && r.Scope == "peak" {
		w = peak.Window
	}
	if n, ok := w.RateLimited.Float(); !ok || n == 0 || r.Target.Endpoint != "" || !sameNumber(r.Actual, w.ErrorRate) {
		return "", false
	}
	other, text := w.ErrorRateWithout429(), " without 429s"
	if f.a.Plan != nil && f.a.Plan.Count429 == plan.As429Separate {
		other, text = w.ErrorRateWith429(), " with 429s"
	}
	return f.show(other, style) + text, other.Measured()
}

func sameNumber(a, b measure.Value) bool {
	x, okX := a.Float()
	y, okY := b.Float()
	return okX && okY && x == y
}

// percentileNote says how the percentiles of the table came about.
func (f *filler) percentileNote(r analyze.TargetResult) string {
	var h *loadtest.History
	page, histograms := false, false
	if run := f.a.Recorded; run != nil {
		h, page, histograms = run.History, run.Page != nil, run.Histograms != nil
	}
	var text string
	switch {
	case r.Scope == "run" || h == nil:
		text = "Percentiles of the whole run are Locust's own, which it rounds to two digits."
	case histograms && r.Actual.Method() == measure.Exact:
		text = "Percentiles are counted from Locust's histograms of every request, the buckets of which are two digits wide."
	case h.Scope == loadtest.Cumulative && page:
		text = "Percentiles of a phase are reconstructed: the history of this run holds percentiles since the start only, the HTML report those of ten seconds every few seconds."
	case h.Scope == loadtest.Cumulative:
		text = "Percentiles of a phase are worked out from how the percentiles since the start changed: the history of this run holds no others. " +
			"Run Locust with --csv-full-history for narrower ranges."
	default:
		text = "Percentiles of a phase are reconstructed from the history, which holds percentiles of the ten seconds before each of its rows."
	}
	if e, ok := f.failedAmong(r).Float(); ok && e >= .01 {
		text += " Failed requests, " + measure.Format(measure.Of(e, measure.Ratio), measure.Style{Plain: true}) + " of these, are among them"
		if m, quick := f.quickFailures(r); quick {
			text += "; in the outage they failed within " + measure.Format(measure.Of(m, measure.Seconds), measure.Style{Plain: true}) + " in the mean, so that those that succeeded took longer than it says"
		}
		text += "."
	}
	return f.notes.add("percentiles", text)
}

// failedAmong is the share of failed requests among those that a target judges.
func (f *filler) failedAmong(r analyze.TargetResult) measure.Value {
	if peak := f.peak(); peak != nil && r.Scope == "peak" {
		return peak.ErrorRate
	}
	return f.a.WholeRun.ErrorRate
}

// quickFailures is the mean latency of the failures of an outage among what a
// target judges, where it is below the median: all that ended in one failed, so
// that there it is known.
func (f *filler) quickFailures(r analyze.TargetResult) (mean float64, quick bool) {
	w, from, to := f.a.WholeRun, math.Inf(-1), math.Inf(1)
	if peak := f.peak(); peak != nil && r.Scope == "peak" {
		w, from, to = peak.Window, peak.Start, peak.End
	}
	sum, n := 0.0, 0
	for _, o := range f.a.Stability.Outages {
		from, to := math.Max(from, o.Start+3), math.Min(to, o.End-3)
		for i, t := range f.a.Timeline.Time {
			if m := f.a.Timeline.Mean[i]; t > from && t < to && m >= 0 {
				sum, n = sum+m, n+1
			}
		}
	}
	p50, ok := w.P50.Float()
	mean = sum / float64(max(n, 1))
	return mean, ok && n > 0 && mean < p50
}

// maxOutages is how many outages a cell lists.
const maxOutages = 3

// stabilityText answers "No crashes".
func (f *filler) stabilityText() string {
	st := f.a.Stability
	var seen []string
	for i, o := range st.Outages {
		if i == maxOutages {
			seen = append(seen, fmt.Sprintf("+%d more", len(st.Outages)-i))
			break
		}
		seen = append(seen, outageText(o))
	}
	if st.LostWorkers > 0 {
		seen = append(seen, count(st.LostWorkers, "load generator worker", "load generator workers")+" lost")
	}
	for _, r := range st.Restarts {
		seen = append(seen, form.Escape(r))
	}
	switch {
	case len(seen) > 0:
		head := ""
		if len(st.Outages) > 0 {
			head = count(len(st.Outages), "outage", "outages") + " "
		}
		return head + strings.Join(seen, "; ") + f.restartNote()
	case st.Status == analyze.NotMeasured:
		return measure.NotMeasured + f.notes.add("stability", notMeasured(st.Why, "Not measured: needs the history, which shows whether requests were completed all the time."))
	case st.Status != analyze.Pass:
		return form.Escape(st.Why) + f.restartNote()
	}
	text := "No outage seen"
	if n := len(st.Stalls); n > 0 {
		worst := longest(st.Stalls)
		text += "; " + count(n, "stall", "stalls") + ", the longest " + measure.Span(worst.End-worst.Start)
	}
	return text + f.restartNote()
}

// restartNote says what was looked for, and what the load generator's files
// cannot show.
func (f *filler) restartNote() string {
	if in := f.a.Stability.RestartsIn; in != "" && f.a.Stability.AppWatched {
		return f.notes.add("stability", "An outage is a stretch of five seconds or more with users in which no request was completed, or 99% failed. "+
			"Restarts were looked for in "+in+".")
	} else if in != "" {
		return f.notes.add("stability", "An outage is a stretch of five seconds or more with users in which no request was completed, or 99% failed. "+
			"Restarts were looked for in "+in+" only; those of the application show in its log or snapshots of its uptime.")
	}
	return f.notes.add("stability", "An outage is a stretch of five seconds or more with users in which no request was completed, or 99% failed. "+
		"Locust's files do not show restarts of the system's processes; that needs the application's log or snapshots of its uptime.")
}

// outageText is when and how: "at 1 min 2 s: no request completed for 9 s with
// 300 users".
func outageText(o analyze.Outage) string {
	text := "at " + measure.Span(o.Start)
	if o.Evidence != "" {
		return text + ": " + form.Escape(o.Evidence)
	}
	text += " for " + measure.Span(o.End-o.Start)
	if o.Users > 0 {
		text += " with " + count(o.Users, "user", "users")
	}
	return text
}

// notMeasured is a reason as the text of a footnote, or another text where
// there is none.
func notMeasured(why, otherwise string) string {
	why = strings.TrimSpace(why)
	if len(why) >= len(measure.NotMeasured) && strings.EqualFold(why[:len(measure.NotMeasured)], measure.NotMeasured) {
		why = strings.TrimLeft(why[len(measure.NotMeasured):], ": ")
	}
	if why == "" {
		return otherwise
	}
	if rs := []rune(why); len(rs) > 1 && unicode.IsUpper(rs[0]) && unicode.IsLower(rs[1]) && !strings.HasPrefix(why, "Locust") {
		why = string(unicode.ToLower(rs[0])) + string(rs[1:])
	}
	return sentence("not measured: " + why)
}

// count is a number with its noun.
func count(n int, one, many string) string {
	noun := many
	if n == 1 {
		noun = one
	}
	return measure.Format(measure.Of(float64(n), measure.Count), measure.Style{}) + " " + noun
}

// alike reports whether each figure lies within the other's limits: they then
// say the same.
func alike(a, b measure.Value) bool {
	holds := func(a, b measure.Value) bool {
		n, ok := a.Float()
		low, high, ok2 := b.Limits()
		return ok && ok2 && low <= n && n <= high
	}
	return holds(a, b) && holds(b, a)
}
