package analyze

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
)

// windowLength is the seconds that a percentile of the history covers, and so
// the shortest stretches that share no request.
const windowLength = 10

// A sample is a plateau cut into windows that do not overlap.
type sample struct {
	windows []piece
	seconds float64 // that the windows cover
	length  float64 // of the whole plateau, s
	page    *loadtest.Page
	from    float64 // Unix s
	to      float64
	history *loadtest.History
}

// A piece is one window of ten seconds or so.
type piece struct {
	at                        int // sample at its end
	seconds, requests, failed float64
	latency                   float64 // Σ, s; NaN when it cannot be told
}

// sampleOf cuts a window of a run up. The first ten seconds of a long plateau
// are left out: they answer requests of the ramp.
func sampleOf(c *context, w Window) sample {
	h := c.history
	s := sample{page: c.run.Page, history: h, length: w.End - w.Start}
	if h == nil || w.To <= w.From {
		return s
	}
	at := max(w.From, firstEdge(h), 0)
	if w.End-w.Start >= 6*windowLength {
		for at < w.To && c.edge(at) < c.edge(max(w.From, 0))+windowLength {
			at++
		}
	}
	length := int64(windowLength)
	if h.Step > 1.5 { // whole steps of a master's counters
		length = int64(math.Ceil(windowLength/h.Step) * h.Step)
	}
	s.from, s.to = c.edge(at), c.edge(w.To)
	for i := at + 1; i <= w.To; i++ {
		if h.Time[i]-h.Time[at] < length {
			continue
		}
		if p, ok := pieceOf(c, at, i); ok {
			s.windows = append(s.windows, p)
			s.seconds += p.seconds
		}
		at = i
	}
	return s
}

// pieceOf reduces the samples after from up to to; a reset in between leaves
// nothing to reduce.
func pieceOf(c *context, from, to int) (piece, bool) {
	t := &c.history.Total
	spans := spansOf(c.history, from, to)
	if len(spans) != 1 || spans[0].from < 0 {
		return piece{}, false
	}
	sp := spans[0]
	p := piece{at: to, seconds: c.edge(to) - c.edge(from), requests: float64(sp.delta(t.Requests)), failed: float64(sp.delta(t.Failures))}
	p.latency = float64(t.Requests[to]) * t.Mean[to]
	if t.Requests[from] > 0 {
		p.latency -= float64(t.Requests[from]) * t.Mean[from]
	}
	return p, p.seconds > 0
}

// levels are a metric's values in the windows of one run.
type levels struct {
	values []float64 // in log units, NaN where a window has none
	// weight and amount, where not nil, make the level Σamount/Σweight, which
	// windows without requests do not upset.
	amount, weight []float64
	seconds        float64 // that each value stands for
	length         float64 // of the plateau, s
}

// series returns the mean latency or the throughput of the windows.
func (s sample) series(metric string) levels {
	l := s.empty()
	for _, w := range s.windows {
		amount, weight := w.requests, w.seconds
		if metric == "latency_mean" {
			amount, weight = w.latency, w.requests
		}
		l.amount, l.weight = append(l.amount, amount), append(l.weight, weight)
		l.values = append(l.values, logOf(amount/weight))
	}
	if slices.ContainsFunc(l.amount, math.IsNaN) {
		return levels{seconds: l.seconds, length: l.length}
	}
	return l
}

func (s sample) empty() levels {
	l := levels{seconds: windowLength, length: s.length}
	if len(s.windows) > 0 {
		l.seconds = s.seconds / float64(len(s.windows))
	}
	return l
}

// percentiles returns a latency percentile of the windows.
func (s sample) percentiles(p float64) levels {
	l := s.empty()
	if values := s.rowPercentiles(p); values != nil {
		l.values = values
		return l
	}
	l.values, l.seconds = s.pagePercentiles(p)
	return l
}

// add adds a window of that many seconds in which the metric had a mean of v.
func (l *levels) add(v, seconds float64) {
	l.amount, l.weight = append(l.amount, v*seconds), append(l.weight, seconds)
	l.values = append(l.values, logOf(v))
}

// rowPercentiles are the percentiles of the rows at the windows' ends, where
// the history's are of the last ten seconds.
func (s sample) rowPercentiles(p float64) []float64 {
	h := s.history
	if h == nil || h.Scope != loadtest.Windowed {
		return nil
	}
	k := slices.IndexFunc(h.Percentiles, func(q float64) bool { return math.Abs(q-p) < 1e-9 })
	if k < 0 {
		return nil
	}
	var out []float64
	for _, w := range s.windows {
		out = append(out, logOf(float64(h.Total.Quantiles[w.at*len(h.Percentiles)+k])))
	}
	return out
}

