package analyze

import (
	"math"
	"slices"
)

// A move is what the number of users does over a stretch.
type move uint8

const (
	flat move = iota
	up
	down
)

// A stretch is samples from to to of the user series, in which the load did
// one thing. Neighbours share a sample.
type stretch struct {
	from, to int
	move     move
	level    float64 // users of a flat one, the median
	drift    bool    // flat, with users who slowly come or go
}

// Lengths, in seconds, below which a stretch is no phase of its own.
const (
	sliver     = 5.0 // of any kind
	shortClimb = 9.0 // of a climb between two steps
)

// A drift is no ramp: a plateau that loses (or gains) a few users as it goes on,
// such as by exceptions that end them, is what people mean to judge.
const (
	driftTotal = 0.10 // of the level, over the stretch
	driftRate  = 0.03 // of the level a minute
)

// A shape is the user series with the tolerances that belong to it.
type shape struct {
	at    []float64 // s, ascending
	users []int
	// plateau is the least length of a plateau, in s: longer in a long run,
	// where people do not mean the seconds that a slow ramp pauses for.
	plateau float64
	// noise is the spread of the users around their course, and share how far
	// they may be off a line, of their number.
	noise, share float64
	// step is the least change of users that is one.
	step float64
}

// newShape prepares a user series. step is the distance of the samples at
// which the number of users can change.
func newShape(at []float64, users []int, step float64) *shape {
	s := &shape{at: at, users: users}
	s.plateau = math.Min(math.Max(0.02*(at[len(at)-1]-at[0]), sliver), 4*sliver)
	if step > 1.5 {
		s.plateau = math.Max(s.plateau, 2*step)
	}
	s.noise = noise(users)
	s.step = 1.5
	if s.fewInSteps() {
		s.step = .5
	}
	return s
}

// Few users who stay as many for long, and then are more or fewer by a tenth, are
// a load in steps although a step is a user or two.
const (
	longStep  = 30.0 // s
	clearStep = .1   // of the users
	mostSteps = .8   // share of the time that such steps are
)

// fewInSteps reports whether the load is one of few users in steps.
func (s *shape) fewInSteps() bool {
	last, held, before := len(s.at)-1, 0.0, -1
	for i := 0; i < last; {
		j := i
		for j < last && s.users[j+1] == s.users[i] {
			j++
		}
		if d := s.at[min(j+1, last)] - s.at[i]; d >= longStep {
			change := math.Abs(float64(s.users[i] - before))
			if before >= 0 && change < clearStep*float64(max(s.users[i], before)) {
				return false
			}
			before, held = s.users[i], held+d
		}
		i = j + 1
	}
	return held >= mostSteps*(s.at[last]-s.at[0])
}

// noise estimates the standard deviation of the users around a course made of
// lines, from the median of the absolute second differences, which are zero on
// lines. Locust's own counts have none; those of a shape that jitters do.
func noise(users []int) float64 {
	var d []float64
	for i := 1; i+1 < len(users); i++ {
		d = append(d, math.Abs(float64(users[i-1]-2*users[i]+users[i+1])))
	}
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return 1.4826 * d[len(d)/2] / math.Sqrt(6)
}

// Bounds of a shape's tolerance: finest, so that a staircase of many steps is
// seen, and how many stretches a load may have before it is looked at more
// coarsely, since nobody means hundreds of steps.
const (
	finest   = 0.005
	coarsest = 0.16
	most     = 150
)

// stretches cuts the series into what the load did: a polyline within a
// tolerance (Ramer 1972, Douglas and Peucker 1973), whose lines are classified,
// cleaned of slivers and given the exact corners of their plateaus. The
// tolerance is relative to the users at hand, so that the warm-up at ten users
// is found beside the peak at a thousand.
func (s *shape) stretches() []stretch {
	if len(s.at) < 2 {
		return []stretch{{from: 0, to: len(s.at) - 1, move: up}}
	}
	for s.share = finest; ; s.share *= 2 {
		if out := s.cut(); len(out) <= most || s.share >= coarsest {
			return out
		}
	}
}

// cut is stretches at one tolerance.
func (s *shape) cut() []stretch {
	knots := s.polyline()
	var out []stretch
	for i := 1; i < len(knots); i++ {
		out = append(out, s.classify(knots[i-1], knots[i]))
	}
	out = s.join(out)
	for i := range out { // short plateaus are pauses of a ramp
		if out[i].move == flat && s.length(out[i]) < s.plateau-.5 {
			out[i].move = s.direction(out, i)
		}
	}
	out = s.join(out)
	out = s.smooth(out)
	return s.sharpen(out)
}

