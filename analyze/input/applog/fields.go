package applog

import (
	"bytes"
	"slices"
)

// A field is what a named value of a structured line tells.
type field uint8

const (
	noField field = iota
	timeField
	levelField
	messageField
	errorField
	statusField
	methodField
	pathField
	userTypeField
)

// fieldNames are the names that loggers and people give to fields.
var fieldNames = map[field][]string{
	timeField:     {"time", "ts", "timestamp", "@timestamp", "asctime", "datetime", "t", "@t", "date", "time_iso8601", "time_local"},
	levelField:    {"level", "severity", "lvl", "levelname", "loglevel", "log_level", "@l", "severity_text"},
	messageField:  {"msg", "message", "event", "@m", "log", "body", "textpayload"},
	errorField:    {"error", "err", "exception", "exc", "exc_info", "stack_trace", "stack", "traceback", "cause", "reason", "exc_type", "exc_text", "stacktrace", "@x", "error_message"},
	statusField:   {"status", "status_code", "statuscode", "http_status", "response_code", "response_status", "httpstatus"},
	methodField:   {"method", "http_method", "request_method", "verb"},
	pathField:     {"path", "url", "uri", "route", "endpoint", "request_uri", "request_path", "http_path", "requesturl", "url_path"},
	userTypeField: {"user_type", "usertype", "user_tier", "user_class"},
}

// longestName is the length of the longest name of a field.
const longestName = 16

// fieldsByName are fieldNames by length and first letter: most keys are of no
// field, and that is seen by these.
var fieldsByName = func() (by [longestName + 1][32][]namedField) {
	for kind := timeField; kind <= userTypeField; kind++ {
		for _, name := range fieldNames[kind] {
			list := &by[len(name)][name[0]&31]
			*list = append(*list, namedField{name, kind})
		}
	}
	return by
}()

type namedField struct {
	name string
	field
}

// fieldOf tells a field by its name; case does not matter.
func fieldOf(key []byte) field {
	if len(key) == 0 || len(key) > longestName {
		return noField
	}
	for _, n := range fieldsByName[len(key)][key[0]&31] {
		same := true
		for i, c := range key {
			if c-'A' < 26 {
				c += 0x20
			} else if c == '-' {
				c = '_'
			}
			if c != n.name[i] {
				same = false
				break
			}
		}
		if same {
			return n.field
		}
	}
	return noField
}

// field takes over one named value.
func (t *taker) field(r *record, kind field, value []byte, quoted bool) {
	switch kind {
	case timeField:
		if !r.dated && len(value) > 0 && stampable(value[0]) {
			if st, ok := t.outer.at(value, 0); ok {
				r.at, r.dated = st, true
			}
		}
	case levelField:
		if r.level != noLevel {
			return
		}
		if r.level = levelOf(value); r.level == noLevel {
			if n, ok := number(value); ok {
				r.level = levelOfNumber(n)
			}
		}
	case messageField:
		if r.message == nil {
			r.message = value
		}
	case errorField:
		if quoted && len(value) > 0 {
			// A type, a message, a stack: the cause may be in any of them.
			if r.err == nil {
				r.err = value
			} else {
				r.err = slices.Concat(r.err, []byte(": "), value)
			}
		}
	case statusField:
		if n, ok := number(value); ok && n >= 100 && n <= 599 && r.status == 0 {
			r.status = n
		}
	case methodField:
		if r.method == nil && isMethod(value) {
			r.method = value
		}
	case pathField:
		if r.path == nil && (value[0] == '/' || bytes.Contains(value, []byte("://"))) {
			r.path = value
		}
	case userTypeField:
		if r.userType == nil {
			r.userType = value
		}
	}
}

// number reads a whole number of up to six digits.
func number(b []byte) (n int, ok bool) {
	if len(b) == 0 || len(b) > 6 {
		return 0, false
	}
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// looksLikePairs reports that a line begins with key=value of a logger:
// logfmt.
func looksLikePairs(b []byte) bool {
	i := 0
	for i < len(b) && i < 16 && (isWord(b[i]) || b[i] == '@') {
		i++
	}
	if i == 0 || i+1 >= len(b) || b[i] != '=' {
		return false
	}
	switch fieldOf(b[:i]) {
	case timeField, levelField, messageField:
		return true
	}
	return false
}

// pairs reads a line of key=value, values quoted where they need to be. It is
// false where there is no message: then it is a text.
func (t *taker) pairs(b []byte, r *record) bool {
	t.scratch = t.scratch[:0]
	before := *r
	for i := 0; i < len(b); {
		if !isWord(b[i]) && b[i] != '@' {
			i++
			continue
		}
		start := i
		for i < len(b) && b[i] != '=' && b[i] != ' ' {
			i++
		}
		if i >= len(b) || b[i] == ' ' {
			continue
		}
		key := b[start:i]
		if dot := bytes.LastIndexByte(key, '.'); dot >= 0 {
			key = key[dot+1:]
		}
		i++
		value, escaped, quoted, end := pairValue(b, i)
		i = end
		kind := fieldOf(key)
		if kind == noField || len(value) == 0 {
			continue
		}
		if escaped && (kind == messageField || kind == errorField) {
			value = t.unescaped(value)
		}
		t.field(r, kind, value, quoted || kind == errorField)
	}
	if r.message == nil && r.err == nil && r.level == noLevel {
		*r = before
		return false
	}
	r.form = pairLine
	r.request = r.status > 0 && r.path != nil
	if r.message == nil {
		r.message = []byte{}
	}
	return true
}

// pairValue reads the value at b[i].
func pairValue(b []byte, i int) (value []byte, escaped, quoted bool, end int) {
	if i < len(b) && b[i] == '"' {
		start := i + 1
		for k := start; k < len(b); k++ {
			switch b[k] {
			case '\\':
				escaped = true
				k++
			case '"':
				return b[start:k], escaped, true, k + 1
			}
		}
		return b[start:], escaped, true, len(b)
	}
	n := bytes.IndexByte(b[i:], ' ')
	if n < 0 {
		n = len(b) - i
	}
	return b[i : i+n], false, false, i + n
}
