package diagnose

import (
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze"
)

// withoutTheirCauses holds for suspected what is held for much longer than at
// light load while something that would explain that could not be looked at: it
// may be full only behind that. Failures that name it say that it ran out all the
// same, whatever stands behind it.
func withoutTheirCauses(hits []*outcome, d *analyze.Diagnosis) {
	for _, o := range hits {
		if !(o.hold >= longerHeld) || o.terms.text > 0 || explained(o, hits) {
			continue
		}
		var unseen []analyze.Gap
		for _, g := range d.NotLookedAt {
			if slices.ContainsFunc(links[:], func(l link) bool { return l.effect == o.kind && l.cause == g.Kind && l.held }) {
				unseen = append(unseen, g)
			}
		}
		if len(unseen) == 0 {
			continue
		}
		f := &o.finding
		f.Suspected = true
		f.Score = math.Min(f.Score, suspectedMost)
		f.Symptom += fmt.Sprintf("; each was held %s times as long as at light load, and what could hold it, %s, could not be looked at", digits(o.hold), and(nouns(unseen)))
		f.Recommendation = fmt.Sprintf("Find out first what makes it be held %s times as long as at light load", digits(o.hold))
	}
}

// explained reports whether something else that was found stands behind o.
func explained(o *outcome, hits []*outcome) bool {
	return slices.ContainsFunc(hits, func(c *outcome) bool {
		return !c.finding.Suspected && slices.ContainsFunc(links[:], func(l link) bool { return l.effect == o.kind && l.cause == c.kind })
	})
}
