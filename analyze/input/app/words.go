package app

import (
	"slices"
	"strings"
	"unicode"
)

// words splits a key into lower-case words: "inUse", "in_use", "in-use" and
// "In Use" are all in, use; "HTTPRequests" is http, requests.
func words(key string) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	runes := []rune(key)
	for i, r := range runes {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1]) ||
			unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			flush()
		}
		b.WriteRune(unicode.ToLower(r))
	}
	flush()
	return out
}

// A unit is what a key's name says of its value.
type unit struct {
	scale  float64 // to base units; 0 not said
	suffix string  // of a metric's name: "seconds", "bytes", "ratio"
}

// units are the words for units at the end of a key.
var units = map[string]unit{
	"ms": {1e-3, "seconds"}, "msec": {1e-3, "seconds"}, "millis": {1e-3, "seconds"}, "milliseconds": {1e-3, "seconds"}, "millisecond": {1e-3, "seconds"},
	"us": {1e-6, "seconds"}, "usec": {1e-6, "seconds"}, "micros": {1e-6, "seconds"}, "microseconds": {1e-6, "seconds"},
	"ns": {1e-9, "seconds"}, "nanos": {1e-9, "seconds"}, "nanoseconds": {1e-9, "seconds"},
	"s": {1, "seconds"}, "sec": {1, "seconds"}, "secs": {1, "seconds"}, "second": {1, "seconds"}, "seconds": {1, "seconds"},
	"bytes": {1, "bytes"}, "byte": {1, "bytes"},
	"kb": {1 << 10, "bytes"}, "kib": {1 << 10, "bytes"}, "kilobytes": {1 << 10, "bytes"},
	"mb": {1 << 20, "bytes"}, "mib": {1 << 20, "bytes"}, "megabytes": {1 << 20, "bytes"},
	"gb": {1 << 30, "bytes"}, "gib": {1 << 30, "bytes"}, "gigabytes": {1 << 30, "bytes"},
	"pct": {1e-2, "ratio"}, "percent": {1e-2, "ratio"}, "percentage": {1e-2, "ratio"}, "ratio": {1, "ratio"},
}

// split takes the unit out of a key's words: it stands last, or before a last
// "total".
func split(w []string) (rest []string, u unit) {
	n := len(w)
	at := n - 1
	if n > 1 && w[n-1] == "total" {
		at--
	}
	if at > 0 {
		if u, ok := units[w[at]]; ok && !(w[at-1] == "per") {
			return append(slices.Clone(w[:at]), w[at+1:]...), u
		}
	}
	return w, unit{}
}

// unitNamed reads the value of a key "unit".
func unitNamed(text string) unit {
	return units[strings.ToLower(strings.TrimSpace(text))]
}
