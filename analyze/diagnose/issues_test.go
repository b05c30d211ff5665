package diagnose

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/plan"
)

// Issues come the gravest first, each with its figure, and a resource at its
// limit that a finding speaks of is not one again.
func TestIssues(t *testing.T) {
	l := fullPoolLab(2.5)
	l.fail(.2, bare503).say("pool", "QueuePool limit of size 20 overflow 0 reached", 2500)
	a := l.analyse(t)
	var got []string
	pools := 0
	for i, x := range a.Issues {
		got = append(got, x.Severity+" "+x.Title+" — "+x.Evidence)
		if i > 0 && x.Severity < a.Issues[i-1].Severity {
			t.Errorf("not the gravest first: %s", x.Title)
		}
		if strings.Contains(strings.ToLower(x.Title), "pool") {
			pools++
		}
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"P0 P95 at the peak misses its target", "P0 Error rate at the peak misses its target", "P1 Bottleneck: database connection pool of the application — 20"} {
		if !strings.Contains(all, want) {
			t.Errorf("no issue %q in\n%s", want, all)
		}
	}
	if pools != 1 {
		t.Errorf("the pool is %d issues:\n%s", pools, all)
	}
}

func TestLessons(t *testing.T) {
	l := fullPoolLab(1.5)
	l.steady(database, "lock_waits", 0, 14).steady(database, "query_latency_seconds", .004, .3)
	a := l.analyse(t)
	if len(a.Lessons) < 3 || len(a.Lessons) > mostLessons {
		t.Errorf("%d lessons: %v", len(a.Lessons), a.Lessons)
	}
	all := ""
	for _, l := range a.Lessons {
		all += l.Text + "\n"
	}
	if !strings.Contains(all, "What limited the run was the locks of the database") {
		t.Error(all)
	}
}

// A target on throughput that the load is too small for says how many users it
// takes; what the planned load does was not seen.
func TestTooFewUsers(t *testing.T) {
	l := newLab(.03)
	target, err := plan.ParseTarget("rps > 1000", plan.Pos{})
	if err != nil {
		t.Fatal(err)
	}
	l.plan.Targets = append(l.plan.Targets, target)
	l.plan.Setup.Users = 900
	a := l.analyse(t)
	want := map[string]string{"issue": "at 300 of 900 planned users: each asked for 0.97/s, so that the target takes about 1,000 users",
		"lesson": "Could not be seen: what more than 300 of the 900 planned users do", "note": "with P95 < 1,000 ms and error rate < 5% met"}
	got := map[string]string{"note": a.Capacity.MaxUsersNote}
	for _, i := range a.Issues {
		got["issue"] += i.Title + " — " + i.Evidence + "\n"
	}
	for _, x := range a.Lessons {
		got["lesson"] += x.Text + "\n"
	}
	for k, w := range want {
		if !strings.Contains(got[k], w) {
			t.Errorf("%s: no %q in %s", k, w, got[k])
		}
	}
	// Three times the users are more than one process of Locust carries: .4 cores
	// at 291/s are 730/s at most, of which 80% are 580/s.
	if all := strings.Join(a.Diagnosis.Immediate, "\n"); !strings.Contains(all, "planned 900 users: this run reached 300; so many ask for 880/s, for which Locust takes 2 processes") {
		t.Error(all)
	}
	l.plan.Setup.Users = 500
	if all := strings.Join(l.analyse(t).Diagnosis.Immediate, "\n"); strings.Contains(all, "processes") {
		t.Error(all)
	}
	// Without a plan for the load it is the load's fault all the same, and no P0.
	l.plan.Setup.Users = 0
	for _, i := range l.analyse(t).Issues {
		if strings.HasPrefix(i.Title, "Throughput") && (i.Severity != "P1" || !strings.Contains(i.Evidence, "300 users were too few to ask for it: each asked for 0.97/s")) {
			t.Errorf("%+v", i)
		}
	}
	// The next limit's figure is the arithmetic that it is shown with.
	var used, cores, rps, other, limit float64
	line := strings.ReplaceAll(strings.Join(a.Diagnosis.Capacity, ""), ",", "")
	i := strings.Index(line, "≈ ")
	if i < 0 || strings.Contains(line, "U = X") {
		t.Fatal(line)
	}
	if _, err := fmt.Sscanf(line[i:], "≈ %f/s (%f of %f cores at %f/s load generator included and other work takes %f)", &limit, &used, &cores, &rps, &other); err != nil {
		t.Fatal(err, line)
	}
	if x := rps * (cores - other) / used; math.Abs(x-limit) > .06*limit {
		t.Errorf("%.0f by hand: %s", x, line)
	}
}

// A run that meets its targets calls for nothing.
func TestNothingToDo(t *testing.T) {
	a := newLab(.03).analyse(t)
	if len(a.Diagnosis.Immediate) > 0 {
		t.Errorf("actions: %v", a.Diagnosis.Immediate)
	}
	for _, i := range a.Issues {
		if i.Severity != "P2" {
			t.Errorf("issue %+v", i)
		}
	}
	if a.Diagnosis.Scaling.Horizontal == "" || !strings.Contains(a.Diagnosis.Scaling.Horizontal, "300 users") {
		t.Errorf("scaling %+v", a.Diagnosis.Scaling)
	}
	if a.Failures.Timeouts.RootCause != "" {
		t.Error(a.Failures.Timeouts.RootCause)
	}
}

// What timed out did so because of what was full before.
func TestRootCauseOfTimeouts(t *testing.T) {
	l := fullPoolLab(2)
	l.fail(.1, "ReadTimeout(ReadTimeoutError('Read timed out.'))")
	a := l.analyse(t)
	if !strings.Contains(a.Failures.Timeouts.RootCause, "connection pool") {
		t.Errorf("root cause %q", a.Failures.Timeouts.RootCause)
	}
}
