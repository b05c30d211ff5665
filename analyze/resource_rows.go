package analyze

import (
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
)

// A resourceRow is a row that resource tables have.
type resourceRow struct {
	metric string // results.json's
	title  string
	unit   measure.Unit
	tracks []string // metrics that it can rest on, the best first
	// labels are what documents call it: each is words that must all be there.
	labels [][]string
}

// resourceRows are the rows that peakload knows. The more particular labels
// come first.
var resourceRows = []resourceRow{
	{"cpu", "CPU Usage", measure.Ratio, []string{"cpu_ratio", "cpu_cores"}, [][]string{{"cpu"}, {"processor"}}},
	{"memory", "Memory Usage", measure.Bytes, []string{"memory_bytes"}, [][]string{{"memory"}, {"ram"}, {"rss"}}},
	{"connection_pool", "Connection Pool", measure.Count, []string{"pool_in_use"}, [][]string{{"pool"}}},
	{"worker_threads", "Worker Threads", measure.Count, []string{"worker_threads"}, [][]string{{"worker"}, {"workers"}, {"thread"}, {"threads"}}},
	{"request_queue", "Request Queue", measure.Count, []string{"request_queue"}, [][]string{{"queue"}, {"backlog"}}},
	{"connections", "Connections", measure.Count, []string{"connections"}, [][]string{{"connections"}, {"sessions"}}},
	{"query_latency", "Query Latency", measure.Seconds, []string{"query_latency_seconds", "query_latency_p95_seconds"}, [][]string{{"query", "latency"}, {"query", "time"}, {"latency"}}},
	{"lock_waits", "Lock Waits", measure.Count, []string{"lock_waits", "connections_waiting"}, [][]string{{"lock"}, {"locks"}}},
	{"hit_rate", "Hit Rate", measure.Ratio, []string{"hit_ratio"}, [][]string{{"hit"}, {"hits"}}},
	{"commands", "Commands/sec", measure.PerSecond, []string{"commands_per_second"}, [][]string{{"commands"}, {"ops"}, {"operations"}}},
	{"evictions", "Evictions", measure.Count, []string{"evictions_per_second"}, [][]string{{"evictions"}, {"evicted"}, {"eviction"}}},
	{"swap", "Swap", measure.Bytes, []string{"swap_used_bytes"}, [][]string{{"swap"}}},
	{"open_files", "Open Files", measure.Count, []string{"open_files"}, [][]string{{"files"}, {"descriptors"}}},
	{"disk", "Disk Usage", measure.Ratio, []string{"disk_busy_ratio"}, [][]string{{"disk"}, {"io"}}},
	{"network_received", "Network Received", measure.PerSecond, []string{"network_received_bytes_per_second"}, [][]string{{"network", "received"}, {"network", "in"}, {"receive"}}},
	{"network_sent", "Network Sent", measure.PerSecond, []string{"network_sent_bytes_per_second"}, [][]string{{"network", "sent"}, {"network", "out"}, {"network"}}},
}

// rowLabelled returns the row that a label names; nil for one that is not known.
func rowLabelled(label string) *resourceRow {
	words := wordsOf(label)
	for i := range resourceRows {
		for _, all := range resourceRows[i].labels {
			if !slices.ContainsFunc(all, func(w string) bool { return !slices.Contains(words, w) }) {
				return &resourceRows[i]
			}
		}
	}
	return nil
}

// rowNamed returns the row of a metric of results.json.
func rowNamed(metric string) *resourceRow {
	i := slices.IndexFunc(resourceRows, func(r resourceRow) bool { return r.metric == metric })
	if i < 0 {
		return nil
	}
	return &resourceRows[i]
}

// standardRows are the rows that every run is asked for, by component.
var standardRows = []struct {
	component string
	metrics   []string
}{
	{"app", []string{"cpu", "memory", "worker_threads", "request_queue"}},
	{"database", []string{"connections", "cpu", "query_latency", "lock_waits"}},
	{"cache", []string{"memory", "hit_rate", "commands", "evictions"}},
	{"load_generator", []string{"cpu", "memory"}},
	{"host", []string{"cpu", "memory"}},
}

// ComponentWords names a component for people: "database".
func ComponentWords(component string) string {
	switch component {
	case "app":
		return "application"
	case "load_generator":
		return "load generator"
	}
	return strings.ReplaceAll(component, "_", " ")
}
