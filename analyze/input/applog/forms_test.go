package applog

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

// window is a run around the times of the examples: 18:40:00 to 18:43:00 UTC.
var window = Window{1795459200, 1795459380, math.NaN()}

// told are the counts of a log's events: "class[ status][ user type][ endpoint] ×n".
func told(log *loadtest.AppLog) string {
	var out []string
	for _, e := range log.Events {
		s := e.Class
		if e.Status > 0 {
			s += fmt.Sprint(" ", e.Status)
		}
		for _, x := range []string{e.UserType, e.Endpoint} {
			if x != "" {
				s += " " + x
			}
		}
		out = append(out, fmt.Sprintf("%s ×%d", s, e.Count))
	}
	return strings.Join(out, "; ")
}

var forms_ = []struct {
	name   string
	form   string
	lines  string
	events string
}{
	{"Python, default", "python", `2026-11-23 18:40:18,123 ERROR apps.core.db: QueuePool limit of size 10 overflow 0 reached, connection timed out, timeout 1.00 path=/v1/stories/17`,
		"pool /v1/stories/* ×1"},
	{"Python, dashes", "python", `2026-11-23 18:40:18,123 - apps.limits - WARNING - Rate limit exceeded user_type=writer path=/v1/likes`, "rate_limited writer /v1/likes ×1"},
	{"Python, level first", "python", `WARNING 2026-11-23 18:40:18,123 log 7 140 Too Many Requests: /v1/feed`, "rate_limited 429 /v1/feed ×1"},
	{"Python, bracketed", "python", `[2026-11-23 18:40:18,123] [ERROR] [django.request] Internal Server Error: /users/7/posts`, "http_5xx 500 /users/*/posts ×1"},
	{"Django, reasons", "python", "2026-11-23 18:40:18,123 WARNING django.request: Not Found: /nope\n2026-11-23 18:40:18,200 WARNING django.security.csrf: Forbidden (CSRF token missing.): /x",
		"http_4xx 404 /nope ×1; http_4xx 403 /x ×1"},
	{"Django's development server", "access", `[23/Nov/2026 18:40:18] "GET /v1/feed?page=2 HTTP/1.1" 503 58`, "http_5xx 503 GET /v1/feed ×1"},
	{"gunicorn's errors", "python", `[2026-11-23 18:40:18 +0000] [1514] [CRITICAL] WORKER TIMEOUT (pid:1520)`, "crash ×1"},
	{"gunicorn: one end in three lines", "python", "[2026-11-23 18:40:18 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:1520)\n" +
		"[2026-11-23 18:40:19 +0000] [1] [ERROR] Worker (pid:1520) was sent SIGKILL! Perhaps out of memory?\n" +
		"[2026-11-23 18:40:19 +0000] [1531] [INFO] Booting worker with pid: 1531", "crash ×1; restart ×1"},
	{"gunicorn's access log", "access", `127.0.0.1 - - [23/Nov/2026:18:40:18 +0000] "POST /v1/likes HTTP/1.1" 429 41 "-" "python-requests/2.31"`, "rate_limited 429 POST /v1/likes ×1"},
	{"nginx's access log with request time", "access", `10.0.0.1 - bob [23/Nov/2026:19:40:18 +0100] "GET /items/550e8400-e29b-41d4-a716-446655440000 HTTP/2.0" 504 167 "-" "x" 60.001`,
		"timeout 504 GET /items/* ×1"},
	{"an access line that is fine", "access", `10.0.0.1 - - [23/Nov/2026:18:40:18 +0000] "GET / HTTP/1.1" 200 5`, "request 200 GET / ×1"},
	{"nginx's error log", "python", `2026/11/23 18:40:18 [error] 29#29: *5 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.0.0.1, server: _, request: "GET /v1/feed HTTP/1.1", upstream: "http://127.0.0.1:8000/v1/feed", host: "x"`,
		"timeout GET /v1/feed ×1"},
	{"Apache's error log", "python", `[Mon Nov 23 18:40:18.123456 2026] [proxy:error] [pid 12:tid 13] (111)Connection refused: AH00957: HTTP: attempt to connect to 127.0.0.1:8000 (*) failed`, "connection ×1"},
	{"uvicorn with times", "access", `2026-11-23T18:40:18Z INFO:     127.0.0.1:53412 - "GET /x HTTP/1.1" 500 Internal Server Error`, "http_5xx 500 GET /x ×1"},
	{"Go's log", "text", "2026/11/23 18:40:18 http: panic serving 10.0.0.1:5: runtime error: index out of range\n2026/11/23 18:40:18.123456 server.go:12: query failed: deadlock detected", "error ×1; db_lock_timeout ×1"},
	{"slog", "logfmt", `time=2026-11-23T18:40:18.123Z level=ERROR msg="request failed" status=503 path=/v1/feed user_type=writer`, "http_5xx 503 writer /v1/feed ×1"},
	{"logrus", "logfmt", `time="2026-11-23T18:40:18Z" level=error msg="acquire" error="timeout acquiring a connection from the pool"`, "pool ×1"},
	{"logfmt: settings are no causes", "logfmt", `time=2026-11-23T18:40:18Z level=error msg="cannot render" timeout=30s pool=10`, "error ×1"},
	{"zap, console", "python", "2026-11-23T18:40:18.123Z\tERROR\tapi/feed.go:12\trequest failed\t{\"status\": 500}", "http_5xx 500 ×1"},
	{"zap, JSON", "json", `{"level":"error","ts":1795459218.123,"caller":"x.go:1","msg":"deadlock detected"}`, "db_lock_timeout ×1"},
	{"JSON, milliseconds, numeric level", "json", `{"level":50,"time":1795459218123,"pid":1,"msg":"redis: connection refused"}`, "cache ×1"},
	{"JSON, request", "json", `{"@timestamp":"2026-11-23T18:40:18.123Z","log.level":"INFO","message":"request","http":{"request":{"method":"GET"},"response":{"status_code":429}},"url":{"path":"/v1/stories/5"},"user_type":"guest"}`,
		"rate_limited 429 guest GET /v1/stories/* ×1"},
	{"JSON, nested error", "json", `{"timestamp":"2026-11-23T18:40:18Z","level":"ERROR","message":"boom","error":{"type":"OperationalError","message":"FATAL: sorry, too many clients already"}}`, "pool ×1"},
	{"JSON, escapes", "json", `{"time":"2026-11-23T18:40:18Z","level":"ERROR","msg":"a \"quoted\"\nstatement timeout \u2014 x"}`, "db_query_timeout ×1"},
	{"Docker's json-file", "json", `{"log":"2026-11-23 18:40:18,123 ERROR app: statement timeout\n","stream":"stderr","time":"2026-11-23T18:40:18.200Z"}`, "db_query_timeout ×1"},
	{"Spring", "python", `2026-11-23T18:40:18.123Z ERROR 1 --- [nio-8080-exec-1] c.e.demo.Feed : HikariPool-1 - Connection is not available, request timed out after 30000ms.`, "pool ×1"},
	{"logback, no date", "python", `18:40:18.123 [http-1] ERROR c.e.Feed - java.lang.OutOfMemoryError: Java heap space`, "memory ×1"},
	{"log4j, trace", "python", "2026-11-23 18:40:18,123 [main] ERROR c.e.X - failed\njava.lang.RuntimeException: outer\n\tat c.e.X.y(X.java:1)\nCaused by: java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms.\n\tat z", "pool ×1"},
	{"load shed", "python", `2026-11-23 18:40:18,123 WARNING apps.core.overload: Load shedding: 503 with Retry-After: 2, in flight 26, limit 25 path=/v1/search`, "degraded /v1/search ×1"},
	{"a feature switched off", "python", `2026-11-23 18:40:18,123 WARNING apps.core: feature recommendations disabled under load`, "degraded ×1"},
	{"a feature that is off", "python", `2026-11-23 18:40:18,123 INFO apps.core: feature beta_feed disabled`, ""},
	{"Python, traceback", "python", "2026-11-23 18:40:18,123 ERROR apps.api: Unhandled\nTraceback (most recent call last):\n  File \"x.py\", line 503, in y\n    z()\nsqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00",
		"pool ×1"},
	{"a traceback behind Django's 500", "python", "2026-11-23 18:40:18,123 ERROR django.request: Internal Server Error: /x\nTraceback (most recent call last):\n  File \"x.py\", line 1, in y\ndjango.db.utils.OperationalError: FATAL:  sorry, too many clients already\n",
		"pool 500 /x ×1"},
	{"PostgreSQL", "python", "2026-11-23 18:40:18.123 UTC [12] ERROR:  deadlock detected\n2026-11-23 18:40:18.123 UTC [12] DETAIL:  Process 12 waits for ShareLock on transaction 5; blocked by process 13.\n2026-11-23 18:40:18.123 UTC [12] STATEMENT:  UPDATE x SET y = 'connection refused'\n" +
		"2026-11-23 18:40:19.000 UTC [13] FATAL:  sorry, too many clients already\n2026-11-23 18:40:20.000 UTC [14] LOG:  duration: 1234.567 ms  statement: SELECT 1", "db_lock_timeout ×1; pool ×1; slow ×1"},
	{"PostgreSQL killed", "python", "2026-11-23 18:40:17.123 UTC [12] ERROR:  deadlock detected\n2026-11-23 18:40:18.123 UTC [1] LOG:  server process (PID 99) was terminated by signal 9: Killed\n2026-11-23 18:40:19.123 UTC [1] LOG:  database system is ready to accept connections", "db_lock_timeout ×1; crash ×1; restart ×1"},
	{"syslog", "python", `Nov 23 18:40:18 web1 gunicorn[123]: ERROR statement timeout`, "db_query_timeout ×1"},
	{"the journal, JSON inside", "json", `Nov 23 18:40:18 web1 app[123]: {"level":"error","msg":"statement timeout"}`, "db_query_timeout ×1"},
	{"the kernel kills", "text", `Nov 23 18:40:18 web1 kernel: [1.5] Out of memory: Killed process 1514 (gunicorn) total-vm:1kB`, "crash ×1"},
	{"systemd", "text", `Nov 23 18:40:18 web1 systemd[1]: app.service: Main process exited, code=killed, status=9/KILL`, "crash ×1"},
	{"Kubernetes", "python", "2026-11-23T18:40:18.123456789Z stderr F 2026-11-23 18:40:18,100 ERROR apps.api: Unhandled\n2026-11-23T18:40:18.123456790Z stderr F Traceback (most recent call last):\n2026-11-23T18:40:18.123456791Z stderr F   File \"x.py\", line 1\n" +
		"2026-11-23T18:40:18.123456792Z stderr F psycopg2.OperationalError: server closed the connection unexpectedly", "db_connection ×1"},
	{"docker logs -t", "json", `2026-11-23T18:40:18.123456789Z {"level":"error","msg":"statement timeout"}`, "db_query_timeout ×1"},
	{"docker compose", "python", `web-1  | 2026-11-23 18:40:18,100 ERROR x: statement timeout`, "db_query_timeout ×1"},
	{"colours", "python", "\x1b[2m2026-11-23T18:40:18.1Z\x1b[0m \x1b[31mERROR\x1b[0m app: statement timeout", "db_query_timeout ×1"},
	{"Redis", "text", "1:M 23 Nov 2026 18:40:18.123 # Out Of Memory allocating 12 bytes", "memory ×1"},
	{"Go panics", "logfmt", "time=2026-11-23T18:40:18Z level=INFO msg=hello\npanic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:1 +0x1", "crash ×1"},
	{"figures are no events", "python", `2026-11-23 18:40:18,399 INFO apps.core.metrics: rps=104.4 p95=475ms active=62 queue=0 pool=10/10 waiting=52 status=200`, ""},
	{"a path is no cause", "access", `10.0.0.1 - - [23/Nov/2026:18:40:18 +0000] "GET /deadlock/429 HTTP/1.1" 404 5`, "http_4xx 404 GET /deadlock/* ×1"},
	{"an info line with the words of an error", "python", `2026-11-23 18:40:18,123 INFO app: connection pool timeout set to 30, rate limit 5/s`, ""},
	{"one start in three lines, after a first one", "python", "2026-11-23 18:39:00,000 INFO app: Starting server\n2026-11-23 18:40:00,000 ERROR x: statement timeout\n2026-11-23 18:40:18,000 INFO gunicorn.error: Starting gunicorn 20.1\n" +
		"2026-11-23 18:40:18,100 INFO gunicorn.error: Listening at: http://0.0.0.0:8000 (1)\n2026-11-23 18:40:18,200 INFO gunicorn.error: Booting worker with pid: 7\n2026-11-23 18:40:18,200 INFO gunicorn.error: Booting worker with pid: 8",
		"db_query_timeout ×1; restart ×1"},
	{"two starts", "python", "2026-11-23 18:39:00,000 INFO app: Starting server\n2026-11-23 18:40:10,000 INFO app: Starting server\n2026-11-23 18:40:40,000 INFO app: Starting server", "restart ×2"},
	{"CRLF and a BOM", "python", "\ufeff2026-11-23 18:40:18,123 ERROR a: statement timeout\r\n2026-11-23 18:40:18,123 ERROR a: statement timeout\r\n", "db_query_timeout ×2"},
}

