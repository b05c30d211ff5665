package prometheus

import (
	"slices"
	"strings"
)

// A class says what unit a concept's figures have.
type class uint8

const (
	number  class = iota // a count now: connections
	event                // something counted: a counter, or its rate
	seconds              // a time
	octets               // a size
	share                // 0 to 1
	cpu                  // processor time; of a process in cores, of a machine a share
	octetsPerSecond
)

// A concept is what the words of a name mean.
type concept struct {
	// need is words that must all be there, each with its alternatives: "pool
	// waiting|pending". in_use is the words "in use" in a row. not is words of
	// which none may be there.
	need, not string
	// component is what the figure is of; with a "?" at the end only where no
	// word of the name and no label tells.
	component string
	metric    string // without unit and _total
	class     class
}

// concepts are the figures that names tell of, the more particular first.
var concepts = []concept{
	// Rate limiting, before limits and rates.
	{"ratelimit|ratelimited|ratelimiter|rate_limit|rate_limited|rate_limits|rate_limiter|throttled|throttle|429|429s", "remaining|max|burst|config|allowed|quota", "app", "rate_limited", event},

	// The application's pools of connections. Pools of threads are workers.
	{"pool timeout|timeouts|exhausted|exhaustion|timedout", "thread|threads|memory|worker|workers|seconds", "app", "pool_timeouts", event},
	{"pool wait|waited|waiting ms|seconds|milliseconds|duration|time", "thread|threads|memory|worker|workers|max|avg|mean|average", "app", "pool_wait_seconds", event},
	{"pool waiting|waiters|waiter|pending|queued|queue|awaiting|wait_count", "thread|threads|memory|worker|workers|seconds|ms|time", "app", "pool_waiting", number},
	{"pool idle|free|available|checkedin|checked_in", "thread|threads|memory|worker|workers|seconds|ms|bytes|max|min", "app", "pool_idle", number},
	{"pool in_use|inuse|active|used|busy|acquired|borrowed|checkedout|checked_out", "thread|threads|memory|worker|workers|seconds|ms|bytes|max|percent|ratio", "app", "pool_in_use", number},
	{"pool max|limit|size|capacity|maximum", "thread|threads|memory|worker|workers|seconds|ms|bytes|lifetime|idle|min", "app", "pool_limit", number},

	// Workers and their queue.
	{"queue|backlog rejected|dropped|full|overflow", "celery|kafka|rabbitmq|sidekiq|sqs|net|network", "app", "requests_rejected", event},
	{"requests rejected", "connection|connections", "app", "requests_rejected", event},
	{"queue|backlog max|limit|capacity", "celery|kafka|rabbitmq|sidekiq|sqs|disk|network|seconds", "app", "request_queue_limit", number},
	{"queue|backlog|queued", "celery|kafka|rabbitmq|sidekiq|sqs|run|disk|io|network|message|messages|time|seconds|ms|wait", "app", "request_queue", number},
	{"worker|workers|thread|threads max|limit|configured|size|capacity|maximum", "memory|bytes|postgres|pg|db|redis", "app", "worker_threads_limit", number},
	{"worker|workers|thread|threads active|busy|in_use|running|inuse|occupied", "memory|bytes|postgres|pg|db|redis", "app", "worker_threads", number},
	{"worker_threads|workers_count|worker_count", "memory|bytes|idle|db|redis", "app", "worker_threads", number},
	{"requests|request in_flight|inflight|in_progress|inprogress", "seconds|ms|bytes", "app", "worker_threads", number},

	// Times.
	{"longest|oldest|max transaction|xact|tx", "", "database", "longest_transaction", seconds},
	{"replication|replica lag|delay", "bytes", "database", "replication_lag", seconds},
	{"query|queries|sql|statement max", "count|connections|size", "database", "query_latency_max", seconds},
	{"query|queries|sql|statement p95|95th", "count", "database", "query_latency_p95", seconds},
	{"query|queries|sql|statement avg|mean|average", "count|connections|size|rows", "database", "query_latency", seconds},
	{"db|database|postgres|postgresql|pg|mysql latency|duration|response_time p95|95th", "", "database", "query_latency_p95", seconds},
	{"db|database|postgres|postgresql|pg|mysql latency|duration|response_time avg|mean|average", "", "database", "query_latency", seconds},
	{"query_latency|query_time|query_duration", "max|p50|p99|p90|median", "database", "query_latency", seconds},
	{latencyWords + " p50|median|50th", otherLatencies, "app", "latency_p50", seconds},
	{latencyWords + " p95|95th", otherLatencies, "app", "latency_p95", seconds},
	{latencyWords + " p99|99th", otherLatencies, "app", "latency_p99", seconds},
	{latencyWords + " p90|90th", otherLatencies, "app", "latency_p90", seconds},
	{latencyWords + " p999", otherLatencies, "app", "latency_p999", seconds},
	{latencyWords + " avg|mean|average", otherLatencies, "app", "latency_mean", seconds},
	{"uptime", "", "app?", "uptime", seconds},
	{"start_time", "", "app?", "start_time", seconds},

	// Caches.
	{"hit ratio|rate|percent|percentage|pct", "", "cache?", "hit_ratio", share},
	{"cache|redis|memcached|keyspace|cached hits|hit", "", "cache", "hits", event},
	{"cache|redis|memcached|keyspace|cached misses|miss", "", "cache", "misses", event},
	{"evictions|evicted|eviction", "", "cache?", "evictions", event},
	{"redis|cache|memcached|keys expired", "", "cache", "expired", event},
	{"redis|cache|memcached commands|ops|operations|command", "duration|seconds|ms|latency|slow", "cache", "commands", event},
	{"redis|cache|memcached keys", "bytes|expired|evicted", "cache", "keys", number},
	{"clients blocked", "", "cache?", "clients_blocked", number},
	{"fragmentation", "bytes", "cache?", "fragmentation_ratio", number},

	// Databases.
	{"deadlock|deadlocks", "", "database", "deadlocks", event},
	{"lock|locks wait|waits|waiting|ungranted|blocked|waiters", "seconds|ms|time|longest", "database", "lock_waits", number},
	{"locks", "seconds|ms|time|wait|waits", "database", "locks", number},
	{"commits|commit", "", "database", "commits", event},
	{"rollbacks|rollback", "", "database", "rollbacks", event},
	{"db|pg|postgres|database conflicts", "", "database", "conflicts", event},
	{"temp files", "bytes", "database?", "temp_files", event},
	{"queries|qps", "seconds|ms|active|running|slow", "database", "queries", event},

	// Connections to a server.
	{"connections|conns|clients max|limit|maximum", "lifetime|age|seconds|idle", "database?", "connections_limit", number},
	{"connections|conns|clients refused|rejected", "", "database?", "connections_refused", event},
	{"connections|conns|backends idle_in_transaction|idle_in_tx|idle_in_xact|idle_transaction", "", "database?", "connections_idle_in_transaction", number},
	{"connections|conns|backends active", "", "database?", "connections_active", number},
	{"connections|conns|backends idle", "", "database?", "connections_idle", number},
	{"connections|conns|backends waiting|blocked", "", "database?", "connections_waiting", number},
	{"connections|conns|backends|connected_clients|activity", "created|closed|opened|total|seconds|ms|bytes|errors|percent|ratio|utilization", "database?", "connections", number},

	// Requests.
	{"errors|error|5xx|5xxs|failures|failed|exceptions", "budget|bytes|seconds|ms|log", "app?", "errors", event},
	{"rps|throughput|requests|request", "bytes|size|seconds|ms|duration|latency|time|current", "app?", "requests", event},

	// Resources.
	{"cpu iowait", "", "host", "cpu_iowait_ratio", share},
	{"cpu steal", "", "host", "cpu_steal_ratio", share},
	{"cpu limit|quota|count|cores_total", "", "app?", "cpu_limit_cores", number},
	{"cpu", "temperature|frequency|throttled|pressure|requests", "", "cpu", cpu},
	{"load1|load_1|load_1m|load_average|loadavg", "", "host?", "load_1m", number},
	{"swap used|usage", "percent|ratio", "host?", "swap_used", octets},
	{"heap", "max|limit|percent|ratio|objects|committed", "app?", "heap", octets},
	{"memory|mem|ram limit|max|total|maxmemory", "percent|ratio", "", "memory_limit", octets},
	{"memory|mem|ram available", "percent|ratio", "host?", "memory_available", octets},
	{"memory|mem|ram|rss|pss|working_set", "free|cached|buffers|percent|ratio|virtual|shared|fragmentation|peak|swap|allocated|requests", "", "memory", octets},
	{"open_fds|open_files|fds|open_filedesc max|limit", "", "app?", "open_files_limit", number},
	{"open_fds|open_files|fds", "max|limit", "app?", "open_files", number},
	{"network|net receive|received|rx|in", "errors|errs|drop|packets|bits|mbps", "host?", "network_received", octetsPerSecond},
	{"network|net transmit|transmitted|sent|tx|out", "errors|errs|drop|packets|bits|mbps", "host?", "network_sent", octetsPerSecond},
	{"disk|io read|reads", "time|ops|iops|count|seconds|ms", "host?", "disk_read", octetsPerSecond},
	{"disk|io write|writes|written", "time|ops|iops|count|seconds|ms", "host?", "disk_written", octetsPerSecond},
	{"disk|io busy|util|utilization|utilisation", "", "host?", "disk_busy_ratio", share},
	{"restarts|restart", "", "app?", "restarts", event},
	{"locust users|user", "", "load_generator", "users", number},
	{"users active|simulated|virtual|concurrent|spawned", "", "load_generator", "users", number},
}

