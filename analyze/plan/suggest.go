package plan

import "strings"

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
// when none is near: at most a third of its letters may differ.
func Nearest(word string, names []string) string {
	best, nearest := "", 0
	for _, n := range names {
		if len(word) > 64 || len(n) > 64 {
			continue
		}
		d := distance(strings.ToLower(word), strings.ToLower(n))
		if d*3 <= max(len(n), 3) && (best == "" || d < nearest) {
			best, nearest = n, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to make a of b (Damerau's, restricted to one edit a place).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var before []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		next := make([]int, len(y)+1)
		next[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(y)]
}
