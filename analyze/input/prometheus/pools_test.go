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

// Every user of a PgBouncer's database has a pool of its own.
func TestPoolOfEachUser(t *testing.T) {
	got := readText(t, `2026-11-23T18:40:20Z
pgbouncer_databases_pool_size{database="shop_v2",force_user="",host="127.0.0.1",name="shop",pool_mode="",port="5432"} 20
pgbouncer_databases_pool_size{database="pgbouncer",force_user="pgbouncer",host="",name="pgbouncer",pool_mode="statement",port="6432"} 2
pgbouncer_pools_server_active_connections{database="shop",user="app"} 20
pgbouncer_pools_server_active_connections{database="shop",user="jobs"} 5
pgbouncer_pools_server_active_connections{database="pgbouncer",user="pgbouncer"} 0
pgbouncer_pools_client_maxwait_seconds{database="shop",user="app"} 1.5
`)
	want := []string{
		"app|shop/app|pool_limit [20]", "app|shop/jobs|pool_limit [20]", "app|shop/app|pool_in_use [20]", "app|shop/jobs|pool_in_use [5]",
		"app|shop/app|pool_wait_longest_seconds [1.5]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}
