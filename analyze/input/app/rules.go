package app

import (
	"regexp"
	"strings"
)

// A rule says what the value at a path is. Paths are of words joined by "_",
// levels by "_", too, so that db_pool.in_use, db_pool_in_use and
// dbPool.inUse are one; each without its unit.
type rule struct {
	pattern   *regexp.Regexp // of the end of a path; a group is the instance
	component string
	metric    string
	kind      need
	rank      int // of several keys that give one metric the highest wins
}

// A need is what a value must be to fit a rule.
type need uint8

const (
	plain   need = iota // a number, without unit
	latency             // a time: its unit must be in its name or, of a statistic, beside it
	elapsed             // a time, in seconds where no unit is given
	size                // bytes: unit must be known
	share               // a ratio: a percentage only if its unit says so, else at most 1
	cores               // processors
)

const (
	db      = `(?:db|database|sql|sqlalchemy|postgres|postgresql|pg|pgx|mysql|mariadb|jdbc|r2dbc|datasource|data_source|hikari|hikaricp|engine|asyncpg|psycopg|knex)`
	pool    = `(?:(?:` + db + `_|connection_|connections_|conn_|django_)*(?:pool|pools)(?:_(?:connections|conns|connection|stats|status|pool))?|hikaricp?_connections|` + db + `_(?:connections|conns|conn|connection|stats))`
	queue   = `(?:(?:request_|requests_|http_|accept_|listen_|work_|worker_)?(?:queue|backlog))`
	workers = `(?:(?:request_|http_|web_|app_)?(?:workers?|threads?|concurrency)(?:_pool)?|(?:tomcat|jetty|undertow|http|request)_threads?|executor)`
	times   = `(?:response_times?|responses?_latency|latency|latencies|(?:http_|api_)?(?:request|response)s?_(?:duration|latency|time|times)|(?:http_)?server_requests)`
	queries = `(?:` + db + `_(?:query|queries|query_time|query_times|query_latency|query_duration|latency|latencies|response_time|response_times)|(?:query|queries|sql_query)(?:_(?:time|times|latency|latencies|duration|durations))?|` + `(?:db|database)_(?:time|times|duration))`
	caching = `(?:(?:redis_|query_|page_|object_|local_|app_)?cache(?:_stats)?)`
	limits  = `(?:rate_limits?|rate_limiting|rate_limiter|ratelimits?|ratelimiter|throttling|throttle)`
	mean    = `(?:avg|mean|average)`
	// own may stand before what is the application's own: anything else there
	// makes it somebody else's ("redis_uptime").
	own = `^(?:(?:metrics|data|stats|statistics|app|application|api|web|service|server|http|process|proc|runtime|system|sys|os|result|results|gauges|counters|timers|memory|mem|cpu|nodejs|node|go|python|memstats|resources|health|usage|overall|global|summary)_)*`
)

