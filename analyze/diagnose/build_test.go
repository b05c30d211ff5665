package diagnose

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// A lab builds analyses of a run of 160 s: users climb for 40 s to the peak
// and stay there for 100 s. It is a machine of two cores that Locust, the
// application, its database and its cache share, as in a small company's
// test. Everything is healthy until a test says otherwise.
type lab struct {
	run   *loadtest.Run
	plan  *plan.Plan
	users float64
	eps   []labEndpoint
	gone  map[string]bool
	// silent seconds have no row in the history.
	silent func(second int) bool
	// course is every endpoint's latency over time; nil: from light to full.
	course func(t float64) float64
	// stuck is a stretch in which nothing is answered; at its end everything is
	// that was asked before.
	stuck [2]float64
	// failed is the stretch in which requests fail, instead of the peak.
	failed [2]float64
}

type labEndpoint struct {
	loadtest.Endpoint
	share       float64 // of the requests
	light, full float64 // mean latency, s
	failing     float64 // share of requests at the peak
}

const (
	labStart = 1_700_000_000.
	rampEnd  = 40.
	peakEnd  = 140.
	labEnd   = 160.
)

func newLab(latency float64) *lab {
	l := &lab{run: &loadtest.Run{Label: "lab", Tool: "locust", Log: &loadtest.Log{ExitCode: -1}}, users: 300, gone: map[string]bool{}}
	l.plan = &plan.Plan{}
	for _, t := range []string{"p95 < 1s", "errors < 5%"} {
		target, err := plan.ParseTarget(t, plan.Pos{})
		if err != nil {
			panic(err)
		}
		l.plan.Targets = append(l.plan.Targets, target)
	}
	for _, e := range []struct {
		method, name string
		share        float64
	}{{"GET", "/feed", .4}, {"GET", "/stories", .35}, {"POST", "/likes", .15}, {"GET", "/profile", .1}} {
		l.eps = append(l.eps, labEndpoint{Endpoint: loadtest.Endpoint{Method: e.method, Name: e.name}, share: e.share, light: .02, full: latency})
	}
	// cores: app, database, cache, Locust; host is their sum plus a little
	l.steady("app", "cpu_limit_cores", 2, 2)
	l.steady("host", "cpu_limit_cores", 2, 2)
	l.track("app", "cpu_cores", func(t float64) float64 { return .25 * l.load(t) })
	l.track("database", "cpu_cores", func(t float64) float64 { return .12 * l.load(t) })
	l.track("cache", "cpu_cores", func(t float64) float64 { return .03 * l.load(t) })
	l.track("load_generator", "cpu_cores", func(t float64) float64 { return .4 * l.load(t) })
	l.track("host", "cpu_ratio", func(t float64) float64 { return .05 + .42*l.load(t) })
	l.steady("host", "cpu_iowait_ratio", .002, .003)
	l.steady("host", "run_queue", 1, 2)
	l.track("app", "memory_bytes", func(t float64) float64 { return 2e7 + 2e7*l.load(t) })
	l.steady("app", "uptime_seconds", math.NaN(), math.NaN())
	l.steady("app", "pool_limit", 20, 20)
	l.track("app", "pool_in_use", func(t float64) float64 { return 3 * l.load(t) })
	l.steady("app", "pool_waiting", 0, 0)
	l.steady("app", "worker_threads_limit", 64, 64)
	l.track("app", "worker_threads", func(t float64) float64 { return 6 * l.load(t) })
	l.steady("app", "request_queue", 0, 0)
	l.steady("database", "query_latency_seconds", .004, .005)
	l.steady("database", "lock_waits", 0, 0)
	l.track("database", "connections", func(t float64) float64 { return 8 + 3*l.load(t) })
	l.steady("database", "connections_limit", 100, 100)
	l.steady("cache", "hit_ratio", .95, .95)
	l.steady("cache", "memory_bytes", 5e6, 8e6)
	l.steady("cache", "memory_limit_bytes", 64e6, 64e6)
	l.counter("cache", "evictions_total", func(float64) float64 { return 0 })
	return l
}

// load is the share of the peak's users at second t.
func (l *lab) load(t float64) float64 {
	switch {
	case t <= 0 || t >= labEnd:
		return 0
	case t < rampEnd:
		return t / rampEnd
	case t <= peakEnd:
		return 1
	}
	return (labEnd - t) / (labEnd - peakEnd)
}

// full is how far a resource is from its state at light load to its state at
// the peak: it turns in the second half of the ramp.
func (l *lab) full(t float64) float64 {
	switch {
	case t < rampEnd/2:
		return 0
	case t < rampEnd:
		return (t - rampEnd/2) / (rampEnd / 2)
	case t <= peakEnd:
		return 1
	}
	return 0
}

