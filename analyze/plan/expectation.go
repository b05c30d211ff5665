package plan

import (
	"math"
	"regexp"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
)

// wordings are other words of sentences for what targets say, each with the
// target's own.
var wordings = []struct {
	is *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`(?i)\b(?:(?:does|do|must|shall|should|will|may|can)\s+)?(?:not|never)\s+(?:exceed|go above|rise above|go over)\b`), "at most"},
	{regexp.MustCompile(`(?i)\b(?:doesn['’]t exceed|don['’]t exceed|never exceeds|never goes above|never rises above|never goes over|at or below)\b`), "at most"},
	{regexp.MustCompile(`(?i)\b(?:(?:does|do|must|shall|should|will|may)\s+)?(?:not|never)\s+(?:drops? below|falls? below)\b`), "at least"},
	{regexp.MustCompile(`(?i)\bfewer than\b`), "less than"},
	{regexp.MustCompile(`(?i)\b(under|below|than|within|exceeds?) a(n?) (second|minute)\b`), "$1 1 $3"},
	{regexp.MustCompile(`(?i)\bwithin (\d)`), "at most $1"},
	{regexp.MustCompile(`(?i)^(.*\b)?(less than|at most|no more than|under|below) (\d[\d.,]*\s*%) of (?:all |the )?requests (?:may )?(?:fail|are failures|end in errors?)\b`), "error rate $2 $3"},
	{regexp.MustCompile(`(?i)^(?:the )?success (?:rate|ratio)\b`), "success rate"},
	{regexp.MustCompile(`(?i)^(\d[\d.,]*)\s*% of (?:all |the )?requests (?:are |is )?(?:complete[sd]?|finish(?:ed)?|answered|served|return(?:ed)?|respond)\s+(?:in\s+)?(under|below|less than|at most)\b`), "p$1 $2"},
}

// reworded returns a sentence in the words of targets.
func reworded(text string) string {
	for _, w := range wordings {
		text = w.is.ReplaceAllString(text, w.as)
	}
	return text
}

// ParseExpectation reads the target that a sentence states: "P95 latency stays
// below 1 s", "error rate does not exceed 5%", "at least 500 requests per
// second", "99% of requests complete within 2 s". ok is false for sentences
// that state none, or that say more than a target.
func ParseExpectation(text string) (t Target, ok bool) {
	label, cell, ok := cutComparison(text)
	if !ok {
		return Target{}, false
	}
	if label == "" { // "at least 500 requests per second"
		label = "Throughput"
	}
	success := strings.EqualFold(label, "success rate")
	if success {
		label = "error rate"
	}
	t, err := ParseTargetCell(label, cell, Pos{})
	if err != nil {
		return Target{}, false
	}
	if success {
		op, up := map[Op]Op{Greater: Less, GreaterEqual: LessEqual}[t.Op]
		if !up {
			return Target{}, false
		}
		t.Op, t.Limit = op, math.Round((1-t.Limit)*1e12)/1e12 // 1 - 0.99 is not 0.01
	}
	return t, true
}

// ParseBound reads a sentence that bounds something else than a target's
// metric: "CPU stays below 80%", "cache hit rate above 90 %". label is what it
// speaks of.
func ParseBound(text string) (label string, op Op, limit float64, unit measure.Unit, ok bool) {
	label, cell, ok := cutComparison(text)
	if !ok || label == "" {
		return "", 0, 0, 0, false
	}
	rest, op, ok := cutOp(cell)
	if !ok {
		return "", 0, 0, 0, false
	}
	limit, unit, none, ok := ParseCapacity(rest)
	return label, op, limit, unit, ok && !none
}

