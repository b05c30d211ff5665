package analyze

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

func contextOf(b *bench) *context { return newContext(b.run(), &plan.Plan{}) }

func near(t *testing.T, what string, v measure.Value, want, tolerance float64) {
	t.Helper()
	x, ok := v.Float()
	if !ok || math.Abs(x-want) > tolerance {
		t.Errorf("%s: got %s (%v), want %g", what, measure.Format(v, measure.Style{}), x, want)
	}
}

func contains(t *testing.T, what string, v measure.Value, truth float64) {
	t.Helper()
	low, high, ok := v.Limits()
	if !ok || truth < low || truth > high {
		t.Errorf("%s: limits %g to %g do not hold %g", what, low, high, truth)
	}
}

// A window's counts and mean are those of its own requests, not of the run's.
func TestWindowIsExact(t *testing.T) {
	b := newBench().row(0, 0, 0, 0)
	for range 50 {
		b.row(10, 7, 1, .02)
	}
	for range 50 {
		b.row(10, 13, 5, .9)
	}
	w := contextOf(b).window(50, 100)
	near(t, "requests", w.Requests, 650, 0)
	near(t, "failures", w.Failures, 250, 0)
	near(t, "error rate", w.ErrorRate, 250./650, 1e-12)
	near(t, "mean", w.Mean, .9, 1e-9)
	near(t, "rate", w.RPS, 13, .3)
	contains(t, "rate", w.RPS, 13)
	near(t, "max", w.Max, 2.7, 1e-12)
	if !w.Mean.IsExact() || !w.Max.IsExact() {
		t.Errorf("mean and maximum are known exactly here")
	}
	if s := w.Requests.Sources(); len(s) != 1 || s[0].Lines != "52,102" || s[0].Column != colRequests || s[0].File != "run_stats_history.csv" {
		t.Errorf("source %+v", s)
	}
}

// A maximum from before the window only bounds the window's.
func TestWindowMaximumOfEarlier(t *testing.T) {
	b := newBench().row(0, 0, 0, 0).hold(20, 10, 2).hold(60, 10, .1)
	w := contextOf(b).window(40, 80)
	low, high, ok := w.Max.Limits()
	if !ok || low > .3 || high < .29 || high > 6 || w.Max.Method() != measure.Bounded {
		t.Errorf("got %g to %g by %s", low, high, w.Max.Method())
	}
}

// Counters that were reset go on from zero; what the reset swallowed widens
// the upper limit.
func TestWindowOverReset(t *testing.T) {
	b := newBench().row(0, 0, 0, 0).hold(30, 10, .1).reset().hold(30, 10, .3)
	c := contextOf(b)
	w := c.window(0, 60)
	near(t, "requests", w.Requests, 300, 0)
	near(t, "mean", w.Mean, .2, 1e-9)
	if _, high, _ := w.Requests.Limits(); high <= 300 {
		t.Errorf("the reset lost nothing: high %g", high)
	}
	after := c.window(35, 60)
	near(t, "requests after the reset", after.Requests, 125, 0)
	if !after.Requests.IsExact() {
		t.Error("a window after the reset is exact")
	}
	near(t, "whole run", c.whole.Requests, 300, 0)
}

// Locust before 1.2 printed whole milliseconds.
func TestRoundedMeans(t *testing.T) {
	b := newBench().row(0, 0, 0, 0).hold(200, 100, .1004).hold(20, 100, .2003)
	truth := .2003
	for i, m := range b.h.Total.Mean {
		b.h.Total.Mean[i] = math.Floor(m*1000) / 1000
	}
	w := contextOf(b).window(200, 220)
	contains(t, "mean", w.Mean, truth)
	if w.Mean.IsExact() {
		t.Error("a rounded mean is not exact")
	}
}

// Requests without a response time count and have no latency.
func TestRequestsWithoutLatency(t *testing.T) {
	b := newBench()
	for range 30 {
		b.row(5, 4, 0, 0)
	}
	w := contextOf(b).window(0, 29)
	if w.Mean.Measured() || w.Mean.Why() != measure.NotApplicable || w.P95.Measured() {
		t.Errorf("mean %v, P95 %v", w.Mean, w.P95)
	}

	b = newBench().row(0, 0, 0, 0).hold(50, 10, .1).hold(50, 10, .3)
	r := b.run()
	r.Histograms = &loadtest.Histograms{Endpoints: []loadtest.Histogram{{Endpoint: loadtest.Endpoint{Name: "x"}, Requests: 500, None: 50}}}
	// The averages say 0.1 s after 250 requests and 0.2 s after 500. If the 50
	// without latency are all of the second half, it has 450·0.2 − 250·0.1 s
	// over 200 requests; if all of the first, 450·0.2 − 200·0.1 s over 250.
	c := newContext(r, &plan.Plan{})
	m := c.window(50, 100).Mean
	contains(t, "mean", m, 65./200)
	contains(t, "mean", m, 70./250)
	contains(t, "mean", m, .3)
}

