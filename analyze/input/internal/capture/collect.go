package capture

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/loadtest"
)

// What one file may give. A file with more is hostile or no capture.
const (
	mostTracks   = 4096
	mostReadings = 20 << 20
)

// A Collector puts readings together to tracks, one for each component,
// instance and metric.
type Collector struct {
	file     string
	tracks   []loadtest.Track
	index    map[key]int
	readings int

	leftOut, leftOutLine int // readings beyond the limits
	backwards            int // line of the first reading before the one above it
}

type key struct {
	component, instance, metric string
	local                       bool
}

// NewCollector begins a file.
func NewCollector(file string) *Collector {
	return &Collector{file: file, index: map[key]int{}}
}

// Add takes a reading, which must have its time. One of a track that has a
// reading of the same instant already is dropped: the first look counts.
func (c *Collector) Add(kind string, r Reading) {
	if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) || math.IsNaN(r.Time) || math.IsInf(r.Time, 0) || r.Metric == "" {
		return
	}
	k := key{r.Component, r.Instance, r.Metric, r.Local}
	i, ok := c.index[k]
	if c.readings >= mostReadings || !ok && len(c.tracks) >= mostTracks {
		if c.leftOut++; c.leftOut == 1 {
			c.leftOutLine = r.Line
		}
		return
	}
	if !ok {
		i = len(c.tracks)
		c.index[k] = i
		c.tracks = append(c.tracks, loadtest.Track{Component: r.Component, Instance: r.Instance, Metric: r.Metric,
			Kind: kind, File: c.file, Local: r.Local})
	}
	t := &c.tracks[i]
	if n := len(t.Time); n > 0 && r.Time <= t.Time[n-1] {
		if r.Time == t.Time[n-1] {
			return
		}
		if c.backwards == 0 {
			c.backwards = r.Line
		}
	}
	t.Step = math.Max(t.Step, r.Step)
	t.Time, t.Value, t.Line = append(t.Time, r.Time), append(t.Value, r.Value), append(t.Line, r.Line)
	c.readings++
}

// Readings is how many there are.
func (c *Collector) Readings() int { return c.readings }

// Tracks returns the tracks, each in order of time, in the order of their
// first readings.
func (c *Collector) Tracks() ([]loadtest.Track, []loadtest.Note) {
	var notes []loadtest.Note
	if c.backwards > 0 {
		for i := range c.tracks {
			sortTrack(&c.tracks[i])
		}
		notes = append(notes, loadtest.Note{Code: "times_out_of_order", Severity: loadtest.Warn, Source: at(c.file, c.backwards),
			Message: "The times go backwards here: two captures in one file, or a clock that was set. The readings were put in order."})
	}
	if c.leftOut > 0 {
		notes = append(notes, loadtest.Note{Code: "too_many_readings", Severity: loadtest.Warn, Source: at(c.file, c.leftOutLine),
			Message: fmt.Sprintf("%d readings were left out: a file may give %d figures and %d readings.", c.leftOut, mostTracks, mostReadings)})
	}
	return c.tracks, notes
}

// sortTrack orders the readings of a track by time; of several at one instant
// the first stays.
func sortTrack(t *loadtest.Track) {
	if slices.IsSorted(t.Time) {
		return
	}
	order := make([]int, len(t.Time))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.Time[a], t.Time[b]) })
	times, values, lines := t.Time, t.Value, t.Line
	t.Time, t.Value, t.Line = nil, nil, nil
	for _, i := range order {
		if n := len(t.Time); n > 0 && t.Time[n-1] == times[i] {
			continue
		}
		t.Time, t.Value, t.Line = append(t.Time, times[i]), append(t.Value, values[i]), append(t.Line, lines[i])
	}
}

func at(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}
