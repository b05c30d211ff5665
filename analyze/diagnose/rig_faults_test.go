package diagnose

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/plan"
)

// Workers fill behind what two endpoints call; the others only queue.
func TestWorkersBehindCalls(t *testing.T) {
	l := newLab(.42) // 300 users ÷ 1.6 s ≈ 190/s: 75 in the queue are 0.4 s of wait
	l.eps[3].full, l.eps[2].full = 2.4, 2.1
	l.steady(app, "worker_threads", 4, 64).steady(app, "request_queue", 0, 75)
	a := l.analyse(t)
	want(t, a, "slow_endpoint", "worker_queue")
	if c := a.Diagnosis.Findings[0].Component; !strings.Contains(c, "POST /likes") || !strings.Contains(c, "GET /profile") || strings.Contains(c, "/feed") {
		t.Errorf("blames %s", c)
	}
}

// Workers are too few: each request takes the time that it took before, once
// it has a worker.
func TestWorkersTooFew(t *testing.T) {
	l := newLab(.42)
	l.eps[2].light, l.eps[2].full = .2, .6
	l.steady(app, "worker_threads", 4, 64).steady(app, "request_queue", 0, 82)
	want(t, l.analyse(t), "worker_queue")
}

// Fast endpoints are many times slower and users wait for others: they are not
// suspected.
func TestSlowerAndNoMatter(t *testing.T) {
	l := newLab(.02)
	l.eps[3].light, l.eps[3].full = .008, .065
	l.eps[0].light, l.eps[0].full = .5, 1.3
	l.run.Tracks = nil
	a := l.analyse(t)
	want(t, a, "")
	if len(a.Diagnosis.Suspicions) > 0 {
		t.Errorf("suspicions %+v", a.Diagnosis.Suspicions)
	}
}

// A disk that is slow to take the database's log leaves processors idle, or to
// others: only the database's own waits tell of it.
func TestDiskOfTheDatabase(t *testing.T) {
	l := fullPoolLab(1.4)
	l.steady(database, "connections_waiting_io", 0, 17).steady(database, "query_latency_seconds", .004, .3)
	want(t, l.analyse(t), "disk", "connection_pool")
	l = fullPoolLab(1.2) // now and then one waits
	l.steady(database, "connections_waiting_io", 0, 1)
	want(t, l.analyse(t), "connection_pool")
}

// Redis runs its commands on one core: at its limit it keeps all waiting.
func TestCacheCPU(t *testing.T) {
	l := newLab(.05)
	l.eps[0].full, l.eps[1].full = 1.6, 1.5
	l.steady(cache, "cpu_cores", .1, .97)
	a := l.analyse(t)
	want(t, a, "cache")
	if c := a.Diagnosis.Findings[0].Component; c != "processor of the cache" {
		t.Error(c)
	}
}

// A 504 is what an application answers for a database that took too long, too:
// it names no service.
func TestGatewayTimeoutNamesNobody(t *testing.T) {
	l := newLab(.9)
	l.eps[0].full, l.eps[0].light = .9, .5
	l.run.Tracks = nil
	l.fail(.3, "HTTPError('504 Server Error: Gateway Timeout for url: /feed')")
	a := l.analyse(t)
	want(t, a, "")
	// Where no endpoint is named the advice speaks of none.
	l = newLab(.03)
	l.fail(.3, "HTTPError('504 Server Error: Gateway Timeout for url: /feed')")
	if fs := l.analyse(t).Diagnosis.Findings; len(fs) != 1 || !strings.Contains(fs[0].Recommendation, "the time of the requests that fail so goes") {
		t.Errorf("findings %+v", fs)
	}
}

// All wait for one thing: each is slower by the same time, which is many times
// as much for those that were fast.
func TestSlowerByTheSameTime(t *testing.T) {
	l := newLab(1.02)
	l.eps[0].light, l.eps[0].full = .5, 1.3
	l.run.Tracks = nil
	a := l.analyse(t)
	want(t, a, "")
	if len(a.Diagnosis.Suspicions) > 0 {
		t.Errorf("suspicions %+v", a.Diagnosis.Suspicions)
	}
}

