package chart

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible makes recorded text safe to look at: control characters become their
// Unicode pictures (ESC is ␛), line separators ␤, and characters that reorder
// or hide what stands beside them �, as do bytes that are no UTF-8. Markup is
// left alone: whoever writes HTML or XML escapes it.
func Visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x20:
			return 0x2400 + r
		case r == 0x7f:
			return '␡'
		case r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '␤'
		case r == utf8.RuneError, unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r), r == '\ufeff', r == '\ufffe', r == '\uffff':
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
}
