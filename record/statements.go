package record

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// statements is what pg_stat_statements says of the database's queries. Its
// sums go back when entries are evicted or reset, so what is recorded is the
// sum of what they grew by.
type statements struct {
	column  string // of the time: its name changed with version 1.8
	own     []int64
	looks   int
	known   bool
	calls   float64
	ms      float64
	queries float64 // since the recording began
	seconds float64
}

// own marks the recorder's queries: a comment within one stays in the text
// that the extension keeps.
const own = "/* peakload */"

// ask adds the mean latency since the last sample.
func (t *statements) ask(ctx context.Context, conn *pgx.Conn, s *sheet) error {
	if t.column == "" {
		var modern bool
		err := conn.QueryRow(ctx, `SELECT `+own+` EXISTS (SELECT FROM pg_attribute
			WHERE attrelid = 'pg_stat_statements'::regclass AND attname = 'total_exec_time')`).Scan(&modern)
		if err != nil {
			return err
		}
		if t.column = "total_time"; modern {
			t.column = "total_exec_time"
		}
	}
	// An own query is listed only once it has run; a new connection's do not
	// change.
	if t.looks == 1 || t.looks%30 == 2 {
		if err := t.recognise(ctx, conn); err != nil {
			return err
		}
	}
	t.looks++
	var calls, ms float64
	// showtext = false leaves the file of texts unread.
	err := conn.QueryRow(ctx, `SELECT `+own+` coalesce(sum(calls), 0)::float8, coalesce(sum(`+t.column+`), 0)::float8
		FROM pg_stat_statements(false)
		WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND queryid IS NOT NULL AND queryid <> ALL ($1::bigint[])`, t.own).Scan(&calls, &ms)
	if err != nil {
		return err
	}
	grown, spent := calls-t.calls, (ms-t.ms)/1000
	fresh := t.known && grown >= 0 && spent >= 0
	t.calls, t.ms, t.known = calls, ms, true
	if !fresh {
		return nil
	}
	t.queries += grown
	t.seconds += spent
	s.add("queries_total", t.queries)
	s.add("query_seconds_total", t.seconds)
	if grown > 0 {
		s.add("query_latency_seconds", spent/grown)
	}
	return nil
}

// recognise finds the recorder's own queries. When some are found for the
// first time, the sums begin anew.
func (t *statements) recognise(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT `+own+` queryid FROM pg_stat_statements
		WHERE queryid IS NOT NULL AND query LIKE '%`+own+`%'`)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	if len(ids) != len(t.own) {
		t.known = false
	}
	t.own = ids
	return nil
}
