package record

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// applicationName is what the recorder's own connection is called in
// pg_stat_activity.
const applicationName = "peakload"

// Postgres samples a Postgres server by one connection of its own, which is
// not counted. The URL, or connection string, is libpq's, and so are the
// environment variables that complete it (PGPASSWORD, PGPASSFILE, PGSSLMODE).
func Postgres(name, component, instance, url string) (Target, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return Target{}, errors.New("not a URL or connection string of Postgres: " + reason(err))
	}
	config.RuntimeParams["application_name"] = applicationName
	// The extended protocol's preparation would be a statement of its own in
	// the statistics, and breaks behind connection poolers.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	return Target{Name: name, Component: component, Instance: instance, Service: true,
		Sampler: &postgres{config: config, component: component, instance: instance}}, nil
}

type postgres struct {
	config              *pgx.ConnConfig
	component, instance string

	refused float64 // connections, for want of room
	begun   bool    // a first count of them was given

	conn       *pgx.Conn
	version    int
	statements *statements // nil: the extension is not there
}

// Close ends the connection.
func (p *postgres) Close() error {
	if p.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn := p.conn
	p.conn = nil
	return conn.Close(ctx)
}

// Sample asks the server; a lost connection is opened again. One that is
// refused for want of room is a reading: the server is there, and full.
func (p *postgres) Sample(ctx context.Context) ([]Reading, error) {
	s := &sheet{component: p.component, instance: p.instance}
	if err := p.connect(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err() // a connection that was cut short is only called closed
		}
		said := (*pgconn.PgError)(nil)
		switch {
		case errors.As(err, &said) && full(said):
			p.refused++
			p.begun = true
			s.add("connections_refused_total", p.refused)
			return s.readings, &Doubt{"it refuses connections for want of room: " + said.Message}
		case errors.As(err, &said) && !strings.HasPrefix(said.Code, "57"): // operator intervention: it starts, stops or recovers
			return nil, &Unusable{inWords(err)}
		}
		return nil, inWords(err)
	}
	if !p.begun || p.refused > 0 {
		p.begun = true
		s.add("connections_refused_total", p.refused)
	}
	doubt, err := p.ask(ctx, s)
	if err != nil {
		p.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, inWords(err)
	}
	return s.readings, doubt
}

// full reports that a server, or the pooler before it, has no room for another
// connection: SQLSTATE 53300, too_many_connections, which PgBouncer gives since
// 1.23 only.
func full(err *pgconn.PgError) bool {
	return err.Code == "53300" || strings.Contains(err.Message, "no more connections allowed")
}

func (p *postgres) connect(ctx context.Context) error {
	if p.conn != nil && !p.conn.IsClosed() {
		return nil
	}
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return err
	}
	p.conn = conn
	var installed bool
	// Where it is allowed, the recorder's own queries stay out of the
	// statistics. A refused SET leaves the connection as it was.
	conn.Exec(ctx, "SET pg_stat_statements.track = 'none'")
	err = conn.QueryRow(ctx, `SELECT `+own+` current_setting('server_version_num')::int,
		EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')`).Scan(&p.version, &installed)
	if err != nil {
		p.Close()
		return err
	}
	switch {
	case !installed:
		p.statements = nil
	case p.statements == nil:
		p.statements = &statements{own: []int64{}} // a nil list is NULL, which no query differs from
	}
	return nil
}

// serverQuery gives in one row what the server's views say now. Client
// backends alone count, and not the recorder's. Without the role pg_monitor
// the states of other users' sessions are NULL; their number is not.
//
// The clock is the server's: pg_locks.waitstart is there from version 14.
const serverQuery = `
WITH clients AS (
	SELECT state, wait_event_type, xact_start, query_start, state_change
	FROM pg_stat_activity
	WHERE pid <> pg_backend_pid() AND datid IS NOT NULL
	AND coalesce(backend_type, 'client backend') = 'client backend'
), waits AS (
	SELECT count(*) AS n, %s AS longest FROM pg_locks l WHERE NOT granted
)
SELECT ` + own + ` count(*)::float8,
	count(*) FILTER (WHERE state IS NULL)::float8,
	count(*) FILTER (WHERE state = 'active')::float8,
	count(*) FILTER (WHERE state = 'idle')::float8,
	count(*) FILTER (WHERE state LIKE 'idle in transaction%%')::float8,
	count(*) FILTER (WHERE wait_event_type = 'Lock')::float8,
	extract(epoch FROM clock_timestamp() - min(xact_start))::float8,
	current_setting('max_connections')::float8,
	(SELECT n FROM waits)::float8,
	(SELECT longest FROM waits)::float8,
	(SELECT count(*) FROM pg_locks WHERE pid IS DISTINCT FROM pg_backend_pid())::float8,
	extract(epoch FROM pg_postmaster_start_time())::float8
FROM clients`

