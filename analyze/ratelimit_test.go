package analyze

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"pgregory.net/rapid"
)

func planOf(t *testing.T, targets ...string) *plan.Plan {
	t.Helper()
	p := &plan.Plan{UserTypes: []string{"Authenticated", "Writer"}}
	for _, s := range targets {
		x, err := plan.ParseTarget(s, plan.Pos{})
		if err != nil {
			t.Fatal(err)
		}
		p.Targets = append(p.Targets, x)
	}
	return p
}

func rateLimitOf(r *loadtest.Run, p *plan.Plan) RateLimit {
	c := newContext(r, p)
	c.failures = failures(c)
	c.stability = stability(c)
	return rateLimit(c)
}

// limitedRun holds 40 users for two minutes; in its peak two requests in three
// are 429s, and others fail besides.
func limitedRun(latency float64, others int64, texts ...loadtest.Failure) *loadtest.Run {
	b := newBench().ramp(10, 40, latency)
	for range 120 {
		b.row(40, 60, 40+others, latency)
	}
	return withFailures(b.run(), append([]loadtest.Failure{failure(feed, tooMany, 4800)}, texts...)...)
}

func TestRateLimit(t *testing.T) {
	targets := planOf(t, "p50 < 500ms", "p95 < 1s", "errors < 5%")
	for _, x := range []struct {
		name                string
		run                 *loadtest.Run
		plan                *plan.Plan
		status              LimitStatus
		protected, graceful YesNo
		why                 string
	}{
		{"fast and protected", limitedRun(.01, 0), targets, LimitActive, Yes, Yes, "every latency and error target"},
		{"slow however it is split", limitedRun(4, 0), targets, LimitIneffective, No, Yes, "missed the target p50 < 500ms"},
		{"broken besides", limitedRun(.01, 10, failure(feed, unavailable, 1200)), targets, LimitIneffective, No, Yes, "missed the target errors"},
		{"dropped besides", limitedRun(.01, 1, failure(feed, refused, 120)), planOf(t, "p95 < 1s"), LimitActive, Yes, No, "p95"},
		{"dropped elsewhere", limitedRun(.01, 1, failure(search, refused, 120)), planOf(t, "p95 < 1s"), LimitActive, Yes, Yes, "p95"},
		{"no targets", limitedRun(.01, 0), planOf(t), LimitActive, Unknown, Yes, "no target"},
		{"could be either", limitedRun(.45, 0), targets, LimitActive, Unknown, Yes, "cannot be told"},
		{"none", withFailures(newBench().ramp(10, 40, .01).hold(60, 40, .01).run()), targets, LimitNotTriggered, Unknown, Unknown, "429"},
		{"not known", newBench().ramp(10, 40, .01).rows(60, 40, 60, 40).run(), targets, LimitUnknown, Unknown, Unknown, "_failures.csv"},
	} {
		r := rateLimitOf(x.run, x.plan)
		if r.Total.Status != x.status || r.SystemProtected != x.protected || r.Graceful != x.graceful || r.NoExhaustion != Unknown {
			t.Errorf("%s: %v (%s), protected %v (%s), graceful %v (%s), no exhaustion %v", x.name,
				r.Total.Status, r.Total.Why, r.SystemProtected, r.ProtectedWhy, r.Graceful, r.GracefulWhy, r.NoExhaustion)
		}
		if x.protected != Yes && !strings.Contains(r.ProtectedWhy, x.why) || r.GracefulWhy == "" || r.ExhaustionWhy == "" || r.Total.Why == "" {
			t.Errorf("%s: protected: %s", x.name, r.ProtectedWhy)
		}
		for i, u := range r.UserTypes {
			if u.Name != x.plan.UserTypes[i] || u.Requests.Measured() || u.Requests.Need() == "" {
				t.Errorf("%s: user type %+v", x.name, u)
			}
			if x.status == LimitNotTriggered != (u.Status == LimitNotTriggered) {
				t.Errorf("%s: %s is %v", x.name, u.Name, u.Status)
			}
		}
	}
	r := rateLimitOf(limitedRun(.01, 0), targets)
	wantValue(t, "429s", r.Total.Limited, 4800, 4800, 4800)
}

// The limits on the accepted requests' percentiles hold for any mixture of
// fast and slow accepted and limited requests.
func TestAcceptedPercentileLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n := rapid.IntRange(50, 400).Draw(t, "requests")
		share := rapid.Float64Range(.1, .9).Draw(t, "limited")
		slow := rapid.Float64Range(.1, 10).Draw(t, "how much slower a 429 is")
		var all, accepted []float64
		limited := 0
		for range n {
			x := random.ExpFloat64()
			if random.Float64() < share {
				limited++
				x *= slow
			} else {
				accepted = append(accepted, x)
			}
			all = append(all, x)
		}
		if len(accepted) == 0 {
			return
		}
		slices.Sort(all)
		slices.Sort(accepted)
		quantile := func(xs []float64, p float64) float64 { // Locust's: x[⌊np⌋]
			return xs[min(int(float64(len(xs))*p), len(xs)-1)]
		}
		a := acceptance{requests: float64(n), low: float64(limited), high: float64(limited),
			percentile: func(p float64) measure.Value { return measure.Of(quantile(all, p), measure.Seconds) },
			max:        measure.Of(all[n-1], measure.Seconds), mean: measure.Of(meanOfAll(all), measure.Seconds)}
		for _, p := range []float64{.5, .95, .99} {
			low, high, ok := a.limits(plan.Target{Metric: plan.Percentile, P: p, Op: plan.Less})
			// One rank of slack: a percentile of n requests is a step of 1/n wide.
			if got := quantile(accepted, p); !ok || got > nextAbove(all, high) || got < nextBelow(all, low) {
				t.Fatalf("p%v of the accepted is %v, limits %v to %v", 100*p, got, low, high)
			}
		}
		low, high, _ := a.limits(plan.Target{Metric: plan.Mean, Op: plan.Less})
		if m := meanOfAll(accepted); m < low-1e-9 || m > high+1e-9 {
			t.Fatalf("mean %v, limits %v to %v", m, low, high)
		}
	})
}

func meanOfAll(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

func nextAbove(sorted []float64, x float64) float64 {
	for _, y := range sorted {
		if y > x {
			return y
		}
	}
	return math.Inf(1)
}

func nextBelow(sorted []float64, x float64) float64 {
	below := math.Inf(-1)
	for _, y := range sorted {
		if y < x {
			below = y
		}
	}
	return below
}
