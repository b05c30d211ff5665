package analyze

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// limitLogged are the ways in which a line on a killed process states its
// memory limit, the surer first: "limit=350MB", "limit of 512Mi", "1 GB memory
// limit".
var limitLogged = [...]*regexp.Regexp{
	regexp.MustCompile(`(?i)\blimit(?:\s+of|\s+is)?\s*[:=]?\s*(\d+(?:\.\d+)?)\s*([kmg])i?b?\b`),
	regexp.MustCompile(`(?i)\b(\d+(?:\.\d+)?)\s*([kmg])i?b?\s+(?:memory\s+)?limit\b`),
}

// memoryLimitLogged is the memory limit, in bytes, that the application's log
// names where it tells that a process was ended for want of memory; NaN where
// it names none.
func (c *context) memoryLimitLogged() float64 {
	for _, e := range c.logged("memory", "crash").events {
		if e.Class != "memory" && !namesMemory(e.Example) {
			continue
		}
		for _, way := range limitLogged {
			m := way.FindStringSubmatch(e.Example)
			if m == nil {
				continue
			}
			if n, err := strconv.ParseFloat(m[1], 64); err == nil && n > 0 {
				return n * math.Pow(1024, float64(1+strings.Index("kmg", strings.ToLower(m[2]))))
			}
		}
	}
	return math.NaN()
}

// limitOfLog gives the application's memory the limit that its log names. One
// that the figure goes far beyond is of one of several processes.
func (c *context) limitOfLog(tr *Track) (float64, string, bool) {
	if tr.Component != "app" || tr.Metric != "memory_bytes" || len(tr.Value) == 0 {
		return 0, "", false
	}
	n := c.memoryLimitLogged()
	if math.IsNaN(n) || slices.Max(tr.Value) > 1.1*n {
		return 0, "", false
	}
	return n, "the limit that its log names", true
}
