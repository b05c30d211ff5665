package diagnose

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// lookAtCacheCPU: a cache that runs commands one after the other, as Redis
// does, is at its limit with one core, however many there are: costly commands
// keep all others waiting.
func (s *scene) lookAtCacheCPU() (outcome, bool) {
	sr := s.series(cache, "cpu_cores")
	v := sr.in(s.stress)
	if len(v) == 0 || median(v) < .85 || quantile(v, .95) < cpuHighest {
		return outcome{}, false
	}
	use := fmt.Sprintf("the cache used %s of the one core that it runs commands on %s", percent(mean(v)), s.stress.name)
	t := noTerms()
	t.saturation = saturated(v, 1)
	t.demand = s.demandTerm(math.Min(1, mean(v)))
	onset := s.first(sr, .85)
	t.order = s.precedes(onset, sr)
	t.shift = s.tieBreaker(sr)
	f := analyze.Finding{Title: "Processor of the cache", Component: "processor of the cache", Onset: onset, Symptom: upper(use) + s.since("so", onset), Impact: s.impact()}
	f.Evidence = append(f.Evidence, evidence(use, mean(v), measure.Ratio, sr))
	f.Recommendation = "Find the commands that take the time (SLOWLOG GET, INFO commandstats): scripts, KEYS and commands on large values keep all others waiting; spread the keys over several instances if each command is cheap"
	if r := s.anywhere("commands_per_second", cache).in(s.stress); len(r) > 0 && mean(r) > 0 {
		f.Recommendation += fmt.Sprintf("; a command takes %s of it now (%s cores ÷ %s)", seconds(mean(v)/mean(r)), digits(mean(v)), perSecond(mean(r)))
	}
	o := isFound(f, t)
	o.independent = true
	return o, true
}
