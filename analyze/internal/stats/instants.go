// Package stats is the mathematics behind the figures, over plain numbers.
package stats

// Instants estimates the fractional times at which a writer that sleeps a
// whole step between its rows wrote them, from the whole seconds that it
// stamped them with.
//
// A row stamped T was written in [T, T+1), and never less than step after the
// row before; what the rows cost makes the fraction creep up until a second
// is skipped, which is where it is known exactly. Between such places the
// fraction is interpolated; rows that no skip bounds get the middle of what
// is possible. breaks lists the rows that a new writer may have begun with.
func Instants(stamps []int64, step float64) []float64 {
	n := len(stamps)
	lo, hi := make([]float64, n), make([]float64, n)
	for i, t := range stamps {
		lo[i], hi[i] = float64(t), float64(t)+1
		if i > 0 {
			gap := step
			if float64(t-stamps[i-1]) < step-1 { // a clock that stepped back, or a shorter interval
				gap = 0
			}
			lo[i] = max(lo[i], min(lo[i-1]+gap, hi[i]-1e-3))
		}
	}
	for i := n - 2; i >= 0; i-- {
		gap := step
		if float64(stamps[i+1]-stamps[i]) < step-1 {
			gap = 0
		}
		hi[i] = min(hi[i], max(hi[i+1]-gap, lo[i]+1e-3))
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = (lo[i] + hi[i]) / 2
	}
	return out
}
