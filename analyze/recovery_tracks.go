package analyze

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
)

// Recovery by resources, for runs that sent no requests at a lower load after
// the peak (methods.md 2.1 g): nobody measured latency then, but whoever
// recorded the system until after the load saw its resources go back to
// normal, or stay where they were.

// relievedMetrics are the figures that load raises and its end lowers again.
// What a system keeps for the next time (memory, open connections, pools'
// sizes) and what follows the requests sent (throughputs) tells nothing of
// recovery.
var relievedMetrics = []string{
	"request_queue", "pool_waiting", "pool_in_use", "worker_threads", "connections_active",
	"lock_waits", "connections_waiting", "query_latency_seconds", "cpu_ratio", "cpu_cores", "disk_busy_ratio",
}

// The limits of what is normal, and of what tells.
const (
	normalBand  = .2  // of the normal figure that readings may lie above it
	excursion   = .05 // of the distance from normal to that under load
	clearlyAway = 2.5 // bands above normal from which a resource was away
	stillAway   = .5  // of the distance at which it has not come back at all
	tailReading = 4   // readings after the load that it takes to tell
	underLoad   = 10  // s before the load's end that tell its figure under load
	watched     = 900 // s after the load that are looked at
)

// A relief is how one resource came back after the load.
type relief struct {
	track                      *Track
	normal, loaded, last       float64 // base units
	normalFrom                 string
	seconds, low, high, watchd float64 // s after the load's end; seconds NaN: not back
	away                       bool    // not back, and no nearer than half the distance
}

// reliefOf follows a track after second drop of the run; ok is false where it
// was not away from its normal figure under load, or tells too little.
//
// The figure is back at the first reading after which no two in succession
// leave the normal band; a single one is an accident of sampling. It is known
// to the readings' interval, and rates and shares tell of the interval that
// ends at their reading.
func (c *context) reliefOf(baseline *context, tr *Track, drop float64) (relief, bool) {
	r := relief{track: tr, seconds: math.NaN()}
	row := &resourceRow{metric: tr.Metric, unit: tr.Unit}
	if known := slices.IndexFunc(resourceRows, func(r resourceRow) bool { return slices.Contains(r.tracks, tr.Metric) }); known >= 0 {
		row = &resourceRows[known]
	}
	normal, from := c.normalOf(baseline, tr.Component, row, tr)
	n, known := normal.Float()
	_, loaded := tr.within(drop-underLoad, drop)
	times, values := tr.within(math.Nextafter(drop, math.Inf(1)), drop+watched)
	if !known || len(loaded) == 0 || len(times) < tailReading {
		return r, false
	}
	r.normal, r.normalFrom, r.loaded = n, from, median(slices.Clone(loaded))
	band := max(normalBand*n, excursion*(r.loaded-n), tr.Step)
	if _, idle := tr.within(-idleBefore, loadBegins); from == normalIdle && len(idle) > 0 {
		sorted := slices.Sorted(slices.Values(idle))
		band = max(band, sorted[(len(sorted)-1)*19/20]-n)
	}
	if r.loaded < n+max(clearlyAway*band, worthwhile(tr)) {
		return r, false
	}
	interval := tr.interval()
	if interval > underLoad {
		return r, false
	}
	out := func(i int) bool { return values[i] > n+band }
	last := -1
	for i := range values {
		if out(i) && (i == 0 || last == i-1 || i+1 == len(values) || out(i+1)) {
			last = i
		}
	}
	r.watchd = times[len(times)-1] - drop
	r.last = median(slices.Clone(values[max(0, len(values)-enough):]))
	if len(values)-1-last < enough {
		r.away = r.last >= n+stillAway*(r.loaded-n)
		return r, true
	}
	r.high = times[last+1] - drop
	if last >= 0 {
		r.low = max(0, times[last]-interval-drop)
	}
	r.seconds = (r.low + r.high) / 2
	if last >= 0 && times[last] > drop {
		r.seconds = times[last] - drop
	}
	return r, true
}

// worthwhile is the least that load raises a figure by, in its base unit, for
// its way back to tell anything.
func worthwhile(tr *Track) float64 {
	switch tr.Unit {
	case measure.Seconds:
		return .01
	case measure.Ratio:
		return .2
	}
	if tr.Metric == "cpu_cores" {
		return .2
	}
	return 2
}

// reliefs are the resources that were away from normal when the load went
// down, at second drop of the run.
func (c *context) reliefs(baseline *context, drop float64) []relief {
	var out []relief
	hasApp := c.tracks.first("app", "cpu_ratio", "cpu_cores") != nil
	for i := range c.tracks.chosen {
		tr := &c.tracks.chosen[i]
		if tr.Instance != "" || tr.Component == "load_generator" || !slices.Contains(relievedMetrics, tr.Metric) {
			continue
		}
		if tr.Component == "host" && hasApp {
			continue // the load generator's part may be in it
		}
		if r, ok := c.reliefOf(baseline, tr, drop); ok {
			out = append(out, r)
		}
	}
	return out
}

