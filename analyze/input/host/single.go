package host

import (
	"math"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// Singles are the reports of iostats that print one: means since the machine
// was booted, unless iostat was called with -y, of which the output has no
// sign. A mean over the whole uptime U cannot move by more than dt/U from one
// call to the next. Once two calls differ by more than a machine allows that
// has been up for as little as youngest, all of them are of an interval, and
// those that were held back are given.
type singles struct {
	held    []capture.Reading
	last    map[string]capture.Reading // shares of time, by figure
	span    bool                       // they are of intervals
	release func(capture.Reading)
}

const (
	youngest   = 120 // s
	mostSingle = 1 << 16
)

// through returns what takes the readings of a report of a sample.
func (x *singles) through(s *capture.Sample, to func(capture.Reading)) func(capture.Reading) {
	x.release = to
	if x.span {
		return to
	}
	return func(r capture.Reading) {
		if r.Time == 0 {
			r.Time, r.Local = s.Time, s.Local
		}
		if math.IsNaN(r.Time) || len(x.held) == mostSingle {
			return
		}
		x.held = append(x.held, r)
		if r.Metric != "cpu_ratio" && r.Metric != "disk_busy_ratio" {
			return
		}
		key := r.Metric + " " + r.Instance
		if was, ok := x.last[key]; ok {
			moved := math.Abs(r.Value-was.Value) - r.Step - was.Step
			x.span = x.span || r.Time > was.Time && moved*youngest > r.Time-was.Time
		}
		if x.last == nil {
			x.last = map[string]capture.Reading{}
		}
		x.last[key] = r
	}
}

// settle gives what was held back, once it is known to be of intervals.
func (x *singles) settle() {
	if !x.span {
		return
	}
	for _, r := range x.held {
		x.release(r)
	}
	x.held, x.last = nil, nil
}
