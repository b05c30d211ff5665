package analyze

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/plan"
)

// phaseWords are the words that people name phases with, the more particular
// kinds first: "ramp-up to peak" is a ramp and "recovery after peak" a recovery.
var phaseWords = []struct {
	kind  PhaseKind
	words []string
}{
	{RampDown, []string{"rampdown", "cooldown", "winddown", "stepdown", "rampingdown", "shutdown"}},
	{RampUp, []string{"rampup", "warmup", "rampingup", "spawn", "hatch", "climb"}},
	{Recovery, []string{"recover", "afterload", "afterpeak", "tail"}},
	{Idle, []string{"idle", "pause", "noload"}},
	{Step, []string{"step", "stage", "level", "stair"}},
	{Peak, []string{"peak", "plateau", "steady", "sustain", "hold", "fullload", "maximum", "stress", "spike"}},
}

// letters reduces a name to its lower-case letters and digits.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127:
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, strings.ToLower(s))
}

// kindOf returns the kind of phase that a name speaks of.
func kindOf(name string) (PhaseKind, bool) {
	l := letters(name)
	for _, k := range phaseWords {
		for _, w := range k.words {
			if strings.Contains(l, w) {
				return k.kind, true
			}
		}
	}
	if l == "ramp" {
		return RampUp, true
	}
	return 0, false
}

var usersWord = regexp.MustCompile(`(?i)\b` + plan.UserNumber + `\s*(?:concurrent\s+|virtual\s+|simultaneous\s+|active\s+)*(?:users?|u|vus?|ccu|players)\b`)

// usersIn returns the number of users that a text names.
func usersIn(s string) (float64, bool) {
	m := usersWord.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	_, n, ok := plan.ParseUsers(strings.TrimSpace(m[1]))
	return n, ok
}

var ordinalWord = regexp.MustCompile(`(\d+)\s*$`)

// matchPlan gives the phases the plan's names, by name and where no phase of
// the run could have a planned name, by window. It returns the planned phases
// that no phase answers to.
func matchPlan(ps []Phase, planned []plan.Phase) []plan.Phase {
	var absent []plan.Phase
	for i := range planned {
		pl := &planned[i]
		best, fit := -1, 0.
		for _, k := range candidates(ps, pl) {
			if f := fitness(ps[k], pl); ps[k].Planned == nil && (best < 0 || f > fit) {
				best, fit = k, f
			}
		}
		if best < 0 {
			absent = append(absent, *pl)
			continue
		}
		ps[best].Planned, ps[best].Name = pl, pl.Name
	}
	return absent
}

// candidates returns the phases that a planned phase may mean. A step whose
// users are planned is a plateau of so many users, whatever its number.
func candidates(ps []Phase, pl *plan.Phase) []int {
	if kind, _ := kindOf(pl.Name); kind == Step && pl.UsersTo > 0 && pl.UsersFrom == pl.UsersTo {
		var out []int
		for i, p := range ps {
			if (p.Kind == Step || p.Kind == Peak) && sameLevel(float64(p.UsersTo), pl.UsersTo) {
				out = append(out, i)
			}
		}
		return out
	}
	if out, known := named(ps, pl.Name); known {
		return out
	}
	var out []int
	for i := range ps {
		if overlap(ps[i], pl) >= .5 {
			out = append(out, i)
		}
	}
	return out
}

// named returns the phases that a name can mean, and whether the name speaks
// of a kind of phase at all.
func named(ps []Phase, name string) ([]int, bool) {
	kind, known := kindOf(name)
	users, hasUsers := usersIn(name)
	if !known && !hasUsers {
		return nil, false
	}
	var out []int
	plateaus, nearest := 0, 0.
	for i, p := range ps {
		plateau := p.Kind == Step || p.Kind == Peak
		if plateau {
			plateaus++
		}
		switch {
		case hasUsers && (!known || kind == Step || kind == Peak):
			off := math.Abs(float64(p.UsersTo) - users)
			switch {
			case !plateau || !sameLevel(float64(p.UsersTo), users) || len(out) > 0 && off > nearest:
			case len(out) > 0 && off < nearest:
				out, nearest = []int{i}, off
			default:
				out, nearest = append(out, i), off
			}
		case kind == Step:
			if m := ordinalWord.FindString(strings.TrimSpace(name)); m != "" {
				if n, _ := strconv.Atoi(strings.TrimSpace(m)); plateau && n == plateaus {
					out = append(out, i)
				}
			} else if p.Kind == Step {
				out = append(out, i)
			}
		case p.Kind == kind:
			out = append(out, i)
		}
	}
	return out, true
}

// fitness orders the candidates of a planned phase: the share of the planned
// window that a phase answers to, and the longer one when no window decides.
func fitness(p Phase, pl *plan.Phase) float64 {
	return 1e6*overlap(p, pl) + (p.End - p.Start)
}

// overlap returns the common part of a phase and a planned window, of both.
func overlap(p Phase, pl *plan.Phase) float64 {
	if pl.To <= pl.From {
		return 0
	}
	common := min(p.End, pl.To) - max(p.Start, pl.From)
	if common <= 0 {
		return 0
	}
	return common / (max(p.End, pl.To) - min(p.Start, pl.From))
}
