package json

import (
	"github.com/peakload/peakload/analyze"
)

type bottleneck struct {
	Rank           int            `json:"rank"`
	Kind           string         `json:"kind"`
	Component      string         `json:"component"`
	Symptom        string         `json:"symptom"`
	Impact         string         `json:"impact"`
	Recommendation string         `json:"recommendation"`
	Score          float64        `json:"score"` // 0 to 1
	Onset          *float64       `json:"onset_s"`
	Suspected      bool           `json:"suspected"`   // the evidence is not enough to establish it
	Consequence    *string        `json:"consequence"` // null: a cause of its own
	Evidence       []evidenceItem `json:"evidence"`
}

type evidenceItem struct {
	Text   string `json:"text"`
	Figure figure `json:"figure"`
}

type ruledOut struct {
	Kind string `json:"kind"`
	Why  string `json:"why"`
}

// bottlenecksOf are the findings by rank.
func bottlenecksOf(fs []analyze.Finding) []bottleneck {
	out := []bottleneck{}
	for i, f := range fs {
		b := bottleneck{
			Rank: i + 1, Kind: f.Kind, Component: f.Component, Symptom: f.Symptom, Impact: f.Impact, Recommendation: f.Recommendation,
			Score: f.Score, Onset: finite(f.Onset), Suspected: f.Suspected, Consequence: stated(f.Consequence), Evidence: []evidenceItem{},
		}
		for _, e := range f.Evidence {
			b.Evidence = append(b.Evidence, evidenceItem{e.Text, figure{e.Figure, e.Figure.Unit()}})
		}
		out = append(out, b)
	}
	return out
}

func notLookedAtOf(gs []analyze.Gap) []notLookedAt {
	out := []notLookedAt{}
	for _, g := range gs {
		out = append(out, notLookedAt{g.Kind, g.Need})
	}
	return out
}

func ruledOutOf(rs []analyze.Ruled) []ruledOut {
	out := []ruledOut{}
	for _, r := range rs {
		out = append(out, ruledOut{r.Kind, r.Why})
	}
	return out
}

func recommendationsOf(d analyze.Diagnosis) recommendations {
	s := d.Scaling
	return recommendations{
		Immediate: list(d.Immediate), Capacity: list(d.Capacity),
		Scaling: scaling{stated(s.Horizontal), stated(s.Vertical), stated(s.AutoScaling), stated(s.LoadBalancing)},
	}
}
