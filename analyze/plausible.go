package analyze

import (
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/loadtest"
)

// longestLatency is what no request takes, in s: 30 days. A file that says so
// was damaged or edited.
const longestLatency = 30 * 24 * 3600

// plausibleMaxima returns the history with its highest latencies mended, and
// how many had to be. A maximum that is missing beside requests, or that no
// request can have taken, is put between its neighbours: it is cumulative, so
// that the row before bounds it from below. The given history is not changed.
func plausibleMaxima(h *loadtest.History) (*loadtest.History, int) {
	out, mended := *h, 0
	mend := func(s loadtest.Series) loadtest.Series {
		bad := func(i int) bool {
			return s.Requests[i] > 0 && (math.IsNaN(s.Max[i]) || s.Max[i] < 0 || s.Max[i] > longestLatency)
		}
		n, timeless, known := 0, 0, false
		for i := range s.Max {
			if bad(i) {
				n++
				// Requests that took no time, or that have none: the whole row says so.
				if i < len(s.Mean) && math.IsNaN(s.Max[i]) && math.IsNaN(s.Mean[i]) {
					timeless++
				}
			} else if s.Requests[i] > 0 {
				known = true
			}
		}
		if n == 0 {
			return s
		}
		mended += n - timeless
		s.Max = slices.Clone(s.Max)
		for i := range s.Max {
			switch {
			case !bad(i):
			case i > 0 && s.Requests[i-1] > 0 && s.Requests[i-1] <= s.Requests[i]:
				s.Max[i] = s.Max[i-1]
			default:
				j := i
				for j < len(s.Max) && bad(j) {
					j++
				}
				if known && j < len(s.Max) && s.Requests[j] >= s.Requests[i] {
					s.Max[i] = s.Max[j]
				} else {
					s.Max[i] = 0
				}
			}
		}
		return s
	}
	out.Total = mend(h.Total)
	out.Endpoints = slices.Clone(h.Endpoints)
	for i := range out.Endpoints {
		out.Endpoints[i] = mend(out.Endpoints[i])
	}
	return &out, mended
}

// mendHistory is plausibleMaxima for a run, with the note that says so.
func mendHistory(run *loadtest.Run) (notes []loadtest.Note) {
	if run.History == nil || len(run.History.Total.Max) != len(run.History.Time) {
		return nil
	}
	h, n := plausibleMaxima(run.History)
	run.History = h
	cells := "cells"
	if n == 1 {
		cells = "cell"
	}
	if n > 0 {
		notes = append(notes, loadtest.Note{Code: "implausible_maximum", Severity: loadtest.Warn, Source: h.File,
			Message: fmt.Sprintf("%d %s of %q without a latency; the row before stands in.", n, cells, colMax)})
	}
	return notes
}
