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
	"github.com/peakload/peakload/analyze"
)

// Run looks for what limited the run and adds to a the diagnosis, the issues,
// the lessons and the root cause of timeouts. a must have been made by
// analyze.Run; nothing else of it is changed.
func Run(a *analyze.Analysis) {
	s := newScene(a)
	a.Diagnosis = rank(s, look(s))
	a.Diagnosis.Summary = summary(s, &a.Diagnosis)
	a.Diagnosis.Immediate = immediate(s)
	a.Diagnosis.Capacity = improvements(s)
	a.Diagnosis.Scaling = scaling(s)
	a.Failures.Timeouts.RootCause = rootCause(s)
	a.Issues = issues(s)
	a.Lessons = lessons(s)
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
