package analyze

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

const refusal = "HTTPError('429 Client Error: Too Many Requests for url: /a')"

// bandsPlan is the seed's load levels and expectations, scaled to 400 users.
func bandsPlan() *plan.Plan {
	p := &plan.Plan{Setup: plan.Setup{Users: 400}, Targets: []plan.Target{meanBelow(.5), errorsBelow(.05)}}
	p.Bands = []plan.Band{
		{Label: "0-200 users", From: 0, To: 200, Behavior: "Normal operation"},
		{Label: "200-300 users", From: 200, To: 300, Behavior: "Slight latency increase"},
		{Label: "300-400 users", From: 300, To: 400, Behavior: "Rate limiting active"},
		{Label: "400+ users", From: 400, Behavior: "Graceful degradation"},
		{Label: "900+ users", From: 900, Behavior: "System fails"},
		{Label: "0-400 users", From: 1, To: 400, Behavior: "Purple"},
	}
	for _, s := range []string{"System handles 400 users", "handles 1,000 concurrent users", "No crashes", "Rate limiting protects system",
		"Graceful degradation", "Recovery after load", "Error rate stays low", "Everyone is happy", "All targets are met"} {
		p.Expectations = append(p.Expectations, plan.Expectation{Text: s})
	}
	return p
}

// climb goes to 400 users; the latency at each level and the share of failures
// at the top are given.
func climb(low, mid, high float64, failed int64, tail float64) *bench {
	b := newBench().row(0, 0, 0, 0).ramp(20, 100, low).hold(40, 100, low).ramp(10, 250, mid).hold(40, 250, mid).ramp(10, 400, high)
	for range 60 {
		b.row(400, 200, failed, high)
	}
	return b.ramp(10, 20, high).hold(30, 20, tail)
}

func TestBandsAndExpectations(t *testing.T) {
	refused := func(r *loadtest.Run) *loadtest.Run {
		n := r.History.Total.Failures[len(r.History.Time)-1]
		r.Failures = &loadtest.Failures{File: "f", Rows: []loadtest.Failure{{Error: refusal, Count: n}}}
		return r
	}
	crashed := func(r *loadtest.Run) *loadtest.Run {
		n := r.History.Total.Failures[len(r.History.Time)-1]
		r.Failures = &loadtest.Failures{File: "f", Rows: []loadtest.Failure{{Error: "HTTPError('500 Server Error: x for url: /a')", Count: n}}}
		return r
	}
	for _, c := range []struct {
		name    string
		run     *loadtest.Run
		bands   string
		answers string
	}{
		{"healthy", refused(climb(.1, .2, .3, 0, .1).run()), "pass pass fail pass not_measured not_measured", "yes not_measured yes not_measured not_measured yes yes not_measured yes"},
		{"limited", refused(climb(.1, .2, .3, 120, .1).run()), "pass pass fail pass not_measured not_measured", "no no yes - yes yes no not_measured no"},
		{"failing", crashed(climb(.1, .2, .9, 120, .1).run()), "pass pass fail fail not_measured not_measured", "no no yes not_measured no yes no not_measured no"},
		{"not recovered", crashed(climb(.1, .2, .9, 0, .9).run()), "pass pass fail pass not_measured not_measured", "no no yes not_measured yes no yes not_measured no"},
		{"no history", &loadtest.Run{Totals: &loadtest.Totals{HasTotal: true, Total: loadtest.Total{Requests: 100, Mean: .1, Max: 1, Rate: 10}}},
			"not_measured not_measured not_measured not_measured not_measured not_measured",
			"not_measured not_measured not_measured not_measured not_measured not_measured yes not_measured yes"},
		{"nothing", &loadtest.Run{}, "not_measured not_measured not_measured not_measured not_measured not_measured",
			"not_measured not_measured not_measured not_measured not_measured not_measured not_measured not_measured not_measured"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := Run(c.run, bandsPlan(), nil)
			var bands, whys []string
			for _, b := range a.Bands {
				bands = append(bands, b.Status.String())
				whys = append(whys, b.Why)
			}
			if got := strings.Join(bands, " "); got != c.bands {
				t.Errorf("bands: got %s, want %s\n%s", got, c.bands, strings.Join(whys, "\n"))
			}
			want := strings.Fields(c.answers)
			for i, e := range a.Expectations {
				if e.Evidence == "" {
					t.Errorf("%s: no evidence", e.Text)
				}
				if want[i] != "-" && e.Answer.String() != want[i] {
					t.Errorf("%s: got %s (%s), want %s", e.Text, e.Answer, e.Evidence, want[i])
				}
			}
		})
	}
}

