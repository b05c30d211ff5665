package diagnose

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// lookAtNetwork: a link carries what it can, or loses packets.
func lookAtNetwork(s *scene) outcome {
	in := s.anywhere("network_received_bytes_per_second", host)
	out := s.anywhere("network_sent_bytes_per_second", host)
	limit := s.limit(out, "network_limit_bytes_per_second")
	if math.IsNaN(limit) {
		limit = s.limit(in, "network_limit_bytes_per_second")
	}
	if math.IsNaN(limit) { // the name may be a limit's by itself
		limit = median(s.anywhere("network_limit_bytes_per_second", host).in(everywhere))
	}
	lost := s.rate("network_errors_total", host)
	v := out.in(s.stress)
	sr := out
	if w := in.in(s.stress); len(w) > 0 && !(mean(v) >= mean(w)) {
		v, sr = w, in
	}
	l := mean(lost.in(s.stress))
	if between := s.between(); between != "" && !(limit > 0 && len(v) > 0) {
		return s.lookBetween(between)
	}
	if !(limit > 0) && math.IsNaN(l) {
		return isBlind("the traffic of the network interface and its speed during the run (peakload record)")
	}
	busy := limit > 0 && len(v) > 0 && share(v, .9*limit) >= .5
	losing := l >= 1
	said := ""
	if limit > 0 && len(v) > 0 {
		said = fmt.Sprintf("the network carried %s/s of %s/s %s", bytes(mean(v)), bytes(limit), s.stress.name)
	}
	if !math.IsNaN(l) {
		said = join(said, fmt.Sprintf("%s errors and drops/s", digits(l)))
	}
	if !busy && !losing {
		return isClear(said)
	}
	t := noTerms()
	if limit > 0 {
		t.saturation = saturated(v, limit)
	}
	if !math.IsNaN(l) {
		t.waiting = s.waits(lost)
	}
	onset := math.NaN()
	if limit > 0 {
		onset = s.first(sr, .9*limit)
		t.order = s.precedes(onset, sr)
	}
	f := analyze.Finding{Component: "network", Onset: onset, Symptom: upper(said) + s.since("above 90%", onset), Impact: s.impact()}
	f.Evidence = append(f.Evidence, evidence(said, mean(v), measure.PerSecond, sr))
	f.Recommendation = "Send less (compression, smaller answers, a content network for files) or use a faster link"
	if x := s.throughput(); x > 0 && len(v) > 0 {
		f.Recommendation += fmt.Sprintf("; a request moves %s now (%s/s ÷ %s)", bytes(mean(v)/x), bytes(mean(v)), perSecond(x))
	}
	o := isFound(f, t)
	o.independent = true
	return o
}

// idleGenerator is the share of a core below which Locust has time to notice
// answers when they come.
const idleGenerator = .7

// between says how much of the latency passed neither in the application nor in
// Locust; "" where that is not so or not known.
func (s *scene) between() string {
	v := s.series(generator, "cpu_cores", "cpu_ratio").in(s.stress)
	log := s.a.Recorded.Log
	if log != nil && log.Workers > 1 {
		for i := range v {
			v[i] /= float64(log.Workers)
		}
	}
	if len(v) == 0 || quantile(v, .95) >= idleGenerator || s.starved() != "" || log != nil && log.CPUWarning || s.a.Capacity.Generator == analyze.Yes {
		return ""
	}
	said := s.outside()
	if said == "" {
		return ""
	}
	return fmt.Sprintf("%s; Locust used %s of a core and was not late", lowerFirst(said), percent(mean(v)))
}

// lookBetween suspects what requests pass between Locust and the application:
// which part of it was slow no figure tells.
func (s *scene) lookBetween(said string) outcome {
	t := noTerms()
	t.saturation = .29
	f := analyze.Finding{Title: "Between Locust and the application", Component: "network, or what else stands between Locust and the application", Onset: s.onset, Symptom: upper(said), Impact: s.impact()}
	f.Evidence = append(f.Evidence, evidence(said, s.stressMean, measure.Seconds, nil))
	f.Recommendation = "Record the traffic of the network interfaces (peakload record) and the speed of the link (network_limit_bytes_per_second in a _resources.csv, or node_network_speed_bytes of node_exporter; what a shaper or a plan allows, where that is less), the queues of proxies and the application's listen queue (ss -ltn): requests spend their time there before the application's own clock starts"
	return isFound(f, t)
}
