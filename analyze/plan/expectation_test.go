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
