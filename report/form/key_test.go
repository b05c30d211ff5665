package form

import (
	"testing"

	"pgregory.net/rapid"
)

func TestKey(t *testing.T) {
	for in, want := range map[string]string{
		"Performance Metrics":            "performance metric",
		"📊 3. **Performance** metric ##": "performance metric",
		"III. Failure Scenarios":         "failure scenario",
		"3) Failure scenario":            "failure scenario",
		"4.1 System behaviours":          "system behaviour",
		"1️⃣ Test configuration":         "test configuration",
		"(2) Cache":                      "cache",
		"Cache (Redis)":                  "cache",
		"Redis Cache":                    "redis cache",
		"Commands/sec":                   "command sec",
		"Met?":                           "met",
		"Status":                         "status",
		"Root Cause Analysis":            "root cause analysis",
		"% Limited":                      "limited",
		"P95 Latency":                    "p95 latency",
		"99.9 percentile":                "99 9 percentile",
		"0-500 users":                    "0 500 user",
		"Latencies &amp; Crashes":        "latency and crash",
		"Issues &  `Queries`":            "issue and query",
		"(Redis)":                        "redis",
		"Caches":                         "cache",
		"👾":                              "",
		"500":                            "500",
		"I. O. Waits":                    "wait",
		"Critical Issues (P0)":           "critical issue",
	} {
		if got := Key(in); got != want {
			t.Errorf("Key(%q) = %q, want %q", in, got, want)
		}
	}
	if !Mentions("Cache (Redis)", "redis cache") || !Mentions("Redis Caches", "cache") || Mentions("Database", "cache") || Mentions("x", "") {
		t.Error("Mentions")
	}
}

func TestKeyOfKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-z0-9.)( 'sexhz&;*_#-]{0,20}`)).Draw(t, "text")
		k := Key(in)
		if again := Key(k); again != k {
			t.Fatalf("Key(%q) = %q, its Key %q", in, k, again)
		}
	})
}

func TestIsBlank(t *testing.T) {
	for _, s := range []string{
		"TBD", "tbd", "TBD%", "TBD %", "TBD MB", "TBD seconds", "TBD users", "TBD RPS", "TBD req/s", "TBD ms", "~TBD", "< TBD ms", "(TBD)", "[TBD]",
		"⏳", "⏳ Pending", "⏳ TBD", "⏳ TBD ms", "⌛", "⏳️ Pending", "⏳ To be determined after test execution", "⏳ To be documented after test execution", "⏳ not started",
		"To be determined",
	} {
		if !isBlank(s) {
			t.Errorf("%q should be a blank", s)
		}
	}
	for _, s := range []string{
		"", "The word TBD in a sentence is not a blank.", "TBD by Friday", "TBD, ask Ana", "see TBD", "⏳ waiting for Bob to fix the pool", "N/A", "100", "TBD TBD", "⏳ 5 min", "to be or not to be", "—", "?",
	} {
		if isBlank(s) {
			t.Errorf("%q should be no blank", s)
		}
	}
}
