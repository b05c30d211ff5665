package analyze

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sort"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

// systems are simulated services: what one request takes x seconds into the
// run, and how many come a second. Nothing about them is known to the method.
var systems = []struct {
	name string
	draw func(r *rand.Rand, x, f float64) (ms, rate float64)
}{
	{"lognormal", func(r *rand.Rand, x, f float64) (float64, float64) { return logNormal(r, 120*f, .5), 60 }},
	{"bimodal", func(r *rand.Rand, x, f float64) (float64, float64) {
		if r.Float64() < .07 {
			return logNormal(r, 900, .3), 60
		}
		return logNormal(r, 60*f, .3), 60
	}},
	{"heavy tail", func(r *rand.Rand, x, f float64) (float64, float64) {
		return 50 * f * math.Pow(1-r.Float64(), -1/1.5), 60
	}},
	{"drift", func(r *rand.Rand, x, f float64) (float64, float64) {
		return logNormal(r, 60*f*math.Pow(8, x/200), .4), 30 + x/7
	}},
	{"burst", func(r *rand.Rand, x, f float64) (float64, float64) {
		if math.Mod(x, 50) < 8 {
			return logNormal(r, 960*f, .4), 60
		}
		return logNormal(r, 80*f, .4), 60
	}},
	{"stall", func(r *rand.Rand, x, f float64) (float64, float64) {
		if x > 90 && x < 130 {
			return logNormal(r, 1600*f, .4), 12
		}
		return logNormal(r, 80*f, .4), 60
	}},
	{"slow", func(r *rand.Rand, x, f float64) (float64, float64) { return logNormal(r, 1500*f, .6), 4 }},
	{"ramp", func(r *rand.Rand, x, f float64) (float64, float64) { return logNormal(r, 20*f*(1+x/30), .5), 5 + x/2 }},
	{"crash", func(r *rand.Rand, x, f float64) (float64, float64) {
		if x > 100 && x < 115 {
			return math.NaN(), 60 // nothing completes
		}
		return logNormal(r, 30*f, .6), 60
	}},
}

func logNormal(r *rand.Rand, median, sigma float64) float64 {
	return median * math.Exp(sigma*r.NormFloat64())
}

func simulate(draw func(r *rand.Rand, x, f float64) (ms, rate float64), seed uint64, seconds float64) ([]request, []loadtest.Endpoint) {
	r := rand.New(rand.NewPCG(seed, 3))
	names := []loadtest.Endpoint{{Method: "GET", Name: "/a"}, {Method: "GET", Name: "/b"}, {Method: "POST", Name: "/b"}}
	var out []request
	for x := r.Float64(); x < seconds; {
		e := r.IntN(len(names))
		v, rate := draw(r, x, 1+.5*float64(e))
		x += r.ExpFloat64() / rate
		if !math.IsNaN(v) {
			out = append(out, request{1.7e9 + x, e, v})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].t < out[j].t })
	return out, names
}

// A tally is how one percentile of many windows compared with the truth.
type tally struct {
	off          []float64 // |estimate/truth − 1|
	ranked, held int
	strict       int // within the limits without forgiveness
	missed       []string
}

// judge compares as ../check does: by value, by rank after forgiving 5 % of
// value (a quantile in a gap of the distribution has no stable value), and
// whether the truth is within the limits.
func (c *tally) judge(what string, got, low, high float64, truth []float64, p float64) {
	n := len(truth)
	t := truth[rankOf(n, p)]
	below := func(x float64) float64 {
		return float64(sort.Search(n, func(i int) bool { return truth[i] > x })) / float64(n)
	}
	rank := 0.0
	if a, b := below(got*.95-1e-9), below(got*1.05); p < a || p > b {
		rank = min(math.Abs(a-p), math.Abs(b-p))
	}
	c.off = append(c.off, math.Abs(got/t-1))
	if rank <= .01 {
		c.ranked++
	}
	if low-1e-9 <= t && t <= high+1e-9 {
		c.strict++
	}
	if low*.97 <= t && t <= high*1.03 {
		c.held++
	}
	if rank > .01 || low*.97 > t || t > high*1.03 {
		c.missed = append(c.missed, fmt.Sprintf("%s: %.1f ms (%.1f–%.1f), truth %.1f, rank off %.1f %%", what, got, low, high, t, 100*rank))
	}
}

