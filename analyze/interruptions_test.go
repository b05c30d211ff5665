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

// What a monitor saw is an interruption where the run shows the system without
// it before; what several monitors saw at once is one.
func TestUnreachedParts(t *testing.T) {
	away := func(from, to float64) func(at float64) float64 {
		return func(at float64) float64 {
			if at >= from && at < to {
				return 0
			}
			return 1
		}
	}
	for name, c := range map[string]struct {
		from, to int // failures, as the monitors saw
		want     []string
	}{
		"in the midst":       {60, 70, []string{"the database and the application did not answer their monitors and "}},
		"from the first row": {0, 12, nil},
		"all the time":       {0, 200, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b, failed := newBench(), during(c.from, c.to, 50)
			for s := range 110 {
				b.row(steadily(s), 100, failed(s), .05)
			}
			b.h.Segments = []loadtest.Segment{{From: 0, To: len(b.h.Time) - 1, Why: "start"}}
			r := &loadtest.Run{History: b.h, Tracks: []loadtest.Track{
				track("app_json", "database", "", "up", 0, 110, away(float64(c.from), float64(c.to))),
				track("app_json", "app", "", "up", 0, 110, away(float64(c.from), float64(c.to))),
			}}
			got := Run(r, &plan.Plan{}, nil).Stability.Interruptions
			if len(got) != len(c.want) {
				t.Fatalf("interruptions %+v, want %q", got, c.want)
			}
			for i, o := range got {
				if !strings.HasPrefix(o.Evidence, c.want[i]) {
					t.Errorf("evidence %q, want %q", o.Evidence, c.want[i])
				}
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
