package host

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

var sysstatHead = regexp.MustCompile(`^[A-Z]\w+ \S+ \(.*\)\s+(\d[\d./-]+)(?:\s+_\w+_)?(?:\s+\((\d+) CPUs?\))?\s*$`)

// A sysstatTable is known by columns that it has.
type sysstatTable struct {
	columns []string
	add     func(t *sysstatReader, rows []sysstatRow, add adder)
}

// sysstatTables are the tables that are read, known by columns that they have.
var sysstatTables = []sysstatTable{
	{[]string{"PID", "Command"}, (*sysstatReader).addProcesses},
	{[]string{"TGID", "Command"}, (*sysstatReader).addProcesses},
	{[]string{"CPU", "%idle"}, (*sysstatReader).addProcessors},
	{[]string{"%user", "%idle", "avg-cpu:"}, (*sysstatReader).addProcessors},
	{[]string{"kbmemfree", "kbmemused"}, (*sysstatReader).addMemory},
	{[]string{"kbswpused"}, (*sysstatReader).addSwap},
	{[]string{"runq-sz", "ldavg-1"}, (*sysstatReader).addQueue},
	{[]string{"IFACE", "rxkB/s"}, (*sysstatReader).addNetwork},
	{[]string{"DEV", "%util"}, (*sysstatReader).addDisks},
	{[]string{"Device", "%util"}, (*sysstatReader).addDisks},
	{[]string{"Device:", "%util"}, (*sysstatReader).addDisks},
}

func sysstatParser(procs []Process) capture.Parser {
	return capture.Parser{
		Kind: "sysstat", What: "output of sysstat's tools (pidstat, mpstat, sar, iostat)",
		Sniff: func(lines []string) bool {
			return slices.ContainsFunc(lines, func(l string) bool {
				_, _, ok := sysstatColumns(l)
				return ok || sysstatHead.MatchString(l) || jsonHead.MatchString(l)
			})
		},
		New: func() func(*capture.Sample, func(capture.Reading)) {
			t := &sysstatReader{roster: roster{namer: namer{procs}}, pids: map[string]string{}}
			t.clock.date = math.NaN()
			return t.read
		},
	}
}

// A sysstatReader reads the tables of pidstat, mpstat, sar and iostat. Each row
// has the time of day at the end of its interval first; the day is in the head
// line of the tool, or the sample's. A report whose time is that of its
// column line is of no interval: it is the mean since the machine was booted.
type sysstatReader struct {
	roster
	session
	clock   wallClock
	cpus    int
	columns []string // without the time
	table   int      // index of sysstatTables, -1 none
	head    float64  // time of day of the column line; -1 none
	booted  bool     // the next report of iostat is the mean since boot
	reports int      // of iostat since its head line
	devices int      // of them, those whose table of devices came
	stamp   float64  // time of day on a line of iostat's own; -1 none
	rows    []sysstatRow
	at      rowTime
	active  []string          // components that pidstat has shown
	pids    map[string]string // PID → component
	alone   singles
	inJSON  bool
}

// isAverage reports a row of the table of means that ends a tool's output:
// "Average:", or "Durchschn.:" and "Moyenne :" in other languages.
func isAverage(f []string) bool {
	word, ok := strings.CutSuffix(f[0], ":")
	if !ok && len(f) > 1 && f[1] == ":" {
		word, ok = f[0], true
	}
	return ok && word != "" && !strings.ContainsAny(word, "0123456789:%/")
}

type sysstatRow struct {
	cells []string
	line  int
}

type rowTime struct {
	known bool // of the row itself
	clock float64
	epoch float64 // pidstat -H; 0 none
}

// sysstatColumns tells whether a line names the columns of a known table.
func sysstatColumns(line string) (columns []string, table int, ok bool) {
	f := strings.Fields(strings.TrimPrefix(line, "#"))
	if _, n := clockOf(f); n > 0 {
		f = f[n:]
	} else if len(f) > 0 && f[0] == "Time" {
		f = f[1:]
	}
	if len(f) < 3 {
		return nil, 0, false
	}
	for i, t := range sysstatTables {
		if !slices.ContainsFunc(t.columns, func(c string) bool { return !slices.Contains(f, c) }) {
			if f[0] == "avg-cpu:" {
				f = f[1:]
			}
			return f, i, true
		}
	}
	return nil, 0, false
}

func (t *sysstatReader) read(s *capture.Sample, to func(capture.Reading)) {
	if t.begins(s) {
		t.clock = wallClock{date: math.NaN()}
		t.columns, t.rows, t.stamp = nil, nil, -1
	}
	for i, line := range s.Lines {
		if s.Used(i) {
			continue
		}
		f := strings.Fields(line)
		if len(f) == 0 {
			t.flush(s, to)
			t.blank()
			continue
		}
		if t.json(line, s.Line+i, s, to) {
			s.Use(i, i+1)
			continue
		}
		if m := sysstatHead.FindStringSubmatch(line); m != nil {
			t.flush(s, to)
			t.inJSON = false
			t.begin(m, s)
			s.Use(i, i+1)
			continue
		}
		if columns, table, ok := sysstatColumns(line); ok {
			t.flush(s, to)
			t.columns, t.table, t.head = columns, table, -1
			if clock, n := clockOf(f); n > 0 {
				t.head = clock
				t.clock.unix(clock, table, s)
			}
			if f[0] == "avg-cpu:" || isDevices(f) && t.devices == t.reports {
				t.booted = t.booted && t.reports == 0
				t.reports++
			}
			if isDevices(f) {
				t.devices++
			}
			s.Use(i, i+1)
			continue
		}
		if t.iostatTime(f, s) || t.columns != nil && isAverage(f) {
			t.flush(s, to)
			s.Use(i, i+1)
			continue
		}
		if t.row(f, s.Line+i, s, to) {
			s.Use(i, i+1)
		}
	}
	t.flush(s, to)
}

