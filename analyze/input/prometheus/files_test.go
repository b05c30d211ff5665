package prometheus

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

// matrixOf writes an answer with one series.
func matrixOf(labels string, values ...string) string {
	return `{"status":"success","data":{"resultType":"matrix","result":[` + seriesOf(labels, values...) + `]}}`
}

func seriesOf(labels string, values ...string) string {
	var points []string
	for i, v := range values {
		points = append(points, fmt.Sprintf("[%d,%q]", 1795459220+2*i, v))
	}
	return `{"metric":{` + labels + `},"values":[` + strings.Join(points, ",") + `]}`
}

func describe(tracks []loadtest.Track) []string {
	var out []string
	for _, t := range tracks {
		out = append(out, fmt.Sprintf("%s|%s|%s %.6g", t.Component, t.Instance, t.Metric, t.Value))
	}
	return out
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		file, labels string
		values       []string
		want         string
	}{
		// What real runs hold.
		{"app_cpu_percent", `"instance":"127.0.0.1:8000","job":"shop"`, []string{"13.5", "100"}, "app||cpu_cores [0.135 1]"},
		{"postgres_cpu_percent", `"groupname":"postgres","job":"node"`, []string{"150"}, "database||cpu_cores [1.5]"},
		{"locust_cpu_percent", `"groupname":"locust","job":"node"`, []string{"30"}, "load_generator||cpu_cores [0.3]"},
		{"host_cpu_percent", ``, []string{"99.5"}, "host||cpu_ratio [0.995]"},
		{"app_memory_bytes", `"__name__":"process_resident_memory_bytes","job":"shop"`, []string{"1e6"}, "app||memory_bytes [1e+06]"},
		{"memory", `"__name__":"process_resident_memory_bytes","job":"node"`, []string{"1e6"}, "monitoring|node|memory_bytes [1e+06]"},
		{"db_pool_in_use", `"__name__":"app_db_pool_in_use"`, []string{"3", "10"}, "app||pool_in_use [3 10]"},
		{"db_pool_timeouts", ``, []string{"0", "2.5", "1"}, "app||pool_timeouts_per_second [0 2.5 1]"},
		{"db_pool_timeouts", `"__name__":"app_db_pool_timeouts_total"`, []string{"0", "2", "5"}, "app||pool_timeouts_total [0 2 5]"},
		{"db_pool_timeouts", ``, []string{"0", "2", "5"}, "app||pool_timeouts_total [0 2 5]"},
		{"db_pool_timeouts", ``, []string{"0", "0"}, "app||pool_timeouts_per_second [0 0]"},
		{"db_query_avg_ms", ``, []string{"NaN", "95"}, "database||query_latency_seconds [0.095]"},
		{"redis_hit_ratio", ``, []string{"NaN", "0.5"}, "cache||hit_ratio [0.5]"},
		// NaN throughout: nothing was looked up, nothing was asked.
		{"redis_hit_ratio", ``, []string{"NaN", "NaN"}, "cache||hits_total [0 0]; cache||misses_total [0 0]"},
		{"db_query_avg_ms", ``, []string{"NaN", "NaN"}, "database||query_latency_seconds [0 0]"},
		{"db_pool_in_use", ``, []string{"NaN", "NaN"}, ""},
		{"redis_hit_rate", ``, []string{"98", "50"}, "cache||hit_ratio [0.98 0.5]"},
		{"latency_p95", ``, []string{"0.25"}, "app||latency_p95_seconds [0.25]"},
		{"latency_p95", ``, []string{"250"}, "app||latency_p95 [250]"},
		{"latency_p95_ms", ``, []string{"250"}, "app||latency_p95_seconds [0.25]"},
		{"up", `"__name__":"up","job":"shop"`, []string{"1", "0", "1"}, "app||up [1 0 1]"},
		{"rps", ``, []string{"4.5", "3"}, "app||requests_per_second [4.5 3]"},
		{"requests_per_minute", ``, []string{"60", "120"}, "app||requests_per_second [1 2]"},
		{"error_rate_5xx", ``, []string{"53.5", "20"}, "app|5xx|errors_per_second [53.5 20]"},
		{"error_rate_5xx", ``, []string{"0", "0.4"}, "app||error_rate_5xx [0 0.4]"},
		{"rate_429", ``, []string{"220.5", "100"}, "app||rate_limited_per_second [220.5 100]"},
		{"rate_limited_by_user_type", `"user_type":"writer"`, []string{"1.5", "0.5"}, "app|writer|rate_limited_per_second [1.5 0.5]"},
		{"pg_commits", `"datname":"shop"`, []string{"5.75", "4"}, "database||commits_per_second [5.75 4]"},
		{"redis_evictions", ``, []string{"7", "9", "12"}, "cache||evictions_total [7 9 12]"},
		// Others that people have.
		{"cpu", `"groupname":"gunicorn"`, []string{"50"}, "app|gunicorn|cpu [50]"},
		{"cpu_percent", `"groupname":"gunicorn"`, []string{"50"}, "app||cpu_cores [0.5]"},
		{"api-memory-MB", ``, []string{"2"}, "app||memory_bytes [2.09715e+06]"},
		{"HikariPoolPending", ``, []string{"4"}, "app||pool_waiting [4]"},
		{"postgres_max_connections", ``, []string{"100"}, "database||connections_limit [100]"},
		{"tomcat_busy_threads", ``, []string{"40"}, "app||worker_threads [40]"},
		{"request_queue_depth", ``, []string{"40"}, "app||request_queue [40]"},
		{"waiting_locks", ``, []string{"40"}, "database||lock_waits [40]"},
		{"thread_pool_active", ``, []string{"8"}, "app||worker_threads [8]"},
		{"jvm_memory_pool_used", ``, []string{"8"}, "other||jvm_memory_pool_used [8]"},
		{"replication_lag_seconds", ``, []string{"8"}, "database||replication_lag_seconds [8]"},
		{"basket_value", `"job":"shop"`, []string{"8"}, "app||basket_value [8]"},
	} {
		tracks, notes, err := Read(strings.NewReader(matrixOf(c.labels, c.values...)), "prometheus/"+c.file+".json")
		if err != nil || len(notes) > 0 {
			t.Errorf("%s: %v %v", c.file, notes, err)
		}
		if got := strings.Join(describe(tracks), "; "); got != c.want {
			t.Errorf("%s {%s} %v\n got %s\nwant %s", c.file, c.labels, c.values, got, c.want)
		}
	}
}