// rules are tried in order; the first that fits wins.
var rules = compile([]raw{
	// The application's connection pool.
	{pool + `_(?:in_use|inuse|used|active|busy|checked_?out|borrowed|acquired|acquired_conns|leased|num_active|num_used|active_connections)`, "app", "pool_in_use", plain, 2},
	{db + `_(?:in_use|inuse|checked_?out)`, "app", "pool_in_use", plain, 1},
	{pool + `_(?:idle|checked_?in|idle_count|idle_conns|idle_connections|num_idle|num_free|free|available)`, "app", "pool_idle", plain, 0},
	{db + `_checked_?in`, "app", "pool_idle", plain, 0},
	{pool + `_(?:max|limit|capacity|maximum|max_size|max_open|max_open_conns|max_open_connections|max_connections|max_conns|maximum_pool_size|max_pool_size|maxsize)`, "app", "pool_limit", plain, 3},
	{db + `_(?:max_open_connections|max_open_conns|max_connections_pool|pool_max)`, "app", "pool_limit", plain, 2},
	{pool + `_(?:size|total|pool_size)`, "app", "pool_limit", plain, 1},
	{pool + `_(?:waiting|waiters|waiting_count|wait_queue|wait_queue_size|pending|pending_requests|num_pending_acquires|queued|awaiting|threads_awaiting(?:_connection)?|blocked|waiting_requests|requests_waiting)`, "app", "pool_waiting", plain, 0},
	{pool + `_(?:timeouts?|timed_?out|timeout_count|timeouts_count|acquire_timeouts?|exhausted|exhaustions?|timeout_errors)(?:_total)?`, "app", "pool_timeouts_total", plain, 0},
	{pool + `_(?:wait|wait_time|wait_duration|waited|empty_acquire_wait_time)(?:_total)?`, "app", "pool_wait_seconds_total", latency, 0},

	// Latencies as the application sees them.
	{queries + `_` + mean, "database", "query_latency_seconds", latency, 0},
	{queries + `_(?:p95|p_95|q95|95)`, "database", "query_latency_p95_seconds", latency, 0},
	{queries + `_max`, "database", "query_latency_max_seconds", latency, 0},
	{own + times + `_(?:p50|p_50|q50|50|median)`, "app", "latency_p50_seconds", latency, 0},
	{own + times + `_(?:p95|p_95|q95|95)`, "app", "latency_p95_seconds", latency, 0},
	{own + times + `_(?:p99|p_99|q99|99)`, "app", "latency_p99_seconds", latency, 0},
	{own + times + `_` + mean, "app", "latency_mean_seconds", latency, 1},
	{own + mean + `_(?:response_time|latency|request_duration)`, "app", "latency_mean_seconds", latency, 0},
	{mean + `_` + `query_(?:time|latency|duration)`, "database", "query_latency_seconds", latency, 0},

	// Workers and the queue before them.
	{queue + `_(?:depth|length|len|size|current|waiting|pending|queued)`, "app", "request_queue", plain, 2},
	{`(?:queued_requests|requests_queued|pending_requests|requests_pending|requests_waiting|waiting_requests)`, "app", "request_queue", plain, 1},
	{queue + `_(?:max|limit|capacity|max_size|max_depth|max_length|maxsize)`, "app", "request_queue_limit", plain, 0},
	{queue + `_(?:rejected|rejections|dropped|refused|full)(?:_total)?`, "app", "requests_rejected_total", plain, 1},
	{`requests_rejected(?:_total)?`, "app", "requests_rejected_total", plain, 0},
	{workers + `_(?:active|busy|in_use|running|used|current_busy|busy_count|active_count)`, "app", "worker_threads", plain, 3},
	{`(?:busy|active)_(?:workers|threads)`, "app", "worker_threads", plain, 2},
	{`(?:in_?flight_requests|requests_in_?flight|active_requests|requests_active|concurrent_requests|requests_in_progress|in_?flight)`, "app", "worker_threads", plain, 1},
	{workers + `_(?:max|limit|capacity|config_max|maximum|max_threads|maximum_pool_size|max_workers)`, "app", "worker_threads_limit", plain, 3},
	{`max_(?:workers|threads)`, "app", "worker_threads_limit", plain, 2},
	{workers + `_(?:total|size|configured)`, "app", "worker_threads_limit", plain, 1},

	// The process.
	{own + `cpu(?:_time|_used|_usage)?(?:_total)?`, "app", "cpu_seconds_total", latency, 0},
	{own + `(?:cpu_limit(?:_cores)?|cpu_quota(?:_cores)?)`, "app", "cpu_limit_cores", cores, 2},
	{own + `(?:gomaxprocs|max_procs|available_processors|cpu_count|num_cpus?)`, "app", "cpu_limit_cores", cores, 1},
	{`^process_cpu_usage`, "app", "cpu_ratio", share, 0},
	{`^system_cpu_usage`, "host", "cpu_ratio", share, 0},
	{own + `(?:rss|resident|resident_memory|resident_set(?:_size)?|memory_rss|mem_rss|rss_memory|process_resident_memory|working_set)`, "app", "memory_bytes", size, 1},
	{own + `(?:rss_limit|memory_limit|mem_limit|memory_max|max_memory|container_memory_limit)`, "app", "memory_limit_bytes", size, 0},
	{own + `(?:heap|heap_used|heap_alloc|heap_in_?use|used_heap|heap_size_used)`, "app", "heap_bytes", size, 0},
	{own + `(?:open_fds|open_files|num_fds|fd_count|open_file_descriptors|process_files_open)`, "app", "open_files", plain, 0},
	{own + `(?:max_fds|open_files_limit|process_files_max|fd_limit)`, "app", "open_files_limit", plain, 0},
	{own + `(?:process_|app_|server_)?uptime`, "app", "uptime_seconds", elapsed, 0},
	{own + `(?:process_)?start_time`, "app", "start_time_seconds", elapsed, 0},

	// The cache as the application sees it.
	{caching + `_(?:hits|hit|hit_count|hits_count)(?:_total)?`, "cache", "hits_total", plain, 0},
	{caching + `_(?:misses|miss|miss_count|misses_count)(?:_total)?`, "cache", "misses_total", plain, 0},
	{caching + `_(?:hit_ratio|hit_rate|hitrate|hit)`, "cache", "hit_ratio", share, 0},
	{caching + `_(?:evictions|evicted|eviction_count)(?:_total)?`, "cache", "evictions_total", plain, 0},
	{caching + `_(?:entries|items|keys|size)`, "cache", "keys", plain, 0},

	// The database as the application sees it.
	{db + `_(?:lock_waits|locks_waiting|waiting_locks)`, "database", "lock_waits", plain, 0},
	{db + `_deadlocks(?:_total)?`, "database", "deadlocks_total", plain, 0},

	// Totals.
	{own + `(?:http_)?requests_(?:total|count)`, "app", "requests_total", plain, 3},
	{own + `(?:total_requests|request_count|requests)`, "app", "requests_total", plain, 1},
	{own + `(?:errors?_(?:total|count)|total_errors)`, "app", "errors_total", plain, 2},
	{own + `errors`, "app", "errors_total", plain, 1},
})

