package form

import (
	"regexp"
	"strings"
)

// What counts as a blank, given as the whole plain text of a value: TBD with
// or without a unit, an hourglass alone or with words that only say that
// something is still to come.
var (
	blankUnit = `(?:%|‰|[munµ]?s|secs?|seconds?|mins?|minutes?|h|hours?|[kmgt]?i?b|bytes?|r/?ps|qps|tps|` +
		`(?:concurrent |active |virtual )?users?|ccu|vus?|players?|clients?|sessions?|instances?|replicas?|pods?|nodes?|connections?|threads?|workers?|requests?|reqs?|times?|x|×|cores?|vcpus?|points?|pp|` +
		`[\pL]*/(?:s|sec|second|min|minute|h|hour))`
	tbd       = `(?:[~≈<>≤≥]=? ?)?tbd(?: ?` + blankUnit + `)?[.…]?`
	toBe      = `to be (?:\pL+)(?: [\pL-]+){0,8}`
	blankText = regexp.MustCompile(`(?i)^(?:` + tbd + `|to be (?:determined|documented|measured)[.…]?)$`)
	clockText = regexp.MustCompile(`(?i)^[⏳⌛]\x{FE0F}? ?(?:` + tbd + `|pending|` + toBe +
		`|awaiting(?: \pL+){0,3}|waiting(?: for)?(?: (?:the|a|test|run|result|results|execution|data|load))*|not (?:yet )?(?:started|run|tested|measured|executed|available)(?: yet)?|in progress)?[.…]?$`)
)

// isBlank reports whether a value of this plain text is a blank.
func isBlank(text string) bool {
	if len(text) > 120 || text == "" {
		return false
	}
	if n := len(text) - 1; n > 1 && (text[0] == '(' && text[n] == ')' || text[0] == '[' && text[n] == ']') {
		text = strings.TrimSpace(text[1:n])
	}
	return blankText.MatchString(text) || clockText.MatchString(text)
}

// isPlaceholder reports whether a value's plain text says nothing: an empty
// cell, "?", "___", "…", "TODO".
func isPlaceholder(text string) bool {
	switch strings.ToLower(text) {
	case "todo", "tba", "tbc", "xxx", "xx":
		return true
	}
	return strings.Trim(text, "_-–—?.… ") == ""
}