// States add up, and those that no metric is for still count.
func TestConnectionsByState(t *testing.T) {
	text := `{"status":"success","data":{"resultType":"matrix","result":[` + strings.Join([]string{
		seriesOf(`"state":"active"`, "2", "3"), seriesOf(`"state":"idle in transaction"`, "1", "1"),
		seriesOf(`"state":"idle"`, "4", "4"), seriesOf(`"state":"disabled"`, "0", "1"),
	}, ",") + `]}}`
	tracks, _, err := Read(strings.NewReader(text), "pg_connections_by_state.json")
	want := []string{
		"database||connections_active [2 3]", "database||connections_idle_in_transaction [1 1]",
		"database||connections_idle [4 4]", "database||connections [7 9]",
	}
	if got := describe(tracks); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}

// A user type of whom nobody was refused is counted as the others are.
func TestFlatSeriesFollowTheOthers(t *testing.T) {
	text := `{"status":"success","data":{"resultType":"matrix","result":[` +
		seriesOf(`"user_type":"a"`, "0", "4", "9") + "," + seriesOf(`"user_type":"b"`, "0", "0", "0") + `]}}`
	tracks, _, _ := Read(strings.NewReader(text), "rate_limited.json")
	want := []string{"app|a|rate_limited_total [0 4 9]", "app|b|rate_limited_total [0 0 0]"}
	if got := describe(tracks); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestRawFamilies(t *testing.T) {
	cpu := func(mode string, values ...string) string {
		return seriesOf(`"__name__":"node_cpu_seconds_total","cpu":"0","mode":"`+mode+`"`, values...)
	}
	text := `{"status":"success","data":{"resultType":"matrix","result":[` +
		cpu("idle", "100", "101", "101.5") + "," + cpu("user", "10", "11", "12.5") + "," +
		seriesOf(`"__name__":"node_memory_MemTotal_bytes","instance":"a:9100"`, "100", "100", "100") + "," +
		seriesOf(`"__name__":"node_memory_MemAvailable_bytes","instance":"a:9100"`, "60", "30", "NaN") + `]}}`
	tracks, _, err := Read(strings.NewReader(text), "node.json")
	got := describe(tracks)
	for _, want := range []string{"host||cpu_ratio [0.5 0.75]", "host||memory_bytes [40 70]", "host||memory_available_bytes [60 30]", "host||memory_limit_bytes [100 100 100]"} {
		if err != nil || !slices.Contains(got, want) {
			t.Errorf("%q is missing from %q, %v", want, got, err)
		}
	}
}

// The resident set stands in for the working set where that is not exported;
// Kubernetes's own limits for cAdvisor's.
func TestContainersWithoutWorkingSet(t *testing.T) {
	rss := seriesOf(`"__name__":"container_memory_rss","container":"api","image":"x","pod":"api-1"`, "100", "120")
	set := seriesOf(`"__name__":"container_memory_working_set_bytes","container":"api","image":"x","pod":"api-1"`, "300", "320")
	limit := seriesOf(`"__name__":"kube_pod_container_resource_limits","container":"api","pod":"api-1","resource":"cpu","unit":"core"`, "2", "2")
	for _, c := range []struct {
		in   []string
		want []string
	}{
		{[]string{rss, limit}, []string{"app||memory_bytes [100 120]", "app||cpu_limit_cores [2 2]"}},
		{[]string{rss, set}, []string{"app||memory_bytes [300 320]"}},
	} {
		tracks, _, err := Read(strings.NewReader(`{"status":"success","data":{"resultType":"matrix","result":[`+strings.Join(c.in, ",")+`]}}`), "k8s.json")
		if got := describe(tracks); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("got %q, want %q, %v", got, c.want, err)
		}
	}
}

