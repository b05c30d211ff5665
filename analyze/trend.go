package analyze

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// A Trend is this run as the last of a row of runs.
type Trend struct {
	Points  []TrendPoint // in order of time; the last is this run
	Changes []TrendChange
	// Notes say which runs were left out and why, and what cannot be told.
	Notes []string
}

// A TrendPoint is one run.
type TrendPoint struct {
	Label   string
	File    string // its results.json; "" this run
	Start   time.Time
	Users   int
	Figures map[string]measure.Value // by results.json's metric names
}

// A TrendChange is a metric that moved to another level and stayed there.
type TrendChange struct {
	Metric string
	// At is the index of the first point after the change.
	At            int
	Before, After float64 // medians, base units
	P             float64 // of the permutation test
}

// What a change of level takes. A rank test of fewer than ten runs cannot reach
// two per cent.
const (
	trendLeast = 10   // runs
	trendEdge  = 4    // runs before a change and after it
	trendAlpha = .02  // of each metric
	shuffles   = 4999 // permutations
	sameLoad   = .05  // runs whose users differ by more are not of one row
)

// TrendOver puts this run behind earlier ones. Runs at another load are left out:
// what differs between those is the load. It is nil where no run is left.
//
// A change of level is where a metric's ranks before and after differ the
// most, if no more than two in a hundred shuffled rows differ as much
// somewhere (a permutation test of the maximal Mann–Whitney statistic, after
// Pettitt, "A non-parametric approach to the change-point problem", JRSS C 28
// (1979); binary segmentation finds several).
func (a *Analysis) TrendOver(earlier []*loadtest.Basis) *Trend {
	if a.Basis == nil {
		return nil
	}
	t := &Trend{}
	for _, e := range earlier {
		switch u, v := float64(e.Users), float64(a.Basis.Users); {
		case !e.Start.IsZero() && e.Start.Equal(a.Basis.Start):
			// this run's own results.json
		case math.Abs(u-v) > sameLoad*v:
			t.Notes = append(t.Notes, fmt.Sprintf("%s is left out: %d users there, %d here.", e.File, e.Users, a.Basis.Users))
		default:
			t.Points = append(t.Points, trendPoint(e))
		}
	}
	slices.SortStableFunc(t.Points, func(x, y TrendPoint) int { return x.Start.Compare(y.Start) })
	if len(t.Points) == 0 {
		return nil
	}
	t.Points = append(t.Points, trendPoint(a.Basis))
	if len(t.Points) < trendLeast {
		t.Notes = append(t.Notes, fmt.Sprintf("%d runs: whether a level changed can be told from %d on.", len(t.Points), trendLeast))
		return t
	}
	for _, m := range comparedMetrics {
		t.Changes = append(t.Changes, t.changes(m)...)
	}
	slices.SortStableFunc(t.Changes, func(x, y TrendChange) int { return x.At - y.At })
	return t
}

func trendPoint(e *loadtest.Basis) TrendPoint {
	return TrendPoint{Label: e.Label, File: e.File, Start: e.Start, Users: e.Users, Figures: recalled(e).figures}
}

// changes finds where a metric changed its level.
func (t *Trend) changes(m comparedMetric) []TrendChange {
	var values []float64
	var at []int // index in Points
	for i, p := range t.Points {
		if v, ok := p.Figures[m.name].Float(); ok {
			values, at = append(values, v), append(at, i)
		}
	}
	var out []TrendChange
	// The seed is fixed, so that the same files give the same bytes.
	random := rand.New(rand.NewPCG(0x7472656e, 0x64))
	var split func(from, to int)
	split = func(from, to int) {
		row := values[from:to]
		k, p := stats.ChangePoint(row, trendEdge, shuffles, random)
		if k == 0 || p > trendAlpha {
			return
		}
		before, after := median(row[:k]), median(row[k:])
		least := material / 2 * before
		if m.name == "error_rate" {
			least = max(material*before, materialErrors)
		}
		if math.Abs(after-before) > least {
			out = append(out, TrendChange{Metric: m.name, At: at[from+k], Before: before, After: after, P: p})
		}
		split(from, from+k)
		split(from+k, to)
	}
	split(0, len(values))
	return out
}
