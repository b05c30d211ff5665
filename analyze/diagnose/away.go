package diagnose

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// awayLeast is how long a component's monitor must get no answer for it to
// count, s: a single reading may be lost on its way.
const awayLeast = 5.

// away returns the longest stretch of the load in which a component did not
// answer its monitor.
func (s *scene) away(component string) (sp span, ok bool) {
	end, known := s.a.Run.Duration.Float()
	if !known {
		end = math.Inf(1)
	}
	for _, t := range s.series(component, "up") {
		if t.Instance != "" {
			continue
		}
		for i := 0; i < len(t.Time); i++ {
			if t.Value[i] != 0 || t.Time[i] < 0 || t.Time[i] > end {
				continue
			}
			j := i
			for j+1 < len(t.Time) && t.Value[j+1] == 0 {
				j++
			}
			if d := t.Time[j] - t.Time[i]; d >= awayLeast && d > sp.to-sp.from {
				sp, ok = span{from: t.Time[i], to: math.Min(t.Time[j], end), known: true}, true
			}
			i = j
		}
	}
	return sp, ok
}

// awaySaid says it: "the cache did not answer its monitor from 45 s to 1 min
// 40 s of the run".
func awaySaid(component string, sp span) string {
	return fmt.Sprintf("the %s did not answer its monitor from %s to %s of the run", component, measure.Span(math.Round(sp.from)), measure.Span(math.Round(sp.to)))
}

// around is the mean latency in the 20 s before a stretch, and in it.
func (s *scene) around(sp span) (before, during float64) {
	return median(s.meansIn(span{from: math.Max(0, sp.from-20), to: sp.from - 3})), median(s.meansIn(span{from: sp.from + 3, to: sp.to}))
}

// awayIssues are the parts of the system that did not answer for a time and that
// no finding speaks of: that users had nothing of it this time is no reason not
// to know.
func awayIssues(s *scene) []analyze.Issue {
	var out []analyze.Issue
	for _, component := range [...]string{database, cache} {
		sp, ok := s.away(component)
		told := false
		for _, f := range s.a.Diagnosis.Findings {
			told = told || f.Kind == "cache" && component == cache || f.Kind == "crash"
		}
		if !ok || told {
			continue
		}
		out = append(out, analyze.Issue{Severity: "P1", Title: fmt.Sprintf("The %s was away for %s", component, measure.Span(math.Round(sp.to-sp.from))), Evidence: awaySaid(component, sp) + s.meanWhile(sp)})
	}
	return out
}

// lookForCacheAway: the cache was not there for a part of the load, so that
// what it had answered went to the database.
func (s *scene) lookForCacheAway(b blame) (outcome, bool) {
	sp, ok := s.away(cache)
	if !ok || sp.from > s.stress.to {
		return outcome{}, false
	}
	up := s.series(cache, "up")
	t := noTerms()
	if b.named > 0 {
		t.text = b.term()
	}
	t.saturation = 1
	t.order = s.precedes(sp.from, up)
	if s.drifts {
		t.order = 0
		if math.Abs(s.drift.at-sp.from) <= 10 {
			t.order = 1
		}
	}
	said := awaySaid("cache", sp)
	f := analyze.Finding{Title: "Cache unreachable", Component: "cache", Onset: sp.from, Impact: s.impact()}
	f.Evidence = append(f.Evidence, evidence(said, sp.to-sp.from, measure.Seconds, up))
	before, during := s.around(sp)
	if !(during >= 1.5*before) && !(b.share >= .1) && !(s.onset >= sp.from-awayLeast) {
		return isClear(said + ", but latency did not rise with it and no failure names it"), true
	}
	if during >= 1.5*before {
		more := fmt.Sprintf("the mean latency was %s while it was away and %s in the 20 s before", seconds(during), seconds(before))
		said += "; " + more
		f.Evidence = append(f.Evidence, evidence(more, during, measure.Seconds, nil))
	}
	if b.named > 0 {
		said = join(said, fmt.Sprintf("%s %s name it", whole(b.named), b.where))
		f.Evidence = append(f.Evidence, evidence(b.said("the cache"), b.named, measure.Count, nil))
	}
	f.Symptom = upper(said)
	f.Recommendation = "Find out why the cache went away (its log and the kernel's of that second), and size the database and its pool for the load without it, or keep a second instance of the cache"
	o := isFound(f, t)
	o.independent = true
	return o, true
}
