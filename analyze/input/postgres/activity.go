package postgres

import (
	"math"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
)

// clientStates are pg_stat_activity's states of client connections; a
// background process has none.
var clientStates = []string{"active", "idle", "idle in transaction", "idle in transaction (aborted)", "fastpath function call", "disabled"}

// isActivity knows connections counted by state or by what they wait for:
// SELECT state, count(*) FROM pg_stat_activity GROUP BY state.
func isActivity(t *table) bool {
	if !t.has(countNames...) || t.has("pid") || !t.has("state", "wait_event_type") {
		return false
	}
	c := t.column("state")
	for i := range t.rows {
		if s := t.cell(i, c); s != "" && !isState(s) {
			return false // another thing's states
		}
	}
	return true
}

func isState(s string) bool {
	s = strings.ToLower(s)
	for _, known := range clientStates {
		if s == known {
			return true
		}
	}
	return s == "<null>" || s == "null" || s == "(null)" || s == "¤" || s == "∅"
}

// readActivity counts client connections: rows that have a state. A state that
// no connection is in has no row, and is 0.
func readActivity(t *table, add emit) {
	count, state, wait, event := t.column(countNames...), t.column("state"), t.column("wait_event_type"), t.column("wait_event")
	var all, active, idle, in, waiting, io float64
	for i := range t.rows {
		n := number(t.cell(i, count))
		if math.IsNaN(n) {
			continue
		}
		s := strings.ToLower(t.cell(i, state))
		client := true
		switch {
		case s == "active":
			active += n
		case s == "idle":
			idle += n
		case strings.HasPrefix(s, "idle in transaction"):
			in += n
		default:
			client = s == "fastpath function call" || s == "disabled"
		}
		if client {
			all += n
		}
		if t.cell(i, wait) == "Lock" {
			waiting += n
		}
		if e := t.cell(i, event); client && (t.cell(i, wait) == "IO" || strings.HasPrefix(e, "WALWrite") || e == "WALSync") {
			io += n
		}
	}
	if state >= 0 {
		add(timed(t), "", "connections", all)
		add(timed(t), "", "connections_active", active)
		add(timed(t), "", "connections_idle", idle)
		add(timed(t), "", "connections_idle_in_transaction", in)
	}
	if wait >= 0 {
		add(timed(t), "", "connections_waiting", waiting)
	}
	if wait >= 0 && event >= 0 && state >= 0 {
		add(timed(t), "", "connections_waiting_io", io)
	}
}

// timed returns the row that a figure of the whole table takes its time from.
func timed(t *table) int {
	if len(t.rows) > 0 {
		return 0
	}
	return -1
}

// isUtilization knows one row of counts, a column for each state, as count(*)
// FILTER (WHERE state = 'active') gives them, or max_conn, used.
func isUtilization(t *table) bool {
	return len(t.rows) == 1 && !t.has("pid", "state") &&
		(t.has("active") && t.has(append([]string{"idle", "total", "utilization_pct"}, idleInNames...)...) ||
			t.has("used", "total_connections", "current_connections") && t.has(maxConnNames...))
}

// readUtilization reads them. The total of pg_stat_activity counts the
// server's background processes, so that it is not the number of client
// connections: it goes under an instance of its own.
func readUtilization(t *table, add emit) {
	for _, f := range []struct {
		instance, metric string
		names            []string
	}{
		{loadtest.AllBackends, "connections", []string{"total", "used", "total_connections", "current_connections", "count", "connections"}},
		{"", "connections_active", []string{"active"}},
		{"", "connections_idle", []string{"idle"}},
		{"", "connections_idle_in_transaction", idleInNames},
		{"", "connections_waiting", []string{"waiting", "lock_waiting", "waiting_on_lock", "waiting_for_lock"}},
		{"", "connections_limit", maxConnNames},
	} {
		if c := t.column(f.names...); c >= 0 {
			add(0, f.instance, f.metric, number(t.cell(0, c)))
		}
	}
}

// isByDatabase knows connections counted by database, user or client.
func isByDatabase(t *table) bool {
	return len(t.columns) <= 4 && t.has("datname", "usename", "application_name", "client_addr") && t.has(countNames[:6]...) && !t.has("pid", "state")
}

// readByDatabase adds them up; a background process has no database.
func readByDatabase(t *table, add emit) {
	by, count := t.column("datname", "usename", "client_addr", "application_name"), t.column(countNames[:6]...)
	all := 0.0
	each := sums{}
	var order []string
	for i := range t.rows {
		name, n := t.cell(i, by), number(t.cell(i, count))
		if name == "" || math.IsNaN(n) {
			continue
		}
		if _, ok := each[name]; !ok {
			order = append(order, name)
		}
		each.add(name, n)
		all += n
	}
	if t.columns[by] == "datname" {
		add(timed(t), "", "connections", all)
		for _, name := range order {
			add(timed(t), name, "connections", each[name])
		}
		return
	}
	add(timed(t), loadtest.AllBackends, "connections", all)
}

// isAge knows the age of the oldest transaction.
func isAge(t *table) bool {
	return len(t.rows) <= 1 && !t.has("pid") && (t.has(ageNames...) || t.has("max") && strings.Contains(t.command, "xact_start"))
}

func readAge(t *table, add emit) {
	if len(t.rows) == 0 {
		return
	}
	c := t.column(append(ageNames[:len(ageNames):len(ageNames)], "max")...)
	v := duration(t.columns[c], t.cell(0, c))
	if t.cell(0, c) == "" {
		v = 0 // no transaction is open
	}
	add(0, "", "longest_transaction_seconds", v)
}

// isCommandCount knows a bare count, whose meaning only the command above it
// tells.
func isCommandCount(t *table) bool {
	return len(t.columns) == 1 && len(t.rows) == 1 && t.has("count") && commandCount(t.command) != ""
}

func commandCount(sql string) string {
	_, where, filtered := strings.Cut(sql, " where ")
	switch {
	case strings.Contains(sql, "pg_locks") && !strings.Contains(sql, "pg_stat_activity"):
		switch {
		case strings.Contains(where, "not granted"), strings.Contains(where, "granted = false"), strings.Contains(where, "granted is false"), strings.Contains(where, "granted = 'f'"), strings.Contains(where, "not l.granted"):
			return "lock_waits"
		case !filtered:
			return "locks"
		}
	case strings.Contains(sql, "pg_stat_activity") && !strings.Contains(sql, "pg_locks"):
		switch {
		case strings.Contains(where, "wait_event_type = 'lock'"), strings.Contains(where, "wait_event_type='lock'"):
			return "connections_waiting"
		case strings.Contains(where, "state = 'active'"), strings.Contains(where, "state='active'"):
			return "connections_active"
		case strings.Contains(where, "state = 'idle in transaction'"), strings.Contains(where, "state='idle in transaction'"):
			return "connections_idle_in_transaction"
		case strings.Contains(where, "state = 'idle'"), strings.Contains(where, "state='idle'"):
			return "connections_idle"
		case strings.Contains(where, "backend_type = 'client backend'"), strings.Contains(where, "backend_type='client backend'"):
			return "connections"
		case !filtered:
			return "all"
		}
	}
	return ""
}

func readCommandCount(t *table, add emit) {
	v := number(t.cell(0, 0))
	if m := commandCount(t.command); m != "all" {
		add(0, "", m, v)
		return
	}
	add(0, loadtest.AllBackends, "connections", v)
}
