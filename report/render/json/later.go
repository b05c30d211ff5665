package json

// What needs more than Locust's files is in the document all the same, and
// says what would measure it.

const (
	needHost     = "snapshots of the hosts and processes during the run"
	needDatabase = "database snapshots during the run"
	needCache    = "cache snapshots during the run"
	needApp      = "the application's metrics or log of the run"
)

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
