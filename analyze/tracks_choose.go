package analyze

import (
	"cmp"
	"slices"
	"strings"
)

// kindOrder is the order in which kinds of files are believed: a
// recorder's own file, which looks at everything at once; counters of the
// server and of the operating system; what the application says of itself;
// Prometheus, whose rates are means over a range; and last a top that was run
// once, whose first look at the processors is worth nothing.
var kindOrder = []string{
	"resources",
	"host_csv", "sysstat", "docker_stats", "vmstat", "kubectl_top", "redis_info", "memcached", "psql", "free",
	"prometheus_text", "app_json", "prometheus", "prometheus_query",
	"",   // any other
	"ps", // of which the CPU is the mean since the process began
	"top",
}

// rank is a kind's place in the order of belief, the lower the better.
func rank(kind string) int {
	if i := slices.Index(kindOrder, kind); i >= 0 {
		return i
	}
	return slices.Index(kindOrder, "")
}

// covered is how much less of the run a better kind of file may have seen.
const covered = .8

// choose picks the account of a figure that is used: of those that saw nearly
// as much of the run as any, one that counts the component alone, that of the
// best kind; then one with readings from
// before the load, the one read rather than worked out, and the one with the
// most readings.
func choose(rivals []candidate) candidate {
	most := 0.0
	for _, x := range rivals {
		most = max(most, x.covers)
	}
	in := slices.DeleteFunc(slices.Clone(rivals), func(x candidate) bool { return x.covers < covered*most })
	best := slices.MinFunc(in, func(a, b candidate) int {
		return cmp.Or(
			byTruth(!a.coarse, !b.coarse),
			cmp.Compare(rank(a.Kind), rank(b.Kind)),
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
