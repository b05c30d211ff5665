package host

import (
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

var (
	socketLine  = regexp.MustCompile(`^TCP:\s+\d+ \(estab (\d+),.*\)$`)
	socketField = regexp.MustCompile(`(estab|orphaned|timewait) (\d+)`)
	socketRest  = regexp.MustCompile(`^(?:Total: \d+(?: \(kernel \d+\))?|Transport\s+Total\s.*|(?:\*|RAW|UDP|TCP|INET|FRAG)\s+\d+\s+(?:\d+|-)\s+(?:\d+|-))$`)
)

var socketMetrics = map[string]string{"estab": "tcp_established", "orphaned": "tcp_orphaned", "timewait": "tcp_time_wait"}

// socketParser reads ss -s: the machine's TCP connections by state.
func socketParser() capture.Parser {
	return capture.Parser{
		Kind: "ss", What: "ss -s",
		Sniff: func(lines []string) bool { return slices.ContainsFunc(lines, socketLine.MatchString) },
		New: func() func(*capture.Sample, func(capture.Reading)) {
			return func(s *capture.Sample, to func(capture.Reading)) {
				if !slices.ContainsFunc(s.Lines, socketLine.MatchString) {
					return
				}
				for i, line := range s.Lines {
					line = strings.TrimSpace(line)
					switch {
					case s.Used(i):
					case socketLine.MatchString(line):
						s.Use(i, i+1)
						for _, m := range socketField.FindAllStringSubmatch(line, -1) {
							if v, _, ok := number(m[2]); ok {
								adder(to).at(s.Line+i, 0, false).host(socketMetrics[m[1]], v, 1)
							}
						}
					case socketRest.MatchString(line):
						s.Use(i, i+1)
					}
				}
			}
		},
	}
}
