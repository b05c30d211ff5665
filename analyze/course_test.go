package analyze

import (
	"math"
	"testing"
)

// The course is the mean of what completed in each five seconds; counters that
// start anew and stretches without requests leave no trace in it.
func TestCourse(t *testing.T) {
	b := newBench().row(0, 0, 0, 0)
	for range 20 {
		b.row(10, 5, 0, .1)
	}
	for range 10 {
		b.row(10, 0, 0, 0)
	}
	b.reset()
	for range 20 {
		b.row(10, 5, 0, .4)
	}
	c := contextOf(b)
	got := c.course(&b.h.Total)
	if len(got.Time) != len(got.Mean) || len(got.Time) < 9 || len(got.Time) > 11 {
		t.Fatalf("%d points", len(got.Time))
	}
	for i, at := range got.Time {
		want := math.NaN()
		switch {
		case at < 20:
			want = .1
		case at > 31:
			want = .4
		}
		if m := got.Mean[i]; math.Abs(m-want) > 1e-9 || math.IsNaN(m) != math.IsNaN(want) {
			t.Errorf("at %g s: %g, want %g", at, m, want)
		}
	}
	// A day of samples stays a thousand points.
	b = newBench()
	for range 9000 {
		b.row(1, 1, 0, .1)
	}
	if n := len(contextOf(b).course(&b.h.Total).Time); n < 850 || n > 1001 {
		t.Errorf("%d points of 9,000 samples", n)
	}
}