// Failures are 429s where the run failed in one way only; else they are
// bounded.
func TestLimitedInWindow(t *testing.T) {
	const refused = "HTTPError('429 Client Error: Too Many Requests for url: /a')"
	b := newBench().row(0, 0, 0, 0)
	for range 40 {
		b.row(10, 10, 3, .1)
	}
	r := b.run()
	for _, x := range []struct {
		rows              []loadtest.Failure
		low, high         float64
		rateLow, rateHigh float64 // of the error rate without 429s
	}{
		{[]loadtest.Failure{{Error: refused, Count: 120}}, 60, 60, 0, 0},
		{[]loadtest.Failure{{Error: "ConnectionRefusedError(111, 'Connection refused')", Count: 120}}, 0, 0, .3, .3},
		{[]loadtest.Failure{{Error: refused, Count: 100}, {Error: "HTTPError('500 Server Error: x for url: /a')", Count: 20}}, 40, 60, 0, .1},
	} {
		r.Failures = &loadtest.Failures{File: "run_failures.csv", Rows: x.rows}
		c := newContext(r, &plan.Plan{Count429: plan.As429Separate})
		w := c.window(20, 40)
		if low, high, ok := w.RateLimited.Limits(); !ok || low != x.low || high != x.high {
			t.Errorf("429s %g to %g, want %g to %g", low, high, x.low, x.high)
		}
		if low, high, ok := w.ErrorRate.Limits(); !ok || math.Abs(low-x.rateLow) > 1e-12 || math.Abs(high-x.rateHigh) > 1e-12 {
			t.Errorf("error rate %g to %g, want %g to %g", low, high, x.rateLow, x.rateHigh)
		}
	}
	r.Failures = nil
	if w := newContext(r, &plan.Plan{Count429: plan.As429Separate}).window(20, 40); w.ErrorRate.Measured() || w.RateLimited.Measured() {
		t.Errorf("without the failures' texts neither is known")
	}
	if w := newContext(r, &plan.Plan{}).window(20, 40); !w.ErrorRate.IsExact() {
		t.Errorf("Locust's own error rate is known")
	}
}

// The limits of throughput hold whatever fraction of a second the rows were
// written at.
func TestThroughputLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		phase := rapid.Float64Range(0, 1).Draw(t, "phase")
		period := 1 + rapid.Float64Range(0, .05).Draw(t, "write time")
		rate := rapid.Float64Range(5, 500).Draw(t, "rate")
		n := rapid.IntRange(5, 80).Draw(t, "rows")
		b := newBench()
		at, done := phase, int64(0)
		for range n {
			k := int64(math.Round(at*rate)) - done
			done += k
			b.rowAt(1_700_000_000+int64(at), 10, k, 0, .1)
			at += period
		}
		w := contextOf(b).window(0, n-1)
		x, _ := w.Requests.Float()
		truth := x / (float64(n-1) * period)
		low, high, ok := w.RPS.Limits()
		if !ok || truth < low-1e-9 || truth > high+1e-9 {
			t.Fatalf("%g is not in %g to %g", truth, low, high)
		}
	})
}

func TestNarrow(t *testing.T) {
	web := func() *bench {
		b := newBench().hold(30, 0, .1).ramp(10, 50, .1).hold(100, 50, .1)
		for range 60 {
			b.row(0, 0, 0, .1)
		}
		return b
	}
	c := contextOf(web())
	if got, want := outline(c.phases), "ramp_up 0-10@50, peak 10-111@50"; got != want {
		t.Errorf("idle ends: got %s, want %s", got, want)
	}
	if len(c.notes) != 1 || c.notes[0].Code != "idle_left_out" {
		t.Errorf("notes %v", c.notes)
	}

	b := web().reset().ramp(10, 20, .1).hold(30, 20, .1)
	r := b.run()
	r.Totals = &loadtest.Totals{HasTotal: true, Total: loadtest.Total{Requests: 400}}
	c = newContext(r, &plan.Plan{})
	if c.run.Totals != nil || r.Totals == nil || c.whole.UsersTo != 0 {
		t.Error("files of the last test do not describe the first")
	}
	near(t, "requests of the larger test", c.whole.Requests, float64(b.h.Total.Requests[b.h.Segments[0].To]), 0)

	b = newBench().hold(1, 0, .1).hold(20, 5, .1)
	for range 8 {
		b.row(0, 0, 0, .1)
	}
	b.reset().ramp(10, 50, .1).hold(100, 50, .1)
	r = b.run()
	r.Totals = &loadtest.Totals{HasTotal: true, Total: loadtest.Total{Requests: 2700}}
	c = newContext(r, &plan.Plan{})
	if c.run.Totals == nil {
		t.Error("the last test's files are set aside")
	}
	near(t, "requests of the last test", c.whole.Requests, 2700, 0)
}
