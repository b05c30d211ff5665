package plan

// LabelMetric returns the metric that the label of a table's row or column
// names ("P99.9 Latency", "Avg response time", "Errors %", "System
// Stability"), with its percentile. ok is false for labels that ask for
// something else.
func LabelMetric(label string) (m Metric, p float64, ok bool) { return labelMetric(label) }
