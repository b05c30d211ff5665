package capacity

import (
	"math"
	"testing"
)

// A known is a recorder that answers from the rows' means: P95 is 1.5 times the
// mean.
type known struct{ run *Run }

func (k known) Quantile(from, to int, _ float64) float64 {
	a := analysis{run: k.run}
	return 1.5 * a.tally(Stretch{from, to}).Latency
}

func (k known) Errors(from, to int) float64 {
	n, f := 0.0, 0.0
	for _, r := range k.run.Rows[from+1 : to+1] {
		n, f = n+r.Done, f+r.Failed
	}
	return f / n
}

// system is a closed system of 100 requests/s, one second of think time and
// 50 ms without load.
func system(users float64) (rate, latency float64) {
	if users <= 105 {
		return users / 1.05, .05
	}
	return 100, users/100 - 1
}

// build makes a run of plateaus of a minute each.
func build(users ...float64) *Run {
	r := &Run{Targets: []Target{{Kind: Percentile, P: .95, Limit: 1}, {Kind: Errors, Limit: .05}}}
	for _, u := range users {
		from := len(r.Rows) - 1
		for range 60 {
			rate, latency := system(u)
			r.Rows = append(r.Rows, Row{At: float64(len(r.Rows) + 1), Users: u, Done: rate, Sum: rate * latency})
		}
		r.Plateaus = append(r.Plateaus, Stretch{max(from, 0), len(r.Rows) - 1})
	}
	r.Recorder = known{r}
	return r
}

func TestStaircase(t *testing.T) {
	got := Analyze(build(40, 80, 120, 160, 200, 240))
	// P95 meets 1 s at a mean of 0.667 s: 166.7 users.
	if b := got.Breaking; b.Outcome != Broke || math.Abs(b.Users.Value/166.7-1) > .03 || !(b.Users.Low < 166.7 && 166.7 < b.Users.High) || b.Model {
		t.Errorf("breaking %+v", b)
	}
	if math.Abs(got.Capacity.Value/100-1) > .02 || math.Abs(got.Knee.Value/105-1) > .03 || got.Shape != Staircase {
		t.Errorf("capacity %+v knee %+v shape %v", got.Capacity, got.Knee, got.Shape)
	}
	if g := got.Generator; !g.Known || g.Late {
		t.Errorf("generator %+v", g)
	}
}

func TestHealthy(t *testing.T) {
	got := Analyze(build(20, 40, 60, 80))
	if got.Breaking.Outcome != Held || got.Capacity.Known() || got.Breaking.Users.Known() {
		t.Errorf("%+v capacity %+v", got.Breaking, got.Capacity)
	}
}

func TestBrokenFromTheStart(t *testing.T) {
	if b := Analyze(build(200, 240, 280, 320)).Breaking; b.Outcome != BrokeFirst || b.Point != 0 {
		t.Errorf("%+v", b)
	}
}

// One load alone gives a breaking point by a model only, and says so.
func TestSingle(t *testing.T) {
	if b := Analyze(build(300)).Breaking; b.Outcome != Broke || !b.Model || b.Users.Low >= b.Users.Value || b.Users.Value > 300 {
		t.Errorf("%+v", b)
	}
}

// A late generator is found: pauses grow, the latency does not.
func TestLateGenerator(t *testing.T) {
	r := build(40, 80, 90, 100)
	for i := range r.Rows {
		if r.Rows[i].Users == 100 {
			r.Rows[i].Done, r.Rows[i].Sum = 70, 70*.05
		}
	}
	if g := Analyze(r).Generator; !g.Late {
		t.Errorf("%+v", g)
	}
}

func TestRecovery(t *testing.T) {
	r := build(40, 240, 240, 40)
	for i := range 7 { // the queue drains for seven seconds
		row := &r.Rows[180+i]
		row.Done, row.Sum = 100, 100*1.2
	}
	got := Analyze(r).Recovery
	if got.Outcome != Recovered || !(got.Seconds.Low <= 7 && 7 <= got.Seconds.High) {
		t.Errorf("%+v", got)
	}
	if got := Analyze(build(240, 200)).Recovery; got.Outcome != NoTraffic {
		t.Errorf("a load that did not go down: %+v", got)
	}
}

