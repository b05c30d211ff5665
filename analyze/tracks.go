package analyze

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// A trackKey is what tracks from several files are tracks of.
type trackKey struct{ component, metric string }

// A candidate is one file's account of a component's figure.
type candidate struct {
	Track
	covers   float64 // share of the run that it has readings of
	before   bool    // it has readings from before the load
	interval float64 // median seconds between readings; +Inf for a single one
	coarse   bool    // it counts what is none of the component's clients, too
	derived  bool    // made of other figures of the file
	parts    []Track // by instance, where there are several
}

// tracks are the resource figures of a run, as they were chosen.
type tracks struct {
	chosen []Track
	index  map[trackKey]int // of chosen with no instance
	// counters are the running totals of counters by instance, from the best of
	// the files that hold them.
	counters map[trackKey][]runningTotal
	// resets are the times at which counters went back, by component.
	resets map[string][]counterReset
	// all are the tracks of the run on its time axis, as they were read.
	all []Track
}

// of returns a component's track; nil when there is none.
func (t *tracks) of(component, metric string) *Track {
	if i, ok := t.index[trackKey{component, metric}]; ok {
		return &t.chosen[i]
	}
	return nil
}

// first returns the first of a component's tracks that there is.
func (t *tracks) first(component string, metrics ...string) *Track {
	for _, m := range metrics {
		if tr := t.of(component, m); tr != nil {
			return tr
		}
	}
	return nil
}

// newTracks puts the run's tracks on the run's time axis, makes rates of
// counters and chooses the best account of each figure.
func newTracks(c *context) tracks {
	t := tracks{index: map[trackKey]int{}, counters: map[trackKey][]runningTotal{}, resets: map[string][]counterReset{}}
	if math.IsNaN(c.start) || len(c.run.Tracks) == 0 {
		return t
	}
	t.all = onRunTime(c)
	length := c.length()
	var order []trackKey
	rivals := map[trackKey][]candidate{}
	offer := func(x candidate) {
		key := trackKey{x.Component, x.Metric}
		if len(rivals[key]) == 0 {
			order = append(order, key)
		}
		x.measureCover(length)
		rivals[key] = append(rivals[key], x)
	}
	for _, src := range bySource(t.all) {
		for _, x := range src.candidates(&t) {
			offer(x)
		}
	}
	for _, key := range order {
		best := choose(rivals[key])
		t.add(best.Track)
		if len(best.parts) > 1 {
			t.chosen = append(t.chosen, best.parts...)
		}
	}
	t.chooseCounters(length)
	t.deriveRatios(c)
	t.limit(c)
	return t
}

// add adds a track that stands for a component's figure.
func (t *tracks) add(tr Track) {
	t.index[trackKey{tr.Component, tr.Metric}] = len(t.chosen)
	t.chosen = append(t.chosen, tr)
}

// lostTail is the most that a run is believed to have gone on after its
// history's last row where only its totals tell so, in s.
const lostTail = 15

// length is how long the run was, in s: to the last instant that any file knows
// of it. A history may end before the test did; where its totals hold more
// requests, it went on for as long as those took.
func (c *context) length() float64 {
	if c.history == nil {
		return max(c.whole.End, 0)
	}
	last := c.history0.End
	if end, _ := c.end(); end-c.start > last {
		return end - c.start
	}
	all, ok := c.whole.Requests.Float()
	seen, ok2 := c.history0.Requests.Float()
	rate, ok3 := c.history0.RPS.Float()
	if ok && ok2 && ok3 && all > seen && rate > 0 {
		return last + min((all-seen)/rate, lostTail)
	}
	return last
}

// onRunTime returns the run's tracks with times that count from the run's
// start and readings in their order. Latencies of zero are of no request at
// all: the application shows 0 where nothing was counted.
func onRunTime(c *context) []Track {
	var out []Track
	for i := range c.run.Tracks {
		r := &c.run.Tracks[i]
		tr := Track{Component: r.Component, Instance: r.Instance, Metric: r.Metric, Unit: unitOf(r.Metric), Kind: r.Kind, File: r.File, Step: r.Step, Limit: math.NaN()}
		latency := strings.Contains(r.Metric, "latency")
		for k, at := range r.Time {
			v := r.Value[k]
			if math.IsNaN(v) || math.IsInf(v, 0) || math.IsNaN(at) || latency && v == 0 {
				continue
			}
			at -= c.start
			if n := len(tr.Time); n > 0 && at <= tr.Time[n-1] {
				if at == tr.Time[n-1] {
					tr.Value[n-1] = v
				}
				continue
			}
			tr.Time = append(tr.Time, at)
			tr.Value = append(tr.Value, v)
		}
		if len(tr.Time) > 0 {
			if r.Kind == "app_json" {
				tr.Step = finer(tr.Step, tr.Value)
			}
			out = append(out, tr)
		}
	}
	return out
}

// finer returns the unit of the last digit that most of a track's readings
// have. JSON leaves trailing zeros out, so that 21.3 among 21.287 and 21.294 is
// a figure of three digits, too.
func finer(step float64, values []float64) float64 {
	for range 6 {
		if !(step > 0) {
			return step
		}
		off := 0
		for _, v := range values {
			if q := v / step; math.Abs(q-math.Round(q)) > 1e-3 {
				off++
			}
		}
		if off*10 <= len(values) {
			return step
		}
		step /= 10
	}
	return step
}

