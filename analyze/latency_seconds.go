package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
)

// seconds brackets how many requests a series had completed by the end of
// each whole second of one segment.
//
// A row says how many had been completed when it was written, somewhere
// inside a second. Requests/s says more: it is the mean of the ten whole
// seconds [L−12, L−2), where L is the second of the last completion of all
// (stats.py, StatsEntry.current_rps), so that it relates the ends of two
// seconds ten apart exactly. Chained to the start, where nothing had been
// completed, it gives nearly every second's own count.
type seconds struct {
	from      int64 // second before the first that is bracketed; nothing was completed by its end
	low, high []float64
}

// by returns the bracket of the number completed by the end of second u.
func (s *seconds) by(u int64) (low, high float64, ok bool) {
	if s == nil || u < s.from || u-s.from >= int64(len(s.low)) {
		return 0, 0, false
	}
	return s.low[u-s.from], s.high[u-s.from], true
}

// newSeconds brackets series s over the samples of segment g. all is the
// aggregate, whose last completion dates Requests/s.
func newSeconds(h *loadtest.History, g loadtest.Segment, s, all *loadtest.Series, perSecond map[int64]int64) *seconds {
	first := g.From
	for first < g.To && all.Requests[first+1] == 0 {
		first++
	}
	if h.Time[g.To]-h.Time[first] > 4*int64(g.To-first+30) { // hours without a row: nothing to gain
		return nil
	}
	out := &seconds{from: h.Time[first] - 2}
	n := int(h.Time[g.To]-out.from) + 1
	out.low, out.high = make([]float64, n), make([]float64, n)
	row := first
	for i := range n {
		u := out.from + int64(i)
		for row <= g.To && h.Time[row] <= u {
			row++
		}
		if row > g.From && row-1 >= first {
			out.low[i] = float64(s.Requests[row-1])
		}
		out.high[i] = math.Inf(1)
		if row <= g.To {
			out.high[i] = float64(s.Requests[row])
		}
	}
	out.low[0], out.high[0] = 0, min(out.high[0], float64(s.Requests[first]))
	if perSecond != nil {
		out.count(perSecond)
	}
	if s.Rate != nil && all.Rate != nil {
		out.relate(h, g, first, s, all)
	}
	return out
}

// count brackets with the exact completions of each second (--json-file),
// where they agree with the rows.
func (s *seconds) count(perSecond map[int64]int64) {
	n := s.low[0]
	sums := make([]float64, len(s.low))
	for i := range s.low {
		n += float64(perSecond[s.from+int64(i)])
		if n < s.low[i] || n > s.high[i] {
			return
		}
		sums[i] = n
	}
	copy(s.low, sums)
	copy(s.high, sums)
}

// relate narrows the brackets by Requests/s.
func (s *seconds) relate(h *loadtest.History, g loadtest.Segment, first int, series, all *loadtest.Series) {
	best, bestFit := int64(0), -1
	for began := h.Time[first] - 2; began <= h.Time[first]+1; began++ {
		// while fewer than ten seconds count, the mean is a fraction of their
		// number, which tells when counting began
		fit := 0
		for k := first; k <= g.To && h.Time[k] < h.Time[first]+13; k++ {
			if m := h.Time[k] - 2 - began; m > 0 && m < 10 && all.Rate[k] > 0 {
				if sum := all.Rate[k] * float64(m); math.Abs(sum-math.Round(sum)) < 2e-5 {
					fit++
				} else {
					fit -= 2
				}
			}
		}
		if fit > bestFit {
			best, bestFit = began, fit
		}
	}
	for range 3 {
		last := first
		for k := first; k <= g.To; k++ {
			if k > first && all.Requests[k] > all.Requests[k-1] {
				last = k
			}
			if math.IsNaN(series.Rate[k]) || all.Requests[k] == 0 {
				continue
			}
			if !s.narrow(h.Time[last], best, series.Rate[k]) {
				s.narrow(h.Time[last]-1, best, series.Rate[k])
			}
		}
	}
}