// No run makes the analysis panic or claim from nothing.
func TestNothing(t *testing.T) {
	for _, r := range []*Run{{}, {Rows: []Row{{At: 1}}}, {Rows: []Row{{At: 1}, {At: 2, Done: math.NaN()}, {At: 3}}, Plateaus: []Stretch{{0, 2}}, Targets: []Target{{Limit: 1}}}} {
		r.Recorder = known{r}
		if got := Analyze(r); got.Breaking.Outcome != Unidentified || got.Capacity.Known() {
			t.Errorf("%+v", got)
		}
	}
}

// A queue that takes a small part of the users' time shows no capacity: a
// tenth more users would still be served.
func TestOneLoadBelowCapacity(t *testing.T) {
	r := climbing(60, 1, .01)
	for range 60 { // 56/s of 100/s: five times the latency without load
		r.Rows = append(r.Rows, Row{At: float64(len(r.Rows) + 1), Users: 60, Done: 57, Sum: 57 * .05})
	}
	r.Plateaus = []Stretch{{9, len(r.Rows) - 1}}
	if got := Analyze(r); got.Capacity.Known() || got.Knee.Known() {
		t.Errorf("capacity %+v", got.Capacity)
	}
}

// A limited system refuses, by a limiter or for want of room: which of the two
// the recorder knows.
type limited struct {
	known
	errors float64
}

func (l limited) Errors(int, int) float64 { return l.errors }

// What a rate limiter refuses at the one load held is no sign of a capacity.
func TestLimiterIsNoCapacity(t *testing.T) {
	for _, errors := range []float64{0, .6} {
		r := climbing(60, 1, .01)
		for range 60 {
			r.Rows = append(r.Rows, Row{At: float64(len(r.Rows) + 1), Users: 60, Done: 60, Failed: 36, Sum: .6})
		}
		for i := range r.Rows[:10] {
			r.Rows[i].Failed = .6 * r.Rows[i].Done
		}
		r.Plateaus = []Stretch{{9, len(r.Rows) - 1}}
		r.Recorder = limited{known{r}, errors}
		if got := Analyze(r); got.Capacity.Known() != (errors > 0) {
			t.Errorf("errors besides 429s %v: capacity %+v", errors, got.Capacity)
		}
	}
}

// climbing is ten seconds of a climb to so many users with that think time and
// latency.
func climbing(users, think, latency float64) *Run {
	r := &Run{Targets: []Target{{Kind: Percentile, P: .95, Limit: 1}, {Kind: Errors, Limit: .05}}}
	for i := range 10 {
		u := users * float64(i+1) / 10
		done := u / (think + latency)
		r.Rows = append(r.Rows, Row{At: float64(i + 1), Users: u, Done: done, Sum: done * latency})
	}
	r.Climbs = []Stretch{{0, 9}}
	r.Recorder = known{r}
	return r
}

// A short waiting room refuses some long before it refuses most: the errors'
// limit is met where they are, not where a sharp limit would have it.
func TestRefusals(t *testing.T) {
	r := &Run{Targets: []Target{{Kind: Errors, Limit: .05}}}
	for _, u := range []float64{20, 40, 60, 80, 100, 120, 140, 160} {
		from := len(r.Rows) - 1
		asked := u / 1.01
		x := asked / 100 // M/M/1/3
		refused := (1 - x) * x * x * x / (1 - x*x*x*x)
		for range 60 {
			r.Rows = append(r.Rows, Row{At: float64(len(r.Rows) + 1), Users: u, Done: asked, Failed: asked * refused, Sum: asked * .01})
		}
		r.Plateaus = append(r.Plateaus, Stretch{max(from, 0), len(r.Rows) - 1})
	}
	r.Recorder = known{r}
	// refused = 0.05 at 44.1 requests/s asked for
	if b := Analyze(r).Breaking; b.Outcome != Broke || math.Abs(b.Users.Value/44.5-1) > .04 || !(b.Users.Low < 44.5 && 44.5 < b.Users.High) {
		t.Errorf("%+v", b)
	}
}

