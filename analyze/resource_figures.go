package analyze

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// resources answers what the system's parts used, normally and at the peak:
// the rows that every document has, then whatever else was seen.
func resources(c *context, baseline *context) []Resource {
	var out []Resource
	done := map[[2]string]bool{}
	add := func(component string, row *resourceRow) {
		if key := [2]string{component, row.metric}; !done[key] {
			done[key] = true
			out = append(out, c.resource(baseline, component, row))
		}
	}
	for _, s := range standardRows {
		for _, m := range s.metrics {
			add(s.component, rowNamed(m))
		}
	}
	for _, p := range c.plan.Capacities {
		if row := rowLabelled(p.Metric); row != nil {
			add(c.componentOf(p.Component), row)
		}
	}
	for _, tr := range c.tracks.chosen {
		if tr.Instance != "" {
			continue
		}
		for i := range resourceRows {
			if slices.Contains(resourceRows[i].tracks, tr.Metric) {
				add(tr.Component, &resourceRows[i])
			}
		}
	}
	return out
}

// resource makes a row.
func (c *context) resource(baseline *context, component string, row *resourceRow) Resource {
	need := resourceNeed(component, row.metric)
	none := measure.None(row.unit, measure.NoSource, need)
	r := Resource{Component: component, Metric: row.metric, Title: row.title, Normal: none, Peak: none, Capacity: none,
		Saturation: measure.None(measure.Ratio, measure.NoSource, need), Onset: math.NaN()}
	tr, ofHost := c.trackOf(component, row)
	if tr == nil {
		r.Why = "needs " + need
		if why := c.nothingCounted(component, row); why != "" {
			r.Why = why
			r.Normal, r.Peak = measure.None(row.unit, measure.NotApplicable, ""), measure.None(row.unit, measure.NotApplicable, "")
			r.Saturation = measure.None(measure.Ratio, measure.NotApplicable, "")
		}
		r.Capacity = c.capacityOf(component, row, nil)
		return r
	}
	r.Track, r.OfHost = tr, ofHost
	if ofHost {
		r.Why = "of the whole host: nothing was recorded of the application's own processes"
	}
	from, to := c.peakStretch()
	r.Peak = c.peakOf(component, row, tr, from, to)
	r.Normal, r.NormalFrom = c.normalOf(baseline, component, row, tr)
	r.Capacity = c.capacityOf(component, row, tr)
	r.Saturation = measure.None(measure.Ratio, measure.NotApplicable, "")
	if r.Capacity.Measured() {
		r.Saturation = measure.Quotient(r.Peak, r.Capacity, measure.Ratio)
	} else if r.Capacity.Why() != measure.NotApplicable {
		r.Saturation = measure.None(measure.Ratio, measure.NoSource, r.Capacity.Need())
	}
	r.Onset = onset(tr, from)
	c.judgeResource(&r, from, to)
	return r
}

// nothingCounted says why a figure that was recorded has no readings: of no
// look-ups there is no share of hits, of no queries no latency. It is empty for
// one that was not recorded.
func (c *context) nothingCounted(component string, row *resourceRow) string {
	has := func(metric string) bool {
		return slices.ContainsFunc(c.run.Tracks, func(tr loadtest.Track) bool { return tr.Component == component && tr.Metric == metric })
	}
	switch {
	case row.metric == "hit_rate" && has("hits_total") && has("misses_total"):
		return "nothing was looked up in the cache"
	case row.metric == "query_latency" && slices.ContainsFunc(row.tracks, has):
		return "no query was executed"
	}
	return ""
}

// trackOf returns what a row of a component rests on. The application's
// processors and memory are the host's where nothing of its own was recorded.
func (c *context) trackOf(component string, row *resourceRow) (tr *Track, ofHost bool) {
	if tr := c.tracks.first(component, row.tracks...); tr != nil {
		return tr, false
	}
	if component == "app" && (row.metric == "cpu" || row.metric == "memory") {
		if c.tracks.first("app", "cpu_ratio", "cpu_cores", "memory_bytes") == nil {
			if tr := c.tracks.first("host", row.tracks...); tr != nil {
				return tr, true
			}
		}
	}
	return nil, false
}

// peakStretch returns the seconds that peaks are taken from: the longest phase
// at the highest load, else the whole run.
func (c *context) peakStretch() (from, to float64) {
	p := c.peak()
	switch {
	case p == nil:
		return 0, c.length()
	case p.To == c.history0.To:
		return p.Start, c.length() // the history may have ended first
	}
	return p.Start, p.End
}

// steady is the stretch over which a peak's median is taken, in s, and enough
// the readings that it needs for one.
const (
	steady = 10.0
	enough = 3
)

