package analyze

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
	"pgregory.net/rapid"
)

func stabilityOf(r *loadtest.Run) Stability {
	c := newContext(r, &plan.Plan{})
	c.failures = failures(c)
	return stability(c)
}

// bareStability is stabilityOf for a history alone, without the latencies that
// it does not look at.
func bareStability(h *loadtest.History) Stability {
	c := &context{run: &loadtest.Run{History: h}, plan: &plan.Plan{}, history: h, start: float64(h.Time[0])}
	for _, t := range h.Time {
		c.instants = append(c.instants, float64(t))
	}
	return stability(c)
}

// rows writes the same row several times.
func (b *bench) rows(seconds, users int, n, failed int64) *bench {
	for range seconds {
		b.row(users, n, failed, .01)
	}
	return b
}

func TestStability(t *testing.T) {
	steady := func() *bench { return newBench().ramp(10, 40, .01).hold(30, 40, .01) }
	type span struct{ start, length float64 }
	for _, x := range []struct {
		name     string
		run      *loadtest.Run
		outages  []span
		stalls   []span
		evidence string
	}{
		{name: "steady", run: steady().run()},
		{name: "silence for 14 s", run: steady().rows(14, 40, 0, 0).hold(20, 40, .01).run(), outages: []span{{40, 14}}, evidence: "no request completed for 14 s with 40 users"},
		{name: "silence for 4 s", run: steady().rows(4, 40, 0, 0).hold(20, 40, .01).run(), stalls: []span{{40, 4}}},
		{name: "silence for 2 s", run: steady().rows(2, 40, 0, 0).hold(20, 40, .01).run()},
		{name: "refused for 12 s, and half of the seconds beside them",
			run:     withFailures(steady().row(40, 20, 10, .001).rows(12, 40, 20, 20).row(40, 20, 10, .001).hold(20, 40, .01).run(), failure(feed, refused, 260)),
			outages: []span{{40.5, 13}}, evidence: "all 240 requests failed within 13 s with 40 users (connection refused, reset or lost)"},
		{name: "99 of 100 fail", run: withFailures(steady().rows(6, 40, 200, 198).hold(20, 40, .01).run(), failure(feed, refused, 6*198)), outages: []span{{40, 6}}},
		{name: "9 of 10 fail", run: withFailures(steady().rows(20, 40, 20, 18).hold(20, 40, .01).run(), failure(feed, refused, 360))},
		{name: "refused for 4 s", run: withFailures(steady().rows(4, 40, 20, 20).hold(20, 40, .01).run(), failure(feed, refused, 80)), stalls: []span{{40, 4}}},
		{name: "hang, then timeouts", run: withFailures(steady().rows(10, 40, 0, 0).rows(3, 40, 20, 20).hold(20, 40, .01).run(), failure(feed, readTimeout, 60)), outages: []span{{40, 13}}},
		{name: "down at the end", run: withFailures(steady().rows(20, 40, 20, 20).run(), failure(feed, unavailable, 400)), outages: []span{{40, 20}}, evidence: "still down when the run ended"},
		{name: "silent at the end", run: steady().rows(20, 40, 0, 0).run(), outages: []span{{40, 20}}, evidence: "still down when the run ended"},
		{name: "one answer in the middle", run: withFailures(steady().rows(10, 40, 20, 20).row(40, 20, 18, .01).rows(10, 40, 20, 20).hold(20, 40, .01).run(), failure(feed, unavailable, 418)), outages: []span{{40, 21}}},
		{name: "two outages", run: steady().rows(30, 40, 0, 0).hold(20, 40, .01).rows(30, 40, 0, 0).hold(20, 40, .01).run(), outages: []span{{40, 30}, {90, 30}}},
		{name: "only 429s", run: withFailures(steady().rows(20, 40, 20, 20).hold(20, 40, .01).run(), failure(feed, tooMany, 400))},
		{name: "only 404s", run: withFailures(steady().rows(20, 40, 20, 20).hold(20, 40, .01).run(), failure(feed, "HTTPError('404 Client Error: Not Found for url: /x')", 400))},
		{name: "429s that may be 503s", run: withFailures(steady().rows(20, 40, 20, 20).rows(20, 40, 20, 15).hold(20, 40, .01).run(), failure(feed, tooMany, 300), failure(feed, unavailable, 400)), outages: []span{{40, 20.75}}, evidence: "among HTTP 5xx; refused by a rate limiter (429)"},
		{name: "waits before the first answer", run: silentAtFirst(20, 40)},
		{name: "no users", run: steady().rows(30, 0, 0, 0).hold(10, 40, .01).run()},
		{name: "a reset", run: steady().reset().row(40, 0, 0, .01).hold(20, 40, .01).run()},
		{name: "users leave", run: newBench().ramp(10, 40, .01).hold(30, 40, .01).rows(1, 20, 10, 0).rows(1, 5, 2, 0).rows(20, 1, 0, 0).run()},
		{name: "users finish their last task", run: steady().rows(3, 30, 10, 0).rows(20, 20, 0, 0).run()},
		{name: "down until the users leave", run: steady().rows(10, 40, 0, 0).rows(10, 20, 0, 0).run(), outages: []span{{40, 10}}},
		{name: "every second request fails anyway", run: withFailures(newBench().ramp(5, 1, .01).alternating(60).run(), failure(feed, unavailable, 30))},
	} {
		s := stabilityOf(x.run)
		check := func(kind string, got []Outage, want []span) {
			if len(got) != len(want) {
				t.Errorf("%s: %s %+v, want %+v", x.name, kind, got, want)
				return
			}
			for i, o := range got {
				if math.Abs(o.Start-want[i].start) > .01 || math.Abs(o.End-o.Start-want[i].length) > .01 {
					t.Errorf("%s: %s from %.2f for %.2f, want from %.2f for %.2f", x.name, kind, o.Start, o.End-o.Start, want[i].start, want[i].length)
				}
			}
		}
		if x.name != "waits before the first answer" {
			check("outages", s.Outages, x.outages)
			check("stalls", s.Stalls, x.stalls)
		} else if len(s.Outages) > 0 || len(s.Stalls) != 1 || !strings.Contains(s.Stalls[0].Evidence, "first request") {
			t.Errorf("%s: %+v %+v", x.name, s.Outages, s.Stalls)
		}
		want := Pass
		if len(x.outages) > 0 {
			want = Fail
			if !strings.Contains(s.Outages[0].Evidence, x.evidence) {
				t.Errorf("%s: evidence %q, want %q", x.name, s.Outages[0].Evidence, x.evidence)
			}
		}
		if s.Status != want || !strings.Contains(s.Why, "restarts of the system are not visible") {
			t.Errorf("%s: %v, %s", x.name, s.Status, s.Why)
		}
	}
}

