package postgres

import (
	"math"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// PgBouncer answers SHOW commands in psql as a database would. Its pool stands
// for the application's own: it is what requests wait for. Each pair of
// database and user has a pool of its own, of the size that the database has
// (SHOW DATABASES) or of default_pool_size (SHOW CONFIG).
const (
	pooled = "app"
	pooler = "pgbouncer" // clients of its own, and its name for its own console
)

// poolColumns are those of SHOW POOLS, STATS, CONFIG and LISTS, which tell
// output of \x without a line for each record.
var poolColumns = []string{"database", "user", "cl_active", "cl_waiting", "cl_active_cancel_req", "cl_waiting_cancel_req", "cl_cancel_req",
	"sv_active", "sv_active_cancel", "sv_being_canceled", "sv_idle", "sv_used", "sv_tested", "sv_login", "maxwait", "maxwait_us", "pool_mode",
	"load_balance_hosts", "pool_size",
	"total_xact_count", "total_query_count", "total_received", "total_sent", "total_xact_time", "total_query_time", "total_wait_time", "total_requests",
	"total_server_assignment_count", "avg_xact_count", "avg_query_count", "avg_recv", "avg_sent", "avg_xact_time", "avg_query_time", "avg_wait_time",
	"avg_server_assignment_count", "avg_req", "key", "value", "default", "changeable", "list", "items",
	"host", "port", "force_user", "min_pool_size", "reserve_pool", "max_connections", "current_connections", "paused", "disabled"}

func isPools(t *table) bool {
	return t.has("database") && t.has("user") && t.has("cl_active") && t.has("cl_waiting") && t.has("sv_active")
}

func isPoolStats(t *table) bool {
	return t.has("database") && t.has("total_query_time") && t.has("total_query_count", "total_requests")
}

func isPoolSizes(t *table) bool {
	return t.has("name") && t.has("pool_size") && t.has("current_connections", "pool_mode")
}

func isPoolConfig(t *table) bool {
	return t.has("key") && t.has("value") && t.has("changeable")
}

// isPoolOther knows PgBouncer's answers that hold no figure of ours.
func isPoolOther(t *table) bool {
	return len(t.columns) == 2 && t.has("list") && t.has("items") || t.has("type") && t.has("user") && t.has("request_time") ||
		t.has("database") && t.has("avg_query_time") && t.has("avg_xact_time", "avg_query")
}

// A pooling is what a capture has told of PgBouncer's sizes.
type pooling struct {
	size    map[string]float64 // by database; of all of its users' pools each
	most    map[string]float64 // by database: connections that they may have together
	usual   float64            // default_pool_size; NaN unknown
	clients float64            // max_client_conn; NaN unknown
}

// learn takes the sizes of a table, if it has any.
func (p *pooling) learn(t *table) {
	if p.size == nil {
		*p = pooling{map[string]float64{}, map[string]float64{}, math.NaN(), math.NaN()}
	}
	switch {
	case isPoolSizes(t):
		for i := range t.rows {
			name := t.cell(i, t.column("name"))
			if len(p.size) < 1<<12 {
				p.size[name], p.most[name] = number(t.cell(i, t.column("pool_size"))), number(t.cell(i, t.column("max_connections")))
			}
		}
	case isPoolConfig(t):
		for i := range t.rows {
			v := number(t.cell(i, t.column("value")))
			switch t.cell(i, t.column("key")) {
			case "default_pool_size":
				p.usual = v
			case "max_client_conn":
				p.clients = v
			}
		}
	}
}

// limit returns how many connections a pool of a database may have; NaN
// unknown. What the database's pools may have together limits each of them.
func (p *pooling) limit(name string) float64 {
	n, ok := p.size[name]
	if !ok {
		n = p.usual
	}
	if most := p.most[name]; most > 0 {
		n = math.Min(n, most)
	}
	return n
}

// give adds the figures of SHOW POOLS and SHOW STATS.
func (p *pooling) give(t *table, add func(row int, r capture.Reading)) {
	switch {
	case isPools(t):
		p.givePools(t, add)
	case isPoolStats(t):
		givePoolStats(t, add)
	}
}

func (p *pooling) givePools(t *table, add func(row int, r capture.Reading)) {
	clients := 0.0
	for i := range t.rows {
		of := func(names ...string) (sum float64) {
			for _, name := range names {
				if c := t.column(name); c >= 0 {
					sum += number(t.cell(i, c))
				}
			}
			return sum
		}
		clients += of("cl_active", "cl_waiting")
		name := t.cell(i, t.column("database"))
		if name == pooler {
			continue
		}
		instance := name + "/" + t.cell(i, t.column("user"))
		give := func(metric string, v float64) {
			add(i, capture.Reading{Component: pooled, Instance: instance, Metric: metric, Value: v})
		}
		// A server connection that logs in or is being cancelled is no one's to use.
		give("pool_in_use", of("sv_active", "sv_active_cancel", "sv_being_canceled", "sv_login", "sv_tested"))
		give("pool_idle", of("sv_idle", "sv_used"))
		give("pool_waiting", of("cl_waiting"))
		if t.has("maxwait") {
			give("pool_wait_longest_seconds", of("maxwait")+of("maxwait_us")/1e6)
		}
		if n := p.limit(name); n > 0 {
			give("pool_limit", n)
		}
	}
	if len(t.rows) > 0 {
		add(0, capture.Reading{Component: pooler, Metric: "connections", Value: clients})
		if p.clients > 0 {
			add(0, capture.Reading{Component: pooler, Metric: "connections_limit", Value: p.clients})
		}
	}
}

// givePoolStats reads SHOW STATS, whose times are in µs. What a query took as
// the pooler saw it is the database's latency and that of the network between.
func givePoolStats(t *table, add func(row int, r capture.Reading)) {
	for i := range t.rows {
		name := t.cell(i, t.column("database"))
		if name == pooler {
			continue
		}
		for _, f := range []struct {
			component, metric string
			scale             float64
			columns           []string
		}{
			{component, "queries_total", 1, []string{"total_query_count", "total_requests"}},
			{component, "query_seconds_total", 1e-6, []string{"total_query_time"}},
			{pooled, "pool_wait_seconds_total", 1e-6, []string{"total_wait_time"}},
		} {
			if c := t.column(f.columns...); c >= 0 {
				add(i, capture.Reading{Component: f.component, Instance: name, Metric: f.metric, Value: number(t.cell(i, c)) * f.scale})
			}
		}
	}
}
