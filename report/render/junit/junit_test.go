package junit

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/chart/charttest"
)

// read parses strictly and returns the suites.
func read(t *testing.T, a *analyze.Analysis) (suites, string) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, a); err != nil {
		t.Fatal(err)
	}
	var got suites
	d := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	d.Strict = true
	if err := d.Decode(&got); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	return got, b.String()
}

func TestWrite(t *testing.T) {
	a := charttest.Overloaded()
	got, out := read(t, a)
	if got.Tests != 6 || got.Failures != 4 || got.Errors != 1 || len(got.Suites) != 1 || len(got.Suites[0].Cases) != 6 {
		t.Fatalf("counts %+v", got)
	}
	s := got.Suites[0]
	if s.Time != "180.000" || s.Timestamp != "2026-02-18T14:00:00" || s.Skipped != 0 {
		t.Errorf("suite %+v", s)
	}
	if c := s.Cases[1]; c.Name != "P95 Latency < 1000ms" && !strings.HasPrefix(c.Name, "P95 Latency <") || c.Failure == nil || c.Failure.Message != "P95 1,106 ms, target < 1,000 ms" {
		t.Errorf("case %+v", c)
	}
	if c := s.Cases[5]; c.Error == nil || c.Failure != nil || c.Error.Type != "not measured" {
		t.Errorf("what was not measured must be an error: %+v", c)
	}
	if strings.Contains(out, "<skipped") {
		t.Error("nothing may be skipped")
	}
}

func TestWriteNothing(t *testing.T) {
	got, _ := read(t, charttest.Empty())
	if got.Tests != 1 || got.Errors != 1 {
		t.Errorf("a run without targets must be an error: %+v", got)
	}
}

func TestWriteHostile(t *testing.T) {
	a := &analyze.Analysis{}
	for range 2 {
		a.Targets = append(a.Targets, analyze.TargetResult{
			Target: plan.Target{Name: "]]><script>\x00\x1b[31m&\ufffe\"", Metric: plan.Percentile, P: 0.95, Limit: 1},
			Actual: measure.Of(2, measure.Seconds), Status: analyze.Fail, Why: "a\nb <c> & \x07 ]]>",
		})
	}
	got, out := read(t, a)
	if strings.ContainsAny(out, "\x00\x1b\x07") {
		t.Error("control characters reached the file")
	}
	c := got.Suites[0].Cases
	if len(c) != 2 || c[0].Name == c[1].Name {
		t.Errorf("two targets of one name are two cases: %+v", c)
	}
	if !strings.Contains(c[0].Name, "]]><script>") {
		t.Errorf("the name did not survive: %q", c[0].Name)
	}
}
