package analyze

import (
	"math"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// runStart is the Unix time at which the run of a bench begins.
const runStart = 1_700_000_000.0

// track makes a track with a reading every two seconds from before the load.
func track(kind, component, instance, metric string, from, to float64, f func(s float64) float64) loadtest.Track {
	tr := loadtest.Track{Kind: kind, File: kind + ".txt", Component: component, Instance: instance, Metric: metric}
	for s := from; s <= to; s += 2 {
		if v := f(s); !math.IsNaN(v) {
			tr.Time = append(tr.Time, runStart+s)
			tr.Value = append(tr.Value, v)
		}
	}
	return tr
}

func constant(v float64) func(float64) float64 { return func(float64) float64 { return v } }

// peakRun is a run of two minutes: a ramp of 30 s, a peak of 60 s, a ramp down.
func peakRun(tracks ...loadtest.Track) *loadtest.Run {
	b := newBench()
	for s := range 30 {
		b.hold(1, 1+s*100/30, .1)
	}
	b.hold(60, 100, .1)
	for s := range 30 {
		b.hold(1, 100-s*100/30, .1)
	}
	return &loadtest.Run{Label: "run", Tool: "locust", History: b.h, Tracks: tracks}
}

func chosen(t *testing.T, tracks ...loadtest.Track) pickedTracks {
	t.Helper()
	return pickedTracks{t, newContext(peakRun(tracks...), &plan.Plan{}).tracks}
}

type pickedTracks struct {
	*testing.T
	tracks
}

func (x pickedTracks) want(component, metric, kind string, at, value float64) {
	x.Helper()
	tr := x.of(component, metric)
	switch {
	case tr == nil:
		x.Errorf("%s %s: no track", component, metric)
	case tr.Kind != kind:
		x.Errorf("%s %s is from %s, not from %s", component, metric, tr.Kind, kind)
	case math.Abs(tr.At(at, 10)-value) > 1e-9*math.Abs(value):
		x.Errorf("%s %s at %g s is %g, not %g", component, metric, at, tr.At(at, 10), value)
	}
}

func TestChoosesTheBestAccount(t *testing.T) {
	x := chosen(t,
		track("top", "host", "", "cpu_ratio", -10, 130, constant(0)),
		track("vmstat", "host", "", "cpu_ratio", -10, 130, constant(.7)),
		track("prometheus_query", "cache", "", "memory_bytes", -10, 130, constant(1)),
		track("redis_info", "cache", "", "memory_bytes", -10, 20, constant(2)), // saw a part of the run only
		track("app_json", "app", "", "pool_in_use", 0, 130, constant(3)),
		track("resources", "app", "", "pool_in_use", -10, 130, constant(4)),
	)
	x.want("host", "cpu_ratio", "vmstat", 60, .7)
	x.want("cache", "memory_bytes", "prometheus_query", 60, 1)
	x.want("app", "pool_in_use", "resources", 60, 4)
}

func TestInstancesAddUpOrTheWorstCounts(t *testing.T) {
	x := chosen(t,
		track("psql", "database", "one", "connections", -10, 130, constant(3)),
		track("psql", "database", "two", "connections", -10, 60, constant(4)),
		track("vmstat", "host", "sda", "disk_busy_ratio", -10, 130, constant(.2)),
		track("vmstat", "host", "sdb", "disk_busy_ratio", -10, 130, constant(.9)),
	)
	x.want("database", "connections", "psql", 50, 7)
	x.want("database", "connections", "psql", 100, 3) // the other is gone
	x.want("host", "disk_busy_ratio", "vmstat", 50, .9)
}

func TestCountersBecomeRates(t *testing.T) {
	// Two a second; the process restarts between 58 s and 60 s.
	commands := func(s float64) float64 {
		if s >= 60 {
			return 2 * (s - 59)
		}
		return 1000 + 2*s
	}
	x := chosen(t, track("redis_info", "cache", "", "commands_total", -10, 130, commands),
		track("redis_info", "cache", "", "hits_total", -10, 130, func(s float64) float64 { return 9 * s }),
		track("redis_info", "cache", "", "misses_total", -10, 130, func(s float64) float64 { return s }))
	x.want("cache", "commands_per_second", "redis_info", 40, 2)
	x.want("cache", "hit_ratio", "redis_info", 40, .9)
	if tr := x.of("cache", "commands_per_second"); tr.At(60, 1) == tr.At(60, 1) {
		t.Error("a rate over a restart")
	}
	n, ok := x.counted("cache", "commands_total", 0, 120)
	// 118 of the first 58 s, of which two in the gap are lost, and 122 since.
	if v, _ := n.Float(); !ok || math.Abs(v-238) > 3 {
		t.Errorf("counted %v, want about 238", v)
	}
	if len(x.resets["cache"]) != 1 || math.Abs(x.resets["cache"][0].at-60) > 1 {
		t.Errorf("resets %+v", x.resets["cache"])
	}
}

func TestCoresBecomeAShareOfThoseAllowed(t *testing.T) {
	x := chosen(t,
		track("host_csv", "app", "", "cpu_cores", -10, 130, constant(.5)),
		track("app_json", "app", "", "cpu_limit_cores", -10, 130, constant(1)),
		track("host_csv", "database", "", "cpu_cores", -10, 130, constant(.5)),
		track("host_csv", "host", "", "cpu_limit_cores", -10, 130, constant(2)),
	)
	x.want("app", "cpu_ratio", "host_csv", 60, .5)
	x.want("database", "cpu_ratio", "host_csv", 60, .25)
	if tr := x.of("app", "cpu_cores"); tr.Limit != 1 {
		t.Errorf("limit %g", tr.Limit)
	}
}