// The application answers at once and Locust waits: what lies between them is
// suspected, unless Locust itself is late.
func TestBetween(t *testing.T) {
	for name, c := range map[string]struct {
		generator float64
		want      string
	}{"Locust idle": {.2, "network"}, "Locust nearly busy": {.8, ""}} {
		t.Run(name, func(t *testing.T) {
			l := newLab(1.5)
			l.steady(app, "latency_mean_seconds", .005, .006).steady(generator, "cpu_cores", .1, c.generator)
			a := l.analyse(t)
			want(t, a, "")
			got := ""
			for _, f := range a.Diagnosis.Suspicions {
				got += f.Kind
			}
			if got != c.want {
				t.Errorf("suspected %q, want %q", got, c.want)
			}
		})
	}
}

// Other work fills the machine, before the load as well: nothing tells whether
// it slowed the system down, so it is suspected where nothing is established.
func TestOtherWorkIsSuspected(t *testing.T) {
	l := newLab(1.2)
	l.steady(host, "cpu_ratio", .99, .995).steady(host, "run_queue", 7, 8)
	a := l.analyse(t)
	want(t, a, "")
	if s := a.Diagnosis.Suspicions; len(s) != 1 || s[0].Kind != "host_cpu" || !strings.Contains(s[0].Symptom, "other work") {
		t.Errorf("suspicions %+v", s)
	}
}

// A process that is back within seconds makes no outage; nobody listened all
// the same, and a log or an uptime is not needed to say so.
func TestShortCrashInTheDark(t *testing.T) {
	l := newLab(.03)
	l.run.Tracks = nil
	l.fail(.97, "ConnectionRefusedError(111, 'Connection refused')").failed = [2]float64{80, 84}
	a := l.analyse(t)
	want(t, a, "crash")
	if f := a.Diagnosis.Findings[0]; f.Component != "application, or what answers for it" || !strings.Contains(f.Symptom, "failed from 1 min 20 s") {
		t.Errorf("%s: %s", f.Component, f.Symptom)
	}
}

// A worker of Locust that is lost is no fault of the system.
func TestLostWorker(t *testing.T) {
	l := newLab(.03)
	l.run.Log.LostWorkers = 1
	target, err := plan.ParseTarget("outages <= 0", plan.Pos{})
	if err != nil {
		t.Fatal(err)
	}
	l.plan.Targets = append(l.plan.Targets, target)
	a := l.analyse(t)
	if a.Diagnosis.Hurt {
		t.Errorf("hurt: %s", a.Diagnosis.Summary)
	}
	if len(a.Diagnosis.Immediate) == 0 || !strings.Contains(a.Diagnosis.Immediate[0], "lost 1 worker") {
		t.Errorf("immediate: %q", a.Diagnosis.Immediate)
	}
	for _, i := range a.Issues {
		if i.Severity == "P0" {
			t.Errorf("P0: %s — %s", i.Title, i.Evidence)
		}
	}
}

// Everything is a little slower on a busy machine; one endpoint is slow.
func TestEndpointThatStandsOut(t *testing.T) {
	l := newLab(.09)
	l.eps[3].light, l.eps[3].full = .3, 8
	a := l.analyse(t)
	want(t, a, "slow_endpoint")
	if c := a.Diagnosis.Findings[0].Component; !strings.HasPrefix(c, "GET /profile, or") {
		t.Errorf("blames %s", c)
	}
}

// Others fail at once, so that the mean falls: that one endpoint is slow is not
// ruled out by its part in a rise that there was not.
func TestSlowBesideQuickFailures(t *testing.T) {
	l := newLab(.02)
	for i := range l.eps[:3] {
		l.eps[i].light = .4
	}
	l.eps[3].full = 2.4
	l.fail(.6, bare503)
	a := l.analyse(t)
	want(t, a, "")
	if s := a.Diagnosis.Suspicions; len(s) != 1 || s[0].Kind != "slow_endpoint" || strings.Contains(s[0].Symptom, "rise") {
		dump(t, a)
		t.Errorf("suspicions %+v", s)
	}
}

// A dear endpoint slows down by the most seconds and by no more times than the
// others: they share a scarce resource.
func TestDearEndpoint(t *testing.T) {
	l := newLab(.12)
	l.eps[3].light, l.eps[3].full = .5, 3
	want(t, l.analyse(t), "")
}