// highestMedian returns the highest median over ten seconds of a track's
// readings between two seconds, and how many readings there are. Where they are
// too sparse for a median it is the highest reading.
func highestMedian(tr *Track, from, to float64) (v, at float64, n int) {
	time, value := tr.within(from, to)
	best, when := math.NaN(), math.NaN()
	medians := false
	window := make([]float64, 0, 32)
	for i, j := 0, 0; j < len(time); j++ {
		for time[j]-time[i] > steady {
			i++
		}
		if j-i+1 < enough || time[j]-time[i] < steady/2 {
			continue
		}
		window = append(window[:0], value[i:j+1]...)
		if m := median(window); !(m <= best) {
			best, when, medians = m, time[i], true
		}
	}
	if medians {
		return best, when, len(time)
	}
	for i, x := range value {
		if !(x <= best) {
			best, when = x, time[i]
		}
	}
	return best, when, len(time)
}

// median returns the middle of values, which it sorts.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	n := len(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// peakOf is a row's figure at the peak. Shares of hits and numbers of evictions
// are those of the whole peak; all else is the highest ten-second median.
func (c *context) peakOf(component string, row *resourceRow, tr *Track, from, to float64) measure.Value {
	switch row.metric {
	case "evictions":
		return c.evicted(component, tr, from, to)
	case "hit_rate":
		return c.hitRate(component, tr, from, to)
	}
	v, _, n := highestMedian(tr, from, to)
	formula := "highest median of ten seconds"
	if n == 0 {
		return measure.None(row.unit, measure.NoSamples, fmt.Sprintf("readings of it between %s and %s of the run, of which %s has none", measure.Span(from), measure.Span(to), tr.File))
	}
	if n < enough || tr.interval() > steady/2 {
		formula = "highest reading"
	}
	return c.reading(v, row.unit, tr, fmt.Sprintf("%s of %d readings from %s to %s of the run", formula, n, measure.Span(max(from, 0)), measure.Span(to)))
}

// reading is a figure that is known to half a unit of its last digit.
func (c *context) reading(v float64, u measure.Unit, tr *Track, formula string) measure.Value {
	src := measure.Source{File: tr.File, Column: trackName(tr), Formula: formula}
	half := tr.Step / 2
	if u == measure.Count && tr.Step == 1 {
		half = 0 // whole things were counted
	}
	if half == 0 {
		return measure.Of(v, u, src)
	}
	return measure.Within(v, max(0, v-half), v+half, u, measure.Bounded, src)
}

// trackName is a track's name for people: "database connections".
func trackName(tr *Track) string {
	return strings.TrimSpace(ComponentWords(tr.Component) + " " + tr.Instance + " " + tr.Metric)
}

// evicted counts a cache's evictions in a stretch.
func (c *context) evicted(component string, tr *Track, from, to float64) measure.Value {
	if n, ok := c.tracks.counted(component, "evictions_total", from, to); ok {
		return n
	}
	time, value := tr.within(from, to)
	if len(time) < 2 {
		return measure.None(measure.Count, measure.NoSamples, "two readings at least in this stretch")
	}
	sum := 0.0
	for i := 1; i < len(time); i++ {
		sum += value[i] * (time[i] - time[i-1])
	}
	src := measure.Source{File: tr.File, Column: trackName(tr), Formula: "rate × time between readings"}
	if sum == 0 {
		return measure.Of(0, measure.Count, src)
	}
	return measure.Within(math.Round(sum), math.Floor(.9*sum), math.Ceil(1.1*sum)+1, measure.Count, measure.Estimated, src)
}

// hitRate is the share of a stretch's look-ups that the cache answered.
func (c *context) hitRate(component string, tr *Track, from, to float64) measure.Value {
	hits, ok := c.tracks.counted(component, "hits_total", from, to)
	misses, ok2 := c.tracks.counted(component, "misses_total", from, to)
	if h, known := hits.Float(); ok && ok2 && known {
		m, known := misses.Float()
		switch {
		case known && h+m > 0:
			src := measure.Source{File: tr.File, Column: "hits_total, misses_total", Formula: "Δhits/(Δhits + Δmisses)"}
			return measure.Of(h/(h+m), measure.Ratio, src)
		case known:
			return measure.None(measure.Ratio, measure.NotApplicable, "")
		}
	}
	time, value := tr.within(from, to)
	if len(time) == 0 {
		return measure.None(measure.Ratio, measure.NoSamples, "look-ups in this stretch")
	}
	return c.reading(median(slices.Clone(value)), measure.Ratio, tr, fmt.Sprintf("median of %d readings", len(time)))
}

