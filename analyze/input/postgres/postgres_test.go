package postgres

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/analyze/input/internal/capture"
	"github.com/peakload/peakload/analyze/loadtest"
)

const (
	stamp   = "2026-11-23T18:40:18Z\n"
	stamp2  = "2026-11-23T18:40:20Z\n"
	stamp3  = "2026-11-23T18:40:22Z\n"
	show100 = " max_connections \n-----------------\n 100\n(1 row)\n\n"
)

// read returns the figures of a capture as lines "[instance ]metric value…",
// without up, and what was not understood.
func read(t *testing.T, text string) string {
	t.Helper()
	tracks, notes, err := capture.Read(strings.NewReader(text), "f", []capture.Parser{Parser()})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, tr := range tracks {
		if tr.Metric == "up" && tr.Value[0] == 1 {
			continue
		}
		if tr.Component != "database" || tr.Kind != "psql" {
			t.Errorf("%s %s", tr.Component, tr.Kind)
		}
		if tr.Instance != "" {
			fmt.Fprintf(&b, "[%s] ", tr.Instance)
		}
		b.WriteString(tr.Metric)
		for _, v := range tr.Value {
			fmt.Fprintf(&b, " %.10g", v)
		}
		b.WriteString("\n")
	}
	for _, n := range notes {
		fmt.Fprintf(&b, "%s %s\n", n.Code, n.Source)
	}
	return b.String()
}

func file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// trackLines prints tracks with their components, and what was not understood.
func trackLines(tracks []loadtest.Track, notes []loadtest.Note) string {
	var b strings.Builder
	for _, tr := range tracks {
		fmt.Fprintf(&b, "%s[%s] %s", tr.Component, tr.Instance, tr.Metric)
		for _, v := range tr.Value {
			fmt.Fprintf(&b, " %.10g", v)
		}
		b.WriteString("\n")
	}
	for _, n := range notes {
		fmt.Fprintf(&b, "%s %s\n", n.Code, n.Source)
	}
	return b.String()
}

// aligned1 prints a table as psql does with border 1.
func aligned1(header string, rows ...string) string {
	lines := [][]string{strings.Split(header, "|")}
	for _, r := range rows {
		lines = append(lines, strings.Split(r, "|"))
	}
	width := make([]int, len(lines[0]))
	for _, l := range lines {
		for i, c := range l {
			width[i] = max(width[i], len(c))
		}
	}
	var b strings.Builder
	for k, l := range lines {
		for i, c := range l {
			if i > 0 {
				b.WriteString("|")
			}
			fmt.Fprintf(&b, " %-*s ", width[i], c)
		}
		b.WriteString("\n")
		for i := range l {
			if k > 0 {
				break
			}
			if i > 0 {
				b.WriteString("+")
			}
			b.WriteString(strings.Repeat("-", width[i]+2))
		}
		if k == 0 {
			b.WriteString("\n")
		}
	}
	fmt.Fprintf(&b, "(%d rows)\n", len(rows))
	return b.String()
}

const states = `connections 11
connections_active 3
connections_idle 7
connections_idle_in_transaction 1
`

const locks = `lock_waits 2
locks 38
`

