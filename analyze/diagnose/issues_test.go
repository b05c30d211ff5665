package diagnose

import (
	"strings"
	"testing"
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
	if all := strings.Join(a.Lessons, "\n"); !strings.Contains(all, "What limited the run was the locks of the database") {
		t.Error(all)
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
