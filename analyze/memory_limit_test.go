package analyze

import (
	"math"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

// The limit that a killed process's line names is its memory's capacity, where
// no file knows a nearer one than the host's memory.
func TestMemoryLimitOfTheLog(t *testing.T) {
	const mb = 1 << 20
	grows := func(s float64) float64 { return 20*mb + math.Max(0, s)*2.5*mb }
	for line, want := range map[string]float64{
		"CRITICAL Worker (pid:1514) was sent SIGKILL! Perhaps out of memory? rss=351MB limit=350MB": 350 * mb,
		"Memory cgroup out of memory: usage 524288kB, limit 524288kB, failcnt 31":                   512 * mb,
		"OOMKilled: exceeded its memory limit of 1.5Gi":                                             1536 * mb,
		"out of memory: over the 600 MB memory limit":                                               600 * mb,
		"Worker was sent SIGKILL! Perhaps out of memory? limit=100MB":                               8192 * mb, // of one of several processes
		"Worker was sent SIGKILL! Perhaps out of memory?":                                           8192 * mb,
		"Worker was sent SIGTERM, limit=350MB":                                                      8192 * mb, // says nothing of memory
	} {
		r := peakRun(track("host_csv", "app", "", "memory_bytes", -20, 130, grows), track("free_m", "host", "", "memory_limit_bytes", -20, 130, constant(8192*mb)))
		log := lines("crash", "", 1, 100, 101)
		log.Events[0].Example = line
		r.AppLogs = []loadtest.AppLog{log}
		row := looked(r, nil, nil).Resource("Application", "Memory Usage")
		if got, _ := row.Capacity.Float(); got != want {
			t.Errorf("%s: %.0f MB, want %.0f", line, got/mb, want/mb)
		}
	}
}
