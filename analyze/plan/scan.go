package plan

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A scanner reads a target's text from left to right and knows the position
// of everything it reads.
type scanner struct {
	src string
	at  int // bytes
	pos Pos // of src's first character
}

func (s *scanner) rest() string { return s.src[s.at:] }

func (s *scanner) space() {
	s.at += len(s.rest()) - len(strings.TrimLeftFunc(s.rest(), unicode.IsSpace))
}

// while reads characters as long as ok.
func (s *scanner) while(ok func(rune) bool) string {
	from := s.at
	for s.at < len(s.src) {
		r, n := utf8.DecodeRuneInString(s.rest())
		if !ok(r) {
			break
		}
		s.at += n
	}
	return s.src[from:s.at]
}

// prefix reads any of these, the first that stands here.
func (s *scanner) prefix(of ...string) (string, bool) {
	for _, p := range of {
		if strings.HasPrefix(s.rest(), p) {
			s.at += len(p)
			return p, true
		}
	}
	return "", false
}

// column returns the position of a byte of src.
func (s *scanner) column(at int) Pos {
	p := s.pos
	p.Column = max(1, p.Column) + utf8.RuneCountInString(s.src[:at])
	return p
}

// fail makes an Error for the text from byte at on, up to white space.
func (s *scanner) fail(at int, kind error, msg string) *Error {
	text := s.src[at:]
	if i := strings.IndexFunc(text, unicode.IsSpace); i > 0 {
		text = text[:i]
	}
	return s.failText(at, text, kind, msg)
}

func (s *scanner) failText(at int, text string, kind error, msg string) *Error {
	return &Error{
		Pos: s.column(at), Text: text, Msg: msg, Kind: kind,
		Excerpt: excerpt(s.src, utf8.RuneCountInString(s.src[:at])+1),
	}
}

// maxDigits bounds a number's text, so that no number under- or overflows.
const maxDigits = 18

// decimal returns the value of digits with an optional fraction, shifted by
// ten to the power of shift. It is rounded once: "0.1" shifted by -3 is the
// float64 nearest to 0.0001.
func decimal(digits string, shift int) (float64, bool) {
	if digits == "" || len(digits) > maxDigits || strings.Count(digits, ".") > 1 ||
		digits[0] == '.' || digits[len(digits)-1] == '.' ||
		strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(digits+"e"+strconv.Itoa(shift), 64)
	return n, err == nil
}

// shifted writes n × 10^shift as a decimal that decimal, shifted back, reads
// as n again.
func shifted(n float64, shift int) string {
	s := strconv.FormatFloat(n, 'e', -1, 64) // d.ddde±xx
	mantissa, exp, _ := strings.Cut(s, "e")
	e, _ := strconv.Atoi(exp)
	digits := strings.Replace(mantissa, ".", "", 1)
	point := 1 + e + shift // digits before the decimal point
	switch {
	case strings.Trim(digits, "0") == "":
		return "0"
	case point <= 0:
		return "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		return digits + strings.Repeat("0", point-len(digits))
	}
	return digits[:point] + "." + digits[point:]
}
