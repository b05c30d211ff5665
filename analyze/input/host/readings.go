package host

import (
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// An adder is what a parser gives its readings to.
type adder func(capture.Reading)

// at returns an adder that gives readings a line and a time of their own; 0:
// the sample's.
func (add adder) at(line int, time float64, local bool) adder {
	return func(r capture.Reading) {
		if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) || r.Value < 0 {
			return // nothing here is below zero: a row that was misread
		}
		if r.Line == 0 {
			r.Line = line
		}
		r.Time, r.Local = time, local
		add(r)
	}
}

// host gives a figure of the machine.
func (add adder) host(metric string, value, step float64) {
	add(capture.Reading{Component: machine, Metric: metric, Value: value, Step: step})
}

// processors is what the machine's processors did, in ratios; NaN where the
// tool does not say.
type processors struct {
	user, system, idle, iowait, steal, step float64
}

// unknownProcessors says nothing yet.
func unknownProcessors() processors {
	n := math.NaN()
	return processors{n, n, n, n, n, 0}
}

// used is the share of time in use; NaN where idle is not known or the shares
// are none. Waiting for disks is idle time too.
func (p processors) used() float64 {
	wait := p.iowait
	if math.IsNaN(wait) {
		wait = 0
	}
	used := 1 - p.idle - wait
	// Tools round each share for itself.
	slack := 3*p.step + 1e-9
	if math.IsNaN(used) || used < -slack || used > 1+slack {
		return math.NaN()
	}
	return min(1, max(0, used))
}

// add gives all there is.
func (p processors) add(add adder) {
	used := p.used()
	if math.IsNaN(used) {
		return
	}
	for _, f := range []struct {
		metric string
		value  float64
	}{
		{"cpu_ratio", used}, {"cpu_user_ratio", p.user}, {"cpu_system_ratio", p.system},
		{"cpu_iowait_ratio", p.iowait}, {"cpu_steal_ratio", p.steal},
	} {
		if !math.IsNaN(f.value) {
			add.host(f.metric, f.value, p.step)
		}
	}
}

// A usage is what the processes of a component used together.
type usage struct {
	component string
	known     bool // the component is not but the program's name
	line      int
	procs     int
	cpu       float64 // cores
	cpuStep   float64
	rss       float64 // bytes
	rssStep   float64
}

// usages sums processes by component, in order of appearance.
type usages []usage

// of returns the sum of a component.
func (u *usages) of(component string, known bool, line int) *usage {
	for i := range *u {
		if (*u)[i].component == component {
			(*u)[i].known = (*u)[i].known || known
			return &(*u)[i]
		}
	}
	*u = append(*u, usage{component: component, known: known, line: line})
	return &(*u)[len(*u)-1]
}

// A roster decides which processes of a whole machine are of interest: those
// with a known component, and any other from the moment at which it first
// used a tenth of a core or 128 MiB.
type roster struct {
	namer
	heavy []string
}

// Limits of a roster.
const (
	heavyCores  = 0.1
	heavyMemory = 128 * mib
	mostHeavy   = 50
)

func (r *roster) wants(u usage) bool {
	if u.known || slices.Contains(r.heavy, u.component) {
		return true
	}
	if (u.cpu >= heavyCores || u.rss >= heavyMemory) && len(r.heavy) < mostHeavy && u.component != "" {
		r.heavy = append(r.heavy, u.component)
		return true
	}
	return false
}

// processMemory returns the metric that the memory of a component's processes
// is. Of a cache it is not memory_bytes: that is what the cache itself says
// its data take, which its limit is about; the process takes more.
func processMemory(component string) string {
	if component == cache {
		return "memory_rss_bytes"
	}
	return "memory_bytes"
}

// memory gives the resident set of a component under the name that it
// deserves.
func (u usage) memory(add adder) {
	metric := processMemory(u.component)
	if u.procs > 1 {
		metric = "memory_rss_bytes"
	}
	add(capture.Reading{Component: u.component, Metric: metric, Value: u.rss, Step: u.rssStep, Line: u.line})
}

func (u usage) cores(add adder) {
	add(capture.Reading{Component: u.component, Metric: "cpu_cores", Value: u.cpu, Step: u.cpuStep, Line: u.line})
}
