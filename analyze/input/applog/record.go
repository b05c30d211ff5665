package applog

import (
	"bytes"
	"strings"
)

// A form is how a line is written.
type form uint8

const (
	text form = iota
	python
	jsonLine
	pairLine
	access
	forms
)

// names are loadtest.AppLog's.
func (f form) String() string { return [...]string{"text", "python", "json", "logfmt", "access"}[f] }

// A record is a line taken apart. Its slices are parts of the line, or of the
// taker's scratch space, and hold until the next line.
type record struct {
	form  form
	at    stamp
	dated bool
	// more: the line continues the event before.
	more bool
	// own: the line has no time, but a level that says that it is no
	// continuation.
	own   bool
	level level
	// message and err are what is told; err is the error that a structured
	// line names beside its message.
	message, err []byte
	status       int
	// method, path and userType are as the line's structure gives them.
	method, path, userType []byte
	// request: the line is one of an access log, written for every request.
	request bool
	plain   bool // fields may stand in the message as key=value
	// behind is what stands behind the time where nothing else was found in
	// between, and known the skeleton that it fits.
	behind []byte
	known  *skeleton
}

// A taker takes lines apart. It remembers where the time stood in the line
// before.
type taker struct {
	outer, inner stamps
	position     int
	record       record
	scratch      []byte
	// wrapped and stampedInside count the lines with an outer time (a
	// container's or the journal's) and those with one of their own within.
	wrapped, stampedInside int64
	tracing                bool // the wrapped lines are those of a traceback
	skeletons              skeletons
}

// take takes a line apart; the record is valid until the next line.
func (t *taker) take(line []byte) *record {
	line = t.uncoloured(line)
	r := &t.record
	*r = record{}
	if len(line) == 0 {
		return r
	}
	body := line
	if line[0] == '{' && t.json(line, r) {
		return r
	}
	if line[0] != ' ' && line[0] != '\t' {
		if isDigit(line[0]) && len(line) > 4 && line[4] == '-' { // a date, no name of a service
		} else if i := serviceBar(line); i > 0 { // docker compose
			body = line[i:]
		}
		if len(body) > 0 && body[0] == '{' && t.json(body, r) {
			return r
		}
		if looksLikePairs(body) && t.pairs(body, r) {
			return r
		}
		if st, start, ok := t.stamp(body); ok {
			r.at, r.dated = st, true
			if start < 2 && t.fits(body[st.end:], start, r) {
				return r
			}
			r.level = levelBefore(body[:start])
			if start < 2 {
				r.behind = body[st.end:]
			}
			body = t.unwrap(body, start, r)
			if r.form == jsonLine || r.form == pairLine || r.more {
				return r
			}
		}
	} else {
		r.more = true
	}
	if !r.more {
		t.plain(body, r)
	}
	if r.message == nil {
		r.message = body
	}
	if len(r.behind) != len(body) {
		r.behind = nil // something else stood before the message
	}
	return r
}

// fits takes a line apart by its skeleton, if it has one; b is what stands
// behind the time, which begins at start.
func (t *taker) fits(b []byte, start int, r *record) bool {
	k := t.skeletons.match(b)
	if k == nil || k.process && start == 0 && processPrefix(b) > 0 {
		return false
	}
	r.form, r.level, r.plain = python, k.level, true
	r.message, r.behind, r.known = b[k.message:], b, k
	return true
}

// uncoloured takes out the terminal's colours.
func (t *taker) uncoloured(line []byte) []byte {
	i := bytes.IndexByte(line, 0x1b)
	if i < 0 {
		return line
	}
	out := make([]byte, 0, len(line))
	for i >= 0 {
		out = append(out, line[:i]...)
		line = line[i+1:]
		if len(line) > 0 && line[0] == '[' {
			j := 1
			for j < len(line) && (isDigit(line[j]) || line[j] == ';') {
				j++
			}
			line = line[min(j+1, len(line)):]
		}
		i = bytes.IndexByte(line, 0x1b)
	}
	return append(out, line...)
}

// serviceBar returns where the message begins behind docker compose's
// "web-1  | ", 0 if there is no such prefix.
func serviceBar(b []byte) int {
	i := 0
	for i < len(b) && i < 64 && (isWord(b[i]) || b[i] == '-' || b[i] == '.') {
		i++
	}
	j := i
	for j < len(b) && b[j] == ' ' {
		j++
	}
	if i == 0 || j == i || j+1 >= len(b) || b[j] != '|' || b[j+1] != ' ' {
		return 0
	}
	return j + 2
}

