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
)

// noisyRun makes the windows of a run of n seconds at a level, in log units:
// every second a shared drift with memory tau and spread sd, and in each window
// the noise of a percentile of its own requests.
func noisyRun(random *rand.Rand, n int, level, tau, sd float64) levels {
	const own = .03
	l := levels{seconds: windowLength, length: float64(n)}
	drift := sd * random.NormFloat64()
	for range n / windowLength {
		sum := 0.0
		for range windowLength {
			if tau > 0 {
				phi := math.Exp(-1 / tau)
				drift = phi*drift + sd*math.Sqrt(1-phi*phi)*random.NormFloat64()
			} else {
				drift = 0
			}
			sum += drift
		}
		l.values = append(l.values, level+sum/windowLength+own*random.NormFloat64())
	}
	return l
}

func (l levels) value() measure.Value {
	all := make([]int, len(l.values))
	for i := range all {
		all[i] = i
	}
	return measure.Of(math.Exp(l.level(all)), measure.Seconds)
}

// Methods.md §5.1 simulated the single tests: this is the whole ladder on the
// same kinds of noise. One run against one run of the same system must not be
// called a change more often than the tests it is built on, and real changes
// must be found, or be said to need a longer run: six independent stretches are
// more than four minutes of τ = 20 s hold.
func TestComparisonErrorRates(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 8))
	const pairs = 200
	for _, x := range []struct {
		name             string
		seconds          int
		tau, sd, effect  float64
		apartMin, apart  float64 // share of pairs whose interval excludes no change
		changeMin, limit float64 // share of pairs that are called changed
	}{
		{"independent, no change", 240, 0, 0, 1, 0, .10, 0, .01},
		{"τ 5 s, no change", 240, 5, .10, 1, 0, .11, 0, .02},
		{"τ 20 s, no change", 240, 20, .10, 1, 0, .17, 0, .08},
		{"τ 20 s, no change, 8 min", 480, 20, .10, 1, 0, .17, 0, .05},
		{"τ 60 s, no change", 240, 60, .10, 1, 0, .44, 0, .26},
		{"independent, +30 %", 240, 0, 0, 1.3, .99, 1, .85, 1},
		{"τ 5 s, +30 %", 240, 5, .10, 1.3, .95, 1, .50, 1},
		{"τ 20 s, +30 %, 8 min", 480, 20, .10, 1.3, .90, 1, .30, 1},
	} {
		apart, changed := 0, 0
		for range pairs {
			a, b := noisyRun(random, x.seconds, 0, x.tau, x.sd), noisyRun(random, x.seconds, math.Log(x.effect), x.tau, x.sd)
			j := compareLevels(ComparisonRow{Baseline: a.value(), Current: b.value()}, a, b)
			if j.apart {
				apart++
			}
			if j.verdict(true).Significant == Yes {
				changed++
			}
		}
		t.Logf("%-26s apart %5.1f %%, changed %5.1f %%", x.name, 100*float64(apart)/pairs, 100*float64(changed)/pairs)
		if s := float64(apart) / pairs; s > x.apart || s < x.apartMin {
			t.Errorf("%s: %.0f %% of the intervals exclude no change, want %.0f to %.0f", x.name, 100*s, 100*x.apartMin, 100*x.apart)
		}
		if s := float64(changed) / pairs; s > x.limit || s < x.changeMin {
			t.Errorf("%s: %.0f %% are called changed, want %.0f to %.0f", x.name, 100*s, 100*x.changeMin, 100*x.limit)
		}
	}
}

// plateauRun is a ramp, a plateau whose latency and failures vary a little, and
// the context that analyses it.
func plateauRun(seed uint64, label string, seconds, users int, latency, errors float64) *context {
	random := rand.New(rand.NewPCG(seed, 1))
	b := newBench().ramp(10, users, latency)
	for range seconds {
		n := int64(users/2 + random.IntN(5) - 2)
		failed := int64(0)
		for range n {
			if random.Float64() < errors {
				failed++
			}
		}
		b.row(users, n, failed, latency*math.Exp(.02*random.NormFloat64()))
	}
	r := b.run()
	r.Label = label
	return newContext(r, &plan.Plan{})
}

func rowOf(t *testing.T, c *Comparison, metric string) ComparisonRow {
	t.Helper()
	i := slices.IndexFunc(c.Rows, func(r ComparisonRow) bool { return r.Metric == metric })
	if i < 0 {
		t.Fatalf("no row %s", metric)
	}
	return c.Rows[i]
}

