package diagnose

import (
	"fmt"
	"math"
	"regexp"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// memoryTexts are the words of processes that ran out of memory and of what
// ended them for it.
var memoryTexts = regexp.MustCompile(`(?i)out of memory|\bOOM\b|oom-?kill|memoryerror|outofmemoryerror|cannot allocate memory|\bENOMEM\b|memory limit|heap out of memory|exceeded.{0,20}memory`)

// notMemory are Redis' words for its own limit, which is the cache's.
var notMemory = regexp.MustCompile(`(?i)OOM command not allowed`)

const needMemory = "the memory of the application's process during the run (peakload record, or snapshots of ps), or its log"

// lookAtMemory: a process grows towards a limit, or swaps, or ended for want of
// memory. Growth alone is no fault: every process grows as it takes up load.
func lookAtMemory(s *scene) outcome {
	sr := s.series(app, "memory_bytes")
	limit := s.limit(sr, "memory_limit_bytes")
	v := sr.in(s.stress)
	killed, sample, source := s.memoryDeaths()
	swapIn := mean(s.anywhere("swap_in_bytes_per_second", host).in(s.stress))
	swapping := swapIn > 1<<20
	free := s.series(host, "memory_available_bytes").in(s.stress)
	if len(v) == 0 && killed == 0 && len(free) == 0 {
		return isBlind(needMemory)
	}
	start := median(sr.in(span{from: math.Inf(-1), to: math.Max(5, s.light.from)}))
	if math.IsNaN(start) {
		start = median(sr.in(s.light))
	}
	top := highest(sr.in(everywhere))
	grew := top / start
	growing := s.growing(sr)
	slope := s.slopeIn(sr, growing)
	nearLimit := limit > 0 && highest(v) >= .9*limit && grew >= 1.5
	died := killed > 0 || grew >= 3 && slope > 0 && s.fellBack(sr)
	if !died && !nearLimit && !swapping {
		if o, ok := s.lookForLeak(sr); ok {
			return o
		}
		if need := s.endedBefore(sr); need != "" {
			return isBlind(need)
		}
		said := "memory was not short"
		if len(v) > 0 {
			said = fmt.Sprintf("the application used at most %s", bytes(top))
			if limit > 0 {
				said += " of " + sameUnit(limit, top)
			}
			said += " and was not ended for want of memory"
		} else if len(free) > 0 {
			said = fmt.Sprintf("the machine had at least %s of memory left", bytes(quantile(free, 0)))
		}
		return isClear(said)
	}
	t := noTerms()
	if killed > 0 {
		t.text = 1
	}
	switch {
	case died && grew >= 3:
		t.saturation = 1 // it grew until it died, wherever its limit was
	case limit > 0:
		t.saturation = clamp((highest(v)/limit - .7) / .25)
	}
	if swapping {
		t.waiting = 1
	}
	onset := math.NaN()
	if len(s.a.Stability.Outages) > 0 && died {
		onset = s.a.Stability.Outages[0].Start
	} else if limit > 0 {
		onset = s.first(sr, .9*limit)
	}
	if !math.IsNaN(onset) {
		t.order = s.precedes(onset, sr)
	}
	t.shift = s.tieBreaker(sr)
	f := analyze.Finding{Component: "memory of the application", Onset: onset, Impact: s.impact()}
	said := ""
	if len(v) > 0 {
		said = fmt.Sprintf("the application's memory grew from %s to %s", bytes(start), bytes(top))
		if slope > 0 {
			said += fmt.Sprintf(", by %s/s under load", bytes(slope))
		}
		if limit > 0 && highest(v) >= .7*limit {
			said += ", with a limit of " + bytes(limit)
		}
		f.Evidence = append(f.Evidence, evidence(said, top, measure.Bytes, sr))
	}
	if killed > 0 {
		more := fmt.Sprintf("%s names the end of a process for want of memory: “%s”", source, clip(analyze.WithoutTime(sample), 160))
		said = join(said, more)
		f.Evidence = append(f.Evidence, evidence(more, killed, measure.Count, nil))
	} else if died {
		said += ", and fell back at once when the process ended"
	}
	if swapping {
		said = join(said, bytes(swapIn)+"/s were read back from swap")
	}
	f.Symptom = upper(said)
	f.Recommendation = "Find what the application keeps (a heap profile after some minutes of load)"
	if x := s.rpsIn(growing); slope > 0 && x > 0 {
		kept := slope / x
		f.Recommendation = fmt.Sprintf("Find what the application keeps of every request: it grew by %s/s at %s, %s a request (a heap profile after some minutes of load shows it)", bytes(slope), perSecond(x), bytes(kept))
		room := top - start
		if limit > start && limit < 1.5*top {
			room = limit - start
		}
		if n := math.Floor(room / kept); n >= 1 {
			f.Recommendation += fmt.Sprintf("; until then restart each process well before its %s request (%s ÷ %s), which such a load reaches in %s", ordinal(roundTo2(n)), bytes(room), bytes(kept), measure.Span(math.Floor(room/slope)))
		}
	}
	o := isFound(f, t)
	o.independent = true
	return o
}

// endedBefore says what is missing where memory was not read up to an outage:
// what was used before does not tell why the process went away.
func (s *scene) endedBefore(sr series) string {
	outages := s.a.Stability.Outages
	if len(sr) == 0 || len(outages) == 0 {
		return ""
	}
	last := math.Inf(-1)
	for _, t := range sr {
		last = math.Max(last, t.Time[len(t.Time)-1])
	}
	if down := outages[0].Start; last < down-sr.step() {
		return fmt.Sprintf("the memory of the application's process at the outage, %s of the run: its readings end at %s, with %s in use", measure.Span(math.Round(down)), measure.Span(math.Round(last)), bytes(highest(sr.in(everywhere))))
	}
	return ""
}

// memoryDeaths counts the lines of the application's log that name an end for
// want of memory.
func (s *scene) memoryDeaths() (n float64, sample, source string) {
	for _, l := range s.a.Recorded.AppLogs {
		for _, e := range l.Events {
			if (e.Class == "memory" || e.Class == "crash" || e.Class == "error" || e.Class == "restart") &&
				(e.Class == "memory" || memoryTexts.MatchString(e.Example)) && !notMemory.MatchString(e.Example) {
				n += float64(e.Count)
				if sample == "" {
					sample, source = e.Example, base(l.File)
				}
			}
		}
	}
	return n, sample, source
}

// growing is the stretch under stress in which a process grew: up to its
// highest reading, and from the last time before that at which it was new. What
// comes after an end for want of memory is another process.
func (s *scene) growing(sr series) span {
	sp := s.stress
	if len(sr) == 0 {
		return sp
	}
	t, top := sr[0], -1
	for i, at := range t.Time {
		if at >= sp.from && at <= sp.to && (top < 0 || t.Value[i] > t.Value[top]) {
			top = i
		}
	}
	if top < 0 {
		return sp
	}
	for i := top; i > 0 && t.Time[i-1] >= sp.from; i-- {
		if t.Value[i-1] > 2*t.Value[i] {
			sp.from = t.Time[i]
			break
		}
	}
	if fell := top + 1; fell < len(t.Value) && t.Value[fell] < .5*t.Value[top] {
		sp.to = t.Time[top]
	}
	return sp
}

// slopeIn is the growth of the readings of a stretch, per second, by the median
// of the slopes between readings a third of it apart.
func (s *scene) slopeIn(sr series, sp span) float64 {
	if len(sr) == 0 {
		return math.NaN()
	}
	t := sr[0]
	var ts, vs []float64
	for i, at := range t.Time {
		if at >= sp.from && at <= sp.to {
			ts, vs = append(ts, at), append(vs, t.Value[i])
		}
	}
	if len(ts) < 6 {
		return math.NaN()
	}
	var slopes []float64
	gap := len(ts) / 3
	for i := 0; i+gap < len(ts); i++ {
		if d := ts[i+gap] - ts[i]; d > 0 {
			slopes = append(slopes, (vs[i+gap]-vs[i])/d)
		}
	}
	return median(slopes)
}

// fellBack reports whether a series lost more than half of itself from one
// reading to the next: a process that grew and is new.
func (s *scene) fellBack(sr series) bool {
	for _, t := range sr {
		for i := 1; i < len(t.Value); i++ {
			if t.Value[i] < .5*t.Value[i-1] {
				return true
			}
		}
	}
	return false
}
