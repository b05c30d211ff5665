package postgres

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// The answers of PgBouncer 1.18 as psql prints them.
const (
	poolsHead     = "database|user|cl_active|cl_waiting|cl_active_cancel_req|cl_waiting_cancel_req|sv_active|sv_active_cancel|sv_being_canceled|sv_idle|sv_used|sv_tested|sv_login|maxwait|maxwait_us|pool_mode"
	poolsOwn      = "pgbouncer|pgbouncer|1|0|0|0|0|0|0|0|0|0|0|0|0|statement"
	poolsApp      = "shop|app|2|1|0|0|2|0|0|0|1|0|0|1|965862|session"
	poolsApp2     = "shop|app2|1|0|0|0|1|0|0|3|0|0|0|0|0|session"
	databasesHead = "name|host|port|database|force_user|pool_size|min_pool_size|reserve_pool|pool_mode|max_connections|current_connections|paused|disabled"
	databasesShop = "shop|127.0.0.1|55471|shop||2|0|0||0|3|0|0"
	statsHead     = "database|total_xact_count|total_query_count|total_received|total_sent|total_xact_time|total_query_time|total_wait_time|avg_xact_count|avg_query_count|avg_recv|avg_sent|avg_xact_time|avg_query_time|avg_wait_time"
	statsShop     = "shop|4|4|75|126|0|2500000|11611|0|0|14|24|0|0|2260"
	configHead    = "key|value|default|changeable"
)

func unaligned(lines ...string) string { return strings.Join(lines, "\n") + "\n(1 row)\n" }

func bouncer(t *testing.T, text string) string {
	t.Helper()
	tracks, notes, err := capture.Read(strings.NewReader(text), "f", []capture.Parser{Parser()})
	if err != nil {
		t.Fatal(err)
	}
	return trackLines(tracks, notes)
}

func TestPgBouncer(t *testing.T) {
	pools := `app[shop/app] pool_in_use 2
app[shop/app] pool_idle 1
app[shop/app] pool_waiting 1
app[shop/app] pool_wait_longest_seconds 1.965862
app[shop/app2] pool_in_use 1
app[shop/app2] pool_idle 3
app[shop/app2] pool_waiting 0
app[shop/app2] pool_wait_longest_seconds 0
pgbouncer[] connections 5
`
	expanded := func(border bool, rows ...string) string {
		var b strings.Builder
		columns := strings.Split(poolsHead, "|")
		for k, row := range rows {
			if border {
				b.WriteString("-[ RECORD " + string(rune('1'+k)) + " ]---------+----------\n")
			}
			for i, cell := range strings.Split(row, "|") {
				if border {
					b.WriteString(columns[i] + strings.Repeat(" ", 22-len(columns[i])) + "| " + cell + "\n")
				} else {
					b.WriteString(columns[i] + "|" + cell + "\n")
				}
			}
			if !border {
				b.WriteString("\n")
			}
		}
		return b.String()
	}
	for _, c := range []struct{ name, in, want string }{
		{"aligned", stamp + aligned1(poolsHead, poolsOwn, poolsApp, poolsApp2), pools},
		{"unaligned", stamp + unaligned(poolsHead, poolsOwn, poolsApp, poolsApp2), pools},
		{"csv", stamp + strings.ReplaceAll(poolsHead+"\n"+poolsOwn+"\n"+poolsApp+"\n"+poolsApp2+"\n", "|", ","), pools},
		{"expanded", stamp + expanded(true, poolsOwn, poolsApp, poolsApp2), pools},
		{"expanded unaligned", stamp + expanded(false, poolsOwn, poolsApp, poolsApp2), pools},
		{"stats", stamp + aligned1(statsHead, statsShop), "database[shop] queries_total 4\ndatabase[shop] query_seconds_total 2.5\napp[shop] pool_wait_seconds_total 0.011611\n"},
		{"lists have no figure of ours", stamp + aligned1("list|items", "databases|3", "used_clients|5"), ""},
		{"lists, unaligned", stamp + unaligned("list|items", "databases|3", "used_clients|5"), ""},
		{"sizes once, below the pools", stamp + aligned1(poolsHead, poolsApp2) + "\n" + aligned1(databasesHead, databasesShop) + "\n" + unaligned(configHead, "default_pool_size|3|20|yes", "max_client_conn|6|100|yes") +
			stamp2 + aligned1(poolsHead, poolsApp2, "other|app|1|0|0|0|0|0|0|0|0|0|0|0|0|session"),
			`app[shop/app2] pool_in_use 1 1
app[shop/app2] pool_idle 3 3
app[shop/app2] pool_waiting 0 0
app[shop/app2] pool_wait_longest_seconds 0 0
app[shop/app2] pool_limit 2 2
pgbouncer[] connections 1 2
pgbouncer[] connections_limit 6 6
app[other/app] pool_in_use 0
app[other/app] pool_idle 0
app[other/app] pool_waiting 0
app[other/app] pool_wait_longest_seconds 0
app[other/app] pool_limit 3
`},
		{"fewer for all users together", stamp + aligned1(databasesHead, "shop|127.0.0.1|55471|shop||20|0|0||5|3|0|0") + "\n" + aligned1(poolsHead, "shop|a|0|0|0|0|0|0|0|0|0|0|0|0|0|session"),
			"app[shop/a] pool_in_use 0\napp[shop/a] pool_idle 0\napp[shop/a] pool_waiting 0\napp[shop/a] pool_wait_longest_seconds 0\napp[shop/a] pool_limit 5\npgbouncer[] connections 0\n"},
	} {
		if diff := cmp.Diff(c.want, bouncer(t, c.in)); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
		if len(capture.Sniff([]byte(c.in), []capture.Parser{Parser()})) == 0 {
			t.Errorf("%s is not known", c.name)
		}
	}
}
