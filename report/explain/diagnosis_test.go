package explain_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/explain"
)

func TestDiagnosis(t *testing.T) {
	src := measure.Source{File: "metrics_json.txt"}
	a := &analyze.Analysis{
		Diagnosis: analyze.Diagnosis{
			Summary: "Connection pool: 10 of 10 in use",
			Findings: []analyze.Finding{{Kind: "connection_pool", Title: "Connection pool", Component: "pool of the application", Symptom: "10 of 10 in use", Impact: "32% failed",
				Recommendation: "needs 36; has 10", Score: .97, Onset: 24, Evidence: []analyze.Evidence{{Text: "waiting for a connection", Figure: measure.Of(170, measure.Count, src)}}}},
			Clear:       []analyze.Ruled{{Kind: "db_cpu", Title: "Processor of the database", Why: "the database used 3% of its 2 cores \x1b[31m"}},
			NotLookedAt: []analyze.Gap{{Kind: "network", Title: "Network", Need: "the speed of the link"}},
			Immediate:   []string{"Enlarge the pool"}, Scaling: analyze.Scaling{Vertical: "Does not help"},
		},
		Issues: []analyze.Issue{{Severity: "P1", Title: "Bottleneck", Evidence: "10 of 10"}},
	}
	for what, wants := range map[string][]string{
		"bottlenecks":                {"1: Connection pool", "waiting for a connection: 170 (metrics_json.txt)", "0.97 of 1", "24 s of the run", "Ruled out", "db_cpu: the database used 3%", "Not looked at", "network: needs the speed"},
		"bottleneck.1":               {"needs 36; has 10"},
		"bottleneck.connection_pool": {"pool of the application"},
		"bottleneck.db_cpu":          {"is ruled out: the database used 3%"},
		"bottleneck.network":         {"was not looked at: needs the speed"},
		"issues":                     {"P1", "10 of 10"},
		"recommendations":            {"Enlarge the pool", "Does not help"},
	} {
		var b bytes.Buffer
		if err := explain.Figure(&b, a, what); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		for _, want := range wants {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: no %q in\n%s", what, want, b.String())
			}
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Errorf("%s: an escape sequence comes through", what)
		}
	}
	if err := explain.Figure(&bytes.Buffer{}, a, "bottleneck.db_gpu"); err == nil || !strings.Contains(err.Error(), "bottleneck.db_cpu") {
		t.Errorf("%v", err)
	}
}
