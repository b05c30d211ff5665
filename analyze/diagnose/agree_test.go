package diagnose

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/plan"
)

// said are the sentences of a diagnosis that a test looks into.
func said(a *analyze.Analysis) map[string]string {
	out := map[string]string{"immediate": strings.Join(a.Diagnosis.Immediate, "\n"), "horizontal": a.Diagnosis.Scaling.Horizontal}
	for _, l := range a.Lessons {
		out["lessons"] += l.Text + "\n"
	}
	for _, c := range a.Diagnosis.Clear {
		out[c.Kind] = c.Why
	}
	for _, e := range a.Expectations {
		out[e.Text] = e.Answer.String() + ": " + e.Evidence
	}
	return out
}

// What is said in one section agrees with what is said in the others, and no
// cure is for what does not matter.
func TestSectionsOfFaults(t *testing.T) {
	away := func(t float64) float64 {
		if t > 80 {
			return 0
		}
		return 1
	}
	for name, c := range map[string]struct {
		lab         func() *lab
		where       string
		says, never string
	}{
		"a full queue is no cause where its own is known": {func() *lab {
			l := fullPoolLab(1.4)
			l.steady("payments", "latency_mean_seconds", .05, 1.1)
			l.eps[1].full = 2.6
			return l.steady(host, "cpu_ratio", .99, .995)
		}, "host_cpu", "put down to the payments", "put down to the database connection pool"},
		"other work that gives way is none to keep off": {func() *lab {
			l := newLab(1.2)
			l.steady(database, "cpu_cores", .1, 1.8).steady(app, "cpu_cores", .05, .05).steady(generator, "cpu_cores", .05, .05)
			return l.steady(host, "cpu_ratio", .99, .995)
		}, "immediate", "", "Keep other work off"},
		"other work that takes half is": {func() *lab {
			l := newLab(1.2)
			l.steady(database, "cpu_cores", .1, .9).steady(app, "cpu_cores", .05, .05).steady(generator, "cpu_cores", .05, .05)
			return l.steady(host, "cpu_ratio", .99, .995)
		}, "immediate", "Keep other work off", ""},
		"a cache that went is asked after, though no target was missed":    {func() *lab { return newLab(.03).track(cache, "up", away) }, "immediate", "Find out why the cache went away", ""},
		"a cache that went is a lesson":                                    {func() *lab { return newLab(.03).track(cache, "up", away) }, "lessons", "The cache did not answer its monitor from", ""},
		"a part that did not answer may have crashed":                      {func() *lab { return newLab(.03).track(cache, "up", away) }, "No crashes", "not_measured: ", ""},
		"what lies between is to be recorded":                              {func() *lab { return newLab(1.2).steady(app, "latency_mean_seconds", .004, .006) }, "immediate", "Record the traffic of the network interfaces", ""},
		"instances answer 429s too, as users ask for what is refused":      {func() *lab { return limitedLab().steady(app, "cpu_cores", .3, 1.98) }, "horizontal", "429s included", ""},
		"requests shed with Retry-After are a graceful way to refuse them": {func() *lab { return newLab(.03).fail(.3, "HTTPError('503 Retry-After: 2')") }, "Graceful degradation", "yes: ", ""},
		"requests that fail otherwise are not":                             {func() *lab { return newLab(.03).fail(.3, "HTTPError('503 Server Error')") }, "Graceful degradation", "no: ", ""},
	} {
		l := c.lab()
		l.plan.Expectations = []plan.Expectation{{Text: "No crashes"}, {Text: "Graceful degradation"}}
		got := said(l.analyse(t))[c.where]
		if !strings.Contains(got, c.says) || c.never != "" && strings.Contains(got, c.never) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// limitedLab is a run of which a rate limiter refuses a third.
func limitedLab() *lab {
	return newLab(1.2).fail(.3, "HTTPError('429 Client Error: Too Many Requests')")
}
