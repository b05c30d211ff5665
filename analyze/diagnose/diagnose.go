// Package diagnose names what limited a run: rules look for one kind of
// bottleneck each, in a file of its own; ranking tells causes from what merely
// follows from them; the sentences of the document that rest on findings are
// made from both.
//
// The method is evidence first (the USE method of utilisation, saturation and
// errors, with the operational law U = X·D): the text of errors, a resource at
// its limit with something waiting for it, and the order in which things
// happened. Correlation with the load is no evidence, since under a ramp every
// figure follows the users.
package diagnose

import (
	"fmt"

	"github.com/peakload/peakload/analyze"
)

// Run looks for what limited the run and adds to a the diagnosis, the issues,
// the lessons and the root cause of timeouts. a must have been made by
// analyze.Run; of the rest only the answer on exhausted resources is changed,
// which a bottleneck decides, and what the run says of the system's limits,
// which those of the load generator void.
func Run(a *analyze.Analysis) {
	s := newScene(a)
	a.Diagnosis = rank(s, look(s))
	a.Diagnosis.Summary = summary(s, &a.Diagnosis)
	exhausted(a)
	unproven(a)
	a.Diagnosis.Immediate = immediate(s)
	a.Diagnosis.Capacity = improvements(s)
	a.Diagnosis.Scaling = scaling(s)
	a.Failures.Timeouts.RootCause = rootCause(s)
	a.Issues = issues(s)
	a.Lessons = lessons(s)
}

// usedUp are the kinds of bottleneck that are a resource used up.
var usedUp = map[string]bool{"app_cpu": true, "db_cpu": true, "host_cpu": true, "connection_pool": true, "worker_queue": true, "disk": true, "network": true, "memory": true}

// exhausted says that a resource was exhausted where it is what limited the run.
// A process at its limit is not always seen at nine tenths: what shares its
// processor takes the rest.
func exhausted(a *analyze.Analysis) {
	if fs := a.Diagnosis.Findings; a.RateLimit.NoExhaustion != analyze.No && len(fs) > 0 && usedUp[fs[0].Kind] && !fs[0].Suspected {
		a.RateLimit.NoExhaustion = analyze.No
		a.RateLimit.ExhaustionWhy = fmt.Sprintf("what limited the run was the %s: %s", lowerFirst(fs[0].Component), lowerFirst(trimStop(fs[0].Symptom)))
	}
}

// unproven takes back what is said of the system's limits where those of the
// load generator were reached first, and puts it in doubt where that is suspected.
func unproven(a *analyze.Analysis) {
	d := &a.Diagnosis
	if d.GeneratorLimited() {
		a.Unproven()
		return
	}
	for _, f := range append(append([]analyze.Finding(nil), d.Findings...), d.Suspicions...) {
		if f.Kind == "load_generator" {
			a.Capacity.Doubted()
			return
		}
	}
}

// rootCause names the highest-ranked bottleneck whose saturation began before
// the first request timed out; "" where none is known to.
//
// The first timeout itself is in few files, so the moment from which users
// noticed something stands for it: a request that times out was slow before.
func rootCause(s *scene) string {
	a := s.a
	if n, ok := a.Failures.Timeouts.Count.Float(); !ok || n == 0 {
		return ""
	}
	for _, f := range a.Diagnosis.Findings {
		if f.Suspected || f.Consequence != "" || f.Onset > s.onset+15 {
			continue
		}
		return f.Component + ": " + f.Symptom
	}
	return ""
}