// Locust's exporters run in its own process, whose processor time is Locust's.
func TestLocustsOwnProcess(t *testing.T) {
	text := `{"status":"success","data":{"resultType":"matrix","result":[` + seriesOf(`"__name__":"process_cpu_seconds_total","job":"locust-master","instance":"l:9646"`, "1", "2.5") + `]}}`
	tracks, _, err := Read(strings.NewReader(text), "cpu.json")
	if got := describe(tracks); err != nil || !slices.Equal(got, []string{"load_generator||cpu_seconds_total [1 2.5]"}) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestSeveralTargets(t *testing.T) {
	text := `{"status":"success","data":{"resultType":"matrix","result":[` +
		seriesOf(`"__name__":"app_db_pool_in_use","instance":"a:1"`, "1") + "," + seriesOf(`"__name__":"app_db_pool_in_use","instance":"b:1"`, "2") + `]}}`
	tracks, _, _ := Read(strings.NewReader(text), "pool.json")
	if got := describe(tracks); !slices.Equal(got, []string{"app|a:1|pool_in_use [1]", "app|b:1|pool_in_use [2]"}) {
		t.Errorf("got %q", got)
	}
}

func TestAnswers(t *testing.T) {
	const vector = `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[%d.5,"%d"]}]}}`
	for _, c := range []struct {
		what, text string
		tracks     string
		note       string
	}{
		{"one instant", fmt.Sprintf(vector, 1795459220, 7), "app||request_queue [7]", ""},
		{"instants one after another", fmt.Sprintf(vector, 1795459220, 7) + "\n" + fmt.Sprintf(vector, 1795459222, 8), "app||request_queue [7 8]", ""},
		{"the data alone", `{"resultType":"scalar","result":[1795459220,"3"]}`, "app||request_queue [3]", ""},
		{"no series", `{"status":"success","data":{"resultType":"matrix","result":[]}}`, "", ""},
		{"refused", `{"status":"error","errorType":"bad_data","error":"parse error: unexpected <eof>"}`, "", "refused the query, so there is nothing here: parse error: unexpected <eof>."},
		{"torn", matrixOf("", "1", "2")[:90], "", "cut off"},
		{"torn after a whole one", fmt.Sprintf(vector, 1795459220, 7) + `{"sta`, "app||request_queue [7]", "cut off"},
		{"no JSON", fmt.Sprintf(vector, 1795459220, 7) + "curl: (7) Failed", "app||request_queue [7]", "no JSON"},
		{"no pair", `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1]]}]}}`, "", "could not be read"},
		{"strings", `{"status":"success","data":{"resultType":"string","result":[1,"x"]}}`, "", `"string"`},
		{"a mark before it", "\xef\xbb\xbf" + fmt.Sprintf(vector, 1795459220, 7), "app||request_queue [7]", ""},
	} {
		if c.what != "torn" && !Sniff([]byte(c.text)) {
			t.Errorf("%s: not recognised", c.what)
		}
		tracks, notes, err := Read(strings.NewReader(c.text), "queue_depth.json")
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		if got := strings.Join(describe(tracks), "; "); got != c.tracks {
			t.Errorf("%s: got %q, want %q", c.what, got, c.tracks)
		}
		said := ""
		for _, n := range notes {
			said += n.Message
		}
		if (c.note == "") != (said == "") || !strings.Contains(said, c.note) {
			t.Errorf("%s: said %q, want %q", c.what, said, c.note)
		}
	}
}

func TestSniffOthers(t *testing.T) {
	for _, text := range []string{
		"", "{}", `{"status":"ok"}`, `[{"name":"x"}]`, `{"status":"error","message":"no"}`,
		`{"db_pool":{"in_use":3}}`, "# TYPE a counter\na 1\n",
	} {
		if Sniff([]byte(text)) {
			t.Errorf("%q is taken for an answer", text)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(matrixOf(`"__name__":"node_cpu_seconds_total","mode":"idle"`, "1", "NaN", "3"), "host_cpu_percent.json")
	f.Add(matrixOf(`"state":"active"`, "1", "2"), "connections.json")
	f.Add(matrixOf(``, "NaN", "NaN"), "redis_hit_ratio.json")
	f.Add(matrixOf(`"__name__":"pgbouncer_databases_pool_size","name":"shop"`, "20"), "x.json")
	f.Add(`{"status":"error","error":"x"}`, "")
	f.Fuzz(func(t *testing.T, text, file string) {
		tracks, _, err := Read(strings.NewReader(text), file)
		if err != nil {
			return
		}
		sound(t, tracks)
	})
}

func sound(t *testing.T, tracks []loadtest.Track) {
	t.Helper()
	for _, tr := range tracks {
		if len(tr.Time) == 0 || len(tr.Time) != len(tr.Value) {
			t.Errorf("%s: %d times, %d values", tr.Metric, len(tr.Time), len(tr.Value))
		}
		if !slices.IsSorted(tr.Time) {
			t.Errorf("%s: times go back", tr.Metric)
		}
		if tr.Component == "" || strings.Contains(tr.Metric, "\x00") {
			t.Errorf("%q of %q", tr.Metric, tr.Component)
		}
		for _, v := range tr.Value {
			if math.IsNaN(v) {
				t.Errorf("%s: NaN is no reading", tr.Metric)
			}
		}
	}
}
