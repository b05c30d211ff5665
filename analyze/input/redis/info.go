package redis

import (
	"math"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// parse reads a sample of INFO. Several servers' answers in one sample cannot
// be told apart: the first counts.
func parse(s *capture.Sample, add func(capture.Reading)) {
	lines := map[string]int{}
	values := map[string]string{}
	var order []string // names, as they come
	mine, noKeys, down := false, -1, -1
	for i, line := range s.Lines {
		line = strings.TrimRight(line, "\r ")
		switch name, value, ok := field(line); {
		case refused(line):
			s.Use(i, i+1)
			if down < 0 {
				down = i
			}
		case line == "# Keyspace":
			noKeys = i
		case ok:
			mine = mine || own(name)
			if _, seen := lines[name]; !seen {
				lines[name], values[name] = i, value
				order = append(order, name)
			}
		}
	}
	emit := func(metric string, value, step float64, line int) {
		add(capture.Reading{Component: component, Metric: metric, Value: value, Step: step, Line: s.Line + line})
	}
	if down >= 0 {
		emit("up", 0, 0, down)
	}
	parseStat(s, emit)
	if !mine {
		return
	}
	for i, line := range s.Lines {
		if _, _, ok := field(line); ok || section(line) {
			s.Use(i, i+1)
		}
	}
	if down < 0 {
		emit("up", 1, 0, lines[order[0]])
	}
	keys, keyLine := 0.0, -1
	for _, name := range order {
		if metric, ok := fields[name]; ok {
			emit(metric, decimal(values[name]), 0, lines[name])
		}
		if n, ok := keysOf(name, values[name]); ok {
			keys += n
			if keyLine < 0 {
				keyLine = lines[name]
			}
		}
	}
	switch {
	case keyLine >= 0:
		emit("keys", keys, 0, keyLine)
	case noKeys >= 0:
		emit("keys", 0, 0, noKeys) // an empty section: no database has any
	}
	for _, h := range []struct{ exact, human, metric string }{
		{"used_memory", "used_memory_human", "memory_bytes"},
		{"used_memory_rss", "used_memory_rss_human", "memory_rss_bytes"},
		{"maxmemory", "maxmemory_human", "memory_limit_bytes"},
	} {
		if _, ok := values[h.exact]; ok || values[h.human] == "" {
			continue
		}
		value, step := human(values[h.human])
		emit(h.metric, value, step, lines[h.human])
	}
	if sys, user := decimal(values["used_cpu_sys"]), decimal(values["used_cpu_user"]); !math.IsNaN(sys + user) {
		emit("cpu_seconds_total", sys+user, 0, lines["used_cpu_sys"])
	}
}

// sections are INFO's headings.
const sections = "# Server # Clients # Memory # Persistence # Stats # Replication # CPU # Modules # Commandstats # Errorstats # Latencystats # Cluster # Keyspace # Sentinel # Threads #"

func section(line string) bool {
	line = strings.TrimRight(line, "\r ")
	return strings.HasPrefix(line, "# ") && len(line) > 2 && strings.Contains(sections, line+" #")
}

// decimal reads a number as INFO writes them; NaN if it is none.
func decimal(text string) float64 {
	if text == "" || strings.Trim(text, "0123456789.-") != "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// human reads 1.06M: units are powers of 1024. step is that of the last
// digit.
func human(text string) (value, step float64) {
	unit := 1.0
	if n := len(text) - 1; n > 0 {
		if i := strings.IndexByte("BKMGTP", text[n]); i >= 0 {
			unit, text = math.Pow(1024, float64(i)), text[:n]
		}
	}
	value, step = decimal(text)*unit, unit
	if _, digits, ok := strings.Cut(text, "."); ok {
		step = unit * math.Pow(10, -float64(len(digits)))
	}
	if unit == 1 {
		step = 0
	}
	return value, step
}

// keysOf reads db0:keys=123,expires=0,avg_ttl=0.
func keysOf(name, value string) (float64, bool) {
	number, ok := strings.CutPrefix(name, "db")
	if !ok || number == "" || strings.Trim(number, "0123456789") != "" {
		return 0, false
	}
	text, ok := strings.CutPrefix(value, "keys=")
	if !ok {
		return 0, false
	}
	text, _, _ = strings.Cut(text, ",")
	n := decimal(text)
	return n, !math.IsNaN(n)
}