// A goal is what must be reached over all windows.
type goal struct{ value, ranked, held float64 }

func (c *tally) check(t *testing.T, what string, want goal) {
	t.Helper()
	n := len(c.off)
	if n == 0 {
		t.Errorf("%s: nothing was judged", what)
		return
	}
	slices.Sort(c.off)
	value, ranked, held := c.off[n*9/10], float64(c.ranked)/float64(n), float64(c.held)/float64(n)
	t.Logf("%s: %d windows, value off ≤ %.1f %% in nine of ten, rank within 1 pp %.1f %%, limits hold %.1f %%, to the digit %.1f %%", what, n, 100*value, 100*ranked, 100*held, 100*float64(c.strict)/float64(n))
	if value > want.value || ranked < want.ranked || held < want.held {
		t.Errorf("%s: wanted ≤ %.0f %%, %.0f %%, %.0f %%", what, 100*want.value, 100*want.ranked, 100*want.held)
		for _, m := range c.missed {
			t.Log(m)
		}
	}
}

var judged = []float64{.5, .95, .99}

// tallies are by mode and percentile.
type tallies map[string]*tally

func (ts tallies) run(mode, what string, run *loadtest.Run, reqs []request, counts []int, names []loadtest.Endpoint, windows [][2]int) {
	l := newLatencies(run)
	add := func(key, what string, v interface {
		Float() (float64, bool)
		Limits() (float64, float64, bool)
	}, truth []float64, p float64) {
		if ts[key] == nil {
			ts[key] = &tally{}
		}
		got, ok := v.Float()
		if !ok {
			ts[key].off = append(ts[key].off, math.Inf(1))
			ts[key].missed = append(ts[key].missed, what+": no figure")
			return
		}
		low, high, _ := v.Limits()
		ts[key].judge(what, got*ms, low*ms, high*ms, truth, p)
	}
	for _, w := range windows {
		a := 0
		if w[0] >= 0 {
			a = counts[w[0]]
		}
		part := reqs[a:counts[w[1]]]
		if len(part) <= 50 {
			continue
		}
		all := make([]float64, 0, len(part))
		each := make([][]float64, len(names))
		for _, q := range part {
			all = append(all, q.ms)
			each[q.e] = append(each[q.e], q.ms)
		}
		slices.Sort(all)
		for _, p := range judged {
			add(fmt.Sprintf("%s p%g", mode, 100*p), fmt.Sprintf("%s %v", what, w), l.total(w[0], w[1], p), all, p)
		}
		for e := range names {
			if !run.History.FullHistory || len(each[e]) <= 50 {
				continue
			}
			slices.Sort(each[e])
			for _, p := range judged {
				add(fmt.Sprintf("%s endpoint p%g", mode, 100*p), fmt.Sprintf("%s %v %v", what, w, names[e]), l.endpoint(names[e], w[0], w[1], p), each[e], p)
			}
		}
	}
}

var modes = []struct {
	name string
	how  emulation
}{
	{"windowed", emulation{full: true}},
	{"cumulative with HTML", emulation{page: true}},
	{"cumulative", emulation{}},
}