// unitOf returns the unit of a metric, by the base unit that its name ends in.
func unitOf(metric string) measure.Unit {
	switch {
	case strings.HasSuffix(metric, "bytes_per_second"), strings.HasSuffix(metric, "_per_second"):
		return measure.PerSecond
	case strings.HasSuffix(metric, "_total"):
		return measure.Count
	case strings.HasSuffix(metric, "_seconds"):
		return measure.Seconds
	case strings.HasSuffix(metric, "_bytes"):
		return measure.Bytes
	case strings.HasSuffix(metric, "_ratio") && metric != "fragmentation_ratio":
		return measure.Ratio
	case metric == "users":
		return measure.Users
	}
	return measure.Count
}

// A source is what one file says of one component.
type source struct {
	kind, file, component string
	metrics               []string // in order of appearance
	tracks                map[string][]Track
}

// bySource sorts tracks by file and component, in order of appearance.
func bySource(all []Track) []*source {
	type id struct{ kind, file, component string }
	var out []*source
	index := map[id]*source{}
	for _, tr := range all {
		k := id{tr.Kind, tr.File, tr.Component}
		s := index[k]
		if s == nil {
			s = &source{kind: tr.Kind, file: tr.File, component: tr.Component, tracks: map[string][]Track{}}
			index[k] = s
			out = append(out, s)
		}
		if len(s.tracks[tr.Metric]) == 0 {
			s.metrics = append(s.metrics, tr.Metric)
		}
		s.tracks[tr.Metric] = append(s.tracks[tr.Metric], tr)
	}
	return out
}

// candidates are the source's figures: gauges over all instances, counters as
// rates, and what can be worked out from several of its figures.
func (s *source) candidates(t *tracks) []candidate {
	var out []candidate
	has := map[string]bool{}
	add := func(tr Track, parts []Track, derived bool) {
		if len(tr.Time) == 0 || has[tr.Metric] {
			return
		}
		has[tr.Metric] = true
		out = append(out, candidate{Track: tr, parts: parts, derived: derived})
	}
	rates := map[string][]Track{}
	for _, metric := range s.metrics {
		if !loadtest.IsCounter(metric) {
			whole, parts := aggregate(s.tracks[metric])
			add(whole, parts, false)
			if n := len(out); n > 0 && out[n-1].Metric == metric {
				out[n-1].coarse = s.onlyAllBackends(metric)
			}
			continue
		}
		key := trackKey{s.component, metric}
		for _, tr := range s.tracks[metric] {
			n := newTotal(tr)
			t.counters[key] = append(t.counters[key], n)
			for _, at := range n.resets {
				t.resets[s.component] = append(t.resets[s.component], counterReset{at: at, metric: metric, instance: tr.Instance, file: tr.File})
			}
			rates[metric] = append(rates[metric], n.rate())
		}
	}
	for _, metric := range s.metrics {
		if loadtest.IsCounter(metric) {
			whole, parts := aggregate(rates[metric])
			add(whole, parts, true)
		}
	}
	for _, d := range derivations {
		if tr, ok := d(s, t); ok {
			add(tr, nil, true)
		}
	}
	return out
}

// onlyAllBackends reports whether a count of connections is one of all of a
// server's backends only, its own among them.
func (s *source) onlyAllBackends(metric string) bool {
	return !slices.ContainsFunc(s.tracks[metric], func(tr Track) bool { return tr.Instance != loadtest.AllBackends })
}

// measureCover finds out how much of the run a candidate saw.
func (x *candidate) measureCover(length float64) {
	n := len(x.Time)
	x.before = x.Time[0] < 0
	x.interval = math.Inf(1)
	if n > 1 {
		gaps := make([]float64, n-1)
		for i := range gaps {
			gaps[i] = x.Time[i+1] - x.Time[i]
		}
		slices.Sort(gaps)
		x.interval = gaps[(n-2)/2]
	}
	if !(length > 0) {
		x.covers = 1
		return
	}
	// A reading stands for two and a half intervals, and no less than ten
	// seconds.
	reach := 10.0
	if n > 1 {
		reach = max(10, 2.5*x.interval)
	}
	reach = min(reach, 120)
	seen, last := 0.0, 0.0
	for _, at := range x.Time {
		from, to := max(at-reach/2, last), min(at+reach/2, length)
		if to > from {
			seen += to - from
			last = to
		}
	}
	x.covers = seen / length
}

// interval returns the median number of seconds between a track's readings.
func (t *Track) interval() float64 {
	x := candidate{Track: *t}
	x.measureCover(0)
	return x.interval
}

// within returns the readings of seconds from up to to, both included.
func (t *Track) within(from, to float64) (time, value []float64) {
	i, _ := slices.BinarySearch(t.Time, from)
	j, _ := slices.BinarySearchFunc(t.Time, to, func(a, b float64) int {
		if a <= b {
			return -1
		}
		return cmp.Compare(a, b)
	})
	return t.Time[i:max(i, j)], t.Value[i:max(i, j)]
}
