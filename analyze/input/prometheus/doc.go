// Package prometheus reads what Prometheus and its kin know of a load test:
// snapshots of the text that they scrape, answers of query_range that somebody
// kept as files, and, live, a server's HTTP API.
//
// The text format is https://prometheus.io/docs/instrumenting/exposition_formats/,
// the API https://prometheus.io/docs/prometheus/latest/querying/api/. Thanos,
// Mimir and VictoriaMetrics speak the same.
package prometheus

// The kinds of input, as loadtest.Input's.
const (
	KindText  = "prometheus_text"  // snapshots of the text format
	KindQuery = "prometheus_query" // answers of the API in files
	KindLive  = "prometheus"       // answers of the API
)
