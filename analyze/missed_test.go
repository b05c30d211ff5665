package analyze

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// Of the targets that a phase misses the one that it misses by most is its
// reason, throughput last, and the others are named.
func TestWhyAPhaseFails(t *testing.T) {
	held := func(latency float64, failed int64) *loadtest.Run {
		b := newBench().ramp(10, 40, .01)
		for range 60 {
			b.row(40, 20, failed, latency)
		}
		return withFailures(b.run(), failure(feed, unavailable, 60*failed))
	}
	for _, x := range []struct {
		name       string
		run        *loadtest.Run
		first, too string
	}{
		{"errors by most", held(.6, 10), "error rate: 50", "; missed too: P50, P95 and throughput"},
		{"latency by most", held(8, 2), "P50: 8", "; missed too: P95, error rate and throughput"},
		{"throughput alone", held(.1, 0), "throughput: 20", ""},
		{"latency before throughput", held(.6, 0), "P50: 599 ms", "; missed too: P95 and throughput"},
	} {
		a := Run(x.run, planOf(t, "p50 < 500ms", "p95 < 1s", "errors < 5%", "rps > 500"), nil)
		p := a.Phases[len(a.Phases)-1]
		if p.Kind != Peak || !strings.HasPrefix(p.Why, x.first) || !strings.HasSuffix(p.Why, x.too) || x.too == "" && strings.Contains(p.Why, "too") {
			t.Errorf("%s: %s", x.name, p.Why)
		}
	}
}

// Where 429s count as errors, as Locust counts them, and not against the
// capacity, every answer says which of the two it is about.
func TestErrorRatesApart(t *testing.T) {
	p := planOf(t, "p95 < 1s", "errors < 5%")
	a := Run(limitedRun(.01, 0), p, nil)
	for _, text := range []string{a.Targets[1].Why, a.Phases[len(a.Phases)-1].Why, a.Capacity.MaxUsersNote} {
		if !strings.Contains(text, "0% without 429s") {
			t.Errorf("%q", text)
		}
	}
	if !strings.Contains(a.Capacity.MaxRPSNote, "It counts successes; of the 60 RPS at the peak 66.7% failed.") || a.Capacity.Knee.Measured() {
		t.Errorf("%q, knee %v", a.Capacity.MaxRPSNote, a.Capacity.Knee)
	}
	if a = Run(newBench().ramp(10, 40, .01).hold(60, 40, 2).run(), p, nil); strings.Contains(a.Capacity.MaxRPSNote, "It counts successes") {
		t.Errorf("%q", a.Capacity.MaxRPSNote)
	}
}

// A run that lasted longer than its history says what was looked at.
func TestNoOutageInWhat(t *testing.T) {
	for _, after := range []int64{0, 4} {
		r := newBench().hold(60, 40, .01).run()
		last := r.History.Time[len(r.History.Time)-1]
		r.Page = &loadtest.Page{File: "report.html", End: time.Unix(last+after, 0).UTC()}
		a := Run(r, planOf(t, "p95 < 1s"), nil)
		if got := strings.Contains(a.Stability.Why, "that the history covers"); got != (after > 0) {
			t.Errorf("%d s after the history: %q", after, a.Stability.Why)
		}
	}
}

func TestTimes(t *testing.T) {
	for x, want := range map[float64]string{3.14: "3.1", 53.7: "54", 558.7: "560", 12345: "12,000"} {
		if got := times(x); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
}

// Shares of different numbers of cores do not compare, and the cure is no
// further file.
func TestCompareCPUOfDifferentCores(t *testing.T) {
	of := func(cores float64) cpuBasis {
		return cpuBasis{value: measure.Of(.5, measure.Ratio), metric: "cpu_ratio", of: "app", cores: cores}
	}
	row := compareCPU(of(1), of(2)).verdict(false)
	if need := row.Difference.Need(); !strings.Contains(need, "as many cores: it had 2 cores then and has one core now") || !row.Baseline.Measured() {
		t.Errorf("%q, baseline %v", need, row.Baseline)
	}
	if row = compareCPU(of(math.NaN()), of(2)).verdict(false); strings.Contains(row.Difference.Need(), "as many cores") {
		t.Error(row.Difference.Need())
	}
}

func TestInTrouble(t *testing.T) {
	for _, x := range []struct {
		slowest float64
		away    bool
		want    string
	}{
		{.7, false, "queries took up to 700 ms (10.0 ms in the fastest quarter of the readings)"},
		{0, true, "the database was away"},
		{.7, true, "queries took up to 700 ms (10.0 ms in the fastest quarter of the readings) or the database was away"},
	} {
		if got := inTrouble(x.slowest, .01, x.away); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}

// That a pool ran out is told in full once; here it is named, and when.
func TestExhaustedPool(t *testing.T) {
	c := &context{failures: FailureReport{PoolExhaustion: PoolExhaustion{Occurred: Yes, Evidence: "100 requests gave up", AtUsers: measure.Of(246, measure.Users)}}}
	if answer, why := c.noExhaustion(); answer != No || why != "the connection pool ran out, from 246 users on" {
		t.Errorf("%v %q", answer, why)
	}
	c.failures.PoolExhaustion.AtUsers = measure.Value{}
	if answer, why := c.noExhaustion(); answer != No || why != "the connection pool ran out: 100 requests gave up" {
		t.Errorf("%v %q", answer, why)
	}
}