// silentAtFirst is a run whose users wait for the first answer.
func silentAtFirst(seconds, users int) *loadtest.Run {
	return newBench().row(0, 0, 0, .01).rows(seconds, users, 0, 0).hold(30, users, .01).run()
}

// alternating is one user whose requests fail every other time.
func (b *bench) alternating(seconds int) *bench {
	for i := range seconds {
		b.row(1, 1, int64(i%2), .01)
	}
	return b
}

func TestStabilityNotMeasured(t *testing.T) {
	for name, r := range map[string]*loadtest.Run{
		"nothing":               {},
		"totals only":           total(1000, 0),
		"a header only":         {History: &loadtest.History{File: "h.csv"}},
		"users and no requests": newBench().rows(60, 40, 0, 0).run(),
	} {
		if s := stabilityOf(r); s.Status != NotMeasured || s.Why == "" {
			t.Errorf("%s: %v, %q", name, s.Status, s.Why)
		}
	}
}

func TestStabilityLostWorkers(t *testing.T) {
	r := newBench().ramp(10, 40, .01).hold(30, 40, .01).run()
	r.Log = &loadtest.Log{LostWorkers: 2, Workers: 4}
	if s := stabilityOf(r); s.Status != Fail || s.LostWorkers != 2 || !strings.Contains(s.Why, "2 workers of the load generator were lost") {
		t.Errorf("%v, %s", s.Status, s.Why)
	}
}

// A distributed master's counters stand still for two rows in three.
func TestStabilityOfAMaster(t *testing.T) {
	run := func(empty int) *loadtest.Run {
		b := newBench()
		b.h.Step = 3
		for i := range 40 {
			n := int64(60)
			if i >= 20 && i < 20+empty {
				n = 0
			}
			b.rows(2, 40, 0, 0).row(40, n, 0, .01)
		}
		return b.run()
	}
	if s := stabilityOf(run(0)); s.Status != Pass || len(s.Stalls) > 0 {
		t.Errorf("its rhythm: %v %+v", s.Status, s)
	}
	if s := stabilityOf(run(1)); s.Status != Pass {
		t.Errorf("one report without completions: %v %+v", s.Status, s)
	}
	if s := stabilityOf(run(4)); s.Status != Fail || len(s.Outages) != 1 {
		t.Errorf("12 s: %v %+v", s.Status, s)
	}
}

// Rows that are missing say that the generator stood still, not the system.
func TestStabilityOfAStarvedWriter(t *testing.T) {
	for _, n := range []int64{0, 160} {
		b := newBench().ramp(10, 40, .01).hold(30, 40, .01)
		b.rowAt(b.h.Time[len(b.h.Time)-1]+9, 40, n, 0, .01).hold(20, 40, .01)
		if s := stabilityOf(b.run()); s.Status != Pass || len(s.Stalls) > 0 {
			t.Errorf("%d completions in 9 s without a row: %+v", n, s)
		}
	}
}

