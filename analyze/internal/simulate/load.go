package simulate

import "math"

// A Load is the number of users over time: at each instant the line between
// the stages around it.
type Load []Stage

// A Stage is a stretch of Seconds that takes the users to To, evenly, or at
// once where Jump is set.
type Stage struct {
	Seconds float64
	To      float64
	Jump    bool
}

// At returns the users at second t.
func (l Load) At(t float64) int {
	from := 0.0
	for _, s := range l {
		if t < s.Seconds {
			if s.Jump {
				return int(s.To)
			}
			return int(math.Floor(from + (s.To-from)*t/s.Seconds))
		}
		t -= s.Seconds
		from = s.To
	}
	return int(from)
}

// Seconds is the length of the test.
func (l Load) Seconds() float64 {
	sum := 0.0
	for _, s := range l {
		sum += s.Seconds
	}
	return sum
}

// Max is the most users.
func (l Load) Max() int {
	most := 0.0
	for _, s := range l {
		most = math.Max(most, s.To)
	}
	return int(most)
}

// Staircase climbs to most users in equal steps.
func Staircase(most, steps int, seconds float64) Load {
	var l Load
	for i := 1; i <= steps; i++ {
		l = append(l, Stage{Seconds: seconds, To: math.Round(float64(most*i) / float64(steps)), Jump: true})
	}
	return l
}

// Ramp climbs to most users and holds them.
func Ramp(most int, seconds, hold float64) Load {
	return Load{{Seconds: seconds, To: float64(most)}, {Seconds: hold, To: float64(most), Jump: true}}
}

// Spike is a base load with a peak in it.
func Spike(base, peak int, before, seconds, after float64) Load {
	return Load{
		{Seconds: before, To: float64(base), Jump: true},
		{Seconds: seconds, To: float64(peak), Jump: true},
		{Seconds: after, To: float64(base), Jump: true},
	}
}
