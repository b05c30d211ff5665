package plan

import (
	"strings"
	"unicode"
)

// canonicalPhase trims a phase's name and writes the two that every run has
// in one way.
func canonicalPhase(name string) string {
	name = strings.TrimSpace(name)
	switch PhaseKey(name) {
	case "peak":
		return PeakPhase
	case "run":
		return WholeRun
	}
	return name
}

// PhaseKey returns what phases' names are compared by: their letters and
// digits in lower case, in words with single spaces, so that "@ramp-up" names
// "Ramp-up" and "Ramp up". A name without letters and digits is compared as
// it is. The peak phase's "" has the key "peak".
func PhaseKey(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.'
	})
	switch {
	case len(words) > 0:
		return strings.Join(words, " ")
	case name == PeakPhase:
		return "peak"
	}
	return strings.TrimSpace(name)
}

// SamePhase reports whether two names mean the same phase.
func SamePhase(a, b string) bool { return PhaseKey(a) == PhaseKey(b) }
