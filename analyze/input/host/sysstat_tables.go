package host

import (
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// addProcessors gives mpstat's, sar -u's and iostat's processors.
func (t *sysstatReader) addProcessors(rows []sysstatRow, add adder) {
	var cores []processors
	all := unknownProcessors()
	for _, r := range rows {
		p := unknownProcessors()
		sum := func(names ...string) float64 {
			total := math.NaN()
			for _, n := range names {
				if v, step, ok := t.cell(r, n); ok {
					if math.IsNaN(total) {
						total = 0
					}
					total += v / 100
					p.step = max(p.step, step/100)
				}
			}
			return total
		}
		p.user = sum("%usr", "%user", "%nice", "%guest", "%gnice")
		p.system = sum("%sys", "%system", "%irq", "%soft")
		p.idle, p.iowait, p.steal = sum("%idle"), sum("%iowait"), sum("%steal")
		if name := t.text(r, "CPU"); name == "" || name == "all" {
			all = p
		} else {
			cores = append(cores, p)
		}
	}
	all.add(add)
	if len(cores) > 1 || len(cores) == 1 && t.cpus == 1 {
		addCores(add, cores, math.IsNaN(all.idle) && len(cores) >= t.cpus)
	}
}

// addProcesses gives pidstat's processes. It lists those that did something:
// a component that it showed before and does not now used nothing. %CPU is of
// one core. Memory (-r) lists only those that touched new pages, so that it is
// given for components of one process only.
func (t *sysstatReader) addProcesses(rows []sysstatRow, add adder) {
	var sums usages
	for _, r := range rows {
		pid := t.text(r, "PID", "TGID")
		if strings.Trim(pid, "0123456789") != "" || pid == "" {
			continue // a thread of the process above
		}
		component, known := t.process(strings.Join(r.cells[len(t.columns)-1:], " "))
		if len(t.pids) < 1<<16 {
			t.pids[pid] = component
		}
		u := sums.of(component, known, r.line)
		u.procs++
		if v, step, ok := t.cell(r, "%CPU"); ok {
			u.cpu += v / 100
			u.cpuStep += step / 100
		}
		if v, step, ok := t.cell(r, "RSS"); ok {
			u.rss, u.rssStep = v*kib, step*kib
		}
	}
	for _, c := range t.active {
		sums.of(c, true, rows[0].line)
	}
	for _, u := range sums {
		if !t.wants(u) {
			continue
		}
		if t.has("%CPU") {
			if !slices.Contains(t.active, u.component) {
				t.active = append(t.active, u.component)
			}
			u.cpuStep = max(u.cpuStep, 0.0001)
			u.cores(add)
		}
		if t.has("RSS") && u.procs == 1 && t.isAlone(u.component) {
			u.memory(add)
		}
	}
}

// isAlone reports whether a component has had one process only.
func (t *sysstatReader) isAlone(component string) bool {
	n := 0
	for _, c := range t.pids {
		if c == component {
			n++
		}
	}
	return n == 1
}

// addMemory gives sar -r's. kbmemused leaves out caches since sysstat 12.1;
// before, it and kbmemfree were all there is, which %memused tells.
func (t *sysstatReader) addMemory(rows []sysstatRow, add adder) {
	for _, r := range rows {
		free, _, _ := t.cell(r, "kbmemfree")
		used, _, ok := t.cell(r, "kbmemused")
		if !ok {
			continue
		}
		share, step, okShare := t.cell(r, "%memused")
		buffers, _, _ := t.cell(r, "kbbuffers")
		cached, _, _ := t.cell(r, "kbcached")
		if okShare && math.Abs(used/(used+free)*100-share) <= step {
			add.host("memory_limit_bytes", (used+free)*kib, kib)
			if buffers+cached > 0 && buffers+cached <= used {
				used -= buffers + cached
			}
		}
		add.host("memory_bytes", used*kib, kib)
		if avail, _, ok := t.cell(r, "kbavail"); ok {
			add.host("memory_available_bytes", avail*kib, kib)
		}
	}
}

func (t *sysstatReader) addSwap(rows []sysstatRow, add adder) {
	for _, r := range rows {
		if v, _, ok := t.cell(r, "kbswpused"); ok {
			add.host("swap_used_bytes", v*kib, kib)
		}
	}
}

func (t *sysstatReader) addQueue(rows []sysstatRow, add adder) {
	for _, r := range rows {
		if v, _, ok := t.cell(r, "runq-sz"); ok {
			add.host("run_queue", v, 1)
		}
		if v, step, ok := t.cell(r, "ldavg-1"); ok {
			add.host("load_1m", v, step)
		}
		if v, _, ok := t.cell(r, "blocked"); ok {
			add.host("processes_blocked", v, 1)
		}
	}
}

// addNetwork gives sar -n DEV's interfaces but the loopback.
func (t *sysstatReader) addNetwork(rows []sysstatRow, add adder) {
	for _, r := range rows {
		if t.text(r, "IFACE") == "lo" {
			continue
		}
		t.instance(r, add, tidy(t.text(r, "IFACE")), []instanceColumn{
			{"rxkB/s", "network_received_bytes_per_second", kib}, {"txkB/s", "network_sent_bytes_per_second", kib}})
	}
}

// addDisks gives iostat -x's and sar -d's devices.
func (t *sysstatReader) addDisks(rows []sysstatRow, add adder) {
	for _, r := range rows {
		t.instance(r, add, tidy(t.text(r, "Device", "Device:", "DEV")), []instanceColumn{
			{"rkB/s", "disk_read_bytes_per_second", kib}, {"wkB/s", "disk_written_bytes_per_second", kib},
			{"rMB/s", "disk_read_bytes_per_second", mib}, {"wMB/s", "disk_written_bytes_per_second", mib},
			{"%util", "disk_busy_ratio", 0.01}})
	}
}

type instanceColumn struct {
	column, metric string
	scale          float64
}

func (t *sysstatReader) instance(r sysstatRow, add adder, name string, columns []instanceColumn) {
	for _, c := range columns {
		if v, step, ok := t.cell(r, c.column); ok {
			add(capture.Reading{Component: machine, Instance: name, Metric: c.metric, Value: v * c.scale, Step: step * c.scale, Line: r.line})
		}
	}
}