const (
	latencyWords   = "latency|latencies|duration|response_time|responsetime|response_times|request_time"
	otherLatencies = "query|queries|sql|db|database|redis|cache|pg|postgres|gc|disk|io|network|dns|pool|lock"
)

// matches reports whether the words of a name are those of a concept.
func (c *concept) matches(words []string) bool {
	for part := range strings.FieldsSeq(c.need) {
		if !anyAlternative(words, part) {
			return false
		}
	}
	return c.not == "" || !anyAlternative(words, c.not)
}

// anyAlternative reports whether one of the alternatives "in_use|busy" is
// among the words, the words of an alternative in a row.
func anyAlternative(words []string, alternatives string) bool {
	for a := range strings.SplitSeq(alternatives, "|") {
		first, rest, several := strings.Cut(a, "_")
		for i, w := range words {
			if w != first {
				continue
			}
			if !several || follows(words[i+1:], rest) {
				return true
			}
		}
	}
	return false
}

func follows(words []string, phrase string) bool {
	i := 0
	for w := range strings.SplitSeq(phrase, "_") {
		if i == len(words) || words[i] != w {
			return false
		}
		i++
	}
	return true
}

func conceptOf(words []string) *concept {
	i := slices.IndexFunc(concepts, func(c concept) bool { return c.matches(words) })
	if i < 0 {
		return nil
	}
	return &concepts[i]
}

// nameWords are the words by which names of metrics and files tell the
// component, the more particular first.
var nameWords = []struct {
	component string
	words     []string
}{
	{"monitoring", []string{"exporter", "monitoring", "cadvisor"}},
	{"load_generator", []string{"locust", "loadgen", "generator", "injector"}},
	{"database", []string{"database", "databases", "postgres", "postgresql", "pg", "psql", "mysql", "mariadb", "sql", "db", "mongodb"}},
	{"cache", []string{"cache", "redis", "memcached", "valkey"}},
	{"host", []string{"host", "machine", "vm", "node", "system"}},
	{"app", []string{"app", "application", "api", "web", "backend", "server", "service", "django", "gunicorn", "uvicorn", "flask", "http", "worker", "workers", "process"}},
}

// componentIn returns the component that words of a name tell; "" for none.
func componentIn(words []string) string {
	for _, n := range nameWords {
		if anyOf(words, n.words...) {
			return n.component
		}
	}
	return ""
}