func TestCompare(t *testing.T) {
	base := plateauRun(1, "before", 300, 100, .100, .01)
	for _, x := range []struct {
		name    string
		current *context
		want    map[string]YesNo
	}{
		{"the same", plateauRun(2, "after", 300, 100, .100, .01), map[string]YesNo{"latency_mean": No, "error_rate": No, "rps": No, "cpu": Unknown}},
		{"slower by half", plateauRun(3, "after", 300, 100, .150, .01), map[string]YesNo{"latency_mean": Yes, "error_rate": No, "rps": No}},
		{"slower by a twentieth", plateauRun(4, "after", 300, 100, .105, .01), map[string]YesNo{"latency_mean": Unknown, "rps": No}},
		{"more failures", plateauRun(5, "after", 300, 100, .100, .05), map[string]YesNo{"latency_mean": No, "error_rate": Yes}},
		{"a minute only", plateauRun(6, "after", 60, 100, .100, .01), map[string]YesNo{"latency_mean": Unknown, "error_rate": Unknown, "rps": Unknown}},
		{"a minute, ten times slower", plateauRun(7, "after", 60, 100, 1, .40), map[string]YesNo{"latency_mean": Yes, "error_rate": Yes, "rps": Unknown}},
	} {
		got := compareRuns(x.current, base)
		if got.Label != "before" || got.Current != "after" {
			t.Errorf("labels %q, %q", got.Label, got.Current)
		}
		for metric, want := range x.want {
			r := rowOf(t, got, metric)
			if r.Significant != want || r.Why == "" {
				t.Errorf("%s: %s is %v (%s), want %v", x.name, metric, r.Significant, r.Why, want)
			}
			n, ok := r.Relative.Float()
			b, _ := r.Baseline.Float()
			c, _ := r.Current.Float()
			if ok && math.Abs(n-(c/b-1)) > 1e-9 {
				t.Errorf("%s: %s: relative %v of %v and %v", x.name, metric, n, b, c)
			}
		}
		if n := got.Notes[len(got.Notes)-1]; !strings.Contains(n, "One run against one run") {
			t.Errorf("the last note is %q", n)
		}
	}
}

func TestCompareNotes(t *testing.T) {
	base := plateauRun(1, "sustained", 120, 40, .010, 0)
	got := compareRuns(plateauRun(2, "peak", 120, 200, .012, 0), base)
	if !strings.Contains(strings.Join(got.Notes, "\n"), "The loads differ: 200 users here, 40 in the baseline") {
		t.Errorf("notes %q", got.Notes)
	}
	if r := rowOf(t, got, "rps"); r.Significant != Yes {
		t.Errorf("five times the load: rps %v, %s", r.Significant, r.Why)
	}
}

// The two parts of a mean's difference add up to it, and a change of the mix
// alone is no endpoint's own.
func TestCompareMix(t *testing.T) {
	run := func(slow int) *context {
		b := newBench()
		for range 60 {
			b.row(40, 20, 0, (float64(slow)*.2+float64(20-slow)*.01)/20)
		}
		for i, e := range []loadtest.Endpoint{feed, search} {
			b.series(e, func(int) int64 { return 0 })
			s := &b.h.Endpoints[i]
			per, mean := int64(20-slow), .01
			if e == search {
				per, mean = int64(slow), .2
			}
			for k := range s.Requests {
				s.Requests[k], s.Mean[k] = per*int64(k+1), mean
			}
		}
		return newContext(b.run(), &plan.Plan{})
	}
	c, base := run(10), run(2)
	m, ok := mixOf(basisOf(c), basisOf(base))
	x, _ := c.history0.Mean.Float()
	y, _ := base.history0.Mean.Float()
	if !ok || math.Abs(m.moved-.4) > 1e-9 || math.Abs(m.own) > 1e-9 || math.Abs(m.own+m.mix-(x-y)) > 1e-9 {
		t.Errorf("%+v, the means differ by %v", m, x-y)
	}
	if got := compareRuns(c, base); !strings.Contains(strings.Join(got.Notes, "\n"), "40% of the requests go to other endpoints") {
		t.Errorf("notes %q", got.Notes)
	}
}

// What one side lacks is not made up, and says so.
func TestCompareWithoutHistory(t *testing.T) {
	totals := &loadtest.Run{Label: "totals", Totals: &loadtest.Totals{File: "run_stats.csv", HasTotal: true,
		Total: loadtest.Total{Requests: 1000, Mean: .015, Max: 1, Rate: 10}}}
	got := compareRuns(plateauRun(1, "now", 120, 40, .010, 0), newContext(totals, &plan.Plan{}))
	for _, r := range got.Rows {
		if r.Significant == Yes || r.Why == "" {
			t.Errorf("%s: %v (%s)", r.Metric, r.Significant, r.Why)
		}
	}
	if r := rowOf(t, got, "latency_p95"); r.Baseline.Measured() && !r.Baseline.Vague() || r.Relative.Measured() || r.Difference.Measured() {
		t.Errorf("a percentile from nowhere: %+v", r)
	}
	got = compareRuns(newContext(&loadtest.Run{}, &plan.Plan{}), newContext(&loadtest.Run{}, &plan.Plan{}))
	for _, r := range got.Rows {
		if r.Significant != Unknown || r.Baseline.Measured() || r.Current.Measured() {
			t.Errorf("of nothing: %+v", r)
		}
	}
}

// The same runs give the same bytes.
func TestCompareRepeats(t *testing.T) {
	a, b := plateauRun(1, "a", 120, 40, .010, .02), plateauRun(2, "b", 120, 40, .011, .03)
	first, second := compareRuns(a, b), compareRuns(a, b)
	for i := range first.Rows {
		l, h, _ := first.Rows[i].Relative.Limits()
		l2, h2, _ := second.Rows[i].Relative.Limits()
		if l != l2 || h != h2 || first.Rows[i].Why != second.Rows[i].Why {
			t.Errorf("row %d differs", i)
		}
	}
}

// compareRuns compares two runs from their files.
func compareRuns(c, baseline *context) *Comparison {
	return compare(basisOf(c), basisOf(baseline), c.plan.Count429)
}
