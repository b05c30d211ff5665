package diagnose

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
)

// figure recognises a sentence that holds one.
var figure = regexp.MustCompile(`[0-9]`)

var (
	// needs and quotient recognise calculations that are written out.
	needs    = regexp.MustCompile(`([\d.,]+)/s × ([\d.]+) (ms|s) × ([\d.]+) = ([\d.,]+), so ([\d,]+) `)
	quotient = regexp.MustCompile(`([\d.,]+)/s × ([\d.]+) ÷ ([\d.,]+)/s = ([\d.,]+), so ([\d,]+) `)
	pooled   = regexp.MustCompile(`(\d+) of (\d+) pooled connections`)
	missedAt = regexp.MustCompile(`a target is missed at (\d+) users`)
	began    = regexp.MustCompile(`of the run on \(at ([\d,]+) users?\)`)
	slowed   = regexp.MustCompile(`slowed down, ([\d.]+) to [\d.]+ times`)
	crowd    = regexp.MustCompile(`\b(?:at|with) ([\d,]+) users?\b`)
	busiest  = regexp.MustCompile(`the application used .*, ([\d.]+)% in the busiest ten seconds`)
)

// number reads a number as the texts write it.
func number(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// agreement looks for answers in different sections that do not agree, and for
// calculations that do not hold.
func agreement(t *testing.T, a *analyze.Analysis) {
	t.Helper()
	d := a.Diagnosis
	said := append(append([]string{d.Scaling.Horizontal, d.Scaling.Vertical, d.Scaling.AutoScaling}, d.Immediate...), d.Capacity...)
	for _, f := range d.Findings {
		said = append(said, f.Symptom, f.Recommendation)
	}
	for _, c := range d.Clear {
		said = append(said, c.Why)
	}
	near := func(text string, got, want float64) {
		if math.Abs(got/want-1) > .02 { // the factors are rounded
			t.Errorf("%v ≠ %v in %q", got, want, text)
		}
	}
	for _, text := range said {
		for _, m := range needs.FindAllStringSubmatch(text, -1) {
			unit := 1.
			if m[3] == "ms" {
				unit = 1e-3
			}
			near(text, number(t, m[1])*number(t, m[2])*unit*number(t, m[4]), number(t, m[5]))
			if number(t, m[6]) < number(t, m[5]) {
				t.Errorf("too few: %q", text)
			}
		}
		for _, m := range quotient.FindAllStringSubmatch(text, -1) {
			near(text, number(t, m[1])*number(t, m[2])/number(t, m[3]), number(t, m[4]))
		}
		for _, m := range began.FindAllStringSubmatch(text, -1) {
			if most, ok := a.Run.UsersPeak.Float(); ok && number(t, m[1]) > most {
				t.Errorf("more users than the run had: %q", text)
			}
		}
		if m := busiest.FindStringSubmatch(text); m != nil {
			if u, ok := a.Resource("Application Server", "CPU Usage").Saturation.Float(); !ok || math.Abs(100*u-number(t, m[1])) > .06 {
				t.Errorf("the table of resources says %.1f%%: %q", 100*u, text)
			}
		}
	}
	// What follows from something else is not dealt with before that.
	for _, f := range d.Findings {
		if strings.HasPrefix(f.Consequence, "follows from") && !strings.HasPrefix(f.Recommendation, "Deal with ") {
			t.Errorf("%s %s, and %q", f.Kind, f.Consequence, f.Recommendation)
		}
	}
	doubled(t, a)
	refusals(t, a)
	// A resource that limited the run was exhausted.
	if len(d.Findings) > 0 && usedUp[d.Findings[0].Kind] && !d.Findings[0].Suspected && a.RateLimit.NoExhaustion != analyze.No {
		t.Errorf("%s limited the run and nothing was exhausted: %s", d.Findings[0].Kind, a.RateLimit.ExhaustionWhy)
	}
	// When to scale out is not said where there is no call for it, and not at a
	// load at which it is too late.
	if strings.HasPrefix(d.Scaling.AutoScaling, "Scale out") && strings.HasPrefix(d.Scaling.Horizontal, "Not called for") {
		t.Errorf("%q and %q", d.Scaling.AutoScaling, d.Scaling.Horizontal)
	}
	if m := pooled.FindStringSubmatch(d.Scaling.AutoScaling); m != nil && number(t, m[1]) >= number(t, m[2]) {
		t.Errorf("a trigger at the limit: %q", d.Scaling.AutoScaling)
	}
	// A load that held every target missed none, unless it says what it left out.
	if most, ok := a.Capacity.MaxUsers.Float(); ok {
		for _, e := range a.Expectations {
			m := missedAt.FindStringSubmatch(e.Evidence)
			if m != nil && number(t, m[1]) <= most && !(strings.Contains(e.Evidence, "without 429s") && strings.Contains(a.Capacity.MaxUsersNote, "without 429s")) {
				t.Errorf("%s, and %q", a.Capacity.MaxUsersText, e.Evidence)
			}
		}
	}
}

// doubled looks for what is said twice.
func doubled(t *testing.T, a *analyze.Analysis) {
	t.Helper()
	d := a.Diagnosis
	if strings.Contains(strings.Join(d.Immediate, "\n"), "for which Locust takes") && strings.Contains(strings.Join(d.Capacity, "\n"), "run Locust in more processes") {
		t.Errorf("more processes of Locust are asked for twice: %q and %q", d.Immediate, d.Capacity)
	}
	said := map[string]string{}
	for _, f := range d.Findings {
		said[f.Kind] = f.Symptom
	}
	for _, i := range a.Issues {
		said[i.Title] = i.Title + "; " + i.Evidence
	}
	for _, e := range a.Expectations {
		said[e.Text] = e.Evidence
	}
	for what, text := range said {
		if !strings.Contains(text, "requests failed") {
			continue
		}
		if found := crowd.FindAllStringSubmatch(text, -1); len(found) > 1 && found[0][1] == found[1][1] {
			t.Errorf("%s: the users are named twice: %q", what, text)
		}
	}
	for _, l := range a.Lessons {
		rest, ok := strings.CutPrefix(l.Text, "What limited the run was ")
		rest, _, _ = strings.Cut(rest, ". ")
		if ok && len(d.Findings) > 0 && len(strings.Fields(rest)) > len(strings.Fields(d.Findings[0].Component))+shortWords+2 && strings.Contains(rest, "; ") {
			t.Errorf("a lesson of %d words: %q", len(strings.Fields(l.Text)), l.Text)
		}
	}
}

// refusals looks for sentences that leave a limiter's 429s out and do not say
// so, where others count them; and for what slowed down by becoming faster.
func refusals(t *testing.T, a *analyze.Analysis) {
	t.Helper()
	for _, c := range a.Diagnosis.Clear {
		if m := slowed.FindStringSubmatch(c.Why); m != nil && number(t, m[1]) < 1 {
			t.Errorf("what became faster did not slow down: %q", c.Why)
		}
	}
	if n, ok := a.RateLimit.Total.Limited.Float(); !ok || n == 0 {
		return
	}
	for _, c := range a.Diagnosis.Clear {
		if strings.Contains(c.Why, "no target on latency or errors was missed") {
			t.Errorf("429s were left out without a word: %q", c.Why)
		}
	}
	for _, e := range a.Expectations {
		if strings.HasPrefix(e.Evidence, "targets met in the ") && !strings.Contains(e.Evidence, "without 429s") {
			t.Errorf("429s were left out without a word: %q", e.Evidence)
		}
	}
}

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
		if strings.HasSuffix(l.Text, "..") || !strings.HasSuffix(l.Text, ".") {
			t.Errorf("not a sentence: %q", l.Text)
		}
	}
	agreement(t, a)
	if len(d.Findings) > 0 && !d.Hurt && d.Findings[0].Kind != "load_generator" {
		t.Error("a bottleneck, and users had nothing to complain of")
	}
}