// foreign are pools, threads and connections that are of something else than
// requests and the database.
var foreign = regexp.MustCompile(`(?:^|_)(?:thread|threads|worker|workers|executor|redis|cache|http|client|memory|buffer|object|process|task|celery|mem|goroutine|string)s?_pools?(?:_|$)|(?:^|_)(?:jvm|celery|kafka|rabbitmq|email|task|job|jobs|tasks|event|events)_`)

// levels are the rules whose instance is a level of its own: the key at "*".
var levels = []struct {
	levels    []*regexp.Regexp // parents of the star, then the star, then the leaf; nil is the star
	component string
	metric    string
	kind      need
}{
	{star(limits, "*", `(?:limited|rejected|blocked|throttled|denied|exceeded|rate_limited|status_429|429)(?:_total|_count)?`), "app", "rate_limited_total", plain},
	{star(limits, "*", `(?:requests|total|checked|attempts)(?:_total|_count)?`), "app", "requests_total", plain},
	{star(limits, "*", `(?:allowed|accepted|passed)(?:_total|_count)?`), "app", allowed, plain},
	{star(limits, `(?:by_user_types?|by_types?|by_user|user_types?|users|types)`, "*", `(?:limited|rejected|blocked|throttled|denied|exceeded|rate_limited)(?:_total|_count)?`), "app", "rate_limited_total", plain},
	{star(limits, `(?:by_user_types?|by_types?|by_user|user_types?|users|types)`, "*", `(?:requests|total|checked|attempts)(?:_total|_count)?`), "app", "requests_total", plain},
	{star(limits, `(?:by_user_types?|by_types?|by_user|user_types?|users|types)`, "*", `(?:allowed|accepted|passed)(?:_total|_count)?`), "app", allowed, plain},
	{star(`(?:rate_limited|rate_limited_by_type|rate_limited_by_user_type|rate_limited_total|rate_limit_(?:hits|exceeded|rejections))`, "*"), "app", "rate_limited_total", plain},
	{star(`(?:requests|responses|http_requests)`, `(?:by_status|by_status_code|by_code|status|statuses|status_codes|codes)`, "*"), "app", "responses_total", plain},
	{star(`(?:responses_by_status|requests_by_status|status_codes|status_counts|http_status)`, "*"), "app", "responses_total", plain},
	{star(`errors`, `by_(?:type|kind|class|code)`, "*"), "app", "errors_total", plain},
	{star(`(?:errors|errors_by_type|errors_by_kind|error_counts)`, "*"), "app", "errors_total", plain},
	{star(`caches`, "*", `hits(?:_total)?`), "cache", "hits_total", plain},
	{star(`caches`, "*", `misses(?:_total)?`), "cache", "misses_total", plain},
	{star(`(?:endpoints|routes|paths|handlers|by_endpoint|by_route)`, "*", `(?:p50|median)`), "app", "endpoint_latency_p50_seconds", latency},
	{star(`(?:endpoints|routes|paths|handlers|by_endpoint|by_route)`, "*", `p95`), "app", "endpoint_latency_p95_seconds", latency},
	{star(`(?:endpoints|routes|paths|handlers|by_endpoint|by_route)`, "*", `p99`), "app", "endpoint_latency_p99_seconds", latency},
	{star(`(?:endpoints|routes|paths|handlers|by_endpoint|by_route)`, "*", mean), "app", "endpoint_latency_mean_seconds", latency},
	{star(`(?:endpoints|routes|paths|handlers|by_endpoint|by_route)`, "*", `max`), "app", "endpoint_latency_max_seconds", latency},
}

// allowed stands for requests that the rate limiter let pass, which with those
// that it did not are all.
const allowed = "\x00allowed"

type raw struct {
	pattern, component, metric string
	kind                       need
	rank                       int
}

func compile(list []raw) []rule {
	var out []rule
	for _, r := range list {
		out = append(out, rule{regexp.MustCompile(`(?:^|_)(?:` + r.pattern + `)$`), r.component, r.metric, r.kind, r.rank})
	}
	return out
}

func star(levels ...string) []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, l := range levels {
		if l == "*" {
			out = append(out, nil)
			continue
		}
		out = append(out, regexp.MustCompile(`^(?:`+l+`)$`))
	}
	return out
}

// fits finds the level rule for a path, whose last levels it must match;
// instance is the star's key.
func fitsLevels(keys, names []string) (i int, instance string, ok bool) {
	for i, r := range levels {
		n := len(names) - len(r.levels)
		if n < 0 {
			continue
		}
		instance, fits := "", true
		for j, l := range r.levels {
			if l == nil {
				instance = keys[n+j]
			} else if !l.MatchString(names[n+j]) {
				fits = false
				break
			}
		}
		if fits && !strings.Contains(aggregates, " "+strings.ToLower(instance)+" ") {
			return i, instance, true
		}
	}
	return 0, "", false
}

// aggregates are keys beside instances that are none.
const aggregates = " total count all sum rate ratio window window_seconds unit enabled limit limited requests "
