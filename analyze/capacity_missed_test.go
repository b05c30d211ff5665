package analyze

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// What a run says of its breaking point, most users and recovery agrees with the
// verdicts on its targets and with its course.
func TestCapacityInWords(t *testing.T) {
	idle := newBench().hold(120, 100, .1)
	leak := newBench()
	for s := range 900 {
		leak.hold(1, 100, .1+.8*float64(s)/900)
	}
	down := newBench().hold(60, 100, .1).hold(60, 200, .9)
	for range 60 {
		down.row(400, 100, 100, .1)
	}
	narrow := newBench().hold(60, 40, .1).hold(60, 60, .4).hold(60, 80, 1.004)
	stairs := newBench().hold(60, 100, .1).hold(60, 150, .11).hold(60, 1200, .12)
	for _, x := range []struct {
		name             string
		bench            *bench
		targets          []string
		outcome          CapacityOutcome
		breaking, text   string // parts of the note and of the cell
		users, recovered string // parts of the notes
	}{
		{"throughput was not asked for", idle, []string{"p95 < 1s", "rps > 500/s"}, DidNotBreak,
			"100 users who pause 1.9 seconds between requests make about 52", "≥ 100 users (missed: throughput)", "with P95 < 1,000 ms met", "Every latency and error target held"},
		{"a highest latency", idle, []string{"p95 < 1s", "max < 200ms"}, DidNotBreak, "held up to 100 users", "(missed: highest latency)", "P95", "held"},
		{"no limit that load breaks", idle, []string{"rps > 10/s"}, DidNotBreak, "the usual limits are taken", "≥ 100 users", "met", "held"},
		{"nothing missed", idle, []string{"p95 < 1s"}, DidNotBreak, "held up to 100 users", "did not break: ≥ 100 users", "with every target met", "held"},
		{"a leak", leak, []string{"p95 < 1s"}, Broke, "and not the load", "broke at ≤ 100 users, after 7 min", "100 users were carried with P95 < 1,000 ms met for 7 min", "No requests were sent"},
		{"down when it ended", down, []string{"p95 < 1s", "errors < 5%"}, Broke, "P95", "broke at", "The highest load", "the run ended so"},
		{"missed by too little", narrow, []string{"mean < 1s"}, NotIdentifiable, "by too little, or for too short a time, to be told from chance", "at its limit at 80 users", "", ""},
		{"thousands", stairs, []string{"p95 < 1s"}, DidNotBreak, "held up to 1,200 users", "≥ 1,200 users", "met", "held"},
	} {
		p := &plan.Plan{}
		for _, text := range x.targets {
			target, err := plan.ParseTarget(text, plan.Pos{})
			if err != nil {
				t.Fatal(err)
			}
			p.Targets = append(p.Targets, target)
		}
		got := Run(&loadtest.Run{Label: "run", Tool: "locust", History: x.bench.h}, p, nil).Capacity
		if got.Outcome != x.outcome {
			t.Errorf("%s: %s", x.name, got.Outcome)
		}
		for said, want := range map[string]string{got.BreakingNote: x.breaking, got.BreakingText: x.text, got.MaxUsersNote: x.users, got.RecoveryNote: x.recovered} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q does not say %q", x.name, said, want)
			}
		}
	}
}

// A run without a plateau whose latency went over its target did not keep it.
func TestGraceWithoutAPeak(t *testing.T) {
	b := newBench()
	for range 3 {
		b.ramp(60, 200, 1.5).ramp(1, 0, 1.5)
	}
	target, _ := plan.ParseTarget("p95 < 1s", plan.Pos{})
	p := &plan.Plan{Targets: []plan.Target{target}, Expectations: []plan.Expectation{{Text: "Graceful degradation"}}}
	got := Run(&loadtest.Run{Label: "run", Tool: "locust", History: b.h}, p, nil).Expectations[0]
	if got.Answer != Yes || !strings.Contains(got.Evidence, "what gave way was latency: P95") {
		t.Errorf("%+v", got)
	}
}
