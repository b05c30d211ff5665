package host

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

// TableKind is the kind of a CSV table of processors or processes, as
// loadtest.Input has it.
const TableKind = "host_csv"

// A tableColumn is what a column of a CSV table holds.
type tableColumn uint8

const (
	other tableColumn = iota
	timeColumn
	nameColumn      // of a processor: cpu, cpu0
	groupColumn     // of a process, a group of them or a container
	processesColumn // how many processes the group has
	shareColumn     // % of one core for a group, of all for the machine
	userColumn
	systemColumn
	idleColumn
	iowaitColumn
	stealColumn
	rssColumn
	pssColumn
	totalColumn
	usedColumn
	availableColumn
	memoryColumn
)

// tableNames are the names of columns, without the unit at their end.
var tableNames = map[string]tableColumn{
	"timestamp": timeColumn, "time": timeColumn, "ts": timeColumn, "epoch": timeColumn, "datetime": timeColumn, "date": timeColumn, "unix_time": timeColumn,
	"cpu": nameColumn, "core": nameColumn, "processor": nameColumn,
	"group": groupColumn, "process": groupColumn, "name": groupColumn, "command": groupColumn, "comm": groupColumn, "cmd": groupColumn,
	"container": groupColumn, "container_name": groupColumn, "pod": groupColumn, "service": groupColumn, "process_name": groupColumn,
	"procs": processesColumn, "processes": processesColumn, "nprocs": processesColumn, "num_procs": processesColumn,
	"cpu_used": shareColumn, "used": shareColumn, "cpu_usage": shareColumn, "pcpu": shareColumn, "%cpu": shareColumn, "cpu_total": shareColumn, "cpu_util": shareColumn, "usage": shareColumn, "util": shareColumn,
	"user": userColumn, "usr": userColumn, "us": userColumn, "cpu_user": userColumn, "nice": userColumn, "ni": userColumn, "cpu_nice": userColumn,
	"system": systemColumn, "sys": systemColumn, "sy": systemColumn, "cpu_system": systemColumn, "cpu_sys": systemColumn, "irq": systemColumn, "softirq": systemColumn, "hi": systemColumn, "si": systemColumn,
	"idle": idleColumn, "id": idleColumn, "cpu_idle": idleColumn,
	"iowait": iowaitColumn, "wa": iowaitColumn, "io_wait": iowaitColumn, "cpu_iowait": iowaitColumn,
	"steal": stealColumn, "st": stealColumn, "cpu_steal": stealColumn,
	"rss": rssColumn, "mem_rss": rssColumn, "memory_rss": rssColumn, "resident": rssColumn,
	"pss": pssColumn, "mem_pss": pssColumn, "memory_pss": pssColumn,
	"mem_total": totalColumn, "memory_total": totalColumn, "mem_used": usedColumn, "memory_used": usedColumn,
	"mem_available": availableColumn, "memory_available": availableColumn, "mem": memoryColumn, "memory": memoryColumn, "mem_usage": memoryColumn, "memory_usage": memoryColumn,
}

// tableUnits are what columns' names end in, and how many base units that is.
var tableUnits = []struct {
	suffix string
	scale  float64
}{
	{"_percentage", 0.01}, {"_percent", 0.01}, {"_pct", 0.01}, {"_perc", 0.01}, {"%", 0.01}, {"_bytes", 1}, {"_kib", kib}, {"_kb", kib}, {"_mib", mib}, {"_mb", mib}, {"_gib", gib}, {"_gb", gib},
}

// tableColumnOf tells what a column is; unit is 0 where its name has none.
// "cpu" with a unit is a figure, without one the name of a processor. Memory
// "in MB" is what such scripts divide by 1024, and is read as MiB.
func tableColumnOf(cell string) (c tableColumn, unit float64) {
	name := strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(cell)), " ", "_"), "-", "_")
	for _, u := range tableUnits {
		if rest, ok := strings.CutSuffix(name, u.suffix); ok {
			name, unit = strings.TrimSuffix(rest, "_"), u.scale
			break
		}
	}
	c = tableNames[name]
	if c == nameColumn && unit > 0 {
		c = shareColumn
	}
	return c, unit
}