func (s *shape) length(t stretch) float64 { return s.at[t.to] - s.at[t.from] }

// tolerance is how far users may be off a line: a share of them, their noise,
// and at least the step of a single user.
func (s *shape) tolerance(users float64) float64 {
	return math.Max(math.Max(s.step, s.share*users), math.Min(6*s.noise, 0.1*users))
}

// same reports whether two plateaus are one, as far as the tolerance tells.
func (s *shape) same(a, b float64) bool {
	return math.Abs(a-b) <= s.tolerance(math.Max(a, b)) && (a > 0) == (b > 0)
}

// sameLevel reports whether two plateaus are at one level.
func sameLevel(a, b float64) bool {
	return math.Abs(a-b) <= math.Max(1, 0.05*math.Max(a, b)) && (a > 0) == (b > 0)
}

// polyline returns the samples at which the load's course changes.
func (s *shape) polyline() []int {
	n := len(s.users)
	keep := map[int]bool{0: true, n - 1: true}
	var forced []int
	forced = append(forced, 0)
	for i := 0; i+1 < n; i++ { // no line crosses the border between some users and none
		if (s.users[i] == 0) != (s.users[i+1] == 0) {
			forced = append(forced, i, i+1)
		}
	}
	forced = append(forced, n-1)
	stack := make([][2]int, 0, len(forced))
	for i := 1; i < len(forced); i++ {
		keep[forced[i]] = true
		stack = append(stack, [2]int{forced[i-1], forced[i]})
	}
	for len(stack) > 0 {
		a, b := stack[len(stack)-1][0], stack[len(stack)-1][1]
		stack = stack[:len(stack)-1]
		if k, ok := s.farthest(a, b); ok {
			keep[k] = true
			stack = append(stack, [2]int{a, k}, [2]int{k, b})
		}
	}
	knots := make([]int, 0, len(keep))
	for k := range keep {
		knots = append(knots, k)
	}
	slices.Sort(knots)
	return knots
}

// farthest returns the sample between a and b that is farthest from the line
// through them, and whether it is out of tolerance.
func (s *shape) farthest(a, b int) (int, bool) {
	if b-a < 2 {
		return 0, false
	}
	slope := float64(s.users[b]-s.users[a]) / math.Max(s.at[b]-s.at[a], 1e-9)
	best, off, top := 0, 0., 0
	for i := a; i <= b; i++ {
		top = max(top, s.users[i])
		d := math.Abs(float64(s.users[i]-s.users[a]) - slope*(s.at[i]-s.at[a]))
		if i > a && i < b && d > off {
			best, off = i, d
		}
	}
	return best, off > s.tolerance(float64(top))
}

func (s *shape) classify(a, b int) stretch {
	t := stretch{from: a, to: b, level: s.median(a, b)}
	change := s.trend(a, b)
	zero := (s.users[a] == 0) != (s.users[b] == 0)
	switch {
	case math.Abs(change) <= s.tolerance(t.level) && !zero:
	case !zero && s.drifts(math.Abs(change), t):
		t.drift = true
	case change > 0:
		t.move = up
	default:
		t.move = down
	}
	return t
}

// drifts reports whether a change over a stretch is that of a plateau.
func (s *shape) drifts(change float64, t stretch) bool {
	return change <= driftTotal*t.level && change*60 <= driftRate*t.level*s.length(t)
}

// trend returns by how much the users changed over the samples, without their
// noise where there are enough of them.
func (s *shape) trend(a, b int) float64 {
	if quarter := (b - a + 1) / 4; quarter >= 3 {
		return s.median(b-quarter+1, b) - s.median(a, a+quarter-1)
	}
	return float64(s.users[b] - s.users[a])
}

// direction says which ramp a short plateau pauses: by its own change, else
// its neighbours'.
func (s *shape) direction(all []stretch, i int) move {
	change := s.users[all[i].to] - s.users[all[i].from]
	prev, next := flat, flat
	if i > 0 {
		prev = all[i-1].move
	}
	if i+1 < len(all) {
		next = all[i+1].move
	}
	switch {
	case prev != flat:
		return prev
	case next != flat:
		return next
	case change < 0:
		return down
	}
	return up
}

