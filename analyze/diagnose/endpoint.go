package diagnose

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// calledTexts are the words for a service that the application itself calls.
var calledTexts = regexp.MustCompile(`(?i)\b(external|upstream|downstream|third[- ]?party|dependency|dependent service|partner|remote service|circuit ?breaker)\b`)

// gatewayTexts are what a gateway answers when what is behind it does not: the
// application for a service that it calls, or a proxy for the application.
var gatewayTexts = regexp.MustCompile(`(?i)\b(gateway time-?out|bad gateway)\b`)

// calledNames are how metrics and components name such a service.
var calledNames = regexp.MustCompile(`(?i)external|upstream|downstream|third_?party|dependency|outbound|remote_(call|service)|http_client|partner`)

// littleOfRise is the part of the rise in mean latency below which endpoints
// are not what users wait for, however many times slower they are.
const littleOfRise = .3

// needEndpoints is what holding the endpoints against light load needs.
func (s *scene) needEndpoints() string {
	if h := s.a.Recorded.History; h != nil && h.FullHistory {
		return fmt.Sprintf("a stretch of light load with %d requests or more to hold the endpoints against: a slower ramp, or a first step with few users", enough)
	}
	return "each endpoint over time (locust --csv-full-history)"
}

// lookAtEndpoints: some endpoints slowed down by their own and others did not,
// while nothing that all share was at its limit: they call something slow. If
// all slow down, what they share is slow and not one of them.
func lookAtEndpoints(s *scene) outcome {
	called := s.called()
	b := s.blame(nil, calledTexts)
	gateway := s.blame(nil, gatewayTexts)
	var slow, rest []change
	for _, c := range s.endpoints {
		if c.nAfter < 20 || c.nBefore < 3 || math.IsNaN(c.after) || math.IsNaN(c.before) {
			continue
		}
		switch {
		case c.factor() >= slowFactor && c.after-c.before >= .05:
			slow = append(slow, c)
		default:
			rest = append(rest, c)
		}
	}
	always := s.alwaysSlow()
	queued, behind := s.lookBehindQueue()
	if behind {
		slow, rest = queued.slow, queued.rest
	}
	stands := false
	if out, others := s.standingOut(); !behind && len(out) > 0 && (len(rest) == 0 || trifling(rest, slow)) && !trifling(others, out) {
		slow, rest, stands = out, others, true
	}
	switch {
	case behind:
	case called.found || b.share >= .1 || gateway.share >= .5 && len(slow) == 0:
	case len(s.endpoints) == 0:
		return isBlind(s.needEndpoints())
	case len(slow) == 0 && len(always) > 0:
	case len(slow) == 0:
		return isClear("no endpoint slowed down by three times or more")
	case !s.slowed() && !s.missed(plan.Percentile, plan.Mean, plan.Max) && !failMore(slow, rest):
		return isClear(fmt.Sprintf("%s slowed down, the first from %s to %s, but no latency target was missed and most requests failed elsewhere", and(namesOf(slow)), seconds(slow[0].before), seconds(slow[0].after)))
	case len(rest) == 0 || trifling(rest, slow) || s.slowedAlike():
		return isClear(together(slow, rest, s.slowedAlike()))
	}
	t := noTerms()
	if s.failures() > 0 && b.named > 0 {
		t.text = b.term()
	} else if gateway.share >= .5 {
		t.text = gateway.term() / 2 // which of the two it was the text does not say
	}
	own, rose := 0., false // where the mean did not rise, as beside quick failures, nobody has a part in that
	for _, c := range slow {
		own, rose = own+orZero(c.shareOfRise), rose || !math.IsNaN(c.shareOfRise)
	}
	little := rose && !behind && own < littleOfRise
	switch {
	case little && len(always) > 0:
		slow = nil // what was slow from the first is what users wait for
	case little && !called.found && !(b.share >= .1):
		return isClear(fmt.Sprintf("%s slowed down by three times or more, but that is %s of the rise in mean latency", and(namesOf(slow)), percent(own)))
	}
	f := analyze.Finding{Component: "service that the application calls", Onset: s.onset, Impact: s.impact()}
	said := ""
	switch {
	case behind:
		t.saturation = clamp((queued.share - .3) / .4)
		said = queued.said()
		f.Evidence = append(f.Evidence, evidence(said, queued.share, measure.Ratio, s.series(app, "request_queue")))
		f.Component = and(namesOf(slow)) + ", or what " + calls(slow)
	case len(slow) > 0 && len(rest) > 0:
		part := ""
		if whose := "its"; rose {
			if len(slow) > 1 {
				whose = "their"
			}
			t.saturation = clamp((own - .3) / .5)
			part = fmt.Sprintf(": %s own part of the rise in mean latency is %s", whose, percent(math.Min(1, own)))
		}
		slices.SortStableFunc(slow, func(a, b change) int {
			switch {
			case orZero(a.shareOfRise) > orZero(b.shareOfRise):
				return -1
			case orZero(a.shareOfRise) < orZero(b.shareOfRise):
				return 1
			}
			return strings.Compare(a.Method+a.Name, b.Method+b.Name)
		})
		var names []string
		for _, c := range slow[:min(3, len(slow))] {
			names = append(names, fmt.Sprintf("%s (%s, %s before)", endpointName(c.Method, c.Name), seconds(c.after), seconds(c.before)))
			if !math.IsNaN(c.shareOfRise) {
				f.Evidence = append(f.Evidence, evidence(fmt.Sprintf("%s: own part of the slowdown", endpointName(c.Method, c.Name)), c.shareOfRise, measure.Ratio, nil))
			}
		}
		notSlow := others(len(rest)) + " did not by three times"
		much := ""
		if stands {
			much = " by much"
			notSlow = others(len(rest)) + " " + wentFrom(rest)
		}
		said = fmt.Sprintf("only %s slowed down%s%s; %s", and(names), much, part, notSlow)
		f.Component = and(namesOf(slow)) + ", or what " + calls(slow)
	case len(always) > 0:
		t.saturation = 1
		said = always[0].said
		f.Evidence = append(f.Evidence, evidence(said, always[0].latency, measure.Seconds, nil))
		f.Component = always[0].name + ", or what it calls"
	}
	if called.found {
		t.waiting = 1
		said = join(said, called.said)
		f.Component = called.name
		f.Evidence = append(f.Evidence, evidence(called.said, called.value, measure.Seconds, called.series))
	}
	if b.named == 0 && gateway.named > 0 {
		said = join(said, fmt.Sprintf("%s %s are a gateway's 502 or 504", whole(gateway.named), gateway.where))
		f.Evidence = append(f.Evidence, evidence(gateway.said("a gateway"), gateway.named, measure.Count, nil))
	}
	if b.named > 0 {
		said = join(said, fmt.Sprintf("%s %s name it", whole(b.named), b.where))
		f.Evidence = append(f.Evidence, evidence(b.said("a called service"), b.named, measure.Count, nil))
	}
	f.Symptom = upper(said)
	who := "the requests that fail so"
	switch {
	case len(slow) > 0:
		who = and(namesOf(slow))
	case len(always) > 0:
		who = always[0].name
	}
	f.Recommendation = fmt.Sprintf("Trace where the time of %s goes: its own work, its queries, locks that only it takes, or services that it calls; give such calls a time limit well below the users' patience, and answer without them (a cached answer, a queue) when it passes", who)
	if len(slow) > 1 {
		f.Recommendation = strings.NewReplacer("its own", "their own", "its queries", "their queries", "only it takes", "only they take", "it calls", "they call").Replace(f.Recommendation)
	}
	if called.found {
		f.Recommendation = fmt.Sprintf("Give the calls to %s a time limit and a circuit breaker, and cache or queue what they are for: %s", called.name, called.said)
	}
	o := isFound(f, t)
	// Without a figure of the service itself this is what remains when nothing
	// else is at its limit.
	o.independent = called.found || b.share >= .1
	if behind {
		o.explains = "worker_queue"
	}
	return o
}

