package analyze

import (
	"cmp"
	"slices"
	"strings"
)

// A preference is the order in which kinds of files are believed on a metric
// of a component; "" is any.
type preference struct {
	component, metric string
	kinds             []string
}

// kindOrder is the order of belief where preferences have no word: a
// recorder's own file, which looks at everything at once; counters of the
// server and of the operating system; what the application says of itself;
// Prometheus, whose rates are means over a range; and last a top that was run
// once, whose first look at the processors is worth nothing.
var kindOrder = []string{
	"resources",
	"proc_csv", "cpu_csv", "procs_csv", "pidstat", "docker_stats", "vmstat", "redis_info", "psql", "free",
	"prometheus_text", "app_json", "prometheus", "prometheus_query",
	"", // any other
	"top",
}

var preferences = []preference{
	// What a process says of its own memory is what its limit is measured in; a
	// group's proportional share leaves out what it shares with nobody's limit.
	{"app", "memory_bytes", []string{"resources", "app_json", "prometheus_text", "prometheus_query", "docker_stats"}},
}

// rank is a kind's place in the order of belief, the lower the better.
func rank(key trackKey, kind string) int {
	for _, p := range preferences {
		if (p.component == "" || p.component == key.component) && (p.metric == "" || p.metric == key.metric) {
			if i := slices.Index(p.kinds, kind); i >= 0 {
				return i - len(p.kinds)
			}
		}
	}
	if i := slices.Index(kindOrder, kind); i >= 0 {
		return i
	}
	return slices.Index(kindOrder, "")
}

// covered is how much less of the run a better kind of file may have seen.
const covered = .8

// choose picks the account of a figure that is used: of those that saw nearly
// as much of the run as any, that of the best kind; then one with readings from
// before the load, the one read rather than worked out, and the one with the
// most readings.
func choose(key trackKey, rivals []candidate) candidate {
	most := 0.0
	for _, x := range rivals {
		most = max(most, x.covers)
	}
	in := slices.DeleteFunc(slices.Clone(rivals), func(x candidate) bool { return x.covers < covered*most })
	best := slices.MinFunc(in, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(rank(key, a.Kind), rank(key, b.Kind)),
			byTruth(a.before, b.before),
			byTruth(!a.derived, !b.derived),
			cmp.Compare(a.interval, b.interval),
			cmp.Compare(a.Step, b.Step),
			-cmp.Compare(len(a.Time), len(b.Time)),
			strings.Compare(a.File, b.File),
		)
	})
	return best
}

func byTruth(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
