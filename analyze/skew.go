package analyze

import (
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// A skew is how far a source's clock is from the load generator's.
type skew struct {
	file string
	lag  float64 // s; positive: the source's times are later
	by   string  // what both counted
}

// The lags that are looked for, and what makes one believable: the two series
// rise and fall together, much better at that lag than at others.
const (
	skewReach = 60   // s
	skewMin   = .6   // the least correlation of the series' changes
	skewApart = .08  // by how much it must exceed any that is skewSharp or more seconds away
	skewSharp = 6    // s
	skewTold  = 2.0  // s, from which a lag is worth telling
	skewBase  = 30.0 // s of overlap at least
)

// skews measures, for each source that counts what Locust counts too, how far
// the two clocks are apart: the lag at which the two series of events per
// second agree best (cross-correlation). What a server counts it counts when
// it answers, as Locust does, so that no lag is due to anything but the clocks
// and the time between looks.
func (c *context) skews() []skew {
	if c.history == nil || len(c.history.Time) < int(skewBase) || c.history.Step > 2 {
		return nil
	}
	requests, failures := c.perSecond()
	var out []skew
	seen := map[string]bool{}
	try := func(file, by string, theirs, ours []float64) {
		if seen[file] {
			return
		}
		if lag, ok := lagOf(theirs, ours); ok {
			seen[file] = true
			out = append(out, skew{file, lag, by})
		}
	}
	for _, key := range []trackKey{{"app", "requests_total"}, {"app", "errors_total"}} {
		for _, n := range c.tracks.counters[key] {
			if n.Instance != "" && key.metric == "requests_total" && len(c.tracks.counters[key]) > 1 {
				continue // one user type's
			}
			try(n.File, "requests", perSecondOf(n, len(requests)), requests)
		}
	}
	for _, class := range []string{classRateLimited, classPool, classConnection} {
		l := c.logged(class)
		if l.count < 100 {
			continue
		}
		theirs := make([]float64, len(failures))
		for s, n := range l.perSecond {
			if i := int(math.Floor(float64(s) + .5 - c.start)); i >= 0 && i < len(theirs) {
				theirs[i] += float64(n)
			}
		}
		try(l.file, "failures", theirs, failures)
	}
	return out
}

// perSecond are the requests and failures of each second of the run, by the
// history.
func (c *context) perSecond() (requests, failures []float64) {
	h := c.history
	n := int(math.Ceil(c.history0.End)) + 1
	requests, failures = make([]float64, n), make([]float64, n)
	for i := 1; i < len(h.Time); i++ {
		r, f := h.Total.Requests[i]-h.Total.Requests[i-1], h.Total.Failures[i]-h.Total.Failures[i-1]
		if r < 0 || f < 0 {
			continue // the statistics were reset
		}
		spreadOver(requests, float64(r), c.at(i-1), c.at(i))
		spreadOver(failures, float64(f), c.at(i-1), c.at(i))
	}
	return requests, failures
}

// spreadOver adds an amount to the seconds from from to to, evenly.
func spreadOver(into []float64, amount, from, to float64) {
	if !(to > from) {
		return
	}
	for s := max(0, int(math.Floor(from))); s < len(into) && float64(s) < to; s++ {
		share := math.Min(to, float64(s+1)) - math.Max(from, float64(s))
		if share > 0 {
			into[s] += amount * share / (to - from)
		}
	}
}

// perSecondOf is what a counter counted in each of the run's first n seconds.
func perSecondOf(t runningTotal, n int) []float64 {
	out := make([]float64, n)
	for i := 1; i < len(t.Time); i++ {
		spreadOver(out, t.sum[i]-t.sum[i-1], t.Time[i-1], t.Time[i])
	}
	return out
}

// lagOf returns the lag of theirs behind ours, in s, at which the two agree
// best; ok is false where the peak is not sharp. Only changes count: levels
// that stand still agree at any lag. Both are smoothed over two seconds, which
// is how often monitors look, and the peak is refined by the parabola through
// its neighbours.
func lagOf(theirs, ours []float64) (lag float64, ok bool) {
	a, b := changes(theirs), changes(ours)
	n := len(b)
	reach := min(skewReach, n/3)
	at := make([]float64, 2*reach+1)
	best := -1
	for k := -reach; k <= reach; k++ {
		at[k+reach] = correlation(a, b, k)
		if best < 0 || at[k+reach] > at[best] {
			best = k + reach
		}
	}
	if best <= 0 || best >= len(at)-1 || at[best] < skewMin {
		return 0, false
	}
	for k, r := range at {
		if d := k - best; (d >= skewSharp || d <= -skewSharp) && r > at[best]-skewApart {
			return 0, false
		}
	}
	l, m, r := at[best-1], at[best], at[best+1]
	shift := 0.0
	if d := l - 2*m + r; d < 0 {
		shift = .5 * (l - r) / d
	}
	return float64(best-reach) + shift, true
}

// changes are the differences of a series smoothed over two seconds, over four
// seconds each, so that the noise of single seconds does not decide.
func changes(x []float64) []float64 {
	out := make([]float64, len(x))
	sum := make([]float64, len(x)+1)
	for i, v := range x {
		sum[i+1] = sum[i] + v
	}
	mean := func(from, to int) float64 {
		from, to = max(from, 0), min(to, len(x))
		if to <= from {
			return 0
		}
		return (sum[to] - sum[from]) / float64(to-from)
	}
	for i := range x {
		out[i] = mean(i, i+4) - mean(i-4, i)
	}
	return out
}

// correlation of a shifted back by k seconds with b, by the energy of all of
// both: what the shift leaves out counts against it.
func correlation(a, b []float64, k int) float64 {
	var ab, aa, bb, n float64
	for i := range b {
		bb += b[i] * b[i]
		if j := i + k; j >= 0 && j < len(a) {
			ab += a[j] * b[i]
			n++
		}
	}
	for _, x := range a {
		aa += x * x
	}
	if n < skewBase || aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// noteSkews tells of clocks that are apart.
func (c *context) noteSkews() {
	all := c.skews()
	slices.SortStableFunc(all, func(a, b skew) int {
		switch {
		case math.Abs(a.lag) > math.Abs(b.lag):
			return -1
		case math.Abs(a.lag) < math.Abs(b.lag):
			return 1
		}
		return 0
	})
	for i, s := range all {
		if math.Abs(s.lag) < skewTold {
			continue
		}
		later := "later"
		if s.lag < 0 {
			later = "earlier"
		}
		c.notes = append(c.notes, loadtest.Note{Code: fmt.Sprintf("clock_skew_%d", i+1), Severity: loadtest.Warn, Source: s.file,
			Message: fmt.Sprintf("Its times are about %s %s than the load generator's: its %s per second follow Locust's at that distance. Times are shown as they were written; orders of events closer than that are not known.",
				measure.Span(math.Round(math.Abs(s.lag))), later, s.by)})
	}
}
