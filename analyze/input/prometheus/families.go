package prometheus

import (
	"slices"
	"strings"
)

// A merging says what becomes of several series of one figure.
type merging uint8

const (
	added merging = iota
	highest
	latest
	// perSecond adds up the growth per second of counters that have no name of
	// their own here.
	perSecond
)

// A family is a row of the table of known metric families: what a series of
// that name is here.
type family struct {
	name string
	when []condition // all must hold
	// component is "" where the job tells it, and begins with "=" where a label
	// does: "=groupname".
	component string
	metric    string
	instance  string  // label whose value is the Instance, or two with a slash between; "" none
	scale     float64 // 0 is 1; a negative one takes away
	how       merging
	// unless is a family of which there is none: the row stands in for it.
	unless string
	// parts is how many series the figure is made of, all of which must be
	// there; 0 is any number.
	parts int
}

// A condition holds a label against values; one that ends in * is a prefix.
type condition struct {
	label  string
	values []string
	not    bool
}

func is(label string, values ...string) condition { return condition{label, values, false} }
func not(label string, values ...string) condition {
	return condition{label, values, true}
}

func (c condition) holds(s series) bool {
	value := s.labels[c.label]
	return slices.ContainsFunc(c.values, func(v string) bool {
		prefix, any := strings.CutSuffix(v, "*")
		return v == value || any && strings.HasPrefix(value, prefix)
	}) != c.not
}

func (f *family) matches(s series) bool {
	for _, c := range f.when {
		if !c.holds(s) {
			return false
		}
	}
	return true
}

// virtualLinks and virtualDisks do not carry the machine's own traffic: what
// goes through them is counted at a device below, or never leaves the machine.
var (
	virtualLinks = []string{"lo", "docker*", "veth*", "br-*", "cni*", "flannel*", "cali*", "virbr*"}
	virtualDisks = []string{"dm-*", "md*", "loop*", "ram*", "zram*"}
)

// cpuMode is the figure that a machine's ratios are made of, with the mode as
// its Instance.
const cpuMode = "cpu_mode_seconds_per_second"

