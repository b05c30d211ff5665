package app

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// mostDocument limits a document that goes over several lines.
const (
	mostDocument      = 4 << 20
	mostDocumentLines = 20000
)

// A document is one JSON value in a sample.
type document struct {
	value    any
	from, to int // lines of the sample
}

// documents returns the JSON objects and lists in lines for which free is
// true. Other text is passed over.
func documents(lines []string, free func(i int) bool) []document {
	var found []document
	for i := 0; i < len(lines); i++ {
		text := strings.TrimSpace(lines[i])
		if !free(i) || text == "" || text[0] != '{' && text[0] != '[' {
			continue
		}
		if v, ok := decode([]byte(text)); ok {
			found = append(found, document{v, i, i + 1})
			continue
		}
		if v, n := decodeLines(lines[i:]); n > 0 {
			found = append(found, document{v, i, i + n})
			i += n - 1
		}
	}
	return found
}

// decode reads a whole text as one object or list.
func decode(text []byte) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil, false
	}
	_, err := d.Token()
	return v, err == io.EOF
}

// decodeLines reads a value that goes over several lines; n is how many, 0
// where there is none.
func decodeLines(lines []string) (v any, n int) {
	depth, size, quoted := 0, 0, false
	for i, line := range lines[:min(len(lines), mostDocumentLines)] {
		if size += len(line) + 1; size > mostDocument {
			return nil, 0
		}
		for j := 0; j < len(line); j++ {
			switch c := line[j]; {
			case quoted && c == '\\':
				j++
			case c == '"':
				quoted = !quoted
			case quoted:
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				depth--
			}
		}
		if quoted || depth < 0 { // a string does not go over a line's end
			return nil, 0
		}
		if depth == 0 {
			v, ok := decode([]byte(strings.Join(lines[:i+1], "\n")))
			if !ok {
				return nil, 0
			}
			return v, i + 1
		}
	}
	return nil, 0
}

// Sniff reports whether the first lines of a file hold an application's
// metrics: a JSON object with numbers that is no log record, no answer of
// Prometheus and no line of docker stats. A document that is longer than what
// is seen of it counts if a key that a rule knows is in it.
func Sniff(lines []string) bool {
	for _, d := range documents(lines, func(int) bool { return true }) {
		if isMetrics(d.value) {
			return true
		}
	}
	for i, line := range lines {
		if text := strings.TrimSpace(line); strings.HasPrefix(text, "{") {
			return len(documents(lines[i:], func(int) bool { return true })) == 0 && looksCut(lines[i:])
		}
	}
	return false
}

// looksCut reports whether lines begin an object whose end is not there, with
// keys of metrics.
func looksCut(lines []string) bool {
	text := strings.ToLower(strings.Join(lines[:min(len(lines), 400)], " "))
	n := 0
	for _, key := range []string{`pool"`, `"cache"`, `"workers"`, `"queue"`, `"response_times"`, `"rate_limits"`, `"in_use"`, `"uptime`, `"memstats"`, `"p95"`, `_total"`, `"rss`} {
		if strings.Contains(text, key) {
			n++
		}
	}
	return n >= 2
}

func isMetrics(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		has := func(keys ...string) bool {
			for _, k := range keys {
				if _, ok := v[k]; ok {
					return true
				}
			}
			return false
		}
		switch {
		case has("CPUPerc", "MemUsage", "cpu_percent") && has("Name", "name", "Container", "ID", "id"),
			has("level", "severity", "levelname", "lvl") && has("message", "msg", "event"),
			has("resultType"), has("status") && has("data") && has("data", "errorType") && promAnswer(v["data"]),
			has("num_reqs_per_sec", "response_times") && has("num_requests", "method"):
			return false
		}
		return numbers(v, 0) > 0
	case []any:
		// Node's prom-client: a list of objects with a name and values.
		for _, e := range v {
			o, ok := e.(map[string]any)
			if !ok || o["name"] == nil || o["values"] == nil {
				return false
			}
		}
		return len(v) > 0
	}
	return false
}

func promAnswer(v any) bool {
	o, _ := v.(map[string]any)
	return o["resultType"] != nil
}

// numbers counts the numbers in objects.
func numbers(v any, depth int) int {
	n := 0
	switch v := v.(type) {
	case json.Number:
		return 1
	case []any:
		if depth > 0 && depth < 32 {
			for _, e := range v {
				n += numbers(e, depth+1)
			}
		}
	case map[string]any:
		if depth < 32 {
			for _, e := range v {
				n += numbers(e, depth+1)
			}
		}
	}
	return n
}
