package host

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

const day = 86400

// A session tells where a new command began: at each line with a time. A long
// sample comes in pieces, all of one time.
type session struct {
	any   bool
	time  float64
	local bool
}

// begins reports whether a sample is the first piece after a line with a time.
func (c *session) begins(s *capture.Sample) bool {
	same := c.any && c.local == s.Local && (c.time == s.Time || math.IsNaN(c.time) && math.IsNaN(s.Time))
	c.any, c.time, c.local = true, s.Time, s.Local
	return !same
}

// A wallClock turns the time of day that a tool prints into Unix seconds.
type wallClock struct {
	date  float64 // day that the tool's head line names, in Unix seconds; NaN unknown
	zone  float64 // s that the tool's clock is ahead of the sample's, when fixed
	fixed bool
	days  map[int]*calendar
}

// A calendar is the day that a table of the tool's has come to.
type calendar struct{ date, last float64 }

// unix returns the time of a time of day in a sample. Where a line with a time
// precedes, it gives the day and the zone: the tool was started then, so that
// its first time of day is off by its zone alone, a multiple of a quarter of
// an hour. Without one the tool's head line gives the day, and the zone is not
// known. A time of day that goes back by more than half a day in one table is
// the next day's.
func (w *wallClock) unix(clock float64, table int, s *capture.Sample) (t float64, local, ok bool) {
	if !w.fixed {
		w.fixed, w.days, w.zone = true, map[int]*calendar{}, 0
		if !math.IsNaN(s.Time) {
			ahead := math.Mod(clock-math.Mod(s.Time, day)+1.5*day, day) - day/2
			w.zone = math.Round(ahead/900) * 900
			w.date = math.Floor((s.Time+ahead)/day) * day
		}
	}
	if math.IsNaN(w.date) {
		return 0, false, false
	}
	c := w.days[table]
	if c == nil {
		c = &calendar{w.date, math.NaN()}
		w.days[table] = c
	}
	t = c.date + clock
	if t < c.last-day/2 {
		c.date += day
		t += day
	}
	c.last = t
	return t - w.zone, math.IsNaN(s.Time) || s.Local, true
}

var clockText = regexp.MustCompile(`^(\d\d?):(\d\d):(\d\d)$`)

// clockOf reads a time of day from the first cells of a row: "18:40:01", or
// "06:40:01" and "PM". used is how many cells it took, 0 none.
func clockOf(cells []string) (clock float64, used int) {
	if len(cells) == 0 {
		return 0, 0
	}
	m := clockText.FindStringSubmatch(cells[0])
	if m == nil {
		return 0, 0
	}
	clock, used = seconds(m[1], m[2], m[3]), 1
	if len(cells) > 1 && (cells[1] == "AM" || cells[1] == "PM") {
		clock = math.Mod(clock, day/2)
		if cells[1] == "PM" {
			clock += day / 2
		}
		used = 2
	}
	return clock, used
}

// dateOf reads a date as a locale prints it: 2026-11-23, 11/23/26, 23/11/2026,
// 23.11.2026. What could be either way round is taken for the one nearer to
// the sample's time, else for month/day, as in the C locale; with points it is
// day.month.
func dateOf(text string, near float64) (unix float64, ok bool) {
	f := strings.FieldsFunc(text, func(r rune) bool { return r == '-' || r == '/' || r == '.' })
	if len(f) != 3 {
		return 0, false
	}
	var n [3]int
	for i := range f {
		v, err := strconv.Atoi(f[i])
		if err != nil || v < 0 {
			return 0, false
		}
		n[i] = v
	}
	make := func(y, m, d int) (float64, bool) {
		if y < 100 {
			y += 2000
		}
		t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		return float64(t.Unix()), m >= 1 && m <= 12 && t.Day() == d && y >= 2000 && y < 2100
	}
	if len(f[0]) == 4 {
		return make(n[0], n[1], n[2])
	}
	monthFirst, ok1 := make(n[2], n[0], n[1])
	dayFirst, ok2 := make(n[2], n[1], n[0])
	switch {
	case !ok1, ok2 && strings.Contains(text, "."):
		return dayFirst, ok2
	case ok2 && !math.IsNaN(near) && math.Abs(dayFirst-near) < math.Abs(monthFirst-near):
		return dayFirst, true
	}
	return monthFirst, true
}