// together says that endpoints slowed down with each other; the rest did too
// where they are alike.
func together(slow, rest []change, alike bool) string {
	of := fmt.Sprintf("all %d", len(slow)+len(rest))
	if alike {
		slow = append(slow, rest...)
	} else if len(rest) > 0 {
		of = fmt.Sprintf("%d of %d", len(slow), len(slow)+len(rest))
	}
	low, high, n := math.Inf(1), 0., 0
	for _, c := range slow {
		if c.factor() > 1 { // one that is hardly asked for may have become faster
			low, high = math.Min(low, c.factor()), math.Max(high, c.factor())
			n++
		}
	}
	if n < len(slow) {
		of = fmt.Sprintf("%d of %d", n, len(slow))
	}
	return fmt.Sprintf("%s endpoints with enough requests slowed down, %s to %s times: what they share is slow, not one of them", of, digits(low), digits(high))
}

// others are the endpoints that are not spoken of.
func others(n int) string {
	if n == 1 {
		return "the other endpoint"
	}
	return fmt.Sprintf("the other %d endpoints", n)
}

// calls names what endpoints wait for.
func calls(cs []change) string {
	if len(cs) > 1 {
		return "they call"
	}
	return "it calls"
}

// failMore reports whether most of the failures are of the endpoints that
// slowed down.
func failMore(slow, rest []change) bool {
	of := func(cs []change) float64 {
		n := 0.
		for _, c := range cs {
			n += c.failed
		}
		return n
	}
	return of(slow) > of(rest)
}

