//go:build unix

package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The passwords of the test's servers: none may be in any output.
const (
	postgresCanary = "Canary-Pg-7c1f"
	redisCanary    = "Canary-Rd-93ab"
	webCanary      = "Canary-Wb-55e0"
	tokenCanary    = "Canary-Tk-0d2f"
	wrongCanary    = "Canary-No-e8c4"
)

// TestRecordEndToEnd puts a real system under real load and asks what the
// document says of it: Postgres, Redis and an application with a small pool
// and a rate limiter, Locust, and peakload record around it.
func TestRecordEndToEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("runs Postgres, Redis and Locust for a minute")
	}
	locust := need(t, "locust")
	postgres := newPostgres(t, postgresCanary)
	redis, _ := startRedis(t, redisCanary)
	shop := startShop(t, postgres.url, redis)
	file, err := filepath.Abs("testdata/live/shop.py")
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	if keep := os.Getenv("PEAKLOAD_KEEP"); keep != "" {
		dir = keep
	}
	peakload := func(args ...string) *exec.Cmd {
		cmd := exec.Command("peakload", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "TEST_REDIS="+redis)
		return cmd
	}
	prometheus := startPrometheus(t, shop, postgres.url, redis, redisCanary)
	// A team's document: its own user types.
	if out, err := peakload("init", "results.md").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	document := filepath.Join(dir, "results.md")
	src, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	src = []byte(strings.NewReplacer("| Unauthenticated |", "| Writer |", "| Authenticated |", "| Reader |").Replace(string(src)))
	if err := os.WriteFile(document, src, 0o644); err != nil {
		t.Fatal(err)
	}
	// The database by its URL, the cache by the environment, the application by
	// a file.
	config := "record:\n  json: {app: \"" + shop + "/metrics/json\"}\n"
	if err := os.WriteFile(filepath.Join(dir, "peakload.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := peakload("record", "--every", "1s", "--before", "4s", "--after", "5s", "--postgres", postgres.url, "--redis", "env:TEST_REDIS",
		"--process", "app="+shopProgram(t), "--process", "database="+postgres.name, "--process", "cache=redis-server "+strings.SplitN(redis, "@", 2)[1],
		"--report", "-d results.md -o filled.md --html page.html --json results.json",
		"--", locust, "-f", file, "--headless", "--host", shop, "--csv", "peak", "--csv-full-history")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 { // Locust's: some requests failed
		t.Fatalf("peakload record: %v, want Locust's exit status 1\n%s\n%s", err, errs.String(), out.String())
	}
	if !strings.Contains(out.String()+errs.String(), "Aggregated") {
		t.Errorf("Locust's table did not come through:\n%s", out.String())
	}
	noCanary(t, dir, out.String(), errs.String())
	r := checkRecording(t, filepath.Join(dir, "peak_resources.csv"))
	checkDocument(t, filepath.Join(dir, "filled.md"), r)

	// The same run as Prometheus alone saw it.
	alone := t.TempDir()
	for _, name := range []string{"peak_stats.csv", "peak_stats_history.csv", "peak_failures.csv"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(alone, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	said, err := peakload("report", filepath.Join(alone, "peak"), "-d", "results.md", "-o", "prometheus.md", "--prometheus", prometheus).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	checkDocument(t, filepath.Join(dir, "prometheus.md"), r)
	noCanary(t, dir, string(said))
}

// checkRecording holds the recording against what was set up.
func checkRecording(t *testing.T, name string) recording {
	t.Helper()
	r := readRecording(t, name)
	for _, c := range []struct {
		series    string
		low, high float64 // of its highest reading
	}{
		{"app,,pool_in_use", shopPool, shopPool},
		{"app,,pool_limit", shopPool, shopPool},
		{"app,,pool_waiting", 5, 40},
		{"app,,pool_timeouts_total", 1, 1e4},
		{"app,writer,rate_limited_total", 20, 1e4},
		{"app,,cpu_seconds_total", 0.01, 100},
		{"app,,memory_bytes", 1e6, 1e9},
		{"app,,up", 1, 1},
		{"database,,connections", shopPool, shopPool + 4}, // the exporter has some, too
		{"database,,connections_active", 2, shopPool},
		{"database,,connections_limit", 30, 30},
		{"database,,lock_waits", 0, 0},
		{"database,,query_latency_seconds", 0.04, 0.2},
		{"database,,cpu_cores", 0, 2},
		{"cache,,memory_limit_bytes", 6 << 20, 6 << 20},
		{"cache,,memory_bytes", 5 << 20, 64 << 20}, // its clients' buffers come on top
		{"cache,,evictions_total", 1, 1e5},
		{"cache,,connections", 1, 100},
		{"load_generator,,cpu_cores", 0.01, 2},
		{"load_generator,,cpu_ratio", 0.01, 1},
		{"host,,cpu_ratio", 0.01, 1},
		{"host,,memory_bytes", 1e6, 1e14},
	} {
		s := r[c.series]
		high := s.high()
		if len(s.value) == 0 || high < c.low || high > c.high {
			t.Errorf("%s: %d readings, highest %v, want %v to %v", c.series, len(s.value), high, c.low, c.high)
		}
		for i := 1; i < len(s.at); i++ {
			if s.at[i] <= s.at[i-1] {
				t.Errorf("%s: reading %d is not after the one before", c.series, i)
				break
			}
		}
	}
	// 4 s before, 20 of load with Locust's start and end, 5 after.
	if n := len(r["host,,memory_bytes"].value); n < 28 || n > 50 {
		t.Errorf("%d samples of the host, one a second", n)
	}
	if limited := r["app,reader,rate_limited_total"].high(); limited != 0 {
		t.Errorf("%v readers were limited", limited)
	}
	return r
}

// checkDocument looks in a document for what was set up: the limits of the
// pool, of writers and of the cache's memory.
func checkDocument(t *testing.T, name string, r recording) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, want := range []string{
		`\| Reader \| [1-9][0-9,]*[^|]* \| 0 \| 0%`,
		`\| Writer \| [1-9][0-9,]*[^|]* \| [1-9][0-9,]*[^|]* \| [4-9][0-9]\.?[0-9]*%`,
		`\| Connections \| [^|]* \| [4-8]\b[^|]* \| 30\b`,
		`\| Memory Usage \| [^|]* \| [56]\.\d MB[^|]* \| 6\.0 MB[^|]* \| ❌ Saturated`,
		`\| Evictions \| [^|]* \| [1-9]`,
		`4 of 4 connections in use`,
		`### Connection Pool Exhaustion\n\n- \*\*Occurred\*\*: ✅ Yes`,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("%s: no %s", filepath.Base(name), want)
		}
	}
	// The 429s by user type are those that the application counted.
	m := regexp.MustCompile(`\| Writer \| [^|]* \| ([0-9,]+)`).FindStringSubmatch(text)
	if m == nil {
		return // said above
	}
	said, _ := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
	if counted := r["app,writer,rate_limited_total"].high(); math.Abs(said-counted) > 0.05*counted {
		t.Errorf("%s: %v writers were limited, the application counted %v", filepath.Base(name), said, counted)
	}
}