func TestLatencyOfSimulatedSystems(t *testing.T) {
	got := tallies{}
	for i, s := range systems {
		reqs, names := simulate(s.draw, uint64(i)+1, 200)
		for _, m := range modes {
			how := m.how
			how.phase, how.creep, how.seed = math.Mod(.17+.29*float64(i), 1), .003, uint64(i)
			run, counts := emulate(reqs, names, how)
			last := len(counts) - 1
			got.run(m.name, s.name, run, reqs, counts, names, [][2]int{{-1, last}, {0, 40}, {40, 190}, {100, 130}, {130, 146}, {20, 90}, {160, 195}})
		}
	}
	for key, want := range map[string]goal{
		"windowed p50": {.04, .98, .97}, "windowed p95": {.04, .98, .97}, "windowed p99": {.05, .98, .97},
		"windowed endpoint p50": {.07, .95, .97}, "windowed endpoint p95": {.07, .95, .97}, "windowed endpoint p99": {.08, .95, .97},
		"cumulative with HTML p50": {.06, .93, .97}, "cumulative with HTML p95": {.06, .97, .97}, "cumulative with HTML p99": {.15, .93, .97},
		"cumulative p50": {.12, .85, .96}, "cumulative p95": {.10, .93, .96}, "cumulative p99": {.15, .90, .96},
	} {
		if c := got[key]; c != nil {
			c.check(t, key, want)
		} else {
			t.Errorf("%s: not judged", key)
		}
	}
}

// TestLatencyOfRecordedRuns reads the requests of recorded runs and writes
// anew what Locust would have written of them, at other fractions of a second
// and cut at other places, so that nothing can be tuned to the files.
func TestLatencyOfRecordedRuns(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "shared", "data", "truth_raw", "*.csv.gz"))
	if len(files) == 0 {
		t.Skip("../shared has no recorded requests")
	}
	got := tallies{}
	for i, f := range files {
		if testing.Short() && i%3 != 0 {
			continue
		}
		reqs, names, err := rawRequests(f)
		if err != nil {
			t.Fatal(err)
		}
		for j, m := range modes {
			if (i+j)%2 == 1 && m.how.full { // half of them keep one request in three
				reqs = thinned(reqs, 3)
			}
			how := m.how
			how.phase, how.creep, how.seed = math.Mod(.1+.37*float64(i), 1), .003, uint64(i)
			how.soon = i%2 == 0
			run, counts := emulate(reqs, names, how)
			for _, to := range []int{20, 40} { // from a cold start
				what := filepath.Base(f)
				got.run("start, "+m.name, what, run, reqs, counts, names, [][2]int{{-1, to}})
			}
			r := rand.New(rand.NewPCG(uint64(i), 9))
			var cuts [][2]int
			for range 8 {
				n := 15 + r.IntN(40)
				if last := len(counts) - n - 1; last > 0 {
					from := r.IntN(last)
					cuts = append(cuts, [2]int{from, from + n})
				}
			}
			got.run(m.name, filepath.Base(f), run, reqs, counts, names, cuts)
		}
	}
	for key, want := range map[string]goal{
		"windowed p50": {.12, .90, .95}, "windowed p95": {.05, .98, .95}, "windowed p99": {.06, .98, .95},
		"windowed endpoint p50": {.12, .88, .95}, "windowed endpoint p95": {.08, .96, .95}, "windowed endpoint p99": {.08, .97, .95},
		"cumulative with HTML p50": {.15, .85, .95}, "cumulative with HTML p95": {.10, .93, .95}, "cumulative with HTML p99": {.15, .90, .94},
		"start, windowed p50": {.08, .94, .97}, "start, windowed p95": {.05, .98, .97}, "start, windowed p99": {.05, .98, .97},
		"start, windowed endpoint p50": {.08, .95, .97}, "start, windowed endpoint p95": {.08, .95, .97}, "start, windowed endpoint p99": {.10, .95, .95},
	} {
		if c := got[key]; c != nil {
			c.check(t, key, want)
		}
	}
}

func thinned(reqs []request, keep int) []request {
	var out []request
	for i := 0; i < len(reqs); i += keep {
		out = append(out, reqs[i])
	}
	return out
}

// The same history gives the same figures, however many processors share the
// work.
func TestLatencyIsDeterministic(t *testing.T) {
	reqs, names := simulate(systems[3].draw, 5, 60)
	run, counts := emulate(reqs, names, emulation{full: true, phase: .4, creep: .003})
	a, b := newLatencies(run), newLatencies(run)
	for _, p := range judged {
		x, y := a.total(5, len(counts)-1, p), b.total(5, len(counts)-1, p)
		u, _ := x.Float()
		v, _ := y.Float()
		if u != v {
			t.Errorf("p%g: %v then %v", 100*p, u, v)
		}
	}
}