const (
	longestWait = `extract(epoch FROM clock_timestamp() - min(waitstart))`
	// Before version 14 a waiting session's query has waited for at most as
	// long as it has run.
	longestWaitOld = `extract(epoch FROM clock_timestamp() - (SELECT min(query_start) FROM clients WHERE wait_event_type = 'Lock'))`
)

// databaseQuery gives the counters of the database that is connected to.
const databaseQuery = `
SELECT ` + own + ` xact_commit::float8, xact_rollback::float8, blks_read::float8, blks_hit::float8, tup_returned::float8,
	tup_fetched::float8, deadlocks::float8, conflicts::float8, temp_files::float8
FROM pg_stat_database WHERE datname = current_database()`

// ask adds one sample. The first error is a doubt, the second a connection
// that is of no more use.
func (p *postgres) ask(ctx context.Context, s *sheet) (doubt, err error) {
	longest := longestWait
	if p.version < 140000 {
		longest = longestWaitOld
	}
	var connections, hidden, active, idle, inTransaction, waiting, limit, lockWaits, locks, started float64
	var transaction, wait *float64
	err = p.conn.QueryRow(ctx, fmt.Sprintf(serverQuery, longest)).Scan(&connections, &hidden, &active, &idle, &inTransaction,
		&waiting, &transaction, &limit, &lockWaits, &wait, &locks, &started)
	if err != nil {
		return nil, err
	}
	s.add("connections", connections)
	if hidden == 0 {
		s.add("connections_active", active)
		s.add("connections_idle", idle)
		s.add("connections_idle_in_transaction", inTransaction)
		s.add("connections_waiting", waiting)
		s.add("longest_transaction_seconds", orZero(transaction))
	} else {
		doubt = &Doubt{"the states of other users' connections are hidden from this user: GRANT pg_monitor TO it"}
	}
	s.add("connections_limit", limit)
	s.add("lock_waits", lockWaits)
	s.add("lock_wait_longest_seconds", max(0, orZero(wait)))
	s.add("locks", locks)
	s.add("start_time_seconds", started)

	counters := []string{"commits_total", "rollbacks_total", "blocks_read_total", "blocks_hit_total", "rows_returned_total",
		"rows_fetched_total", "deadlocks_total", "conflicts_total", "temp_files_total"}
	values := make([]float64, len(counters))
	into := make([]any, len(counters))
	for i := range values {
		into[i] = &values[i]
	}
	if err := p.conn.QueryRow(ctx, databaseQuery).Scan(into...); err != nil {
		return nil, err
	}
	for i, c := range counters {
		s.add(c, values[i])
	}
	if p.statements != nil {
		err := p.statements.ask(ctx, p.conn, s)
		if err == nil {
			return doubt, nil
		}
		if p.conn.IsClosed() || ctx.Err() != nil {
			return nil, err
		}
		p.statements = nil
		doubt = &Doubt{"pg_stat_statements cannot be read, so a SELECT 1 is timed instead: " + reason(err)}
	}
	// One round trip and the least of queries: what it waits for, all do.
	begin := time.Now()
	if _, err := p.conn.Exec(ctx, "SELECT 1"); err != nil {
		return nil, err
	}
	s.of(join(p.instance, "SELECT 1"), "query_latency_seconds", time.Since(begin).Seconds())
	return doubt, nil
}

// orZero is the age of the oldest of none.
func orZero(x *float64) float64 {
	if x == nil {
		return 0
	}
	return *x
}

// join names an instance within an instance.
func join(outer, inner string) string {
	switch {
	case outer == "":
		return inner
	case inner == "":
		return outer
	}
	return outer + " " + inner
}
