package report_test

import (
	"fmt"
	"time"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// Analyses made by hand: the figures are no run's, but agree with each other.

func exact(n float64, u measure.Unit) measure.Value {
	return measure.Of(n, u, measure.Source{File: "peak_stats_history.csv", Lines: "61,541", Column: "Total Request Count", Formula: "last − first"})
}

func around(n, low, high float64, u measure.Unit) measure.Value {
	return measure.Within(n, low, high, u, measure.Windowed, measure.Source{File: "peak_stats_history.csv", Formula: "mixture of the windows"})
}

func window(start, end float64, from, to int, rps, mean, errors float64) analyze.Window {
	n := rps * (end - start)
	return analyze.Window{
		Start: start, End: end, UsersFrom: from, UsersTo: to,
		Requests: exact(n, measure.Count), Failures: exact(n*errors, measure.Count),
		RPS: exact(rps, measure.PerSecond), ErrorRate: exact(errors, measure.Ratio), Mean: exact(mean, measure.Seconds),
		P50: around(mean*.8, mean*.78, mean*.83, measure.Seconds), P95: around(mean*2.5, mean*2.4, mean*2.7, measure.Seconds),
		P99: around(mean*4, mean*3.5, mean*5, measure.Seconds), Max: exact(mean*9, measure.Seconds),
	}
}

// everything is a run that answers all that a run of Locust can.
func everything(p *plan.Plan) *analyze.Analysis {
	start := time.Date(2026, 2, 18, 9, 30, 0, 0, time.UTC)
	a := &analyze.Analysis{
		Plan: p,
		Run: analyze.Summary{
			Label: "peak", Tool: "locust", Start: start, End: start.Add(432 * time.Second), Duration: exact(432, measure.Seconds),
			Host: "http://localhost:8000", UsersPlanned: exact(1000, measure.Users), UsersPeak: exact(620, measure.Users),
			SpawnRate: around(50.2, 48, 51, measure.PerSecond), Requests: exact(74304, measure.Count), Failures: exact(1312, measure.Count), Endpoints: 3,
		},
		Recorded: &loadtest.Run{Log: &loadtest.Log{Version: "2.12.1"}, History: &loadtest.History{Scope: loadtest.Windowed}},
		WholeRun: window(0, 432, 0, 0, 172, .31, .0177),
		Verdict:  analyze.Failed,
		Stability: analyze.Stability{Status: analyze.Fail, Why: "down for 9 s", LostWorkers: 1,
			Outages: []analyze.Outage{{Start: 62, End: 71, Users: 620, Evidence: "no request completed for 9 s with 620 users, where about 1540 were due"}}},
		Failures: analyze.FailureReport{
			Classes: []analyze.ErrorClass{
				{Class: "http_5xx", Count: exact(1100, measure.Count), Examples: []string{"HTTPError('500 Server Error')"},
					Endpoints: []analyze.EndpointCount{{Endpoint: loadtest.Endpoint{Method: "POST", Name: "/orders"}, Count: 900}}},
				{Class: "pool", Count: exact(200, measure.Count), Examples: []string{"QueuePool limit of size 10 reached"}},
			},
			PoolExhaustion: analyze.PoolExhaustion{Occurred: analyze.Yes, Evidence: "200 failures name an exhausted pool", AtUsers: around(410, 400, 420, measure.Users),
				Recovery: exact(12.4, measure.Seconds), Impact: "8.2% of requests failed while it lasted"},
			Timeouts: analyze.Timeouts{Count: exact(12, measure.Count), Share: exact(12.0/74304, measure.Ratio), Endpoints: endpoints(7)},
			Database: analyze.DatabaseErrors{Connection: exact(3, measure.Count), QueryTimeout: exact(0, measure.Count), LockTimeout: exact(1, measure.Count), Other: exact(0, measure.Count)},
		},
		RateLimit: analyze.RateLimit{
			Total:           analyze.UserType{Name: "Total", Requests: exact(74304, measure.Count), Limited: exact(1204, measure.Count), Share: exact(1204.0/74304, measure.Ratio), Status: analyze.LimitActive},
			SystemProtected: analyze.No, ProtectedWhy: "P95 of accepted requests 1,240 ms at the peak, target < 1,000 ms",
			Graceful: analyze.Yes, GracefulWhy: "1,204 answered with 429; no resets on the limited endpoints",
		},
		Mechanisms: []analyze.Mechanism{
			{Name: "Rate Limiting", Seen: analyze.Yes, Evidence: "1,204 requests were answered with 429"},
			{Name: "Cache Fallback", Evidence: "needs the application's metrics"},
			{Name: "Read Replica Routing", Evidence: "needs database snapshots"},
			{Name: "Feature Throttling", Seen: analyze.No, Evidence: "no 503 in 74,304 answers"},
		},
		Issues: []analyze.Issue{
			{Severity: "P0", Title: "The system stopped answering", Evidence: "9 s without a completion at 620 users"},
			{Severity: "P1", Title: "P95 latency above its target", Evidence: "1,240 ms, target < 1,000 ms"},
			{Severity: "P1", Title: "Connection pool exhausted", Evidence: "200 failures"},
		},
		Diagnosis: analyze.Diagnosis{
			Hurt: true, Summary: "Connection pool: 10 of 10 connections in use",
			Findings: []analyze.Finding{
				{Kind: "lock_contention", Title: "Locks of the database", Component: "locks of the database", Symptom: "8 queries waited for locks in the mean at 620 users", Impact: "8.2% of the requests failed at 620 users",
					Recommendation: "Keep the locks of /orders for less", Score: .93, Onset: 55},
				{Kind: "connection_pool", Title: "Connection pool", Component: "database connection pool of the application", Symptom: "10 of 10 connections in use", Impact: "8.2% of the requests failed at 620 users",
					Recommendation: "Enlarge the pool", Consequence: "follows from the locks of the database: connections are held while their queries wait for locks", Score: .83, Onset: 58},
			},
			Clear:       []analyze.Ruled{{Kind: "db_cpu", Title: "Processor of the database", Why: "the database used 3% of its 2 cores"}},
			NotLookedAt: []analyze.Gap{{Kind: "network", Title: "Network", Need: "the speed of the link"}},
			Immediate:   []string{"Keep the locks of /orders for less", "Then repeat the test with the planned 1,000 users: this run reached 620"},
			Capacity:    []string{"After the locks, look at the pool again"},
			Scaling:     analyze.Scaling{Horizontal: "More instances do not help", AutoScaling: "Scale out at 328 users, 80% of the knee at 410 users"},
		},
		Lessons: []analyze.Lesson{{Text: "The connection pool was exhausted before anything else broke."}, {Text: "Reads kept their target throughout."}},
		Quality: []loadtest.Note{{Code: "lost_tail", Severity: loadtest.Warn, Message: "the history ends 4 s before the run did", Source: "peak_stats_history.csv:412"},
			{Code: "phase_absent", Message: "The run has no phase that answers to the planned “Ramp-down”", Source: "doc.md:61:3"}},
		Endpoints: []analyze.Endpoint{
			{Endpoint: loadtest.Endpoint{Method: "GET", Name: "/feed"}, Peak: window(75, 370, 620, 620, 100, .2, 0), ShareOfSlowdown: around(.2, .15, .25, measure.Ratio)},
			{Endpoint: loadtest.Endpoint{Method: "POST", Name: "/orders"}, Peak: window(75, 370, 620, 620, 80, .9, .1), ShareOfSlowdown: around(.62, .55, .7, measure.Ratio)},
		},
	}
	a.Resources, a.CPU = resources(), exact(.88, measure.Ratio)
	a.Phases = []analyze.Phase{
		{Name: "Ramp-up", Kind: analyze.RampUp, Window: window(0, 75, 0, 620, 90, .12, 0), Status: analyze.Pass},
		{Name: "Peak", Kind: analyze.Peak, Window: window(75, 370, 620, 620, 212, .41, .0259), Status: analyze.Fail, Why: "P95: 1,240 ms (1,200–1,310), target < 1,000 ms"},
		{Name: "Recovery", Kind: analyze.Recovery, Window: window(370, 432, 620, 20, 80, .1, 0), Status: analyze.Pass},
	}
	for i := range a.Phases {
		for k := range p.Phases {
			if plan.SamePhase(a.Phases[i].Name, p.Phases[k].Name) {
				a.Phases[i].Planned = &p.Phases[k]
			}
		}
	}
	peak := a.Phases[1].Window
	for _, t := range p.Targets {
		r := analyze.TargetResult{Target: t, Scope: "peak"}
		switch t.Metric {
		case plan.Percentile:
			switch t.P {
			case .5:
				r.Actual, r.WholeRun, r.Status = peak.P50, a.WholeRun.P50, analyze.Pass
			case .95:
				r.Actual, r.WholeRun, r.Status, r.Why = around(1.24, 1.2, 1.31, measure.Seconds), around(.812, .8, .83, measure.Seconds), analyze.Fail, "1,240 ms, target < 1,000 ms"
			default:
				r.Actual, r.WholeRun, r.Status, r.Why = around(1.93, 1.7, 2.4, measure.Seconds), a.WholeRun.P99, analyze.Borderline, "1,930 ms (1,700–2,400), target < 2,000 ms, which lies within the figure's limits"
			}
		case plan.Errors:
			r.Actual, r.WholeRun, r.Status = peak.ErrorRate, a.WholeRun.ErrorRate, analyze.Pass
		case plan.RPS:
			r.Actual, r.WholeRun, r.Status = peak.RPS, a.WholeRun.RPS, analyze.Fail
		case plan.Outages:
			r.Actual, r.WholeRun, r.Status, r.Scope = exact(2, measure.Count), exact(2, measure.Count), analyze.Fail, "run"
		}
		a.Targets = append(a.Targets, r)
	}
	for _, t := range p.Figures {
		r := analyze.TargetResult{Target: t, Scope: "peak"}
		switch t.Metric {
		case plan.Percentile:
			r.Actual = around(.7, .69, .73, measure.Seconds)
		case plan.Mean:
			r.Actual = peak.Mean
		case plan.Max:
			r.Actual = peak.Max
		case plan.Errors:
			r.Actual = peak.ErrorRate
		case plan.RPS:
			r.Actual = peak.RPS
		}
		r.WholeRun = r.Actual
		a.Figures = append(a.Figures, r)
	}
	for _, u := range p.UserTypes {
		a.RateLimit.UserTypes = append(a.RateLimit.UserTypes, analyze.UserType{Name: u, Why: "needs requests by user type"})
	}
	for i, b := range p.Bands {
		got := analyze.Band{Band: b, Why: "the run reached 620 users"}
		if b.From < 620 {
			got = analyze.Band{Band: b, Measured: true, Seconds: 60, Stretches: 2 - i, RPS: exact(90+float64(i)*50, measure.PerSecond),
				P95: around(.21*float64(i+1), .2*float64(i+1), .23*float64(i+1), measure.Seconds), ErrorRate: exact(.013*float64(i), measure.Ratio), Status: analyze.Pass}
		}
		a.Bands = append(a.Bands, got)
	}
	for i, e := range p.Expectations {
		a.Expectations = append(a.Expectations, analyze.Answer{Text: e.Text, Answer: analyze.YesNo(i % 3), Evidence: fmt.Sprintf("evidence number %d", i+1)})
	}
	a.Baseline = &analyze.Comparison{Label: "sustained", Current: "peak", Rows: []analyze.ComparisonRow{
		{Metric: "latency_mean", Baseline: exact(.004, measure.Seconds), Current: exact(.41, measure.Seconds), Difference: exact(.406, measure.Seconds), Relative: exact(101.5, measure.Ratio), Significant: analyze.Yes},
		{Metric: "latency_p95", Baseline: around(1.1, 1.0, 1.2, measure.Seconds), Current: around(1.24, 1.2, 1.31, measure.Seconds), Difference: around(.14, -.01, .3, measure.Seconds), Relative: exact(.127, measure.Ratio), Significant: analyze.No},
		{Metric: "error_rate", Baseline: exact(0, measure.Ratio), Current: exact(.0259, measure.Ratio), Difference: exact(.0259, measure.Ratio), Relative: measure.None(measure.Ratio, measure.NotApplicable, ""), Significant: analyze.Unknown, Why: "cannot tell: fewer than six independent stretches"},
		{Metric: "rps", Baseline: exact(220, measure.PerSecond), Current: exact(212, measure.PerSecond), Difference: exact(-8, measure.PerSecond), Relative: exact(-.0364, measure.Ratio), Significant: analyze.Yes},
	}}
	return a
}

// resources are the rows of the resource tables of a run in which everything
// was recorded but the database's processes.
func resources() []analyze.Resource {
	none := func(u measure.Unit, need string) measure.Value { return measure.None(u, measure.NoSource, need) }
	na := func(u measure.Unit) measure.Value { return measure.None(u, measure.NotApplicable, "") }
	const mb = 1 << 20
	idle, ramp := "the idle time before the load", "the first tenth of the ramp"
	track := func(why string) *analyze.Track { return &analyze.Track{File: "peak_resources.csv", LimitWhy: why} }
	row := func(component, metric, title string, u measure.Unit, normal, peak measure.Value, capacity measure.Value, s analyze.ResourceStatus, why string) analyze.Resource {
		r := analyze.Resource{Component: component, Metric: metric, Title: title, Normal: normal, NormalFrom: idle, Peak: peak, Capacity: capacity, Status: s, Why: why, Track: track(""),
			Saturation: none(measure.Ratio, "")}
		if capacity.Measured() {
			r.Saturation = measure.Quotient(peak, capacity, measure.Ratio)
		}
		return r
	}
	rows := []analyze.Resource{
		row("app", "cpu", "CPU Usage", measure.Ratio, exact(.013, measure.Ratio), around(.934, .929, .939, measure.Ratio), exact(1, measure.Ratio), analyze.ResourceSaturated, "peak 93.4% of capacity (all of 4 cores)"),
		row("app", "memory", "Memory Usage", measure.Bytes, exact(412*mb, measure.Bytes), exact(1630*mb, measure.Bytes), exact(4096*mb, measure.Bytes), analyze.ResourceOK, ""),
		row("app", "worker_threads", "Worker Threads", measure.Count, exact(0, measure.Count), exact(40, measure.Count), exact(40, measure.Count), analyze.ResourceSaturated, "peak 100% of 40 (its number of workers)"),
		row("app", "request_queue", "Request Queue", measure.Count, exact(0, measure.Count), exact(118, measure.Count), na(measure.Count), analyze.ResourceHigh, "118 waited for ten seconds on end"),
		row("database", "connections", "Connections", measure.Count, exact(12, measure.Count), exact(78, measure.Count), exact(100, measure.Count), analyze.ResourceHigh, "peak 78.0% of 100 (max_connections)"),
		row("database", "cpu", "CPU Usage", measure.Ratio, none(measure.Ratio, "the database's processes: peakload record --process database=PATTERN -- locust …"), none(measure.Ratio, "the database's processes: peakload record --process database=PATTERN -- locust …"), exact(1, measure.Ratio), analyze.ResourceUnknown, "needs the database's processes"),
		row("database", "query_latency", "Query Latency", measure.Seconds, exact(.0012, measure.Seconds), exact(.0741, measure.Seconds), na(measure.Seconds), analyze.ResourceHigh, "61.8 times that of the first tenth of the ramp"),
		row("database", "lock_waits", "Lock Waits", measure.Count, exact(0, measure.Count), exact(0, measure.Count), na(measure.Count), analyze.ResourceOK, ""),
		row("cache", "memory", "Memory Usage", measure.Bytes, exact(1.1*mb, measure.Bytes), exact(4.2*mb, measure.Bytes), exact(64*mb, measure.Bytes), analyze.ResourceOK, ""),
		row("cache", "hit_rate", "Hit Rate", measure.Ratio, measure.None(measure.Ratio, measure.NoSamples, "readings from before the load or from the beginning of the ramp"), exact(.936, measure.Ratio), na(measure.Ratio), analyze.ResourceUnknown, "nothing was looked up before the peak to compare with"),
		row("cache", "commands", "Commands/sec", measure.PerSecond, exact(3.5, measure.PerSecond), exact(558, measure.PerSecond), na(measure.PerSecond), analyze.ResourceOK, ""),
		row("cache", "evictions", "Evictions", measure.Count, exact(0, measure.Count), exact(1204, measure.Count), na(measure.Count), analyze.ResourceHigh, "1,204 entries were evicted in the peak phase, 4.1 a second"),
		row("load_generator", "cpu", "CPU Usage", measure.Ratio, exact(0, measure.Ratio), exact(.31, measure.Ratio), exact(1, measure.Ratio), analyze.ResourceOK, ""),
		row("load_generator", "memory", "Memory Usage", measure.Bytes, exact(40*mb, measure.Bytes), exact(61*mb, measure.Bytes), exact(8192*mb, measure.Bytes), analyze.ResourceOK, ""),
	}
	rows[2].Track = track("its number of workers")
	rows[5].Track, rows[5].NormalFrom = nil, ""
	rows[6].NormalFrom, rows[9].NormalFrom = ramp, ""
	rows[8].Track, rows[13].Track = track("its memory limit"), track("the memory of its host")
	return rows
}

// nothing is a run of which no file could be made sense of.
func nothing(p *plan.Plan) *analyze.Analysis {
	a := &analyze.Analysis{Plan: p, Absent: p.Phases}
	for _, t := range p.Targets {
		a.Targets = append(a.Targets, analyze.TargetResult{Target: t, Scope: "peak", Actual: measure.None(t.Unit(), measure.NoSamples, ""), Why: "the run recorded no request at all"})
	}
	return a
}

// healthy is a short run in which all is well.
func healthy(p *plan.Plan) *analyze.Analysis {
	a := everything(p)
	a.Run.UsersPeak, a.Run.Duration = exact(1000, measure.Users), exact(598, measure.Seconds)
	a.Verdict = analyze.Passed
	a.Stability = analyze.Stability{Status: analyze.Pass, Why: "no outage seen in 10 min"}
	a.Failures = analyze.FailureReport{PoolExhaustion: analyze.PoolExhaustion{Evidence: "No failure names a pool; one that was full is not visible to the load generator"}}
	zero := exact(0, measure.Count)
	a.Failures.Timeouts = analyze.Timeouts{Count: zero, Share: exact(0, measure.Ratio)}
	a.Failures.Database = analyze.DatabaseErrors{Connection: zero, QueryTimeout: zero, LockTimeout: zero, Other: zero}
	a.Diagnosis = analyze.Diagnosis{Summary: "Nothing limited this run", Clear: a.Diagnosis.Clear, NotLookedAt: a.Diagnosis.NotLookedAt,
		Scaling: analyze.Scaling{Horizontal: "Not called for up to 1,000 users (560 RPS)"}}
	a.Issues, a.Quality, a.Lessons, a.Baseline = nil, nil, []analyze.Lesson{{Text: "Every target held at 1,000 users."}}, nil
	a.Phases = []analyze.Phase{
		{Name: "Ramp-up", Kind: analyze.RampUp, Window: window(0, 60, 0, 1000, 290, .08, 0), Status: analyze.Pass},
		{Name: "Peak", Kind: analyze.Peak, Window: window(60, 541, 1000, 1000, 560, .09, 0), Status: analyze.Pass},
		{Name: "Ramp-down", Kind: analyze.RampDown, Window: window(541, 598, 1000, 0, 280, .08, 0), Status: analyze.Pass},
	}
	for i := range a.Phases {
		if i < len(p.Phases) {
			a.Phases[i].Planned = &p.Phases[i]
		}
	}
	for i := range a.Figures {
		a.Figures[i].Actual = exact(0, measure.Ratio)
		if a.Figures[i].Target.Metric == plan.RPS {
			a.Figures[i].Actual = exact(560, measure.PerSecond)
		}
		a.Figures[i].WholeRun = a.Figures[i].Actual
	}
	for i := range a.Targets {
		r := &a.Targets[i]
		r.Status = analyze.Pass
		r.Actual = around(.099, .098, .0994, measure.Seconds)
		switch r.Target.Metric {
		case plan.Errors:
			r.Actual = exact(.0496, measure.Ratio)
		case plan.RPS:
			r.Actual = exact(560, measure.PerSecond)
		}
		r.WholeRun = r.Actual
	}
	return a
}

// hostile is everything with the worst texts that a run can bring.
func hostile(p *plan.Plan) *analyze.Analysis {
	a := everything(p)
	evil := "</script><img src=x onerror=alert(1)> | `tick` [link](javascript:x) **b** \x1b[31m =cmd() <!-- TBD --> ⏳ TBD\n# heading"
	a.Run.Host = evil
	a.Stability.Outages[0].Evidence = evil
	a.Failures.Classes[0].Examples = []string{evil}
	a.Failures.Classes[0].Endpoints[0].Endpoint.Name = evil
	a.Failures.PoolExhaustion.Evidence = evil
	for i := range a.Failures.Timeouts.Endpoints {
		a.Failures.Timeouts.Endpoints[i].Endpoint.Name = evil
	}
	a.Failures.Timeouts.RootCause = evil
	a.RateLimit.ProtectedWhy = evil
	a.Endpoints[1].Name = evil
	for i := range a.Issues {
		a.Issues[i].Title, a.Issues[i].Evidence = evil, evil
	}
	for i := range a.Resources {
		a.Resources[i].Why = evil
	}
	d := &a.Diagnosis
	d.Summary, d.Undecided, d.Clear[0].Why, d.NotLookedAt[0].Need, d.Immediate[0], d.Capacity[0] = evil, evil, evil, evil, evil, evil
	d.Scaling = analyze.Scaling{Horizontal: evil, Vertical: evil, AutoScaling: evil, LoadBalancing: evil}
	for i := range d.Findings {
		f := &d.Findings[i]
		f.Title, f.Component, f.Symptom, f.Impact, f.Recommendation = evil, evil, evil, evil, evil
	}
	for i := range a.Lessons {
		a.Lessons[i].Text = evil
	}
	a.Quality[0].Message, a.Quality[0].Source = evil, evil
	for i := range a.Phases {
		a.Phases[i].Why = evil
	}
	for i := range a.Bands {
		a.Bands[i].Why = evil
	}
	for i := range a.Expectations {
		a.Expectations[i].Evidence = evil
	}
	for i := range a.Mechanisms {
		a.Mechanisms[i].Evidence = evil
	}
	return a
}

func endpoints(n int) []analyze.EndpointCount {
	var out []analyze.EndpointCount
	for i := range n {
		out = append(out, analyze.EndpointCount{Endpoint: loadtest.Endpoint{Method: "GET", Name: fmt.Sprintf("/posts/%d", i)}, Count: int64(n - i)})
	}
	return out
}
