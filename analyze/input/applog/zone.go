package applog

import (
	"fmt"
	"math"
)

const (
	binSeconds = 10
	// shareOfOther is how much of the shorter one log and run must share in a
	// zone that nothing else speaks for: with forty zones to choose from a log
	// of another run overlaps this one in one of them soon.
	shareOfOther = 0.9
	// beyond is how far from the run lines are counted while the zone is not
	// known.
	beyond = 15 * 3600
	// longestRun bounds the memory for the density of lines.
	longestRun = 60 * 86400
)

// zones are the offsets from UTC that are in use, in minutes east.
var zones = [...]int64{-720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -150, -120, -60, 0, 60, 120, 180, 210, 240, 270, 300, 330, 345, 360, 390,
	420, 480, 525, 540, 570, 600, 630, 660, 720, 765, 780, 825, 840}

// A density counts the lines that state no zone, by the time as written: by
// the shift at which the run explains them the zone is inferred.
type density struct {
	from        int64
	bins        []int32
	first, last int64
	any         bool
}

func newDensity(w Window) *density {
	d := &density{}
	if w.known() && w.To-w.From <= longestRun {
		d.from = int64(w.From) - beyond
		d.bins = make([]int32, (int64(w.To)+beyond-d.from)/binSeconds+1)
	}
	return d
}

func (d *density) add(at int64) {
	if !d.any {
		d.first, d.last, d.any = at, at, true
	}
	d.first, d.last = min(d.first, at), max(d.last, at)
	if i := (at - d.from) / binSeconds; at >= d.from && i < int64(len(d.bins)) {
		d.bins[i]++
	}
}

// within counts the lines between two times as written.
func (d *density) within(from, to int64) (n int64) {
	for i := max(0, (from-d.from)/binSeconds); i <= (to-d.from)/binSeconds && i < int64(len(d.bins)); i++ {
		n += int64(d.bins[i])
	}
	return n
}

// offset infers what must be added to the times as written to get UTC, and
// says why. The zone must let log and run overlap. Among such zones UTC comes
// first, then the load generator's own; another is taken only if the run
// explains its lines much better: many during the run and few right before and
// after. ok is false where no zone lets them overlap.
func (d *density) offset(w Window) (offset int64, why string, ok bool) {
	type option struct {
		offset int64
		score  float64
	}
	var options []option
	best := option{score: -1}
	from, to := int64(w.From), int64(w.To)
	for _, east := range zones {
		o := -east * 60
		slack := int64(grace)
		if o != 0 && float64(o) != -w.Zone {
			shared := float64(min(d.last+o, to) - max(d.first+o, from))
			if shared < shareOfOther*float64(min(d.last-d.first, to-from)) {
				continue
			}
			slack = 0
		}
		if d.last+o < from-slack || d.first+o > to+slack {
			continue
		}
		p := option{o, d.contrast(from-o, to-o)}
		options = append(options, p)
		if p.score > best.score || p.score == best.score && likelier(p.offset, best.offset) {
			best = p
		}
	}
	if len(options) == 0 {
		return 0, "", false
	}
	chosen, fit := best, 0
	preferred := []int64{0}
	if !math.IsNaN(w.Zone) {
		preferred = append(preferred, -int64(w.Zone))
	}
	found := false
	for _, want := range preferred {
		for _, p := range options {
			if p.offset == want && p.score >= best.score/2 && !found {
				chosen, found = p, true
			}
		}
	}
	for _, p := range options {
		if p.offset != chosen.offset && p.score >= 0.9*chosen.score {
			fit++
		}
	}
	also := ""
	if fit > 0 {
		also = fmt.Sprintf("; %d other zones would fit the run as well", fit)
		if fit == 1 {
			also = "; one other zone would fit the run as well"
		}
	}
	switch {
	case chosen.offset == 0:
		return 0, "the lines state no zone; UTC fits the run" + also, true
	case found:
		return chosen.offset, "the lines state no zone; the load generator's, " + zoneName(chosen.offset) + ", fits the run" + also, true
	}
	return chosen.offset, "the lines state no zone; " + zoneName(chosen.offset) + " by overlap with the run" + also, true
}

// contrast is the rate of lines during the run over that right before and
// after it, 10 at most.
func (d *density) contrast(from, to int64) float64 {
	guard := min(max(to-from, 60), 600)
	in := float64(d.within(from, to))
	out := float64(d.within(from-guard, from-binSeconds)+d.within(to+binSeconds, to+guard)) * float64(to-from+1) / float64(2*guard)
	return math.Min((in+1)/(out+1), 10)
}

// likelier prefers whole hours, then half ones, then what is nearer to UTC.
func likelier(a, b int64) bool {
	part := func(o int64) int64 {
		switch {
		case o%3600 == 0:
			return 0
		case o%1800 == 0:
			return 1
		}
		return 2
	}
	abs := func(o int64) int64 { return max(o, -o) }
	if part(a) != part(b) {
		return part(a) < part(b)
	}
	return abs(a) < abs(b)
}

// zoneName names the zone of a clock that offset brings to UTC.
func zoneName(offset int64) string {
	east, sign := -offset, "+"
	if east < 0 {
		east, sign = -east, "−"
	}
	if east%3600 == 0 {
		return fmt.Sprintf("UTC%s%d", sign, east/3600)
	}
	return fmt.Sprintf("UTC%s%d:%02d", sign, east/3600, east%3600/60)
}