// TestRecordGaps kills Postgres under a recording, and starts it again, and
// then kills the recorder: there is a gap, a remark, and a file that holds all
// that was sampled.
func TestRecordGaps(t *testing.T) {
	if testing.Short() {
		t.Skip("runs Postgres and Redis for ten seconds")
	}
	postgres := newPostgres(t, postgresCanary)
	redis, _ := startRedis(t, redisCanary)
	dir := t.TempDir()
	cmd := exec.Command("peakload", "record", "--every", "250ms", "-o", "r.csv", "--postgres", postgres.url, "--redis", redis)
	cmd.Dir = dir
	s := start(t, cmd)
	name := filepath.Join(dir, "r.csv")
	wait := func(what string, enough func(recording) bool) recording {
		t.Helper()
		var r recording
		eventually(t, 15*time.Second, what, func() error {
			if r = readRecording(t, name); !enough(r) {
				return errors.New("not there yet")
			}
			return nil
		})
		return r
	}
	const connections, up, queries = "database,,connections", "database,,up", "database,,queries_total"
	wait("the first samples", func(r recording) bool { return len(r[connections].value) >= 3 })
	// Nobody else asks this server anything.
	if s := wait("statements", func(r recording) bool { return r[queries] != nil })[queries]; s.high() != 0 {
		t.Errorf("the recorder counts %v queries of its own", s.high())
	}
	postgres.kill()
	wait("the gap", func(r recording) bool { return r[up].last() == 0 && len(r[up].value) >= 6 })
	before := wait("the cache goes on", func(r recording) bool { return r["cache,,uptime_seconds"].last() >= 0 })
	postgres.start(t)
	after := wait("the database is back", func(r recording) bool {
		return r[up].last() == 1 && len(r[connections].value) > len(before[connections].value)+2
	})
	// Ticks may be late on a busy machine, but the cache's did not wait for the
	// database: in the time of its gap it has readings, too.
	gap := after[up].zeroes()
	meanwhile := 0
	for _, at := range after["cache,,uptime_seconds"].at {
		// Of one tick, either may be looked at some milliseconds before the other.
		if len(gap) > 0 && at >= gap[0]-.1 && at <= gap[len(gap)-1]+.1 {
			meanwhile++
		}
	}
	if len(gap) < 2 || meanwhile < len(gap)-1 {
		t.Errorf("%d samples of the database are missed; in that time the cache has %d", len(gap), meanwhile)
	}

	last := len(readRecording(t, name)["host,,memory_bytes"].value)
	syscall.Kill(cmd.Process.Pid, syscall.SIGKILL)
	cmd.Wait()
	r := readRecording(t, name)
	if n := len(r["host,,memory_bytes"].value); n < last {
		t.Errorf("%d samples after the kill, %d before", n, last)
	}
	data, err := os.ReadFile(name)
	if err != nil || !bytes.HasSuffix(data, []byte("\n")) {
		t.Errorf("the last line is torn: %v", err)
	}
	for _, want := range []string{"database (Postgres): ", "there is a gap", "database (Postgres): answers again after"} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("no remark %q in:\n%s", want, s.log.String())
		}
	}
	if strings.Count(s.log.String(), "there is a gap") != 1 {
		t.Errorf("one gap, said once:\n%s", s.log.String())
	}
	noCanary(t, dir, s.log.String())
}

