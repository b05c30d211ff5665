package redis

import (
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// Memcached reads the answer to memcached's stats: lines STAT NAME VALUE.
func Memcached() capture.Parser {
	return capture.Parser{Kind: "memcached", What: "memcached's stats",
		Sniff: func(lines []string) bool {
			return slices.ContainsFunc(lines, func(l string) bool {
				return strings.HasPrefix(l, "STAT curr_items ") || strings.HasPrefix(l, "STAT get_hits ")
			})
		},
		New: func() func(*capture.Sample, func(capture.Reading)) { return parseMemcached }}
}

var memcachedFields = map[string]string{
	"uptime": "uptime_seconds", "curr_connections": "connections", "max_connections": "connections_limit",
	"bytes": "memory_bytes", "limit_maxbytes": "memory_limit_bytes", "curr_items": "keys",
	"get_hits": "hits_total", "get_misses": "misses_total", "evictions": "evictions_total", "expired_unfetched": "expired_total",
	"rejected_connections": "connections_refused_total",
}

func parseMemcached(s *capture.Sample, add func(capture.Reading)) {
	for i, line := range s.Lines {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] != "STAT" {
			if strings.TrimSpace(line) == "END" && i > 0 && s.Used(i-1) {
				s.Use(i, i+1)
			}
			continue
		}
		s.Use(i, i+1)
		if metric, ok := memcachedFields[f[1]]; ok {
			add(capture.Reading{Component: component, Metric: metric, Value: decimal(f[2]), Line: s.Line + i})
		}
	}
}
