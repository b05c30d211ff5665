package diagnose

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// By how much an endpoint must slow down more than the usual request to stand
// out where all slow down: in seconds, since what all wait for costs each of
// them the same, and in times, since a scarce processor makes dear requests
// dearer in proportion. Only what an endpoint waits for alone does both.
const (
	outRise   = 5.0
	outFactor = 2.0
)

// standingOut are the endpoints that slowed down by far more than the usual
// request, and the others.
func (s *scene) standingOut() (out, others []change) {
	var all []change
	for _, c := range s.endpoints {
		if c.nAfter >= 20 && c.nBefore >= 3 && !math.IsNaN(c.after) && c.before > 0 {
			all = append(all, c)
		}
	}
	rise := usual(all, func(c change) float64 { return math.Max(0, c.after-c.before) })
	factor := usual(all, change.factor)
	for _, c := range all {
		if c.after-c.before >= math.Max(outRise*rise, .05) && c.factor() >= math.Max(outFactor*factor, slowFactor) {
			out = append(out, c)
		} else {
			others = append(others, c)
		}
	}
	return out, others
}

// togetherMost is how many times the least rise the greatest may be for
// endpoints to wait for one thing.
const togetherMost = 2.5

// roseTogether reports whether endpoints slowed down by much the same number of
// seconds, which is what a wait that all go through adds to each; but for some
// that are hardly asked for, such as health checks.
func (s *scene) roseTogether() bool {
	var all []change
	for _, c := range s.endpoints {
		if c.nAfter >= 20 && c.nBefore >= 3 && !math.IsNaN(c.after) && !math.IsNaN(c.before) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b change) int { return cmp.Compare(a.after-a.before, b.after-b.before) })
	for k := range all {
		if rest := all[k:]; len(rest) >= 3 && trifling(all[:k], rest) {
			low, high := rest[0], rest[len(rest)-1]
			if d := low.after - low.before; d >= slowBy && high.after-high.before <= togetherMost*d {
				return true
			}
		}
	}
	return false
}

// usual is the median of a figure over the requests of light load: what slowed
// down is asked for less often under stress.
func usual(cs []change, of func(change) float64) float64 {
	cs = slices.Clone(cs)
	slices.SortFunc(cs, func(a, b change) int { return cmp.Compare(of(a), of(b)) })
	total, sum := 0., 0.
	for _, c := range cs {
		total += c.weightA
	}
	for _, c := range cs {
		if sum += c.weightA; sum >= total/2 {
			return of(c)
		}
	}
	return math.NaN()
}

// wentFrom says what became of the mean latency of endpoints taken together:
// "21 ms before, 118 ms now".
func wentFrom(cs []change) string {
	before, nb, after, na := 0., 0., 0., 0.
	for _, c := range cs {
		before, nb = before+c.nBefore*c.before, nb+c.nBefore
		after, na = after+c.nAfter*c.after, na+c.nAfter
	}
	return fmt.Sprintf("took %s (%s before)", seconds(after/na), seconds(before/nb))
}
