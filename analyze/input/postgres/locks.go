package postgres

import (
	"math"
	"strings"
)

// isLockCounts knows counts of waiting locks in one row:
// SELECT count(*) FILTER (WHERE NOT granted) AS waiting_locks, count(*) AS locks.
func isLockCounts(t *table) bool {
	return len(t.rows) == 1 && !t.has("pid", "state", "active", "query", "mode", "locktype", "datname") && t.has(waitingNames...) &&
		(len(t.columns) == 1 || t.has("locks", "total", "count", "granted", "deadlocks", "total_locks", "now", "ts", "time", "timestamp"))
}

func readLockCounts(t *table, add emit) {
	add(0, "", "lock_waits", number(t.cell(0, t.column(waitingNames...))))
	if c := t.column("locks", "total_locks", "total", "count"); c >= 0 {
		add(0, "", "locks", number(t.cell(0, c)))
	}
	if c := t.column("deadlocks"); c >= 0 {
		add(0, "", "deadlocks_total", number(t.cell(0, c)))
	}
}

// isLocks knows rows of pg_locks, or its rows counted by mode and granted.
func isLocks(t *table) bool {
	return t.has("granted") && t.has("mode", "locktype", "count") || t.has("mode") && t.has("locktype", "count") && !t.has("state")
}

// readLocks counts those that are waited for. Rows of single locks tell how
// many there are in all only where some are granted: else WHERE NOT granted
// may have left those out.
func readLocks(t *table, add emit) {
	granted, count := t.column("granted"), t.column("count", "locks", "n")
	var waiting, all float64
	held := false
	for i := range t.rows {
		n := 1.0
		if count >= 0 {
			n = number(t.cell(i, count))
		}
		if math.IsNaN(n) {
			continue
		}
		all += n
		switch strings.ToLower(t.cell(i, granted)) {
		case "f", "false":
			waiting += n
		case "t", "true":
			held = true
		}
	}
	if granted >= 0 {
		add(timed(t), "", "lock_waits", waiting)
	}
	if held || granted < 0 && count >= 0 {
		add(timed(t), "", "locks", all)
	}
}

// isBlocked knows the list of sessions that wait for a lock, and how long:
// pid, wait_event, waiting_s, blockers, query.
func isBlocked(t *table) bool {
	return t.has("pid", "blocked_pid", "waiting_pid") && t.has(waitingForNames...) && (t.has(blockerNames...) || t.has("wait_event", "wait_event_type")) ||
		t.has(blockerNames...) && t.has("pid", "blocked_pid", "waiting_pid")
}

// readBlocked takes the longest wait. How many wait is not told: such lists
// are cut (LIMIT).
func readBlocked(t *table, add emit) {
	c := t.column(waitingForNames...)
	if c < 0 {
		return
	}
	longest := 0.0
	for i := range t.rows {
		v := duration(t.columns[c], t.cell(i, c))
		if math.IsNaN(v) {
			return
		}
		longest = math.Max(longest, v)
	}
	add(timed(t), "", "lock_wait_longest_seconds", longest)
}
