package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/measure"
)

// awayLeast is how long a component must not answer its monitor to be away, s.
const awayLeast = 5.

// asked reports whether the cache was asked for anything in the run before a
// second: what does not use it has nothing to fall back from.
func asked(hits *Track, before float64) bool {
	if hits == nil {
		return false
	}
	at, _ := hits.within(0, before)
	return len(at) > 0
}

// withoutCache says how the requests fared while the cache did not answer its
// monitor: answered without it or not. ok is false where it always answered.
func (c *context) withoutCache() (m Mechanism, ok bool) {
	m.Name = "Cache Fallback"
	for _, u := range c.unreachables() {
		if u.component != "cache" || math.Min(u.to, c.length())-u.from < awayLeast || c.history == nil || !asked(c.tracks.of("cache", "hit_ratio"), u.from) {
			continue
		}
		from, to := -1, -1
		for i := range c.history.Time {
			if at := c.at(i); at >= u.from && at <= u.to {
				if from < 0 {
					from = i
				}
				to = i
			}
		}
		if from < 0 || to <= from {
			continue
		}
		w := c.window(from, to)
		e, known := w.ErrorRateWithout429().Float()
		if !known {
			e, known = w.ErrorRateWith429().Float()
		}
		if !known {
			continue
		}
		said := "while the cache did not answer its monitor, from " + measure.Span(math.Round(u.from)) + " to " + measure.Span(math.Round(math.Min(u.to, c.length()))) + " of the run, " +
			measure.Format(measure.Of(e, measure.Ratio), measure.Style{}) + " of the requests failed"
		if e < .05 {
			m.Seen, m.Evidence = Yes, said+": they were answered without it"
		} else {
			m.Seen, m.Evidence = No, said
		}
		return m, true
	}
	return m, false
}
