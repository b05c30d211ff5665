package explain

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

var update = flag.Bool("update", false, "write the golden files")

const history = "peak_stats_history.csv"

func window(scale float64) analyze.Window {
	src := func(column, formula string) measure.Source {
		return measure.Source{File: history, Lines: "61,541", Column: column, Formula: formula}
	}
	lat := func(n float64, column string) measure.Value {
		return measure.Within(n*scale, n*scale*.97, n*scale*1.031, measure.Seconds, measure.Windowed, src(column, "weighted mixture of the windows"))
	}
	return analyze.Window{
		Requests: measure.Of(1000*scale, measure.Count, src("Total Request Count", "last − first")),
		Failures: measure.Of(20, measure.Count, src("Total Failure Count", "last − first")),
		RPS:      measure.Of(100*scale, measure.PerSecond), ErrorRate: measure.Of(.02/scale, measure.Ratio),
		Mean: lat(.3, "Total Average Response Time"), P50: lat(.25, "50%"), P95: lat(1.2, "95%"),
		P99: measure.None(measure.Seconds, measure.NotDerivable, "a history with the column 99%"),
		Max: measure.Within(2, 1.5, math.Inf(1), measure.Seconds, measure.Bounded, src("Total Max Response Time", "")),
	}
}

func target(t *testing.T, text string) plan.Target {
	t.Helper()
	got, err := plan.ParseTarget(text, plan.Pos{File: "results.md", Line: 44, Column: 15})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func analysis(t *testing.T) *analyze.Analysis {
	a := &analyze.Analysis{
		WholeRun: window(3),
		Phases: []analyze.Phase{
			{Name: "Ramp-up", Kind: analyze.RampUp, Window: window(.5)},
			{Name: "Peak", Kind: analyze.Peak, Window: window(1)},
			{Name: "Spike", Kind: analyze.Peak, Window: window(2)},
		},
		Endpoints: []analyze.Endpoint{
			{Endpoint: loadtest.Endpoint{Method: "GET", Name: "/feed"}, Whole: window(.2), Phases: []analyze.Window{window(.3), window(.4), window(.6)}},
			{Endpoint: loadtest.Endpoint{Method: "GET", Name: "/x\x1b[31m\r"}, Whole: window(.2)},
			{Endpoint: loadtest.Endpoint{Method: "POST", Name: "/feed"}, Whole: window(.2)},
		},
		Stability: analyze.Stability{Status: analyze.Fail, Why: "one outage of 12 s", Outages: []analyze.Outage{{Start: 70, End: 82, Users: 900, Evidence: "no completion\x1b[2J"}}},
		Quality: []loadtest.Note{
			{Code: "torn", Severity: loadtest.Warn, Message: "the last line is torn", Source: history + ":900"},
			{Code: "other", Severity: loadtest.Warn, Message: "of another file", Source: "peak_failures.csv:3"},
			{Code: "loop", Severity: loadtest.Info, Message: "of the whole run"},
		},
	}
	for i, p := range []struct{ start, end float64 }{{0, 60}, {60, 540}, {540, 570}} {
		a.Phases[i].Start, a.Phases[i].End, a.Phases[i].UsersTo, a.Phases[i].UsersFrom = p.start, p.end, 1000, 1000
	}
	a.Phases[0].UsersFrom = 0
	a.Targets = []analyze.TargetResult{
		{Target: target(t, "p95 < 1s"), Scope: "peak", Actual: window(1).P95, WholeRun: window(3).P95, Status: analyze.Fail, Why: "1,200 ms (1,160–1,240), target < 1,000 ms"},
		{Target: target(t, "p99.9 < 2s"), Scope: "peak", Actual: measure.Of(1.9, measure.Seconds), WholeRun: measure.Of(3, measure.Seconds), Status: analyze.Pass},
		{Target: target(t, "outages <= 0"), Scope: "run", Actual: measure.Of(1, measure.Count), WholeRun: measure.Of(1, measure.Count), Status: analyze.Fail, Why: "one outage of 12 s"},
	}
	return a
}

func TestFigure(t *testing.T) {
	a := analysis(t)
	for golden, what := range map[string]string{
		"target": "p95", "run": "p95@run", "ramp": "requests @ramp-up", "endpoint": "mean in 'GET /feed'", "missing": "p99@Spike",
		"open": "max", "outages": "outages", "uncomputed": "p90 in 'POST /feed'", "judged": "p99.9", "hostile": "failures@run in 'GET /x\x1b[31m'",
	} {
		var b bytes.Buffer
		if err := Figure(&b, a, what); err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if i := strings.IndexFunc(b.String(), func(r rune) bool { return r < 0x20 && r != '\n' }); i >= 0 {
			t.Errorf("%s: control character in %q", what, b.String())
		}
		file := filepath.Join("testdata", golden+".txt")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s:\n%s", what, b.String())
		}
	}
}

