package analyze

import (
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// looked analyses a run of peakRun's load.
func looked(r *loadtest.Run, p *plan.Plan, baseline *loadtest.Run) *Analysis {
	return Run(r, p, baseline)
}

// rising is a figure that is low before the load and at high from 20 s to 100 s.
func rising(low, high float64) func(float64) float64 {
	return func(s float64) float64 {
		if s > 20 && s < 100 {
			return high
		}
		return low
	}
}

// counts grows by n a second between two seconds.
func counts(begin, n, from, to float64) func(float64) float64 {
	return func(s float64) float64 { return begin + math.Floor(n*(min(max(s, from), to)-from)) }
}

// lines is a log with n events of a class a second between two seconds.
func lines(class, userType string, n int64, from, to float64) loadtest.AppLog {
	e := loadtest.LogEvents{Class: class, UserType: userType, Endpoint: "GET /feed", First: runStart + from, Last: runStart + to - 1,
		PerSecond: map[int64]int64{}, Example: "2023-11-14 22:13:20 ERROR db: " + class, Line: 7}
	for s := from; s < to; s++ {
		e.PerSecond[int64(runStart+s)] = n
		e.Count += n
	}
	return loadtest.AppLog{File: "app.log", Format: "python", Lines: 100, Counted: 100, Start: runStart - 10, End: runStart + 130, Events: []loadtest.LogEvents{e}}
}

func TestResourceRows(t *testing.T) {
	const mb = 1 << 20
	limits := &plan.Plan{Capacities: []plan.Capacity{
		{Component: "Database", Metric: "Connections", Limit: 50, Unit: measure.Count},
		{Component: "Database", Metric: "Lock Waits", None: true},
	}}
	for _, x := range []struct {
		name              string
		tracks            []loadtest.Track
		component, metric string
		normal, peak      float64
		status            ResourceStatus
		why               string
	}{
		{"stated capacity", []loadtest.Track{track("psql", "database", "", "connections", -20, 130, rising(5, 48)), track("psql", "database", "", "connections_limit", -20, 130, constant(500))},
			"database", "connections", 5, 48, ResourceSaturated, "stated in the document"},
		{"discovered capacity", []loadtest.Track{track("redis_info", "cache", "", "memory_bytes", -20, 130, rising(10*mb, 50*mb)), track("redis_info", "cache", "", "memory_limit_bytes", -20, 130, constant(64*mb))},
			"cache", "memory", 10 * mb, 50 * mb, ResourceHigh, "its memory limit"},
		{"capacity that no file names", []loadtest.Track{track("app_json", "app", "", "memory_bytes", -20, 130, rising(10*mb, 50*mb))},
			"app", "memory", 10 * mb, 50 * mb, ResourceUnknown, "no file names its capacity"},
		{"cores of which the number is not known", []loadtest.Track{track("host_csv", "app", "", "cpu_cores", -20, 130, rising(0, .95))},
			"app", "cpu", 0, .95, ResourceUnknown, "shares of one core"},
		{"the host in place of the application", []loadtest.Track{track("vmstat", "host", "", "cpu_ratio", -20, 130, rising(.1, .8))},
			"app", "cpu", .1, .8, ResourceHigh, "of the whole host"},
		{"busy before the load", []loadtest.Track{track("vmstat", "host", "", "cpu_ratio", -20, 130, constant(.99))},
			"host", "cpu", .99, .99, ResourceSaturated, "as busy before the load"},
		{"a queue", []loadtest.Track{track("app_json", "app", "", "request_queue", -20, 130, rising(0, 12))},
			"app", "request_queue", 0, 12, ResourceHigh, "waited"},
		{"a queue that turned requests away", []loadtest.Track{track("app_json", "app", "", "request_queue", -20, 130, rising(0, 12)), track("app_json", "app", "", "requests_rejected_total", -20, 130, counts(0, 3, 30, 60))},
			"app", "request_queue", 0, 12, ResourceSaturated, "turned away"},
		{"commands follow the load", []loadtest.Track{track("redis_info", "cache", "", "commands_total", -20, 130, counts(0, 100, 20, 100))},
			"cache", "commands", 0, 100, ResourceOK, ""},
		{"evictions", []loadtest.Track{track("redis_info", "cache", "", "evictions_total", -20, 130, counts(70, 10, 40, 50))},
			"cache", "evictions", 0, 100, ResourceHigh, "evicted"},
		{"one peak of a moment is no peak", []loadtest.Track{track("app_json", "app", "", "request_queue", -20, 130, func(s float64) float64 {
			if s == 60 {
				return 500
			}
			return 0
		})}, "app", "request_queue", 0, 0, ResourceOK, ""},
	} {
		a := looked(peakRun(x.tracks...), limits, nil)
		found := false
		for _, r := range a.Resources {
			if r.Component != x.component || r.Metric != x.metric {
				continue
			}
			found = true
			normal, _ := r.Normal.Float()
			peak, _ := r.Peak.Float()
			if math.Abs(normal-x.normal) > 1e-9 || math.Abs(peak-x.peak) > 1e-9 || r.Status != x.status || !strings.Contains(r.Why, x.why) {
				t.Errorf("%s: normal %g, peak %g, %v (%s)", x.name, normal, peak, r.Status, r.Why)
			}
		}
		if !found {
			t.Errorf("%s: no row", x.name)
		}
	}
}

// The normal figure is of the idle time, else of the baseline run, else of the
// first tenth of the ramp.
func TestNormal(t *testing.T) {
	idle := peakRun(track("vmstat", "host", "", "cpu_ratio", -20, 130, rising(.1, .5)))
	late := peakRun(track("vmstat", "host", "", "cpu_ratio", 2, 130, rising(.2, .5)))
	for _, x := range []struct {
		run, baseline *loadtest.Run
		want          float64
		from          string
	}{{idle, late, .1, normalIdle}, {late, idle, .5, normalBaseline}, {late, nil, .2, normalRamp}} {
		for _, r := range looked(x.run, nil, x.baseline).Resources {
			if r.Component == "host" && r.Metric == "cpu" {
				if v, _ := r.Normal.Float(); v != x.want || r.NormalFrom != x.from {
					t.Errorf("normal %g from %s, want %g from %s", v, r.NormalFrom, x.want, x.from)
				}
			}
		}
	}
}

func TestRateLimitByUserType(t *testing.T) {
	types := &plan.Plan{UserTypes: []string{"Writers", "Readers"}}
	named := &plan.Plan{UserTypes: types.UserTypes, Sources: plan.Sources{UserTypes: []plan.UserTypePattern{{UserType: "Writers", Match: "POST *"}, {UserType: "Readers", Match: "GET /*/x"}}}}
	post := loadtest.Endpoint{Method: "POST", Name: "/a/b"}
	byName := withFailures(total(1000, 90), failure(post, tooMany, 90))
	byName.Totals.Endpoints = []loadtest.Total{{Endpoint: post, Requests: 300}, {Endpoint: loadtest.Endpoint{Method: "GET", Name: "/a/b/x"}, Requests: 700}}
	for _, x := range []struct {
		name              string
		run               *loadtest.Run
		plan              *plan.Plan
		requests, limited [2]float64 // −1: not measured
		low, high         float64    // of the writers' limited
	}{
		{"counters", peakRun(
			track("app_json", "app", "writer", "requests_total", -20, 130, counts(500, 10, 10, 110)), track("app_json", "app", "writer", "rate_limited_total", -20, 130, counts(50, 1, 10, 110)),
			track("app_json", "app", "reader", "requests_total", -20, 130, counts(0, 5, 10, 110)), track("app_json", "app", "reader", "rate_limited_total", -20, 130, constant(9))),
			types, [2]float64{1000, 500}, [2]float64{100, 0}, 100, 100},
		{"counters that begin in the run", peakRun(track("app_json", "app", "writer", "rate_limited_total", 20, 130, counts(30, 1, 20, 110))),
			types, [2]float64{-1, -1}, [2]float64{90, -1}, 90, 120},
		{"a log", func() *loadtest.Run {
			r := peakRun()
			r.AppLogs = []loadtest.AppLog{lines("rate_limited", "WriterUser", 2, 30, 80)}
			return r
		}(), types, [2]float64{-1, -1}, [2]float64{100, -1}, 100, 100},
		{"names", byName, named, [2]float64{300, 700}, [2]float64{90, 0}, 90, 90},
	} {
		a := looked(x.run, x.plan, nil)
		for i, u := range a.RateLimit.UserTypes[:2] {
			for what, v := range map[string][2]any{"requests": {u.Requests, x.requests[i]}, "limited": {u.Limited, x.limited[i]}} {
				n, ok := v[0].(measure.Value).Float()
				if want := v[1].(float64); ok != (want >= 0) || ok && n != want {
					t.Errorf("%s: %s of %s are %g (%v), want %g", x.name, what, u.Name, n, ok, want)
				}
			}
		}
		if low, high, _ := a.RateLimit.UserTypes[0].Limited.Limits(); low != x.low || high != x.high {
			t.Errorf("%s: limits %g to %g, want %g to %g", x.name, low, high, x.low, x.high)
		}
	}
}

func TestPoolByOtherEvidence(t *testing.T) {
	full := []loadtest.Track{track("app_json", "app", "", "pool_limit", -20, 130, constant(10)), track("app_json", "app", "", "pool_in_use", -20, 130, rising(0, 10)), track("app_json", "app", "", "pool_waiting", -20, 130, rising(0, 40))}
	gaveUp := func(n float64) loadtest.Track {
		return track("app_json", "app", "", "pool_timeouts_total", -20, 130, counts(3, n, 40, 90))
	}
	failing := func(tracks ...loadtest.Track) *loadtest.Run {
		r := peakRun(tracks...)
		h := r.History
		for i := range h.Time {
			if i > 40 {
				h.Total.Failures[i] = int64(min(i, 90)-40) * 5
			}
		}
		return withFailures(r, failure(feed, unavailable, 250))
	}
	logged := failing()
	logged.AppLogs = []loadtest.AppLog{lines("pool", "", 5, 40, 90)}
	slow := failing()
	slow.AppLogs = []loadtest.AppLog{lines("db_query_timeout", "", 5, 40, 90)}
	// The log of a healthy run tells of nothing, which is not to say nothing.
	quiet, over := withFailures(peakRun()), withFailures(peakRun())
	quiet.AppLogs = []loadtest.AppLog{{File: "app.log", Start: runStart - 60, End: runStart + 200}}
	over.AppLogs = []loadtest.AppLog{{File: "app.log", Start: runStart - 60, End: runStart - 1}}
	for name, x := range map[string]struct {
		run  *loadtest.Run
		want YesNo
		say  string
	}{
		"a quiet log":                          {quiet, No, "application's log"},
		"a log that ended before the run":      {over, Unknown, "needs"},
		"requests gave up":                     {peakRun(append(full, gaveUp(2))...), Yes, "gave up waiting"},
		"full, and none gave up":               {withFailures(peakRun(append(full, gaveUp(0))...)), No, "10 of 10"},
		"full with waiters, and nothing fails": {withFailures(peakRun(full...)), No, "full use"},
		"full with waiters while 503s are had": {failing(full...), Yes, "failed without a reason"},
		"503s and no word of a pool":           {failing(), Unknown, "needs"},
		"the log names the pool":               {logged, Yes, "application's log"},
		"the log names another reason":         {slow, No, "Neither"},
		"never full":                           {withFailures(peakRun(full[0], track("app_json", "app", "", "pool_in_use", -20, 130, rising(0, 4)))), No, "never full"},
	} {
		p := looked(x.run, nil, nil).Failures.PoolExhaustion
		if p.Occurred != x.want || !strings.Contains(p.Evidence, x.say) {
			t.Errorf("%s: %v, %s", name, p.Occurred, p.Evidence)
		}
		// It was full before the first request gave up: both loads are named.
		if name == "requests gave up" && !strings.Contains(p.Evidence, "waited for one, the first at ") {
			t.Errorf("%s: %s", name, p.Evidence)
		}
		if u, ok := p.AtUsers.Float(); p.Occurred == Yes && (!ok || u < 60) {
			t.Errorf("%s: at %g users (%v)", name, u, ok)
		}
	}
}

// An event that Locust and the log both tell of is one event.
func TestDatabaseErrorsAreNotAddedUp(t *testing.T) {
	r := withFailures(peakRun(track("psql", "database", "app", "deadlocks_total", -20, 130, counts(7, 1, 40, 60))), failure(feed, deadlocked, 12))
	r.AppLogs = []loadtest.AppLog{lines("db_lock_timeout", "", 1, 45, 60)}
	d := looked(r, nil, nil).Failures.Database
	if n, _ := d.LockTimeout.Float(); n != 20 {
		t.Errorf("%g lock errors, want the 20 that the database counted", n)
	}
	r = peakRun()
	r.AppLogs = []loadtest.AppLog{lines("timeout", "", 3, 40, 50)}
	if timeouts := looked(withFailures(r, failure(feed, readTimeout, 4)), nil, nil).Failures.Timeouts; len(timeouts.Endpoints) != 1 {
		t.Errorf("timeouts %+v", timeouts)
	} else if n, _ := timeouts.Count.Float(); n != 30 {
		t.Errorf("%g timeouts, want the log's 30", n)
	}
}

func TestRestarts(t *testing.T) {
	up := func(began float64) func(float64) float64 {
		return func(s float64) float64 {
			if s >= began {
				return s - began
			}
			return s + 1000
		}
	}
	again := func(s float64) float64 {
		if s > 60 {
			return s - 60
		}
		return 1000 + s
	}
	for name, x := range map[string]struct {
		tracks []loadtest.Track
		log    []loadtest.AppLog
		want   int
	}{
		"an uptime that goes back":     {[]loadtest.Track{track("app_json", "app", "", "uptime_seconds", -20, 130, up(60))}, nil, 1},
		"started before the load":      {[]loadtest.Track{track("app_json", "app", "", "uptime_seconds", -20, 130, up(-8))}, nil, 0},
		"one counter alone":            {[]loadtest.Track{track("redis_info", "cache", "", "commands_total", -20, 130, again)}, nil, 0},
		"two counters":                 {[]loadtest.Track{track("redis_info", "cache", "", "commands_total", -20, 130, again), track("redis_info", "cache", "", "hits_total", -20, 130, again)}, nil, 1},
		"a crash and a start":          {[]loadtest.Track{track("app_json", "app", "", "requests_total", -20, 130, func(s float64) float64 { return again(s - 8) })}, []loadtest.AppLog{lines("crash", "", 1, 50, 51), lines("restart", "", 1, 62, 63)}, 1},
		"a start before the load":      {nil, []loadtest.AppLog{lines("restart", "", 1, -9, -8)}, 0},
		"a start time that was set":    {[]loadtest.Track{track("prometheus_text", "database", "", "start_time_seconds", -20, 130, rising(runStart-500, runStart-499))}, nil, 0},
		"the load generator's is none": {[]loadtest.Track{track("prometheus_text", "load_generator", "", "uptime_seconds", -20, 130, up(60))}, nil, 0},
		"what the application counts of its cache is the application's": {[]loadtest.Track{
			track("app_json", "app", "", "uptime_seconds", -20, 130, up(60)), track("app_json", "app", "", "requests_total", -20, 130, again),
			track("app_json", "cache", "", "hits_total", -20, 130, again), track("app_json", "cache", "", "misses_total", -20, 130, again)}, nil, 1},
	} {
		r := peakRun(x.tracks...)
		r.AppLogs = x.log
		s := looked(r, nil, nil).Stability
		if len(s.Restarts) != x.want || (s.Status == Fail) != (x.want > 0) {
			t.Errorf("%s: %v, %q", name, s.Status, s.Restarts)
		}
		// A process is new when it starts, not at the last sign of it.
		if name == "a crash and a start" && !strings.Contains(s.Restarts[0], "restarted at about 1 min 3 s of the run") {
			t.Errorf("%s: %q", name, s.Restarts)
		}
	}
}

// An outage and the restart that ended it are one incident.
func TestIncidents(t *testing.T) {
	s := Stability{Outages: []Outage{{Start: 94, End: 106}}, Restarts: []string{"the application", "the cache"}, RestartedAt: [][2]float64{{94, 108}, {150, 152}}, LostWorkers: 1}
	if n := s.incidents(); n != 3 {
		t.Errorf("%d incidents", n)
	}
}

func TestLinksOfTheRun(t *testing.T) {
	p := &plan.Plan{Sources: plan.Sources{Links: []plan.Link{{Name: "Grafana", URL: "https://g/d?from={from}&to={to}&f={from_s}&i={from_iso}"}}}}
	links := looked(peakRun(), p, nil).Links
	if len(links) != 1 || !strings.HasPrefix(links[0].URL, "https://g/d?from=1699999999500&to=1700000119500&f=1699999999") || strings.Contains(links[0].URL, "{") || !strings.Contains(links[0].URL, "&i=2023-11-14T") {
		t.Errorf("%+v", links)
	}
}

func TestComparisonOfCPU(t *testing.T) {
	noisy := func(level float64) func(float64) float64 {
		return func(s float64) float64 { return level * (1 + .02*math.Sin(s)) }
	}
	run := func(level, cores float64) *loadtest.Run {
		return peakRun(track("host_csv", "app", "", "cpu_ratio", -20, 130, noisy(level)), track("app_json", "app", "", "cpu_limit_cores", -20, 130, constant(cores)))
	}
	row := func(now, then *loadtest.Run) ComparisonRow {
		for _, r := range looked(now, nil, then).Baseline.Rows {
			if r.Metric == "cpu" {
				return r
			}
		}
		t.Fatal("no row")
		return ComparisonRow{}
	}
	if r := row(run(.6, 2), run(.2, 2)); r.Significant != Yes {
		t.Errorf("three times as much: %v, %s", r.Significant, r.Why)
	}
	if r := row(run(.2, 2), run(.2, 2)); r.Significant == Yes {
		t.Errorf("the same: %s", r.Why)
	}
	if r := row(run(.2, 2), run(.2, 4)); r.Significant != Unknown || !strings.Contains(r.Why, "4 cores then") || r.Difference.Measured() {
		t.Errorf("other machines: %v, %s", r.Significant, r.Why)
	}
}
