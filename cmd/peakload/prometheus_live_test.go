//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/peakload/peakload/analyze/input/prometheus"
	"github.com/peakload/peakload/analyze/loadtest"
)

// TestPrometheus scrapes real exporters of real servers with a real Prometheus
// and holds what --prometheus makes of it against what was set up.
func TestPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("runs Prometheus for fifteen seconds")
	}
	const canary = "c4n4ry-pr0m"
	server := need(t, "prometheus")
	nodeExporter, pgExporter, redisExporter := need(t, "prometheus-node-exporter"), need(t, "prometheus-postgres-exporter"), need(t, "prometheus-redis-exporter")

	pg := newPostgres(t, canary)
	redis, _ := startRedis(t, canary)
	exporter := func(port func(address string) []string, bin string, env ...string) string {
		address, _ := freeAddress(t)
		cmd := exec.Command(bin, port(address)...)
		cmd.Env = append(os.Environ(), env...)
		s := start(t, cmd)
		eventually(t, 10*time.Second, bin, func() error {
			if err := dial(address)(); err != nil {
				return fmt.Errorf("%w: %s", err, s.log.String())
			}
			return nil
		})
		return address
	}
	listen := func(more ...string) func(string) []string {
		return func(address string) []string { return append([]string{"--web.listen-address=" + address}, more...) }
	}
	node := exporter(listen(), nodeExporter)
	postgres := exporter(listen(), pgExporter, "DATA_SOURCE_NAME="+pg.url)
	cache := exporter(func(address string) []string {
		return []string{"-web.listen-address", address, "-redis.addr", "redis://" + strings.SplitN(redis, "@", 2)[1], "-redis.password", canary}
	}, redisExporter)

	// The application says of itself what a client library would.
	var busy atomic.Int64
	began := time.Now()
	app, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := time.Since(began).Seconds()
		fmt.Fprintf(w, "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %g\n", .5*s)
		fmt.Fprintf(w, "# TYPE shop_db_pool_in_use gauge\nshop_db_pool_in_use %d\nshop_db_pool_size 10\n", busy.Load())
		fmt.Fprintf(w, "# TYPE shop_rate_limited_total counter\nshop_rate_limited_total{user_type=\"writer\"} %d\nshop_rate_limited_total{user_type=\"reader\"} 0\n", int(10*s))
		fmt.Fprintf(w, "# TYPE http_request_duration_seconds histogram\n")
		for _, b := range []struct {
			le string
			n  float64
		}{{"0.1", 50}, {"0.2", 100}, {"+Inf", 100}} {
			fmt.Fprintf(w, "http_request_duration_seconds_bucket{le=%q} %d\n", b.le, int(b.n*s))
		}
		fmt.Fprintf(w, "http_request_duration_seconds_sum %g\nhttp_request_duration_seconds_count %d\n", 12*s, int(100*s))
	})}
	go web.Serve(app)
	defer web.Close()

	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte(fmt.Sprintf(`global: {scrape_interval: 1s}
scrape_configs:
  - {job_name: node, static_configs: [{targets: [%q]}]}
  - {job_name: postgres, static_configs: [{targets: [%q]}]}
  - {job_name: redis, static_configs: [{targets: [%q]}]}
  - {job_name: shop, static_configs: [{targets: [%q]}]}
`, node, postgres, cache, app.Addr().String())), 0o644); err != nil {
		t.Fatal(err)
	}
	address, _ := freeAddress(t)
	s := start(t, exec.Command(server, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address, "--log.level=warn"))
	eventually(t, 15*time.Second, "Prometheus", func() error {
		res, err := http.Get("http://" + address + "/-/ready")
		if err != nil {
			return fmt.Errorf("%w: %s", err, s.log.String())
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("not ready: %d", res.StatusCode)
		}
		return nil
	})
	time.Sleep(2 * time.Second)
	from := time.Now().Unix()
	for i := range 10 {
		busy.Store(int64(min(10, 2*i)))
		if err := pg.exec("SELECT 1"); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second)
	}
	to := time.Now().Unix()

	results := filepath.Join(dir, "peak")
	writeHistory(t, results+"_stats_history.csv", from, to)
	t.Setenv(prometheusToken, canary)
	url := "http://user:" + canary + "@" + address
	client, err := (&inputs{prometheus: url}).prometheusClient(nil)
	if err != nil {
		t.Fatal(err)
	}
	known, err := client.Fetch(context.Background(), float64(from), float64(to))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]loadtest.Track{}
	for _, tr := range known.Tracks {
		seen[tr.Component+"|"+tr.Instance+"|"+tr.Metric] = tr
	}
	for _, c := range []struct {
		track     string
		low, high float64 // of the last reading
	}{
		{"app||up", 1, 1}, {"database||up", 1, 1}, {"cache||up", 1, 1},
		{"app||cpu_cores", .4, .6},
		{"app||pool_in_use", 10, 10}, {"app||pool_limit", 10, 10},
		{"app|writer|rate_limited_total", 50, 1000}, {"app|reader|rate_limited_total", 0, 0},
		{"app||latency_p50_seconds", .09, .11}, {"app||latency_p95_seconds", .18, .2}, {"app||latency_mean_seconds", .11, .13},
		{"host||cpu_ratio", 0.001, 1}, {"host||memory_bytes", 1 << 20, 1 << 50}, {"host||memory_limit_bytes", 1 << 20, 1 << 50},
		{"database||connections", 1, 30}, {"database||connections_limit", 30, 30}, {"database||commits_total", 10, 1e9},
		{"cache||memory_bytes", 1 << 18, 64 << 20}, {"cache||memory_limit_bytes", 6 << 20, 6 << 20}, {"cache||commands_total", 1, 1e9},
		{"cache||evictions_total", 0, 0},
	} {
		tr, ok := seen[c.track]
		if !ok {
			t.Errorf("%s is missing", c.track)
			continue
		}
		if v := tr.Value[len(tr.Value)-1]; v < c.low || v > c.high {
			t.Errorf("%s = %v, want %v to %v", c.track, v, c.low, c.high)
		}
		if len(tr.Time) < 5 {
			t.Errorf("%s has %d readings of 10 seconds", c.track, len(tr.Time))
		}
	}
	for _, n := range known.Notes {
		t.Errorf("note: %s", n.Message)
	}

	var out, errs bytes.Buffer
	page, data := filepath.Join(dir, "out.html"), filepath.Join(dir, "out.json")
	if code := run([]string{"report", results, "--prometheus", url, "--html", page, "--json", data}, streams{&out, &errs}); code != exitPass {
		t.Fatalf("exit status %d: %s", code, errs.String())
	}
	var r struct {
		Run struct {
			Inputs []struct{ File, Kind string }
		}
	}
	text, err := os.ReadFile(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	asked := false
	for _, in := range r.Run.Inputs {
		asked = asked || in.Kind == prometheus.KindLive && in.File == "http://"+address
	}
	if !asked {
		t.Errorf("Prometheus is not among the inputs: %+v", r.Run.Inputs)
	}
	html, _ := os.ReadFile(page)
	for what, text := range map[string]string{"document": out.String(), "messages": errs.String(), "page": string(html), "JSON": string(text)} {
		if strings.Contains(text, canary) {
			t.Errorf("a password is in the %s", what)
		}
	}

	// Nobody there is an error, with nothing secret in it.
	s.kill()
	errs.Reset()
	if code := run([]string{"check", results, "--prometheus", url, "--target", "p95 < 1s"}, streams{&out, &errs}); code != exitTrouble ||
		!strings.Contains(errs.String(), "connection refused") || strings.Contains(errs.String(), canary) {
		t.Errorf("exit status %d: %s", code, errs.String())
	}
}

// writeHistory writes the history of a run with ten requests a second.
func writeHistory(t *testing.T, name string, from, to int64) {
	t.Helper()
	var b strings.Builder
	b.WriteString(`Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%,Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size` + "\n")
	for at := from; at <= to; at++ {
		fmt.Fprintf(&b, "%d,10,,Aggregated,10.0,0.0,100,100,100,100,100,100,100,100,100,100,100,%d,0,100,100.0,100.0,100.0,10\n", at, 10*(at-from))
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
