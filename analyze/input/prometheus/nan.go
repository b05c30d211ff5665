package prometheus

// nothing takes a quotient that was NaN throughout: nothing was divided by
// nothing. Of no look-ups there is no share of hits, of no queries no latency;
// that there were none is what the figures below say.
func (m *matrix) nothing(f figure, r result) {
	var metrics []string
	switch f.metric {
	case "hit_ratio":
		metrics = []string{"hits_total", "misses_total"}
	case "query_latency", "query_latency_seconds":
		metrics = []string{"query_latency_seconds"}
	}
	for _, f.metric = range metrics {
		if m.of[f] == nil {
			m.order = append(m.order, f)
			m.of[f] = []result{{time: r.time, value: r.value}}
		}
	}
}
