package diagnose

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
)

const bare503 = "HTTPError('503 Server Error: Service Unavailable for url: /feed')"

func TestHealthy(t *testing.T) {
	a := newLab(.03).analyse(t)
	want(t, a, "")
	if len(a.Diagnosis.Clear) < 10 {
		t.Errorf("only %d kinds were ruled out", len(a.Diagnosis.Clear))
		dump(t, a)
	}
}

// A resource at its limit of which users notice nothing is no bottleneck.
func TestSaturatedAndUnnoticed(t *testing.T) {
	l := newLab(.03)
	l.steady(app, "pool_in_use", 2, 20).steady(app, "pool_waiting", 0, 1)
	want(t, l.analyse(t), "")
}

func fullPoolLab(latency float64) *lab {
	l := newLab(latency)
	l.steady(app, "pool_in_use", 4, 20).steady(app, "pool_waiting", 0, 120)
	return l
}

func TestPool(t *testing.T) {
	l := fullPoolLab(1.2)
	l.fail(.2, bare503).say("pool", "QueuePool limit of size 20 overflow 0 reached", 2500)
	a := l.analyse(t)
	want(t, a, "connection_pool")
	if r := a.Diagnosis.Findings[0].Recommendation; !strings.Contains(r, "× 1.3 =") || !strings.Contains(r, "has 20") {
		t.Errorf("no arithmetic: %s", r)
	}
}

// The machine is full of other people's work, before the load as well.
func TestPoolBesideOtherWork(t *testing.T) {
	l := fullPoolLab(1.2)
	l.steady(host, "cpu_ratio", .99, .995).steady(host, "run_queue", 7, 8)
	a := l.analyse(t)
	want(t, a, "connection_pool")
	// With that gone the parts of the system still share the machine's cores.
	if c := a.Diagnosis.Capacity; len(c) == 0 || !strings.Contains(c[0], "the machine's processors at 100% ≈ ") || !strings.Contains(c[0], "without the other work that it did") {
		t.Errorf("capacity: %q", c)
	}
}

// Connections are held idle in transaction by the application itself.
func TestPoolHeldIdle(t *testing.T) {
	l := fullPoolLab(1.2)
	l.steady(database, "connections_idle_in_transaction", 3, 19).steady(database, "connections_active", 1, 1)
	want(t, l.analyse(t), "connection_pool")
}

func TestLocks(t *testing.T) {
	l := fullPoolLab(1.5)
	l.steady(database, "lock_waits", 0, 14).steady(database, "query_latency_seconds", .004, .3)
	l.fail(.15, bare503).say("pool", "QueuePool limit of size 20 overflow 0 reached", 1800)
	want(t, l.analyse(t), "lock_contention", "connection_pool")
}

// Only the writers wait, and they say so; the pool is large enough.
func TestLocksOfWriters(t *testing.T) {
	l := newLab(.03)
	l.eps[2].full = 8
	l.steady(database, "lock_waits", 0, 9).steady(app, "pool_in_use", 3, 12).steady(database, "query_latency_seconds", .004, .4)
	want(t, l.analyse(t), "lock_contention")
}

func TestDatabaseCPU(t *testing.T) {
	l := fullPoolLab(1.4)
	l.steady(database, "cpu_cores", .1, 1.25).steady(host, "cpu_ratio", .2, .99).steady(host, "run_queue", 1, 12)
	l.steady(database, "query_latency_seconds", .006, .16)
	l.fail(.1, bare503).say("pool", "QueuePool limit of size 20 overflow 0 reached", 1200)
	l.counter(database, "rows_returned_total", func(s float64) float64 { return 3e6 * l.load(s) })
	a := l.analyse(t)
	want(t, a, "db_cpu", "connection_pool")
	if !strings.Contains(a.Diagnosis.Findings[0].Symptom, "rows were scanned") {
		t.Error(a.Diagnosis.Findings[0].Symptom)
	}
}

// A database that uses all of its cores, on a machine of its own.
func TestDatabaseCPUByItself(t *testing.T) {
	l := newLab(1.4)
	l.steady(database, "cpu_limit_cores", 1, 1).steady(database, "cpu_cores", .1, .97).steady(database, "query_latency_seconds", .006, .5)
	want(t, l.analyse(t), "db_cpu")
}