// stampBytes is how far into a line a time is looked for: addresses, levels
// and names of processes may stand before it.
const stampBytes = 72

// stamp finds the line's own time.
func (t *taker) stamp(b []byte) (st stamp, start int, ok bool) {
	if p := t.position; p < len(b) && (p == 0 || !isWord(b[p-1])) && stampable(b[p]) {
		if st, ok = t.outer.at(b, p); ok && (p < 2 || t.outer.last != epoch) {
			return st, p, true
		}
	}
	if t.outer.last == clf {
		if i := bytes.IndexByte(b, '['); i >= 0 && i < 200 {
			if st, ok = t.outer.at(b, i+1); ok {
				return st, i + 1, true
			}
		}
	}
	for i := 0; i < len(b) && i < stampBytes; i++ {
		c := b[i]
		if c == '"' && i > 0 {
			break
		}
		if !stampable(c) || i > 0 && (isWord(b[i-1]) || b[i-1] == '.' || b[i-1] == '-' || b[i-1] == ':') {
			continue
		}
		if st, ok = t.outer.at(b, i); !ok || i > 1 && t.outer.last == epoch {
			continue
		}
		if t.outer.last == clockOnly && i > 1 {
			continue // a time of day in the middle of a sentence
		}
		t.position = i
		return st, i, true
	}
	return stamp{}, 0, false
}

func stampable(c byte) bool { return isDigit(c) || c-'A' < 26 }

// unwrap returns what stands behind the line's time. Where that is a prefix of
// a container's or the system's log, it is what the application wrote, which
// may be of any form and have a time of its own.
func (t *taker) unwrap(b []byte, start int, r *record) []byte {
	rest := b[r.at.end:]
	wrapped := false
	if len(rest) > 10 && rest[0] == ' ' && (string(rest[1:8]) == "stdout " || string(rest[1:8]) == "stderr ") && rest[9] == ' ' {
		rest, wrapped = rest[10:], true
	} else if n := processPrefix(rest); start == 0 && n > 0 {
		rest, wrapped = rest[n:], true
	}
	inside := rest
	if !wrapped {
		inside = behindSpaces(rest)
	}
	if len(inside) == 0 {
		return rest
	}
	outer := r.at
	switch {
	case inside[0] == '{' && t.json(inside, r), looksLikePairs(inside) && t.pairs(inside, r):
		if outer.zoned || !r.dated {
			r.at, r.dated = outer, true // the outer clock is the better known one
		}
		return nil
	case isDigit(inside[0]) || inside[0] == '[' && len(inside) > 1 && isDigit(inside[1]):
		i := 0
		if inside[0] == '[' {
			i = 1
		}
		if st, ok := t.inner.at(inside, i); ok && t.inner.last != epoch {
			if !outer.zoned {
				r.at = st
			}
			if wrapped {
				t.wrapped++
				t.stampedInside++
				t.tracing = false
			}
			return inside[st.end:]
		}
	}
	if !wrapped {
		return rest
	}
	if indented := inside[0] == ' ' || inside[0] == '\t'; indented || bytes.HasPrefix(inside, traceback) {
		t.tracing = true
		r.more, r.message = true, inside
		return inside
	}
	t.wrapped++
	l, _ := findLevel(inside)
	if t.tracing || l == noLevel && 2*t.stampedInside > t.wrapped && !bytes.Contains(inside, []byte(" HTTP/")) {
		r.more, r.message = true, inside
	}
	t.tracing = false
	return inside
}

var traceback = []byte("Traceback (most recent call last)")

// levelBefore is the level that stands before the time; noLevel if none does.
func levelBefore(b []byte) level {
	if len(b) == 0 {
		return noLevel
	}
	l, _ := findLevel(b)
	return l
}

// processPrefix is the length of " host process[123]: ", which syslog and the
// journal put behind the time; 0 if there is none.
func processPrefix(b []byte) int {
	if k := bytes.IndexByte(b, ':'); k < 2 || b[k-1] != ']' && b[k-1] != 'l' && b[k-1] != 'd' {
		return 0 // neither name[123]: nor kernel: nor systemd:
	}
	i := 0
	for range 2 { // a host, then a process
		if i >= len(b) || b[i] != ' ' {
			return 0
		}
		i++
		start := i
		for i < len(b) && b[i] != ' ' && i < 128 {
			i++
		}
		if i == start {
			return 0
		}
	}
	if i >= len(b) || b[i-1] != ':' {
		return 0
	}
	if k := bytes.IndexByte(b[:i], '['); b[i-2] != ']' || k < 0 {
		// A process without its number: only systemd's and the kernel's.
		name := b[bytes.LastIndexByte(b[:i], ' ')+1 : i-1]
		if string(name) != "kernel" && string(name) != "systemd" {
			return 0
		}
	}
	return i + 1
}

