package plan

import (
	"fmt"
	"strconv"
	"strings"
)

// A Regression limits how much worse a metric may be than the baseline's.
type Regression struct {
	Metric Metric
	P      float64 // of a Percentile
	// Limit is a share of the baseline's figure (0.1: 10 % worse); with Points
	// it is a difference of error rates (0.01: one percentage point).
	Limit  float64
	Points bool
	Text   string // as written
}

// ParseRegression reads METRIC=LIMIT, such as "p95=10%", "rps=5%" or
// "errors=1pp", with the metrics p50 p95 p99 mean errors rps: those that a
// comparison has.
func ParseRegression(text string) (Regression, error) {
	fail := func(msg string) (Regression, error) {
		return Regression{}, &Error{Pos: Pos{File: "--max-regression"}, Text: text, Msg: msg}
	}
	name, limit, ok := strings.Cut(strings.TrimSpace(text), "=")
	if !ok {
		return fail("write METRIC=LIMIT, such as p95=10%, rps=5% or errors=1pp")
	}
	r := Regression{Text: strings.TrimSpace(text)}
	switch name = strings.ToLower(strings.TrimSpace(name)); name {
	case "p50", "p95", "p99":
		r.Metric = Percentile
		r.P, _ = strconv.ParseFloat("0."+name[1:], 64)
	case "mean":
		r.Metric = Mean
	case "errors":
		r.Metric = Errors
	case "rps":
		r.Metric = RPS
	default:
		names := []string{"p50", "p95", "p99", "mean", "errors", "rps"}
		if near := Nearest(name, names); near != "" {
			return fail(fmt.Sprintf("%q is no metric of a comparison; did you mean %s?", name, near))
		}
		return fail(fmt.Sprintf("%q is no metric of a comparison; the metrics are %s", name, strings.Join(names, ", ")))
	}
	limit = strings.TrimSpace(limit)
	number, points := strings.CutSuffix(limit, "pp")
	if !points {
		if number, ok = strings.CutSuffix(limit, "%"); !ok {
			return fail("a limit is a share of the baseline's figure, such as 10%, or for errors percentage points, such as 1pp")
		}
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || !(x >= 0) || x > 1e6 || strings.ContainsAny(number, "xX_") {
		return fail("a limit is a number of zero or more with % or pp")
	}
	if points && r.Metric != Errors {
		return fail("percentage points are for errors; write a share such as 10%")
	}
	r.Limit, r.Points = x/100, points
	return r, nil
}

// Asks returns the limit for people: "≤ baseline + 10%".
func (r Regression) Asks() string {
	_, limit, _ := strings.Cut(r.Text, "=")
	if r.Metric == RPS {
		return "≥ baseline − " + strings.TrimSpace(limit)
	}
	return "≤ baseline + " + strings.TrimSpace(limit)
}

// Words returns what is limited, for people: "P95", "Error rate".
func (r Regression) Words() string {
	switch r.Metric {
	case Percentile:
		return strings.ToUpper(Target{Metric: Percentile, P: r.P}.MetricName())
	case Mean:
		return "Mean latency"
	case Errors:
		return "Error rate"
	}
	return "Throughput"
}
