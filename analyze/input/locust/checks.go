package locust

import (
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
)

// checks is what a history file shows of its own quality, gathered row by row.
type checks struct {
	foreign bool
	fine    int // percentiles with three or more significant digits: line of the first

	// Evidence for what the percentiles cover, from all rows.
	windowed     int    // rows that only windowed percentiles can give
	windowedLine int    // the first of them
	windowedWhy  string // what it shows
	equal        int    // Aggregated rows with 100% equal to the rounded maximum
	rows         int    // Aggregated rows with percentiles and a 100% column
	medianNear   int    // Aggregated rows with 50% about the median
	medianRows   int

	gaps, longest, gapLine    int
	mismatches, mismatchLine  int
	stuck, stuckMost, stuckAt int
	stuckFirst                int
}

// see takes in what a row says of the percentiles' scope. A cumulative
// percentile cannot be zero when there were latencies of a millisecond and
// more, and its 100% is the rounded maximum; a windowed one can be both.
func (c *checks) see(r *row, q []float32, percentiles []float64, total bool) {
	if r.fineGrained && c.fine == 0 {
		c.fine = r.line
	}
	last := len(q) - 1
	if r.zero && (r.min >= 0.001 || r.max >= 0.001 && percentiles[last] == 1) {
		c.evidence(r.line, "percentiles are zero on rows of endpoints that had requests")
		return
	}
	if last < 0 || math.IsNaN(float64(q[last])) {
		return
	}
	if percentiles[last] == 1 && !math.IsNaN(r.max) {
		top, want := float64(q[last])*1000, bucket(r.max*1000)
		// A tenth lower is no matter of rounding, whatever the buckets are.
		if top < 0.9*want-1 {
			c.evidence(r.line, "the 100% column falls below the maximum so far")
		}
		if total {
			c.rows++
			if math.Abs(top-want) < 0.5 {
				c.equal++
			}
		}
	}
	if !total || math.IsNaN(r.median) {
		return
	}
	for i, p := range percentiles {
		if p == 0.5 {
			c.medianRows++
			if m := r.median * 1000; math.Abs(float64(q[i])*1000-m) <= math.Max(2, 0.11*m) {
				c.medianNear++
			}
		}
	}
}

func (c *checks) evidence(line int, why string) {
	if c.windowed++; c.windowed == 1 {
		c.windowedLine, c.windowedWhy = line, why
	}
}

func (c *checks) gap(seconds int64, line int) {
	c.gaps++
	if int(seconds) > c.longest {
		c.longest, c.gapLine = int(seconds), line
	}
}

func (c *checks) mismatch(line int) {
	if c.mismatches++; c.mismatches == 1 {
		c.mismatchLine = line
	}
}

// frozen counts rows that repeat a Requests/s above zero while no request
// completed: Locust computes it from the time of the last completed request.
func (c *checks) frozen(b *builder, r *row, n int) {
	if r.requests != b.Total.Requests[n-1] || r.rate != b.lastRate || !(r.rate > 0) {
		c.stuck = 0
		return
	}
	if c.stuck++; c.stuck == 1 {
		c.stuckFirst = r.line
	}
	if c.stuck > c.stuckMost {
		c.stuckMost, c.stuckAt = c.stuck, c.stuckFirst
	}
}

// report writes the notes.
func (c *checks) report(b *builder) {
	for _, s := range b.Segments[1:] {
		code, what := "counters_reset", "The statistics were reset"
		if s.Why == "new test" {
			code, what = "new_test", "Another test begins"
		}
		b.add(code, loadtest.Warn, b.Line[s.From],
			"%s %d s after the start: %d requests so far, %d on this row. Counters are taken from zero again.",
			what, b.Time[s.From]-b.Time[0], b.Total.Requests[s.From-1], b.Total.Requests[s.From])
	}
	if c.gaps > 0 {
		b.add("gap", loadtest.Warn, c.gapLine,
			"No row was written for 3 s or more %s, the longest gap being %d s: the load generator was starved of CPU or suspended.", times(c.gaps), c.longest)
	}
	if b.sawRepeat > 0 {
		b.add("repeated_seconds", loadtest.Info, 0, "%d seconds have more than one row; the last one of each was kept.", b.sawRepeat)
	}
	if b.Step > 1 {
		b.add("master_steps", loadtest.Info, 0,
			"The counters move every %g s, as on the master of a distributed run; differences over less than %g s mean nothing.", b.Step, 2*b.Step)
	}
	if c.stuckMost >= 3 {
		b.add("frozen_rate", loadtest.Info, c.stuckAt,
			"Requests/s repeats the same figure on %d rows while no request completed. That column is not throughput; throughput comes from the counters.", c.stuckMost)
	}
	if c.mismatches > 0 {
		b.add("sum_mismatch", loadtest.Warn, c.mismatchLine,
			"On %d of %d samples the endpoints' requests do not add up to the Aggregated row.", c.mismatches, len(b.Time))
	}
	if c.fine > 0 {
		b.add("custom_buckets", loadtest.Info, c.fine,
			"Percentiles are given finer than Locust's own rounding: the locustfile replaces it, so limits that rest on it are wider than need be or wrong.")
	}
	if b.NoUsers {
		b.add("no_user_count", loadtest.Warn, 1, "This version of Locust (before 1.0) does not write the number of users.")
	}
	switch {
	case len(b.percentiles) == 0:
		b.add("no_percentiles", loadtest.Warn, 1, "The history has no percentile columns: PERCENTILES_TO_REPORT is empty in the locustfile.")
	case b.Scope == loadtest.Cumulative:
		b.add("cumulative_percentiles", loadtest.Warn, 0,
			"The percentiles cover everything since the start, not the last seconds (%s). Run Locust with --csv-full-history for percentiles of phases.", b.ScopeWhy)
	case b.Scope == loadtest.UnknownScope:
		b.add("unknown_scope", loadtest.Warn, 0, "Whether the percentiles cover the last seconds or everything since the start cannot be told: %s.", b.ScopeWhy)
	}
}