// SniffTable reports whether a file begins with the head of a CSV table of
// processors (cpu.csv of /proc/stat: timestamp, cpu, user, system, idle …) or
// of processes (timestamp, group or process, cpu_pct, rss_mb, pss_mb …). The
// names of the columns decide.
func SniffTable(head []byte) bool {
	head, _ = csvtable.Text(head)
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if len(line) > 4096 {
		return false
	}
	has := map[tableColumn]bool{}
	for _, cell := range bytes.FieldsFunc(line, func(r rune) bool { return r == rune(csvtable.Delimiter(line)) }) {
		c, _ := tableColumnOf(strings.Trim(strings.TrimSpace(string(cell)), `"`))
		has[c] = true
	}
	figure := has[shareColumn] || has[idleColumn] || has[rssColumn] || has[pssColumn] || has[usedColumn] || has[availableColumn] || has[groupColumn] && has[nameColumn]
	return has[timeColumn] && figure
}

// A tableReader reads the rows of a CSV table.
type tableReader struct {
	namer
	*csvtable.Table
	out     *capture.Collector
	columns []tableColumn
	units   []float64
	has     map[tableColumn]bool

	time  float64
	local bool
	cores []processors
	all   processors
	line  int
	sums  []tableSum
	bad   int // rows whose time cannot be read
	first int // line of the first of them
}

type tableSum struct {
	usage
	pss float64
}

// ReadTable reads a CSV table of processors or processes. Processors become
// figures of the host: those of the row "cpu" (or "all", or the mean of all
// rows), the busiest processor and their number. Processes become figures of
// their components: cpu_cores, of which 100 % is one, and memory_bytes, the
// proportional set where it is given and the component has several processes
// (column procs, or several rows at one time), else the resident set.
func ReadTable(r io.Reader, file string, procs []Process) ([]loadtest.Track, []loadtest.Note, error) {
	t, err := csvtable.Read(r, file, csvtable.Options{Wanted: func(string) bool { return true }})
	if err != nil {
		return nil, nil, err
	}
	x := &tableReader{namer: namer{procs}, Table: t, out: capture.NewCollector(file), all: unknownProcessors(), has: map[tableColumn]bool{}}
	if t.Empty() {
		return nil, nil, &csvtable.Error{File: file, Problem: "is empty"}
	}
	for _, cell := range t.Header.Cells {
		c, unit := tableColumnOf(cell)
		x.columns, x.units = append(x.columns, c), append(x.units, unit)
		x.has[c] = true
	}
	x.findUnits()
	for i := range t.Len() {
		x.row(i)
	}
	x.flush()
	tracks, notes := x.out.Tracks()
	if t.Torn > 0 {
		notes = append(notes, loadtest.Note{Code: "torn_file", Severity: loadtest.Info, Source: fmt.Sprintf("%s:%d", file, t.Torn),
			Message: "The last row was cut short and was left out."})
	}
	if x.bad > 0 {
		notes = append(notes, loadtest.Note{Code: "capture_not_understood", Severity: loadtest.Warn, Source: fmt.Sprintf("%s:%d", file, x.first),
			Message: fmt.Sprintf("%d of %d rows have no time that could be read and were left out.", x.bad, t.Len())})
	}
	return tracks, notes, nil
}

// findUnits decides what a column rss without a unit holds: bytes, as psutil
// gives, are multiples of the page of 4096 only; ps gives KiB, multiples of 4.
// Else the unit is not known and the column is not read.
func (x *tableReader) findUnits() {
	for j, c := range x.columns {
		if c != rssColumn && c != pssColumn || x.units[j] > 0 {
			continue
		}
		highest, bytes, kibs := 0.0, true, true
		for i := range x.Len() {
			if v, _, ok := number(strings.TrimSpace(x.Cell(i, j))); ok {
				highest = max(highest, v)
				bytes, kibs = bytes && math.Mod(v, 4096) == 0, kibs && math.Mod(v, 4) == 0
			}
		}
		switch {
		case bytes && highest >= 1*mib:
			x.units[j] = 1
		case kibs && highest >= 1024:
			x.units[j] = kib
		}
	}
}