// pagePercentiles are those of the HTML report's charts, every ten seconds.
func (s sample) pagePercentiles(p float64) (values []float64, seconds float64) {
	if s.page == nil || p != .5 && p != .95 {
		return nil, windowLength
	}
	last := s.from
	for _, w := range s.page.Windows {
		if w.Time-last < windowLength-.5 || w.Time > s.to {
			continue
		}
		last = w.Time
		if p == .5 {
			values = append(values, logOf(w.P50))
		} else {
			values = append(values, logOf(w.P95))
		}
	}
	return values, windowLength
}

// logOf is the logarithm of a positive number, else NaN.
func logOf(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 1) {
		return math.NaN()
	}
	return math.Log(x)
}

// finite returns the values that are there.
func (l levels) finite() []float64 {
	return slices.DeleteFunc(slices.Clone(l.values), math.IsNaN)
}

// block is the number of windows that depend on each other: of 30 s, or twice
// the time over which the run remembers itself.
func (l levels) block() int {
	tau := stats.AutocorrelationTime(l.finite()) * l.seconds
	return max(1, int(math.Ceil(max(30, 2*tau)/l.seconds-1e-9)))
}

// independent is how many independent stretches the windows make.
func (l levels) independent() float64 { return float64(len(l.finite())) / float64(l.block()) }

// beyond reports whether every window lies above every window of the other run
// by at least the overwhelming factor. It takes three windows of each.
func (l levels) beyond(other levels) bool {
	a, b := l.finite(), other.finite()
	return len(a) >= 3 && len(b) >= 3 && slices.Min(a)-slices.Max(b) >= math.Log(overwhelming)
}

// bootstraps is the number of resamples.
const bootstraps = 1000

// error returns the standard error of a run's level, in log units: the spread
// of levels of runs made of blocks of its windows. The generator's seed is
// fixed, so that the same files give the same bytes.
func (l levels) error() float64 {
	n, length := len(l.values), l.block()
	if n < 2 {
		return math.NaN()
	}
	random := rand.New(rand.NewPCG(0x7065616b, 0x6c6f6164))
	index, means := make([]int, n), make([]float64, bootstraps)
	for r := range means {
		stats.MovingBlocks(random, index, n, length)
		means[r] = l.level(index)
	}
	return stats.StandardDeviation(means) * stats.BlockSpread(n, length)
}

// level is the run's level from the windows at index.
func (l levels) level(index []int) float64 {
	amount, weight := 0.0, 0.0
	for _, i := range index {
		switch {
		case l.amount != nil:
			amount += l.amount[i]
			weight += l.weight[i]
		case !math.IsNaN(l.values[i]):
			amount += l.values[i]
			weight++
		}
	}
	if l.amount != nil {
		return logOf(amount / weight)
	}
	return amount / weight
}

// spread returns the standard error of the difference of two runs' levels and
// its degrees of freedom: the independent stretches of both, less two.
func spread(a, b levels) (se, df float64) {
	return math.Hypot(a.error(), b.error()), a.independent() + b.independent() - 2
}

// proportion is the sample's failures and requests.
func (s sample) proportion(phi float64) stats.Proportion {
	p := stats.Proportion{Phi: phi}
	for _, w := range s.windows {
		p.K += w.failed
		p.N += w.requests
	}
	return p
}

// overdispersion is φ of the failures in stretches of 30 s, or in the windows
// of a run too short for that.
func (s sample) overdispersion() float64 {
	for _, length := range []int{3, 1} {
		var failed, requests []float64
		for i := 0; i+length <= len(s.windows); i += length {
			f, n := 0.0, 0.0
			for _, w := range s.windows[i : i+length] {
				f += w.failed
				n += w.requests
			}
			failed, requests = append(failed, f), append(requests, n)
		}
		if len(requests) >= enoughBlocks || length == 1 {
			return stats.Overdispersion(failed, requests)
		}
	}
	return 1
}

// errorLevels are the windows' error rates, a rate of none standing as one
// tenth of a percent so that it has a logarithm.
func (s sample) errorLevels() levels {
	l := levels{seconds: windowLength}
	for _, w := range s.windows {
		if w.requests > 0 {
			l.values = append(l.values, math.Log(max(w.failed/w.requests, materialErrors)))
		}
	}
	return l
}
