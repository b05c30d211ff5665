package plan

import "testing"

func TestParseExpectation(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"P95 latency stays below 1 s", "p95 < 1s"},
		{"p95 < 800 ms", "p95 < 800ms"},
		{"The error rate is under 5%", "errors < 5%"},
		{"Error rate stays at most 1 %.", "errors <= 1%"},
		{"At least 500 requests per second", "rps >= 500/s"},
		{"Throughput remains above 100 RPS", "rps > 100/s"},
		{"Average response time is no more than 300 ms", "mean <= 300ms"},
		{"System handles 1000 users", ""},
		{"No crashes", ""},
		{"Recovers in under 30 seconds", ""},
		{"P95 latency stays below 1 s for 95% of users", ""},
		{"p95 below target", ""},
		{"CPU stays below 80%", ""},
		{"Handles over 500 users", ""},
		{"", ""},
	} {
		got, ok := ParseExpectation(c.text)
		if ok != (c.want != "") || ok && got.String() != c.want {
			t.Errorf("%q: %v, %v; want %q", c.text, got, ok, c.want)
		}
	}
}

func TestParseExpectationReworded(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Response time P95 does not exceed 1 second", "p95 <= 1s"},
		{"The error rate never exceeds 5 %", "errors <= 5%"},
		{"p99 within 2 s", "p99 <= 2s"},
		{"P95 stays under a second", "p95 < 1s"},
		{"Fewer than 1% of requests fail", "errors < 1%"},
		{"99% of requests complete within 2 s", "p99 <= 2s"},
		{"Success rate above 99%", "errors < 1%"},
		{"Success rate below 99%", ""},
		{"Throughput does not drop below 100 RPS", "rps >= 100/s"},
		{"Recovers within 60 seconds", ""},
		{"Availability above 99%", ""},
	} {
		got, ok := ParseExpectation(c.text)
		if ok != (c.want != "") || ok && got.String() != c.want {
			t.Errorf("%q: %v, %v; want %q", c.text, got, ok, c.want)
		}
	}
}

func TestCutScope(t *testing.T) {
	for _, c := range []struct {
		text, rest string
		scope      Scope
	}{
		{"errors below 1% during ramp-up", "errors below 1%", Scope{Phase: "ramp-up"}},
		{"During the ramp-up phase, errors stay below 1%", "errors stay below 1%", Scope{Phase: "ramp-up"}},
		{"p99 stays under 2s at 300 users", "p99 stays under 2s", Scope{Users: 300}},
		{"No errors with up to 1.000 concurrent users", "No errors", Scope{Users: 1000}},
		{"Handles 300 users with a p95 below 1 s", "p95 below 1 s", Scope{Users: 300}},
		{"Error rate under 5% at peak load", "Error rate under 5%", Scope{Phase: "peak"}},
		{"p95 below 1 s over the whole test", "p95 below 1 s", Scope{Phase: WholeRun}},
		{"System handles 1000 users", "System handles 1000 users", Scope{}},
		{"p95 below 1 s for 95% of users", "p95 below 1 s for 95% of users", Scope{}},
		{"Works in the test environment", "Works in the test environment", Scope{}},
	} {
		if rest, s := CutScope(c.text); rest != c.rest || s != c.scope {
			t.Errorf("%q: %q %+v; want %q %+v", c.text, rest, s, c.rest, c.scope)
		}
	}
}