func (s *shape) median(a, b int) float64 {
	u := append([]int(nil), s.users[a:b+1]...)
	slices.Sort(u)
	return float64(u[len(u)/2])
}

// join makes one of neighbours that do the same.
func (s *shape) join(in []stretch) []stretch {
	var out []stretch
	for _, t := range in {
		if n := len(out); n > 0 {
			last := &out[n-1]
			if last.move == t.move && (t.move != flat || s.same(last.level, t.level)) {
				last.to = t.to
				last.level = s.median(last.from, last.to)
				last.drift = last.drift || t.drift
				continue
			}
		}
		out = append(out, t)
	}
	return out
}

// smooth takes out what is too short to be meant: a dip in a plateau, a pause
// or a step back in a ramp.
func (s *shape) smooth(in []stretch) []stretch {
	out := in
	for {
		i, j := s.blemish(out)
		if i < 0 {
			return out
		}
		whole := stretch{from: out[i].from, to: out[j].to, move: out[i].move}
		whole.level = s.median(whole.from, whole.to)
		next := append(append(append([]stretch(nil), out[:i]...), whole), out[j+1:]...)
		out = s.join(next)
	}
}

// blemish finds stretches i to j that are one with a blemish in it: the ends do
// the same and what is between is a sliver.
func (s *shape) blemish(all []stretch) (int, int) {
	for i := range all {
		for j := i + 2; j < len(all) && s.at[all[j].from]-s.at[all[i].to] < sliver; j++ {
			if all[i].move != all[j].move || all[i].move != flat && !s.slight(all[i], all[j]) {
				continue
			}
			if all[i].move == flat && s.same(all[i].level, all[j].level) ||
				all[i].move != flat && !s.hasFlat(all[i+1:j]) {
				return i, j
			}
		}
	}
	return -1, -1
}

// slight reports whether what lies between two ramps is too small a change to
// part them.
func (s *shape) slight(a, b stretch) bool {
	change := math.Abs(float64(s.users[b.from] - s.users[a.to]))
	most := float64(slices.Max(s.users[a.from : b.to+1]))
	return change <= math.Max(s.tolerance(most), 0.25*most)
}

func (s *shape) hasFlat(ts []stretch) bool {
	for _, t := range ts {
		if t.move == flat {
			return true
		}
	}
	return false
}

// sharpen moves the borders of plateaus to where their level is reached and
// left. What a plateau loses its neighbour gets; at the series' ends a new
// stretch takes it.
func (s *shape) sharpen(in []stretch) []stretch {
	for i := range in {
		if in[i].move != flat || in[i].drift {
			continue
		}
		t := &in[i]
		quarter := (t.to - t.from) / 4
		t.level = s.median(t.from+quarter, t.to-quarter)
		noise := 0.
		for k := t.from + quarter; k <= t.to-quarter; k++ {
			noise = math.Max(noise, math.Abs(float64(s.users[k])-t.level))
		}
		noise = math.Min(noise, s.tolerance(t.level))
		off := func(k int) bool { return math.Abs(float64(s.users[k])-t.level) > noise }
		for t.from < t.to && off(t.from) {
			t.from++
		}
		for t.to > t.from && off(t.to) {
			t.to--
		}
		for i > 0 && in[i-1].move != flat && t.from > in[i-1].from && !off(t.from-1) {
			t.from--
		}
		for i+1 < len(in) && in[i+1].move != flat && t.to < in[i+1].to && !off(t.to+1) {
			t.to++
		}
	}
	var out []stretch
	at := 0
	for i, t := range in {
		if t.move != flat {
			// A ramp lies between what its neighbours keep.
			if i+1 < len(in) && in[i+1].move == flat {
				t.to = in[i+1].from
			}
			t.from = at
		} else if t.from < at {
			t.from = at
		} else if t.from > at {
			gap := stretch{from: at, to: t.from, move: up}
			if s.users[t.from] < s.users[at] {
				gap.move = down
			}
			out = append(out, gap)
		}
		if t.to > t.from {
			out = append(out, t)
			at = t.to
		}
	}
	if last := len(s.at) - 1; at < last {
		gap := stretch{from: at, to: last, move: up}
		if s.users[last] < s.users[at] {
			gap.move = down
		}
		out = append(out, gap)
	}
	return s.join(out)
}
