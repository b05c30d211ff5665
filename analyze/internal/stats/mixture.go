package stats

// A Mixture is the distribution of a stretch of time as the sum of windows
// that lie end to end in it: what is left of the reconstruction when a run is
// too long for it. Seconds are covered about evenly, and nothing is solved.
type Mixture struct {
	grid      *Grid
	counts    []float64
	low, high []float64 // of the count below each edge, as differences
	f         []float64
}

// NewMixture returns an empty mixture.
func NewMixture(g *Grid) *Mixture {
	n := g.Len()
	return &Mixture{grid: g, counts: make([]float64, n), low: make([]float64, n+2), high: make([]float64, n+2), f: make([]float64, n)}
}

// Add adds n requests distributed as a window's knots say, all of them in
// cells lo to hi.
func (m *Mixture) Add(n float64, knots []Knot, lo, hi int) {
	if len(knots) == 0 || n <= 0 {
		return
	}
	from, to := m.grid.curve(knots, lo, hi, m.f)
	counts := m.counts[from:to]
	for j, v := range m.f[from:to] {
		counts[j] += n * v
	}
	below := 0.0
	at := lo + 1 // up to and with edge lo nothing is below
	for _, k := range knots {
		m.low[k.To] += n * (min(1, k.P) - below)
		// up to and with edge k.From no more than P are below
		m.high[min(at, k.From+1)] += n * (k.P - below)
		at = k.From + 1
		below = k.P
	}
	if below < 1 {
		m.low[hi+1] += n * (1 - below)
		m.high[at] += n * (1 - below)
	}
}

// Counts returns the requests by cell.
func (m *Mixture) Counts() []float64 { return m.counts }

// Limits returns the range of the latency at a rank; see Model.Limits.
func (m *Mixture) Limits(rank, share float64) (low, high float64) {
	lows, highs := make([]float64, len(m.low)), make([]float64, len(m.high))
	a, b := 0.0, 0.0
	for e := range m.low {
		a, b = a+m.low[e], b+m.high[e]
		lows[e], highs[e] = a, b
	}
	return m.grid.between(m.counts, rank, share,
		func(e int) float64 { return lows[e] }, func(e int) float64 { return highs[e] })
}
