package json

import (
	"math"
	"slices"
	"strconv"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A basis is what a later run is compared with when this file is all that is
// left of the run: the plateau, in windows of ten seconds or so.
type basis struct {
	Plateau string                 `json:"plateau"`
	Users   int                    `json:"users"`
	Length  *float64               `json:"length_s"`
	Figures map[string]basisFigure `json:"figures"`
	Windows basisWindows           `json:"windows"`
	// Quantiles are in s, null where a window has none.
	Quantiles       map[string][]*float64 `json:"quantiles"`
	QuantileSeconds float64               `json:"quantile_window_s"`
	Endpoints       []basisEndpoint       `json:"endpoints"`
	CPU             []*float64            `json:"cpu"`
	CPUMetric       *string               `json:"cpu_metric"`
	CPUOf           *string               `json:"cpu_of"`
	Cores           *float64              `json:"cores"`
}

type basisFigure struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// basisWindows has one element a window in each list.
type basisWindows struct {
	Seconds  []*float64 `json:"seconds"`
	Requests []*float64 `json:"requests"`
	Failed   []*float64 `json:"failed"`
	Latency  []*float64 `json:"latency_sum_s"`
}

type basisEndpoint struct {
	Method string   `json:"method"`
	Name   string   `json:"name"`
	Share  *float64 `json:"share"`
	Mean   *float64 `json:"latency_mean_s"`
}

func basisOf(b *loadtest.Basis) *basis {
	if b == nil {
		return nil
	}
	out := &basis{
		Plateau: b.Plateau, Users: b.Users, Length: short(b.Length), Figures: map[string]basisFigure{}, Quantiles: map[string][]*float64{},
		QuantileSeconds: b.QuantileSeconds, Endpoints: []basisEndpoint{}, CPU: shorts(b.CPU), CPUMetric: stated(b.CPUMetric), CPUOf: stated(b.CPUOf), Cores: short(b.Cores),
	}
	for name, f := range b.Figures {
		out.Figures[name] = basisFigure{short(f.Value), short(f.Low), short(f.High)}
	}
	for name, values := range b.Quantiles {
		out.Quantiles[name] = shorts(values)
	}
	w := &out.Windows
	w.Seconds, w.Requests, w.Failed, w.Latency = []*float64{}, []*float64{}, []*float64{}, []*float64{}
	for _, x := range b.Windows {
		w.Seconds, w.Requests = append(w.Seconds, short(x.Seconds)), append(w.Requests, short(x.Requests))
		w.Failed, w.Latency = append(w.Failed, short(x.Failed)), append(w.Latency, short(x.Latency))
	}
	for _, e := range b.Endpoints {
		out.Endpoints = append(out.Endpoints, basisEndpoint{e.Method, e.Name, short(e.Share), short(e.Mean)})
	}
	return out
}

// short rounds to nine digits: what a window counted is known to no more. A
// number that is missing, or none, is null.
func short(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 9, 64), 64)
	return &v
}

func shorts(xs []float64) []*float64 {
	out := slices.Grow([]*float64{}, len(xs))
	for _, x := range xs {
		out = append(out, short(x))
	}
	return out
}
