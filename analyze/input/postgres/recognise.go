package postgres

import "math"

// An emit takes a figure of a row; row -1 is the table as a whole.
type emit func(row int, instance, metric string, value float64)

// A recogniser knows the answers to one kind of query by their columns.
type recogniser struct {
	is   func(t *table) bool
	read func(t *table, add emit) // nil: PgBouncer's, whose sizes are remembered
}

// recognisers in the order of asking: the first that knows a table reads it.
var recognisers = []recogniser{
	{isPools, nil},
	{isPoolStats, nil},
	{isPoolSizes, nil},
	{isPoolConfig, nil},
	{isPoolOther, nil},
	{isStatements, readStatements},
	{isDatabase, readDatabase},
	{isReplication, readReplication},
	{isLockCounts, readLockCounts},
	{isBlocked, readBlocked},
	{isLocks, readLocks},
	{isSettings, readSettings},
	{isActivity, readActivity},
	{isUtilization, readUtilization},
	{isByDatabase, readByDatabase},
	{isSlot, readSlots},
	{isAge, readAge},
	{isLatency, readLatency},
	{isCommandCount, readCommandCount},
}

// Names that people give to columns.
var (
	countNames       = []string{"count", "connections", "sessions", "backends", "n", "num", "cnt", "total", "count(*)"}
	waitingNames     = []string{"waiting_locks", "lock_waits", "waiting", "locks_waiting", "not_granted", "ungranted", "blocked", "blocked_locks", "blocked_queries", "waiting_queries", "waiters"}
	idleInNames      = []string{"idle_in_transaction", "idle_in_tx", "idle_in_txn", "idle_in_xact", "idle_in_trx", "idle_tx", "idle_txn"}
	ageNames         = []string{"longest_transaction", "longest_transaction_s", "longest_transaction_seconds", "longest_tx", "longest_xact", "longest_xact_s", "oldest_transaction", "oldest_tx", "oldest_xact", "oldest_xact_s", "oldest_xact_seconds", "max_xact_age", "max_tx_age", "xact_age", "xact_age_s", "max_transaction_age", "max_tx_seconds", "max_xact_seconds", "transaction_age"}
	waitingForNames  = []string{"waiting_s", "waiting_seconds", "waiting_for", "wait_s", "wait_seconds", "wait_time", "waited", "wait_duration", "waiting_ms", "wait_ms", "waiting_duration", "wait_age", "blocked_for", "blocked_duration", "blocked_s"}
	lagNames         = []string{"replay_lag", "replication_lag", "lag", "lag_seconds", "replication_lag_seconds", "replication_delay", "replica_lag", "delay", "replay_lag_seconds", "replay_delay", "lag_s", "seconds_behind"}
	queryMeanNames   = []string{"query_latency_ms", "avg_query_ms", "avg_query_time_ms", "mean_query_ms", "mean_query_time_ms", "avg_exec_time", "avg_mean_exec_time", "avg_exec_ms", "mean_exec_ms", "mean_latency_ms", "avg_latency_ms"}
	queryMaxNames    = []string{"max_exec_time", "max_time", "max_exec_time_ms", "max_exec_ms"}
	callsNames       = []string{"calls", "sum_calls", "total_calls"}
	meanNames        = []string{"mean_exec_time", "mean_time", "mean_exec_time_ms", "avg_time", "mean_ms", "avg_ms"}
	totalNames       = []string{"total_exec_time", "total_time", "total_exec_time_ms", "sum_total_exec_time", "total_ms", "total_exec_ms"}
	maxConnNames     = []string{"max_connections", "max_conn", "max_conns", "connection_limit", "connections_limit"}
	blockerNames     = []string{"blockers", "blocked_by", "blocking_pids", "blocking_pid", "blocker_pid", "pg_blocking_pids", "blocked_pid"}
	utilizationNames = []string{"utilization_pct", "utilization", "utilisation_pct", "usage_pct", "pct"}
)

// knownColumns are the names that make a line without rules below it the
// header of a table.
var knownColumns = func() map[string]bool {
	known := map[string]bool{}
	for _, names := range [][]string{poolColumns, countNames[:4], waitingNames, idleInNames, ageNames, waitingForNames, lagNames, queryMeanNames, queryMaxNames,
		callsNames, meanNames, totalNames, maxConnNames, blockerNames, utilizationNames,
		{"state", "wait_event_type", "wait_event", "active", "idle", "locks", "granted", "mode", "locktype", "datname", "usename", "backend_type",
			"numbackends", "setting", "name", "total", "used", "pid", "queryid", "query", "application_name", "client_addr"}} {
		for _, n := range names {
			known[n] = true
		}
	}
	for _, c := range databaseColumns {
		known[c.column] = true
	}
	return known
}()

// sums are counts by name; what is no number does not count.
type sums map[string]float64

func (s sums) add(name string, v float64) {
	if !math.IsNaN(v) {
		s[name] += v
	}
}