func TestForms(t *testing.T) {
	for _, c := range forms_ {
		t.Run(c.name, func(t *testing.T) {
			log := read(t, c.lines, window)
			if got := told(log); got != c.events {
				t.Errorf("events\n\t%s\nwant\n\t%s", got, c.events)
			}
			if log.Format != c.form {
				t.Errorf("form %s, want %s", log.Format, c.form)
			}
			for _, e := range log.Events {
				if e.First < 1795459200 || e.First > 1795459250 || e.Example == "" || e.Line == 0 {
					t.Errorf("%+v", e)
				}
			}
			if Sniff([]byte(c.lines+"\n")) != Log && c.form != "text" {
				t.Error("not recognised")
			}
		})
	}
}

// Levels, fractions and places of the first event.
func TestEventDetails(t *testing.T) {
	log := read(t, "x\n2026-11-23 18:40:18,250 ERROR a: statement timeout\n2026-11-23 18:40:18,750 ERROR a: statement timeout\n2026-11-23 18:41:00,5 WARN a: statement timeout\n", window)
	e := log.Events[0]
	if e.Level != "ERROR" || e.Count != 2 || e.First != 1795459218.25 || e.Last != 1795459218.75 || e.Line != 2 || e.PerSecond[1795459218] != 2 ||
		e.Example != "2026-11-23 18:40:18,250 ERROR a: statement timeout" {
		t.Errorf("%+v", e)
	}
	if w := log.Events[1]; w.Level != "WARNING" || w.First != 1795459260.5 {
		t.Errorf("%+v", w)
	}
	if log.Undated != 1 || log.Lines != 4 || log.Counted != 3 {
		t.Errorf("%+v", log)
	}
}

