package diagnose

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// impact says what users had of it: the share of requests that failed, how
// much slower the others were, at how many users and on which endpoints.
func (s *scene) impact() string {
	var parts []string
	if e, ok := s.errorsIn(s.window).Float(); ok && e >= 0.001 {
		parts = append(parts, fmt.Sprintf("%s of the requests failed %s", percent(e), s.stress.name))
	}
	if s.stressMean >= 1.5*s.lightMean {
		parts = append(parts, fmt.Sprintf("mean latency %s %s, %s %s", seconds(s.stressMean), s.stress.name, seconds(s.lightMean), s.lightName()))
	} else if s.window.P95.Measured() && (len(parts) == 0 || s.missed(plan.Percentile, plan.Mean, plan.Max)) {
		// Where requests fail and latency is as asked, it is no part of the harm.
		parts = append(parts, fmt.Sprintf("P95 latency %s %s", text(s.window.P95), s.stress.name))
	}
	if w := s.affected(); w != "" {
		parts = append(parts, w)
	}
	return strings.Join(parts, "; ")
}

func (s *scene) lightName() string {
	if s.lightUsers > 0 {
		return fmt.Sprintf("at %.0f users", s.lightUsers)
	}
	return "at light load"
}

// affected names the endpoints that failed or slowed down.
func (s *scene) affected() string {
	var hit []change
	all := 0
	for _, c := range s.endpoints {
		if c.nAfter < 5 {
			continue
		}
		all++
		if c.failed >= 0.02*c.nAfter || c.factor() >= 1.5 && c.after-c.before >= 0.02 {
			hit = append(hit, c)
		}
	}
	if len(hit) == 0 || all < 2 {
		return ""
	}
	if least, most, alike := failingAlike(hit); alike && len(hit) == all {
		return fmt.Sprintf("all %d endpoints affected alike, %s to %s of their requests failed", all, percent(least), percent(most))
	}
	slices.SortStableFunc(hit, func(a, b change) int {
		switch {
		case a.nAfter*orZero(a.after) > b.nAfter*orZero(b.after):
			return -1
		case a.nAfter*orZero(a.after) < b.nAfter*orZero(b.after):
			return 1
		}
		return strings.Compare(a.Method+a.Name, b.Method+b.Name)
	})
	var names []string
	for _, c := range hit[:min(3, len(hit))] {
		n := endpointName(c.Method, c.Name)
		switch {
		case c.failed >= 0.02*c.nAfter:
			n += fmt.Sprintf(" (%s, %s failed)", seconds(c.after), percent(c.failed/c.nAfter))
		case !math.IsNaN(c.after):
			n += " (" + seconds(c.after) + ")"
		}
		names = append(names, n)
	}
	which := fmt.Sprintf("%d of %d endpoints affected, most of the waiting on ", len(hit), all)
	if len(hit) == all {
		which = fmt.Sprintf("all %d endpoints affected, most of the waiting on ", all)
	}
	return which + and(names)
}

// failingAlike reports whether endpoints fail about equally often and none of
// them is slow, and between which shares.
func failingAlike(hit []change) (least, most float64, alike bool) {
	least = 1
	for _, c := range hit {
		if c.failed < 0.02*c.nAfter || c.factor() >= 1.5 && c.after-c.before >= 0.02 {
			return 0, 0, false
		}
		least, most = math.Min(least, c.failed/c.nAfter), math.Max(most, c.failed/c.nAfter)
	}
	return least, most, most < 2*least
}

// asked is the throughput that the users would ask for if nothing kept them
// waiting: N ÷ (Z + R), with the think time Z and the latency R of light load
// (the interactive response-time law). ok is false where either is unknown.
func (s *scene) asked() (rps, think float64, ok bool) {
	z, known := s.a.Capacity.ThinkTime.Float()
	if !known {
		x := s.lightRPS()
		if !(x > 0) || !(s.lightUsers > 0) || math.IsNaN(s.lightMean) {
			return 0, 0, false
		}
		z = s.lightUsers/x - s.lightMean
	}
	if !(z >= 0) || math.IsNaN(s.lightMean) || !(s.stressUsers > 0) || z+s.lightMean <= 0 {
		return 0, 0, false
	}
	return s.stressUsers / (z + s.lightMean), z, true
}

// lightRPS is the throughput at light load; NaN not known. A ramp's mean
// number of users goes with its mean throughput.
func (s *scene) lightRPS() float64 {
	n := 0.
	for _, c := range s.endpoints {
		n += c.nBefore
	}
	if d := s.light.to - s.light.from; s.light.known && n > 0 && d > 0 {
		return n / d
	}
	return math.NaN()
}

// goodput is the throughput of requests that succeeded under stress, per
// second; NaN not known.
func (s *scene) goodput() float64 {
	x, ok := s.window.RPS.Float()
	if !ok {
		return math.NaN()
	}
	if e, ok := s.window.ErrorRateWith429().Float(); ok {
		x *= 1 - e
	}
	return x
}

// refusedRate is how many requests a second were answered 429 under stress; 0
// where that is not known.
func (s *scene) refusedRate() float64 {
	n, ok := measure.Quotient(s.window.RateLimited, s.window.Requests, measure.Ratio).Float()
	if !ok {
		return 0
	}
	return n * s.throughput()
}
