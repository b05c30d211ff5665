package prometheus

import (
	"math"
	"slices"
	"strconv"
)

// histograms are the latencies of one instant, as the application's histograms
// counted them since the instant before.
type histograms struct {
	order []figure // metric is "latency" or "query_latency"
	of    map[figure]*histogram
}

type histogram struct {
	bound      []float64 // upper bounds
	count      []float64 // requests up to each
	sum, total float64
	scale      float64
	line       int
}

// take adds a sample of a latency histogram or summary.
func (h *histograms) take(c *converter, time float64, s sample, n *name) {
	growth, _, ok := c.growth(time, s)
	if !ok || math.IsNaN(growth) {
		return
	}
	f := figure{component: n.component, target: s.target(), metric: n.metric}
	if h.of == nil {
		h.of = map[figure]*histogram{}
	}
	x := h.of[f]
	if x == nil {
		x = &histogram{scale: n.scale, line: s.line}
		h.of[f] = x
		h.order = append(h.order, f)
	}
	switch n.part {
	case "_sum":
		x.sum += growth
	case "_count":
		x.total += growth
	default:
		bound, err := strconv.ParseFloat(s.labels["le"], 64)
		if err != nil {
			return
		}
		i, ok := slices.BinarySearch(x.bound, bound)
		if !ok {
			x.bound = slices.Insert(x.bound, i, bound)
			x.count = slices.Insert(x.count, i, 0)
		}
		x.count[i] += growth
	}
}

// give calls add for the mean and for the quantiles that the requests of the
// instant suffice for.
func (h *histograms) give(add func(figure, float64, int)) {
	for _, f := range h.order {
		x := h.of[f]
		if x.total > 0 && !math.IsInf(x.sum, 0) {
			mean := f
			mean.metric += "_mean_seconds"
			if f.metric == "query_latency" {
				mean.metric = "query_latency_seconds"
			}
			add(mean, x.sum/x.total*x.scale, x.line)
		}
		for _, q := range []struct {
			name string
			q    float64
		}{{"_p50_seconds", .5}, {"_p95_seconds", .95}, {"_p99_seconds", .99}} {
			if f.metric == "query_latency" && q.q != .95 {
				continue
			}
			if v, ok := x.quantile(q.q); ok {
				at := f
				at.metric += q.name
				add(at, v*x.scale, x.line)
			}
		}
	}
}

// quantile interpolates within a bucket, as Prometheus's histogram_quantile
// does (promql/quantile.go). One that fewer than one request lies beyond, or
// that lies above the highest bound, is not known.
func (x *histogram) quantile(q float64) (float64, bool) {
	n := len(x.bound)
	if n < 2 || !math.IsInf(x.bound[n-1], 1) {
		return 0, false
	}
	all := x.count[n-1]
	if all*(1-q) < 1-1e-9 {
		return 0, false
	}
	rank := q * all
	low, below := 0.0, 0.0
	for i, bound := range x.bound {
		if x.count[i] >= rank {
			if i == n-1 || i == 0 && bound <= 0 {
				return 0, false
			}
			if in := x.count[i] - below; in > 0 {
				return low + (bound-low)*(rank-below)/in, true
			}
			return bound, true
		}
		low, below = bound, x.count[i]
	}
	return 0, false
}
