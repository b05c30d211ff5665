package prometheus

import (
	"slices"
	"strings"
	"testing"
)

// The pools of common libraries, as their exporters name them.
func TestPoolsOfLibraries(t *testing.T) {
	for _, c := range []struct{ name, labels, want string }{
		{"hikaricp_connections_active", `pool="HikariPool-1"`, "pool_in_use"},
		{"hikaricp_connections_pending", `pool="HikariPool-1"`, "pool_waiting"},
		{"hikaricp_connections_max", `pool="HikariPool-1"`, "pool_limit"},
		{"hikaricp_active_connections", `pool="a"`, "pool_in_use"},
		{"hikaricp_pending_threads", `pool="a"`, "pool_waiting"},
		{"hikaricp_max_connections", `pool="a"`, "pool_limit"},
		{"go_sql_in_use_connections", `db_name="shop"`, "pool_in_use"},
		{"go_sql_idle_connections", `db_name="shop"`, "pool_idle"},
		{"go_sql_max_open_connections", `db_name="shop"`, "pool_limit"},
		{"go_sql_stats_connections_in_use", `db_name="shop"`, "pool_in_use"},
		{"go_sql_stats_connections_max_open", `db_name="shop"`, "pool_limit"},
		{"sqlalchemy_pool_checked_out", "", "pool_in_use"},
		{"sqlalchemy_pool_checked_in", "", "pool_idle"},
		{"sqlalchemy_pool_size", "", "pool_limit"},
		{"pgxpool_acquired_conns", "", "pool_in_use"},
		{"pgxpool_max_conns", "", "pool_limit"},
		{"pgxpool_idle_conns", "", "pool_idle"},
		{"pgbouncer_pools_client_waiting_connections", `database="shop"`, "pool_waiting"},
		{"pgbouncer_pools_server_active_connections", `database="shop"`, "pool_in_use"},
		{"pgbouncer_databases_pool_size", `database="shop"`, "pool_limit"},
	} {
		labels := ""
		if c.labels != "" {
			labels = "{" + c.labels + "}"
		}
		got := readText(t, "2026-11-23T18:40:20Z\n# TYPE "+c.name+" gauge\n"+c.name+labels+" 7\n")
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "app|") && strings.Contains(s, "|"+c.want+" [7]") }) {
			t.Errorf("%s: %q, want %s", c.name, got, c.want)
		}
	}
}