func (x *tableReader) row(i int) {
	var text [memoryColumn + 1]string
	at := map[tableColumn]int{}
	for j, c := range x.columns {
		if _, seen := at[c]; !seen {
			at[c] = j
			text[c] = strings.TrimSpace(x.Cell(i, j))
		}
	}
	time, local, ok := capture.ParseTime(text[timeColumn])
	if !ok {
		if x.bad++; x.bad == 1 {
			x.first = x.Line(i)
		}
		return
	}
	if time != x.time || local != x.local {
		x.flush()
		x.time, x.local = time, local
	}
	x.line = x.Line(i)
	// figure sums the columns of a kind: user and nice are both user.
	figure := func(c tableColumn, plain float64) (sum, step float64) {
		sum = math.NaN()
		for j, k := range x.columns {
			if k != c {
				continue
			}
			cell := strings.TrimSpace(x.Cell(i, j))
			if x.Comma != ';' && strings.Contains(cell, ",") {
				continue
			}
			unit := x.units[j]
			if unit == 0 {
				unit = plain
			}
			used, _, _ := strings.Cut(cell, "/") // docker's "12MiB / 1GiB"
			v, s, ok := number(strings.TrimSuffix(cell, "%"))
			v, s = v*unit, s*unit
			if strings.HasSuffix(cell, "%") {
				v, s, ok = percent(cell)
			} else if !ok {
				v, s, ok = sizing{letter: 1000}.read(used)
			} else if unit == 0 {
				continue
			}
			if ok {
				if math.IsNaN(sum) {
					sum = 0
				}
				sum += v
				step = max(step, s)
			}
		}
		return sum, step
	}
	if x.has[groupColumn] {
		x.process(text, figure)
		return
	}
	p := unknownProcessors()
	p.user, p.step = figure(userColumn, 0.01)
	p.system, _ = figure(systemColumn, 0.01)
	p.idle, _ = figure(idleColumn, 0.01)
	p.iowait, _ = figure(iowaitColumn, 0.01)
	p.steal, _ = figure(stealColumn, 0.01)
	if share, step := figure(shareColumn, 0); !math.IsNaN(share) && math.IsNaN(p.idle) {
		p.idle, p.step, p.iowait = 1-share, max(p.step, step), math.NaN()
	}
	if name := strings.ToLower(text[nameColumn]); !x.has[nameColumn] || name == "cpu" || name == "all" || name == "total" || name == "cpu-total" || name == "-1" {
		x.all = p
	} else {
		x.cores = append(x.cores, p)
	}
	for _, m := range []struct {
		column tableColumn
		metric string
	}{{totalColumn, "memory_limit_bytes"}, {usedColumn, "memory_bytes"}, {availableColumn, "memory_available_bytes"}} {
		if v, step := figure(m.column, 0); v >= 1 {
			x.adder().host(m.metric, v, step)
		}
	}
}

// process adds a row of processes to its component.
func (x *tableReader) process(text [memoryColumn + 1]string, figure func(tableColumn, float64) (float64, float64)) {
	name := text[groupColumn]
	component, known := x.namer.process(name)
	if !known {
		component, known = x.container(name)
	}
	if component == "" {
		return
	}
	i := slices.IndexFunc(x.sums, func(s tableSum) bool { return s.component == component })
	if i < 0 {
		n := math.NaN()
		i = len(x.sums)
		x.sums = append(x.sums, tableSum{usage: usage{component: component, known: known, line: x.line, cpu: n, rss: n}, pss: n})
	}
	s := &x.sums[i]
	procs, err := strconv.Atoi(text[processesColumn])
	if err != nil {
		procs = 1
	}
	s.procs += procs
	sum := func(to, step *float64, c tableColumn, plain float64) {
		v, st := figure(c, plain)
		if math.IsNaN(v) {
			return
		}
		if math.IsNaN(*to) {
			*to = 0
		}
		*to += v
		*step = max(*step, st)
	}
	if x.has[shareColumn] {
		sum(&s.cpu, &s.cpuStep, shareColumn, 0.01)
	} else {
		sum(&s.cpu, &s.cpuStep, nameColumn, 0.01)
	}
	sum(&s.rss, &s.rssStep, rssColumn, 0)
	if !x.has[rssColumn] {
		sum(&s.rss, &s.rssStep, memoryColumn, 0)
	}
	sum(&s.pss, &s.rssStep, pssColumn, 0)
}

func (x *tableReader) adder() adder {
	return adder(func(r capture.Reading) { x.out.Add(TableKind, r) }).at(x.line, x.time, x.local)
}

// flush gives the readings of one time.
func (x *tableReader) flush() {
	add := x.adder()
	if x.line > 0 && !x.has[groupColumn] {
		x.all.add(add)
		if len(x.cores) > 0 {
			addCores(add, x.cores, math.IsNaN(x.all.idle))
		}
	}
	for _, s := range x.sums {
		s.cores(add)
		if s.procs == 1 || math.IsNaN(s.pss) || s.component == cache {
			s.memory(add)
			continue
		}
		add(capture.Reading{Component: s.component, Metric: "memory_bytes", Value: s.pss, Step: s.rssStep, Line: s.line})
		s.memory(add)
	}
	x.all, x.cores, x.sums, x.line = unknownProcessors(), nil, nil, 0
}
