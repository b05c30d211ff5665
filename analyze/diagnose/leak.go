package diagnose

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// What makes growth at one load a leak that users feel: memory that grows by
// half and by more than a heap breathes, in every quarter of the stretch, while
// latency climbs with it.
const (
	leakFactor = 1.5
	leakBytes  = 20 << 20
)

// lookForLeak: the application keeps memory of the requests it has served and
// slows down with it, without coming near a limit. Growth alone is no fault,
// and neither is it where latency rose at one moment.
func (s *scene) lookForLeak(sr series) (outcome, bool) {
	if !s.drifts || !s.drift.gradual {
		return outcome{}, false
	}
	d := s.drift
	quarter := (d.to - d.from) / 4
	var q [4]float64
	for k := range q {
		q[k] = median(sr.in(span{from: d.from + float64(k)*quarter, to: d.from + float64(k+1)*quarter}))
		if math.IsNaN(q[k]) || k > 0 && !(q[k] > q[k-1]) {
			return outcome{}, false
		}
	}
	v := sr.in(d.span)
	first, last := v[0], v[len(v)-1]
	if last < leakFactor*first || last-first < leakBytes {
		return outcome{}, false
	}
	slope := (last - first) / (d.to - d.from)
	grew := fmt.Sprintf("%s, and the memory of the application grew with it from %s to %s, by %s/s and without levelling off",
		d.said(), bytes(first), bytes(last), bytes(slope))
	t := noTerms()
	t.saturation = .6 // it grows with the latency; that it is the cause a heap profile tells
	f := analyze.Finding{Component: "memory of the application", Onset: d.from, Symptom: upper(grew), Impact: s.impact()}
	f.Evidence = append(f.Evidence, evidence(grew, last, measure.Bytes, sr))
	f.Recommendation = "Find what the application keeps (a heap profile early and late in such a run), and what it does that takes longer the more it keeps"
	if x := s.throughput(); x > 0 {
		f.Recommendation = fmt.Sprintf("Find what the application keeps of every request, about %s (%s/s ÷ %s), and what takes longer the more it keeps: a heap profile early and late in such a run shows it", bytes(slope/x), bytes(slope), perSecond(x))
	}
	return isFound(f, t), true
}

// keepsOn is the share of its first growth that memory must still grow by at the
// end for it not to level off.
const keepsOn = .6

// growthIssue is memory that grows at one load and does not level off. Nobody
// feels it yet, and a run of this length cannot tell a leak from a heap that is
// still filling: that a longer one can is what to know.
func growthIssue(s *scene) []analyze.Issue {
	sr := s.series(app, "memory_bytes")
	held, ok := s.heldLoad()
	if !ok || len(sr) == 0 || spokenOf(s.a, "memory") || s.restarts() > 0 {
		return nil
	}
	quarter := (held.to - held.from) / 4
	var q [4]float64
	for k := range q {
		q[k] = median(sr.in(span{from: held.from + float64(k)*quarter, to: held.from + float64(k+1)*quarter}))
	}
	first := q[1] - q[0]
	v := sr.in(held)
	if !(first > 0) || !(q[2]-q[1] >= keepsOn*first) || !(q[3]-q[2] >= keepsOn*first) || v[len(v)-1] < leakFactor*v[0] || v[len(v)-1]-v[0] < leakBytes {
		return nil
	}
	slope := (q[3] - q[0]) / (3 * quarter)
	said := fmt.Sprintf("from %s to %s in %s at a constant %s, by %s/s", bytes(v[0]), bytes(v[len(v)-1]), measure.Span(math.Round(held.to-held.from)), count(s.usersIn(held), "user", "users"), bytes(slope))
	if x := s.rpsIn(held); x > 0 {
		said += fmt.Sprintf(" or %s a request", bytes(slope/x))
	}
	if l := s.limit(sr, "memory_limit_bytes"); l > v[len(v)-1] {
		said += fmt.Sprintf("; at that rate the %s there are last %s", bytes(l), measure.Span(math.Round((l-v[len(v)-1])/slope)))
	}
	return []analyze.Issue{{Severity: "P2", Title: "The application's memory grew and did not level off: a longer run tells whether it is a leak", Evidence: said}}
}
