package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/analyze/input/internal/capture"
	"github.com/peakload/peakload/analyze/loadtest"
)

// figures prints tracks, one line each: values at seconds after the base.
func figures(tracks []loadtest.Track) string {
	const base = 1795459218 // 2026-11-23T18:40:18Z
	var b strings.Builder
	for _, k := range tracks {
		if k.Metric == "up" {
			continue
		}
		fmt.Fprintf(&b, "%s/%s %s", k.Component, k.Instance, k.Metric)
		for i, v := range k.Value {
			fmt.Fprintf(&b, " %.6g@%.6g", v, k.Time[i]-base)
		}
		if k.Local {
			b.WriteString(" local")
		}
		b.WriteString("\n")
	}
	return b.String()
}

const at = "2026-11-23T18:40:18Z\n"

var shapes = []struct {
	name, text, want string
	paths            []Path
}{
	{"several lines, a finer time of its own, a gap", at + "{\n  \"timestamp\": \"2026-11-23T18:40:18.5Z\",\n  \"db_pool\": {\n    \"in_use\": 3, \"size\": 10\n  }\n}\n2026-11-23T18:40:20Z\ncurl: (7) Failed to connect to localhost port 8000\n2026-11-23T18:40:22Z\n{\"timestamp\":\"2026-11-23T17:00:00Z\",\"db_pool\":{\"in_use\":4,\"size\":10}}\n",
		"app/ pool_in_use 3@0.5 4@4\napp/ pool_limit 10@0.5 10@4\n", nil},
	{"JSON lines with times", `{"ts":1795459219.25,"queue":{"depth":3,"max":0,"rejected_total":7}}` + "\n" + `{"ts":1795459220.25,"queue":{"depth":4,"max":0,"rejected_total":8}}` + "\n",
		"app/ request_queue 3@1.25 4@2.25\napp/ request_queue_limit 0@1.25 0@2.25\napp/ requests_rejected_total 7@1.25 8@2.25\n", nil},
	{"flat keys in camel case with units", at + `{"dbPoolInUse":3,"dbPoolMax":10,"rssMb":12.5,"uptimeMs":1500,"workersActive":2,"latencyP95Ms":12,"threadPoolSize":8}` + "\n",
		"app/ thread_pool_size 8@0\napp/ pool_in_use 3@0\napp/ pool_limit 10@0\napp/ latency_p95_seconds 0.012@0\napp/ memory_bytes 1.31072e+07@0\napp/ uptime_seconds 1.5@0\napp/ worker_threads 2@0\n", nil},
	{"SQLAlchemy overflows: its size is no limit", at + `{"sqlalchemy":{"pool_size":5,"checkedout":7,"checkedin":0,"overflow":2}}` + "\n",
		"app/ sqlalchemy_overflow 2@0\napp/ sqlalchemy_pool_size 5@0\napp/ pool_idle 0@0\napp/ pool_in_use 7@0\n", nil},
	{"Go's database/sql and expvar", at + `{"db":{"MaxOpenConnections":10,"OpenConnections":5,"InUse":2},"memstats":{"HeapAlloc":1000,"PauseNs":[1,2,3]},"cmdline":["x"]}` + "\n",
		"app/ db_open_connections 5@0\napp/ pool_in_use 2@0\napp/ pool_limit 10@0\napp/ heap_bytes 1000@0\n", nil},
	{"Micrometer by Spring's actuator", at + `{"name":"hikaricp.connections.active","measurements":[{"statistic":"VALUE","value":3.0}],"availableTags":[]}` + "\n" +
		`{"name":"process.uptime","baseUnit":"seconds","measurements":[{"statistic":"VALUE","value":12.5}]}` + "\n" + `{"name":"tomcat.threads.config.max","measurements":[{"statistic":"VALUE","value":200}]}` + "\n",
		"app/ pool_in_use 3@0\napp/ uptime_seconds 12.5@0\napp/ worker_threads_limit 200@0\n", nil},
	{"prom-client in JSON", at + `[{"name":"process_resident_memory_bytes","type":"gauge","values":[{"value":4096,"labels":{}}]},{"name":"http_requests_total","type":"counter","values":[{"value":3,"labels":{"code":"200"}},{"value":4,"labels":{"code":"500"}}]},{"name":"process_cpu_seconds_total","type":"counter","values":[{"value":1.5,"labels":{}}]}]` + "\n",
		"app/ requests_total 7@0\napp/ cpu_seconds_total 1.5@0\napp/ memory_bytes 4096@0\n", nil},
	{"rate limits: allowed and blocked are all", at + `{"rate_limiting":{"by_user_type":{"free":{"allowed":10,"blocked":5},"pro":{"allowed":7,"blocked":0}}}}` + "\n",
		"app/free rate_limited_total 5@0\napp/pro rate_limited_total 0@0\napp/free requests_total 15@0\napp/pro requests_total 7@0\n", nil},
	{"jq cut a part out", at + `{"avg":10,"p50":8,"p95":20,"p99":30,"unit":"ms","count":3}` + "\n",
		"app/ response_times_count 3@0\napp/ latency_mean_seconds 0.01@0\napp/ latency_p50_seconds 0.008@0\napp/ latency_p95_seconds 0.02@0\napp/ latency_p99_seconds 0.03@0\n", nil},
	{"a latency without unit is not read as one", at + `{"response_times":{"p95":20},"queue":{"depth":1}}` + "\n",
		"app/ response_times_p95 20@0\napp/ request_queue 1@0\n", nil},
	{"other people's pools and times", at + `{"redis_pool":{"in_use":1},"redis":{"uptime_seconds":5,"latency_p95_ms":3},"celery_queue":{"length":9}}` + "\n",
		"app/ celery_queue_length 9@0\napp/ redis_latency_p95_seconds 0.003@0\napp/ redis_uptime_seconds 5@0\napp/ redis_pool_in_use 1@0\n", nil},
	{"the user's word wins", at + `{"custom":{"eu":{"busy":3,"t":250},"us":{"busy":4,"t":100}},"hikaricp.connections.active":9,"queue":{"depth":3}}` + "\n",
		"app/eu worker_threads 3@0\ndatabase/main query_latency_seconds 0.25@0\napp/us worker_threads 4@0\napp/ pool_waiting 9@0\n",
		[]Path{{Path: "custom.*.busy", Metric: "worker_threads"}, {Path: "custom.*.t", Component: "database", Instance: "main", Metric: "query_latency_seconds", Scale: 1e-3},
			{Path: "hikaricp.connections.active", Metric: "pool_waiting"}, {Path: "queue.depth"}}},
}