// track replaces a figure's readings, one every two seconds with a little
// fluctuation.
func (l *lab) track(component, metric string, f func(t float64) float64) *lab {
	l.drop(component, metric)
	tr := loadtest.Track{Component: component, Metric: metric, Kind: "resources", File: "lab_resources.csv"}
	for i := 0; ; i++ {
		t := -10 + 2*float64(i)
		if t > labEnd+10 {
			break
		}
		v := f(t)
		if metric == "uptime_seconds" && math.IsNaN(v) {
			v = 100 + t
		}
		if math.IsNaN(v) {
			continue
		}
		if !strings.HasSuffix(metric, "_limit") && !strings.Contains(metric, "limit_") && metric != "uptime_seconds" && !strings.HasSuffix(metric, "_total") && v != 0 {
			v *= 1 + .03*math.Sin(float64(i)*1.7)
		}
		tr.Time = append(tr.Time, labStart+t)
		tr.Value = append(tr.Value, v)
	}
	l.run.Tracks = append(l.run.Tracks, tr)
	return l
}

// steady is a figure that goes from one value at light load to another at the
// peak.
func (l *lab) steady(component, metric string, light, full float64) *lab {
	return l.track(component, metric, func(t float64) float64 { return light + (full-light)*l.full(t) })
}

// counter is a total that grows at a rate.
func (l *lab) counter(component, metric string, rate func(t float64) float64) *lab {
	n := 0.
	last := -10.
	return l.track(component, metric, func(t float64) float64 {
		n += rate(t) * (t - last)
		last = t
		return math.Floor(n)
	})
}

func (l *lab) drop(component, metric string) *lab {
	kept := l.run.Tracks[:0]
	for _, t := range l.run.Tracks {
		if t.Component != component || metric != "" && t.Metric != metric {
			kept = append(kept, t)
		}
	}
	l.run.Tracks = kept
	return l
}

// fail makes a share of every endpoint's requests at the peak fail.
func (l *lab) fail(share float64, text string) *lab {
	for i := range l.eps {
		l.eps[i].failing = share
	}
	l.run.Failures = &loadtest.Failures{File: "lab_failures.csv"}
	if share > 0 {
		l.run.Failures.Rows = []loadtest.Failure{{Endpoint: l.eps[0].Endpoint, Error: text, Count: 1, Line: 2}}
	}
	return l
}

// say writes lines of a class into the application's log.
func (l *lab) say(class, example string, n int64) *lab {
	l.run.AppLogs = append(l.run.AppLogs, loadtest.AppLog{File: "app.log", Format: "python", Lines: n, Counted: n, Start: labStart, End: labStart + labEnd,
		Events: []loadtest.LogEvents{{Class: class, Level: "ERROR", Count: n, First: labStart + 30, Last: labStart + 130, Example: example, Line: 3,
			PerSecond: map[int64]int64{int64(labStart) + 30: n}}}})
	return l
}

