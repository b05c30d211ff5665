package input

import (
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// Whatever a capture holds, all parsers together do not panic, and what they
// give are figures at lines of the file, in order of time.
func FuzzCapture(f *testing.F) {
	const at = "2026-11-23T18:40:18Z\n"
	for _, s := range []string{
		" state  | count \n--------+-------\n active |     1\n(1 row)\n",
		"keyspace_hits:7\r\nkeyspace_misses:3\r\n",
		"               total        used        free      shared  buff/cache   available\nMem:           24105         758       20911          73        2806       23347\n",
		"%Cpu(s): 50.0 us, 50.0 sy,  0.0 ni,  0.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st \n",
		"{\"db_pool\":{\"in_use\":3,\"size\":10}}\n",
		" r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 UTC\n18  0      0 21412872  36348 2837252    0    0  1102  1932  864 1797 48  8 44  0  0 2026-11-23 18:40:18\n",
		"# TYPE up gauge\nup 1\n",
		"psql: error: connection to server at \"db\", port 5432 failed: FATAL:  sorry, too many clients already\n",
		"database|user|cl_active|cl_waiting|sv_active|sv_idle|maxwait\nshop|app|2|1|2|0|1\n(1 row)\nname|pool_size|pool_mode\nshop|2|\n(1 row)\n",
		"Linux 6.1.0 (vm) \t11/23/26 \t_x86_64_\t(2 CPU)\n\nDevice            r/s     rkB/s  %util\nvda              1.00      1.00   95.00\n\n",
		"Total: 20\nTCP:   9 (estab 6, closed 0, orphaned 1, timewait 2)\n",
		"api-7d9f8b6c5d-x2x4z 123m 45Mi\nshop-db-1 1.50% 12MiB / 2GiB\n",
		"\x1b[1mx\x1b[0m\n1795459218\n13\n",
	} {
		f.Add(at + s)
		f.Add(s + at + s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tracks, notes, err := capture.Read(strings.NewReader(text), "f", captures(&Options{}))
		if err != nil {
			t.Fatal(err)
		}
		capture.Sniff([]byte(text), captures(&Options{}))
		lines := strings.Count(text, "\n") + 1
		for _, tr := range tracks {
			for i, v := range tr.Value {
				if math.IsNaN(v) || math.IsInf(v, 0) || math.IsNaN(tr.Time[i]) || tr.Line[i] < 1 || tr.Line[i] > lines || i > 0 && tr.Time[i] <= tr.Time[i-1] {
					t.Fatalf("%s %s %s: %v at %v, line %d of %d", tr.Component, tr.Instance, tr.Metric, v, tr.Time[i], tr.Line[i], lines)
				}
			}
		}
		for _, n := range notes {
			if n.Message == "" || n.Code == "" {
				t.Fatal(n)
			}
		}
	})
}
