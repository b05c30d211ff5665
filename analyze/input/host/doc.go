// Package host reads what the usual tools say of a machine, its processes and
// its containers: top, free, vmstat, uptime, sysstat's (pidstat, mpstat, sar,
// iostat), ps, docker stats, podman stats, kubectl top, and CSV tables of
// processors and processes.
//
// Units: processor time is in cores (cpu_cores; 1 is one core fully used) for
// processes and containers, and a ratio of all processors (cpu_ratio) for the
// machine, of which waiting for disks is not use and time stolen by the
// hypervisor is. Memory is in bytes.
//
// Three figures that these tools print are no measurements of the moment, and
// no reading is made of them:
//
//   - The processor figures of top's first iteration. It spans a few clock
//     ticks, so that top -bn1 says 0, 50 or 100 % at random. Later iterations
//     (top -bn2, top -b -d 2) are read. A line "%Cpu(s)" without its
//     neighbours, as grep leaves it, is a first iteration unless it is
//     preceded by another in the same sample.
//   - The first report of vmstat and iostat, and of mpstat and pidstat without
//     an interval: means since the machine was booted. Those of iostat -y are
//     known by moving more than such a mean can.
//   - The %CPU of ps: the mean since the process started.
//
// A sum of resident sets counts shared memory once for each process. Only the
// resident set of a process that is alone in its component is memory_bytes;
// that of several together is memory_rss_bytes, and so is that of a cache, whose
// memory_bytes are its data, as it counts them itself.
package host

import (
	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// Parsers returns the parsers of this package. What procs says of a process
// wins over the built-in names.
func Parsers(procs []Process) []capture.Parser {
	return []capture.Parser{
		topParser(procs),
		freeParser(),
		vmstatParser(),
		sysstatParser(procs),
		psParser(procs),
		containerParser(procs),
		kubectlParser(procs),
		socketParser(),
	}
}

// Component names of loadtest.Track.
const (
	machine       = "host"
	application   = "app"
	database      = "database"
	cache         = "cache"
	loadGenerator = "load_generator"
)
