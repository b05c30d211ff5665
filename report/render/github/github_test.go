package github

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/chart/charttest"
)

// decode reads workflow commands the way the runner does.
func decode(t *testing.T, out string) []map[string]string {
	t.Helper()
	var got []map[string]string
	for line := range strings.SplitSeq(strings.TrimSuffix(out, "\n"), "\n") {
		rest, ok := strings.CutPrefix(line, "::")
		head, data, ok2 := strings.Cut(rest, "::")
		if !ok || !ok2 {
			t.Fatalf("not a command: %q", line)
		}
		c := map[string]string{"message": strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data)}
		name, props, _ := strings.Cut(head, " ")
		c["level"] = name
		for p := range strings.SplitSeq(props, ",") {
			k, v, _ := strings.Cut(p, "=")
			c[k] = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(v)
		}
		got = append(got, c)
	}
	return got
}

func TestAnnotations(t *testing.T) {
	a := &analyze.Analysis{Targets: []analyze.TargetResult{
		{Target: plan.Target{Name: "P95, 100%: ::now", Metric: plan.Percentile, P: 0.95, Limit: 1, Pos: plan.Pos{File: "docs/a,b.md", Line: 33}}, Status: analyze.Fail, Why: "50% of\nall: ::error::x\r\x1b[31m"},
		{Target: plan.Target{Name: "Outside", Pos: plan.Pos{File: "built-in document", Line: 3}}, Status: analyze.NotMeasured, Why: "no history"},
		{Target: plan.Target{Name: "Close"}, Status: analyze.Borderline, Why: "inside its limits"},
		{Target: plan.Target{Name: "Fine"}, Status: analyze.Pass},
	}, Quality: []loadtest.Note{{Severity: loadtest.Warn, Message: "lost", Source: "a.csv:3"}, {Severity: loadtest.Info, Message: "quiet"}}}
	var b bytes.Buffer
	err := Annotations(&b, a, func(f string) string {
		if strings.HasPrefix(f, "docs/") {
			return f
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	got := decode(t, b.String())
	if len(got) != 4 {
		t.Fatalf("%d commands:\n%s", len(got), b.String())
	}
	first := got[0]
	if first["level"] != "error" || first["file"] != "docs/a,b.md" || first["line"] != "33" || first["title"] != "Fail: P95, 100%: ::now" ||
		!strings.HasSuffix(first["message"], "50% of\nall: ::error::x\r\uFFFD[31m") {
		t.Errorf("first: %q\n%s", first, b.String())
	}
	if got[1]["level"] != "error" || got[1]["file"] != "" {
		t.Errorf("what was not measured is an error without a place: %q", got[1])
	}
	if got[2]["level"] != "warning" || got[3]["message"] != "a.csv:3: lost" {
		t.Errorf("warnings: %q %q", got[2], got[3])
	}
}

func TestAnnotationsAreFew(t *testing.T) {
	a := &analyze.Analysis{}
	for i := range 30 {
		a.Targets = append(a.Targets, analyze.TargetResult{Target: plan.Target{Name: fmt.Sprint(i)}, Status: analyze.Fail, Why: "x"})
	}
	var b bytes.Buffer
	if err := Annotations(&b, a, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	got := decode(t, b.String())
	if len(got) != maxNotes+1 || !strings.Contains(got[maxNotes]["message"], "20 more errors") {
		t.Errorf("%d commands, the last %q", len(got), got[len(got)-1])
	}
}

func TestSummary(t *testing.T) {
	a := charttest.Overloaded()
	a.Targets[0].Target.Name = "a | b <img src=x> `c`"
	out := string(Summary(a))
	for _, want := range []string{"## ❌ FAIL: 4 of 6 targets missed, 1 not measured", "| P95 Latency |", "➖ Not measured", "**Outage:** 96–102 s", "- ⚠️ "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(out, "<img") {
		t.Error("a name became markup")
	}
	if empty := string(Summary(charttest.Empty())); !strings.Contains(empty, "INCOMPLETE") || !strings.Contains(empty, "no target") {
		t.Errorf("nothing reads\n%s", empty)
	}
	if h := string(Summary(charttest.Healthy())); !strings.Contains(h, "within noise") {
		t.Errorf("the baseline is missing in\n%s", h)
	}
}

func TestCommentFits(t *testing.T) {
	a := charttest.Overloaded()
	for i := range 500 {
		a.Targets = append(a.Targets, analyze.TargetResult{
			Target: plan.Target{Name: fmt.Sprintf("P95 of endpoint %d %s", i, strings.Repeat("ü", 300)), Endpoint: "GET /x"},
			Actual: measure.Of(2, measure.Seconds), Status: analyze.Fail, Why: strings.Repeat("because ", 50)})
	}
	for _, filled := range []string{"", "# Report\n", "# Report\n" + strings.Repeat("ein Wort für alle\n", 10000) + "```\ncode\n```\n",
		"# Report\n```\n" + strings.Repeat("ö", 100000)} {
		c := Comment(a, []byte(filled))
		if len(c) > MaxComment {
			t.Errorf("%d bytes", len(c))
		}
		if !utf8.Valid(c) {
			t.Error("a character was cut in two")
		}
		if n := len(fence.FindAll(c, -1)); n%2 == 1 {
			t.Error("a block of code stays open")
		}
		if bytes.Contains(c, []byte("<details>")) != bytes.Contains(c, []byte("</details>")) {
			t.Error("details stay open")
		}
		if !bytes.HasPrefix(c, []byte(Marker)) {
			t.Error("no marker")
		}
	}
}

func TestCommentDropsWhatHasNoMeaningThere(t *testing.T) {
	c := string(Comment(charttest.Healthy(), []byte("# R\n<!-- peakload: memory -->\n<!-- peakload:chart x -->\n<picture>\n<img src=\"a.svg\">\n</picture>\n\n<!-- /peakload:chart abcd -->\n![p95 rose](charts/a.svg)\nText\n")))
	for _, no := range []string{"memory", "<picture", "a.svg"} {
		if strings.Contains(c, no) {
			t.Errorf("%q is in the comment", no)
		}
	}
	if !strings.Contains(c, "*p95 rose*") || !strings.Contains(c, "Text") {
		t.Errorf("words were lost:\n%s", c)
	}
}
