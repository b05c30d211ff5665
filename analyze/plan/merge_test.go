package plan

import (
	"reflect"
	"testing"
)

func list(t *testing.T, texts ...string) []Target {
	t.Helper()
	var out []Target
	for _, text := range texts {
		target, err := ParseTarget(text, Pos{})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, target)
	}
	return out
}

func texts(targets []Target) []string {
	var out []string
	for _, t := range targets {
		out = append(out, t.String())
	}
	return out
}

func TestMergeTargets(t *testing.T) {
	document := &Plan{Targets: list(t, "p95 < 1s", "errors < 5%", "rps > 500")}
	document.Targets[0].Name = "P95 Latency"
	for _, c := range []struct {
		name                  string
		document, file, flags *Plan
		want                  []string
	}{
		{"document alone", document, nil, nil, []string{"p95 < 1s", "errors < 5%", "rps > 500/s"}},
		{"file replaces in place", document, &Plan{Targets: list(t, "errors < 1%", "p99 < 2s")}, nil,
			[]string{"p95 < 1s", "errors < 1%", "rps > 500/s", "p99 < 2s"}},
		{"flags win over both", document, &Plan{Targets: list(t, "p95 < 700ms")}, &Plan{Targets: list(t, "p95 < 500ms @peak")},
			[]string{"p95 < 500ms", "errors < 5%", "rps > 500/s"}},
		{"another scope is another target", document, nil, &Plan{Targets: list(t, "p95 < 2s @run", "p95 < 3s in 'GET /'")},
			[]string{"p95 < 1s", "errors < 5%", "rps > 500/s", "p95 < 2s @run", "p95 < 3s in 'GET /'"}},
		{"a range", document, nil, &Plan{Targets: list(t, "rps > 100", "rps < 900")},
			[]string{"p95 < 1s", "errors < 5%", "rps > 100/s", "rps < 900/s"}},
		{"flags alone are all without a document", nil, &Plan{Targets: list(t, "rps > 1")}, &Plan{Targets: list(t, "p95 < 1s", "p95 < 2s")},
			[]string{"p95 < 2s"}},
		{"the file counts without a document", nil, &Plan{Targets: list(t, "rps > 1")}, &Plan{}, []string{"rps > 1/s"}},
		{"phases by their key", &Plan{Targets: list(t, "p95 < 1s @'Ramp up'")}, nil, &Plan{Targets: list(t, "p95 < 2s @ramp-up")},
			[]string{"p95 < 2s @ramp-up"}},
	} {
		got := Merge(c.document, c.file, c.flags)
		if !reflect.DeepEqual(texts(got.Targets), c.want) {
			t.Errorf("%s: %v, want %v", c.name, texts(got.Targets), c.want)
		}
	}
	if got := Merge(document, nil, &Plan{Targets: list(t, "p95 < 500ms")}); got.Targets[0].Name != "P95 Latency" {
		t.Errorf("a replaced row is shown as %q", got.Targets[0].Name)
	}
	if document.Targets[1].String() != "errors < 5%" {
		t.Error("the document's plan was changed")
	}
}

func TestMergeFields(t *testing.T) {
	document := &Plan{
		Setup: Setup{Users: 1000, Host: "http://a", Date: "2026-01-02"}, UserTypes: []string{"A", "B"},
		Comparison: Labels{Baseline: "Sustained", BaselineUsers: 200, Current: "Peak"},
	}
	file := &Plan{Setup: Setup{Users: 500, Duration: 60}, UserTypes: []string{"C"}, Comparison: Labels{Current: "Spike"}, Count429: As429Separate}
	got := Merge(document, file, &Plan{Count429: As429Error})
	want := &Plan{
		Setup: Setup{Users: 500, Duration: 60, Host: "http://a", Date: "2026-01-02"}, UserTypes: []string{"C"},
		Comparison: Labels{Baseline: "Sustained", BaselineUsers: 200, Current: "Spike"}, Count429: As429Error,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if got := Merge(document, file, nil); got.Count429 != As429Separate {
		t.Errorf("429s: %v", got.Count429)
	}
	if Merge(nil, nil, nil) == nil {
		t.Error("no plan")
	}
}

func TestLabelMetricKnowsItsOwnNames(t *testing.T) {
	for _, m := range []Target{{Metric: Percentile, P: 0.999}, {Metric: Mean}, {Metric: Max}, {Metric: Errors}, {Metric: RPS}, {Metric: Outages}} {
		got, p, ok := LabelMetric(m.MetricName())
		if !ok || got != m.Metric || p != m.P {
			t.Errorf("%q: %v %v %v", m.MetricName(), got, p, ok)
		}
	}
}