// plain reads what stands behind the time of a line of text.
func (t *taker) plain(b []byte, r *record) {
	if q := bytes.IndexByte(b, '"'); q >= 0 {
		if requestLine(b, q, r) {
			r.form = access
			return
		}
	}
	r.plain = true
	if r.level != noLevel { // it stood before the time
		r.form = python
		r.message = behind(b)
		return
	}
	var rest []byte
	if r.level, rest = findLevel(b); r.level != noLevel {
		if r.dated {
			r.form = python
		}
		if !r.dated {
			// Where a level is the first word the line is one of its own; else
			// it is any word of a continuation.
			if r.own = bytes.IndexByte(b[:len(b)-len(rest)], ' ') < 0 && b[0]-'a' >= 26; !r.own {
				r.level, r.message = noLevel, b
				return
			}
		}
		rest = behind(rest)
		r.message = unnamed(rest)
		if r.level == detail {
			r.more = true
		}
		return
	}
	if r.message = b; r.dated {
		r.message = behind(b)
	}
}

// behind drops what separates the parts of a line's head.
func behind(b []byte) []byte {
	for i, c := range b {
		switch c {
		case ' ', ']', ')', ':', '|', '-', '\t', '>', ',':
		default:
			return b[i:]
		}
	}
	return nil
}

func behindSpaces(b []byte) []byte {
	i := 0
	for i < len(b) && b[i] == ' ' {
		i++
	}
	return b[i:]
}

// unnamed drops the logger's name, which says where and not what: "a.b.c: ".
func unnamed(b []byte) []byte {
	dots, i := 0, 0
	for i < len(b) && (isWord(b[i]) || b[i] == '.' || b[i] == '-' || b[i] == '$') {
		if b[i] == '.' {
			dots++
		}
		i++
	}
	if dots == 0 || i+1 >= len(b) || b[0]-'a' >= 26 {
		return b
	}
	switch name := string(b[max(0, i-9):i]); {
	case strings.HasSuffix(name, "Error"), name == "Exception", strings.HasSuffix(name, "Timeout"), strings.HasSuffix(name, "Failure"):
		return b
	case b[i] == ':' && b[i+1] == ' ':
		return b[i+2:]
	case bytes.HasPrefix(b[i:], []byte(" - ")):
		return b[i+3:]
	case bytes.HasPrefix(b[i:], []byte(" : ")):
		return b[i+3:]
	}
	return b
}

// requestLine reads "METHOD /path HTTP/1.1" 200 with the quote at b[q].
func requestLine(b []byte, q int, r *record) bool {
	method, path, end := request(b, q+1)
	if path == nil || end >= len(b) || b[end] != '"' {
		return false
	}
	i := end + 1
	for i < len(b) && b[i] == ' ' {
		i++
	}
	if i == end+1 || i+3 > len(b) || i+3 < len(b) && b[i+3] != ' ' {
		return false
	}
	n := 0
	for _, c := range b[i : i+3] {
		if !isDigit(c) {
			return false
		}
		n = n*10 + int(c-'0')
	}
	if n < 100 || n > 599 {
		return false
	}
	r.method, r.path, r.status, r.request = method, path, n, true
	r.message = b
	return true
}

// request reads METHOD /path HTTP/1.1 at b[i]; end is where it ends.
func request(b []byte, i int) (method, path []byte, end int) {
	start := i
	for i < len(b) && b[i]-'A' < 26 {
		i++
	}
	if method = b[start:i]; !isMethod(method) || i >= len(b) || b[i] != ' ' {
		return nil, nil, 0
	}
	i++
	start = i
	for i < len(b) && b[i] != ' ' && b[i] != '"' && b[i] != '\t' {
		i++
	}
	path = b[start:i]
	if len(path) == 0 || path[0] != '/' && !bytes.Contains(path, []byte("://")) {
		return nil, nil, 0
	}
	if i+6 <= len(b) && string(b[i:i+6]) == " HTTP/" {
		for i += 6; i < len(b) && (isDigit(b[i]) || b[i] == '.'); i++ {
		}
	}
	return method, path, i
}

func isMethod(b []byte) bool {
	switch string(b) {
	case "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS":
		return true
	}
	return false
}
