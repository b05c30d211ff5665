package chart

import "math"

// clockSteps are the distances between ticks of a time axis, in seconds.
var clockSteps = [...]float64{
	1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
}

// timeAxis returns the time axis of a run of that length in seconds.
func timeAxis(end float64) Axis {
	step := clockSteps[len(clockSteps)-1]
	for _, s := range clockSteps {
		if end/s <= 9 {
			step = s
			break
		}
	}
	a := Axis{Title: "time since start (min:s)", Format: Clock, Max: max(end, 1), Step: step}
	if step >= 900 {
		a.Title, a.Format = "time since start (h:min)", Hours
	}
	return a
}

// Intervals that a value axis may be cut into.
const fewest, most = 4, 6

// span gives every axis a Max and Step such that all are cut into the same
// number of intervals, so that their grid lines coincide, with the least
// empty room. tops are the highest values to show.
func span(axes []Axis, tops ...float64) { spanOf(fewest, most, axes, tops...) }

func spanOf(fewest, most int, axes []Axis, tops ...float64) {
	best, least := 0, math.Inf(1)
	for n := fewest; n <= most; n++ {
		waste := 0.0
		for i, top := range tops {
			waste += niceStep(top/float64(n), axes[i].Format)*float64(n)/positive(top) - 1
		}
		if waste < least-1e-9 {
			best, least = n, waste
		}
	}
	for i, top := range tops {
		axes[i].Step = niceStep(top/float64(best), axes[i].Format)
		axes[i].Max = tidy(axes[i].Step * float64(best))
	}
}

func positive(v float64) float64 {
	if v > 0 {
		return v
	}
	return 1
}

// niceStep returns the smallest round step that is not below least.
func niceStep(least float64, f Format) float64 {
	if !(least > 0) {
		least = 0.01
	}
	if f == Bytes {
		// Powers of two are round in every unit: 512 KB, 1 MB, 1.5 MB.
		return math.Exp2(math.Ceil(math.Log2(least) - 1e-9))
	}
	unit := math.Pow(10, math.Floor(math.Log10(least)))
	for _, m := range [...]float64{1, 2, 2.5, 5, 10} {
		if m*unit >= least*(1-1e-9) {
			return tidy(m * unit)
		}
	}
	return tidy(10 * unit)
}

// tidy removes the last bits that powers of ten leave behind.
func tidy(v float64) float64 {
	digits := 12 - int(math.Ceil(math.Log10(math.Abs(v))))
	scale := math.Pow(10, float64(digits))
	return math.Round(v*scale) / scale
}

// Text writes a tick.
func (a Axis) Text(v float64) string {
	if i := int(math.Round(v)); a.Names != nil && i >= 1 && i <= len(a.Names) {
		return a.Names[i-1]
	}
	return a.Format.Text(v)
}

// Ticks returns the axis's ticks from Min to Max.
func (a Axis) Ticks() []float64 {
	var ticks []float64
	for i := range a.Names {
		// Beside the last one there is no room.
		if last := len(a.Names) - 1; i == last || i%max(1, a.Every) == 0 && last-i >= a.Every {
			ticks = append(ticks, float64(i+1))
		}
	}
	if ticks != nil {
		return ticks
	}
	if !(a.Step > 0) {
		return ticks
	}
	for i := 0; ; i++ {
		v := a.Min + float64(i)*a.Step
		if v > a.Max+a.Step*1e-6 || i > 100 {
			return ticks
		}
		ticks = append(ticks, tidyZero(v))
	}
}

func tidyZero(v float64) float64 {
	if v == 0 || math.Abs(v) < 1e-12 {
		return 0
	}
	return tidy(v)
}