// byResources answers recovery from resources, where targets were missed until
// the load went away and no requests tell of the time after it. It reports
// whether they could tell.
func (a capacityAnswer) byResources(baseline *context) bool {
	drop, o := a.res.Recovery.Drop, a.out
	all := a.c.reliefs(baseline, drop)
	if len(all) == 0 {
		return false
	}
	slices.SortStableFunc(all, func(x, y relief) int {
		switch {
		case math.IsNaN(x.seconds) != math.IsNaN(y.seconds):
			if math.IsNaN(x.seconds) {
				return -1
			}
			return 1
		case x.seconds > y.seconds:
			return -1
		case x.seconds < y.seconds:
			return 1
		}
		return 0
	})
	worst := all[0]
	unseen := "No requests were sent at a lower load after the peak, so that latency and errors after it were not seen."
	src := measure.Source{File: worst.track.File, Column: trackName(worst.track), Formula: "seconds from the load's end to the first reading from which on no two in succession were beyond the normal figure by more than a fifth"}
	since := fmt.Sprintf("the load's end at %s of the run (%.0f users)", measure.Span(drop), a.res.Recovery.Peak)
	if !math.IsNaN(worst.seconds) {
		o.RecoveryOutcome, o.RecoveryByResources = Recovered, true
		o.Recovery = measure.Within(worst.seconds, worst.low, worst.high, measure.Seconds, measure.Estimated, src)
		o.RecoveryText = measure.Format(o.Recovery, measure.Style{Scale: "seconds"}) + ", by its resources"
		o.RecoveryNote = fmt.Sprintf("%s The resources were back at their normal figures after %s: the last was %s.", unseen, since, worst.text())
		if n := len(all) - 1; n > 0 {
			o.RecoveryNote += " Before it: " + joinReliefs(all[1:min(n+1, 4)]) + "."
		}
		return true
	}
	stuck := slices.IndexFunc(all, func(r relief) bool { return r.away })
	if stuck < 0 {
		o.RecoveryText = "not observed"
		o.RecoveryNote = fmt.Sprintf("%s When the readings ended %.0f s after %s, %s. Needs %s.", unseen, worst.watchd, since, worst.text(), needTail)
		o.Recovery = measure.None(measure.Seconds, measure.NotIdentifiable, needTail)
		return true
	}
	r := all[stuck]
	src.File, src.Column, src.Formula = r.track.File, trackName(r.track), "seconds from the load's end to the last reading"
	o.RecoveryOutcome, o.RecoveryByResources = NotRecovered, true
	o.Recovery = measure.Within(r.watchd, r.watchd, math.Inf(1), measure.Seconds, measure.Bounded, src)
	o.RecoveryText = fmt.Sprintf("not within %.0f seconds, by its resources", r.watchd)
	o.RecoveryNote = fmt.Sprintf("%s %.0f s after %s, when the readings ended, %s.", unseen, r.watchd, since, r.text())
	return true
}

// text says how a resource came back: "the database's active connections (10,
// then 1; normal 1) after 4 s".
func (r relief) text() string {
	value := func(v float64) string {
		if r.track.Metric == "cpu_cores" {
			return percent(v) + " of a core"
		}
		return measure.Format(measure.Of(v, r.track.Unit), measure.Style{Plain: true})
	}
	name := "the " + wordsOfTrack(r.track)
	if math.IsNaN(r.seconds) {
		return fmt.Sprintf("%s stood at %s; under load at %s, normal is %s (%s)", name, value(r.last), value(r.loaded), value(r.normal), r.normalFrom)
	}
	return fmt.Sprintf("%s after %.0f s (%s under load, then %s; normal is %s, of %s)", name, r.seconds, value(r.loaded), value(r.last), value(r.normal), r.normalFrom)
}

// wordsOfTrack names a resource's figure as people do: "database's active
// connections".
func wordsOfTrack(tr *Track) string {
	words := map[string]string{
		"request_queue": "request queue", "pool_waiting": "queue for pool connections", "pool_in_use": "pool connections in use",
		"worker_threads": "busy workers", "connections_active": "active connections", "lock_waits": "waits for locks",
		"connections_waiting": "waiting connections", "query_latency_seconds": "query latency", "cpu_ratio": "CPU use",
		"cpu_cores": "CPU use", "disk_busy_ratio": "disk use",
	}[tr.Metric]
	return ComponentWords(tr.Component) + "'s " + words
}

func joinReliefs(all []relief) string {
	var texts []string
	for _, r := range all {
		texts = append(texts, fmt.Sprintf("the %s after %.0f s", wordsOfTrack(r.track), r.seconds))
	}
	return strings.Join(texts, ", ")
}
