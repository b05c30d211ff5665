package redis

import (
	"regexp"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// statRow is a line of redis-cli --stat: keys, memory, clients, blocked,
// requests with their growth, connections.
var statRow = regexp.MustCompile(`^(\d+)\s+(\d+(?:\.\d+)?[BKMGTP])\s+(\d+)\s+(\d+)\s+(\d+) \(\+(\d+)\)\s+(\d+)\s*$`)

func isStatHeader(line string) bool {
	f := strings.Fields(line)
	return len(f) == 6 && f[0] == "keys" && f[1] == "mem" && f[2] == "clients" && f[4] == "requests"
}

// parseStat reads redis-cli --stat. Of several lines in a sample, which have
// no times of their own, the first is that of the sample's time.
func parseStat(s *capture.Sample, emit func(metric string, value, step float64, line int)) {
	first := true
	for i, line := range s.Lines {
		var m []string
		if strings.Contains(line, " (+") {
			m = statRow.FindStringSubmatch(line)
		}
		if m == nil {
			if isStatHeader(line) || strings.HasPrefix(line, "------- data ------") {
				s.Use(i, i+1)
			}
			continue
		}
		s.Use(i, i+1)
		if !first {
			continue
		}
		first = false
		memory, step := human(m[2])
		emit("keys", decimal(m[1]), 0, i)
		emit("memory_bytes", memory, step, i)
		emit("connections", decimal(m[3]), 0, i)
		emit("clients_blocked", decimal(m[4]), 0, i)
		emit("commands_total", decimal(m[5]), 0, i)
		emit("connections_total", decimal(m[7]), 0, i)
	}
}
