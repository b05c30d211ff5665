package plan

import "strings"

// ParsePhaseLabel reads a phase's row label, its planned window in s from the
// start of the run in parentheses or brackets: "Ramp-up (0-1 min)", "Peak (1–9
// min)", "Warm-up (0-90s)", "Soak (0:10-1:30 h)", "Step 2 [60-120 sec]", "Peak
// (1-9 min, 1000 users)". The unit of the window's end holds for its beginning
// where that has none. to is 0 for an open end ("9 min - end"). Where no window
// is stated, or its unit is missing, ok is false and name is the label as it
// stands, less a parenthesis that is only a length of time.
func ParsePhaseLabel(text string) (name string, from, to float64, ok bool) {
	text = plainText(text)
	open := strings.LastIndexAny(text, "([")
	shut := -1
	if open >= 0 {
		shut = strings.IndexAny(text[open:], ")]")
	}
	if shut < 0 {
		return text, 0, 0, false
	}
	inside, outside := text[open+1:open+shut], strings.TrimSpace(text[:open])+text[open+shut+1:]
	parts := strings.Split(inside, ",")
	for i, part := range parts {
		if from, to, ok = ParseWindow(part); ok {
			parts = append(parts[:i:i], parts[i+1:]...)
			break
		}
	}
	if _, length := ParseDuration(inside); length {
		parts = nil
	}
	switch {
	case ok && len(parts) > 0 && !usersOnly(parts):
		outside = strings.TrimSpace(text[:open]) + " (" + strings.TrimSpace(strings.Join(parts, ",")) + ")" + text[open+shut+1:]
	case !ok && len(parts) > 0:
		return text, 0, 0, false
	}
	name = strings.TrimRight(strings.TrimSpace(outside), " :")
	if name == "" {
		return text, from, to, ok
	}
	return name, from, to, ok
}

// usersOnly reports whether the rest of a parenthesis is only the users that
// the table's own column states.
func usersOnly(parts []string) bool {
	if len(parts) != 1 {
		return false
	}
	_, _, ok := ParseUsers(parts[0])
	return ok
}

// ParseWindow reads two instants in s from the start of the run: "0-1 min",
// "1m30s – 9m", "0:30-9:00 min", "60 to 120 sec", "9 min - end". to is 0 for an
// open end.
func ParseWindow(text string) (from, to float64, ok bool) {
	text = plainText(text)
	if len(text) > 100 {
		return 0, 0, false // no window is that long, and every dash in it would be tried
	}
	for i := range text {
		first := text[:i]
		last, found := cutDash(text[i:])
		if !found || i == 0 {
			continue
		}
		if to, ok = openEnd(last); !ok {
			to, ok = ParseDuration(last)
			if !ok && strings.Count(last, ":") == 1 && strings.Count(first, ":") == 1 {
				to, ok = ParseDuration(last + " min")
			}
			if !ok || to <= 0 {
				continue
			}
		}
		from, ok = ParseDuration(first)
		if !ok {
			unit := lastWord(last)
			if unit == "" {
				unit = "min" // two clocks, or the line below fails
			}
			from, ok = ParseDuration(first + " " + unit)
		}
		if !ok && strings.TrimSpace(first) == "0" {
			from, ok = 0, true
		}
		if ok && (to == 0 || to > from) {
			return from, to, true
		}
	}
	return 0, 0, false
}

func openEnd(text string) (float64, bool) {
	switch strings.Join(words(text), " ") {
	case "end", "the end":
		return 0, true
	}
	return 0, false
}

// lastWord returns the unit at the end of a time.
func lastWord(text string) string {
	text = strings.TrimSpace(text)
	i := len(strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	return strings.ToLower(text[i:])
}

// ParseBand reads a load level: "0-500 users", "500–750", "1000+ users", "> 1000
// users", "up to 500", "Normal (0-500 users)". to is 0 where there is no upper
// end; a single number is a band of that number alone. Whether an end belongs to
// its band makes no difference at the resolution of a load test, so "> 1000" is
// from 1000.
func ParseBand(text string) (from, to float64, ok bool) {
	text = plainText(text)
	if from, to, ok = bandText(text); ok {
		return from, to, true
	}
	if open := strings.LastIndexByte(text, '('); open >= 0 {
		if shut := strings.IndexByte(text[open:], ')'); shut > 0 {
			if from, to, ok = bandText(text[open+1 : open+shut]); ok {
				return from, to, true
			}
			return bandText(text[:open])
		}
	}
	return 0, 0, false
}

func bandText(text string) (from, to float64, ok bool) {
	text = strings.TrimSpace(text)
	if rest, op, found := cutOp(text); found {
		n, rest, ok := cutFloat(rest)
		if !ok || !isUserWords(rest) {
			return 0, 0, false
		}
		if op == Greater || op == GreaterEqual {
			return n, 0, true
		}
		return 0, n, n > 0
	}
	n, rest, ok := cutFloat(text)
	if !ok {
		return 0, 0, false
	}
	rest = strings.TrimLeft(rest, " ")
	if after, plus := strings.CutPrefix(rest, "+"); plus {
		return n, 0, isUserWords(after)
	}
	for _, more := range []string{"and more", "and above", "or more", "or above"} {
		if before, after, found := strings.Cut(strings.ToLower(rest), more); found {
			return n, 0, isUserWords(before) && isUserWords(after)
		}
	}
	from, to, ok = ParseUsers(text)
	return from, to, ok && to >= from && to > 0
}
