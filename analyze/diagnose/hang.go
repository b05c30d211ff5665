package diagnose

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// hung reports whether an outage was one in which requests waited and were
// answered in the end: the process was there, took them and did nothing. It
// returns the latency of the slowest, s.
//
// A process that ended refuses or resets connections; one that hangs does not,
// and its uptime goes on.
func (s *scene) hung() (slowest float64, ok bool) {
	st := s.a.Stability
	if len(st.Outages) == 0 || len(st.Restarts) > 0 || s.restarts() > 0 {
		return 0, false
	}
	if n, _, _ := s.crashLines(); n > 0 {
		return 0, false
	}
	longest := 0.
	for _, o := range st.Outages {
		longest = math.Max(longest, o.End-o.Start)
	}
	slowest, known := s.a.WholeRun.Max.Float()
	if !known || slowest < .8*longest {
		return 0, false
	}
	// A few that failed may have been cut off by a time limit of their own.
	lost := 0.
	for _, c := range s.a.Failures.Classes {
		if c.Class == "connection" {
			lost, _ = c.Count.Float()
		}
	}
	return slowest, lost <= .01*s.requests() && lost <= 10
}

// hangFinding is the outage of a process that did not end.
func (s *scene) hangFinding(slowest float64) outcome {
	o := s.a.Stability.Outages[0]
	down := 0.
	for _, x := range s.a.Stability.Outages {
		down += x.End - x.Start
	}
	t := noTerms()
	t.waiting = clamp(down / 5)
	f := analyze.Finding{Title: "Hang", Component: "application, or what all of its requests wait for", Onset: o.Start, Impact: s.impact()}
	said := fmt.Sprintf("no request was answered for %s from %s of the run on, at %s, and none was refused: they waited, %s at the longest, and were answered then",
		measure.Span(math.Round(o.End-o.Start)), measure.Span(math.Round(o.Start)), count(float64(o.Users), "user", "users"), seconds(slowest))
	f.Evidence = append(f.Evidence, evidence(said, down, measure.Seconds, nil))
	if in := s.a.Stability.RestartsIn; s.a.Stability.AppWatched {
		more := "no restart is seen in " + in
		said += "; " + more
		t.saturation = 1
		f.Evidence = append(f.Evidence, evidence(more, 0, measure.Count, nil))
	}
	if n := s.silentMonitors(o); n != "" {
		said += "; " + n
		f.Evidence = append(f.Evidence, analyze.Evidence{Text: n, Figure: measure.Of(down, measure.Seconds)})
	}
	f.Symptom = upper(said)
	f.Recommendation = fmt.Sprintf("Find out what everything waited for at %s of the run (a dump of the application's threads while it hangs, its longest pauses, locks taken by every request, the database's and the host's log of that time), and give requests a time limit of a few seconds so that one such wait is not everybody's",
		measure.Span(math.Round(o.Start)))
	out := isFound(f, t)
	out.independent = true
	return out
}

// silentMonitors says whether the application's own figures were missing while
// it did not answer; "" where there are none, or they went on.
func (s *scene) silentMonitors(o analyze.Outage) string {
	v := s.series(app, "up").in(span{from: o.Start + 1, to: o.End - 1})
	if len(v) >= 2 && mean(v) == 0 {
		return "its metrics did not answer either"
	}
	return ""
}
