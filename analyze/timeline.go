package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
)

// timeline returns the run sample by sample, for charts.
func (c *context) timeline() Timeline {
	if c.history == nil {
		return c.pageTimeline()
	}
	h := c.history
	n := len(h.Time)
	t := Timeline{Time: make([]float64, n), Users: make([]float64, n), RPS: gaps(n), Errors: gaps(n), Mean: gaps(n),
		P50: gaps(n), P95: gaps(n), P99: gaps(n)}
	// Five seconds around the sample, or two steps of a master.
	half := 2
	if h.Step > 1.5 {
		half = int(math.Ceil(h.Step))
	}
	for _, seg := range segments(h) {
		for i := seg.From; i <= seg.To; i++ {
			t.Time[i] = round3(c.at(i))
			t.Users[i] = float64(h.Users[i])
			sp := span{from: max(i-half, seg.From), to: min(i+half, seg.To)}
			if sp.to > sp.from {
				c.smoothed(&t, i, sp)
			}
		}
	}
	c.quantileLines(&t)
	return t
}

// smoothed sets sample i's rate, errors and mean from the counters' differences
// over the span.
func (c *context) smoothed(t *Timeline, i int, sp span) {
	s := &c.history.Total
	d := c.edge(sp.to) - c.edge(sp.from)
	n, f := float64(sp.delta(s.Requests)), float64(sp.delta(s.Failures))
	if d > 0 {
		t.RPS[i] = n / d
	}
	if n <= 0 {
		return
	}
	t.Errors[i] = f / n
	sum := float64(s.Requests[sp.to]) * s.Mean[sp.to]
	if s.Requests[sp.from] > 0 {
		sum -= float64(s.Requests[sp.from]) * s.Mean[sp.from]
	}
	if m := sum / n; m >= 0 {
		t.Mean[i] = m
	}
}

// quantileLines sets the percentile lines from the history's rows where those
// are windowed, else from the HTML report's points.
func (c *context) quantileLines(t *Timeline) {
	h := c.history
	if h.Scope == loadtest.Windowed {
		t.PercentileSource = h.File + ": each row covers the ten seconds before it"
		for k, p := range h.Percentiles {
			line := map[float64][]float64{.5: t.P50, .95: t.P95, .99: t.P99}[p]
			if line == nil {
				continue
			}
			for i := range line {
				// During a stall Locust prints what it last had: no figure then.
				if x := float64(h.Total.Quantiles[i*len(h.Percentiles)+k]); x > 0 && !c.silent(i) {
					line[i] = x
				}
			}
		}
		return
	}
	pg := c.run.Page
	if pg == nil || len(pg.Windows) == 0 {
		return
	}
	t.PercentileSource = pg.File + ": each point covers the ten seconds before it"
	for _, w := range pg.Windows {
		i := c.sampleAt(w.Time - c.start + .5)
		if i < 0 || math.Abs(c.edge(i)-w.Time) > 3 {
			continue
		}
		t.P50[i], t.P95[i] = w.P50, w.P95
	}
}

// silent reports whether no request completed in the five seconds before a
// sample.
func (c *context) silent(i int) bool {
	h := c.history
	j := i
	for j > 0 && c.edge(i)-c.edge(j-1) <= 5 {
		j--
	}
	return i-j >= 3 && h.Total.Requests[i] == h.Total.Requests[j]
}

// pageTimeline returns what the HTML report alone shows of the course of a run.
func (c *context) pageTimeline() Timeline {
	pg := c.run.Page
	if pg == nil || len(pg.Windows) == 0 {
		return Timeline{}
	}
	n := len(pg.Windows)
	t := Timeline{Time: make([]float64, n), Users: make([]float64, n), RPS: gaps(n), Errors: gaps(n), Mean: gaps(n),
		P50: gaps(n), P95: gaps(n), P99: gaps(n), PercentileSource: pg.File + ": each point covers the ten seconds before it"}
	start := c.start
	if math.IsNaN(start) {
		start = pg.Windows[0].Time
	}
	for i, w := range pg.Windows {
		t.Time[i], t.Users[i], t.RPS[i] = round3(w.Time-start), float64(w.Users), w.Rate
		t.P50[i], t.P95[i] = w.P50, w.P95
	}
	return t
}

func gaps(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}

func round3(x float64) float64 { return math.Round(x*1000) / 1000 }
