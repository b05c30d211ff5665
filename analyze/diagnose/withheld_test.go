package diagnose

import (
	"slices"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// gap returns what a kind needs that could not be looked at; "" if it was.
func gap(a *analyze.Analysis, kind string) string {
	for _, g := range a.Diagnosis.NotLookedAt {
		if g.Kind == kind {
			return g.Need
		}
	}
	return ""
}

// A use of processors just below one core is not ruled out by a machine that
// has two: the application may be limited to one, and no file says.
func TestCoresUnknown(t *testing.T) {
	for _, x := range []struct {
		name    string
		latency float64
		used    float64 // cores
		machine bool    // the number of the machine's cores is recorded
		need    string  // "": looked at
	}{
		{"one of two, users suffer", 1.5, .96, true, "if that is one core"},
		{"one of two, nobody notices", .03, .96, true, ""},
		{"far below one", 1.5, .5, true, ""},
		{"one of an unknown number", 1.5, .96, false, "if that is one core"},
		{"half a core of an unknown number", 1.5, .5, false, "the number of cores"},
	} {
		l := newLab(x.latency)
		l.drop(app, "cpu_limit_cores").steady(app, "cpu_cores", .1, x.used)
		if !x.machine {
			l.drop(host, "cpu_limit_cores")
		}
		a := l.analyse(t)
		need := gap(a, "app_cpu")
		if (need == "") != (x.need == "") || !strings.Contains(need, x.need) || strings.Contains(need, "processor time of the process") {
			t.Errorf("%s: needs %q, want %q", x.name, need, x.need)
		}
		for _, r := range a.Resources {
			if r.Component == app && r.Metric == "cpu" && x.machine && (r.Status == analyze.ResourceUnknown) != (x.need != "") {
				t.Errorf("%s: the row says %v (%s)", x.name, r.Status, r.Why)
			}
		}
	}
}

// A pool whose connections are held for longer than at light load is full
// behind something; where that could not be looked at, it is suspected only,
// unless failures name it.
func TestPoolBehindTheUnseen(t *testing.T) {
	slow := func() *lab {
		l := fullPoolLab(1.2)
		return l.steady(database, "query_latency_seconds", .004, .3).drop(database, "lock_waits").drop(app, "cpu_cores")
	}
	a := slow().analyse(t)
	want(t, a, "")
	if s := a.Diagnosis.Suspicions; len(s) != 1 || s[0].Kind != "connection_pool" || !strings.Contains(s[0].Symptom, "locks of the database and processor of the application, could not be looked at") {
		t.Errorf("suspicions %+v", s)
	}
	want(t, slow().fail(.2, bare503).say("pool", "QueuePool limit of size 20 overflow 0 reached", 2500).analyse(t), "connection_pool")
	// Held no longer than before, it is too small whatever was not seen.
	want(t, fullPoolLab(1.2).drop(database, "lock_waits").drop(app, "cpu_cores").analyse(t), "connection_pool")
}

// Memory that was read up to a minute before the system went away does not tell
// why it did.
func TestMemoryReadTooEarly(t *testing.T) {
	l := newLab(.03)
	l.stuck = [2]float64{100, 115}
	if need := gap(l.analyse(t), "memory"); need != "" {
		t.Errorf("read to the end: needs %s", need)
	}
	l = newLab(.03)
	l.stuck = [2]float64{100, 115}
	for i := range l.run.Tracks {
		if tr := &l.run.Tracks[i]; tr.Metric == "memory_bytes" && tr.Component == app {
			n, _ := slices.BinarySearch(tr.Time, labStart+60)
			tr.Time, tr.Value = tr.Time[:n], tr.Value[:n]
		}
	}
	if need := gap(l.analyse(t), "memory"); !strings.Contains(need, "readings end at 58 s") {
		t.Errorf("needs %q", need)
	}
}

// What several rules lack is not cured by what the first of them needs; and a
// run with its endpoints' history lacks light load, not the history.
func TestCures(t *testing.T) {
	l := newLab(1.5)
	l.drop(database, "lock_waits").drop(app, "memory_bytes").drop(host, "")
	a := l.analyse(t)
	found := false
	for _, i := range a.Issues {
		if strings.HasPrefix(i.Title, "Causes that could not be looked for") {
			found = true
			if !strings.HasPrefix(i.Evidence, "needs figures of these") {
				t.Error(i.Evidence)
			}
		}
	}
	if !found {
		t.Error("no issue of what could not be looked for")
	}
	few := newLab(.03)
	few.users = 4
	if need := gap(few.analyse(t), "slow_endpoint"); !strings.Contains(need, "light load") {
		t.Errorf("endpoints need %q", need)
	}
}

// Where a limiter keeps the successes level, more of the system raises nothing:
// there is no trigger for it; nor where failures that nobody names may be the
// limiter's, unless requests waited.
func TestNoTriggerForLimiter(t *testing.T) {
	const refused = "HTTPError('429 Client Error: Too Many Requests for url: /feed')"
	for _, x := range []struct {
		name    string
		latency float64
		text    string // of the failures; "": no file names them
		want    bool
	}{{"refused", .03, refused, false}, {"unnamed and quick", .03, "", false}, {"unnamed and slow", 1.5, "", true}, {"not refused", 1.5, bare503, true}} {
		a := newLab(x.latency).fail(.5, refused).analyse(t)
		a.Capacity.Knee, a.Capacity.Outcome = measure.Of(120, measure.Users), analyze.Broke
		a.WholeRun.RateLimited = measure.None(measure.Count, measure.NoSource, "")
		if x.text != "" {
			n, _ := a.WholeRun.Failures.Float()
			if x.text != refused {
				n = 0
			}
			a.WholeRun.RateLimited = measure.Of(n, measure.Count)
		}
		a.Diagnosis.Findings = nil
		if got := newScene(a).triggers("Scale out"); (got != "") != x.want {
			t.Errorf("%s: %q", x.name, got)
		}
	}
}
