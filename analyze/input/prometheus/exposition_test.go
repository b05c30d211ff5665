package prometheus

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

func readText(t *testing.T, text string) []string {
	t.Helper()
	tracks, _, err := capture.Read(strings.NewReader(text), "metrics.txt", []capture.Parser{Parser()})
	if err != nil {
		t.Fatal(err)
	}
	return describe(tracks)
}

const appText = `2026-11-23T18:40:20Z
# HELP app_db_pool_in_use Connections taken.
# TYPE app_db_pool_in_use gauge
app_db_pool_in_use 3
# TYPE app_db_pool_timeouts_total counter
app_db_pool_timeouts_total 0
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 1.5
process_resident_memory_bytes 1.3557760e+07
# TYPE rate_limited_total counter
rate_limited_total{user_type="writer"} 1
rate_limited_total{user_type="reader"} 0
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{path="/a \"b\"",le="0.1"} 0
http_request_duration_seconds_bucket{path="/a \"b\"",le="0.2"} 0
http_request_duration_seconds_bucket{path="/a \"b\"",le="+Inf"} 0
http_request_duration_seconds_sum{path="/a \"b\""} 0
http_request_duration_seconds_count{path="/a \"b\""} 0
# TYPE baskets gauge
baskets 4
2026-11-23T18:40:22Z
# HELP app_db_pool_in_use Connections taken.
# TYPE app_db_pool_in_use gauge
app_db_pool_in_use 10 # {trace_id="x"} 1
app_db_pool_timeouts_total 7
process_cpu_seconds_total 2.5
process_resident_memory_bytes NaN
rate_limited_total{user_type="writer"} 5
rate_limited_total{user_type="reader"} 0
http_request_duration_seconds_bucket{path="/a \"b\"",le="0.1"} 50
http_request_duration_seconds_bucket{path="/a \"b\"",le="0.2"} 100
http_request_duration_seconds_bucket{path="/a \"b\"",le="+Inf"} 100
http_request_duration_seconds_sum{path="/a \"b\""} 12
http_request_duration_seconds_count{path="/a \"b\""} 100
# TYPE baskets gauge
baskets 5
torn_counter_total{path="/
`

func TestText(t *testing.T) {
	got := readText(t, appText)
	for _, want := range []string{
		"app||pool_in_use [3 10]", "app||pool_timeouts_total [0 7]", "app||cpu_seconds_total [1.5 2.5]", "app||memory_bytes [1.35578e+07]",
		"app|writer|rate_limited_total [1 5]", "app|reader|rate_limited_total [0 0]",
		"app||latency_mean_seconds [0.12]", "app||latency_p50_seconds [0.1]", "app||latency_p95_seconds [0.19]", "app||latency_p99_seconds [0.198]",
		"app||baskets [4 5]",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if len(got) != 11 {
		t.Errorf("%d tracks: %q", len(got), got)
	}
}

// An exporter's process is not the application, and what it watches is told
// by its families.
func TestExporters(t *testing.T) {
	at := func(time, idle, user, commands string) string {
		return time + "\n# TYPE node_cpu_seconds_total counter\n" +
			`node_cpu_seconds_total{cpu="0",mode="idle"} ` + idle + "\n" + `node_cpu_seconds_total{cpu="0",mode="user"} ` + user + "\n" +
			`node_network_receive_bytes_total{device="eth0"} ` + user + "000\n" + `node_network_receive_bytes_total{device="lo"} ` + user + "00000\n" +
			"node_boot_time_seconds 1795000000\n# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes 5\n" +
			"# TYPE redis_up gauge\nredis_up 1\n# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes 6\nredis_commands_processed_total " + commands + "\n" +
			`redis_db_keys{db="db0"} 3` + "\n" + `redis_db_keys{db="db1"} 4` + "\n" +
			"# TYPE pg_up gauge\npg_up 1\n" + `pg_stat_activity_count{datname="shop",state="active"} 2` + "\n" + `pg_stat_activity_count{datname="shop",state="idle"} 5` + "\n" +
			`pg_stat_activity_count{datname="x",state="active"} 1` + "\npg_settings_max_connections 100\npg_settings_work_mem_bytes 4\n"
	}
	got := readText(t, at("1795459220", "100", "10", "7")+at("1795459222", "101", "11", "9"))
	for _, want := range []string{
		"host||cpu_ratio [0.5]", "host||cpu_user_ratio [0.5]", "host||network_received_bytes_per_second [500]",
		"cache||commands_total [7 9]", "cache||keys [7 7]", "cache||up [1 1]",
		"database||connections [8 8]", "database||connections_active [3 3]", "database||connections_idle [5 5]", "database||connections_limit [100 100]",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing from %q", want, got)
		}
	}
	for _, tr := range got {
		if strings.HasPrefix(tr, "app|") || strings.Contains(tr, "work_mem") {
			t.Errorf("an exporter's own: %s", tr)
		}
	}
}