// families is the table. A series may match several rows.
var families = []family{
	// Every target, and what exporters say of theirs.
	{name: "up", metric: "up"},
	{name: "pg_up", component: "database", metric: "up", how: latest},
	{name: "redis_up", component: "cache", metric: "up", how: latest},
	{name: "mysql_up", component: "database", metric: "up", how: latest},

	// Client libraries.
	{name: "process_cpu_seconds_total", metric: "cpu_seconds_total"},
	{name: "process_resident_memory_bytes", metric: "memory_bytes"},
	{name: "process_open_fds", metric: "open_files"},
	{name: "process_max_fds", metric: "open_files_limit"},
	{name: "process_start_time_seconds", metric: "start_time_seconds", how: highest},
	{name: "go_memstats_heap_inuse_bytes", metric: "heap_bytes"},
	{name: "jvm_memory_used_bytes", when: []condition{is("area", "heap")}, component: "app", metric: "heap_bytes"},
	{name: "jvm_memory_bytes_used", when: []condition{is("area", "heap")}, component: "app", metric: "heap_bytes"},
	{name: "process_cpu_usage", component: "app", metric: "cpu_ratio", how: highest},

	// Application servers and pools.
	{name: "hikaricp_connections_active", component: "app", metric: "pool_in_use"},
	{name: "hikaricp_connections_idle", component: "app", metric: "pool_idle"},
	{name: "hikaricp_connections_pending", component: "app", metric: "pool_waiting"},
	{name: "hikaricp_connections_max", component: "app", metric: "pool_limit"},
	{name: "hikaricp_connections_timeout_total", component: "app", metric: "pool_timeouts_total"},
	{name: "tomcat_threads_busy_threads", component: "app", metric: "worker_threads"},
	{name: "tomcat_threads_config_max_threads", component: "app", metric: "worker_threads_limit"},
	{name: "gunicorn_workers", component: "app", metric: "worker_threads_limit"},
	{name: "gunicorn_requests_total", component: "app", metric: "requests_total"},
	{name: "django_http_requests_total_by_method_total", component: "app", metric: "requests_total"},
	{name: "go_sql_in_use_connections", component: "app", metric: "pool_in_use"},
	{name: "go_sql_idle_connections", component: "app", metric: "pool_idle"},
	{name: "go_sql_max_open_connections", component: "app", metric: "pool_limit"},
	{name: "go_sql_wait_duration_seconds_total", component: "app", metric: "pool_wait_seconds_total"},
	{name: "hikaricp_active_connections", component: "app", metric: "pool_in_use"},
	{name: "hikaricp_idle_connections", component: "app", metric: "pool_idle"},
	{name: "hikaricp_pending_threads", component: "app", metric: "pool_waiting"},
	{name: "hikaricp_max_connections", component: "app", metric: "pool_limit"},
	{name: "hikaricp_connection_timeout_total", component: "app", metric: "pool_timeouts_total"},
	{name: "go_sql_stats_connections_in_use", component: "app", metric: "pool_in_use"},
	{name: "go_sql_stats_connections_idle", component: "app", metric: "pool_idle"},
	{name: "go_sql_stats_connections_max_open", component: "app", metric: "pool_limit"},
	{name: "go_sql_stats_connections_blocked_seconds", component: "app", metric: "pool_wait_seconds_total"},
	{name: "go_sql_stats_connections_blocked_seconds_total", component: "app", metric: "pool_wait_seconds_total"},
	{name: "sqlalchemy_pool_checked_out", component: "app", metric: "pool_in_use"},
	{name: "sqlalchemy_pool_checked_in", component: "app", metric: "pool_idle"},
	{name: "sqlalchemy_pool_size", component: "app", metric: "pool_limit"},
	{name: "pgxpool_acquired_conns", component: "app", metric: "pool_in_use"},
	{name: "pgxpool_idle_conns", component: "app", metric: "pool_idle"},
	{name: "pgxpool_max_conns", component: "app", metric: "pool_limit"},
	{name: "pgbouncer_pools_server_active_connections", when: []condition{not("database", "pgbouncer")}, component: "app", metric: "pool_in_use", instance: "database/user"},
	{name: "pgbouncer_pools_server_idle_connections", when: []condition{not("database", "pgbouncer")}, component: "app", metric: "pool_idle", instance: "database/user"},
	{name: "pgbouncer_pools_client_waiting_connections", when: []condition{not("database", "pgbouncer")}, component: "app", metric: "pool_waiting", instance: "database/user"},
	{name: "pgbouncer_pools_client_maxwait_seconds", when: []condition{not("database", "pgbouncer")}, component: "app", metric: "pool_wait_longest_seconds", instance: "database/user"},
	{name: poolSize, when: []condition{not("database", "pgbouncer"), not("name", "pgbouncer")}, component: "app", metric: "pool_limit"},

	// node_exporter.
	{name: "node_cpu_seconds_total", component: "host", metric: cpuMode, instance: "mode", how: perSecond},
	{name: "node_memory_MemTotal_bytes", component: "host", metric: "memory_limit_bytes"},
	{name: "node_memory_MemAvailable_bytes", component: "host", metric: "memory_available_bytes"},
	{name: "node_memory_MemTotal_bytes", component: "host", metric: "memory_bytes", parts: 2},
	{name: "node_memory_MemAvailable_bytes", component: "host", metric: "memory_bytes", scale: -1, parts: 2},
	{name: "node_memory_SwapTotal_bytes", component: "host", metric: "swap_used_bytes", parts: 2},
	{name: "node_memory_SwapFree_bytes", component: "host", metric: "swap_used_bytes", scale: -1, parts: 2},
	{name: "node_vmstat_pswpin", component: "host", metric: "swap_in_bytes_per_second", scale: 4096, how: perSecond},
	{name: "node_vmstat_pswpout", component: "host", metric: "swap_out_bytes_per_second", scale: 4096, how: perSecond},
	{name: "node_load1", component: "host", metric: "load_1m"},
	{name: "node_procs_running", component: "host", metric: "run_queue"},
	{name: "node_boot_time_seconds", component: "host", metric: "start_time_seconds"},
	{name: "node_disk_read_bytes_total", when: []condition{not("device", virtualDisks...)}, component: "host", metric: "disk_read_bytes_per_second", how: perSecond},
	{name: "node_disk_written_bytes_total", when: []condition{not("device", virtualDisks...)}, component: "host", metric: "disk_written_bytes_per_second", how: perSecond},
	{name: "node_disk_io_time_seconds_total", component: "host", metric: "disk_busy_ratio", instance: "device", how: perSecond},
	{name: "node_network_receive_bytes_total", when: []condition{not("device", virtualLinks...)}, component: "host", metric: "network_received_bytes_per_second", how: perSecond},
	{name: "node_network_transmit_bytes_total", when: []condition{not("device", virtualLinks...)}, component: "host", metric: "network_sent_bytes_per_second", how: perSecond},
	{name: "node_network_receive_errs_total", when: []condition{not("device", virtualLinks...)}, component: "host", metric: "network_errors_total"},
	{name: "node_network_receive_drop_total", when: []condition{not("device", virtualLinks...)}, component: "host", metric: "network_errors_total"},
	{name: "node_network_transmit_errs_total", when: []condition{not("device", virtualLinks...)}, component: "host", metric: "network_errors_total"},
	{name: "node_network_transmit_drop_total", when: []condition{not("device", virtualLinks...)}, component: "host", metric: "network_errors_total"},

	// process_exporter.
	{name: "namedprocess_namegroup_cpu_seconds_total", component: "=groupname", metric: "cpu_seconds_total"},
	{name: "namedprocess_namegroup_memory_bytes", when: []condition{is("memtype", "resident")}, component: "=groupname", metric: "memory_bytes"},
	{name: "namedprocess_namegroup_open_filedesc", component: "=groupname", metric: "open_files"},

	// cAdvisor; container="" is a group of containers, "POD" its holder.
	{name: "container_cpu_usage_seconds_total", when: []condition{not("container", "POD"), not("image", "")}, component: "=container|name|pod", metric: "cpu_seconds_total"},
	{name: "container_memory_working_set_bytes", when: []condition{not("container", "POD"), not("image", "")}, component: "=container|name|pod", metric: "memory_bytes"},
	{name: "container_memory_rss", when: []condition{not("container", "POD"), not("image", "")}, component: "=container|name|pod", metric: "memory_bytes", unless: "container_memory_working_set_bytes"},
	{name: "kube_pod_container_resource_limits", when: []condition{is("resource", "cpu")}, component: "=container|pod", metric: "cpu_limit_cores"},
	{name: "kube_pod_container_resource_limits", when: []condition{is("resource", "memory")}, component: "=container|pod", metric: "memory_limit_bytes", unless: "container_spec_memory_limit_bytes"},
	{name: "container_spec_memory_limit_bytes", when: []condition{not("container", "POD"), not("image", "")}, component: "=container|name|pod", metric: "memory_limit_bytes"},

	// postgres_exporter.
	{name: "pg_stat_activity_count", component: "database", metric: "connections"},
	{name: "pg_stat_activity_count", when: []condition{is("state", "active")}, component: "database", metric: "connections_active"},
	{name: "pg_stat_activity_count", when: []condition{is("state", "idle")}, component: "database", metric: "connections_idle"},
	{name: "pg_stat_activity_count", when: []condition{is("state", "idle in transaction", "idle in transaction (aborted)")}, component: "database", metric: "connections_idle_in_transaction"},
	{name: "pg_settings_max_connections", component: "database", metric: "connections_limit", how: highest},
	{name: "pg_stat_activity_max_tx_duration", component: "database", metric: "longest_transaction_seconds", how: highest},
	{name: "pg_locks_count", component: "database", metric: "locks"},
	{name: "pg_replication_lag", component: "database", metric: "replication_lag_seconds", how: highest},
	{name: "pg_replication_lag_seconds", component: "database", metric: "replication_lag_seconds", how: highest},
	{name: "pg_stat_database_deadlocks", component: "database", metric: "deadlocks_total"},
	{name: "pg_stat_database_conflicts", component: "database", metric: "conflicts_total"},
	{name: "pg_stat_database_xact_commit", component: "database", metric: "commits_total"},
	{name: "pg_stat_database_xact_rollback", component: "database", metric: "rollbacks_total"},
	{name: "pg_stat_database_blks_read", component: "database", metric: "blocks_read_total"},
	{name: "pg_stat_database_blks_hit", component: "database", metric: "blocks_hit_total"},
	{name: "pg_stat_database_tup_returned", component: "database", metric: "rows_returned_total"},
	{name: "pg_stat_database_tup_fetched", component: "database", metric: "rows_fetched_total"},
	{name: "pg_stat_database_temp_files", component: "database", metric: "temp_files_total"},
	{name: "pg_stat_statements_calls_total", component: "database", metric: "queries_total"},
	{name: "pg_stat_statements_seconds_total", component: "database", metric: "query_seconds_total"},
	{name: "pg_postmaster_start_time_seconds", component: "database", metric: "start_time_seconds"},

	// redis_exporter.
	{name: "redis_memory_used_bytes", component: "cache", metric: "memory_bytes"},
	{name: "redis_memory_max_bytes", component: "cache", metric: "memory_limit_bytes"},
	{name: "redis_mem_fragmentation_ratio", component: "cache", metric: "fragmentation_ratio", how: highest},
	{name: "redis_connected_clients", component: "cache", metric: "connections"},
	{name: "redis_config_maxclients", component: "cache", metric: "connections_limit"},
	{name: "redis_rejected_connections_total", component: "cache", metric: "connections_refused_total"},
	{name: "redis_blocked_clients", component: "cache", metric: "clients_blocked"},
	{name: "redis_commands_processed_total", component: "cache", metric: "commands_total"},
	{name: "redis_keyspace_hits_total", component: "cache", metric: "hits_total"},
	{name: "redis_keyspace_misses_total", component: "cache", metric: "misses_total"},
	{name: "redis_evicted_keys_total", component: "cache", metric: "evictions_total"},
	{name: "redis_expired_keys_total", component: "cache", metric: "expired_total"},
	{name: "redis_db_keys", component: "cache", metric: "keys"},
	{name: "redis_uptime_in_seconds", component: "cache", metric: "uptime_seconds"},
	{name: "redis_start_time_seconds", component: "cache", metric: "start_time_seconds"},
	{name: "redis_cpu_sys_seconds_total", component: "cache", metric: "cpu_seconds_total", parts: 2},
	{name: "redis_cpu_user_seconds_total", component: "cache", metric: "cpu_seconds_total", parts: 2},

	// Locust's exporters.
	{name: "locust_users", component: "load_generator", metric: "users"},
	{name: "locust_user_count", component: "load_generator", metric: "users"},
}

// covered are the prefixes of families of exporters whose table is above: what
// of theirs is not in it is not kept.
var covered = []string{
	"node_", "pg_", "redis_", "namedprocess_", "container_", "machine_", "go_", "jvm_", "process_", "python_",
	"promhttp_", "prometheus_", "scrape_", "net_conntrack_", "tomcat_", "hikaricp_", "logback_", "system_", "mysql_",
	"cadvisor_", "kube_", "exporter_", "nodejs_",
}