// isDevices reports the columns of iostat's devices, whose name iostat -h puts
// last.
func isDevices(f []string) bool {
	return strings.HasPrefix(f[0], "Device") || f[len(f)-1] == "Device"
}

// begin takes the day and the number of processors from a tool's head line.
func (t *sysstatReader) begin(m []string, s *capture.Sample) {
	t.clock = wallClock{date: math.NaN()}
	if date, ok := dateOf(m[1], s.Time); ok {
		t.clock.date = date
	}
	t.cpus, _ = strconv.Atoi(m[2])
	t.columns, t.reports, t.devices, t.stamp = nil, 0, 0, -1
	t.booted = true
}

// blank ends a table of iostat; the others' go on after a blank line only with
// a column line.
func (t *sysstatReader) blank() { t.columns = nil }

// iostatTime reads the line with day and time that iostat -t puts before a
// report.
func (t *sysstatReader) iostatTime(f []string, s *capture.Sample) bool {
	if len(f) < 2 || len(f) > 3 {
		return false
	}
	date, ok := dateOf(f[0], s.Time)
	clock, n := clockOf(f[1:])
	if !ok || n != len(f)-1 {
		return false
	}
	if math.IsNaN(s.Time) {
		t.clock = wallClock{date: date}
	}
	t.stamp = clock
	return true
}

// row takes one row of the table above, if it is one.
func (t *sysstatReader) row(f []string, line int, s *capture.Sample, to func(capture.Reading)) bool {
	if t.columns == nil {
		return false
	}
	now := rowTime{}
	if clock, n := clockOf(f); n > 0 {
		now, f = rowTime{known: true, clock: clock}, f[n:]
	} else if v, local, ok := capture.ParseTime(f[0]); ok && !local {
		now, f = rowTime{known: true, epoch: v}, f[1:]
	} else if t.stamp >= 0 {
		now = rowTime{known: true, clock: t.stamp}
	}
	command := t.columns[len(t.columns)-1] == "Command"
	if len(f) < len(t.columns) || len(f) > len(t.columns) && !command {
		return false
	}
	if now != t.at {
		t.flush(s, to)
		if t.columns == nil {
			return false
		}
		t.at = now
	}
	t.rows = append(t.rows, sysstatRow{f, line})
	return true
}

// flush gives the readings of the rows of one time.
func (t *sysstatReader) flush(s *capture.Sample, to func(capture.Reading)) {
	rows, at := t.rows, t.at
	t.rows, t.at = nil, rowTime{}
	if len(rows) == 0 {
		return
	}
	sinceBoot := at.known && at.epoch == 0 && t.head >= 0 && at.clock == t.head || t.booted && t.head < 0
	if t.head >= 0 {
		t.head = math.Inf(1) // only the first report is next to the column line
	}
	if t.head < 0 && t.has("Command") {
		t.booted = false // pidstat -h has no time there: its first report may be of no interval
	}
	single := t.booted && t.head < 0 && !t.has("Command")
	if sinceBoot && !t.has("RSS") && !single {
		return
	}
	if single {
		to = t.alone.through(s, to)
		defer t.alone.settle()
	}
	time, local := at.epoch, false
	if at.known && at.epoch == 0 {
		time, local, _ = t.clock.unix(at.clock, t.table, s) // 0: the sample's
	}
	add := adder(to).at(rows[0].line, time, local)
	if t.cpus > 0 && !t.has("IFACE") {
		add.host("cpu_limit_cores", float64(t.cpus), 0)
	}
	if sinceBoot && !single {
		t.columns = slices.Clone(t.columns)
		for i, c := range t.columns {
			if c == "%CPU" {
				t.columns[i] = ""
			}
		}
	}
	sysstatTables[t.table].add(t, rows, add)
}

func (t *sysstatReader) has(column string) bool { return slices.Contains(t.columns, column) }

// cell returns a cell's number under the first of the names that the table
// has.
func (t *sysstatReader) cell(r sysstatRow, names ...string) (v, step float64, ok bool) {
	for _, name := range names {
		if i := slices.Index(t.columns, name); i >= 0 && i < len(r.cells) {
			return number(strings.TrimSuffix(r.cells[i], "%")) // iostat -h
		}
	}
	return 0, 0, false
}

// text returns a cell.
func (t *sysstatReader) text(r sysstatRow, names ...string) string {
	for _, name := range names {
		if i := slices.Index(t.columns, name); i >= 0 && i < len(r.cells) {
			return r.cells[i]
		}
	}
	return ""
}