// slowedAlike reports whether endpoints slowed down together, so that none of
// them is to blame. What slows down by much is asked for less often then.
func (s *scene) slowedAlike() bool {
	if out, _ := s.standingOut(); len(out) > 0 {
		return false
	}
	if s.roseTogether() {
		return true
	}
	low, high, n := math.Inf(1), 0., 0
	for _, c := range s.endpoints {
		if c.nAfter < 20 || c.nBefore < 3 || math.IsNaN(c.factor()) || math.Max(c.weightA, c.weightB) < .02 {
			continue
		}
		low, high = math.Min(low, c.factor()), math.Max(high, c.factor())
		n++
	}
	return n >= 2 && low >= 2 && high <= 4*low
}

// trifling reports whether the endpoints that did not slow down are too few of
// the requests to tell: health checks that touch nothing.
func trifling(rest, slow []change) bool {
	of := func(cs []change) float64 {
		n := 0.
		for _, c := range cs {
			n += c.nAfter
		}
		return n
	}
	return of(rest) < .1*(of(rest)+of(slow))
}

func namesOf(cs []change) []string {
	var out []string
	for _, c := range cs[:min(3, len(cs))] {
		out = append(out, endpointName(c.Method, c.Name))
	}
	return out
}

// A service is something that the application calls, measured.
type service struct {
	found  bool
	name   string
	said   string
	value  float64
	series series
}

// called looks for latencies of a service that the application calls, in
// components that no rule knows or in metrics that say so.
func (s *scene) called() service {
	known := []string{app, database, cache, generator, host}
	for i := range s.a.Tracks {
		t := &s.a.Tracks[i]
		inName := calledNames.MatchString(t.Metric) || calledNames.MatchString(t.Component) || calledNames.MatchString(t.Instance)
		other := !slices.Contains(known, t.Component) && strings.HasPrefix(t.Metric, "latency_")
		latency := t.Unit == measure.Seconds || strings.HasSuffix(t.Metric, "_seconds") || strings.HasSuffix(t.Metric, "_ms")
		if !inName && !other || !latency || strings.Contains(t.Metric, "uptime") || strings.Contains(t.Metric, "start_time") {
			continue
		}
		sr := series{t}
		scale := 1.
		if strings.HasSuffix(t.Metric, "_ms") && t.Unit != measure.Seconds {
			scale = 1e-3
		}
		v := sr.in(s.stress)
		after, before := median(v)*scale, median(sr.in(s.light))*scale
		if len(v) == 0 || !(after >= .1) {
			continue
		}
		// It grew, or it was slow all along and makes up most of the latency.
		grew := after >= slowFactor*before
		if !grew && !(after >= .5*s.stressMean) {
			continue
		}
		name := t.Component
		if slices.Contains(known, name) {
			name = "the called service"
		}
		said := fmt.Sprintf("%s took %s in the median %s", name, seconds(after), s.stress.name)
		if !math.IsNaN(before) {
			said += fmt.Sprintf(" (%s at light load)", seconds(before))
		}
		return service{true, name, said, after, sr}
	}
	return service{}
}

// A slow is an endpoint that is slow whatever the load.
type slow struct {
	name, said string
	latency    float64 // under stress, s
}

// alwaysSlow names endpoints that took ten times as long as the others at
// light load already, and miss the latency limit by themselves.
func (s *scene) alwaysSlow() []slow {
	limit := s.latencyLimit()
	if limit == 0 {
		return nil
	}
	var out []slow
	for i, c := range s.endpoints {
		others, n := 0., 0.
		for j, d := range s.endpoints {
			if j != i && d.nAfter > 0 && !math.IsNaN(d.after) {
				others += d.nAfter * d.after
				n += d.nAfter
			}
		}
		if n == 0 || c.nAfter < 20 || c.nBefore < 3 {
			continue
		}
		others /= n
		if c.before >= limit && c.after >= 5*others && others < limit/2 {
			name := endpointName(c.Method, c.Name)
			out = append(out, slow{name, fmt.Sprintf("%s took %s at light load already (%s %s); the others took %s", name, seconds(c.before), seconds(c.after), s.stress.name, seconds(others)), c.after})
		}
	}
	return out
}
