package analyze

import (
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/plan"
)

// findPhases cuts the history into phases, which tile it: every request of it
// belongs to exactly one. It names them after the plan where the plan has
// them, and returns the planned phases that the run did not contain.
//
// The peak is the plateau at the highest number of users. A run whose load rose
// further than its highest plateau has none.
func (c *context) findPhases() ([]Phase, []plan.Phase) {
	if !c.knowsLoad() {
		return nil, c.plan.Phases
	}
	s := newShape(c.instants, c.history.Users, c.history.Step)
	parts := s.phases()
	out := make([]Phase, len(parts))
	for i, p := range parts {
		from := p.from
		if i == 0 {
			from = firstEdge(c.history)
		}
		out[i] = Phase{Kind: p.kind, Window: c.window(from, p.to)}
		if p.move == up { // it may end with the fall after it, too short for a phase
			out[i].UsersTo = slices.Max(c.history.Users[from+1 : p.to+1])
		}
		if p.move == flat {
			out[i].UsersFrom, out[i].UsersTo = int(p.level), int(p.level)
		}
	}
	absent := matchPlan(out, c.plan.Phases)
	name(out)
	return out, absent
}

// A loadPhase is a stretch with the kind of phase that it is.
type loadPhase struct {
	stretch
	kind PhaseKind
}

// phases turns the stretches of the load into phases.
func (s *shape) phases() []loadPhase {
	all := s.stretches()
	top, hasPeak := s.top(all)
	out := make([]loadPhase, len(all))
	first := len(all) // the first peak; without one, where the users were most
	for i, t := range all {
		out[i] = loadPhase{stretch: t, kind: s.kind(t, top, hasPeak)}
		if first == len(all) && (out[i].kind == Peak || !hasPeak && s.holdsMost(t)) {
			first = i
		}
	}
	for i := range out {
		if out[i].kind == Step && i > first && out[i].level <= 0.5*top {
			out[i].kind = Recovery
		}
	}
	return s.tidy(out)
}

// top returns the most users that were held, or reached, and whether they were
// held: no rise beyond the highest plateau lasted.
func (s *shape) top(all []stretch) (float64, bool) {
	top := math.NaN()
	for _, t := range all {
		if t.move == flat && t.level > 0 && !(t.level <= top) {
			top = t.level
		}
	}
	most := float64(slices.Max(s.users))
	if math.IsNaN(top) {
		return most, false
	}
	began := -1
	for i, u := range s.users {
		switch {
		case float64(u) <= top*1.05+1:
			began = -1
		case began < 0:
			began = i
		case s.at[i]-s.at[began] >= sliver-1:
			return most, false
		}
	}
	return top, true
}

func (s *shape) holdsMost(t stretch) bool {
	most := slices.Max(s.users)
	for i := t.from; i <= t.to; i++ {
		if s.users[i] == most {
			return true
		}
	}
	return false
}

func (s *shape) kind(t stretch, top float64, hasPeak bool) PhaseKind {
	switch {
	case t.move == up:
		return RampUp
	case t.move == down:
		return RampDown
	case t.level == 0:
		return Idle
	case hasPeak && t.level >= top-math.Max(s.tolerance(top), 0.01*top):
		return Peak
	}
	return Step
}

// tidy gives slivers and short climbs to a neighbour.
//
// A sliver before a peak goes to what precedes it, so that what is judged is
// the peak alone; other slivers, and climbs between steps that are short beside
// their step, go to the step that they lead to.
func (s *shape) tidy(in []loadPhase) []loadPhase {
	out := append([]loadPhase(nil), in...)
	for i := 0; i < len(out) && len(out) > 1; {
		p := out[i]
		if p.move == flat {
			i++
			continue
		}
		n := s.length(p.stretch)
		last := i == len(out)-1
		between := i > 0 && !last && out[i-1].move == flat && out[i+1].move == flat
		short := n < sliver-.5 && !s.parts(out, i)
		climb := between && out[i+1].kind != Peak && out[i-1].kind != Peak && n <= shortClimb && n <= s.length(out[i+1].stretch)/2
		switch {
		case !short && !climb:
			i++
			continue
		case i == 0 || !last && out[i+1].move == flat && out[i+1].kind != Peak:
			out[i+1].from = p.from
		case last || out[i+1].kind == Peak || between:
			out[i-1].to = p.to
		default:
			out[i+1].from = p.from
		}
		out = slices.Delete(out, i, i+1)
	}
	return out
}

// parts reports whether a sliver parts two ramps of the other direction, as the
// fall of a sawtooth does: it belongs to neither.
func (s *shape) parts(all []loadPhase, i int) bool {
	return i > 0 && i < len(all)-1 && all[i-1].move != flat && all[i-1].move == all[i+1].move && all[i-1].move != all[i].move
}

// name gives every phase without a planned name one of its own. Names are
// unique.
func name(ps []Phase) {
	taken := map[string]bool{}
	for i := range ps {
		if ps[i].Name != "" {
			taken[ps[i].Name] = true
		}
	}
	for i := range ps {
		p := &ps[i]
		if p.Name != "" {
			continue
		}
		names := []string{kindName(p.Kind)}
		switch p.Kind {
		case Step:
			names = []string{fmt.Sprintf("Step %d users", p.UsersTo)}
		case RampUp, RampDown:
			names = append(names, fmt.Sprintf("%s to %d users", names[0], p.UsersTo))
		}
		for n := 2; p.Name == ""; n++ {
			for _, s := range names {
				if !taken[s] && p.Name == "" {
					p.Name = s
				}
			}
			names = []string{fmt.Sprintf("%s %d", kindName(p.Kind), n)}
			if p.Kind == Step {
				names[0] = fmt.Sprintf("Step %d users (%d)", p.UsersTo, n)
			}
		}
		taken[p.Name] = true
	}
}

// kindName is the kind as a heading.
func kindName(k PhaseKind) string {
	return [...]string{"Ramp-up", "Peak", "Step", "Ramp-down", "Recovery", "Idle"}[k]
}