// cutComparison parts a sentence before its comparison; the verb between is
// left out.
func cutComparison(text string) (label, cell string, ok bool) {
	plain := reworded(plainText(text))
	lower := strings.ToLower(plain)
	if len(lower) != len(plain) {
		return "", "", false
	}
	at, length := -1, 0
	for _, o := range ops {
		i := strings.Index(lower, o.text)
		if i < 0 || i > 0 && plain[i-1] != ' ' && o.text[0] < 0x80 && o.text[0] >= 'a' {
			continue // "cover"
		}
		if at < 0 || i < at || i == at && len(o.text) > length {
			at, length = i, len(o.text)
		}
	}
	if at < 0 {
		return "", "", false
	}
	var words []string
	for _, w := range strings.Fields(plain[:at]) {
		switch strings.ToLower(strings.Trim(w, ",:")) {
		case "stays", "stay", "remains", "remain", "is", "are", "be", "keeps", "kept", "holds", "should", "must", "will", "shall", "always", "at":
		default:
			words = append(words, w)
		}
	}
	return strings.Join(words, " "), strings.TrimRight(plain[at:], " ."), true
}

// A Scope is the part of a run that a sentence restricts itself to.
type Scope struct {
	Phase string  // "" is none
	Users float64 // 0 is none
}

var (
	phaseScope = regexp.MustCompile(`(?i)[\s,]*\b(?:during|in|throughout|over|at|under)\s+(?:the\s+)?(?:whole\s+|entire\s+|full\s+)?` +
		`(ramp[- ]?up|warm[- ]?up|ramp[- ]?down|cool[- ]?down|peak(?:\s+(?:load|traffic|hours?))?|plateau|steady state|test|load test|run)(?:\s+(?:phase|period|stage))?\s*($|[,.;)])`)
	usersScope = regexp.MustCompile(`(?i)[\s,(]*\b(?:at|with|for|under|up to|below|until)\s+(?:a\s+)?(?:load\s+of\s+)?(?:up\s+to\s+)?` + userCount + `\)?`)
	// "Handles 300 users with …": what follows is asked at that level.
	usersFirst = regexp.MustCompile(`(?i)^.*?\b(?:handles?|supports?|serves?|sustains?|survives?|carr(?:y|ies))\s+(?:up\s+to\s+)?` + userCount + `\s+(?:with\s+(?:a\s+)?|while\s+|and\s+(?:the\s+)?|at\s+(?:a\s+)?)`)
)

// UserNumber is a number of users within a sentence, in its own group: what is
// before "300" in "Step 2. 300 users" is none of it.
const UserNumber = `(\d{1,3}(?:,\d{2,3}|[._ '’]\d{3})+|\d+(?:\.\d+)?\s*k|\d+)`

const userCount = `\b` + UserNumber + `\s*(?:(?:concurrent|simultaneous|active|virtual|parallel)\s+)*(?:users?|vus?|ccu|clients|players)\b`

// CutScope takes off a sentence what part of the run it speaks of: "errors
// below 1% during ramp-up", "p99 under 2 s at 300 users".
func CutScope(text string) (rest string, s Scope) {
	rest = plainText(text)
	if m := phaseScope.FindStringSubmatchIndex(rest); m != nil {
		s.Phase = strings.ToLower(rest[m[2]:m[3]])
		switch {
		case strings.HasPrefix(s.Phase, "peak"), s.Phase == "plateau", s.Phase == "steady state":
			s.Phase = "peak"
		case s.Phase == "test", s.Phase == "load test", s.Phase == "run":
			s.Phase = WholeRun
		}
		rest = strings.TrimLeft(rest[:m[0]]+strings.TrimLeft(rest[m[4]:], ",.;)"), " ")
	}
	for _, re := range []*regexp.Regexp{usersFirst, usersScope} {
		m := re.FindStringSubmatchIndex(rest)
		if m == nil {
			continue
		}
		if _, n, ok := ParseUsers(strings.TrimSpace(rest[m[2]:m[3]])); ok && n > 0 {
			s.Users = n
			rest = strings.TrimLeft(rest[:m[0]]+rest[m[1]:], " ,")
			break
		}
	}
	return rest, s
}
