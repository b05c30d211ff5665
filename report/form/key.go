package form

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	numbering = regexp.MustCompile(`^(?:§ ?)?(?:\(?(?:\d{1,2}(?:\.\d{1,2})*|[ivxIVX]{1,5}|[A-Za-z])[.)]+(?:\s+|$)|(?:[0-2]?\d|30)(?:\.\d{1,2})+\s+)`)
	joiners   = strings.NewReplacer("&", " and ", "'", "", "’", "") // safe for concurrent use
	keycap    = regexp.MustCompile(`[0-9#*]\x{FE0F}?\x{20E3}`)
)

// Key reduces a heading or label to what it is matched by: lower case, no
// emphasis, emoji, numbering, parentheses or punctuation, single spaces,
// singular. "📊 3. **Cache** (Redis) ##" is "cache", "Commands/sec" is
// "command sec". Key of a Key is itself.
func Key(text string) string {
	t, _ := plain(text)
	t = stripNumbering(t)
	if k := words(stripParens(t)); k != "" {
		return k
	}
	return words(t)
}

// Mentions reports whether each of the words stands in the text, by their
// Keys and in any order, those in parentheses too: "Cache (Redis)" and
// "Redis Cache" both mention "redis cache".
func Mentions(text, some string) bool {
	t, _ := plain(text)
	have := map[string]bool{}
	for _, w := range strings.Fields(words(t)) {
		have[w] = true
	}
	want := strings.Fields(words(some))
	for _, w := range want {
		if !have[w] {
			return false
		}
	}
	return len(want) > 0
}

// fullKey is Key with what stands in parentheses kept: rows and items are
// remembered by it.
func fullKey(text string) string {
	t, _ := plain(text)
	if k := words(stripNumbering(t)); k != "" {
		return k
	}
	return strings.ToLower(t)
}

// stripNumbering removes emoji, signs and numbers in front of a heading.
func stripNumbering(t string) string {
	t = keycap.ReplaceAllString(t, " ")
	for {
		t = strings.TrimLeftFunc(t, func(r rune) bool {
			return r != '(' && r != '§' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		})
		m := numbering.FindString(t)
		if m == "" || strings.TrimSpace(t[len(m):]) == "" {
			return t
		}
		t = t[len(m):]
	}
}

// stripParens removes what stands in parentheses, nested or not.
func stripParens(t string) string {
	var b strings.Builder
	depth, from := 0, 0
	for i := 0; i < len(t); i++ {
		switch t[i] {
		case '(':
			if depth == 0 {
				b.WriteString(t[from:i])
				b.WriteByte(' ')
				from = i
			}
			depth++
		case ')':
			if depth > 0 {
				if depth--; depth == 0 {
					from = i + 1
				}
			}
		}
	}
	b.WriteString(t[from:])
	return b.String()
}

// words returns the words of t in lower case and singular.
func words(t string) string {
	t = joiners.Replace(strings.ToLower(t))
	fields := strings.FieldsFunc(t, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
	})
	kept := fields[:0]
	for _, f := range fields {
		f = strings.TrimLeftFunc(f, func(r rune) bool { return unicode.Is(unicode.Mn, r) })
		if f != "" {
			kept = append(kept, singular(f))
		}
	}
	return strings.Join(kept, " ")
}

// singular takes the English plural off a word, roughly and repeatably.
func singular(w string) string {
	n := len(w)
	if n < 4 || w[n-1] != 's' {
		return w
	}
	switch {
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
		return w
	case strings.HasSuffix(w, "ies") && n > 4:
		return w[:n-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "ches") && !strings.HasSuffix(w, "aches"),
		strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "zzes"):
		return w[:n-2]
	}
	return w[:n-1]
}
