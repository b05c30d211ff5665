package applog

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/peakload/peakload/analyze/internal/errortext"
)

// A template is a message without what varies from line to line: numbers that
// mean nothing to the rules become 9, identifiers 9 or x9, paths and URLs what
// they begin with. Lines of one template are of one class, so that the rules
// are asked once a template.
//
// The rules see templates only. What they look for must survive: statuses,
// SQLSTATEs, error numbers and exit codes stay as they are.
type template struct {
	buf []byte
	// seen is told of what varies, where a skeleton is made; nil otherwise.
	seen *anatomy
}

const (
	classWord = 1 << iota
	classDigit
	classHex     // a letter that is a hexadecimal digit
	classPathEnd // ends a path: white space, quotes, brackets
	classURLEnd
	classBefore // may stand before a path
	classStop   // needs a look: / : =
)

var classes = func() (c [256]uint8) {
	for i := range c {
		b := byte(i)
		if isWord(b) {
			c[i] |= classWord
		}
		if isDigit(b) {
			c[i] |= classDigit
		}
		if low := b | 0x20; low-'a' < 6 && b-'A' < 58 {
			c[i] |= classHex
		}
		switch b {
		case ' ', '\t', '\r', '\n', '\f', '\'', '"', ')', ']':
			c[i] |= classPathEnd | classURLEnd
		case '<', '>', '}':
			c[i] |= classURLEnd
		}
		switch b {
		case ' ', '\t', '\r', '\n', '\f', '\'', '"', '(', '=', '[':
			c[i] |= classBefore
		}
		switch b {
		case '/', ':', '=':
			c[i] |= classStop
		}
	}
	return c
}()

// add appends a message's template. Where the message is plain text, the
// fields in it are noted in r. What is not squashed is copied in one piece.
func (t *template) add(b []byte, r *record) {
	b = b[:min(len(b), errortext.MaxText)]
	buf := slices.Grow(t.buf, len(b)) // a template is never longer than its message
	done := 0                         // what is before is in buf; never within a word
	for i := 0; i < len(b); {
		c := classes[b[i]]
		if c&(classDigit|classStop) == 0 {
			i = dull(b, i+1)
			continue
		}
		if c&classDigit != 0 {
			start := i
			for start > done && classes[b[start-1]]&classWord != 0 {
				start--
			}
			for i < len(b) && classes[b[i]]&classWord != 0 {
				i++
			}
			buf = append(buf, b[done:start]...)
			before := len(buf)
			if start > 1 && b[start-1] == '.' && isDigit(b[start-2]) && isDigit(b[start]) {
				buf = squashDecimals(buf, b[start:i])
			} else {
				buf = squash(buf, b[start:i])
			}
			if t.seen != nil {
				t.seen.word(start, i, buf[before:])
			}
			done = i
			continue
		}
		switch {
		case b[i] == '/' && (i == 0 || classes[b[i-1]]&classBefore != 0):
			start := i
			for i < len(b) && classes[b[i]]&classPathEnd == 0 {
				i++
			}
			buf = append(buf, b[done:start+1]...)
			done = i
			if t.seen != nil {
				t.seen.tail(classPathEnd, start+1, i)
			}
			if r != nil && r.plain && r.path == nil {
				notePath(b, start, i, r)
				if t.seen != nil && r.path != nil {
					t.seen.path(b, r)
				}
			}
			continue
		case b[i] == ':' && i > 0 && b[i-1]|0x20-'a' < 26 && i+2 < len(b) && b[i+1] == '/' && b[i+2] == '/':
			start := i
			for i += 3; i < len(b) && classes[b[i]]&classURLEnd == 0; i++ {
			}
			buf = append(buf, b[done:start+3]...)
			done = i
			if t.seen != nil {
				t.seen.tail(classURLEnd, start+3, i)
			}
			if r != nil && r.plain && r.path == nil {
				noteURL(b, start-len(wordBefore(b, start)), i, r)
				if t.seen != nil && r.path != nil {
					t.seen.path(b, r)
				}
			}
			continue
		case b[i] == '=' && r != nil && r.plain:
			if kind := notedField(wordBefore(b, i)); kind != noField {
				if t.seen != nil {
					t.seen.field(kind, i+1)
				}
				noteValue(b, kind, i+1, r)
			}
		}
		i++
	}
	t.buf = append(buf, b[done:]...)
}

