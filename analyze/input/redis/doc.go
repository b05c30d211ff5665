// Package redis reads what redis-cli prints: INFO, whole or grepped, and
// --stat; and the answer of memcached's stats.
package redis

import (
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

const component = "cache"

// Parser reads redis-cli's INFO and --stat.
func Parser() capture.Parser {
	return capture.Parser{Kind: "redis_info", What: "redis-cli INFO", Sniff: sniff, New: func() func(*capture.Sample, func(capture.Reading)) {
		return parse
	}}
}

// field cuts a line of INFO.
func field(line string) (name, value string, ok bool) {
	line = strings.TrimRight(line, "\r ")
	i := strings.IndexByte(line, ':')
	if i <= 0 || !isName(line[:i]) && !errorStat(line) {
		return "", "", false
	}
	return line[:i], line[i+1:], true
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= 'a' && c <= 'z' || i > 0 && (c == '_' || c >= '0' && c <= '9')) {
			return false
		}
	}
	return true
}

// errorStat reports a line of a section whose names are not all lower case.
func errorStat(line string) bool {
	return strings.HasPrefix(line, "errorstat_") || strings.HasPrefix(line, "cmdstat_") || strings.HasPrefix(line, "latency_percentiles_usec_") || strings.HasPrefix(line, "module:")
}

func sniff(lines []string) bool {
	return slices.ContainsFunc(lines, func(l string) bool {
		name, _, ok := field(l)
		return ok && own(name) || refused(l) || isStatHeader(l)
	})
}

// own reports whether a name is one that only INFO has.
func own(name string) bool {
	_, known := fields[name]
	return known || slices.Contains(others, name)
}

// others are names of INFO without a figure of ours, by which a grepped INFO
// is known.
var others = []string{"redis_version", "valkey_version", "used_memory_human", "used_memory_peak", "used_memory_peak_human", "maxmemory_human", "maxmemory_policy",
	"used_cpu_sys", "used_cpu_user", "role", "connected_slaves", "total_system_memory", "total_error_replies", "keyspace_hit_rate"}

// fields are the fields that are a figure as they stand.
var fields = map[string]string{
	"uptime_in_seconds":          "uptime_seconds",
	"connected_clients":          "connections",
	"maxclients":                 "connections_limit",
	"blocked_clients":            "clients_blocked",
	"used_memory":                "memory_bytes",
	"used_memory_rss":            "memory_rss_bytes",
	"maxmemory":                  "memory_limit_bytes",
	"mem_fragmentation_ratio":    "fragmentation_ratio",
	"total_connections_received": "connections_total",
	"rejected_connections":       "connections_refused_total",
	"total_commands_processed":   "commands_total",
	"instantaneous_ops_per_sec":  "commands_per_second",
	"keyspace_hits":              "hits_total",
	"keyspace_misses":            "misses_total",
	"evicted_keys":               "evictions_total",
	"expired_keys":               "expired_total",
}

// refused reports redis-cli's message that the server is not there.
func refused(line string) bool {
	return strings.HasPrefix(line, "Could not connect to Redis at ")
}
