package report_test

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/form"
)

// Links stand behind the line that names the dashboards, and a later fill
// replaces them.
func TestLinks(t *testing.T) {
	doc := "# Results\n\n### Test Environment\n- **Monitoring**: Grafana, Sentry\n- **Load Generator**: Locust\n"
	fill := func(doc string, links ...analyze.Link) string {
		d, err := form.Parse("doc.md", []byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		a := nothing(&plan.Plan{})
		a.Links = links
		report.Fill(d, a)
		return string(d.Bytes())
	}
	one := fill(doc, analyze.Link{Name: "Grafana", URL: "https://g.example/d/x?from=1&to=2"})
	if want := "- **Monitoring**: Grafana, Sentry (this run: [Grafana](https://g.example/d/x?from=1&to=2))\n"; !strings.Contains(one, want) {
		t.Errorf("no %q in\n%s", want, one)
	}
	two := fill(one, analyze.Link{Name: "A](javascript:x) `b`", URL: "https://g.example/)(_\">"})
	if want := "Sentry (this run: ["; !strings.Contains(two, want) || strings.Contains(two, "d/x?from") {
		t.Errorf("filled again:\n%s", two)
	}
	for _, d := range []string{doc, one} {
		if none := fill(d); !strings.Contains(none, "- **Monitoring**: Grafana, Sentry\n") {
			t.Errorf("without links:\n%s", none)
		}
	}
}