// A band's figures are those of the time spent in it.
func TestBandFigures(t *testing.T) {
	b := newBench().row(0, 0, 0, 0).hold(30, 100, .1).hold(30, 300, .3).hold(30, 100, .2)
	c := newContext(b.run(), &plan.Plan{Bands: []plan.Band{{Label: "low", To: 200}, {Label: "high", From: 200, To: 400}}})
	bands := c.bands()
	near(t, "low mean", bands[0].Mean, (.1*30+.2*30)/60, 1e-9)
	near(t, "low rate", bands[0].RPS, 50, .5)
	near(t, "low seconds", measure.Of(bands[0].Seconds, measure.Seconds), 60, .01)
	near(t, "high mean", bands[1].Mean, .3, 1e-9)
	contains(t, "high rate", bands[1].RPS, 150)
}

// What a load level is expected to be without is judged where it is of all
// requests; of the database's errors alone the level has no figure.
func TestNothingOf(t *testing.T) {
	b := newBench().row(0, 0, 0, 0)
	for range 60 {
		b.row(100, 100, 3, .1)
	}
	for behavior, want := range map[string]Status{
		"No errors":             Fail,
		"no significant errors": Fail,
		"No crashes":            Pass,
		"No database errors":    NotMeasured,
		"No cache failures":     NotMeasured,
	} {
		p := &plan.Plan{Bands: []plan.Band{{Label: "all", To: 200, Behavior: behavior}}}
		if got := Run(b.run(), p, nil).Bands[0]; got.Status != want {
			t.Errorf("%s: %v (%s), want %v", behavior, got.Status, got.Why, want)
		}
	}
}

// Where queries took no time before the load there is no normal to be a multiple of.
func TestQueriesWithoutNormal(t *testing.T) {
	for normal, want := range map[float64]ResourceStatus{0: ResourceUnknown, .002: ResourceHigh} {
		r := Resource{Metric: "query_latency", NormalFrom: "before", Peak: measure.Of(.5, measure.Seconds), Normal: measure.Of(normal, measure.Seconds)}
		newContext(newBench().hold(60, 100, 1).run(), &plan.Plan{}).judgeByChange(&r, 0, 60)
		if r.Status != want {
			t.Errorf("normal %g s: %v (%s), want %v", normal, r.Status, r.Why, want)
		}
	}
}

// The whole run is of the file that counts most.
func TestWholeRunSource(t *testing.T) {
	b := newBench().row(0, 0, 0, 0).ramp(10, 100, .1).hold(50, 100, .1)
	r := b.run()
	n := b.h.Total.Requests[60]
	r.Totals = &loadtest.Totals{File: "s", HasTotal: true, Total: loadtest.Total{Line: 3, Requests: n + 40, Mean: .1042, Max: .5, Rate: 45}}
	r.Page = &loadtest.Page{File: "p", HasTotal: true, Total: loadtest.Total{Requests: n + 90, Mean: .104, Max: .5}}
	c := newContext(r, &plan.Plan{})
	near(t, "requests", c.whole.Requests, float64(n+90), 0)
	near(t, "mean, with the digits of the other file", c.whole.Mean, .1042, 1e-12)
	contains(t, "mean", c.whole.Mean, .1048)

	r.Page.Total.Requests = n + 40
	c = newContext(r, &plan.Plan{})
	if src := c.whole.Requests.Sources(); src[0].File != "s" || src[0].Lines != "3" {
		t.Errorf("of equals the one with more digits, got %+v", src)
	}
	r.Histograms = &loadtest.Histograms{File: "j", Endpoints: []loadtest.Histogram{
		{Endpoint: loadtest.Endpoint{Method: "GET", Name: "/a"}, Requests: n, None: 20, Sum: 50, Max: 3, Start: 100, Last: 150},
		{Endpoint: loadtest.Endpoint{Method: "GET", Name: "/b"}, Requests: 120, Sum: 10, Max: 1, Start: 100, Last: 160}}}
	c = newContext(r, &plan.Plan{})
	near(t, "requests", c.whole.Requests, float64(n+120), 0)
	near(t, "mean", c.whole.Mean, 60/float64(n+100), 1e-12)
	near(t, "rate", c.whole.RPS, float64(n+120)/60, 1e-9)
	near(t, "max", c.whole.Max, 3, 0)
}

