package diagnose

import (
	"math"

	"github.com/peakload/peakload/analyze"
)

// A rule looks for one kind of bottleneck.
type rule struct {
	kind string // as in results.json
	// noun names the kind where it is spoken of without its finding.
	noun string
	look func(*scene) outcome
}

// rules lists every rule. The load generator comes first, because a load
// generator at its limit voids what the others see.
var rules = [...]rule{
	{"load_generator", "load generator", lookAtGenerator},
	{"crash", "crash", lookForCrash},
	{"memory", "memory", lookAtMemory},
	{"lock_contention", "locks of the database", lookAtLocks},
	{"cache", "cache", lookAtCache},
	{"db_cpu", "processor of the database", lookAtDatabaseCPU},
	{"app_cpu", "processor of the application", lookAtAppCPU},
	{"host_cpu", "processors of the machine", lookAtHostCPU},
	{"disk", "disks", lookAtDisk},
	{"network", "network", lookAtNetwork},
	{"connection_pool", "connection pool", lookAtPool},
	{"worker_queue", "workers of the application", lookAtWorkers},
	{"slow_endpoint", "single endpoints and what they call", lookAtEndpoints},
}

// nounOf names a kind in a sentence.
func nounOf(kind string) string {
	for _, r := range rules {
		if r.kind == kind {
			return r.noun
		}
	}
	return kind
}

// A state is how a rule ended.
type state uint8

const (
	blind state = iota // the inputs are missing: why says which
	clear              // looked at and ruled out: why says by what figure
	found
)

// An outcome is what a rule concluded.
type outcome struct {
	kind  string
	state state
	why   string
	terms terms
	// independent says that there is evidence of the finding's own that does
	// not depend on what else is at its limit: it can be the cause of others.
	independent bool
	// explains is the kind of queue beside which there is evidence of the
	// finding's own: that queue does not explain it.
	explains string
	// hold is by how many times the time that the resource is held for rose
	// from light load; NaN not known. A pool that fills although it is held no
	// longer than before is too small by itself.
	hold    float64
	finding analyze.Finding
}

// Terms are the parts of a score (methods.md 3.2), each from 0 to 1; NaN is a
// term whose inputs are missing, or which has no meaning for the kind.
type terms struct {
	text       float64 // E: twice the share of failures whose text says so
	saturation float64 // S: (95th percentile of utilisation − 0.7) ÷ 0.25
	waiting    float64 // W: something waits for it in half of the readings
	demand     float64 // D: 1/D within 15 % of the throughput reached
	order      float64 // O: it was at its limit before users noticed
	shift      float64 // z: robust shift ÷ 20, a tie-breaker
}

func noTerms() terms {
	n := math.NaN()
	return terms{n, n, n, n, n, n}
}

// The weights of the terms, and what a finding needs of direct evidence
// (text, saturation, waiting) to be more than suspected.
var weights = [...]float64{.30, .25, .20, .10, .10, .05}

const (
	gate          = .5
	suspectedMost = .30
	primaryLeast  = .35
	furtherLeast  = .30
	apart         = .10 // a smaller margin does not separate two causes
)

// termNames name the terms in the order of their weights.
var termNames = [...]string{"what error texts say", "saturation", "waiting", "the demand law U = X·D", "order of events", "shift from light load"}

// parts are the terms there are.
func (t terms) parts() []analyze.Term {
	var out []analyze.Term
	for i, x := range [...]float64{t.text, t.saturation, t.waiting, t.demand, t.order, t.shift} {
		if !math.IsNaN(x) {
			out = append(out, analyze.Term{Name: termNames[i], Weight: weights[i], Value: x})
		}
	}
	return out
}

// score returns the weighted mean of the terms there are, and whether the
// evidence is enough to call the finding established.
func (t terms) score() (score float64, established bool) {
	all := [...]float64{t.text, t.saturation, t.waiting, t.demand, t.order, t.shift}
	sum, of := 0., 0.
	for i, x := range all {
		if !math.IsNaN(x) {
			sum += weights[i] * x
			of += weights[i]
		}
	}
	if of == 0 {
		return 0, false
	}
	score = sum / of
	if orZero(t.text)+orZero(t.saturation)+orZero(t.waiting) < gate {
		return math.Min(score, suspectedMost), false
	}
	return score, true
}

// saturated is the term S of readings against a limit.
func saturated(v []float64, limit float64) float64 {
	if len(v) == 0 || !(limit > 0) {
		return math.NaN()
	}
	return clamp((quantile(v, .95)/limit - .7) / .25)
}

// waits is the term W: something waits in half of the readings under stress
// and in few at light load, or at least much more of it.
func (s *scene) waits(sr series) float64 {
	v := sr.in(s.stress)
	if len(v) == 0 {
		return math.NaN()
	}
	const some = 1e-9
	if share(v, some) < .5 {
		return 0
	}
	before := sr.in(s.light)
	if len(before) == 0 || share(before, some) < .1 || mean(v) >= 5*mean(before) {
		return 1
	}
	return .5
}

// precedes is the term O: the cause was there before users noticed. Readings
// some seconds apart cannot order what is closer together.
func (s *scene) precedes(at float64, sr series) float64 {
	switch {
	case math.IsNaN(s.onset):
		return math.NaN()
	case math.IsNaN(at):
		return 0
	}
	d := math.Max(sr.step(), 1)
	// Percentiles and means over ten seconds show a change some seconds late.
	switch {
	case at <= s.onset+d:
		return 1
	case at <= s.onset+d+10:
		return .5
	}
	return 0
}

func (s *scene) tieBreaker(sr series) float64 {
	z := s.shift(sr)
	return math.Min(1, z/20)
}

func clamp(x float64) float64 { return math.Max(0, math.Min(1, x)) }

// look asks every rule.
func look(s *scene) []outcome {
	out := make([]outcome, 0, len(rules))
	for _, r := range rules {
		o := r.look(s)
		o.kind, o.finding.Kind = r.kind, r.kind
		if o.finding.Title == "" {
			o.finding.Title = upper(r.noun)
		}
		out = append(out, o)
	}
	return out
}

func isClear(why string) outcome {
	return outcome{state: clear, why: why, terms: noTerms(), hold: math.NaN()}
}
func isBlind(need string) outcome {
	return outcome{state: blind, why: need, terms: noTerms(), hold: math.NaN()}
}
func isFound(f analyze.Finding, t terms) outcome {
	return outcome{state: found, finding: f, terms: t, hold: math.NaN()}
}
