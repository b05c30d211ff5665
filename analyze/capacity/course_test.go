package capacity

import (
	"math"
	"testing"
)

// levels makes a run of one plateau of so many seconds at each load; at says
// what the system does at a load and a second of the plateau.
func levels(seconds int, at func(users float64, s int) (rate, latency float64), users ...float64) *Run {
	r := &Run{Targets: []Target{{Kind: Percentile, P: .95, Limit: 1}, {Kind: Errors, Limit: .05}}}
	for _, u := range users {
		from := max(len(r.Rows)-1, 0)
		for s := range seconds {
			rate, latency := at(u, s)
			r.Rows = append(r.Rows, Row{At: float64(len(r.Rows) + 1), Users: u, Done: rate, Sum: rate * latency})
		}
		r.Plateaus = append(r.Plateaus, Stretch{from, len(r.Rows) - 1})
	}
	r.Recorder = known{r}
	return r
}

// A load that was carried for ten minutes and then no longer did not break the
// system.
func TestTimeBreaksIt(t *testing.T) {
	leak := func(users float64, s int) (float64, float64) {
		latency := .1 + float64(s)*1.2e-3
		return users / (1 + latency), latency
	}
	b := Analyze(levels(1200, leak, 80)).Breaking
	if b.Outcome != BrokeFirst || math.Abs(b.Carried-450) > 70 || b.Model || b.Users.Value != 80 {
		t.Errorf("a leak: %+v", b)
	}
	if b := Analyze(levels(1200, func(u float64, _ int) (float64, float64) { return system(u) }, 200)).Breaking; b.Carried != 0 || !b.Model {
		t.Errorf("a load that is too much: %+v", b)
	}
}

// One load that left the system idle cannot tell by a model where a target
// broke; one that shows nothing of light load has its model's assumption said.
func TestOneLoadThatDoesNotWait(t *testing.T) {
	slow := func(users float64, _ int) (float64, float64) { return users / 9.7, .7 }
	if b := Analyze(levels(120, slow, 100)).Breaking; b.Outcome != BrokeFirst || b.Model || b.Users.Low != 0 {
		t.Errorf("slow by itself: %+v", b)
	}
	if b := Analyze(build(220)).Breaking; !b.Model || !b.Assumed {
		t.Errorf("at once: %+v", b)
	}
}

// A staircase down tells where a target breaks as one up does; a peak's tail
// does not.
func TestStaircaseDown(t *testing.T) {
	r := build(240, 200, 160, 120, 80)
	r.Plateaus, r.Later = r.Plateaus[:2], r.Plateaus[2:]
	if b := Analyze(r).Breaking; b.Outcome != Broke || b.Model || math.Abs(b.Users.Value/166.7-1) > .05 {
		t.Errorf("down: %+v", b)
	}
	r = build(240, 40)
	r.Plateaus, r.Later = r.Plateaus[:1], r.Plateaus[1:]
	if b := Analyze(r).Breaking; !b.Model {
		t.Errorf("a peak and its tail: %+v", b)
	}
}

// Without a load below the capacity the knee is not known.
func TestNoKneeAboveIt(t *testing.T) {
	got := Analyze(build(200, 240, 280, 320))
	if !got.Capacity.Known() || got.Knee.Known() {
		t.Errorf("capacity %+v knee %+v", got.Capacity, got.Knee)
	}
}

// The best half minute of a day is luck; that of ten minutes is what it was.
func TestSustainedInALongRun(t *testing.T) {
	for _, x := range []struct {
		seconds, held float64
		rate          float64
	}{{600, 30, 10}, {86400, 646, 10}, {86400, 30, 1000}} {
		r := &Run{}
		for s := range int(x.seconds) {
			r.Rows = append(r.Rows, Row{At: float64(s + 1), Users: 1, Done: x.rate})
		}
		r.Recorder = known{r}
		if got := Analyze(r).Sustained; math.Abs(got.Seconds-x.held) > 12 {
			t.Errorf("%.0f s at %.0f/s: over %.0f s", x.seconds, x.rate, got.Seconds)
		}
	}
}

// A recovery is judged by enough requests to see a tail with.
func TestFewRequestsBeforeTheEnd(t *testing.T) {
	r := levels(400, func(users float64, s int) (float64, float64) {
		if s >= 380 {
			return 1, .5 // twenty lucky requests
		}
		return 1, .9
	}, 5)
	if got := Analyze(r).Recovery; got.Outcome == NothingBroke || !got.Missed {
		t.Errorf("%+v", got)
	}
}

// A master counts every three seconds: a level's rate is that between two counts.
func TestReportsEveryThreeSeconds(t *testing.T) {
	r := build(40, 80, 120, 160, 200, 240)
	done, sum := 0.0, 0.0
	for i := range r.Rows {
		done, sum = done+r.Rows[i].Done, sum+r.Rows[i].Sum
		r.Rows[i].Done, r.Rows[i].Sum = 0, 0
		if i%3 == 1 {
			r.Rows[i].Done, r.Rows[i].Sum = done, sum
			done, sum = 0, 0
		}
	}
	got := Analyze(r)
	for _, p := range got.Points[2:] {
		if math.Abs(p.Throughput/100-1) > .005 {
			t.Errorf("%.0f users: %.2f/s", p.Users, p.Throughput)
		}
	}
	if len(got.Points) != 6 {
		t.Errorf("%d points", len(got.Points))
	}
}

// The model of a queue that refuses is further off than that of a limiter.
func TestModelOfRefusals(t *testing.T) {
	for _, x := range []struct{ waited, half float64 }{{.05, modelOff}, {.3, queueOff}} {
		r := &Run{Targets: []Target{{Kind: Errors, Limit: .05}}}
		add := func(users, done, failed, latency float64) {
			r.Rows = append(r.Rows, Row{At: float64(len(r.Rows) + 1), Users: users, Done: done, Failed: failed, Sum: (done - failed) * latency})
		}
		for s := range 20 {
			add(float64(s)*5, float64(s)*5, 0, .05)
		}
		for range 120 {
			add(400, 380, 280, x.waited)
		}
		r.Climbs, r.Plateaus = []Stretch{{0, 19}}, []Stretch{{20, 139}}
		r.Recorder = known{r}
		b := Analyze(r).Breaking
		if !b.Model || math.Abs(b.Users.Low/b.Users.Value-(1-x.half)) > .01 {
			t.Errorf("successes after %g s: %+v", x.waited, b)
		}
	}
}