// dull returns the first place from i on where there may be a digit or one of
// classStop. It looks at eight bytes at a time: all of these lie between '/'
// and '=', so that a byte is one of them only if 0x2f ≤ b ≤ 0x3d.
func dull(b []byte, i int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		from := (w | high) - 0x2f*ones // the high bit stays where the rest is 0x2f or more
		over := (w | high) - 0x3e*ones
		if m := from &^ over &^ w & high; m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(b); i++ {
		if b[i]-'/' <= '='-'/' {
			break
		}
	}
	return i
}

// wordBefore is the word that ends at b[end].
func wordBefore(b []byte, end int) []byte {
	start := end
	for start > 0 && classes[b[start-1]]&classWord != 0 {
		start--
	}
	return b[start:end]
}

// squashDecimals appends what stands behind a decimal point: digits, and their
// unit.
func squashDecimals(buf, w []byte) []byte {
	buf = append(buf, '9')
	for k, c := range w {
		if !isDigit(c) {
			return append(buf, w[k:]...)
		}
	}
	return buf
}

// notePath takes over a path of a plain message: behind a method, a name, or
// one of Django's reasons.
func notePath(b []byte, start, end int, r *record) {
	if start == 0 {
		return
	}
	path, before := b[start:end], b[start-1]
	if before == '=' {
		if fieldOf(wordBefore(b, start-1)) == pathField {
			r.path = path
		}
		return
	}
	if before == ' ' {
		if word := wordBefore(b, start-1); isMethod(word) {
			r.method, r.path = word, path
			return
		}
	}
	if start < 2 {
		return
	}
	switch named := fieldOf(wordBefore(b, start-2)) == pathField; {
	case b[start-2] == '=' && named, b[start-2] == ':' && before == ' ' && (named || reasonStatus(b[:start-2]) != 0):
		r.path = path
	}
}

// noteURL takes over a URL of a plain message, where a method or a name stands
// before it.
func noteURL(b []byte, start, end int, r *record) {
	before := bytes.TrimRight(b[:start], `"'`)
	if len(before) == 0 {
		return
	}
	last := before[len(before)-1]
	before = before[:len(before)-1]
	i := len(before)
	for i > 0 && isWord(before[i-1]) {
		i--
	}
	switch word := before[i:]; {
	case last == ' ' && isMethod(word):
		r.method, r.path = word, b[start:end]
	case last == '=' && fieldOf(word) == pathField:
		r.path = b[start:end]
	}
}

// notedField is the field of key=value in a plain message; noField where its
// value does not matter there.
func notedField(key []byte) field {
	if len(key) < 6 {
		return noField // no name that matters here is so short
	}
	switch kind := fieldOf(key); kind {
	case userTypeField, methodField, statusField:
		return kind
	}
	return noField
}

// noteValue takes over the value at b[i] of key=value in a plain message.
func noteValue(b []byte, kind field, i int, r *record) {
	for i < len(b) && (b[i] == '"' || b[i] == '\'') {
		i++
	}
	from := i
	for i < len(b) && (isWord(b[i]) || b[i] == '-' || b[i] == '.' || b[i] >= 0x80) {
		i++
	}
	value := b[from:i]
	switch kind {
	case userTypeField:
		if r.userType == nil && len(value) > 0 {
			r.userType = value
		}
	case methodField:
		if r.method == nil && isMethod(value) {
			r.method = value
		}
	case statusField:
		if n, ok := number(value); ok && r.status == 0 && n >= 100 && n <= 599 {
			r.status = n
		}
	}
}

