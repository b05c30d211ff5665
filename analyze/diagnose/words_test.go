package diagnose

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// A state begins with two readings on end, and lasts through single ones.
func TestFirst(t *testing.T) {
	for _, x := range []struct {
		name   string
		values []float64
		want   float64
	}{
		{"at once", []float64{0, 9, 9, 9}, 1},
		{"a lapse", []float64{0, 9, 9, 0, 9, 9}, 1},
		{"one before a lapse", []float64{0, 9, 0, 9, 9}, 3},
		{"two lapses on end", []float64{9, 9, 0, 0, 9, 9}, 4},
		{"never", []float64{0, 0, 9, 0, 0}, math.NaN()},
	} {
		tr := &analyze.Track{}
		for i, v := range x.values {
			tr.Time, tr.Value = append(tr.Time, float64(i)), append(tr.Value, v)
		}
		s := &scene{stress: span{to: 100}}
		if got := s.first(series{tr}, 5); got != x.want && !(math.IsNaN(got) && math.IsNaN(x.want)) {
			t.Errorf("%s: from %v, want %v", x.name, got, x.want)
		}
	}
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[float64]string{1: "1st", 2: "2nd", 11: "11th", 12000: "12,000th", 23: "23rd", 110: "110th", 121: "121st"} {
		if got := ordinal(n); got != want {
			t.Errorf("%g is %q, want %q", n, got, want)
		}
	}
}

func TestSized(t *testing.T) {
	if got := sized(286, .0063, "core", "cores"); got != "286/s × 6.3 ms × 1.3 = 2.34, so 3 cores with three tenths in reserve" {
		t.Error(got)
	}
}

// A limiter that refuses as much of few users' requests limits each of them.
func TestWhatWasRefused(t *testing.T) {
	phase := func(kind analyze.PhaseKind, users int, refused float64) analyze.Phase {
		p := analyze.Phase{Kind: kind}
		p.UsersFrom, p.UsersTo, p.Start, p.End = users, users, 0, 60
		p.Requests, p.RateLimited = measure.Of(1000, measure.Count), measure.Of(refused, measure.Count)
		return p
	}
	for _, x := range []struct {
		light analyze.Phase
		want  string
	}{
		{phase(analyze.Recovery, 20, 660), "66.0% of the requests at 20 users and 65.0% at 350"},
		{phase(analyze.Recovery, 20, 0), ""},
		{phase(analyze.Recovery, 200, 660), ""}, // not light beside 350
		{phase(analyze.RampDown, 20, 660), ""},
	} {
		s := &scene{a: &analyze.Analysis{Phases: []analyze.Phase{phase(analyze.Peak, 350, 650), x.light}}}
		if got := s.whatWasRefused(); (got == "") != (x.want == "") || !strings.Contains(got, x.want) {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}

// Requests that wait a pool's time limit out have that limit for their P99.
func TestWhatCapped(t *testing.T) {
	for _, failing := range []float64{.3, 0} {
		a := &analyze.Analysis{Plan: &plan.Plan{}, Diagnosis: analyze.Diagnosis{Findings: []analyze.Finding{{Kind: "connection_pool"}}}}
		a.Failures.PoolExhaustion.Occurred = analyze.Yes
		s := &scene{a: a, window: analyze.Window{P50: measure.Of(1.07, measure.Seconds), P99: measure.Of(1.15, measure.Seconds),
			Requests: measure.Of(1000, measure.Count), Failures: measure.Of(1000*failing, measure.Count), ErrorRate: measure.Of(failing, measure.Ratio)}}
		if got := s.whatCapped(); (got != "") != (failing > 0) || failing > 0 && !strings.HasPrefix(got, "P50 (1,070 ms) and P99 (1,150 ms) lie close together while 30.0%") {
			t.Errorf("%v failed: %q", failing, got)
		}
		if s.window.P99 = measure.Of(2, measure.Seconds); s.whatCapped() != "" {
			t.Error(s.whatCapped())
		}
	}
}

// A pool is full before the first request gives up, and both are told apart.
func TestFullBeforeGivingUp(t *testing.T) {
	l := fullPoolLab(1.4)
	l.track(app, "pool_in_use", func(s float64) float64 { return math.Min(20, 40*l.load(s)) })
	l.track(app, "pool_waiting", func(s float64) float64 { return math.Max(0, 100*(l.load(s)-.5)) })
	l.fail(.3, bare503).say("pool", "QueuePool limit of size 20 overflow 0 reached", 1800)
	a := l.analyse(t)
	want(t, a, "connection_pool")
	if f := a.Diagnosis.Findings[0]; !regexp.MustCompile(`full, with requests waiting, from 2\d s of the run on \(at 1\d\d users\); 1,800 lines of app.log name an exhausted pool, the first at 2\d\d users`).MatchString(f.Symptom) {
		t.Error(f.Symptom)
	}
}

func TestSameUnit(t *testing.T) {
	for _, x := range []struct {
		limit, used float64
		want        string
	}{
		{24105 << 20, 30 << 20, "24,105 MB"}, // as the table of resources shows it
		{24 << 30, 20 << 30, "24.0 GB"},
	} {
		if got := sameUnit(x.limit, x.used); got != x.want {
			t.Errorf("%v beside %v: %q, want %q", x.limit, x.used, got, x.want)
		}
	}
}

func TestInShort(t *testing.T) {
	long := strings.Repeat("word ", 14) + "end"
	for symptom, want := range map[string]string{
		"10 of 10 in use; 3 waiting":                  "10 of 10 in use; 3 waiting",
		"grew to 3 MB; app.log says “killed; out”":    "grew to 3 MB",
		long + "; " + long + "; 618 lines of app.log": long + "; " + long,
		long + " " + long + " " + long:                long + " " + long + " " + long, // one clause is not cut
	} {
		if got := inShort(symptom); got != want {
			t.Errorf("%q: %q, want %q", symptom, got, want)
		}
	}
}
