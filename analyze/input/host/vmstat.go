package host

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

var vmstatGroups = regexp.MustCompile(`^-*procs-* +-+memory-+ +-+swap-+ `)

// isVmstatColumns reports whether a line names vmstat's columns.
func isVmstatColumns(line string) bool {
	f := strings.Fields(line)
	return len(f) > 12 && f[0] == "r" && f[1] == "b" && slices.Contains(f, "swpd") && slices.Contains(f, "id")
}

func vmstatParser() capture.Parser {
	return capture.Parser{
		Kind: "vmstat", What: "vmstat's output",
		Sniff: func(lines []string) bool { return slices.ContainsFunc(lines, isVmstatColumns) },
		New: func() func(*capture.Sample, func(capture.Reading)) {
			v := &vmstatReader{}
			return v.read
		},
	}
}

// Rows without a time of their own follow the line with a time at an interval
// that is not known: only where few follow is the last of them about of then.
const mostUndatedRows = 5

// A vmstatReader reads vmstat's rows. The first row of a vmstat is the mean
// since the machine was booted and is left out; a column line that is repeated
// within a run of vmstat does not begin another.
type vmstatReader struct {
	session
	columns []string
	zone    string // of the column of times
	rows    int    // since vmstat began
}

func (v *vmstatReader) read(s *capture.Sample, to func(capture.Reading)) {
	if v.begins(s) && !math.IsNaN(s.Time) {
		v.columns, v.rows = nil, 0
	}
	type row struct {
		index int
		cells []string
	}
	var undated []row
	var last string
	for i, line := range s.Lines {
		if s.Used(i) || strings.TrimSpace(line) == "" {
			continue
		}
		f := strings.Fields(line)
		switch {
		case vmstatGroups.MatchString(line):
			s.Use(i, i+1)
		case isVmstatColumns(line):
			if i > 1 && strings.Contains(s.Lines[i-2], "vmstat") {
				v.rows = 0 // a command line: another vmstat
			}
			v.columns, v.zone = f, ""
			if n := len(f); strings.ToUpper(f[n-1]) == f[n-1] || strings.HasPrefix(f[n-1], "+") || strings.HasPrefix(f[n-1], "-") {
				v.columns, v.zone = f[:n-1], f[n-1]
			}
			s.Use(i, i+1)
		case v.columns == nil || len(f) < len(v.columns) || strings.Trim(f[0], "0123456789") != "":
		default:
			n := len(v.columns)
			time, local, dated := 0.0, false, false
			if len(f) > n {
				time, local, dated = vmstatTime(strings.Join(f[n:], " "), v.zone)
				if !dated {
					continue
				}
			}
			s.Use(i, i+1)
			if v.rows++; v.rows == 1 {
				continue
			}
			if dated {
				v.add(adder(to).at(s.Line+i, time, local), f[:n])
				continue
			}
			undated = append(undated, row{i, f})
			last = line
		}
	}
	if n := len(undated); n > 0 && last != "" && v.rows <= mostUndatedRows {
		v.add(adder(to).at(s.Line+undated[n-1].index, 0, false), undated[n-1].cells)
	}
}

// vmstatTime reads the time at a row's end, of the zone that the head names.
func vmstatTime(text, zone string) (unix float64, local, ok bool) {
	if unix, local, ok = capture.ParseTime(text + " " + zone); ok {
		return unix, local, ok
	}
	return capture.ParseTime(text)
}

// add gives the figures of a row. Swap, in KiB unless vmstat -S says
// otherwise, is given where the memory columns show that it is in KiB: the
// kernel counts in pages of 4 KiB.
func (v *vmstatReader) add(add adder, cells []string) {
	p := unknownProcessors()
	p.step = 0.01
	inKiB, memory := true, 0.0
	figures := map[string]float64{}
	for i, name := range v.columns {
		x, _, ok := number(cells[i])
		if !ok {
			return
		}
		figures[name] = x
		switch name {
		case "us":
			p.user = x / 100
		case "sy":
			p.system = x / 100
		case "id":
			p.idle = x / 100
		case "wa":
			p.iowait = x / 100
		case "st":
			p.steal = x / 100
		case "swpd", "free", "buff", "cache", "inact", "active":
			inKiB = inKiB && math.Mod(x, 4) == 0
			memory += x
		}
	}
	p.add(add)
	give := func(column, metric string, scale float64) {
		if x, ok := figures[column]; ok {
			add.host(metric, x*scale, scale)
		}
	}
	give("r", "run_queue", 1)
	give("b", "processes_blocked", 1)
	give("bi", "disk_read_bytes_per_second", kib)
	give("bo", "disk_written_bytes_per_second", kib)
	if inKiB && memory*kib >= 64*mib {
		give("swpd", "swap_used_bytes", kib)
		give("si", "swap_in_bytes_per_second", kib)
		give("so", "swap_out_bytes_per_second", kib)
	}
}
