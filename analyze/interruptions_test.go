package analyze

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// A burst of failures at a load that was carried before and after it is no
// limit of load; failures that stay, or that come with more users, are.
func TestInterruptions(t *testing.T) {
	const fine, half = 0, 50
	for name, c := range map[string]struct {
		users  func(s int) int
		failed func(s int) int64
		want   int
		broke  string
	}{
		"a burst":             {steadily, during(60, 68, half), 1, "not identifiable: interrupted at 150 users after 1 min"},
		"it stays":            {steadily, during(60, 200, half), 0, "broke"},
		"from the first":      {steadily, during(0, 40, half), 0, "broke"},
		"a second of it":      {steadily, during(60, 61, half), 0, "did not break"},
		"with more users":     {steps, during(60, 80, half), 0, "broke"},
		"few of the requests": {steadily, during(60, 68, 4), 0, "did not break"},
		"none":                {steadily, func(int) int64 { return fine }, 0, "did not break"},
	} {
		t.Run(name, func(t *testing.T) {
			b, n := newBench(), int64(0)
			for s := range 110 {
				b.row(c.users(s), 100, c.failed(s), .05)
				n += c.failed(s)
			}
			r := &loadtest.Run{History: b.h, Log: &loadtest.Log{ExitCode: -1}, Failures: &loadtest.Failures{File: "run_failures.csv"}}
			if n > 0 {
				r.Failures.Rows = []loadtest.Failure{{Error: "HTTPError('500 Server Error')", Count: n, Line: 2}}
			}
			b.h.Segments = []loadtest.Segment{{From: 0, To: len(b.h.Time) - 1, Why: "start"}}
			a := Run(r, &plan.Plan{}, nil)
			if got := a.Stability.Interruptions; len(got) != c.want {
				t.Errorf("interruptions %v, want %d", got, c.want)
			}
			if got := a.Capacity.BreakingText; !strings.HasPrefix(got, c.broke) {
				t.Errorf("breaking point %q, want %q", got, c.broke)
			}
		})
	}
}

func steadily(s int) int { return min(150, 10+10*s) }

// steps has 50 users more between 60 s and 80 s.
func steps(s int) int {
	if s >= 60 && s < 80 {
		return 200
	}
	return steadily(s)
}

func during(from, to int, failed int64) func(s int) int64 {
	return func(s int) int64 {
		if s >= from && s < to {
			return failed
		}
		return 0
	}
}
