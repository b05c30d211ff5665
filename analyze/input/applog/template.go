package applog

import (
	"bytes"
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
// fields in it are noted in r.
func (t *template) add(b []byte, r *record) {
	b = b[:min(len(b), errortext.MaxText)]
	buf := slices.Grow(t.buf, len(b)+8) // a template is never longer than its message
	wordStart, wordEnd := 0, 0          // of the last word
	for i := 0; i < len(b); {
		c := classes[b[i]]
		switch {
		case c&classWord != 0:
			// Copied byte by byte while it is looked at: words are short.
			start, n := i, len(buf)
			buf = buf[:cap(buf)]
			seen, k := c, c
			for {
				buf[n] = b[i]
				n++
				if i++; i == len(b) {
					break
				}
				if k = classes[b[i]]; k&classWord == 0 {
					break
				}
				seen |= k
			}
			buf = buf[:n]
			if seen&classDigit == 0 {
				wordStart, wordEnd = start, i
				continue
			}
			buf = buf[:n-(i-start)]
			if start > 1 && b[start-1] == '.' && isDigit(b[start-2]) && isDigit(b[start]) {
				buf = append(buf, '9') // decimals
				for k := start; k < i; k++ {
					if !isDigit(b[k]) { // and their unit
						buf = append(buf, b[k:i]...)
						break
					}
				}
			} else {
				buf = squash(buf, b[start:i])
			}
			wordStart, wordEnd = start, i
			continue
		case c&classStop != 0:
			switch b[i] {
			case '/':
				if i == 0 || classes[b[i-1]]&classBefore != 0 {
					start := i
					for i < len(b) && classes[b[i]]&classPathEnd == 0 {
						i++
					}
					buf = append(buf, '/')
					if r != nil && r.plain && r.path == nil {
						notePath(b, start, i, b[wordStart:wordEnd], wordEnd, r)
					}
					continue
				}
			case ':':
				if i > 0 && b[i-1]|0x20-'a' < 26 && i+2 < len(b) && b[i+1] == '/' && b[i+2] == '/' {
					buf = append(buf, ':', '/', '/')
					start := wordStart
					for i += 3; i < len(b) && classes[b[i]]&classURLEnd == 0; i++ {
					}
					if r != nil && r.plain && r.path == nil {
						noteURL(b, start, i, r)
					}
					continue
				}
			case '=':
				if r != nil && r.plain && wordEnd == i {
					noteField(b, wordStart, i, r)
				}
			}
		}
		buf = append(buf, b[i])
		i++
	}
	t.buf = buf
}

// notePath takes over a path of a plain message: behind a method, a name, or
// one of Django's reasons.
func notePath(b []byte, start, end int, word []byte, wordEnd int, r *record) {
	path := b[start:end]
	switch {
	case wordEnd == start-1 && b[wordEnd] == ' ' && isMethod(word):
		r.method, r.path = word, path
	case wordEnd == start-1 && b[wordEnd] == '=' && fieldOf(word) == pathField:
		r.path = path
	case wordEnd == start-2 && b[wordEnd] == '=' && fieldOf(word) == pathField: // path="/x"
		r.path = path
	case wordEnd == start-2 && b[wordEnd] == ':' && fieldOf(word) == pathField:
		r.path = path
	case start > 2 && b[start-1] == ' ' && b[start-2] == ':' && reasonStatus(b[:start-2]) != 0:
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

// noteField takes over key=value of a plain message.
func noteField(b []byte, start, eq int, r *record) {
	if n := eq - start; n < 6 || n > 15 {
		return // no name that matters here is so short or long
	}
	kind := fieldOf(b[start:eq])
	if kind != userTypeField && kind != methodField && kind != statusField {
		return
	}
	i := eq + 1
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
