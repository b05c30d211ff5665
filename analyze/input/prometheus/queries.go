package prometheus

import (
	"fmt"
	"strconv"
	"strings"
)

// A Query is PromQL whose answer is a metric.
type Query struct {
	Component, Instance, Metric string
	// PromQL is the query. InstanceLabel is the label whose value becomes the
	// instance, "" none.
	PromQL, InstanceLabel string
	Scale                 float64 // what values are multiplied with to get base units; 0 is 1
	own                   bool    // the user's
}

// Parts of built-in queries. $w is the range that rates are taken over.
const (
	links     = `device!~"lo|docker.*|veth.*|br-.*|cni.*|flannel.*|cali.*|virbr.*"`
	disks     = `device!~"dm-.*|md.*|loop.*|ram.*|zram.*"`
	container = `image!="",container!="POD"`
	// What an exporter says of a process is of itself.
	noExporter = ` unless on (job, instance) {__name__=~".+_exporter_build_info|prometheus_build_info|alertmanager_build_info|node_boot_time_seconds|pg_up|redis_up|mysql_up"}`
)

// builtin are the queries that are always asked. Component is "" where the job
// tells it, and begins with "=" where a label does, as in the table of
// families. Counters are asked for as they are: how many evictions there were
// is then exact, and a restart shows.
var builtin = []Query{
	{Metric: "up", PromQL: `up`},
	{Component: "database", Metric: "up", PromQL: `min by (job, instance) (pg_up)`},
	{Component: "cache", Metric: "up", PromQL: `min by (job, instance) (redis_up)`},

	{Metric: "cpu_cores", PromQL: `sum by (job, instance) (rate(process_cpu_seconds_total[$w]))` + noExporter},
	{Metric: "memory_bytes", PromQL: `sum by (job, instance) (process_resident_memory_bytes)` + noExporter},
	{Metric: "heap_bytes", PromQL: `(sum by (job, instance) (go_memstats_heap_inuse_bytes) or sum by (job, instance) (jvm_memory_used_bytes{area="heap"}))` + noExporter},
	{Metric: "open_files", PromQL: `sum by (job, instance) (process_open_fds)` + noExporter},
	{Metric: "open_files_limit", PromQL: `min by (job, instance) (process_max_fds)` + noExporter},
	{Metric: "start_time_seconds", PromQL: `max by (job, instance) (process_start_time_seconds)` + noExporter},
	{Metric: "cpu_limit_cores", PromQL: `sum by (job, instance) (go_sched_gomaxprocs_threads)` + noExporter},

	{Component: "host", Metric: "cpu_ratio", PromQL: `1 - sum by (instance) (rate(node_cpu_seconds_total{mode=~"idle|iowait"}[$w])) / sum by (instance) (rate(node_cpu_seconds_total[$w]))`},
	{Component: "host", Metric: "cpu_user_ratio", PromQL: `sum by (instance) (rate(node_cpu_seconds_total{mode=~"user|nice"}[$w])) / sum by (instance) (rate(node_cpu_seconds_total[$w]))`},
	{Component: "host", Metric: "cpu_system_ratio", PromQL: `sum by (instance) (rate(node_cpu_seconds_total{mode=~"system|irq|softirq"}[$w])) / sum by (instance) (rate(node_cpu_seconds_total[$w]))`},
	{Component: "host", Metric: "cpu_iowait_ratio", PromQL: `sum by (instance) (rate(node_cpu_seconds_total{mode="iowait"}[$w])) / sum by (instance) (rate(node_cpu_seconds_total[$w]))`},
	{Component: "host", Metric: "cpu_steal_ratio", PromQL: `sum by (instance) (rate(node_cpu_seconds_total{mode="steal"}[$w])) / sum by (instance) (rate(node_cpu_seconds_total[$w]))`},
	{Component: "host", Metric: "load_1m", PromQL: `max by (instance) (node_load1)`},
	{Component: "host", Metric: "run_queue", PromQL: `max by (instance) (node_procs_running)`},
	{Component: "host", Metric: "memory_bytes", PromQL: `sum by (instance) (node_memory_MemTotal_bytes) - sum by (instance) (node_memory_MemAvailable_bytes)`},
	{Component: "host", Metric: "memory_limit_bytes", PromQL: `sum by (instance) (node_memory_MemTotal_bytes)`},
	{Component: "host", Metric: "memory_available_bytes", PromQL: `sum by (instance) (node_memory_MemAvailable_bytes)`},
	{Component: "host", Metric: "swap_used_bytes", PromQL: `sum by (instance) (node_memory_SwapTotal_bytes) - sum by (instance) (node_memory_SwapFree_bytes)`},
	{Component: "host", Metric: "disk_read_bytes_per_second", PromQL: `sum by (instance) (rate(node_disk_read_bytes_total{` + disks + `}[$w]))`},
	{Component: "host", Metric: "disk_written_bytes_per_second", PromQL: `sum by (instance) (rate(node_disk_written_bytes_total{` + disks + `}[$w]))`},
	{Component: "host", Metric: "disk_busy_ratio", PromQL: `max by (instance) (rate(node_disk_io_time_seconds_total{` + disks + `}[$w]))`},
	{Component: "host", Metric: "network_received_bytes_per_second", PromQL: `sum by (instance) (rate(node_network_receive_bytes_total{` + links + `}[$w]))`},
	{Component: "host", Metric: "network_sent_bytes_per_second", PromQL: `sum by (instance) (rate(node_network_transmit_bytes_total{` + links + `}[$w]))`},
	{Component: "host", Metric: "network_limit_bytes_per_second", PromQL: `sum by (instance) (node_network_speed_bytes{` + links + `} > 0)`},
	{Component: "host", Metric: "network_errors_total", PromQL: `sum by (instance) ({__name__=~"node_network_(receive|transmit)_(errs|drop)_total",` + links + `})`},

	{Component: "=groupname", Metric: "cpu_cores", PromQL: `sum by (groupname, instance) (rate(namedprocess_namegroup_cpu_seconds_total[$w]))`},
	{Component: "=groupname", Metric: "memory_bytes", PromQL: `sum by (groupname, instance) (namedprocess_namegroup_memory_bytes{memtype="proportionalResident"}) or sum by (groupname, instance) (namedprocess_namegroup_memory_bytes{memtype="resident"})`},
	{Component: "=container|name|pod", Metric: "cpu_cores", PromQL: `sum by (container, name, pod) (rate(container_cpu_usage_seconds_total{` + container + `}[$w]))`},
	{Component: "=container|name|pod", Metric: "memory_bytes", PromQL: `sum by (container, name, pod) (container_memory_working_set_bytes{` + container + `}) or sum by (container, name, pod) (container_memory_rss{` + container + `})`},
	{Component: "=container|name|pod", Metric: "memory_limit_bytes", PromQL: `sum by (container, name, pod) (container_spec_memory_limit_bytes{` + container + `} > 0)`},

	{Component: "=container|pod", Metric: "cpu_limit_cores", PromQL: `sum by (container, pod) (kube_pod_container_resource_limits{resource="cpu"})`},
	{Component: "=container|pod", Metric: "memory_limit_bytes", PromQL: `sum by (container, pod) (kube_pod_container_resource_limits{resource="memory"})`},

	{Component: "database", Metric: "connections", PromQL: `sum by (instance) (pg_stat_activity_count)`},
	{Component: "database", Metric: "connections_active", PromQL: `sum by (instance) (pg_stat_activity_count{state="active"})`},
	{Component: "database", Metric: "connections_idle", PromQL: `sum by (instance) (pg_stat_activity_count{state="idle"})`},
	{Component: "database", Metric: "connections_idle_in_transaction", PromQL: `sum by (instance) (pg_stat_activity_count{state=~"idle in transaction.*"})`},
	{Component: "database", Metric: "connections_waiting", PromQL: `sum by (instance) (pg_stat_activity_count{wait_event_type="Lock"})`},
	{Component: "database", Metric: "connections_limit", PromQL: `max by (instance) (pg_settings_max_connections)`},
	{Component: "database", Metric: "longest_transaction_seconds", PromQL: `max by (instance) (pg_stat_activity_max_tx_duration)`},
	{Component: "database", Metric: "locks", PromQL: `sum by (instance) (pg_locks_count)`},
	{Component: "database", Metric: "replication_lag_seconds", PromQL: `max by (instance) ({__name__=~"pg_replication_lag|pg_replication_lag_seconds"})`},
	{Component: "database", Metric: "query_latency_seconds", PromQL: `sum by (instance) (rate(pg_stat_statements_seconds_total[$w])) / sum by (instance) (rate(pg_stat_statements_calls_total[$w]))`},
	{Component: "database", Metric: "queries_total", PromQL: `sum by (instance) (pg_stat_statements_calls_total)`},
	{Component: "database", Metric: "deadlocks_total", PromQL: `sum by (instance) (pg_stat_database_deadlocks)`},
	{Component: "database", Metric: "conflicts_total", PromQL: `sum by (instance) (pg_stat_database_conflicts)`},
	{Component: "database", Metric: "commits_total", PromQL: `sum by (instance) (pg_stat_database_xact_commit)`},
	{Component: "database", Metric: "rollbacks_total", PromQL: `sum by (instance) (pg_stat_database_xact_rollback)`},
	{Component: "database", Metric: "blocks_read_total", PromQL: `sum by (instance) (pg_stat_database_blks_read)`},
	{Component: "database", Metric: "blocks_hit_total", PromQL: `sum by (instance) (pg_stat_database_blks_hit)`},
	{Component: "database", Metric: "temp_files_total", PromQL: `sum by (instance) (pg_stat_database_temp_files)`},
	{Component: "database", Metric: "start_time_seconds", PromQL: `max by (instance) (pg_postmaster_start_time_seconds)`},

	{Component: "cache", Metric: "memory_bytes", PromQL: `sum by (instance) (redis_memory_used_bytes)`},
	{Component: "cache", Metric: "memory_limit_bytes", PromQL: `sum by (instance) (redis_memory_max_bytes)`},
	{Component: "cache", Metric: "cpu_cores", PromQL: `sum by (instance) (rate(redis_cpu_sys_seconds_total[$w])) + sum by (instance) (rate(redis_cpu_user_seconds_total[$w]))`},
	{Component: "cache", Metric: "connections", PromQL: `sum by (instance) (redis_connected_clients)`},
	{Component: "cache", Metric: "connections_limit", PromQL: `max by (instance) (redis_config_maxclients)`},
	{Component: "cache", Metric: "connections_refused_total", PromQL: `sum by (instance) (redis_rejected_connections_total)`},
	{Component: "cache", Metric: "clients_blocked", PromQL: `sum by (instance) (redis_blocked_clients)`},
	{Component: "cache", Metric: "commands_total", PromQL: `sum by (instance) (redis_commands_processed_total)`},
	{Component: "cache", Metric: "hits_total", PromQL: `sum by (instance) (redis_keyspace_hits_total)`},
	{Component: "cache", Metric: "misses_total", PromQL: `sum by (instance) (redis_keyspace_misses_total)`},
	{Component: "cache", Metric: "evictions_total", PromQL: `sum by (instance) (redis_evicted_keys_total)`},
	{Component: "cache", Metric: "expired_total", PromQL: `sum by (instance) (redis_expired_keys_total)`},
	{Component: "cache", Metric: "keys", PromQL: `sum by (instance) (redis_db_keys)`},
	{Component: "cache", Metric: "fragmentation_ratio", PromQL: `max by (instance) (redis_mem_fragmentation_ratio)`},
	{Component: "cache", Metric: "uptime_seconds", PromQL: `min by (instance) (redis_uptime_in_seconds)`},

	{Component: "app", Metric: "pool_in_use", PromQL: `sum by (instance) (` + poolInUse + `{database!="pgbouncer"})`},
	{Component: "app", Metric: "pool_idle", PromQL: `sum by (instance) (pgbouncer_pools_server_idle_connections{database!="pgbouncer"})`},
	{Component: "app", Metric: "pool_waiting", PromQL: `sum by (instance) (pgbouncer_pools_client_waiting_connections{database!="pgbouncer"})`},
	{Component: "app", Metric: "pool_wait_longest_seconds", PromQL: `max by (instance) (pgbouncer_pools_client_maxwait_seconds{database!="pgbouncer"})`},
	// A pool of that size for each of a database's users.
	{Component: "app", Metric: "pool_limit", PromQL: `sum by (instance) (count by (instance, database) (` + poolInUse + `{database!="pgbouncer"})` +
		` * on (instance, database) max by (instance, database) (label_replace(` + poolSize + `, "database", "$1", "name", "(.+)")))`},

	{Component: "load_generator", Metric: "users", PromQL: `sum ({__name__=~"locust_users|locust_user_count"})`},
}

