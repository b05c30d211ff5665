package analyze

// What gives the figures that Locust does not record: words that follow
// "needs". Each names a command of peakload's and a capture to bring instead.
const (
	needProcess   = "the application's processes: peakload record --process app=PATTERN -- locust …, or the output of pidstat or docker stats beside the results"
	needAppJSON   = "the application's own metrics: peakload record --json app=URL -- locust …, or its metrics in JSON, one sample a line, beside the results"
	needDatabase  = "database snapshots: peakload record --postgres URL -- locust …, or psql's output of pg_stat_activity beside the results"
	needQueries   = "the latency of queries: peakload record --postgres URL -- locust …, or the application's own metrics in JSON"
	needLocks     = "database snapshots: peakload record --postgres URL -- locust …, or psql's output of pg_locks beside the results"
	needDBProcess = "the database's processes: peakload record --process database=PATTERN -- locust …, or the output of pidstat or docker stats beside the results"
	needCache     = "cache snapshots: peakload record --redis URL -- locust …, or the output of redis-cli INFO beside the results"
	needGenerator = "the load generator's processes: peakload record --process load_generator=locust -- locust …"
	needHost      = "snapshots of the host: peakload record -- locust …, or the output of vmstat -t and free beside the results"
	needAny       = "figures of this component: peakload record -- locust …, or a file PREFIX_resources.csv beside the results"
	needRestarts  = "the application's uptime or log: peakload record --json app=URL -- locust …, or --log FILE"
	needPoolState = "the pool's figures or the application's log: peakload record --json app=URL -- locust …, or --log FILE"
	needLog       = "the application's log: --log FILE"
	needBoth      = "figures of the application's processors of both runs: peakload record --process app=PATTERN -- locust …"
)

// resourceNeeds say what gives a row of the resource tables.
var resourceNeeds = []struct{ component, metric, need string }{
	{"app", "cpu", needProcess},
	{"app", "memory", needProcess},
	{"app", "", needAppJSON},
	{"database", "cpu", needDBProcess},
	{"database", "memory", needDBProcess},
	{"database", "query_latency", needQueries},
	{"database", "lock_waits", needLocks},
	{"database", "", needDatabase},
	{"cache", "", needCache},
	{"load_generator", "", needGenerator},
	{"host", "", needHost},
}

// resourceNeed returns what would give a component's figure.
func resourceNeed(component, metric string) string {
	for _, n := range resourceNeeds {
		if n.component == component && (n.metric == "" || n.metric == metric) {
			return n.need
		}
	}
	return needAny
}