// The application is limited to one core of two; the pool fills as goroutines
// that hold connections wait for it, and queries look slow to it.
func TestAppCPU(t *testing.T) {
	l := fullPoolLab(1.2)
	l.steady(app, "cpu_limit_cores", 1, 1).steady(app, "cpu_cores", .15, .93).steady(host, "cpu_ratio", .2, .72)
	l.steady(database, "query_latency_seconds", .01, .6)
	want(t, l.analyse(t), "app_cpu", "connection_pool")
}

func TestHostCPU(t *testing.T) {
	l := newLab(1.2)
	l.steady(app, "cpu_cores", .2, 1.2).steady(host, "cpu_ratio", .2, .98).steady(host, "run_queue", 1, 12).steady(generator, "cpu_cores", .2, .55)
	want(t, l.analyse(t), "host_cpu")
}

func TestWorkers(t *testing.T) {
	l := newLab(1.1)
	l.steady(app, "worker_threads", 4, 64).steady(app, "request_queue", 0, 90)
	l.fail(.12, bare503).counter(app, "requests_rejected_total", func(s float64) float64 { return 18 * l.full(s) })
	want(t, l.analyse(t), "worker_queue")
}

// Workers are all busy because they wait for a connection from a full pool.
func TestWorkersBehindPool(t *testing.T) {
	l := fullPoolLab(1.5)
	l.steady(app, "worker_threads", 4, 64).steady(app, "request_queue", 0, 40)
	want(t, l.analyse(t), "connection_pool", "worker_queue")
}

// The cache evicts what it takes in; the database gets the requests and its
// pool fills.
func TestCache(t *testing.T) {
	l := fullPoolLab(1.3)
	l.steady(cache, "hit_ratio", .75, .2).steady(cache, "memory_bytes", 30e6, 63.5e6).counter(cache, "evictions_total", func(s float64) float64 { return 150 * l.full(s) })
	l.steady(database, "cpu_cores", .1, .5)
	want(t, l.analyse(t), "cache", "connection_pool")
}

// A cache that evicts and answers all the same is at work, not at fault.
func TestCacheEvictsWell(t *testing.T) {
	l := fullPoolLab(1.2)
	l.steady(cache, "memory_bytes", 63e6, 63.5e6).counter(cache, "evictions_total", func(s float64) float64 { return 4 * l.load(s) })
	want(t, l.analyse(t), "connection_pool")
}

func TestDependency(t *testing.T) {
	l := newLab(.03)
	l.eps[1].full = 2.4
	l.steady(app, "worker_threads", 4, 60)
	l.steady(app, "worker_threads_limit", 0, 0)
	l.steady(host, "cpu_ratio", .99, .995).steady(host, "run_queue", 7, 8) // by other work
	a := l.analyse(t)
	want(t, a, "slow_endpoint")
	if len(a.Diagnosis.Suspicions) > 0 {
		t.Errorf("suspicions beside a cause: %+v", a.Diagnosis.Suspicions)
	}
	if !strings.Contains(a.Diagnosis.Findings[0].Component, "/stories") {
		t.Error(a.Diagnosis.Findings[0].Component)
	}
}

// Connections are held during the slow call: the pool fills, and all endpoints
// with it. The service itself was measured.
func TestDependencyBehindPool(t *testing.T) {
	l := fullPoolLab(1.4)
	l.steady("payments", "latency_mean_seconds", .05, 1.1)
	l.eps[1].full = 2.6
	want(t, l.analyse(t), "slow_endpoint", "connection_pool")
}

// It is slow from the first request on, whatever the load.
func TestDependencyAlwaysSlow(t *testing.T) {
	l := newLab(.03)
	l.eps[3].light, l.eps[3].full = 6, 6
	want(t, l.analyse(t), "slow_endpoint")
}

func TestGenerator(t *testing.T) {
	l := newLab(1.2)
	l.steady(generator, "cpu_cores", .3, .99).steady(host, "cpu_ratio", .3, .8)
	l.run.Log.CPUWarning = true
	l.steady(app, "latency_mean_seconds", .004, .006)
	a := l.analyse(t)
	want(t, a, "load_generator")
	if len(a.Diagnosis.Capacity) != 0 {
		t.Errorf("capacity is spoken of: %v", a.Diagnosis.Capacity)
	}
}

// What else looks full is unproven while Locust is the limit.
func TestGeneratorVoidsTheRest(t *testing.T) {
	l := fullPoolLab(1.2)
	l.steady(generator, "cpu_cores", .3, .99)
	l.run.Log.CPUWarning = true
	a := l.analyse(t)
	want(t, a, "load_generator")
	for _, f := range a.Diagnosis.Findings[1:] {
		if !f.Suspected {
			t.Errorf("%s is called established", f.Kind)
		}
	}
}

