package analyze

import (
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/measure"
)

// derivations are figures that are worked out from several of one file's.
var derivations = []func(*source, *tracks) (Track, bool){
	(*source).hitRatio,
	(*source).queryLatency,
	(*source).connectionsByState,
}

// hitWindow is the stretch over which a share of look-ups is taken, in s.
const hitWindow = 10.0

// counterOf returns the source's own counter over all instances.
func (s *source) counterOf(t *tracks, metric string) (runningTotal, bool) {
	var own []runningTotal
	for _, n := range t.counters[trackKey{s.component, metric}] {
		if n.Kind == s.kind && n.File == s.file {
			own = append(own, n)
		}
	}
	switch len(own) {
	case 0:
		return runningTotal{}, false
	case 1:
		return own[0], true
	}
	if i := slices.IndexFunc(own, func(n runningTotal) bool { return n.Instance == "" }); i >= 0 {
		return own[i], true
	}
	// The instances' growth is added up, so that one that restarts is no
	// restart of the others.
	grown := make([]Track, len(own))
	for i, n := range own {
		grown[i] = n.Track
		grown[i].Value = n.sum
	}
	return newTotal(merged(grown)), true
}

// hitRatio is hits ÷ (hits + misses), over ten seconds at a time.
func (s *source) hitRatio(t *tracks) (Track, bool) {
	hits, ok := s.counterOf(t, "hits_total")
	misses, ok2 := s.counterOf(t, "misses_total")
	if !ok || !ok2 {
		return Track{}, false
	}
	return quotientOf(hits, misses, "hit_ratio", hitWindow, func(h, m float64) float64 { return h / (h + m) })
}

// queryLatency is the time spent in queries ÷ queries, over ten seconds at a
// time.
func (s *source) queryLatency(t *tracks) (Track, bool) {
	spent, ok := s.counterOf(t, "query_seconds_total")
	queries, ok2 := s.counterOf(t, "queries_total")
	if !ok || !ok2 {
		return Track{}, false
	}
	return quotientOf(spent, queries, "query_latency_seconds", hitWindow, func(spent, n float64) float64 { return spent / n })
}

// quotientOf works a figure out from the growth of two counters over a sliding
// stretch; where neither grew there is none.
func quotientOf(a, b runningTotal, metric string, stretch float64, f func(a, b float64) float64) (Track, bool) {
	out := a.Track
	out.Instance, out.Metric, out.Unit, out.Step = "", metric, unitOf(metric), 0
	out.Time, out.Value = nil, nil
	from := 0
	for i := range a.Time {
		for from < i && a.Time[i]-a.Time[from] > stretch {
			from++
		}
		k := from
		if k == i {
			k = i - 1
		}
		if k < 0 {
			continue
		}
		v := f(a.sum[i]-a.sum[k], b.sumAt(a.Time[i])-b.sumAt(a.Time[k]))
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		out.Time = append(out.Time, a.Time[i])
		out.Value = append(out.Value, v)
	}
	return out, len(out.Time) > 0
}

// connectionsByState adds a server's connections up where only their states
// are known.
func (s *source) connectionsByState(*tracks) (Track, bool) {
	if len(s.tracks["connections"]) > 0 || len(s.tracks["connections_active"]) == 0 {
		return Track{}, false
	}
	var parts []Track
	for _, m := range []string{"connections_active", "connections_idle", "connections_idle_in_transaction"} {
		if tr, _ := aggregate(s.tracks[m]); len(tr.Time) > 0 {
			tr.Metric, tr.Instance = "connections", m
			parts = append(parts, tr)
		}
	}
	whole, _ := aggregate(parts)
	return whole, len(parts) > 1
}

// hostCores returns how many processors the host has, where it is known.
func (t *tracks) hostCores() (float64, bool) {
	if tr := t.of("host", "cpu_limit_cores"); tr != nil {
		if n := slices.Max(tr.Value); n > 0 {
			return n, true
		}
	}
	return 0, false
}

// deriveRatios works out what share of its processors a component uses, where
// only the cores are known: of those that it may use, else of the host's.
func (t *tracks) deriveRatios(c *context) {
	for _, tr := range slices.Clone(t.chosen) {
		if tr.Metric != "cpu_cores" || tr.Instance != "" || t.of(tr.Component, "cpu_ratio") != nil {
			continue
		}
		cores, ok := 0.0, false
		if tr.Component == "load_generator" {
			cores, ok = c.generatorCores(), true
		} else if limit := t.of(tr.Component, "cpu_limit_cores"); limit != nil {
			cores, ok = slices.Max(limit.Value), true
		}
		if !ok || !(cores > 0) {
			cores, ok = t.hostCores()
		}
		if !ok {
			continue
		}
		ratio := tr
		ratio.Metric, ratio.Unit, ratio.Step = "cpu_ratio", measure.Ratio, tr.Step/cores
		ratio.Value = make([]float64, len(tr.Value))
		for i, v := range tr.Value {
			ratio.Value[i] = v / cores
		}
		t.add(ratio)
	}
}