// squash appends a word with digits in it.
func squash(buf, w []byte) []byte {
	digits, hex, runs := 0, 0, 0
	var before uint8
	for _, c := range w {
		k := classes[c]
		if k&classDigit != 0 {
			digits++
			if before&classDigit == 0 {
				runs++
			}
		}
		if k&classHex != 0 {
			hex++
		}
		before = k
	}
	switch n := len(w); {
	case digits == n:
		return squashNumber(buf, w)
	case n == 5 && w[2]|0x20 == 'p' && digits == 4 && sqlState(w):
		return append(buf, w...)
	case n >= 4 && digits+hex == n:
		return append(buf, '9') // a hexadecimal identifier, or a part of one
	case n >= 10 && runs >= 2:
		return append(buf, 'x', '9')
	}
	before = 0
	for _, c := range w {
		k := classes[c]
		if k&classDigit == 0 {
			buf = append(buf, c)
		} else if before&classDigit == 0 {
			buf = append(buf, '9')
		}
		before = k
	}
	return buf
}

// sqlState knows the states with a P that the rules know.
func sqlState(w []byte) bool {
	switch string([]byte{w[0], w[1], w[3], w[4]}) {
	case "4001", "5503", "5701", "5702", "5703", "5704":
		return true
	}
	return false
}

// squashNumber appends a number: as it is where the rules may know it, else as
// 9, or as 200 if it could be the status of an answer that is no error.
func squashNumber(buf, w []byte) []byte {
	n := 0
	if len(w) > 5 {
		return append(buf, '9')
	}
	for _, c := range w {
		n = n*10 + int(c-'0')
	}
	keep := false
	switch len(w) {
	case 1:
		keep = n == 0 || n >= 2 && n <= 5
	case 2:
		keep = n == 23 || n == 24 || n == 32 || n == 54 || n == 61 || n == 99
	case 3:
		switch {
		case n >= 400 && n < 600:
			keep = true
		case n == 101 || n == 103 || n == 104 || n == 110 || n == 111 || n == 113:
			keep = true
		case n >= 100 && n < 400:
			return append(buf, '2', '0', '0')
		}
	case 4:
		keep = n == 1205 || n == 1213 || n == 3024 || n == 5432 || n == 6379 || n == 3306
	case 5:
		keep = n == 10048 || n == 10055 || n == 53300 || n == 57014 || n == 40001 || w[0] == '0' && n >= 8000 && n <= 8007
	}
	switch {
	case keep:
		return append(buf, w...)
	case w[0] == '0':
		return append(buf, '0', '9')
	}
	return append(buf, '9')
}

// reasons are the statuses that Django names by their reasons.
var reasons = []struct {
	text   string
	status int
}{
	{"Bad Request", 400}, {"Unauthorized", 401}, {"Forbidden", 403}, {"Not Found", 404}, {"Method Not Allowed", 405}, {"Conflict", 409}, {"Gone", 410},
	{"Too Many Requests", 429}, {"Internal Server Error", 500}, {"Bad Gateway", 502}, {"Service Unavailable", 503}, {"Gateway Timeout", 504},
}

// reasonStatus is the status that Django names by its reason before a path:
// "Not Found: /x". b is what stands before the colon; 0 is none.
func reasonStatus(b []byte) int {
	if n := len(b); n > 0 && b[n-1] == ')' { // Forbidden (CSRF token missing.)
		if i := bytes.LastIndex(b, []byte(" (")); i >= 0 {
			b = b[:i]
		}
	}
	for _, r := range reasons {
		if before, ok := bytes.CutSuffix(b, []byte(r.text)); ok && (len(before) == 0 || !isWord(before[len(before)-1])) {
			return r.status
		}
	}
	return 0
}
