package prometheus

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestGrafana(t *testing.T) {
	for _, c := range []struct {
		name, file, in string
		columns        []Column
		want           []string
		notes          int
	}{
		{"series joined by time, for Excel", "Database-data-as-joinbyfield-2026-11-24 11_20_05.csv",
			"sep=,\r\n\"Time\",\"active connections\",\"CPU %\",\"Waiting locks\"\r\n1795459218000,12,45.2,0\r\n1795459220000,13,,3\r\n", nil,
			[]string{"database||connections_active [12 13]", "database||cpu_cores [0.452]", "database||lock_waits [0 3]"}, 0},
		{"units in cells", "Memory-data-2026-11-24 11_20_05.csv",
			"\"Time\",\"Redis memory\",\"p95 latency\",\"Cache hit rate\",\"Network in\",\"Requests\"\n2026-11-24 11:15:00,1.2 GiB,12 ms,98.5%,1.5 MB/s,120 req/s\n2026-11-24 11:15:05,900 MiB,1.50 s,100%,0 B/s,1.20 K req/s\n", nil,
			[]string{"cache|local|memory_bytes [1.28849e+09 9.43718e+08]", "app|local|latency_p95_seconds [0.012 1.5]", "cache|local|hit_ratio [0.985 1]",
				"host|local|network_received_bytes_per_second [1.5e+06 0]", "app|local|requests_per_second [120 1200]"}, 0},
		{"columns are processes, the panel says what of", "CPU usage-data-as-joinbyfield-2026-11-24 11_20_05.csv",
			"Time,postgres,gunicorn\n2026-11-24T11:15:00.000Z,45%,90%\n2026-11-24T11:15:05.000Z,50%,150%\n", nil,
			[]string{"database||cpu_cores [0.45 0.5]", "app||cpu_cores [0.9 1.5]"}, 0},
		{"families with labels", "x.csv",
			"Time,\"pg_stat_activity_count{datname=\"\"shop\"\", instance=\"\"db:9187\"\", state=\"\"active\"\"}\",\"{__name__=\"\"pool_in_use\"\"}\"\n1795459218000,12,3\n", nil,
			[]string{"database|db:9187|connections_active [12]", "app||pool_in_use [3]"}, 0},
		{"what nobody knows is kept", "Shop.csv", "Time,Basket value,Orders\n1795459218000,12.5,7\n", nil,
			[]string{"other||basket_value [12.5]", "other||orders [7]"}, 0},
		{"stated", "Shop.csv", "Time,Basket value,Orders,Pool\n1795459218000,12.5,7,80%\n",
			[]Column{{Name: "basket value", Component: "payments", Metric: "baskets", Scale: 10}, {Name: "Orders"}, {Name: "Pool", Metric: "pool_use_ratio", Scale: .01}},
			[]string{"payments||baskets [125]", "app||pool_use_ratio [0.8]"}, 0},
		{"one series", "DB pool waiting-data-2026-11-24 11_20_05.csv", "\"Time\",\"Value\"\n1795459218000,4\n", nil, []string{"app||pool_waiting [4]"}, 0},
		{"semicolons and decimal commas", "x.csv", "sep=;\nTime;CPU iowait\n2026-11-24 11:15:00;12,5%\n2026-11-24 11:15:05;0%\n", nil, []string{"host|local|cpu_iowait_ratio [0.125 0]"}, 0},
		{"series as rows", "x.csv", "Series;Time;Value\nactive connections;2026-11-24T11:15:00+00:00;12\nidle connections;2026-11-24T11:15:00+00:00;5\n", nil,
			[]string{"database||connections_active [12]", "database||connections_idle [5]"}, 0},
		{"cells that are none", "x.csv", "Time,active connections\n1795459218000,12\n1795459220000,many\nyesterday,12\n1795459222000,null\n1795459224000,3 apples\n", nil,
			[]string{"database||connections_active [12]"}, 1},
		{"units that change", "x.csv", "Time,Redis memory\n1795459218000,1 GiB\n1795459220000,12 ms\n1795459222000,0\n", nil, []string{"cache||memory_bytes [1.07374e+09 0]"}, 1},
	} {
		if !SniffGrafana([]byte(c.in)) {
			t.Errorf("%s: not known", c.name)
		}
		tracks, notes, err := ReadGrafana(strings.NewReader(c.in), "dir/"+c.file, c.columns)
		if err != nil || len(notes) != c.notes {
			t.Errorf("%s: %v %v", c.name, err, notes)
		}
		for i := range tracks {
			if tracks[i].Local {
				tracks[i].Instance = strings.TrimSpace(tracks[i].Instance + " local")
			}
		}
		if got := describe(tracks); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
	for _, text := range []string{"", "Time\n1\n", "Timestamp,User Count,Type,Name\n1795459218,5,GET,/\n", "Time,Name\n1795459218,abc\n", "id,x\n1,2\n", "Timestamp,Component,Metric,Value\n1795459218,a,b,1\n",
		"Time,x\nsoon,2\n", "| Time | x |\n| 1795459218 | 2 |\n"} {
		if SniffGrafana([]byte(text)) {
			t.Errorf("%q was taken for a panel's", text)
		}
	}
}

// As many digits as a cell shows are known.
func TestGrafanaSteps(t *testing.T) {
	for text, want := range map[string]panelCell{
		"1.2 GiB": {1.2 * (1 << 30), .1 * (1 << 30), "bytes", false}, "45.25%": {45.25, .01, "percent", false}, "12": {12, 0, "", false},
		"1,234 ms": {1.234, .001, "seconds", false}, "0.5": {.5, 0, "", false},
	} {
		if got, ok := cellOf(text, false); !ok || math.Abs(got.value-want.value) > 1e-9*math.Abs(want.value) || math.Abs(got.step-want.step) > 1e-9*want.step || got.unit != want.unit {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

// Whatever a table holds, figures are figures of its lines, in order of time.
func FuzzGrafana(f *testing.F) {
	f.Add("sep=,\r\n\"Time\",\"active connections\",\"CPU %\"\r\n1795459218000,12,45.2\r\n1795459220000,13,\r\n")
	f.Add("Time,Redis memory,p95\n2026-11-24 11:15:00,1.2 GiB,12 ms\n2026-11-24 11:15:05,900 MiB,1 s\n")
	f.Add("Series;Time;Value\nactive connections;2026-11-24T11:15:00+00:00;12\n")
	f.Add("Time,\"up{job=\"\"a\"\"}\"\n1795459218000,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		SniffGrafana([]byte(text))
		tracks, _, err := ReadGrafana(strings.NewReader(text), "CPU usage-data.csv", []Column{{Name: "x", Metric: "y"}})
		if err != nil {
			return
		}
		for _, tr := range tracks {
			if tr.Metric == "" || tr.Component == "" || strings.Contains(tr.Metric, "\x00") || len(tr.Time) == 0 || len(tr.Time) != len(tr.Line) {
				t.Fatalf("%+v", tr)
			}
			for i, v := range tr.Value {
				if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && tr.Time[i] <= tr.Time[i-1] || tr.Line[i] < 1 || tr.Line[i] > strings.Count(text, "\n")+1 {
					t.Fatalf("%s: %v at line %d", tr.Metric, v, tr.Line[i])
				}
			}
		}
	})
}
