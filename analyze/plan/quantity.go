package plan

import (
	"strings"
	"unicode"

	"github.com/peakload/peakload/analyze/measure"
)

// secondsIn returns how many seconds a unit of time has; 0 for any other word.
func secondsIn(unit string) float64 {
	switch unit {
	case "ms", "msec", "millisecond", "milliseconds":
		return 0.001
	case "s", "sec", "secs", "second", "seconds":
		return 1
	case "m", "min", "mins", "minute", "minutes":
		return 60
	case "h", "hr", "hrs", "hour", "hours":
		return 3600
	}
	return 0
}

// withoutRemark takes a closing parenthesis, "(measured: 620)", and a leading
// "about" off a stated quantity.
func withoutRemark(text string) string {
	text = plainText(text)
	if strings.HasSuffix(text, ")") {
		if i := strings.LastIndexByte(text, '('); i > 0 {
			text = text[:i]
		}
	}
	text = strings.TrimSpace(text)
	for _, about := range []string{"~", "≈", "approximately ", "approx. ", "approx ", "about ", "ca. "} {
		if rest, ok := cutPrefixFold(text, about); ok {
			return strings.TrimSpace(rest)
		}
	}
	return text
}

func cutPrefixFold(text, prefix string) (string, bool) {
	if len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
		return text[len(prefix):], true
	}
	return text, false
}

// cutWord takes the letters (and %, µ) off the front of text.
func cutWord(text string) (word, rest string) {
	text = strings.TrimLeft(text, " ")
	for i, r := range text {
		if !unicode.IsLetter(r) && r != '%' {
			return strings.ToLower(text[:i]), text[i:]
		}
	}
	return strings.ToLower(text), ""
}

// ParseDuration reads a length of time in s: "10 minutes", "10m", "1h30m",
// "1 h 30 min", "90 sec", "0:10:00". A bare number is no duration: its unit is
// not stated. Two-part clocks, "10:00", need theirs too ("10:00 min").
func ParseDuration(text string) (seconds float64, ok bool) {
	text = withoutRemark(text)
	if n, rest, ok := cutClock(text); ok {
		unit, after := cutWord(rest)
		if strings.TrimSpace(after) != "" {
			return 0, false
		}
		return clockSeconds(n, unit)
	}
	smallest := 0.0
	for text = strings.TrimSpace(text); text != ""; {
		digits, rest, isNumber := cutNumber(text)
		if !isNumber {
			return 0, false
		}
		unit, after := cutWord(rest)
		n, _ := decimal(digits, 0)
		size := secondsIn(unit)
		if size == 0 || smallest != 0 && size >= smallest {
			return 0, false // units come in falling order, once each
		}
		smallest = size
		seconds += n * size
		text = strings.TrimLeft(after, " ,")
		if rest, ok := cutPrefixFold(text, "and "); ok {
			text = rest
		}
	}
	return seconds, smallest != 0
}

// cutClock takes "1:30" or "0:10:00" off the front of text.
func cutClock(text string) (parts []float64, rest string, ok bool) {
	for len(parts) < 3 {
		end := len(text) - len(strings.TrimLeft(text, "0123456789"))
		n, ok := decimal(text[:end], 0)
		if !ok || len(parts) > 0 && (end != 2 || n > 59) {
			return nil, text, false
		}
		parts = append(parts, n)
		text = text[end:]
		if len(parts) == 3 || !strings.HasPrefix(text, ":") {
			break
		}
		text = text[1:]
	}
	return parts, text, len(parts) > 1 && !strings.HasPrefix(text, ":")
}

// clockSeconds returns what a clock reads: three parts are h:mm:ss, two are
// h:mm or m:ss by the unit behind them.
func clockSeconds(parts []float64, unit string) (float64, bool) {
	if len(parts) == 3 {
		return parts[0]*3600 + parts[1]*60 + parts[2], true
	}
	switch secondsIn(unit) {
	case 3600:
		return parts[0]*3600 + parts[1]*60, true
	case 60:
		return parts[0]*60 + parts[1], true
	}
	return 0, false
}