func TestShapes(t *testing.T) {
	for _, c := range shapes {
		t.Run(c.name, func(t *testing.T) {
			if !Sniff(strings.Split(c.text, "\n")) {
				t.Error("not known")
			}
			tracks, notes, err := capture.Read(strings.NewReader(c.text), "m.txt", Parsers(c.paths))
			if err != nil || len(notes) > 0 {
				t.Fatal(err, notes)
			}
			if d := cmp.Diff(c.want, figures(tracks)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestNotMetrics(t *testing.T) {
	for _, text := range []string{
		`{"level":"INFO","msg":"started","duration":1.5}`,
		`{"status":"success","data":{"resultType":"matrix","result":[]}}`,
		`{"BlockIO":"0B / 0B","CPUPerc":"3.10%","Name":"redis","PIDs":5}`,
		`[{"name":"/","method":"GET","response_times":{"100":1},"num_reqs_per_sec":{}}]`,
		`{"a":"b"}`, `12`, `plain text`, `{`, ``,
	} {
		if Sniff([]string{text}) {
			t.Errorf("taken for metrics: %s", text)
		}
	}
}

// TestKeepsFew: a document with thousands of unknown keys (an identifier in
// each) is not kept whole.
func TestKeepsFew(t *testing.T) {
	var b strings.Builder
	b.WriteString(at + `{"sessions":{"x":0`)
	for i := range 5000 {
		fmt.Fprintf(&b, `,"s%d":%d`, i, i)
	}
	b.WriteString("}}\n")
	tracks, _, err := capture.Read(strings.NewReader(b.String()), "m.txt", Parsers(nil))
	if err != nil || len(tracks) != mostKept+1 {
		t.Errorf("%d tracks, %v", len(tracks), err)
	}
}

// FuzzDocuments: no text makes the reader fail, and lines are used only where
// something was read.
func FuzzDocuments(f *testing.F) {
	for _, c := range shapes {
		f.Add(c.text)
	}
	f.Add("{\n[\n{\"a\":\"\\\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		Sniff(strings.Split(text, "\n"))
		tracks, _, err := capture.Read(strings.NewReader(text), "m.txt", Parsers([]Path{{Path: "*.a", Metric: "x"}}))
		if err != nil {
			t.Skip()
		}
		for _, k := range tracks {
			if k.Metric == "" || len(k.Metric) > 2*mostName {
				t.Errorf("metric %q", k.Metric)
			}
		}
	})
}
