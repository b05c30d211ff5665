package applog

import "bytes"

const (
	endpointBytes = 200
	pathBytes     = 2 << 10 // of a path; what is longer is cut anyhow
	userTypeBytes = 64
)

// appendEndpoint writes "METHOD /path" with numbers and identifiers replaced
// by *, without query and host.
func appendEndpoint(buf, method, path []byte) []byte {
	if len(path) == 0 {
		return buf
	}
	if i := bytes.Index(path, []byte("://")); i >= 0 && i < 12 {
		path = path[i+3:]
		if i = bytes.IndexByte(path, '/'); i < 0 {
			path = []byte("/")
		} else {
			path = path[i:]
		}
	}
	if len(method) > 0 {
		buf = append(append(buf, method...), ' ')
	}
	start := len(buf)
	for i := 0; i < len(path); {
		if path[i] == '?' || path[i] == '#' || path[i] == ';' {
			break
		}
		if path[i] == '/' {
			buf = append(buf, '/')
			i++
			continue
		}
		j := i
		for j < len(path) && path[j] != '/' && path[j] != '?' && path[j] != '#' && path[j] != ';' {
			j++
		}
		segment := path[i:j]
		if j == len(path) {
			segment = unpunctuated(segment)
		}
		if identifies(segment) {
			buf = append(buf, '*')
		} else {
			buf = append(buf, segment...)
		}
		i = j
		if len(buf)-start > endpointBytes {
			return append(buf[:start+endpointBytes], "…"...)
		}
	}
	return buf
}

// unpunctuated drops what ends a sentence, not a path.
func unpunctuated(s []byte) []byte {
	for len(s) > 0 {
		switch s[len(s)-1] {
		case ',', '.', ':', '"', '\'':
			s = s[:len(s)-1]
			continue
		}
		return s
	}
	return s
}

// identifies reports that a part of a path names one thing among many.
func identifies(s []byte) bool {
	digits, hex, odd := 0, 0, 0
	for _, c := range s {
		k := classes[c]
		switch {
		case k&classDigit != 0:
			digits++
		case k&classHex != 0 || c == '-':
			hex++
		}
		if c == '@' || c == '%' {
			odd++
		}
	}
	n := len(s)
	switch {
	case n == 0:
		return false
	case digits == n, odd > 0, n > 40:
		return true
	case digits > 0 && digits+hex == n && n >= 8: // hexadecimal, a UUID, a date
		return true
	case digits >= 4 && n >= 8, digits > 0 && n >= 16:
		return true
	}
	return false
}
