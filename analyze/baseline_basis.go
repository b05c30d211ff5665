package analyze

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// A comparedMetric is a row of a comparison that is made of requests.
type comparedMetric struct {
	name string
	at   func(Window) measure.Value
	unit measure.Unit
	p    float64 // of a percentile; 0 none
}

var comparedMetrics = []comparedMetric{
	{"latency_mean", func(w Window) measure.Value { return w.Mean }, measure.Seconds, 0},
	{"latency_p50", func(w Window) measure.Value { return w.P50 }, measure.Seconds, .50},
	{"latency_p95", func(w Window) measure.Value { return w.P95 }, measure.Seconds, .95},
	{"latency_p99", func(w Window) measure.Value { return w.P99 }, measure.Seconds, .99},
	{"error_rate", func(w Window) measure.Value { return w.ErrorRate }, measure.Ratio, 0},
	{"rps", func(w Window) measure.Value { return w.RPS }, measure.PerSecond, 0},
}

// A basis is one side of a comparison: a run's plateau, from its files or from
// its results.json.
type basis struct {
	label     string
	plateau   string
	users     int
	figures   map[string]measure.Value
	sample    sample
	quantiles map[string]levels
	parts     map[loadtest.Endpoint]endpointPart
	mean      float64 // over all endpoints, s
	cpu       cpuBasis
}

// basisOf reduces a run to what a comparison looks at.
func basisOf(c *context) *basis {
	w, name := plateau(c)
	b := &basis{label: c.run.Label, plateau: name, users: peakUsers(w), figures: map[string]measure.Value{}, quantiles: map[string]levels{}, mean: math.NaN()}
	b.sample = sampleOf(c, w)
	for _, m := range comparedMetrics {
		b.figures[m.name] = m.at(w)
		if m.p > 0 {
			b.quantiles[m.name] = b.sample.percentiles(m.p)
		}
	}
	if c.history != nil && len(c.history.Endpoints) > 0 {
		b.parts, b.mean = sharesOf(c, w)
	}
	b.cpu = cpuOf(c, w)
	return b
}

// levels returns a metric window by window.
func (b *basis) levels(m comparedMetric) levels {
	if m.p > 0 {
		return b.quantiles[m.name]
	}
	return b.sample.series(m.name)
}

// mostWindows is how many windows a Basis keeps: more say nothing new, and a
// run of a day has 8,640.
const mostWindows = 720

// keep returns every how many windows one is kept.
func keep(n int) int { return max(1, (n+mostWindows-1)/mostWindows) }

// record returns the basis as it is kept in results.json. Of long runs every
// second window is left out, or more: what is left is a sample of the same.
func (c *context) record(b *basis) *loadtest.Basis {
	if len(b.figures) == 0 {
		return nil
	}
	out := &loadtest.Basis{
		Label: b.label, Start: fromUnix(c.start), Plateau: b.plateau, Users: b.users, Length: b.sample.length,
		Figures: map[string]loadtest.Bounds{}, Quantiles: map[string][]float64{}, QuantileSeconds: windowLength,
		CPUMetric: b.cpu.metric, CPUOf: b.cpu.of, Cores: b.cpu.cores,
	}
	for name, v := range b.figures {
		if x, ok := v.Float(); ok {
			low, high, _ := v.Limits()
			out.Figures[name] = loadtest.Bounds{Value: x, Low: low, High: high}
		}
	}
	if x, ok := b.cpu.value.Float(); ok {
		low, high, _ := b.cpu.value.Limits()
		out.Figures["cpu"] = loadtest.Bounds{Value: x, Low: low, High: high}
	}
	step := keep(len(b.sample.windows))
	for i := 0; i < len(b.sample.windows); i += step {
		w := b.sample.windows[i]
		out.Windows = append(out.Windows, loadtest.BasisWindow{Seconds: w.seconds, Requests: w.requests, Failed: w.failed, Latency: w.latency})
	}
	for name, l := range b.quantiles {
		if len(l.values) == 0 {
			continue
		}
		step := keep(len(l.values))
		var values []float64
		for i := 0; i < len(l.values); i += step {
			values = append(values, math.Exp(l.values[i]))
		}
		out.Quantiles[name], out.QuantileSeconds = values, l.seconds*float64(step)
	}
	for e, p := range b.parts {
		out.Endpoints = append(out.Endpoints, loadtest.BasisEndpoint{Endpoint: e, Share: p.share, Mean: p.mean})
	}
	slices.SortFunc(out.Endpoints, func(a, b loadtest.BasisEndpoint) int {
		return cmp.Or(-cmp.Compare(a.Share, b.Share), strings.Compare(a.Name, b.Name), strings.Compare(a.Method, b.Method))
	})
	step = keep(len(b.cpu.levels.amount))
	for i := 0; i < len(b.cpu.levels.amount); i += step {
		out.CPU = append(out.CPU, b.cpu.levels.amount[i]/b.cpu.levels.weight[i])
	}
	return out
}

// recalled makes one side of a comparison of what an earlier run's
// results.json holds.
func recalled(e *loadtest.Basis) *basis {
	b := &basis{label: e.Label, plateau: e.Plateau, users: e.Users, figures: map[string]measure.Value{}, quantiles: map[string]levels{}, mean: math.NaN()}
	src := measure.Source{File: e.File, Formula: "as an earlier run's results.json has it"}
	figure := func(name string, unit measure.Unit) measure.Value {
		f, ok := e.Figures[name]
		switch {
		case !ok || math.IsNaN(f.Value):
			return measure.None(unit, measure.NoSource, "a results.json in which this figure was measured")
		case f.Low == f.Value && f.High == f.Value:
			return measure.Of(f.Value, unit, src)
		}
		return measure.Within(f.Value, f.Low, f.High, unit, measure.Bounded, src)
	}
	for _, m := range comparedMetrics {
		b.figures[m.name] = figure(m.name, m.unit)
		if values, ok := e.Quantiles[m.name]; ok {
			l := levels{seconds: e.QuantileSeconds, length: e.Length}
			for _, v := range values {
				l.values = append(l.values, logOf(v))
			}
			b.quantiles[m.name] = l
		}
	}
	b.sample.length = e.Length
	for _, w := range e.Windows {
		b.sample.windows = append(b.sample.windows, piece{seconds: w.Seconds, requests: w.Requests, failed: w.Failed, latency: w.Latency})
		b.sample.seconds += w.Seconds
	}
	if len(e.Endpoints) > 0 {
		b.parts, b.mean = map[loadtest.Endpoint]endpointPart{}, 0
		for _, p := range e.Endpoints {
			b.parts[p.Endpoint] = endpointPart{p.Share, p.Mean}
			b.mean += p.Share * p.Mean
		}
	}
	b.cpu = cpuBasis{metric: e.CPUMetric, of: e.CPUOf, cores: e.Cores, value: figure("cpu", measure.Ratio), levels: levels{seconds: windowLength, length: e.Length}}
	for _, v := range e.CPU {
		b.cpu.levels.add(v, windowLength)
	}
	return b
}