// Own changes of the endpoints and the change of the mix make the slowdown.
func TestShareOfSlowdown(t *testing.T) {
	b := newBench().row(0, 0, 0, 0)
	mk := func(name string) *loadtest.Series {
		return &loadtest.Series{Endpoint: loadtest.Endpoint{Method: "GET", Name: name}}
	}
	slow, fast := mk("/slow"), mk("/fast")
	add := func(s *loadtest.Series, n int64, latency float64) {
		last := len(s.Requests) - 1
		var had int64
		sum := 0.
		if last >= 0 && s.Requests[last] > 0 {
			had = s.Requests[last]
			sum = float64(had) * s.Mean[last]
		}
		mean := math.NaN()
		if had+n > 0 {
			mean = (sum + float64(n)*latency) / float64(had+n)
		}
		s.Requests, s.Failures, s.Mean = append(s.Requests, had+n), append(s.Failures, 0), append(s.Mean, mean)
		s.Max, s.Min, s.Median = append(s.Max, latency), append(s.Min, latency), append(s.Median, latency)
		for range 4 {
			s.Quantiles = append(s.Quantiles, float32(latency))
		}
	}
	add(slow, 0, 0)
	add(fast, 0, 0)
	second := func(users int, a, b2 int64, la, lb float64) {
		b.row(users, a+b2, 0, (float64(a)*la+float64(b2)*lb)/float64(a+b2))
		add(slow, a, la)
		add(fast, b2, lb)
	}
	for range 40 {
		second(20, 5, 5, .1, .1)
	}
	for range 40 {
		second(200, 50, 50, .9, .2)
	}
	b.h.Endpoints, b.h.FullHistory = []loadtest.Series{*slow, *fast}, true
	c := contextOf(b)
	eps := c.endpoints()
	near(t, "/slow", eps[0].ShareOfSlowdown, .4/.45, 1e-6)
	near(t, "/fast", eps[1].ShareOfSlowdown, .05/.45, 1e-6)
	n := 0.
	for _, w := range eps[0].Phases {
		x, _ := w.Requests.Float()
		n += x
	}
	near(t, "requests of /slow over the phases", measure.Of(n, measure.Count), 2200, 0)
}

// Whatever there is, Run answers, the same twice, and leaves its input alone.
func TestRunIsPure(t *testing.T) {
	r := climb(.1, .2, .9, 50, .1).run()
	r.Failures = &loadtest.Failures{Rows: []loadtest.Failure{{Error: refusal, Count: 10}, {Error: "x", Count: 3000}}}
	r.Page = &loadtest.Page{HasTotal: true, Total: loadtest.Total{Requests: 20000, Mean: .5, Max: 2},
		Windows: []loadtest.PageWindow{{Time: 1_700_000_010, Users: 50, P50: .1, P95: .2, Rate: 20}}}
	before := fmt.Sprintf("%+v %+v", *r.History, r.Notes)
	base := climb(.1, .2, .3, 0, .1).run()
	a, b := Run(r, bandsPlan(), base), Run(r, bandsPlan(), base)
	if fmt.Sprintf("%+v %+v", *r.History, r.Notes) != before {
		t.Error("the run was changed")
	}
	same := cmp.Options{cmp.Exporter(func(reflect.Type) bool { return true }), cmp.Comparer(func(x, y float64) bool {
		return x == y || math.IsNaN(x) && math.IsNaN(y)
	}), cmp.Comparer(func(x, y float32) bool { return x == y || x != x && y != y })}
	if d := cmp.Diff(a, b, same); d != "" {
		t.Errorf("two answers:\n%s", d)
	}
	for _, r := range []*loadtest.Run{{}, {Page: r.Page}, {Page: &loadtest.Page{}}, {Log: &loadtest.Log{UsersWanted: 5}}, {Histograms: &loadtest.Histograms{}},
		{History: &loadtest.History{}}, {History: newBench().row(1, 1, 1, .1).h}, {History: newBench().reset().row(1, 1, 1, .1).reset().row(0, 0, 0, 0).h}} {
		Run(r, nil, nil)
		Run(r, bandsPlan(), r)
	}
}

// Without user counts, as before Locust 1.0, the run is judged as a whole.
func TestHistoryWithoutUsers(t *testing.T) {
	b := newBench().hold(60, 10, .1)
	b.h.NoUsers = true
	for i := range b.h.Users {
		b.h.Users[i] = 0
	}
	a := Run(b.run(), &plan.Plan{Targets: []plan.Target{meanBelow(.2), in("ramp-up", "", meanBelow(.2))}}, nil)
	if len(a.Phases) != 0 || a.Targets[0].Status != Pass || a.Targets[0].Scope != "run" || a.Targets[1].Status != NotMeasured {
		t.Errorf("%+v", a.Targets)
	}
}
