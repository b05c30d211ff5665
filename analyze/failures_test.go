package analyze

import (
	"strings"
	"testing"
	"time"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

var (
	feed   = loadtest.Endpoint{Method: "GET", Name: "/feed"}
	search = loadtest.Endpoint{Method: "GET", Name: "/search"}
)

const (
	tooMany     = "HTTPError('429 Client Error: Too Many Requests for url: /feed')"
	unavailable = "HTTPError('503 Server Error: Service Unavailable for url: /feed')"
	poolFull    = "CatchResponseError('500: QueuePool limit of size 5 overflow 10 reached, connection timed out')"
	readTimeout = `ReadTimeout(ReadTimeoutError("HTTPConnectionPool(host='x', port=1): Read timed out. (read timeout=10)"))`
	deadlocked  = "CatchResponseError('500: deadlock detected')"
	refused     = "ConnectionRefusedError(111, 'Connection refused')"
)

// withFailures adds a failures file to a run.
func withFailures(r *loadtest.Run, rows ...loadtest.Failure) *loadtest.Run {
	for i := range rows {
		rows[i].Line = i + 2
	}
	r.Failures = &loadtest.Failures{File: "run_failures.csv", Rows: rows}
	return r
}

func failure(e loadtest.Endpoint, text string, n int64) loadtest.Failure {
	return loadtest.Failure{Endpoint: e, Error: text, Count: n}
}

// total is a run that has totals only.
func total(requests, failures int64) *loadtest.Run {
	return &loadtest.Run{Totals: &loadtest.Totals{File: "run_stats.csv", HasTotal: true,
		Total: loadtest.Total{Requests: requests, Failures: failures, Mean: .1, Max: 1, Rate: 10}}}
}

func report(r *loadtest.Run) (FailureReport, *context) {
	c := newContext(r, &plan.Plan{})
	return failures(c), c
}

func wantValue(t *testing.T, what string, v measure.Value, n, low, high float64) {
	t.Helper()
	got, ok := v.Float()
	l, h, _ := v.Limits()
	if !ok || got != n || l != low || h != high {
		t.Errorf("%s is %v (%v to %v, measured: %v), want %v (%v to %v)", what, got, l, h, ok, n, low, high)
	}
}

func TestFailureClasses(t *testing.T) {
	r, _ := report(withFailures(total(1000, 100),
		failure(feed, unavailable, 40), failure(search, unavailable, 30), failure(feed, readTimeout, 15), failure(search, refused, 10), failure(feed, deadlocked, 5)))
	var got []string
	for _, c := range r.Classes {
		got = append(got, c.Class)
	}
	if s := strings.Join(got, " "); s != "http_5xx timeout connection db_lock_timeout" {
		t.Errorf("classes %s", s)
	}
	if e := r.Classes[0].Endpoints; len(e) != 2 || e[0] != (EndpointCount{feed, 40}) || e[1] != (EndpointCount{search, 30}) {
		t.Errorf("endpoints %v", e)
	}
	if len(r.Classes[0].Examples) != 1 || r.Classes[0].Examples[0] != unavailable {
		t.Errorf("examples %q", r.Classes[0].Examples)
	}
	wantValue(t, "5xx", r.Classes[0].Count, 70, 70, 70)
	wantValue(t, "share classified", r.Source, 1, 1, 1)
	wantValue(t, "timeouts", r.Timeouts.Count, 15, 15, 15)
	wantValue(t, "share of timeouts", r.Timeouts.Share, .015, .015, .015)
	wantValue(t, "lock timeouts, with 70 failures that could be some", r.Database.LockTimeout, 5, 5, 75)
	if r.Database.Connection.Measured() || !strings.Contains(r.Database.Connection.Need(), "70 failures") {
		t.Errorf("no database connection error named beside 70 bare 503s: %v", r.Database.Connection)
	}
	if r.PoolExhaustion.Occurred != Unknown || !strings.Contains(r.PoolExhaustion.Evidence, "70") {
		t.Errorf("pool: %v, %s", r.PoolExhaustion.Occurred, r.PoolExhaustion.Evidence)
	}
	if r.Timeouts.RootCause != "" {
		t.Error("a root cause without a diagnosis")
	}
}

func TestFailuresWithoutASource(t *testing.T) {
	r, _ := report(total(1000, 100))
	if len(r.Classes) != 0 || r.Source.Measured() || r.Timeouts.Count.Measured() || r.Database.Other.Measured() || r.PoolExhaustion.Occurred != Unknown {
		t.Errorf("out of nothing: %+v", r)
	}
	if r.Timeouts.Count.Need() == "" || r.PoolExhaustion.Evidence == "" {
		t.Error("no cure named")
	}
	// Without failures there is nothing that needs naming.
	r, _ = report(total(1000, 0))
	wantValue(t, "timeouts", r.Timeouts.Count, 0, 0, 0)
	wantValue(t, "other database errors", r.Database.Other, 0, 0, 0)
	if r.PoolExhaustion.Occurred != Unknown {
		t.Errorf("a pool that nobody looked at: %v", r.PoolExhaustion.Occurred)
	}
	r, _ = report(&loadtest.Run{})
	if r.Timeouts.Count.Measured() {
		t.Error("timeouts of an empty run")
	}
}

// The HTML report is written last; it replaces the CSV and is not added to it.
func TestFailuresOfTheLaterFile(t *testing.T) {
	run := withFailures(total(642, 58), failure(feed, unavailable, 58))
	run.Page = &loadtest.Page{File: "run.html", HasTotal: true, Total: loadtest.Total{Requests: 658, Failures: 61},
		Failures: []loadtest.Failure{failure(feed, unavailable, 61)}}
	r, _ := report(run)
	wantValue(t, "5xx", r.Classes[0].Count, 61, 61, 61)
	if s := r.Classes[0].Count.Sources(); s[0].File != "run.html" {
		t.Errorf("source %v", s)
	}
	// A report that was downloaded early gives way.
	run.Page.Failures[0].Count, run.Page.Total = 20, loadtest.Total{Requests: 200, Failures: 20}
	r, _ = report(run)
	n, _ := r.Classes[0].Count.Float()
	if n != 58 || r.Classes[0].Count.Sources()[0].File != "run_failures.csv" {
		t.Errorf("%v failures from %v", n, r.Classes[0].Count.Sources())
	}
}

// Failures that were counted and not named may be of any class.
func TestFailuresUnnamed(t *testing.T) {
	r, c := report(withFailures(total(1000, 100), failure(feed, readTimeout, 90)))
	wantValue(t, "timeouts", r.Timeouts.Count, 90, 90, 100)
	wantValue(t, "share classified", r.Source, .9, .9, .9)
	if !hasNote(c, "failures_unnamed") {
		t.Error("no note")
	}
}

func hasNote(c *context, code string) bool {
	for _, n := range c.notes {
		if n.Code == code {
			return true
		}
	}
	return false
}

func TestGeneratorLimits(t *testing.T) {
	_, c := report(withFailures(total(1000, 7), failure(feed, "OSError(24, 'Too many open files')", 7)))
	if !hasNote(c, "generator_limits") {
		t.Error("no note that the load generator ran out of files")
	}
}

// series adds an endpoint to a bench's history: its requests and failures by
// row.
func (b *bench) series(e loadtest.Endpoint, failed func(i int) int64) {
	s := loadtest.Series{Endpoint: e}
	n, f := int64(0), int64(0)
	for i := range b.h.Time {
		n += 10
		f += failed(i)
		s.Requests, s.Failures = append(s.Requests, n), append(s.Failures, f)
		s.Mean, s.Max, s.Min = append(s.Mean, .01), append(s.Max, .1), append(s.Min, .001)
		s.Median, s.Size = append(s.Median, .01), append(s.Size, 0)
		for range b.h.Percentiles {
			s.Quantiles = append(s.Quantiles, .01)
		}
	}
	b.h.Endpoints = append(b.h.Endpoints, s)
	b.h.FullHistory = true
}

// A window's 429s lie between limits that meet where an endpoint failed in one
// way only, or where the file says when each kind was seen.
func TestRateLimitedOfAWindow(t *testing.T) {
	b := newBench()
	at := func(i int) int64 { // failures of both endpoints by row
		switch {
		case i >= 10 && i < 20:
			return 5
		case i >= 30 && i < 40:
			return 3
		}
		return 0
	}
	for i := range 50 {
		b.row(40, 20, at(i)+at(i), .01)
	}
	b.series(feed, at)   // 80 failures
	b.series(search, at) // 80 failures
	window := func(r *loadtest.Run, from, to int) measure.Value {
		c := newContext(r, &plan.Plan{})
		return c.rateLimited(newOccurrences(c.run, c.whole.Failures), from, to)
	}
	plain := withFailures(b.run(), failure(feed, tooMany, 80), failure(search, tooMany, 50), failure(search, unavailable, 30))
	wantValue(t, "rows 9 to 19", window(plain, 9, 19), 85, 70, 100)
	wantValue(t, "rows 20 to 28, without failures", window(plain, 20, 28), 0, 0, 0)
	wantValue(t, "all rows", window(plain, 0, 49), 130, 130, 130)

	start := b.h.Time[0]
	seen := func(f loadtest.Failure, from, to int64) loadtest.Failure {
		f.First, f.Last = time.Unix(start+from, 0), time.Unix(start+to, 0)
		return f
	}
	dated := withFailures(b.run(), seen(failure(feed, tooMany, 80), 10, 39), seen(failure(search, tooMany, 50), 10, 19), seen(failure(search, unavailable, 30), 30, 39))
	wantValue(t, "rows 9 to 19, dated", window(dated, 9, 19), 100, 100, 100)
	wantValue(t, "rows 29 to 39, dated", window(dated, 29, 39), 30, 30, 30)

	if v := window(b.run(), 9, 19); v.Measured() {
		t.Errorf("429s without a file that names them: %v", v)
	}
}

// The first sign of an exhausted pool, the users at it and how long it went on
// after the load dropped.
func TestPoolExhaustion(t *testing.T) {
	b := newBench().ramp(50, 100, .01)
	k := len(b.h.Time)
	for range 30 { // full pool
		b.row(100, 50, 10, .10)
	}
	for range 4 { // the load has dropped and it goes on
		b.row(20, 10, 5, .10)
	}
	for range 20 {
		b.row(20, 10, 0, .01)
	}
	r, _ := report(withFailures(b.run(), failure(feed, poolFull, 320)))
	p := r.PoolExhaustion
	if p.Occurred != Yes || !strings.Contains(p.Evidence, "320") || !strings.Contains(p.Evidence, "QueuePool") {
		t.Errorf("%v: %s", p.Occurred, p.Evidence)
	}
	wantValue(t, "users", p.AtUsers, float64(b.h.Users[k]), float64(b.h.Users[k-1]), float64(b.h.Users[k]))
	if n, ok := p.Recovery.Float(); !ok || n < 3.5 || n > 4.5 {
		t.Errorf("recovery %v", p.Recovery)
	}
	if !strings.Contains(p.Impact, "%") || !strings.Contains(p.Impact, "times that before") {
		t.Errorf("impact %q", p.Impact)
	}

	// Going on to the end is no recovery.
	b = newBench().ramp(50, 100, .01)
	for range 30 {
		b.row(100, 50, 10, .10)
	}
	r, _ = report(withFailures(b.run(), failure(feed, poolFull, 300)))
	if r.PoolExhaustion.Recovery.Measured() || r.PoolExhaustion.Recovery.Why() != measure.NotIdentifiable {
		t.Errorf("recovered without a recovery: %v", r.PoolExhaustion.Recovery)
	}

	// Among other failures the first may be any of them.
	b = newBench().ramp(50, 100, .01)
	for range 30 {
		b.row(100, 50, 10, .10)
	}
	for range 10 {
		b.row(100, 50, 0, .10)
	}
	r, _ = report(withFailures(b.run(), failure(feed, poolFull, 100), failure(feed, unavailable, 200)))
	low, high, ok := r.PoolExhaustion.AtUsers.Limits()
	if !ok || low > 100 || high != 100 {
		t.Errorf("users %v to %v", low, high)
	}
}
