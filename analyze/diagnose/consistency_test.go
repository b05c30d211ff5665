package diagnose

import (
	"regexp"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
)

// figure recognises a sentence that holds one.
var figure = regexp.MustCompile(`[0-9]`)

// contradictions looks for statements of one analysis that cannot both hold.
func contradictions(t *testing.T, a *analyze.Analysis) {
	t.Helper()
	d := a.Diagnosis
	state := map[string]string{}
	note := func(kind, as string) {
		if have, ok := state[kind]; ok && have != as {
			t.Errorf("%s is both %s and %s", kind, have, as)
		}
		state[kind] = as
	}
	for i, f := range d.Findings {
		note(f.Kind, "found")
		if !figure.MatchString(f.Symptom) {
			t.Errorf("%s: a symptom without a figure: %q", f.Kind, f.Symptom)
		}
		if f.Component == "" || f.Impact == "" || f.Recommendation == "" || len(f.Evidence) == 0 {
			t.Errorf("%s lacks a part: %+v", f.Kind, f)
		}
		if i == 0 && (f.Suspected || f.Consequence != "") {
			t.Errorf("the primary bottleneck is suspected or a consequence: %s", f.Kind)
		}
		if f.Score < 0 || f.Score > 1 {
			t.Errorf("%s scores %v", f.Kind, f.Score)
		}
	}
	for _, f := range d.Suspicions {
		note(f.Kind, "suspected")
	}
	for _, c := range d.Clear {
		note(c.Kind, "clear")
		if !figure.MatchString(c.Why) && !strings.HasPrefix(c.Why, "no ") && !strings.HasPrefix(c.Why, "Locust did not") && !strings.Contains(c.Why, "was not asked") {
			t.Errorf("%s is ruled out without a figure: %q", c.Kind, c.Why)
		}
	}
	for _, g := range d.NotLookedAt {
		note(g.Kind, "not looked at")
	}
	// A resource in which the cause lies is not shown as OK.
	for _, r := range a.Resources {
		for _, f := range d.Findings {
			if f.Suspected || r.Status != analyze.ResourceOK {
				continue
			}
			if kindOfRow[[2]string{r.Component, r.Metric}] == f.Kind && (r.Metric == "cpu" && !r.OfHost || r.Metric == "lock_waits" || r.Metric == "request_queue") {
				t.Logf("note: %s is found and its row %s %s is OK (%s)", f.Kind, r.Component, r.Metric, r.Why)
			}
		}
	}
	for _, i := range a.Issues {
		if !figure.MatchString(i.Title+i.Evidence) && i.Severity != "P2" {
			t.Errorf("an issue without its figure: %s — %s", i.Title, i.Evidence)
		}
		for _, c := range d.Clear {
			if strings.HasPrefix(i.Title, "Bottleneck: ") && strings.Contains(i.Title, nounOf(c.Kind)) && state[c.Kind] == "clear" {
				t.Errorf("%s is ruled out and an issue: %s", c.Kind, i.Title)
			}
		}
	}
	if len(a.Lessons) > mostLessons {
		t.Errorf("%d lessons", len(a.Lessons))
	}
	for _, l := range a.Lessons {
		if strings.HasSuffix(l, "..") || !strings.HasSuffix(l, ".") {
			t.Errorf("not a sentence: %q", l)
		}
	}
	if len(d.Findings) > 0 && !d.Hurt && d.Findings[0].Kind != "load_generator" {
		t.Error("a bottleneck, and users had nothing to complain of")
	}
}
