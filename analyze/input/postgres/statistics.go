package postgres

import (
	"math"
	"strings"
	"unicode/utf8"
)

// databaseColumns are pg_stat_database's, of all versions: the figure each
// gives, and its unit in base units. A metric of "" is taken note of no
// further.
var databaseColumns = []struct {
	column, metric string
	unit           float64
}{
	{"numbackends", "connections", 1},
	{"xact_commit", "commits_total", 1},
	{"xact_rollback", "rollbacks_total", 1},
	{"blks_read", "blocks_read_total", 1},
	{"blks_hit", "blocks_hit_total", 1},
	{"tup_returned", "rows_returned_total", 1},
	{"tup_fetched", "rows_fetched_total", 1},
	{"tup_inserted", "rows_inserted_total", 1},
	{"tup_updated", "rows_updated_total", 1},
	{"tup_deleted", "rows_deleted_total", 1},
	{"conflicts", "conflicts_total", 1},
	{"temp_files", "temp_files_total", 1},
	{"temp_bytes", "temp_bytes_total", 1},
	{"deadlocks", "deadlocks_total", 1},
	{"blk_read_time", "block_read_seconds_total", 1e-3},
	{"blk_write_time", "block_write_seconds_total", 1e-3},
	{"active_time", "active_seconds_total", 1e-3},
	{"idle_in_transaction_time", "idle_in_transaction_seconds_total", 1e-3},
	{"sessions", "sessions_total", 1},
	{"sessions_abandoned", "sessions_abandoned_total", 1},
	{"sessions_fatal", "sessions_fatal_total", 1},
	{"sessions_killed", "sessions_killed_total", 1},
}

// isDatabase knows rows of pg_stat_database.
func isDatabase(t *table) bool {
	return !t.has("pid", "state") && t.has("numbackends", "xact_commit", "xact_rollback", "blks_read", "blks_hit", "tup_returned", "tup_fetched",
		"temp_files", "temp_bytes", "deadlocks", "conflicts", "blk_read_time") && !t.has(waitingNames...) && !t.has("relname", "indexrelname")
}

func readDatabase(t *table, add emit) {
	name := t.column("datname")
	for i := range t.rows {
		instance := ""
		if name >= 0 {
			if instance = t.cell(i, name); instance == "" {
				continue // the row of shared objects
			}
		}
		for _, c := range databaseColumns {
			if at := t.column(c.column); at >= 0 {
				add(i, instance, c.metric, number(t.cell(i, at))*c.unit)
			}
		}
	}
}

// isStatements knows selects from pg_stat_statements.
func isStatements(t *table) bool {
	exact := t.has("mean_exec_time", "total_exec_time", "mean_time", "total_time", "mean_exec_time_ms", "total_exec_time_ms")
	return !t.has("funcname", "pid") && (exact || t.has(callsNames...) && (t.has(meanNames...) || t.has(totalNames...)))
}

// readStatements reads the counters of each statement, or of all where there
// is one row and no name. Times are in ms. The mean is one since the
// statistics were reset: it is taken only where there are no counters, from
// which the mean of any stretch can be had.
func readStatements(t *table, add emit) {
	calls, mean, total := t.column(callsNames...), t.column(meanNames...), t.column(totalNames...)
	name := t.column("queryid", "query", "short_query", "left", "substring", "statement")
	if name < 0 && len(t.rows) > 1 {
		return // whose they are is not told
	}
	text := t.column("query", "short_query", "left", "substring", "statement")
	for i := range t.rows {
		instance := ""
		switch {
		case text >= 0:
			instance = clip(t.cell(i, text))
		case name >= 0:
			instance = "query " + t.cell(i, name)
		}
		n, m, sum := number(t.cell(i, calls)), number(t.cell(i, mean)), number(t.cell(i, total))
		if math.IsNaN(sum) {
			sum = n * m
		}
		add(i, instance, "queries_total", n)
		add(i, instance, "query_seconds_total", sum/1e3)
		if math.IsNaN(n) || math.IsNaN(sum) {
			add(i, instance, "query_latency_seconds", m/1e3)
		}
		if c := t.column(queryMaxNames...); c >= 0 {
			add(i, instance, "query_latency_max_seconds", number(t.cell(i, c))/1e3)
		}
	}
}

// clip makes the name of a statement of its text.
func clip(query string) string {
	const most = 80
	query = strings.Join(strings.Fields(query), " ")
	if len(query) <= most {
		return query
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(query[cut]) {
		cut--
	}
	return query[:cut] + "…"
}

// isLatency knows a mean latency of queries that somebody worked out.
func isLatency(t *table) bool {
	return len(t.rows) == 1 && t.has(queryMeanNames...) && !t.has("pid", "query", "queryid")
}

func readLatency(t *table, add emit) {
	add(0, "", "query_latency_seconds", number(t.cell(0, t.column(queryMeanNames...)))/1e3)
}

// isSettings knows SHOW max_connections and selects from pg_settings.
func isSettings(t *table) bool {
	if len(t.columns) == 1 && len(t.rows) == 1 {
		return t.columns[0] == "max_connections"
	}
	return t.has("name") && t.has("setting")
}

func readSettings(t *table, add emit) {
	if len(t.columns) == 1 {
		add(0, "", "connections_limit", number(t.cell(0, 0)))
		return
	}
	for i := range t.rows {
		if t.cell(i, t.column("name")) == "max_connections" {
			add(i, "", "connections_limit", number(t.cell(i, t.column("setting"))))
		}
	}
}

// isReplication knows pg_stat_replication's lag, and the lag that a replica
// tells of itself.
func isReplication(t *table) bool {
	return t.has(lagNames...) && !t.has("state") && (len(t.columns) == 1 || t.has("application_name", "client_addr", "write_lag", "flush_lag", "sent_lsn", "now", "ts", "time")) ||
		t.has("replay_lag") && t.has("write_lag", "flush_lag", "sync_state", "application_name")
}

func readReplication(t *table, add emit) {
	c, name := t.column(lagNames...), t.column("application_name", "client_addr", "pid")
	for i := range t.rows {
		cell := t.cell(i, c)
		v := duration(t.columns[c], cell)
		if cell == "" {
			v = 0 // nothing was written that the replica has not
		}
		instance := ""
		if name >= 0 {
			instance = t.cell(i, name)
		}
		add(i, instance, "replication_lag_seconds", v)
	}
}

// isSlot knows pg_replication_slots, which gives no figure that has a name
// here.
func isSlot(t *table) bool { return t.has("slot_name") && t.has("restart_lsn", "slot_type") }

func readSlots(*table, emit) {}
