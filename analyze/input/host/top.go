package host

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

var (
	topHead    = regexp.MustCompile(`^top - (\d\d):(\d\d):(\d\d) `)
	loadLine   = regexp.MustCompile(`(?:^| )[Ll]oad averages?: +([0-9.,]+)`)
	loadavg    = regexp.MustCompile(`^(\d+\.\d\d) \d+\.\d\d \d+\.\d\d \d+/\d+ \d+$`)
	topCPU     = regexp.MustCompile(`^(?:%?Cpu(?:\(s\)|(\d+) *) *:|CPU: )(.*)$`)
	topMemory  = regexp.MustCompile(`^((?:[KMGTPE]iB )?)(Mem|Swap) ?:(.*)$`)
	topShare   = regexp.MustCompile(`([0-9]+(?:[.,][0-9]+)?)%? *(usr|us|user|sys|sy|system|nic|ni|id|idle|wa|io|hi|irq|si|sirq|st)\b`)
	topAmount  = regexp.MustCompile(`([0-9]+(?:[.,][0-9]+)?)([kKmMgGtT]?)\+? *(total|used|free|buff/cache|buffers|cached Mem|cached|buff|avail Mem)\b`)
	topTasks   = regexp.MustCompile(`^(?:Tasks|Threads): +(\d+) total`)
	topPercent = regexp.MustCompile(`^[0-9.,]+$`)
)

func topParser(procs []Process) capture.Parser {
	return capture.Parser{
		Kind: "top", What: "top's output",
		Sniff: func(lines []string) bool {
			return slices.ContainsFunc(lines, func(l string) bool {
				return topHead.MatchString(l) || topCPU.MatchString(l) && len(topShare.FindAllString(l, -1)) >= 3 ||
					topMemory.MatchString(l) && len(topAmount.FindAllString(l, -1)) >= 3 || loadLine.MatchString(l) || loadavg.MatchString(l)
			})
		},
		New: func() func(*capture.Sample, func(capture.Reading)) {
			t := &topReader{roster: roster{namer: namer{procs}}}
			return t.read
		},
	}
}

// An iteration is one page of top.
type iteration struct {
	first   bool // of its top: its processor figures mean nothing
	time    float64
	line    int
	load    float64
	all     processors
	cores   []processors
	total   float64
	used    float64
	free    float64
	buffers float64
	cached  float64 // of old versions, which count it as used
	avail   float64
	swap    float64
	step    float64 // of memory
	tasks   int
	threads bool
	columns []string
	rows    int
	least   float64 // %CPU of the last row, in cores
	sums    usages
}

func newIteration(line int) *iteration {
	n := math.NaN()
	return &iteration{line: line, load: n, all: unknownProcessors(), total: n, used: n, free: n, buffers: n, cached: n, avail: n, swap: n}
}

// A topReader reads the pages of top. The first page after a line with a time
// is the first of its top; the clock in the heads of those that follow says
// how long after it they are.
type topReader struct {
	roster
	session
	pages int
	began float64 // the first head's clock
}

