package locust

import (
	"fmt"

	"github.com/peakload/peakload/analyze/loadtest"
)

// scope tells what a history's percentiles cover, with the evidence.
//
// Before 1.2 they were windowed always; since then they are cumulative unless
// --csv-full-history was given, and from 1.2 to 2.2.1 even then (stats.py:1040;
// PR 1873). The header is the same in every case, so the rows decide: only a
// windowed percentile can be zero or fall below the maximum so far.
func scope(h *loadtest.History, f family, c *checks) (loadtest.Scope, string) {
	if len(h.Percentiles) == 0 {
		return loadtest.UnknownScope, "there are no percentile columns"
	}
	if f != family12 {
		return loadtest.Windowed, "Locust before 1.2 writes windowed percentiles only"
	}
	if c.windowed > 0 {
		return loadtest.Windowed, fmt.Sprintf("%s, first on line %d", c.windowedWhy, c.windowedLine)
	}
	if !h.FullHistory {
		if c.rows > 0 {
			return loadtest.Cumulative, fmt.Sprintf("there are only Aggregated rows, and 100%% is the maximum so far on %d of %d", c.equal, c.rows)
		}
		return loadtest.Cumulative, "there are only Aggregated rows, as without --csv-full-history"
	}
	// Full history without one windowed row. The first seconds of a windowed
	// file are zeros, so this one is of 1.2 to 2.2.1, or lacks its head.
	const long = 20 // s; a window reaches back 18 s at most (stats.py:613)
	switch {
	case c.rows > 0 && c.equal == c.rows && h.Time[len(h.Time)-1]-h.Time[0] >= long:
		return loadtest.Cumulative, fmt.Sprintf("100%% is the maximum so far on all %d rows, as in Locust 1.2 to 2.2.1", c.rows)
	case c.rows == 0 && c.medianRows >= long && c.medianNear*20 >= c.medianRows*19 && h.Time[len(h.Time)-1]-h.Time[0] >= 3*long:
		return loadtest.UnknownScope, "there is no 100% column to compare with the maximum, and 50% stays near the median so far"
	}
	return loadtest.UnknownScope, "the run is too short or too even"
}

// step returns the seconds between changes of the counters: 3 for a
// distributed master, whose workers report that often (runners.py:53), else 1.
func step(h *loadtest.History) float64 {
	const most = 3 // s; more without a completion is a stall of the target
	var changes, threes, seconds, still int
	var requests int64
	previous := -1 // sample of the change before
	for i := 1; i < len(h.Time); i++ {
		d := h.Total.Requests[i] - h.Total.Requests[i-1]
		if d <= 0 {
			if d < 0 {
				previous = -1
			}
			continue
		}
		if previous >= 0 {
			if gap := int(h.Time[i] - h.Time[previous]); gap <= most+1 {
				changes++
				seconds += gap
				still += gap - 1
				requests += d
				if gap == 3 {
					threes++
				}
			}
		}
		previous = i
	}
	if changes < 3 {
		return 1
	}
	rate := float64(requests) / float64(seconds)
	// Requests of a single process come at all seconds: with λ a second, e^-λ
	// of the seconds stay without one.
	if rate >= 4 && float64(still) >= 0.25*float64(seconds) || changes >= 5 && threes*5 >= changes*4 {
		return 3
	}
	return 1
}