// analyse writes the history of a closed loop: users think for a second and
// wait for their answers.
func (l *lab) analyse(t *testing.T) *analyze.Analysis {
	t.Helper()
	h := &loadtest.History{File: "lab_stats_history.csv", Percentiles: []float64{.5, .95, .99, 1}, Scope: loadtest.Windowed, Step: 1, FullHistory: true}
	type sums struct {
		n, f int64
		sum  float64
		max  float64
	}
	all := sums{}
	own := make([]sums, len(l.eps))
	carry := make([]float64, len(l.eps))
	h.Total = loadtest.Series{}
	for _, e := range l.eps {
		h.Endpoints = append(h.Endpoints, loadtest.Series{Endpoint: e.Endpoint})
	}
	put := func(s *loadtest.Series, x sums, now ...float64) {
		s.Requests, s.Failures = append(s.Requests, x.n), append(s.Failures, x.f)
		m := math.NaN()
		if x.n > 0 {
			m = x.sum / float64(x.n)
		}
		s.Mean = append(s.Mean, m)
		s.Median, s.Min, s.Max, s.Size = append(s.Median, m), append(s.Min, .001), append(s.Max, x.max), append(s.Size, 100)
		for i, q := range []float64{1, 1.5, 2, 2.2} {
			s.Quantiles = append(s.Quantiles, float32(now[min(i, len(now)-1)]*q))
		}
	}
	for sec := 0; sec <= int(labEnd); sec++ {
		at := float64(sec)
		users := math.Round(l.users * l.load(at))
		mean := 0.
		for _, e := range l.eps {
			mean += e.share * l.latency(e, at)
		}
		rate := users / (1 + mean)
		now := 0.
		for i, e := range l.eps {
			lat := l.latency(e, at)
			if at > l.stuck[0] && at <= l.stuck[1] {
				rate = 0
			} else if at == l.stuck[1]+1 {
				rate, lat = users, lat+l.stuck[1]-l.stuck[0]
			}
			carry[i] += rate * e.share
			n := math.Floor(carry[i])
			carry[i] -= n
			f := math.Floor(n*e.failing*l.full(at) + .5)
			if l.failed[1] > 0 && !(at >= l.failed[0] && at < l.failed[1]) {
				f = 0
			}
			own[i].n += int64(n)
			own[i].f += int64(f)
			own[i].sum += n * lat
			own[i].max = math.Max(own[i].max, 2.2*lat)
			all.n += int64(n)
			all.f += int64(f)
			all.sum += n * lat
			now = math.Max(now, lat)
			put(&h.Endpoints[i], own[i], lat)
		}
		all.max = math.Max(all.max, 2.2*now)
		put(&h.Total, all, l.quantile(at, .5), l.quantile(at, .95), l.quantile(at, .99), now)
		if l.silent != nil && l.silent(sec) {
			for _, s := range append([]*loadtest.Series{&h.Total}, pointers(h.Endpoints)...) {
				k := len(s.Requests) - 1
				s.Requests, s.Failures, s.Mean, s.Median, s.Min, s.Max, s.Size = s.Requests[:k], s.Failures[:k], s.Mean[:k], s.Median[:k], s.Min[:k], s.Max[:k], s.Size[:k]
				s.Quantiles = s.Quantiles[:4*k]
			}
			continue
		}
		h.Time = append(h.Time, int64(labStart)+int64(sec))
		h.Line = append(h.Line, 2+sec*(len(l.eps)+1))
		h.Users = append(h.Users, int(users))
	}
	h.Segments = []loadtest.Segment{{From: 0, To: len(h.Time) - 1, Why: "start"}}
	l.run.History = h
	if l.run.Failures != nil && len(l.run.Failures.Rows) > 0 {
		row := l.run.Failures.Rows[0]
		l.run.Failures.Rows = nil
		for i, e := range l.eps {
			if own[i].f > 0 {
				row.Endpoint, row.Count = e.Endpoint, own[i].f
				l.run.Failures.Rows = append(l.run.Failures.Rows, row)
			}
		}
	}
	if l.run.Failures == nil {
		l.run.Failures = &loadtest.Failures{File: "lab_failures.csv"}
	}
	a := analyze.Run(l.run, l.plan, nil)
	Run(a)
	return a
}

// latency is an endpoint's mean latency at second t, s.
func (l *lab) latency(e labEndpoint, t float64) float64 {
	if l.course != nil {
		return l.course(t)
	}
	return e.light + (e.full-e.light)*l.full(t)
}

func pointers(all []loadtest.Series) []*loadtest.Series {
	var out []*loadtest.Series
	for i := range all {
		out = append(out, &all[i])
	}
	return out
}

// quantile is the latency that a share of the requests of second t do not
// exceed, if every request of an endpoint takes its mean.
func (l *lab) quantile(t, p float64) float64 {
	by := map[float64]float64{}
	var values []float64
	for _, e := range l.eps {
		v := l.latency(e, t)
		if by[v] == 0 {
			values = append(values, v)
		}
		by[v] += e.share
	}
	slices.Sort(values)
	sum := 0.
	for _, v := range values {
		if sum += by[v]; sum >= p {
			return v
		}
	}
	return values[len(values)-1]
}

// want checks the primary bottleneck and, after a slash, what must be named as
// a consequence.
func want(t *testing.T, a *analyze.Analysis, kind string, consequences ...string) {
	t.Helper()
	d := a.Diagnosis
	got := ""
	if len(d.Findings) > 0 {
		got = d.Findings[0].Kind
	}
	if got != kind {
		t.Errorf("primary %q, want %q: %s", got, kind, d.Summary)
		dump(t, a)
		return
	}
	for _, c := range consequences {
		ok := false
		for _, f := range d.Findings {
			ok = ok || f.Kind == c && f.Consequence != ""
		}
		if !ok {
			t.Errorf("%s is not named as a consequence", c)
			dump(t, a)
		}
	}
	contradictions(t, a)
}

func dump(t *testing.T, a *analyze.Analysis) {
	t.Helper()
	d := a.Diagnosis
	for _, f := range d.Findings {
		t.Logf("found %s %.2f suspected=%v: %s; %s; %s", f.Kind, f.Score, f.Suspected, f.Symptom, f.Recommendation, f.Consequence)
	}
	for _, f := range d.Suspicions {
		t.Logf("suspicion %s %.2f: %s", f.Kind, f.Score, f.Symptom)
	}
	for _, c := range d.Clear {
		t.Logf("clear %s: %s", c.Kind, c.Why)
	}
	for _, c := range d.NotLookedAt {
		t.Logf("blind %s: %s", c.Kind, c.Need)
	}
}
