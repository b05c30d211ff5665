package plan

import (
	"strings"
	"testing"
)

func TestParseRegression(t *testing.T) {
	for text, want := range map[string]Regression{
		"p95=10%":      {Metric: Percentile, P: .95, Limit: .1, Text: "p95=10%"},
		" mean = 7.5%": {Metric: Mean, Limit: .075, Text: "mean = 7.5%"},
		"rps=0%":       {Metric: RPS, Text: "rps=0%"},
		"errors=1pp":   {Metric: Errors, Limit: .01, Points: true, Text: "errors=1pp"},
	} {
		if got, err := ParseRegression(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"p95":        "METRIC=LIMIT",
		"p59=10%":    "did you mean p",
		"p95=10":     "such as 10%",
		"p95=1pp":    "for errors",
		"p95=-1%":    "zero or more",
		"p95=NaN%":   "zero or more",
		"outages=1%": "the metrics are",
	} {
		if _, err := ParseRegression(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
