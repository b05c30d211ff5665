package analyze

import (
	"math"
	"slices"
	"strings"
	"testing"

	sim "github.com/peakload/peakload/analyze/internal/simulate"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// cutOff is a run of 100 s that ends under its full load, at which P95 < 1 s is
// missed.
func cutOff(latency float64, tracks ...loadtest.Track) Capacity {
	b := newBench()
	b.hold(20, 10, .1).ramp(20, 100, .1).hold(60, 100, latency)
	run := &loadtest.Run{Label: "run", Tool: "locust", History: b.h, Tracks: tracks}
	p := &plan.Plan{Targets: []plan.Target{{Metric: plan.Percentile, P: .95, Op: plan.Less, Limit: 1}}}
	return newContext(run, p).capacity(nil)
}

// under is a figure that is idle until the load, at loaded until second back,
// and idle again.
func under(idle, loaded, back float64) func(float64) float64 {
	return func(s float64) float64 {
		if s < 30 || s >= back {
			return idle
		}
		return loaded
	}
}

func TestRecoveryByResources(t *testing.T) {
	cpu := func(f func(float64) float64) loadtest.Track {
		return track("resources", "app", "", "cpu_ratio", -20, 160, f)
	}
	queue := func(f func(float64) float64) loadtest.Track {
		return track("resources", "app", "", "request_queue", -20, 160, f)
	}
	for _, c := range []struct {
		name    string
		latency float64
		tracks  []loadtest.Track
		outcome RecoveryOutcome
		seconds float64 // NaN: no figure
		says    string
	}{
		{"nobody looked", 2, nil, RecoveryNotObserved, math.NaN(), "Needs"},
		{"nothing broke", .1, []loadtest.Track{cpu(under(.02, .9, 105))}, NothingToRecover, math.NaN(), "held in the 20 s before"},
		{"back", 2, []loadtest.Track{cpu(under(.02, .9, 108))}, Recovered, 7, "CPU use"},
		{"the slowest decides", 2, []loadtest.Track{cpu(under(.02, .9, 104)), queue(under(0, 40, 120))}, Recovered, 19, "the last was the application's request queue"},
		{"a relapse", 2, []loadtest.Track{queue(func(s float64) float64 {
			if s > 124 && s < 131 {
				return 30
			}
			return under(0, 40, 110)(s)
		})}, Recovered, 31, "request queue"},
		{"one stray reading is no relapse", 2, []loadtest.Track{queue(func(s float64) float64 {
			if s == 140 {
				return 3
			}
			return under(0, 40, 110)(s)
		})}, Recovered, 9, "request queue"},
		{"never", 2, []loadtest.Track{cpu(under(.02, .9, 104)), queue(under(0, 40, 1e9))}, NotRecovered, 61, "stood at 40"},
		{"half-way is neither", 2, []loadtest.Track{queue(func(s float64) float64 {
			if s > 104 {
				return 12
			}
			return under(0, 40, 1e9)(s)
		})}, RecoveryNotObserved, math.NaN(), "stood at 12"},
		{"what did not move tells nothing", 2, []loadtest.Track{cpu(constant(.5))}, RecoveryNotObserved, math.NaN(), "Needs"},
		{"what a system keeps tells nothing", 2, []loadtest.Track{track("resources", "app", "", "memory_bytes", -20, 160, under(1e8, 9e8, 1e9))}, RecoveryNotObserved, math.NaN(), "Needs"},
		{"the load generator is not the system", 2, []loadtest.Track{track("resources", "load_generator", "", "cpu_ratio", -20, 160, under(.01, .9, 104))}, RecoveryNotObserved, math.NaN(), "Needs"},
		{"readings that end with the load", 2, []loadtest.Track{track("resources", "app", "", "cpu_ratio", -20, 101, under(.02, .9, 1e9))}, RecoveryNotObserved, math.NaN(), "Needs"},
	} {
		got := cutOff(c.latency, c.tracks...)
		v, known := got.Recovery.Float()
		if got.RecoveryOutcome != c.outcome || known == math.IsNaN(c.seconds) || known && math.Abs(v-c.seconds) > 3 || !strings.Contains(got.RecoveryNote, c.says) {
			t.Errorf("%s: %s, %g s, %q: %s", c.name, got.RecoveryOutcome, v, got.RecoveryText, got.RecoveryNote)
		}
		if low, high, ok := got.Recovery.Limits(); known && ok && c.outcome == Recovered && !(low <= c.seconds && c.seconds <= high) {
			t.Errorf("%s: %g s is not between %g and %g", c.name, c.seconds, low, high)
		}
	}
}

// Simulated systems lose all their users in the midst of an overload and work
// off what they hold. A reading every two seconds tells when they were done.
func TestRecoveryByResourcesOfSimulations(t *testing.T) {
	var off []float64
	held, seen := 0, 0
	for i := range 40 {
		s := sim.Draw(5150, i)
		truth := sim.FindTruth(s, sim.Objective, 5150)
		peak := int(2 * truth.Break)
		rec := sim.Run(s, sim.Load{{Seconds: 30, To: max(2, .3*truth.Knee), Jump: true}, {Seconds: 60, To: float64(peak), Jump: true}, {Seconds: 120, To: 0, Jump: true}}, 5150, .1)
		figures := []struct {
			metric string
			of     func(sim.Snapshot) int
		}{
			{"request_queue", func(x sim.Snapshot) int { return x.Waiting }},
			{"worker_threads", func(x sim.Snapshot) int { return x.Busy }},
			{"pool_waiting", func(x sim.Snapshot) int { return x.PoolQueue }},
		}
		c := &context{start: 0}
		worst, answer := 0.0, relief{seconds: -1}
		for _, f := range figures {
			tr := &Track{Component: "app", Metric: f.metric, Unit: unitOf(f.metric)}
			for at := -20.0; at < 0; at += 2 {
				tr.Time, tr.Value = append(tr.Time, at), append(tr.Value, 0)
			}
			var loaded []float64
			for k, x := range rec.Snapshots {
				if k%20 == 7 {
					tr.Time, tr.Value = append(tr.Time, x.At), append(tr.Value, float64(f.of(x)))
				}
				if x.At > 80 && x.At <= 90 {
					loaded = append(loaded, float64(f.of(x)))
				}
			}
			r, ok := c.reliefOf(nil, tr, 90)
			if !ok {
				continue
			}
			if level := median(loaded); !math.IsNaN(r.seconds) {
				for _, x := range rec.Snapshots {
					if x.At > 90 && float64(f.of(x)) > excursion*level {
						worst = max(worst, x.At-90)
					}
				}
			}
			if math.IsNaN(r.seconds) || r.seconds > answer.seconds {
				answer = r
			}
		}
		if answer.seconds < 0 {
			continue
		}
		if math.IsNaN(answer.seconds) {
			if last := rec.Snapshots[len(rec.Snapshots)-1]; last.Waiting == 0 && last.Busy == 0 {
				t.Errorf("#%d %s: not back, and the system stands idle", i, s.Kind)
			}
			continue
		}
		seen++
		off = append(off, math.Abs(answer.seconds-worst))
		if answer.low <= worst && worst <= answer.high {
			held++
		}
	}
	if seen < 30 {
		t.Fatalf("only %d of 40 systems were away from normal", seen)
	}
	slices.Sort(off)
	p90 := off[len(off)*9/10]
	t.Logf("%d systems, |error| median %.1f s, p90 %.1f s, limits hold %.0f %%", seen, off[len(off)/2], p90, 100*float64(held)/float64(seen))
	if p90 > 3 || held*100 < 93*seen {
		t.Errorf("p90 %.1f s, limits hold in %d of %d", p90, held, seen)
	}
}