// The same answer in every form that psql prints it in.
func TestForms(t *testing.T) {
	for name, in := range map[string]string{
		"border 1": " state               | count \n---------------------+-------\n                     |     5\n active              |     3\n idle                |     7\n idle in transaction |     1\n(4 rows)\n",
		"border 0": "state                count \n------------------- -----\n                        5\nactive                  3\nidle                    7\nidle in transaction     1\n(4 rows)\n",
		"border 2": "+---------------------+-------+\n| state               | count |\n+---------------------+-------+\n|                     |     5 |\n| active              |     3 |\n| idle                |     7 |\n| idle in transaction |     1 |\n+---------------------+-------+\n(4 rows)\n",
		"unicode":  " state               │ count \n─────────────────────┼───────\n ∅                   │     5\n active              │     3\n idle                │     7\n idle in transaction │     1\n(4 rows)\n",
		"unicode border 2": "┌─────────────────────┬───────┐\n│ state               │ count │\n├─────────────────────┼───────┤\n│                     │     5 │\n" +
			"│ active              │     3 │\n│ idle                │     7 │\n│ idle in transaction │     1 │\n└─────────────────────┴───────┘\n(4 rows)\n",
		"unaligned":              "state|count\n|5\nactive|3\nidle|7\nidle in transaction|1\n(4 rows)\n",
		"unaligned tabs":         "state\tcount\n\t5\nactive\t3\nidle\t7\nidle in transaction\t1\n(4 rows)\n",
		"csv":                    "state,count\n,5\nactive,3\nidle,7\n\"idle in transaction\",1\n",
		"columns turned":         "count,state\n5,\n3,active\n7,idle\n1,idle in transaction\n",
		"no row count":           " state               | count \n---------------------+-------\n active              |     3\n idle                |     7\n idle in transaction |     1\n",
		"carriage returns":       " state               | count \r\n---------------------+-------\r\n active              |     3\r\n idle                |     7\r\n idle in transaction |     1\r\n(3 rows)\r\n",
		"expanded":               "-[ RECORD 1 ]-------------\nstate | \ncount | 5\n-[ RECORD 2 ]-------------\nstate | active\ncount | 3\n-[ RECORD 3 ]-------------\nstate | idle\ncount | 7\n-[ RECORD 4 ]-------------\nstate | idle in transaction\ncount | 1\n",
		"expanded border 2":      "+-[ RECORD 1 ]--------------+\n| state | active            |\n| count | 3                 |\n+-[ RECORD 2 ]--------------+\n| state | idle              |\n| count | 7                 |\n+-[ RECORD 3 ]--------------+\n| state | idle in transaction |\n| count | 1                 |\n+-------+-------------------+\n",
		"expanded border 0":      "* Record 1\nstate active\ncount 3\n* Record 2\nstate idle\ncount 7\n* Record 3\nstate idle in transaction\ncount 1\n",
		"expanded unaligned":     "state|active\ncount|3\n\nstate|idle\ncount|7\n\nstate|idle in transaction\ncount|1\n",
		"expanded unicode":       "─[ RECORD 1 ]─────────────\nstate │ active\ncount │ 3\n─[ RECORD 2 ]─────────────\nstate │ idle\ncount │ 7\n─[ RECORD 3 ]─────────────\nstate │ idle in transaction\ncount │ 1\n",
		"upper case, other name": " STATE               | connections \n---------------------+-------------\n active              |           3\n idle                |           7\n idle in transaction |           1\n",
	} {
		if diff := cmp.Diff(states, read(t, stamp+in)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	for name, in := range map[string]string{
		"border 1":           " waiting_locks | locks \n---------------+-------\n             2 |    38\n(1 row)\n",
		"border 0":           "waiting_locks locks \n------------- -----\n            2    38\n(1 row)\n",
		"unaligned":          "waiting_locks|locks\n2|38\n(1 row)\n",
		"csv":                "waiting_locks,locks\n2,38\n",
		"expanded":           "-[ RECORD 1 ]-+---\nwaiting_locks | 2\nlocks         | 38\n",
		"expanded unaligned": "waiting_locks|2\nlocks|38\n",
		"turned":             "locks,waiting_locks\n38,2\n",
	} {
		if diff := cmp.Diff(locks, read(t, stamp+in)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

func TestQueries(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"real: states", file(t, "states.txt"), "connections 13 13 13\nconnections_active 1 1 1\nconnections_idle 12 9 10\nconnections_idle_in_transaction 0 3 2\n"},
		{"real: utilization", file(t, "utilization.txt"), "[all backends] connections 18 18\nconnections_active 1 1\nconnections_idle 10 8\n"},
		{"utilization expanded", stamp + "-[ RECORD 1 ]---+-----\ntotal           | 13\nactive          | 1\nidle            | 7\nutilization_pct | 7.69\n",
			"[all backends] connections 13\nconnections_active 1\nconnections_idle 7\n"},
		{"utilization unaligned", stamp + "total|active|idle|utilization_pct\n13|1|7|7.69\n(1 row)\n", "[all backends] connections 13\nconnections_active 1\nconnections_idle 7\n"},
		{"utilization expanded unaligned", stamp + "total|13\nactive|1\nidle|7\nutilization_pct|7.69\n", "[all backends] connections 13\nconnections_active 1\nconnections_idle 7\n"},
		{"max_conn", stamp + aligned1("max_conn|used|res_for_super|res_for_normal", "100|13|3|84"),
			"[all backends] connections 13\nconnections_limit 100\n"},
		{"waits", stamp + " wait_event_type |  wait_event   | state  | count \n-----------------+---------------+--------+-------\n Client          | ClientRead    | idle   |     7\n Lock            | transactionid | active |     4\n Lock            | tuple         | active |     2\n                 |               | active |     1\n",
			"connections 14\nconnections_active 7\nconnections_idle 7\nconnections_idle_in_transaction 0\nconnections_waiting 6\nconnections_waiting_io 0\n"},
		{"waits for the disk", stamp + " wait_event_type | wait_event | state  | count \n-----------------+------------+--------+-------\n LWLock          | WALWrite   | active |    39\n IO              | WALSync    | active |     1\n IO              | WalSync    |        |     1\n                 |            | active |     1\n",
			"connections 41\nconnections_active 41\nconnections_idle 0\nconnections_idle_in_transaction 0\nconnections_waiting 0\nconnections_waiting_io 40\n"},
		{"waits without states", stamp + "wait_event_type,wait_event,count\nLock,tuple,4\nClient,ClientRead,9\n", "connections_waiting 4\n"},
		{"by database", stamp + " datname | count \n---------+-------\n         |     5\n muejam  |    12\n other   |     2\n",
			"connections 14\n[muejam] connections 12\n[other] connections 2\n"},
		{"own time", "ts,state,count\n2026-11-23 18:40:18.5+00,active,3\n", "connections 3\nconnections_active 3\nconnections_idle 0\nconnections_idle_in_transaction 0\ncapture_without_times f:1\n"},
		{"longest", stamp + " longest_transaction \n---------------------\n 00:01:02.5\n(1 row)\n", "longest_transaction_seconds 62.5\n"},
		{"none open", stamp + " longest_transaction \n---------------------\n \n(1 row)\n", "longest_transaction_seconds 0\n"},
		{"max by its command", stamp + "$ psql -c 'SELECT max(now() - xact_start) FROM pg_stat_activity'\n      max       \n----------------\n 1 day 00:00:01\n(1 row)\n", "longest_transaction_seconds 86401\n"},
		{"a max of no name", stamp + " max \n----------------\n 00:00:01\n(1 row)\n", "capture_not_understood f:2\n"},
		{"a count of no name", stamp + " count \n-------\n 13\n(1 row)\n", "capture_not_understood f:2\n"},
		{"a count by its command", stamp + "$ psql -c \"SELECT count(*) FROM pg_locks WHERE NOT granted\"\n count \n-------\n 4\n(1 row)\n", "lock_waits 4\n"},
		{"rows without names", stamp + "muejam|25|0\n\n 13\n", "capture_not_understood f:2\n"},
		{"rows that name themselves", stamp + " active | 3\n idle | 7\n", "connections_active 3\nconnections_idle 7\n"},
		{"modes", stamp + aligned1("mode|granted|count", "ShareLock|f|4", "RowExclusiveLock|t|30"), "lock_waits 4\nlocks 34\n"},
		{"only those not granted", stamp + aligned1("locktype|mode|granted", "tuple|ShareLock|f", "tuple|ShareLock|f"), "lock_waits 2\n"},
		{"none not granted", stamp + " locktype | mode | granted \n----------+------+---------\n(0 rows)\n", "lock_waits 0\n"},
		{"blocked", stamp + " pid | wait_event | waiting_s | blockers |    query     \n-----+------------+-----------+----------+--------------\n  17 | tuple      |       1.5 | {12}     | UPDATE x    +\n     |            |           |          | SET a = 1\n  18 | tuple      |      2.25 | {12,17}  | UPDATE x | y\n(2 rows)\n",
			"lock_wait_longest_seconds 2.25\n"},
		{"nobody blocked", stamp + " pid | wait_event | waiting_s | blockers | query \n-----+------------+-----------+----------+-------\n(0 rows)\n", "lock_wait_longest_seconds 0\n"},
		{"deadlocks", stamp + "datname,deadlocks,conflicts,blk_read_time\nmuejam,3,0,1500\n", "[muejam] conflicts_total 0\n[muejam] deadlocks_total 3\n[muejam] block_read_seconds_total 1.5\n"},
		{"all statements", stamp + aligned1("calls|total_exec_time", "100|2500.5"), "queries_total 100\nquery_seconds_total 2.5005\n"},
		{"mean of all", stamp + " mean_exec_time \n----------------\n 2.5\n", "query_latency_seconds 0.0025\n"},
		{"statements", stamp + "query|calls|mean_exec_time|max_exec_time\nSELECT 1|10|2.5|9\n\"UPDATE\"|4|1|2\n(2 rows)\n",
			"[SELECT 1] queries_total 10\n[SELECT 1] query_seconds_total 0.025\n[SELECT 1] query_latency_max_seconds 0.009\n[\"UPDATE\"] queries_total 4\n[\"UPDATE\"] query_seconds_total 0.004\n[\"UPDATE\"] query_latency_max_seconds 0.002\n"},
		{"statements over several lines of CSV", stamp + "query,calls,total_exec_time\n\"SELECT a,\n  b\",10,25\nx,1,1\n", "[SELECT a, b] queries_total 10\n[SELECT a, b] query_seconds_total 0.025\n[x] queries_total 1\n[x] query_seconds_total 0.001\n"},
		{"show", stamp + " max_connections \n-----------------\n 100\n(1 row)\n", "connections_limit 100\n"},
		{"show unaligned", stamp + "max_connections\n100\n(1 row)\n", "connections_limit 100\n"},
		{"settings", stamp + "name,setting,unit\nshared_buffers,16384,8kB\nmax_connections,100,\n", "connections_limit 100\n"},
		{"replication", stamp + " application_name | write_lag | replay_lag \n---+---+---\n", ""},
		{"replication lag", stamp + "application_name,write_lag,flush_lag,replay_lag\nr1,00:00:00.1,00:00:00.2,00:00:00.75\nr2,,,\n", "[r1] replication_lag_seconds 0.75\n[r2] replication_lag_seconds 0\n"},
		{"watch", "Mon 23 Nov 2026 06:40:18 PM UTC (every 2s)\n\n state  | count \n--------+-------\n active |     3\n(1 row)\n\n", "connections 3\nconnections_active 3\nconnections_idle 0\nconnections_idle_in_transaction 0\n"},
		{"down", stamp + "psql: error: connection to server at \"localhost\" (::1), port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n", "up 0\n"},
		{"too many clients", stamp + "psql: error: connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: FATAL:  sorry, too many clients already\n", "connections_refused_total 1\n"},
		{"an older psql, and one in German", stamp + "psql: FATAL:  sorry, too many clients already\n" + stamp2 + "psql: FEHLER:  tut mir leid, schon zu viele Verbindungen\n", "connections_refused_total 1 2\n"},
		{"refused between samples", stamp + show100 + stamp2 +
			"psql: error: connection to server at \"127.0.0.1\", port 55471 failed: FATAL:  remaining connection slots are reserved for non-replication superuser connections\n" +
			"psql: error: connection to server at \"127.0.0.1\", port 55471 failed: FATAL:  sorry, too many clients already\n" + stamp3 + show100,
			"connections_limit 100 100\nconnections_refused_total 0 2 2\n"},
		{"a pooler that is full", stamp + "psql: error: connection to server at \"127.0.0.1\", port 6432 failed: FATAL:  no more connections allowed (max_client_conn)\n", "connections_refused_total 1\n"},
		{"a role that is full", stamp + "psql: error: connection to server at \"db\" (10.0.0.2), port 5432 failed: FATAL:  too many connections for role \"app\"\n", "connections_refused_total 1\n"},
		{"never refused", stamp + show100 + stamp2 + show100, "connections_limit 100 100\n"},
		{"two addresses", stamp + "psql: error: connection to server at \"localhost\" (::1), port 1 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n" +
			"connection to server at \"localhost\" (127.0.0.1), port 1 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n", "up 0\n"},
		{"an older psql without a server", stamp + "psql: could not connect to server: Connection refused\n\tIs the server running on host \"localhost\" (127.0.0.1) and accepting\n\tTCP/IP connections on port 5432?\n", "up 0\n"},
		{"recovering", stamp + "psql: error: connection to server at \"db\" (10.0.0.2), port 5432 failed: FATAL:  the database system is in recovery mode\n", "up 0\n"},
		{"a wrong password says nothing of the server", stamp + "psql: error: connection to server at \"db\" (10.0.0.2), port 5432 failed: FATAL:  password authentication failed for user \"app\"\n", "capture_not_understood f:2\n"},
		{"words in a query", stamp + " query | count \n-------+-------\n FATAL:  sorry, too many clients already | 1\n", "capture_not_understood f:2\n"},
		{"watch with timing and a title", "Timing is on.\nNull display is \"∅\".\nStates\tMon Nov 23 18:40:18 2026 (every 1s)\n\n state  | count \n--------+-------\n ∅      |     5\n active |     6\n(2 rows)\n\nTime: 3.612 ms\n",
			"connections 6\nconnections_active 6\nconnections_idle 0\nconnections_idle_in_transaction 0\n"},
		{"watch, unaligned, in German", "Ausgabeformat ist »unaligned«.\nMo 23 Nov 2026 18:40:18 UTC (alle 2s)\n\nstate|count\nactive|6\n(1 Zeile)\nMo 23 Nov 2026 18:40:20 UTC (alle 2s)\n\nstate|count\nactive|7\n(1 Zeile)\n",
			"connections 6 7\nconnections_active 6 7\nconnections_idle 0 0\nconnections_idle_in_transaction 0 0\ncapture_not_understood f:1\n"},
		{"one column in German", stamp + " waiting_locks \n---------------\n             2\n(1 Zeile)\n", "lock_waits 2\n"},
		{"another table", stamp + " id | name \n----+------\n  1 | a\n", "capture_not_understood f:2\n"},
	} {
		if diff := cmp.Diff(c.want, read(t, c.in)); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
}

func TestDurations(t *testing.T) {
	for in, want := range map[string]float64{"00:00:01.5": 1.5, "-00:00:01": -1, "1 day 02:03:04": 86400 + 7384, "2 days": 172800, "@ 1 min 2.5 secs": 62.5, "100:00:00": 360000} {
		if got := interval(in); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
	for _, in := range []string{"", "x", "1 mon", "1 day x", "12", "00:00"} {
		if got := interval(in); !math.IsNaN(got) {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestSniff(t *testing.T) {
	for _, name := range []string{"states.txt", "utilization.txt", "locks.txt", "database.txt"} {
		if len(capture.Sniff([]byte(file(t, name)), []capture.Parser{Parser()})) == 0 {
			t.Errorf("%s is not known", name)
		}
	}
	for _, text := range []string{"", "hello", "# Notes\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", "timestamp,cpu,user\n1,2,3\n", "id,name\n1,a\n",
		"timestamp,group,procs,cpu_pct,rss_mb,pss_mb\n1795459220.82,app,1,0.5,13.0,8.2\n", "state,name\nOhio,x\n"} {
		if len(capture.Sniff([]byte(text), []capture.Parser{Parser()})) > 0 {
			t.Errorf("%q was taken for psql's", text)
		}
	}
}

// What is read are figures of the file: no panic, no figure from nothing, no
// figure that is no number.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"states.txt", "utilization.txt", "locks.txt", "database.txt"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add(stamp + "query,calls,total_exec_time\n\"SELECT a,\n  b\",10,25\n")
	f.Add(stamp + "┌──┬──┐\n│ state │ count │\n├──┼──┤\n│ active │ 3 │\n└──┴──┘\n")
	f.Add(stamp + show100 + stamp2 + "psql: error: connection to server at \"db\", port 5432 failed: FATAL:  sorry, too many clients already\n" + stamp3 + show100)
	f.Add(stamp + aligned1(poolsHead, poolsOwn, poolsApp) + "\n" + unaligned(databasesHead, databasesShop) + stamp2 + unaligned(statsHead, statsShop) + unaligned(configHead, "default_pool_size|3|20|yes"))
	f.Add("Tue 24 Nov 2026 11:15:00 AM UTC (every 2s)\n\n state | count \n-------+-------\n idle  |     1\n(1 row)\n\nTime: 1.2 ms\n")
	f.Add(stamp + "* Record 1\nstate active\ncount 3\n")
	f.Fuzz(func(t *testing.T, text string) {
		tracks, _, err := capture.Read(strings.NewReader(text), "f", []capture.Parser{Parser()})
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range tracks {
			for i, v := range tr.Value {
				if math.IsNaN(v) || math.IsInf(v, 0) || tr.Line[i] < 1 || tr.Line[i] > strings.Count(text, "\n")+1 || i > 0 && tr.Time[i] <= tr.Time[i-1] {
					t.Fatalf("%s %s: %v at line %d", tr.Instance, tr.Metric, v, tr.Line[i])
				}
			}
		}
		if !strings.ContainsAny(text, "0123456789") && len(tracks) > 0 {
			t.Fatalf("figures from a text without one: %v", tracks)
		}
	})
}
