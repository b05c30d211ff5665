package plan

import (
	"strings"

	"github.com/peakload/peakload/analyze/internal/spelling"
)

// synonyms are names of metrics that other tools and people use.
var synonyms = map[string]string{
	"avg": "mean", "average": "mean", "median": "p50", "p50th": "p50",
	"latency": "p95", "response": "p95", "responsetime": "p95", "response_time": "p95", "duration": "p95", "time": "p95", "http_req_duration": "p95",
	"maximum": "max", "worst": "max", "slowest": "max", "p100": "max",
	"fail": "errors", "fails": "errors", "failed": "errors", "failure": "errors", "failures": "errors", "fail_ratio": "errors",
	"error_rate": "errors", "error-rate": "errors", "errorrate": "errors", "http_req_failed": "errors",
	"throughput": "rps", "requests": "rps", "rate": "rps", "tps": "rps", "qps": "rps", "req": "rps", "reqs": "rps",
	"crash": "outages", "crashes": "outages", "downtime": "outages", "stability": "outages", "availability": "outages",
}

// metricHint returns what to say after "unknown metric": the one that was
// probably meant, or all of them. more are names besides the metrics'.
func metricHint(name string, more []string) string {
	if s := Nearest(name, more); s != "" {
		return "; did you mean " + s + "?"
	}
	if s, ok := synonyms[name]; ok {
		return "; did you mean " + s + "?"
	}
	if strings.HasPrefix(name, "p") {
		if digits := strings.TrimRight(name[1:], "abcdefghijklmnopqrstuvwxyz_-"); digits != "" && strings.Trim(digits, "0123456789.") == "" {
			return "; did you mean p" + digits + "?"
		}
	}
	names := make([]string, 0, len(metricNames))
	for _, m := range metricNames {
		names = append(names, m.name)
	}
	if s := Nearest(name, names); s != "" {
		return "; did you mean " + s + "?"
	}
	return "; the metrics are p95 (any percentile), " + strings.Join(append(names, more...), ", ")
}

// Nearest returns the one of names that word was probably meant to be, or ""
// when none is near.
func Nearest(word string, names []string) string { return spelling.Nearest(word, names) }