// A system that gets slower the more waits in it is thrown over by a burst at
// loads that a climb passes: it breaks at the least load at which the slow
// state lasts.
func TestSlowStateLasts(t *testing.T) {
	// 2 workers, 20 ms, a request in the system slows each by 2 %; one second of
	// think time. The slow state begins at N = inside + X.
	rate := func(inside float64) float64 { return math.Min(inside, 2) / .02 / (1 + .02*math.Max(inside-2, 0)) }
	fold := math.Inf(1)
	for k := 3.; k < 400; k++ {
		if r := k / rate(k); r > .6 { // where P95, 1.5 times the mean here, is about the limit
			fold = math.Min(fold, k+rate(k))
		}
	}
	r := &Run{Targets: []Target{{Kind: Percentile, P: .95, Limit: 1}}}
	for u := 15.; u <= 240; u += 15 {
		from := len(r.Rows) - 1
		inside := u / 1.02 * .02
		if u > fold*1.02 {
			for inside = u; inside+rate(inside) > u; inside -= .05 {
			}
		}
		x := rate(inside)
		if u <= fold*1.02 {
			x = u / 1.02
		}
		for range 60 {
			r.Rows = append(r.Rows, Row{At: float64(len(r.Rows) + 1), Users: u, Done: x, Sum: x * (u/x - 1)})
		}
		r.Plateaus = append(r.Plateaus, Stretch{max(from, 0), len(r.Rows) - 1})
	}
	r.Recorder = known{r}
	got := Analyze(r)
	if b := got.Breaking; b.Outcome != Broke || math.Abs(b.Users.Value/fold-1) > .12 {
		t.Errorf("%+v, slow from %.0f users on; capacity %+v", b, fold, got.Capacity)
	}
}

// A load under which every request fails is one to recover from, although an
// outage says nothing of load.
func TestRecoveryFromOutage(t *testing.T) {
	r := build(40, 240, 40)
	for i := 60; i < 130; i++ {
		r.Rows[i].Failed = r.Rows[i].Done
	}
	r.Out = []Stretch{{60, 129}}
	if got := Analyze(r).Recovery; got.Outcome != Recovered || !(got.Seconds.Low <= 10 && 10 <= got.Seconds.High) {
		t.Errorf("%+v", got)
	}
}

// A target that is missed before there is any load is not broken by load, and
// that it is missed afterwards is no want of recovery.
func TestMissedAtLightLoad(t *testing.T) {
	slow := func(users float64) float64 { return 1.5 }
	a, target := lightAnalysis(slow)
	if users, bad := a.lightMisses(30, &target); !bad || users > 30 {
		t.Errorf("%g users, missed %v", users, bad)
	}
	late := func(users float64) float64 { return users / 50 }
	a, target = lightAnalysis(late)
	if _, bad := a.lightMisses(30, &target); bad {
		t.Error("missed at light load although it was quick there")
	}
	if _, bad := a.lightMisses(1, &target); bad {
		t.Error("judged by fewer requests than tell anything")
	}
}

// lightAnalysis is a climb to 100 users in 50 s with a mean latency target of 1 s.
func lightAnalysis(latency func(users float64) float64) (*analysis, int) {
	r := &Run{Targets: []Target{{Kind: Mean, Limit: 1}}, Recorder: blank{}}
	for i := range 51 {
		users := 2 * float64(i)
		done := users / (1 + latency(users))
		r.Rows = append(r.Rows, Row{At: float64(i), Users: users, Done: done, Sum: done * latency(users)})
	}
	return &analysis{run: r}, 0
}

type blank struct{}

func (blank) Quantile(int, int, float64) float64 { return math.NaN() }
func (blank) Errors(int, int) float64            { return math.NaN() }
