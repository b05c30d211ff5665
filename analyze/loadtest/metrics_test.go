package loadtest

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/resources.md")

const (
	page  = "../../docs/resources.md"
	begin = "<!-- metrics: begin -->\n"
	end   = "<!-- metrics: end -->\n"
)

// docs/resources.md lists the metrics that the code knows.
func TestMetricsPage(t *testing.T) {
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the page has lost its marks")
	}
	var table strings.Builder
	table.WriteString("| Metric | What it is |\n|---|---|\n")
	for _, m := range Metrics {
		fmt.Fprintf(&table, "| `%s` | %s |\n", m.Name, m.What)
	}
	want := before + begin + table.String() + end + after
	if string(raw) == want {
		return
	}
	if !*update {
		t.Fatal("docs/resources.md does not list the metrics of metrics.go: go test ./analyze/loadtest -update")
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestMetricNames(t *testing.T) {
	name := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	seen := map[string]bool{}
	for _, m := range Metrics {
		if !name.MatchString(m.Name) || m.What == "" || strings.ContainsAny(m.What, "|\n") || seen[m.Name] {
			t.Errorf("%q: %q", m.Name, m.What)
		}
		seen[m.Name] = true
	}
	if !IsCounter("hits_total") || IsCounter("hit_ratio") {
		t.Error("counters end in _total")
	}
}
