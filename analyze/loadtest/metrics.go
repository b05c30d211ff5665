package loadtest

import "strings"

// A Metric is a resource figure that has a name here. docs/resources.md lists
// them all.
type Metric struct {
	Name string
	What string
}

// Metrics are the resource figures that peakload knows by name. Names follow
// OpenMetrics: snake case, the base unit last, _total for a counter. Any other
// name is kept and charted.
var Metrics = []Metric{
	{"up", "1 while the component answers, 0 while it does not"},
	{"uptime_seconds", "time since the component started; going back means a restart"},
	{"start_time_seconds", "Unix time at which the component started; a change means a restart"},
	{"restarts_total", "restarts since the counter began"},

	{"cpu_cores", "processor time used per second, in cores"},
	{"cpu_limit_cores", "cores that the component may use"},
	{"cpu_ratio", "share in use of the processors that the component may use, 0 to 1"},
	{"cpu_seconds_total", "processor time used since the process started"},
	{"cpu_user_ratio", "share of the machine's processors running user code, 0 to 1"},
	{"cpu_system_ratio", "share of the machine's processors running the kernel, 0 to 1"},
	{"cpu_iowait_ratio", "share of the machine's processors waiting for disks, 0 to 1"},
	{"cpu_steal_ratio", "share of the machine's processors taken by the hypervisor, 0 to 1"},
	{"run_queue", "processes running or waiting for a processor"},
	{"load_1m", "load average of one minute"},

	{"memory_bytes", "memory in use: resident (or, better, proportional) set of a process, used memory of a machine or a cache"},
	{"memory_limit_bytes", "memory that the component may use; 0 is no limit"},
	{"memory_available_bytes", "memory that can still be had without swapping"},
	{"memory_resident_bytes", "resident memory of a cache, free but not returned memory included"},
	{"heap_bytes", "memory on the program's own heap"},
	{"swap_used_bytes", "swap in use"},
	{"swap_in_bytes_per_second", "read back from swap"},
	{"swap_out_bytes_per_second", "written to swap"},
	{"open_files", "open file descriptors"},
	{"open_files_limit", "file descriptors that the process may have"},

	{"disk_read_bytes_per_second", "read from disks"},
	{"disk_written_bytes_per_second", "written to disks"},
	{"disk_busy_ratio", "share of time in which a disk was busy, 0 to 1"},
	{"network_received_bytes_per_second", "received from the network"},
	{"network_sent_bytes_per_second", "sent to the network"},
	{"network_limit_bytes_per_second", "speed of the network link"},
	{"network_errors_total", "errors and drops of the network interface"},

	{"worker_threads", "workers or threads busy with a request"},
	{"worker_threads_limit", "workers or threads there can be; 0 is no limit"},
	{"request_queue", "requests waiting for a worker"},
	{"request_queue_limit", "requests that may wait; 0 is no limit"},
	{"requests_rejected_total", "requests turned away because the queue was full"},
	{"requests_total", "requests handled; Instance is the user type where they are counted by it"},
	{"rate_limited_total", "requests refused by the rate limiter; Instance is the user type"},
	{"errors_total", "requests that failed; Instance is the kind of error"},
	{"latency_mean_seconds", "mean latency as the application sees it"},
	{"latency_p50_seconds", "median latency as the application sees it"},
	{"latency_p95_seconds", "95th percentile of latency as the application sees it"},
	{"latency_p99_seconds", "99th percentile of latency as the application sees it"},

	{"pool_in_use", "connections taken from the application's pool"},
	{"pool_idle", "connections idle in the application's pool"},
	{"pool_limit", "connections that the application's pool may hold"},
	{"pool_waiting", "requests waiting for a connection from the pool"},
	{"pool_timeouts_total", "requests that gave up waiting for a connection from the pool"},
	{"pool_wait_seconds_total", "time spent waiting for a connection from the pool"},

	{"connections", "connections to the server; of a database, client connections"},
	{"connections_active", "connections that execute a query"},
	{"connections_idle", "connections that are idle"},
	{"connections_idle_in_transaction", "connections that hold a transaction open and do nothing"},
	{"connections_waiting", "connections that wait for a lock"},
	{"connections_limit", "connections that the server accepts"},
	{"connections_total", "connections accepted"},
	{"connections_refused_total", "connections refused for want of room"},
	{"query_latency_seconds", "mean latency of queries"},
	{"query_latency_p95_seconds", "95th percentile of the latency of queries"},
	{"query_latency_max_seconds", "highest latency of a query"},
	{"queries_total", "queries executed"},
	{"query_seconds_total", "time spent in queries"},
	{"longest_transaction_seconds", "age of the oldest open transaction"},
	{"lock_waits", "locks that are waited for"},
	{"lock_wait_longest_seconds", "longest wait for a lock now"},
	{"locks", "locks held or waited for"},
	{"deadlocks_total", "deadlocks found"},
	{"conflicts_total", "queries cancelled by conflicts with recovery"},
	{"commits_total", "transactions committed"},
	{"rollbacks_total", "transactions rolled back"},
	{"blocks_read_total", "blocks read from disk or the system's cache"},
	{"blocks_hit_total", "blocks found in the database's own cache"},
	{"rows_returned_total", "rows read by scans"},
	{"rows_fetched_total", "rows fetched by index"},
	{"rows_inserted_total", "rows inserted"},
	{"rows_updated_total", "rows updated"},
	{"rows_deleted_total", "rows deleted"},
	{"temp_files_total", "temporary files written by queries"},
	{"temp_bytes_total", "data written to temporary files by queries"},
	{"block_read_seconds_total", "time spent reading blocks"},
	{"block_write_seconds_total", "time spent writing blocks"},
	{"active_seconds_total", "time that connections executed queries"},
	{"idle_in_transaction_seconds_total", "time that connections held a transaction open and did nothing"},
	{"sessions_total", "sessions begun"},
	{"sessions_abandoned_total", "sessions lost, as the client went away"},
	{"sessions_fatal_total", "sessions ended by a fatal error"},
	{"sessions_killed_total", "sessions ended by an operator"},
	{"replication_lag_seconds", "how far a replica is behind"},

	{"hits_total", "look-ups that the cache answered"},
	{"misses_total", "look-ups that the cache could not answer"},
	{"hit_ratio", "share of look-ups that the cache answered, 0 to 1"},
	{"commands_total", "commands executed by the cache"},
	{"commands_per_second", "commands executed by the cache"},
	{"evictions_total", "entries evicted for want of memory"},
	{"evictions_per_second", "entries evicted for want of memory"},
	{"expired_total", "entries that reached their end of life"},
	{"keys", "entries in the cache"},
	{"clients_blocked", "clients that wait in a blocking command"},
	{"fragmentation_ratio", "resident memory ÷ used memory"},

	{"users", "simulated users"},
	{"log_errors", "lines with ERROR among those that a command looked at"},
}

// IsCounter reports whether a metric only grows until its process restarts.
func IsCounter(metric string) bool { return strings.HasSuffix(metric, "_total") }