// userWords are the words that may follow a number of users.
func isUserWords(text string) bool {
	for _, w := range words(text) {
		switch w {
		case "user", "users", "concurrent", "virtual", "simultaneous", "active", "locust", "vus", "vu", "u":
		default:
			return false
		}
	}
	return strings.Trim(text, " .abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// ParseUsers reads a number of users, or its change over a phase: "1000",
// "1,000 concurrent users", "0-1000", "1000 → 0", "200 to 400 users". For one
// number from and to are the same.
func ParseUsers(text string) (from, to float64, ok bool) {
	text = withoutRemark(text)
	if rest, found := cutPrefixFold(text, "up to "); found {
		text = strings.TrimSpace(rest)
	}
	from, rest, ok := cutFloat(text)
	if !ok {
		return 0, 0, false
	}
	if after, found := cutDash(rest); found {
		to, rest, ok = cutFloat(after)
		return from, to, ok && isUserWords(rest)
	}
	return from, from, isUserWords(rest)
}

// cutFloat takes a number of users off the front of text.
func cutFloat(text string) (n float64, rest string, ok bool) {
	digits, rest, ok := cutNumber(strings.TrimSpace(text))
	if !ok {
		return 0, text, false
	}
	n, ok = decimal(thousandsPoint(digits), 0)
	return n, rest, ok
}

// cutDash takes what joins the ends of a range off the front of text; the word
// users may stand before it.
func cutDash(text string) (rest string, ok bool) {
	text = strings.TrimLeft(text, " ")
	if after, found := cutPrefixFold(text, "users"); found {
		text = strings.TrimLeft(after, " ")
	}
	for _, dash := range []string{"->", "→", "–", "—", "−", "‑", "‐", "-", "..", "…", "to "} {
		if rest, ok := cutPrefixFold(text, dash); ok {
			return strings.TrimLeft(rest, " "), true
		}
	}
	return text, false
}

// ParseRate reads a spawn rate in users/s: "50 users/second", "50/s", "30 users
// per minute", "50".
func ParseRate(text string) (perSecond float64, ok bool) {
	n, rest, ok := cutFloat(withoutRemark(text))
	if !ok {
		return 0, false
	}
	rest = strings.ToLower(strings.TrimSpace(rest))
	what, per, found := strings.Cut(rest, "/")
	if !found {
		what, per, found = strings.Cut(rest, "per ")
	}
	switch {
	case !isUserWords(what):
		return 0, false
	case !found:
		return n, true
	}
	size := secondsIn(strings.TrimSpace(per))
	if size < 1 {
		return 0, false
	}
	return n / size, true
}

// ParseCapacity reads a stated limit of a resource in base units: "100",
// "100%", "4096 MB", "4 GB", "200 connections", "500/s". MB and GB are powers
// of 1024, as the tools that show memory count them. none says that the text
// states that there is no limit ("N/A", "unlimited"); ok is false for blanks
// and for what cannot be read.
func ParseCapacity(text string) (limit float64, unit measure.Unit, none, ok bool) {
	text = withoutRemark(text)
	switch strings.Join(words(text), " ") {
	case "n a", "na", "unlimited", "none", "not applicable", "no limit":
		return 0, measure.Count, true, true
	case "":
		if strings.ContainsAny(text, "∞") {
			return 0, measure.Count, true, true
		}
	}
	digits, rest, ok := cutNumber(text)
	if !ok {
		return 0, 0, false, false
	}
	word, after := cutWord(rest)
	if word == "" && strings.TrimSpace(after) == "/s" {
		word, after = "/s", ""
	}
	rate := false
	if trimmed := strings.TrimSpace(after); trimmed != "" {
		if rate = trimmed == "/s" || trimmed == "/sec" || trimmed == "/second"; !rate {
			return 0, 0, false, false
		}
	}
	shift, factor := 0, 1.0
	switch word {
	case "%", "percent":
		unit, shift = measure.Ratio, -2
	case "b", "byte", "bytes":
		unit = measure.Bytes
	case "kb", "kib":
		unit, factor = measure.Bytes, 1<<10
	case "mb", "mib", "m":
		unit, factor = measure.Bytes, 1<<20
	case "gb", "gib", "g":
		unit, factor = measure.Bytes, 1<<30
	case "tb", "tib":
		unit, factor = measure.Bytes, 1<<40
	case "ms":
		unit, shift = measure.Seconds, -3
	case "s", "sec", "seconds":
		unit = measure.Seconds
	case "rps", "/s":
		unit = measure.PerSecond
	case "users":
		unit = measure.Users
	case "", "connections", "connection", "conns", "threads", "thread", "workers", "worker", "processes", "requests", "cores", "clients", "slots", "ops", "commands", "cmd", "req":
		unit = measure.Count
		if rate {
			unit, rate = measure.PerSecond, false
		}
	default:
		return 0, 0, false, false
	}
	if rate {
		return 0, 0, false, false
	}
	n, ok := decimal(digits, shift)
	return n * factor, unit, false, ok
}

// ParseRunLabel reads a column header of the comparison: "Sustained (200u)" is
// the run Sustained at 200 users. users is 0 where none are stated.
func ParseRunLabel(text string) (name string, users float64) {
	text = plainText(text)
	name, inside := text, ""
	if i := strings.LastIndexByte(text, '('); i >= 0 && strings.HasSuffix(text, ")") {
		name, inside = strings.TrimSpace(text[:i]), text[i+1:len(text)-1]
	} else if i := strings.LastIndexByte(text, ' '); i > 0 {
		if ws := words(text[i:]); len(ws) == 1 && len(ws[0]) > 1 && strings.HasSuffix(ws[0], "u") {
			name, inside = strings.TrimRight(text[:i], " ,:–-"), text[i+1:]
		}
	}
	if inside == "" {
		return text, 0
	}
	if from, to, ok := ParseUsers(inside); ok && from == to && name != "" {
		return name, to
	}
	return text, 0
}