func TestTextWithTimesOfItsOwn(t *testing.T) {
	got := readText(t, "# TYPE app_db_pool_in_use gauge\napp_db_pool_in_use 3 1795459220000\napp_db_pool_in_use 4 1795459222000\napp_db_pool_in_use 5 1795459224.5\n")
	if !slices.Equal(got, []string{"app||pool_in_use [3 4 5]"}) {
		t.Errorf("got %q", got)
	}
}

func TestTextSniff(t *testing.T) {
	p := Parser()
	for text, want := range map[string]bool{
		"# TYPE a_b gauge\na_b 1":                             true,
		"app_db_pool_in_use 3\napp_db_pool_waiting 4":         true,
		`http_requests_total{method="GET"} 7`:                 true,
		"up 3":                                                false,
		"used_memory:123\nevicted_keys:0":                     false,
		"              total        used        free\nMem: 1": false,
		" state | count\n active | 3":                         false,
		"# Memory\nused_memory:1":                             false,
		`{"db_pool":{"in_use":3}}`:                            false,
		"2026-11-23 18:40:20,123 INFO request done":           false,
	} {
		if got := p.Sniff(strings.Split(text, "\n")); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		count []float64
		q     float64
		want  float64 // NaN: not known
	}{
		{[]float64{50, 100, 100}, .5, .1},
		{[]float64{0, 100, 100}, .5, .15},
		{[]float64{10, 10, 100}, .95, math.NaN()}, // beyond the highest bound
		{[]float64{5, 10, 10}, .95, math.NaN()},   // less than one request beyond
		{[]float64{0, 0, 0}, .5, math.NaN()},
	} {
		h := histogram{bound: []float64{.1, .2, math.Inf(1)}, count: c.count}
		got, ok := h.quantile(c.q)
		if ok == math.IsNaN(c.want) || ok && math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v of %v = %v, %v", c.q, c.count, got, ok)
		}
	}
}

// A whole exposition reads as expfmt, which scrapers use, reads it.
func TestTextAgreesWithExpfmt(t *testing.T) {
	text := `# TYPE a_b gauge
a_b{x="1\\2\n3",y="\"q\""} 1e3
a_b{} -0
a_b{x="é"} +Inf
# TYPE c_total counter
c_total{a="b"} 7 1795459220000
`
	whole := expfmt.NewTextParser(model.UTF8Validation)
	families, err := whole.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r := &texts{parse: expfmt.NewTextParser(model.UTF8Validation)}
	var got []sample
	for line := range strings.Lines(text) {
		if x, _, ok := r.line(strings.TrimSuffix(line, "\n")); ok && !strings.HasPrefix(line, "#") {
			got = append(got, x)
		}
	}
	i := 0
	for _, name := range []string{"a_b", "c_total"} {
		for _, m := range families[name].Metric {
			want := m.GetGauge().GetValue() + m.GetCounter().GetValue()
			if got[i].name != name || got[i].value != want || len(got[i].labels) != len(m.Label) {
				t.Errorf("%v is not %v", got[i], m)
			}
			for _, l := range m.Label {
				if got[i].labels[l.GetName()] != l.GetValue() {
					t.Errorf("%v is not %v", got[i], m)
				}
			}
			i++
		}
	}
	if i != len(got) || i != 4 {
		t.Errorf("%d samples, not %d", len(got), i)
	}
}

func FuzzText(f *testing.F) {
	// Short ones: minimising what is found of a long one takes a minute each.
	for _, part := range strings.SplitAfter(appText, "# TYPE") {
		f.Add("1795459220\n# TYPE" + part)
	}
	f.Add("1795459220\na_b{x=\"1\"} 1 1795459220000\n# EOF\n")
	f.Fuzz(func(t *testing.T, text string) {
		tracks, _, err := capture.Read(strings.NewReader(text), "x", []capture.Parser{Parser()})
		if err == nil {
			sound(t, tracks)
		}
	})
}

func BenchmarkText(b *testing.B) {
	text := strings.Repeat(appText, 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		capture.Read(strings.NewReader(text), "x", []capture.Parser{Parser()})
	}
}