// Events long before and after the run do not count, those right beside it are
// kept by second.
func TestWindow(t *testing.T) {
	log := read(t, `2026-11-23 16:00:00Z ERROR a: statement timeout
2026-11-23 18:35:00Z ERROR a: statement timeout
2026-11-23 18:40:00Z ERROR a: statement timeout
2026-11-23 18:43:10Z ERROR a: statement timeout
2026-11-23 18:50:00Z ERROR a: statement timeout
2026-11-23 23:00:00Z ERROR a: statement timeout
`, window)
	e := log.Events[0]
	if e.Count != 2 || len(e.PerSecond) != 4 || e.First != 1795459200 || e.Last != 1795459390 {
		t.Errorf("%+v", e)
	}
	if log.Counted != 2 || log.End-log.Start != 7*3600 || log.OffsetWhy != "stated in the lines" {
		t.Errorf("%+v", log)
	}
}

func TestPatterns(t *testing.T) {
	src := "2026-11-23 18:40:18Z INFO quota: tenant=gold GET /v1/feed denied (402)\n2026-11-23 18:40:19Z INFO other\n"
	log := read(t, src, window, Pattern{"quota", `quota: tenant=(?P<user_type>\w+) (?P<endpoint>\S+ \S+) denied \((?P<status>\d+)\)`})
	if got := told(log); got != "quota 402 gold GET /v1/feed ×1" {
		t.Error(got)
	}
	for _, bad := range []Pattern{{"x", `(`}, {"", `x`}} {
		if _, _, err := Read(strings.NewReader(src), "app.log", window, []Pattern{bad}); err == nil || !strings.Contains(err.Error(), bad.Regexp) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