// Five workers use three cores: none of them is at its limit.
func TestDistributedGenerator(t *testing.T) {
	l := newLab(.03)
	l.steady(generator, "cpu_cores", .5, 2.4)
	l.run.Log.Workers = 5
	want(t, l.analyse(t), "")
}

func TestNoFilesLeft(t *testing.T) {
	l := newLab(.03)
	l.fail(.3, "ConnectionError(MaxRetryError(\"... [Errno 24] Too many open files\"))")
	want(t, l.analyse(t), "load_generator")
}

// Memory grows until the process is killed, and again after it came back.
func TestMemory(t *testing.T) {
	l := newLab(.03)
	l.fail(.12, "ConnectionRefusedError(111, 'Connection refused')")
	died := 95.
	l.track(app, "memory_bytes", func(s float64) float64 {
		switch {
		case s < 0:
			return 2e7
		case s < died:
			return 2e7 + 4e6*s
		case s < died+12:
			return math.NaN()
		}
		return 2e7 + 4e6*(s-died-12)
	})
	l.track(app, "uptime_seconds", func(s float64) float64 {
		if s < died {
			return 100 + s
		}
		if s < died+12 {
			return math.NaN()
		}
		return s - died - 12 + .001
	})
	l.say("crash", "Worker (pid:1514) was sent SIGKILL! Perhaps out of memory?", 1)
	a := l.analyse(t)
	want(t, a, "memory", "crash")
	// It grew by 4 MB/s until it died, whatever came after; a peak of 300 users
	// with a second between requests asks for 290/s.
	advice := a.Diagnosis.Findings[0].Recommendation
	var rate, kept, room float64
	var rps, n int
	if _, err := fmt.Sscanf(advice[strings.Index(advice, "grew by ")+8:], "%f MB/s at %d/s, %f KB a request", &rate, &rps, &kept); err != nil {
		t.Fatal(err, advice)
	}
	if i := strings.Index(advice, "before its "); i < 0 {
		t.Fatal(advice)
	} else if _, err := fmt.Sscanf(strings.ReplaceAll(advice[i+11:], ",", ""), "%dth request (%f MB", &n, &room); err != nil {
		t.Fatal(err, advice)
	}
	if math.Abs(rate-4e6/(1<<20)) > .2 || math.Abs(kept-rate*1024/float64(rps)) > .3 || math.Abs(float64(n)-room*1024/kept) > 1500 {
		t.Errorf("%.1f MB/s, %d/s, %.1f KB, %d requests: %s", rate, rps, kept, n, advice)
	}
	// Where requests fail and latency is as asked, the impact is the failures.
	if f := a.Diagnosis.Findings[0]; strings.Contains(f.Impact, "P95") || !strings.Contains(f.Impact, "all 4 endpoints affected alike") {
		t.Error(f.Impact)
	}
}

// Growth that takes nobody down is no bottleneck.
func TestMemoryGrowsHarmlessly(t *testing.T) {
	l := newLab(.03)
	l.track(app, "memory_bytes", func(s float64) float64 { return 2e7 + 1e6*math.Max(0, s) })
	want(t, l.analyse(t), "")
}

func TestDisk(t *testing.T) {
	l := newLab(1.4)
	l.steady(host, "cpu_iowait_ratio", .01, .45).steady(host, "disk_busy_ratio", .1, .99).steady(database, "query_latency_seconds", .005, .4)
	l.steady(app, "pool_in_use", 3, 20).steady(app, "pool_waiting", 0, 60)
	want(t, l.analyse(t), "disk", "connection_pool")
}

func TestNetwork(t *testing.T) {
	l := newLab(1.2)
	l.steady(host, "network_sent_bytes_per_second", 2e6, 12.3e6).steady(host, "network_limit_bytes_per_second", 12.5e6, 12.5e6)
	want(t, l.analyse(t), "network")
}

// With every snapshot withheld nothing is asserted that only they could know.
func TestNothingRecorded(t *testing.T) {
	l := fullPoolLab(1.2)
	l.fail(.2, bare503)
	l.run.Tracks, l.run.AppLogs = nil, nil
	a := l.analyse(t)
	want(t, a, "")
	if len(a.Diagnosis.NotLookedAt) < 8 {
		t.Errorf("only %d kinds are said not to have been looked at", len(a.Diagnosis.NotLookedAt))
	}
	for _, r := range append(a.Diagnosis.Immediate, a.Diagnosis.Capacity...) {
		if strings.Contains(strings.ToLower(r), "pool") && !strings.Contains(r, "peakload record") {
			t.Errorf("a bare 503 is taken for a pool: %s", r)
		}
	}
}