// An error lists what there is and what was probably meant.
func TestFigureUnknown(t *testing.T) {
	a := analysis(t)
	for what, want := range map[string][]string{
		"p95@rampup":           {`no phase "rampup"`, `did you mean "Ramp-up"`, `"Spike"`, `"run"`},
		"p95 in 'GET /fed'":    {`no endpoint "GET /fed"`, `did you mean "GET /feed"`, `"POST /feed"`},
		"p95 in '/feed'":       {`no endpoint "/feed"`, `"GET /feed"`, `"POST /feed"`}, // two methods have it
		"latency":              {"did you mean p95?"},
		"request":              {"did you mean requests?"},
		"cpu":                  {"p95 (any percentile)", "requests, failures"},
		"p95 < 1s":             {"nothing but"},
		"":                     {"begins with a metric"},
		"p95 in 'x\x1b[31mGET": {"not closed"},
	} {
		var b bytes.Buffer
		err := Figure(&b, a, what)
		if err == nil || b.Len() > 0 {
			t.Errorf("%q: %v, %q", what, err, b.String())
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q: no %q in %v", what, w, err)
			}
		}
		if strings.ContainsRune(err.Error(), 0x1b) {
			t.Errorf("%q: escape in %q", what, err)
		}
	}
}

// A target that could not be judged says why, although the run does not have
// its phase.
func TestFigureOfUnjudgedTarget(t *testing.T) {
	a := analysis(t)
	a.Phases = a.Phases[:1]
	a.Targets[0].Actual, a.Targets[0].Status = measure.None(measure.Seconds, measure.NotIdentifiable, ""), analyze.NotMeasured
	a.Targets[0].Why = "the run ends in its ramp-up"
	var b bytes.Buffer
	if err := Figure(&b, a, "p95"); err != nil || !strings.Contains(b.String(), "not measured") || !strings.Contains(b.String(), "the run ends in its ramp-up") {
		t.Errorf("%v\n%s", err, b.String())
	}
	if err := Figure(&b, a, "mean"); err == nil {
		t.Error("a peak was made up")
	}
}

// Without a history there are no phases: the whole run stands in for the peak,
// and says so.
func TestFigureWithoutPhases(t *testing.T) {
	a := &analyze.Analysis{WholeRun: window(1)}
	var b bytes.Buffer
	if err := Figure(&b, a, "mean"); err != nil || !strings.Contains(b.String(), "in place of the peak") {
		t.Errorf("%v\n%s", err, b.String())
	}
	if err := Figure(&b, a, "mean@ramp-up"); err == nil {
		t.Error("a phase was made up")
	}
}

func TestOutwards(t *testing.T) {
	for _, c := range []struct {
		n    float64
		low  string
		high string
	}{
		{0, "0", "0"}, {1.16444, "1.164", "1.165"}, {0.0117432, "0.01174", "0.01175"}, {124223, "124223", "124223"}, {12.5, "12.5", "12.5"},
		{1234.56, "1234", "1235"}, {-0.123456, "-0.1235", "-0.1234"},
	} {
		if l, h := outwards(c.n, math.Floor), outwards(c.n, math.Ceil); l != c.low || h != c.high {
			t.Errorf("%v: %s %s", c.n, l, h)
		}
	}
}
