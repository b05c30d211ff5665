package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"github.com/peakload/peakload/report/chart"
)

// Plain makes text from a run safe for a terminal: control characters become
// their pictures, and characters that reorder or hide text U+FFFD.
func Plain(s string) string { return chart.Visible(s) }

// Width returns the number of columns that text takes on a terminal: two for
// wide East Asian characters and emoji, none for marks that combine.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case r == 0xfe0f:
		return 1 // makes an icon of the character before it, which is then wide
	case r == 0x200d || r == 0x200b || r == 0xfe0e || unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cut shortens text to a width with an ellipsis two thirds in, so that names
// which differ in their ends stay apart.
func cut(s string, to int) string {
	if Width(s) <= to {
		return s
	}
	tail := max(0, to-1) / 3
	head, _ := split(s, max(0, to-1)-tail)
	rest := s
	for Width(rest) > tail {
		_, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
	}
	return head + "…" + rest
}

// split returns as much of text as fits a width, and the rest.
func split(s string, to int) (head, rest string) {
	n := 0
	for i, r := range s {
		if n += runeWidth(r); n > to {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// Wrap breaks text into lines of at most 80 columns, the first behind lead, the
// others behind indent, each with its line end. Words keep together unless one
// is longer than a line. Control characters come out as by Plain.
func Wrap(lead, indent, text string) string {
	var b strings.Builder
	line, used := lead, Width(lead)
	empty := true
	for _, word := range strings.Fields(Plain(text)) {
		if w := Width(word); !empty && used+1+w > lineWidth {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line, used, empty = indent, Width(indent), true
		}
		if !empty {
			line, used = line+" ", used+1
		}
		for Width(word) > lineWidth-used {
			head, rest := split(word, lineWidth-used)
			b.WriteString(line + head + "\n")
			line, used, word = indent, Width(indent), rest
		}
		line, used, empty = line+word, used+Width(word), false
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
	return b.String()
}

func (p printer) wrapped(lead, indent, text string) {
	p.w.WriteString(Wrap(lead, indent, text))
}