// noCanary fails if a password is in a text or in any file of a folder.
func noCanary(t *testing.T, dir string, texts ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, f fs.DirEntry, err error) error {
		if err != nil || f.IsDir() || f.Name() == "peakload.yaml" { // the test's own
			return err
		}
		data, err := os.ReadFile(path)
		texts = append(texts, f.Name()+": "+string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		for _, canary := range []string{postgresCanary, redisCanary, webCanary, tokenCanary, wrongCanary} {
			if i := strings.Index(text, canary); i >= 0 {
				t.Errorf("a password is in an output: %.40q … %q", text, text[max(0, i-100):i+len(canary)])
			}
		}
	}
}

// A recording is a canonical file: its series by "component,instance,metric".
type recording map[string]*series

type series struct{ at, value []float64 }

func (s *series) high() float64 {
	h := 0.0
	if s != nil {
		for _, x := range s.value {
			h = max(h, x)
		}
	}
	return h
}

func (s *series) last() float64 {
	if s == nil || len(s.value) == 0 {
		return -1
	}
	return s.value[len(s.value)-1]
}

// zeroes returns the instants at which a series was 0.
func (s *series) zeroes() (at []float64) {
	for i, x := range s.value {
		if x == 0 {
			at = append(at, s.at[i])
		}
	}
	return at
}

// readRecording reads a canonical file, every cell of it; series that are not
// there are empty.
func readRecording(t *testing.T, name string) recording {
	t.Helper()
	r := recording{}
	for _, s := range []string{"host,,memory_bytes", "cache,,uptime_seconds", "database,,connections", "database,,up", "app,reader,rate_limited_total"} {
		r[s] = &series{}
	}
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return r // not begun yet
	} else if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(rows) == 0 {
		return r
	}
	if got := strings.Join(rows[0], ","); got != "Timestamp,Component,Instance,Metric,Value" {
		t.Fatalf("%s: header %q", name, got)
	}
	for i, row := range rows[1:] {
		at, err1 := strconv.ParseFloat(row[0], 64)
		value, err2 := strconv.ParseFloat(row[4], 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s:%d: %q", name, i+2, row)
		}
		key := strings.Join(row[1:4], ",")
		if r[key] == nil {
			r[key] = &series{}
		}
		r[key].at, r[key].value = append(r[key].at, at), append(r[key].value, value)
	}
	return r
}

// TestRecordRefusedConnections lets Postgres refuse the recorder for want of
// room: that is counted, the server is there, and nothing is said of a password.
func TestRecordRefusedConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("runs Postgres for some seconds")
	}
	postgres := newPostgres(t, postgresCanary)
	for _, query := range []string{"CREATE ROLE shop LOGIN PASSWORD '" + webCanary + "' CONNECTION LIMIT 0", "GRANT pg_monitor TO shop"} {
		if err := postgres.exec(query); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	cmd := exec.Command("peakload", "record", "--every", "250ms", "-o", "r.csv", "--postgres", strings.Replace(postgres.url, "peak:"+postgresCanary, "shop:"+webCanary, 1))
	cmd.Dir = dir
	s := start(t, cmd)
	name := filepath.Join(dir, "r.csv")
	const refused, up, connections = "database,,connections_refused_total", "database,,up", "database,,connections"
	eventually(t, 15*time.Second, "the refusals", func() error {
		if r := readRecording(t, name); r[refused].last() < 3 || r[up].last() != 1 {
			return errors.New("not there yet")
		}
		return nil
	})
	if err := postgres.exec("ALTER ROLE shop CONNECTION LIMIT 5"); err != nil {
		t.Fatal(err)
	}
	eventually(t, 15*time.Second, "the samples", func() error {
		if readRecording(t, name)[connections].last() < 0 {
			return errors.New("not there yet")
		}
		return nil
	})
	if n := len(readRecording(t, name)[up].zeroes()); n > 0 {
		t.Errorf("the server was away %d times, it is said", n)
	}
	if want := `database (Postgres): it refuses connections for want of room: too many connections for role "shop"`; strings.Count(s.log.String(), want) != 1 {
		t.Errorf("not said once: %q in:\n%s", want, s.log.String())
	}
	noCanary(t, dir, s.log.String())
}
