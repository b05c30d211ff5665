package applog

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/peakload/peakload/analyze/internal/errortext"
)

// vocabulary are the pieces of which random messages are made: what the rules
// look for, what looks like it, and what varies from line to line.
var vocabulary = []string{
	"status=429", "status=503", "status code 404", "HTTP 500", "got 503", "429 Too Many Requests", "503", "429", "200", "0", "code: 0", "expected 200, got 502", "1205", "(1205,",
	"SQLSTATE 53300", "pgcode 40P01", "40p01", "55P03", "57P01", "error 57014", "[Errno 111]", "[errno 24]", "[errno 99]", "ORA-00060", "ORA-12", "winerror 10048", "08006", "code 08006", "40001",
	"QueuePool limit of size 5", "connection pool exhausted", "deadlock detected", "statement timeout", "rate limit exceeded", "too many clients", "timed out", "timeout 1.50",
	"Connection refused", "connection to redis:6379 failed", "psycopg2", "could not connect to 10.0.0.1:5432", "port=5432", "host='10.0.0.7'", "with url: /items/429",
	"/items/429", "(/deadlock/503)", "http://h:80/timeout/429?x=503", "https://a.b/c", "path=/v1/feed", "\"GET /x/503 HTTP/1.1\"", "s3://bucket/429", "Not Found: /x", "Internal Server Error: /y",
	"exited with code 137", "exited with code 0", "exit status 1", "exit code 20", "panic: boom", "was sent SIGKILL", "terminated by signal 9", "killed process 1514", "Booting worker with pid: 7",
	"Started App in 3.2 seconds", "Slow request: GET /a 1200 ms", "duration: 12.5 ms", "out of memory", "MemoryError", "worker 12 booted",
	"7", "42", "345", "451", "599", "1234", "12345", "123456", "00:12", "3.14", "1.503", "1.503s", "2.57014", "4.5s3", "10.0.0.429", "450 ms", "503ms", "user 12", "id=7f3a9bc21d", "550e8400-e29b-41d4-a716-446655440000", "0x1f", "v1", "p95",
	"the", "order", "failed", "error", "and", "üñ", "\u212A503", "'x'", "(a)", "[b]", "a:b", "=", "-", ",", "rate", "limit", "x_503", "503_x", "a503",
}

func message(rt *rapid.T, label string) string {
	words := rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 6).Draw(rt, label)
	return strings.Join(words, rapid.SampledFrom([]string{" ", ": ", ", ", "; "}).Draw(rt, label+" between"))
}

// What is decided of a template is what would be decided of the message: the
// rules lose nothing to templates.
func TestTemplatesLoseNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		msg := message(rt, "message")
		l := rapid.SampledFrom([]level{noLevel, info, warning, errorLevel}).Draw(rt, "level")
		status := rapid.SampledFrom([]int{0, 0, 200, 429, 503}).Draw(rt, "status")
		request := rapid.Bool().Draw(rt, "request")
		var tm template
		tm.add([]byte(msg), nil)
		if of, want := decide(l, status, request, string(tm.buf)), decide(l, status, request, msg); of != want {
			rt.Errorf("%q is %+v, its template %q %+v", msg, want, tm.buf, of)
		}
		if of, want := decideMore(string(tm.buf)), decideMore(msg); of != want {
			rt.Errorf("continued, %q is %+v, its template %q %+v", msg, want, tm.buf, of)
		}
	})
}

// A template's template is itself.
func TestTemplatesAreStable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var once, twice template
		once.add([]byte(message(rt, "message")), nil)
		twice.add(once.buf, nil)
		if string(once.buf) != string(twice.buf) {
			rt.Errorf("%q becomes %q", once.buf, twice.buf)
		}
	})
}

// What was decided before is what is decided anew, whatever came before.
func TestVerdictsAreRemembered(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var v verdicts
		messages := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) string { return message(rt, "m") }), 1, 4).Draw(rt, "messages")
		for range 20 {
			r := record{form: text, level: rapid.SampledFrom([]level{noLevel, debug, info, warning, errorLevel, fatal}).Draw(rt, "level"),
				message: []byte(rapid.SampledFrom(messages).Draw(rt, "message")), status: rapid.SampledFrom([]int{0, 200, 404, 429, 503}).Draw(rt, "status"),
				request: rapid.Bool().Draw(rt, "request"), err: []byte(rapid.SampledFrom(append(messages, "")).Draw(rt, "error"))}
			whole := string(r.message)
			if len(r.err) > 0 {
				whole += ": " + string(r.err)
			}
			if got, want := v.of(&r, &skeletons{}), decide(r.level, r.status, r.request, whole); got != want {
				rt.Errorf("%v %d %v %q: remembered %+v, anew %+v", r.level, r.status, r.request, whole, got, want)
			}
			if got, want := v.more([]byte(whole)), decideMore(whole); got != want {
				rt.Errorf("%q continued: remembered %+v, anew %+v", whole, got, want)
			}
		}
	})
}

// Many different messages make the memory for verdicts neither grow nor lie.
func TestVerdictsAreBounded(t *testing.T) {
	var v verdicts
	for i := range 2 * mostTemplates {
		word := []byte{'a' + byte(i%26), 'a' + byte(i/26%26), 'a' + byte(i/676%26), 'a' + byte(i/17576%26)}
		r := record{level: errorLevel, message: append(word, " deadlock detected"...)}
		if d := v.of(&r, &skeletons{}); d.class != errortext.DBLock {
			t.Fatalf("%s: %+v", r.message, d)
		}
	}
	if len(v.known) > mostTemplates || v.bytes > mostTemplateBytes {
		t.Errorf("%d templates of %d bytes", len(v.known), v.bytes)
	}
}