func (t *topReader) read(s *capture.Sample, to func(capture.Reading)) {
	var it *iteration
	if t.begins(s) {
		t.pages, t.began = 0, -1
	}
	flush := func() {
		if it != nil {
			it.add(to, &t.roster, s.Local)
		}
		it = nil
	}
	page := func(i int) {
		flush()
		it = newIteration(s.Line + i)
		it.first = t.pages == 0
		t.pages++
	}
	for i, line := range s.Lines {
		if s.Used(i) {
			continue
		}
		line = strings.TrimRight(line, " ")
		switch m := topCPU.FindStringSubmatch(line); {
		case topHead.MatchString(line):
			page(i)
			h := topHead.FindStringSubmatch(line)
			clock := seconds(h[1], h[2], h[3])
			if t.began < 0 {
				t.began = clock
			} else if !math.IsNaN(s.Time) {
				it.time = s.Time + math.Mod(clock-t.began+86400, 86400)
			}
			it.readLoad(line)
		case m != nil:
			shares, ok := topShares(m[2])
			if !ok {
				continue
			}
			if it == nil || m[1] == "" && !math.IsNaN(it.all.idle) || m[1] == "0" && len(it.cores) > 0 {
				page(i)
			}
			if m[1] == "" {
				it.all = shares
			} else {
				it.cores = append(it.cores, shares)
			}
		case topMemory.MatchString(line):
			if it == nil {
				it = newIteration(s.Line + i)
				it.first = t.pages == 0
			}
			if !it.readMemory(topMemory.FindStringSubmatch(line)) {
				continue
			}
		case loadLine.MatchString(line) || loadavg.MatchString(line):
			if it == nil {
				it = newIteration(s.Line + i)
				it.first = t.pages == 0
			}
			it.readLoad(line)
		case it == nil:
			continue
		case topTasks.MatchString(line):
			it.tasks, _ = strconv.Atoi(topTasks.FindStringSubmatch(line)[1])
			it.threads = strings.HasPrefix(line, "Threads")
		case it.columns == nil && isTopColumns(line):
			it.columns = strings.Fields(line)
		case it.columns != nil && it.readRow(line, s.Line+i, &t.roster):
		case line == "" && it.rows == 0:
		default:
			continue
		}
		s.Use(i, i+1)
	}
	flush()
}

func seconds(h, m, s string) float64 {
	a, _ := strconv.Atoi(h)
	b, _ := strconv.Atoi(m)
	c, _ := strconv.Atoi(s)
	return float64(a*3600 + b*60 + c)
}

func (it *iteration) readLoad(line string) {
	m := loadLine.FindStringSubmatch(line)
	if m == nil {
		m = loadavg.FindStringSubmatch(line)
	}
	if m == nil {
		return
	}
	if v, _, ok := number(strings.TrimSuffix(m[1], ",")); ok {
		it.load = v
	}
}

// topShares reads "%Cpu(s):" lines of procps and "CPU:" lines of BusyBox.
func topShares(text string) (processors, bool) {
	p := unknownProcessors()
	sum := func(to *float64, v float64) {
		if math.IsNaN(*to) {
			*to = 0
		}
		*to += v
	}
	total := 0.0
	for _, m := range topShare.FindAllStringSubmatch(text, -1) {
		v, step, ok := percent(m[1])
		if !ok {
			continue
		}
		p.step = max(p.step, step)
		total += v
		switch m[2] {
		case "us", "usr", "user", "ni", "nic":
			sum(&p.user, v)
		case "sy", "sys", "system", "hi", "irq", "si", "sirq":
			sum(&p.system, v)
		case "id", "idle":
			sum(&p.idle, v)
		case "wa", "io":
			sum(&p.iowait, v)
		case "st":
			sum(&p.steal, v)
		}
	}
	return p, !math.IsNaN(p.idle) && math.Abs(total-1) < 0.05
}

// readMemory reads "MiB Mem :" and its kin. The unit stands before "Mem", after
// each number (procps before 3.3, BusyBox), or nowhere and is KiB.
func (it *iteration) readMemory(m []string) bool {
	unit := 1.0 * kib
	if m[1] != "" {
		unit, _, _ = sizing{}.read("1" + strings.TrimSpace(m[1]))
	}
	understood := false
	for _, a := range topAmount.FindAllStringSubmatch(m[3], -1) {
		v, step, ok := sizing{plain: unit, letter: 1024}.read(a[1] + a[2])
		if !ok {
			continue
		}
		understood = true
		it.step = max(it.step, step)
		switch {
		case a[3] == "avail Mem":
			it.avail = v
		case a[3] == "cached Mem" || a[3] == "cached":
			it.cached = v
		case m[2] == "Swap" && a[3] == "used":
			it.swap = v
		case m[2] == "Swap":
		case a[3] == "total":
			it.total = v
		case a[3] == "used":
			it.used = v
		case a[3] == "free":
			it.free = v
		case a[3] == "buffers" || a[3] == "buff":
			it.buffers = v
		}
	}
	return understood
}