// The texts of failures alone name the pool.
func TestPoolByTextAlone(t *testing.T) {
	l := newLab(1.2)
	l.fail(.2, "HTTPError('500 Server Error: QueuePool limit of size 10 overflow 0 reached, connection timed out, timeout 1.00')")
	l.run.Tracks = nil
	want(t, l.analyse(t), "connection_pool")
}

// One endpoint slows down, and nothing is known of the resources: suspected.
func TestEndpointInTheDark(t *testing.T) {
	l := newLab(.03)
	l.eps[1].full = 4
	l.run.Tracks = nil
	a := l.analyse(t)
	want(t, a, "")
	if len(a.Diagnosis.Suspicions) != 1 || a.Diagnosis.Suspicions[0].Kind != "slow_endpoint" {
		t.Error("the endpoint is not suspected")
	}
}

// Refusals are protection.
func TestLimiter(t *testing.T) {
	l := newLab(.03)
	l.fail(.6, "HTTPError('429 Client Error: Too Many Requests for url: /feed')")
	a := l.analyse(t)
	want(t, a, "")
	if now := a.Diagnosis.Immediate; len(now) != 1 || !strings.HasPrefix(now[0], "Decide whether 429s count as errors: the error rate is ") || !strings.Contains(now[0], "% with them and 0% without") {
		t.Errorf("actions: %v", now)
	}
}

func TestNoHistory(t *testing.T) {
	a := analyze.Run(&loadtest.Run{}, nil, nil)
	Run(a)
	if len(a.Diagnosis.Findings) > 0 {
		t.Error("something is found in nothing")
	}
}

// The database restarted: that is neither the application's crash nor a pool
// that is too small, although the log says that no connection was to be had.
func TestDatabaseRestart(t *testing.T) {
	l := newLab(.03)
	l.fail(.1, bare503).say("pool", "QueuePool limit of size 20 overflow 0 reached", 900)
	l.track(database, "uptime_seconds", func(t float64) float64 {
		if t < 80 {
			return 500 + t
		}
		return t - 80
	})
	a := l.analyse(t)
	want(t, a, "crash")
	if f := a.Diagnosis.Findings[0]; f.Component != "database" || !strings.Contains(f.Recommendation, "database") {
		t.Errorf("%s: %s", f.Component, f.Recommendation)
	}
	if h := a.Diagnosis.Scaling; strings.Contains(h.Horizontal, "keeps answers coming") || h.LoadBalancing != "" {
		t.Errorf("instances of the application are no help: %+v", h)
	}
	if p := a.Failures.PoolExhaustion; !p.Room || !strings.Contains(p.Evidence, "of 20") {
		t.Errorf("pool: %+v", p)
	}
}

// Locust that does not get the processor is not busy, and yet at its limit.
func TestStarvedGenerator(t *testing.T) {
	l := newLab(1.5)
	l.steady(app, "latency_mean_seconds", .004, .005)
	l.silent = func(sec int) bool { return sec > 50 && sec < 130 && sec%12 < 3 }
	l.run.Notes = append(l.run.Notes, loadtest.Note{Code: "gap", Severity: loadtest.Warn, Message: "No row was written for 3 s or more 6 times."})
	want(t, l.analyse(t), "load_generator")
	l = newLab(1.5)
	l.run.Notes = append(l.run.Notes, loadtest.Note{Code: "gap", Severity: loadtest.Warn, Message: "No row was written for 3 s or more 6 times."})
	for _, f := range l.analyse(t).Diagnosis.Findings {
		if f.Kind == "load_generator" {
			t.Errorf("named without its latency being elsewhere: %s", f.Symptom)
		}
	}
}

// Endpoints that slow down two to five times share what is slow: none is
// suspected, least of all beside a sentence that they slowed down alike.
func TestSlowedAlikeInTheDark(t *testing.T) {
	l := newLab(.5)
	for i := range l.eps {
		l.eps[i].light = .1
	}
	l.eps[0].full = .28
	l.run.Tracks = nil
	a := l.analyse(t)
	want(t, a, "")
	said := ""
	for _, l := range a.Lessons {
		said += l.Text + " "
	}
	if len(a.Diagnosis.Suspicions) > 0 || !strings.Contains(said, "on all endpoints alike") {
		t.Errorf("suspicions %v; %s", a.Diagnosis.Suspicions, said)
	}
}