// interval is how often targets are scraped: the times of the samples that up
// shows, second by second.
const interval = `timestamp(up)`

// inApp finds the names of the application's own families, which no table can
// list: their words tell what they are.
const inApp = `count by (__name__, job) ({__name__=~"(?i).*(pool|queue|backlog|worker|thread|rate_?limit|throttle|429|request|latency|duration|in_?flight|in_?progress|hikaricp|query|queries|deadlock|go_sql).*",` +
	`__name__!~"go_(gc|memstats|sched|threads|goroutines|info|cpu|godebug).*|(node|python|promhttp|prometheus|pg|redis|pgbouncer|namedprocess|container|process|scrape|net_conntrack|alertmanager|grafana|kube|etcd|apiserver|locust)_.*|.*(_sum|_created|_info)"})`

// inAppQueries returns the queries for a family of the application's that was
// found by name; nil if its name does not tell what it is.
func inAppQueries(name string) []Query {
	quoted := `{__name__=` + strconv.Quote(name) + `}`
	if base, ok := strings.CutSuffix(name, "_bucket"); ok {
		metric, component, scale, ok := latencyOf(base)
		if !ok || byExporter(base) {
			return nil
		}
		if component == "app" {
			component = ""
		}
		sum, count := `{__name__=`+strconv.Quote(base+"_sum")+`}`, `{__name__=`+strconv.Quote(base+"_count")+`}`
		mean := metric + "_mean_seconds"
		if metric == "query_latency" {
			mean = metric + "_seconds"
		}
		out := []Query{{Component: component, Metric: mean, Scale: scale,
			PromQL: fmt.Sprintf(`sum by (job) (rate(%s[$w])) / sum by (job) (rate(%s[$w]))`, sum, count)}}
		for _, q := range []string{"50", "95", "99"} {
			if metric == "query_latency" && q != "95" {
				continue
			}
			out = append(out, Query{Component: component, Metric: metric + "_p" + q + "_seconds", Scale: scale,
				PromQL: fmt.Sprintf(`histogram_quantile(0.%s, sum by (job, le) (rate(%s[$w])))`, q, quoted)})
		}
		return out
	}
	if strings.HasSuffix(name, "_count") {
		return nil
	}
	var out []Query
	for _, row := range familiesNamed(name) {
		if row.how == perSecond || row.parts > 0 || strings.HasPrefix(row.component, "=") || row.component == "host" || len(row.when) > 0 {
			continue
		}
		out = append(out, Query{Metric: row.metric, Scale: row.scale, PromQL: `sum by (job, instance) (` + quoted + `)`})
	}
	if len(out) > 0 {
		return out
	}
	f, scale, ok := named(sample{series: series{name: name}})
	if !ok {
		return nil
	}
	if f.component == "app" {
		f.component = ""
	}
	q := Query{Component: f.component, Instance: f.instance, Metric: f.metric, Scale: scale}
	how := "sum"
	if mergingOf(f.metric) == highest {
		how = "max"
	}
	q.PromQL = how + ` by (job, instance) (` + quoted + `)`
	if f.metric == "rate_limited_total" || f.metric == "requests_total" {
		q.PromQL = how + ` by (job, instance, ` + strings.Join(userTypeLabels, ", ") + `) (` + quoted + `)`
		q.InstanceLabel = strings.Join(userTypeLabels, "|")
	}
	return []Query{q}
}