func isTopColumns(line string) bool {
	f := strings.Fields(line)
	return slices.Contains(f, "PID") && slices.Contains(f, "COMMAND") && (slices.Contains(f, "%CPU") || slices.Contains(f, "RES"))
}

// readRow reads a process. The command is the last column and may hold blanks.
func (it *iteration) readRow(line string, number int, r *roster) bool {
	f := strings.Fields(line)
	n := len(it.columns)
	if len(f) < n || it.columns[n-1] != "COMMAND" {
		return false
	}
	cell := func(name string) string {
		if i := slices.Index(it.columns, name); i >= 0 {
			return f[i]
		}
		return ""
	}
	if _, err := strconv.Atoi(cell("PID")); err != nil {
		return false
	}
	it.rows++
	component, known := r.process(strings.TrimSuffix(strings.Join(f[n-1:], " "), "+"))
	u := it.sums.of(component, known, number)
	u.procs++
	if cpu, step, ok := percent(cell("%CPU")); ok && topPercent.MatchString(cell("%CPU")) {
		u.cpu += cpu
		u.cpuStep += step
		it.least = cpu
	}
	if res, step, ok := (sizing{plain: kib, letter: 1024}).read(cell("RES")); ok {
		u.rss += res
		u.rssStep = max(u.rssStep, step)
	}
	return true
}

// add gives the readings of an iteration. Where the list of processes was cut
// (head -20), sums of memory would lack some, and none are given; as the list
// is in order of use, what the missing ones used of the processors is less
// than the last row each, which is what the figures then hold within.
func (it *iteration) add(to adder, r *roster, local bool) {
	add := to.at(it.line, it.time, local)
	add.host("load_1m", it.load, 0.01)
	if !it.first {
		it.all.add(add)
		if len(it.cores) > 0 {
			addCores(add, it.cores, math.IsNaN(it.all.idle))
		}
	}
	total, used := it.total, it.used
	if math.IsNaN(total) { // BusyBox
		total = used + it.free
	}
	add.host("memory_limit_bytes", total, it.step)
	if !math.IsNaN(it.buffers) {
		used -= it.buffers + it.cached
	}
	add.host("memory_bytes", used, it.step)
	add.host("memory_available_bytes", it.avail, it.step)
	add.host("swap_used_bytes", it.swap, it.step)
	whole := it.tasks > 0 && it.rows >= it.tasks && !it.threads
	for _, u := range it.sums {
		if it.first {
			u.cpu = 0
		}
		if !r.wants(u) {
			continue
		}
		if !it.first && slices.Contains(it.columns, "%CPU") {
			if !whole {
				u.cpuStep = max(u.cpuStep, 2*it.least)
			}
			u.cores(add)
		}
		if whole && slices.Contains(it.columns, "RES") {
			u.memory(add)
		}
	}
}

// addCores gives the busiest of the processors, how many there are and, where
// nothing else gives it, their mean.
func addCores(add adder, cores []processors, mean bool) {
	highest, sum := processors{}, unknownProcessors()
	sum.user, sum.system, sum.idle, sum.iowait, sum.steal = 0, 0, 0, 0, 0
	most := math.NaN()
	n := float64(len(cores))
	for _, c := range cores {
		u := c.used()
		if math.IsNaN(most) || u > most {
			most, highest = u, c
		}
		sum.user += c.user / n
		sum.system += c.system / n
		sum.idle += c.idle / n
		sum.iowait += c.iowait / n
		sum.steal += c.steal / n
		sum.step = max(sum.step, c.step)
	}
	add.host("cpu_core_max_ratio", most, highest.step)
	add.host("cpu_limit_cores", n, 0)
	if mean {
		sum.add(add)
	}
}
