package json

import (
	"github.com/peakload/peakload/analyze/measure"
)

// What needs more than Locust's files is in the document all the same, and
// says what would measure it.

const (
	needHost     = "snapshots of the hosts and processes during the run"
	needDatabase = "database snapshots during the run"
	needCache    = "cache snapshots during the run"
	needApp      = "the application's metrics or log of the run"
	needSteps    = "a capacity analysis, which this version does not make"
)

// resources are the rows of the document's resource tables.
var resources = [...]struct {
	component, metric string
	unit              measure.Unit
	need              string
}{
	{"app", "cpu", measure.Ratio, needHost},
	{"app", "memory", measure.Bytes, needHost},
	{"app", "worker_threads", measure.Count, needApp},
	{"app", "request_queue", measure.Count, needApp},
	{"database", "connections", measure.Count, needDatabase},
	{"database", "cpu", measure.Ratio, needHost},
	{"database", "query_latency", measure.Seconds, needDatabase},
	{"database", "lock_waits", measure.Count, needDatabase},
	{"cache", "memory", measure.Bytes, needCache},
	{"cache", "hit_rate", measure.Ratio, needCache},
	{"cache", "commands", measure.PerSecond, needCache},
	{"cache", "evictions", measure.Count, needCache},
	{"load_generator", "cpu", measure.Ratio, needHost},
	{"load_generator", "memory", measure.Bytes, needHost},
	{"host", "cpu", measure.Ratio, needHost},
	{"host", "memory", measure.Bytes, needHost},
}

func unmeasuredResources() []resource {
	out := []resource{}
	for _, r := range resources {
		none := figure{measure.None(r.unit, measure.NoSource, r.need), r.unit}
		out = append(out, resource{
			Component: r.component, Metric: r.metric, Normal: none, Peak: none, Capacity: none,
			Saturation: ratio(measure.None(measure.Ratio, measure.NoSource, r.need)), Status: "not_measured",
		})
	}
	return out
}

func unmeasuredCapacity() capacity {
	none := func(u measure.Unit) figure { return figure{measure.None(u, measure.NotIdentifiable, needSteps), u} }
	return capacity{
		Outcome: "not_identifiable", MaxUsers: none(measure.Users), MaxRPS: none(measure.PerSecond),
		BreakingPoint: none(measure.Users), Recovery: none(measure.Seconds), RecoveryOutcome: "not_observed",
	}
}

// kinds are the kinds of bottleneck, and what each is looked for in.
var kinds = [...]notLookedAt{
	{"connection_pool", needDatabase},
	{"app_cpu", needHost},
	{"db_cpu", needHost},
	{"host_cpu", needHost},
	{"lock_contention", needDatabase},
	{"cache", needCache},
	{"worker_queue", needApp},
	{"memory", needHost},
	{"slow_endpoint", "a diagnosis, which this version does not make"},
	{"load_generator", needHost},
	{"network", needHost},
	{"disk", needHost},
	{"crash", needApp},
}

func allNotLookedAt() []notLookedAt { return append([]notLookedAt{}, kinds[:]...) }

// documentOf counts what became of the blanks.
func documentOf(d DocumentInfo) document {
	s := d.Summary
	out := document{File: d.File, Blanks: s.Blanks, Filled: s.Filled, NotMeasured: d.NotMeasured, Kept: []remark{}, Unknown: []remark{}}
	for _, r := range s.Kept {
		out.Kept = append(out.Kept, remark{r.Line, r.What})
	}
	for _, r := range s.Unknown {
		out.Unknown = append(out.Unknown, remark{r.Line, r.What})
	}
	return out
}
