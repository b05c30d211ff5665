package json

import "github.com/peakload/peakload/analyze"

// A trend is this run as the last of a row of runs at the same load.
type trend struct {
	Points  []trendPoint  `json:"points"`
	Changes []trendChange `json:"changes"`
	Notes   []string      `json:"notes"`
}

type trendPoint struct {
	Label string  `json:"label"`
	Start *string `json:"start"`
	File  *string `json:"file"` // null: this run
	Users int     `json:"users"`
	Mean  figure  `json:"latency_mean"`
	P50   figure  `json:"latency_p50"`
	P95   figure  `json:"latency_p95"`
	P99   figure  `json:"latency_p99"`
	Error figure  `json:"error_rate"`
	RPS   figure  `json:"rps"`
}

// A trendChange is a metric that went to another level at a point.
type trendChange struct {
	Metric string  `json:"metric"`
	At     int     `json:"at"` // index of the first point at the new level
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	P      float64 `json:"p"`
}

func trendOf(t *analyze.Trend) *trend {
	if t == nil {
		return nil
	}
	out := &trend{Points: []trendPoint{}, Changes: []trendChange{}, Notes: list(t.Notes)}
	for _, p := range t.Points {
		out.Points = append(out.Points, trendPoint{
			Label: p.Label, Start: instant(p.Start), File: stated(p.File), Users: p.Users,
			Mean: seconds(p.Figures["latency_mean"]), P50: seconds(p.Figures["latency_p50"]), P95: seconds(p.Figures["latency_p95"]),
			P99: seconds(p.Figures["latency_p99"]), Error: ratio(p.Figures["error_rate"]), RPS: perSecond(p.Figures["rps"]),
		})
	}
	for _, c := range t.Changes {
		out.Changes = append(out.Changes, trendChange(c))
	}
	return out
}
