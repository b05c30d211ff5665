package diagnose

import (
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// lookForCrash: a process ended during the run. That connections were refused
// while users went on is enough to know it; that requests merely failed or
// hung is not.
func lookForCrash(s *scene) outcome {
	st := s.a.Stability
	restarts := s.restarts()
	lines, sample, source := s.crashLines()
	refused := s.blame([]string{"connection"}, nil)
	outages := st.Outages
	if len(outages) == 0 && refused.share >= .5 {
		outages = st.Interruptions // too short to be one, and nobody listened
	}
	down := 0.
	for _, o := range outages {
		down += o.End - o.Start
	}
	gone, dbAway := s.away(database)
	if len(outages) == 0 && len(st.Restarts) == 0 && restarts == 0 && lines == 0 && !dbAway {
		seen := ""
		if len(s.series(app, "uptime_seconds", "start_time_seconds", "up")) == 0 && len(s.a.Recorded.AppLogs) == 0 {
			if st.Status == analyze.NotMeasured {
				return isBlind("the run second by second (_stats_history.csv), or the application's uptime or log")
			}
			seen = "; restarts that cost no request were not looked for"
		}
		return isClear("no outage" + seen)
	}
	if slowest, ok := s.hung(); ok {
		return s.hangFinding(slowest)
	}
	t := noTerms()
	if s.failures() > 0 {
		t.text = refused.term()
	}
	if restarts > 0 || lines > 0 || len(st.Restarts) > 0 {
		t.saturation = 1
	}
	if len(outages) > 0 {
		t.waiting = clamp(down / 5)
		if !(refused.share >= .05) && math.IsNaN(t.saturation) {
			t.waiting = .25 // it did not answer: that it was not there is not known
		}
	}
	onset := math.NaN()
	said := ""
	if len(outages) > 0 {
		o := outages[0]
		onset = o.Start
		said = fmt.Sprintf("no request succeeded for %s from %s of the run on, at %s: %s", measure.Span(math.Round(o.End-o.Start)), measure.Span(math.Round(o.Start)), count(float64(o.Users), "user", "users"), trimStop(o.How()))
		if len(st.Outages) == 0 {
			said = fmt.Sprintf("%s from %s of the run on for %s, at %s", trimStop(o.Evidence), measure.Span(math.Round(o.Start)), measure.Span(math.Round(o.End-o.Start)), count(float64(o.Users), "user", "users"))
		}
	}
	f := analyze.Finding{Component: "application process", Onset: onset, Impact: s.impact()}
	other := ""
	if lines == 0 && restarts == 0 && !slices.Contains(st.Restarted, app) && len(st.Restarted) > 0 {
		other = analyze.ComponentWords(st.Restarted[0])
		f.Component = other
	}
	if dbAway {
		more := awaySaid("database", gone)
		said = join(said, more)
		f.Evidence = append(f.Evidence, evidence(more, gone.to-gone.from, measure.Seconds, s.series(database, "up")))
		if lines == 0 && restarts == 0 && len(st.Restarts) == 0 {
			other, f.Component = database, database
			t.saturation = 1
			if math.IsNaN(f.Onset) {
				f.Onset = gone.from
			}
		}
	}
	if len(st.Outages) > 0 {
		f.Evidence = append(f.Evidence, evidence("time without a success", down, measure.Seconds, nil))
	}
	if lines > 0 {
		more := fmt.Sprintf("%s says “%s”", source, clip(analyze.WithoutTime(sample), 160))
		said = join(said, more)
		f.Evidence = append(f.Evidence, evidence(more, lines, measure.Count, nil))
	}
	switch {
	case len(st.Restarts) > 0:
		said = join(said, trimStop(st.Restarts[0]))
		if restarts == 0 {
			f.Evidence = append(f.Evidence, evidence(upper(trimStop(st.Restarts[0])), float64(len(st.Restarts)), measure.Count, nil))
		}
	case restarts > 0:
		said = join(said, "its uptime began anew")
	}
	if restarts > 0 {
		f.Evidence = append(f.Evidence, evidence("restarts seen in the uptime", float64(restarts), measure.Count, s.series(app, "uptime_seconds", "start_time_seconds")))
	}
	if refused.named > 0 {
		f.Evidence = append(f.Evidence, evidence(refused.said("a connection refused or lost"), refused.named, measure.Count, nil))
		if lines == 0 && restarts == 0 && len(st.Restarts) == 0 && !dbAway {
			said = join(said, fmt.Sprintf("%s were refused or lost their connection; whether a process ended is in no file", count(refused.named, "request", "requests")))
		}
	}
	f.Symptom = upper(said)
	if other != "" {
		f.Recommendation = fmt.Sprintf("Find out why the %s ended (its log and the kernel's of that second); let the application connect anew at once, and decide what it answers while the %s is away", other, other)
		o := isFound(f, t)
		o.independent = true
		return o
	}
	if lines == 0 && restarts == 0 && len(st.Restarts) == 0 {
		f.Component = "application, or what answers for it"
		f.Recommendation = "Find out why connections were refused: whether a process ended (its log and the kernel's of that second) or what stands before it gave up"
		o := isFound(f, t)
		o.independent = true
		return o
	}
	f.Recommendation = "Find out why the process ended (its log and the kernel's of that second), and keep a second instance behind a load balancer so that one may"
	if down > 0 {
		f.Recommendation += fmt.Sprintf("; a restart cost %s of answers here", measure.Span(math.Round(down)))
	}
	o := isFound(f, t)
	o.independent = true
	return o
}

func trimStop(s string) string {
	for len(s) > 0 && s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}

// restarts counts the times at which the application's uptime went back, or
// its start moved, during the load.
func (s *scene) restarts() int {
	n := 0
	for _, t := range s.series(app, "uptime_seconds") {
		for i := 1; i < len(t.Value); i++ {
			if t.Time[i] > 0 && t.Value[i] < t.Value[i-1]-1 {
				n++
			}
		}
	}
	if n > 0 {
		return n
	}
	for _, t := range s.series(app, "start_time_seconds") {
		for i := 1; i < len(t.Value); i++ {
			if t.Time[i] > 0 && t.Value[i] > t.Value[i-1]+2 {
				n++
			}
		}
	}
	return n
}

// crashLines counts the lines of the application's log that tell of a process
// that was killed or died.
func (s *scene) crashLines() (n float64, sample, source string) {
	for _, l := range s.a.Recorded.AppLogs {
		for _, e := range l.Events {
			if e.Class == "crash" {
				n += float64(e.Count)
				if sample == "" {
					sample, source = e.Example, base(l.File)
				}
			}
		}
	}
	return n, sample, source
}