// Without a history the JSON's counts tell.
func TestStabilityOfJSON(t *testing.T) {
	h := loadtest.Histogram{Endpoint: feed, PerSecond: map[int64]int64{}, FailPerSecond: map[int64]int64{}, Start: 1000, Last: 1099}
	for s := int64(1000); s < 1100; s++ {
		if s < 1040 || s >= 1052 {
			h.PerSecond[s] = 20
			h.Requests += 20
		}
	}
	s := stabilityOf(&loadtest.Run{Histograms: &loadtest.Histograms{File: "run.json", Endpoints: []loadtest.Histogram{h}}})
	if len(s.Outages) != 1 || s.Outages[0].Start != 40 || s.Outages[0].End != 52 {
		t.Errorf("%+v", s)
	}
}

// Users who think, alone or all together, are no outage.
func TestStabilityOfThinkingUsers(t *testing.T) {
	b := newBench()
	for i := range 600 { // one user, one request in half a minute
		n := int64(0)
		if i%30 == 5 {
			n = 1
		}
		b.row(1, n, 0, .01)
	}
	if s := stabilityOf(b.run()); s.Status != Pass {
		t.Errorf("one user: %s", s.Why)
	}
	b = newBench()
	for i := range 300 { // a hundred users in step, every ten seconds
		n := int64(0)
		if i%10 == 5 {
			n = 100
		}
		b.row(100, n, 0, .01)
	}
	if s := stabilityOf(b.run()); s.Status != Pass {
		t.Errorf("users in step: %s", s.Why)
	}
}

// Random arrivals at any rate hardly ever look like an outage, and an outage of
// twenty seconds among many is always seen.
func TestStabilityOfRandomArrivals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		rate := rapid.Float64Range(.02, 50).Draw(t, "rate")
		down := rapid.Bool().Draw(t, "down")
		random := rand.New(rand.NewPCG(seed, 1))
		b := newBench()
		users := max(1, int(rate))
		for i := range 200 {
			n := int64(0)
			for x := random.ExpFloat64(); x < rate; x += random.ExpFloat64() {
				n++
			}
			if down && i >= 100 && i < 120 {
				n = 0
			}
			b.row(users, n, 0, .01)
		}
		s := bareStability(b.h)
		switch {
		case !down && len(s.Outages) > 0:
			t.Fatalf("rate %.2f: %s", rate, s.Why)
		case down && rate > 2 && len(s.Outages) != 1:
			t.Fatalf("rate %.2f: outage not seen: %s", rate, s.Why)
		}
	})
}

// A database that is stopped with care keeps its counters: its own words in the
// application's log tell of it, where it answered again.
func TestRestartOfTheDatabaseInTheLog(t *testing.T) {
	for name, c := range map[string]struct {
		said string
		last float64 // second of the database's last reading
		want int
	}{
		"back":         {"OperationalError: the database system is shutting down", 55, 1},
		"away":         {"OperationalError: the database system is shutting down", 20, 0},
		"another word": {"OperationalError: connection refused", 55, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newBench().hold(60, 40, .01).run()
			start := float64(r.History.Time[0])
			r.AppLogs = []loadtest.AppLog{{File: "app.log", Lines: 1, Counted: 1, Start: start, End: start + 60,
				Events: []loadtest.LogEvents{{Class: "connection", Count: 1, First: start + 30, Last: start + 30, Example: c.said, PerSecond: map[int64]int64{int64(start) + 30: 1}}}}}
			r.Tracks = []loadtest.Track{{Component: "database", Metric: "connections", Kind: "postgres", File: "pg.txt", Time: []float64{start, start + c.last}, Value: []float64{8, 8}}}
			if s := stabilityOf(r); len(s.Restarts) != c.want || c.want > 0 && s.Restarted[0] != "database" {
				t.Errorf("restarts %q of %q, want %d", s.Restarts, s.Restarted, c.want)
			}
		})
	}
}

func TestOutageHow(t *testing.T) {
	for evidence, want := range map[string]string{
		"all 240 requests failed within 13 s with 40 users (connection refused)":                "all 240 requests failed (connection refused)",
		"no request completed for 1 min 5 s with 40 users, where about 30 were due":             "no request completed, where about 30 were due",
		"12 of 13 requests failed within 6 s (timeout); still down when the run ended":          "12 of 13 requests failed within 6 s (timeout); still down when the run ended",
		"no request completed for 5 s with 40 users; still down when the run ended at 40 users": "no request completed; still down when the run ended at 40 users",
	} {
		if got := (Outage{Evidence: evidence}).How(); got != want {
			t.Errorf("%q: %q, want %q", evidence, got, want)
		}
	}
}