// idleBefore is how long before the load readings still tell of the idle
// system, in s.
const idleBefore = 600

// The places that a normal figure is from.
const (
	normalIdle     = "the idle time before the load"
	normalBaseline = "the baseline run"
	normalRamp     = "the first tenth of the ramp"
)

// normalOf is a row's normal figure: the median of the idle time before the
// load, else of the baseline run's peak, else of the first tenth of the ramp.
func (c *context) normalOf(baseline *context, component string, row *resourceRow, tr *Track) (measure.Value, string) {
	at := func(c *context, tr *Track, from, to float64, where string) (measure.Value, bool) {
		switch row.metric {
		case "evictions":
			n := c.evicted(component, tr, from, to)
			return n, n.Measured() && tr.Time[0] < to
		case "hit_rate":
			n := c.hitRate(component, tr, from, to)
			return n, n.Measured()
		}
		time, value := tr.within(from, to)
		if len(time) == 0 {
			return measure.Value{}, false
		}
		return c.reading(median(slices.Clone(value)), row.unit, tr, fmt.Sprintf("median of %d readings in %s", len(time), where)), true
	}
	if v, ok := at(c, tr, -idleBefore, loadBegins, normalIdle); ok && tr.Time[0] < loadBegins {
		return v, normalIdle
	}
	if baseline != nil {
		if b, _ := baseline.trackOf(component, row); b != nil && b.Metric == tr.Metric {
			from, to := baseline.peakStretch()
			if v, ok := at(baseline, b, from, to, normalBaseline); ok {
				return v, normalBaseline
			}
		}
	}
	from, to := c.firstOfRamp()
	if v, ok := at(c, tr, from, to, normalRamp); ok {
		return v, normalRamp
	}
	return measure.None(row.unit, measure.NoSamples, "readings from before the load or from the beginning of the ramp"), ""
}

// loadBegins is the second of the run before which there were no users. A
// reading at the very start may have seen the first of them.
const loadBegins = -.5

// firstOfRamp returns the first tenth of the ramp, ten seconds at least; of a
// run without one, the first tenth of all.
func (c *context) firstOfRamp() (from, to float64) {
	length := c.length()
	for i := range c.phases {
		if c.phases[i].Kind == RampUp {
			from, length = c.phases[i].Start, c.phases[i].End-c.phases[i].Start
			break
		}
	}
	return from, from + min(max(length/10, 10), length)
}

// capacityOf is a row's capacity: what the document states, else what was
// discovered.
func (c *context) capacityOf(component string, row *resourceRow, tr *Track) measure.Value {
	for _, p := range c.plan.Capacities {
		if r := rowLabelled(p.Metric); r == nil || r.metric != row.metric || c.componentOf(p.Component) != component {
			continue
		}
		switch {
		case p.None:
			return measure.None(row.unit, measure.NotApplicable, "")
		case p.Unit == row.unit:
			return measure.Of(p.Limit, row.unit, measure.Source{File: p.Pos.File, Formula: "stated in the document"})
		}
	}
	if tr == nil {
		return measure.None(row.unit, measure.NoSource, resourceNeed(component, row.metric))
	}
	if !math.IsNaN(tr.Limit) {
		return measure.Of(tr.Limit, row.unit, measure.Source{File: tr.File, Formula: tr.LimitWhy})
	}
	if unlimited(c, component, tr) {
		return measure.None(row.unit, measure.NotApplicable, "no limit is set")
	}
	switch row.metric {
	case "request_queue", "query_latency", "lock_waits", "hit_rate", "commands", "evictions":
		return measure.None(row.unit, measure.NotApplicable, "")
	}
	return measure.None(row.unit, measure.NoSource, "its limit, which no file names: state it in this table's column of capacities")
}

// unlimited reports whether a file says that a figure has no limit.
func unlimited(c *context, component string, tr *Track) bool {
	lim := c.tracks.of(component, limitsOf[tr.Metric])
	return lim != nil && lim.Value[len(lim.Value)-1] == 0
}

// onset returns the second from which a track was at nine tenths of its
// capacity for two readings or more; NaN never.
func onset(tr *Track, _ float64) float64 {
	if math.IsNaN(tr.Limit) || !(tr.Limit > 0) {
		return math.NaN()
	}
	for i := 0; i+1 < len(tr.Time); i++ {
		if tr.Time[i] >= 0 && tr.Value[i] >= saturatedFrom*tr.Limit && tr.Value[i+1] >= saturatedFrom*tr.Limit {
			return tr.Time[i]
		}
	}
	return math.NaN()
}