// narrow applies one row's Requests/s, if the last completion was in second
// last; it reports whether that agrees with what is known.
func (s *seconds) narrow(last, began int64, rate float64) bool {
	from := max(last-12, began)
	m := last - 2 - from
	if m <= 0 {
		return true
	}
	sum := rate * float64(m)
	n := math.Round(sum)
	if math.Abs(sum-n) > 2e-5 {
		return false
	}
	a, b := max(0, from-1-s.from), last-3-s.from
	if b < 0 || b >= int64(len(s.low)) || a > b {
		return true
	}
	low, high := max(s.low[b], s.low[a]+n), min(s.high[b], s.high[a]+n)
	before, after := max(s.low[a], low-n), min(s.high[a], high-n)
	if low > high || before > after {
		return false
	}
	s.low[b], s.high[b] = low, high
	s.low[a], s.high[a] = before, after
	return true
}

// dated refines the instants of the rows of segment g: of the requests that a
// row's second completed, the share that the row counts is about the fraction
// of the second that had passed. A row costs about as much as the next, so
// that neighbours are averaged.
func dated(h *loadtest.History, g loadtest.Segment, at []float64, s *seconds) {
	if s == nil {
		return
	}
	const reach = 10
	n := g.To - g.From + 1
	part, weight := make([]float64, n), make([]float64, n)
	for i := range n {
		k := g.From + i
		a0, a1, ok := s.by(h.Time[k] - 1)
		b0, b1, ok2 := s.by(h.Time[k])
		if !ok || !ok2 || math.IsInf(b1, 1) {
			continue
		}
		a, b := (a0+a1)/2, (b0+b1)/2
		c := b - a
		if c < 5 || (a1-a0)+(b1-b0) > c/2 {
			continue
		}
		f := min(1, max(0, (float64(h.Total.Requests[k])-a)/c))
		f = passed(f, s.growth(h.Time[k], c))
		doubt := ((a1 - a0) + (b1 - b0)) / c
		part[i] = float64(h.Time[k]) + f
		weight[i] = 1 / (max(f*(1-f), .05)/c + doubt*doubt + 1e-4)
	}
	fixed := append([]float64(nil), at[g.From:g.To+1]...)
	for i := range n {
		// what the rows around say of this one, if every row took as long as
		// the corridor that the stamps leave says
		w, y := 0.0, 0.0
		from := max(0, min(i-reach, n-1-2*reach))
		for j := from; j <= min(n-1, from+2*reach); j++ {
			if weight[j] == 0 || abs(int(h.Time[g.From+j]-h.Time[g.From+i])-(j-i)) > 1 { // a stall of the writer between
				continue
			}
			v := part[j] - float64(h.Time[g.From+i]) - float64(j-i)
			w, y = w+weight[j], y+weight[j]*v
		}
		if w == 0 {
			continue
		}
		t := float64(h.Time[g.From+i]) + y/w
		k := g.From + i
		// the stamp itself is certain
		fixed[i] = min(float64(h.Time[k])+.999, max(float64(h.Time[k])+.001, t))
	}
	copy(at[g.From:g.To+1], fixed)
}

// growth is how much more is completed at the end of second u than at its
// beginning, relative to the c completions of the second.
func (s *seconds) growth(u int64, c float64) float64 {
	mid := func(u int64) float64 {
		a, b, ok := s.by(u)
		if !ok || math.IsInf(b, 1) {
			return math.NaN()
		}
		return (a + b) / 2
	}
	g := ((mid(u+1) - mid(u)) - (mid(u-1) - mid(u-2))) / 2 / c
	if math.IsNaN(g) {
		return 0
	}
	return min(1.9, max(-1.9, g))
}

// passed is the fraction of a second by which a share f of its completions
// has come, when their rate grows linearly by g from its beginning to its end.
func passed(f, g float64) float64 {
	if math.Abs(g) < 1e-3 {
		return f
	}
	b := 1 - g/2
	return min(1, max(0, (math.Sqrt(b*b+2*g*f)-b)/g))
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
