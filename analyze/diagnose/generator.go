package diagnose

import (
	"fmt"
	"math"
	"regexp"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// noRoom recognises the errors of a machine that ran out of files or ports
// for the load that it was to make.
var noRoom = regexp.MustCompile(`(?i)too many open files|\bEMFILE\b|\bENFILE\b|cannot assign requested address|can't assign requested address|\bEADDRNOTAVAIL\b|\[errno (23|24|99)\]|winerror 100(48|55)`)

// lookAtGenerator: Locust runs on one core in each of its processes. At its
// limit it sends requests later than the users mean to and notices answers
// late, so that its own waiting is in every latency.
func lookAtGenerator(s *scene) outcome {
	sr := s.series(generator, "cpu_cores", "cpu_ratio")
	v := sr.in(s.stress)
	log := s.a.Recorded.Log
	b := s.blame(nil, noRoom)
	fell := s.a.Capacity.Generator
	t := noTerms()
	f := analyze.Finding{Component: "load generator (Locust)", Onset: math.NaN()}
	var said []string

	processes := 1.
	if log != nil && log.Workers > 1 {
		processes = float64(log.Workers)
	}
	use := ""
	if len(v) > 0 {
		for i := range v {
			v[i] /= processes
		}
		t.saturation = saturated(v, 1)
		onset := s.first(sr, .85*processes)
		use = fmt.Sprintf("Locust used %s of one core %s", percent(mean(v)), s.stress.name)
		if processes > 1 {
			use = fmt.Sprintf("Locust's %.0f processes used %s of one core each %s", processes, percent(mean(v)), s.stress.name)
		}
		if busy := median(v) >= .85 && quantile(v, .95) >= .9; busy {
			said = append(said, use)
			f.Onset = onset
			f.Evidence = append(f.Evidence, evidence(use, mean(v), measure.Ratio, sr))
		} else {
			t.saturation = math.Min(t.saturation, .4) // a moment at the limit is not being at it
		}
	}
	warned := log != nil && log.CPUWarning
	if warned {
		said = append(said, "Locust warned that its processor use is above 90%")
		f.Evidence = append(f.Evidence, analyze.Evidence{Text: "Locust's own warning of high processor use", Figure: measure.Of(1, measure.Count, measure.Source{File: log.File})})
	}
	if b.named > 0 {
		t.text = b.term()
		said = append(said, b.said("a lack of files or ports on the load generator"))
		f.Evidence = append(f.Evidence, evidence(b.said("files or ports"), b.named, measure.Count, nil))
	}
	if fell == analyze.Yes {
		said = append(said, s.a.Capacity.GeneratorWhy)
		f.Evidence = append(f.Evidence, analyze.Evidence{Text: s.a.Capacity.GeneratorWhy, Figure: s.a.Capacity.ThinkTime})
	}
	outside := s.outside()
	starved := s.starved()
	if outside != "" {
		f.Evidence = append(f.Evidence, analyze.Evidence{Text: outside, Figure: measure.Of(s.stressMean, measure.Seconds)})
	}

	busy := len(v) > 0 && median(v) >= .85 && quantile(v, .95) >= .9
	switch {
	case busy:
		t.waiting = clamp(.5 + half(warned) + half(fell == analyze.Yes || outside != ""))
	case warned && len(v) == 0:
		t.saturation, t.waiting = 1, half(fell == analyze.Yes || outside != "")+.5
	case b.share >= .05:
		t.waiting = math.NaN()
	case starved != "" && (outside != "" || fell == analyze.Yes):
		// It did not get the processor: how busy it was says nothing then.
		said = append(said, starved)
		t.saturation, t.waiting = .8, 1
		f.Evidence = append(f.Evidence, analyze.Evidence{Text: starved, Figure: measure.None(measure.Count, measure.NotApplicable, "")})
	case starved != "" && !s.clocked():
		// Nothing tells whether latency was Locust's own: suspected.
		said = append(said, starved)
		t.saturation = .4
	case len(v) == 0 && log == nil && fell == analyze.Yes:
		// Users who pause longer under load wait for the generator, or for what
		// their script does after a failure.
		t.waiting = 1
		if e, ok := s.errorsIn(s.window).Float(); ok && e >= .05 {
			t.waiting = .4
		}
	case len(v) == 0 && log == nil:
		return isBlind("Locust's log (--logfile) or its processor time during the run")
	case len(v) == 0:
		return isClear("Locust did not warn of its processor use, which it does above 90%")
	case warned:
		return isClear(use + ", although it warned of a moment above 90%")
	default:
		return isClear(use)
	}
	if outside != "" {
		said = append(said, outside)
	}
	f.Symptom = upper(joined(said)) + s.since("above 85%", f.Onset)
	f.Impact = "Latencies and throughput of this run are partly the load generator's own; what else looks like a bottleneck is unproven"
	need := math.Max(2, math.Ceil(processes*2))
	f.Recommendation = fmt.Sprintf("Repeat the run with Locust distributed over %.0f worker processes (--processes %.0f, or --worker on other machines), each below 70%% of a core, before judging the system", need, need)
	if len(v) > 0 && !math.IsNaN(s.stressUsers) && mean(v) > 0 {
		need = math.Max(processes+1, math.Ceil(mean(v)*processes/.6))
		f.Recommendation = fmt.Sprintf("Repeat the run with %.0f Locust worker processes on cores of their own (%s of a core in use ÷ 0.6 each) before judging the system", need, percent(mean(v)*processes))
	}
	if starved != "" && !busy {
		f.Recommendation = "Repeat the run with Locust on a machine, or on cores, that nothing else uses, before judging the system"
	}
	o := isFound(f, t)
	o.independent = true
	return o
}

// starved says that Locust did not come to write its history, which it does
// each second whatever the system under test does; "" where it did.
func (s *scene) starved() string {
	for _, n := range s.a.Quality {
		if n.Code == "gap" && s.silentShare() >= muchSilence {
			return lowerFirst(trimStop(n.Message))
		}
	}
	return ""
}

// muchSilence is the share of the time under stress without a row of the
// history from which Locust was short of the processor; a single row that is
// late is not.
const muchSilence = .05

// silentShare is the share of the time under stress that passed in gaps of
// three seconds or more between rows of the history.
func (s *scene) silentShare() float64 {
	t := s.a.Timeline.Time
	silent := 0.
	for i := 1; i < len(t); i++ {
		if d := t[i] - t[i-1]; d >= 3 && t[i] > s.stress.from && t[i-1] < s.stress.to {
			silent += d - 1
		}
	}
	return silent / (s.stress.to - s.stress.from)
}

func half(yes bool) float64 {
	if yes {
		return .25
	}
	return 0
}

func joined(said []string) string {
	out := ""
	for i, x := range said {
		if i > 0 {
			out += "; "
		}
		out += x
	}
	return out
}

// clocked reports whether the application measured its own latency under stress.
func (s *scene) clocked() bool {
	return len(s.series(app, "latency_mean_seconds", "latency_p50_seconds").in(s.stress)) > 0
}

// outside says where latency was spent when it was not in the application: its
// own clock saw much shorter times than Locust's; "" where that is not so or
// not known.
func (s *scene) outside() string {
	for _, m := range [...]string{"latency_mean_seconds", "latency_p50_seconds"} {
		v := s.series(app, m).in(s.stress)
		if len(v) == 0 {
			continue
		}
		inside := median(v)
		theirs := s.stressMean
		if m == "latency_p50_seconds" {
			theirs, _ = s.window.P50.Float()
		}
		if theirs >= 2*inside && theirs-inside >= .05 {
			return fmt.Sprintf("Locust saw %s where the application itself saw %s: the rest passed before or behind it", seconds(theirs), seconds(inside))
		}
		return ""
	}
	return ""
}
