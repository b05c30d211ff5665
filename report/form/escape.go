package form

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape makes outside text safe to stand in a table cell, list item or
// paragraph as plain text. Markdown, HTML, links, footnotes and mathematics in
// it are shown and not obeyed; line ends become spaces; control characters are
// shown as their pictures (␛), and what would reorder or hide text as U+FFFD.
func Escape(text string) string {
	var visible []rune
	space := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case r < ' ':
			r += 0x2400
		case r == 0x7f:
			r = 0x2421
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != 0x200c && r != 0x200d,
			r&0xfffe == 0xfffe, unicode.Is(unicode.Co, r):
			r = utf8.RuneError
		}
		if space && len(visible) > 0 {
			visible = append(visible, ' ')
		}
		space = false
		visible = append(visible, r)
	}
	var b strings.Builder
	for i, r := range visible {
		b.WriteString(escapeRune(visible, i, r))
	}
	return guardStart(b.String())
}

func escapeRune(text []rune, i int, r rune) string {
	switch r {
	case '<':
		if i+1 == len(text) || !(text[i+1] == ' ' || text[i+1] == '=' || text[i+1] >= '0' && text[i+1] <= '9') {
			return "&lt;"
		}
	case '>':
		if i == 0 || text[i-1] == '-' {
			return "&gt;"
		}
	case '&':
		if i+1 < len(text) && (isWord(text[i+1]) || text[i+1] == '#') {
			return "&amp;"
		}
	case '\\', '`', '*', '[', ']', '|', '~', '$', '@':
		return `\` + string(r)
	case '_':
		if i == 0 || i+1 == len(text) || !isWord(text[i-1]) || !isWord(text[i+1]) {
			return `\_`
		}
	case ':':
		// http://, mailto: and the like would become links; a time or
		// a line of a file is none.
		if i > 0 && i+1 < len(text) && isWord(text[i-1]) && (text[i+1] == '/' || isWord(text[i+1]) && scheme(text[:i])) {
			return `\:`
		}
	case '.':
		if i >= 3 && isW(text[i-1]) && isW(text[i-2]) && isW(text[i-3]) {
			return `\.`
		}
	}
	return string(r)
}

// scheme reports whether text ends in the name of a scheme that makes a link
// without slashes.
func scheme(text []rune) bool {
	from := len(text)
	for from > 0 && isWord(text[from-1]) {
		from--
	}
	switch strings.ToLower(string(text[from:])) {
	case "mailto", "xmpp", "tel", "sms", "javascript", "data", "vbscript":
		return true
	}
	return false
}

func isWord(r rune) bool {
	return r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
}

func isW(r rune) bool { return r == 'w' || r == 'W' }
