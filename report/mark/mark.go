// Package mark puts a number behind the figures of a document that is filled
// to be rendered, so that the rendering can say of each figure where it comes
// from. Marks are characters of Unicode's private use area, which Markdown
// reads as letters; a document that is written to a file has none.
package mark

import "unicode/utf8"

// A mark is begin, the number in digits of its own, the text, end.
const (
	begin = '\uE000'
	end   = '\uE001'
	zero  = '\uE010'
)

// Lead is the first byte of every mark in UTF-8, and End what ends one.
const (
	Lead = 0xEE
	End  = string(end)
)

// Drop is for bytes.Map: it takes the characters of marks away.
func Drop(r rune) rune {
	if r == begin || r == end || r >= zero && r <= zero+9 {
		return -1
	}
	return r
}

// Wrap marks a text as the n-th figure.
func Wrap(n int, text string) string {
	var digits []rune
	for ; n > 0 || digits == nil; n /= 10 {
		digits = append([]rune{zero + rune(n%10)}, digits...)
	}
	return string(begin) + string(digits) + text + string(end)
}

// Cut returns the number and the text of the mark that a line begins with, and
// how long the mark is; ok is false where there is none.
func Cut(line []byte) (n int, text []byte, size int, ok bool) {
	r, at := utf8.DecodeRune(line)
	if r != begin {
		return 0, nil, 0, false
	}
	digits := 0
	for ; at < len(line); digits++ {
		r, width := utf8.DecodeRune(line[at:])
		if r < zero || r > zero+9 {
			break
		}
		if n = 10*n + int(r-zero); n > 1e6 {
			return 0, nil, 0, false
		}
		at += width
	}
	for i := at; i < len(line) && digits > 0; {
		r, width := utf8.DecodeRune(line[i:])
		switch r {
		case end:
			return n, line[at:i], i + width, true
		case begin, '\n', '\r':
			return 0, nil, 0, false
		}
		i += width
	}
	return 0, nil, 0, false
}
