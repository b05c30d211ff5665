package applog

import (
	"bytes"
	"strconv"
)

// jsonDepth is how deep objects are looked into: {"http":{"response":{"status_code":503}}}.
const jsonDepth = 4

// json reads a line of JSON, without building anything: only the members
// that matter are looked at. It is false where the line is no object.
func (t *taker) json(b []byte, r *record) bool {
	j := jsonReader{b: b, t: t, r: r}
	t.scratch = t.scratch[:0]
	if !j.object(0) {
		return false
	}
	r.form = jsonLine
	r.request = r.status > 0 && r.path != nil
	switch {
	case r.message == nil:
		r.message = []byte{}
	case r.level == noLevel && !r.request && r.status == 0:
		t.within(r)
	}
	return true
}

// within reads a message that is a whole line of another form, as the json-file
// driver of Docker wraps them.
func (t *taker) within(r *record) {
	b := bytes.TrimRight(r.message, " ")
	if len(b) == 0 {
		return
	}
	if b[0] == ' ' || b[0] == '\t' {
		r.more, r.message = true, b
		return
	}
	i := 0
	if b[0] == '[' {
		i = 1
	}
	if i < len(b) && isDigit(b[i]) {
		if st, ok := t.inner.at(b, i); ok {
			if !r.dated || !r.at.zoned {
				r.at, r.dated = st, true
			}
			b = b[st.end:]
		}
	}
	t.plain(b, r)
	r.form = jsonLine
}

type jsonReader struct {
	b []byte
	i int
	t *taker
	r *record
}

func (j *jsonReader) space() {
	for j.i < len(j.b) && (j.b[j.i] == ' ' || j.b[j.i] == '\t') {
		j.i++
	}
}

// object reads an object at j.i.
func (j *jsonReader) object(depth int) bool {
	j.i++ // {
	for {
		j.space()
		if j.i >= len(j.b) {
			return false
		}
		switch j.b[j.i] {
		case '}':
			j.i++
			return true
		case ',':
			j.i++
			continue
		case '"':
		default:
			return false
		}
		key, _, ok := j.str()
		if !ok {
			return false
		}
		j.space()
		if j.i >= len(j.b) || j.b[j.i] != ':' {
			return false
		}
		j.i++
		j.space()
		if j.i >= len(j.b) {
			return false
		}
		switch c := j.b[j.i]; {
		case c == '"':
			value, escaped, ok := j.str()
			if !ok {
				return false
			}
			j.member(depth, key, value, escaped, true)
		case c == '{' && depth < jsonDepth:
			if !j.object(depth + 1) {
				return false
			}
		case c == '{' || c == '[':
			if !j.skip() {
				return false
			}
		default:
			start := j.i
			for j.i < len(j.b) && j.b[j.i] != ',' && j.b[j.i] != '}' && j.b[j.i] != ' ' {
				j.i++
			}
			j.member(depth, key, j.b[start:j.i], false, false)
		}
	}
}

// str reads a string at j.i, without its quotes and with its escapes.
func (j *jsonReader) str() (s []byte, escaped, ok bool) {
	start := j.i + 1
	for i := start; ; {
		n := bytes.IndexByte(j.b[i:], '"')
		if n < 0 {
			return nil, false, false
		}
		i += n
		slashes := 0
		for k := i - 1; k >= start && j.b[k] == '\\'; k-- {
			slashes++
		}
		if slashes%2 == 0 {
			j.i = i + 1
			s = j.b[start:i]
			return s, bytes.IndexByte(s, '\\') >= 0, true
		}
		i++
	}
}

// skip passes over an array or an object that is too deep.
func (j *jsonReader) skip() bool {
	open := 0
	for j.i < len(j.b) {
		switch j.b[j.i] {
		case '"':
			if _, _, ok := j.str(); !ok {
				return false
			}
			continue
		case '[', '{':
			open++
		case ']', '}':
			open--
			if open == 0 {
				j.i++
				return true
			}
		}
		j.i++
	}
	return false
}

// member takes over a member that is known by name.
func (j *jsonReader) member(depth int, key, value []byte, escaped, quoted bool) {
	kind := fieldOf(key)
	if kind == noField && len(key) > 6 {
		if i := bytes.LastIndexByte(key, '.'); i >= 0 {
			kind = fieldOf(key[i+1:]) // "http.response.status_code"
		}
	}
	if kind == noField || len(value) == 0 {
		return
	}
	if depth > 0 && (kind == timeField || kind == levelField && !quoted) {
		return
	}
	if escaped && (kind == messageField || kind == errorField || kind == userTypeField || kind == pathField) {
		value = j.t.unescaped(value)
	}
	if kind == messageField && depth > 0 {
		kind = errorField // {"error": {"message": …}}
	}
	j.t.field(j.r, kind, value, quoted)
}

// unescaped undoes JSON's escapes in the scratch space.
func (t *taker) unescaped(s []byte) []byte {
	start := len(t.scratch)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			i++
			switch c = s[i]; c {
			case 'n', 't', 'r', 'b', 'f':
				c = ' '
			case 'u':
				if i+4 < len(s) {
					if n, err := strconv.ParseUint(string(s[i+1:i+5]), 16, 32); err == nil {
						t.scratch = append(t.scratch, string(rune(n))...)
						i += 4
						continue
					}
				}
			}
		}
		t.scratch = append(t.scratch, c)
	}
	return t.scratch[start:len(t.scratch):len(t.scratch)]
}
