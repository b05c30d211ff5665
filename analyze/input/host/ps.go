package host

import (
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// psCommands are ps's names for the column of the command, which comes last
// or is one word.
var psCommands = []string{"COMMAND", "CMD", "COMM", "UCMD", "ARGS"}

func psColumns(line string) ([]string, bool) {
	f := strings.Fields(line)
	command := slices.ContainsFunc(f, func(c string) bool { return slices.Contains(psCommands, c) })
	return f, command && slices.Contains(f, "RSS") && !slices.Contains(f, "RES") && len(f) < 30 && !strings.Contains(line, "minflt/s")
}

// psParser reads the resident sets that ps gives, in KiB. Its %CPU is the mean
// since the process started and is not read.
func psParser(procs []Process) capture.Parser {
	return capture.Parser{
		Kind: "ps", What: "ps's output",
		Sniff: func(lines []string) bool {
			return slices.ContainsFunc(lines, func(l string) bool { _, ok := psColumns(l); return ok })
		},
		New: func() func(*capture.Sample, func(capture.Reading)) {
			r := &roster{namer: namer{procs}}
			return func(s *capture.Sample, add func(capture.Reading)) { readPs(s, add, r) }
		},
	}
}

func readPs(s *capture.Sample, to adder, r *roster) {
	var columns []string
	var sums usages
	flush := func() {
		for _, u := range sums {
			if r.wants(u) {
				u.memory(to.at(u.line, 0, false))
			}
		}
		sums = nil
	}
	for i, line := range s.Lines {
		if s.Used(i) {
			continue
		}
		if c, ok := psColumns(line); ok {
			flush()
			columns = c
			s.Use(i, i+1)
			continue
		}
		f := strings.Fields(line)
		if columns == nil || len(f) < len(columns) {
			columns = nil
			continue
		}
		last := len(columns) - 1
		name := ""
		for j, c := range columns {
			if slices.Contains(psCommands, c) && (name == "" || j == last) {
				name = f[j]
				if j == last {
					name = strings.Join(f[j:], " ")
				}
			}
		}
		rss, err := strconv.ParseUint(f[slices.Index(columns, "RSS")], 10, 50)
		if err != nil {
			columns = nil
			continue
		}
		s.Use(i, i+1)
		component, known := r.process(name)
		u := sums.of(component, known, s.Line+i)
		u.procs++
		u.rss += float64(rss) * kib
		u.rssStep = kib
	}
	flush()
}
