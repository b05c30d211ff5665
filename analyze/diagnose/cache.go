package diagnose

import (
	"fmt"
	"math"
	"regexp"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// cacheTexts are Redis' own words for what it refuses.
var cacheTexts = regexp.MustCompile(`(?i)OOM command not allowed|\bmaxmemory\b|MISCONF Redis|LOADING Redis|READONLY You can't write|redis\.exceptions|redis (connection|server) (is )?(refused|down|lost)|cache (is )?(unavailable|down)`)

// What a working cache answers at least, and by how much its share of hits
// must fall to have collapsed.
const (
	goodHits = .8
	collapse = .2
)

// lookAtCache: the cache throws out what will be asked for again, or answers
// much less than before, so that the database gets the requests.
func lookAtCache(s *scene) outcome {
	hits := s.series(cache, "hit_ratio")
	if len(hits.in(s.stress)) == 0 {
		hits = s.series(app, "hit_ratio")
	}
	evicted := s.rate("evictions_total", cache)
	memory := s.series(cache, "memory_bytes")
	limit := s.limit(memory, "memory_limit_bytes")
	b := s.blame([]string{"cache"}, cacheTexts)
	if o, ok := s.lookForCacheAway(b); ok {
		return o
	}
	if o, ok := s.lookAtCacheCPU(); ok {
		return o
	}
	h, e, m := hits.in(s.stress), evicted.in(s.stress), memory.in(s.stress)
	if len(h) == 0 && len(e) == 0 && !(b.share >= .1) {
		if len(m) > 0 {
			return isClear(fmt.Sprintf("the cache was not asked for anything (%s in use)", bytes(median(m))))
		}
		return isBlind("snapshots of the cache (redis-cli INFO) during the run")
	}
	ratio, evictions := median(h), mean(e)
	shown := s.hitRate(ratio)
	before := median(hits.in(s.light))
	evicting := len(e) > 0 && share(e, 1e-9) >= .5 && evictions >= 1
	atLimit := limit > 0 && share(m, .9*limit) >= .5
	fell := before-ratio >= collapse
	poor := ratio < goodHits
	// A cache that throws out as much as it takes in has no room; one that has
	// room misses because it is cold or because what is asked for differs.
	found := evicting && (poor || fell) && (atLimit || math.IsNaN(limit)) || fell && poor && len(h) >= 3 || b.share >= .1
	if !found {
		said := "the cache was not asked for anything"
		if len(h) > 0 {
			said = fmt.Sprintf("the cache answered %s of the look-ups %s", percent(shown), s.stress.name)
		}
		if len(e) > 0 {
			said += fmt.Sprintf(", %s evictions/s", digits(evictions))
		}
		return isClear(said)
	}
	t := noTerms()
	if b.named > 0 {
		t.text = b.term()
	}
	if limit > 0 {
		t.saturation = saturated(m, limit)
	}
	switch {
	case evicting:
		t.waiting = s.waits(evicted)
		if t.waiting == .5 { // it evicted at light load too: its hits decide
			t.waiting = clamp((goodHits - ratio) / .3)
		}
	case fell:
		t.waiting = clamp((before - ratio) / .4)
	}
	onset := s.first(evicted, 1)
	t.order = s.precedes(onset, evicted)
	if !evicting {
		t.order = math.NaN()
	}
	t.shift = s.tieBreaker(hits)
	f := analyze.Finding{Component: "cache", Onset: onset, Impact: s.impact()}
	said := ""
	if len(h) > 0 {
		said = fmt.Sprintf("the cache answered only %s of the look-ups %s", percent(shown), s.stress.name)
		if fell {
			said += fmt.Sprintf(" (%s at light load)", percent(before))
		}
		f.Evidence = append(f.Evidence, evidence(said, ratio, measure.Ratio, hits))
	}
	if evicting {
		more := fmt.Sprintf("%s evictions/s", digits(evictions))
		f.Evidence = append(f.Evidence, evidence(more, evictions, measure.PerSecond, evicted))
		said = join(said, more)
		if limit > 0 {
			used := fmt.Sprintf("%s of %s in use", bytes(median(m)), bytes(limit))
			f.Evidence = append(f.Evidence, evidence(used, median(m), measure.Bytes, memory))
			said += " with " + used
		}
		said += s.since("evicting", onset)
	}
	if b.named > 0 {
		said = join(said, fmt.Sprintf("%s %s name the cache", whole(b.named), b.where))
		f.Evidence = append(f.Evidence, evidence(b.said("the cache"), b.named, measure.Count, nil))
	}
	f.Symptom = upper(said)
	f.Recommendation = "Look at what made the cache miss: keys that expire together, a flush, or keys that do not repeat"
	if evicting {
		f.Recommendation = "Give the cache more memory, or keep less in it (shorter lives, smaller values)"
		if limit > 0 {
			f.Recommendation = fmt.Sprintf("Raise the cache's memory limit above %s, or keep less in it (shorter lives, smaller values): it evicts %s/s to stay below", bytes(limit), digits(evictions))
		}
	}
	if x := s.throughput(); x > 0 && ratio < 1 {
		f.Recommendation += fmt.Sprintf("; at %s hits, %s of the look-ups go to the database instead", percent(shown), percent(1-shown))
	}
	o := isFound(f, t)
	o.independent = true
	return o
}

// hitRate is the share of look-ups that the cache answered, to be shown: the
// one in the table of resources where it is of the same stretch, else that of
// the readings.
func (s *scene) hitRate(readings float64) float64 {
	if p := s.peak(); p == nil || s.stress.from != p.Start || s.stress.to != p.End {
		return readings
	}
	for i := range s.a.Resources {
		if r := &s.a.Resources[i]; r.Component == cache && r.Metric == "hit_rate" {
			if x, ok := r.Peak.Float(); ok {
				return x
			}
		}
	}
	return readings
}
