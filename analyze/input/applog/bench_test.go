package applog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// benchBytes is the size of a benchmark's log: PEAKLOAD_LOG_MB, else 64 MB.
func benchBytes() int {
	if mb, err := strconv.Atoi(os.Getenv("PEAKLOAD_LOG_MB")); err == nil && mb > 0 {
		return mb << 20
	}
	return 64 << 20
}

// busy writes a line of a busy server's log.
type busy func(b []byte, r *rand.Rand, at time.Time) []byte

func pick(r *rand.Rand, s ...string) string { return s[r.IntN(len(s))] }

var busyLogs = []struct {
	name string
	line busy
}{
	{"python", func(b []byte, r *rand.Rand, at time.Time) []byte {
		b = at.AppendFormat(b, "2006-01-02 15:04:05,000")
		switch n := r.IntN(100); {
		case n < 60:
			return fmt.Appendf(b, " INFO apps.api.views: served GET /v1/stories/%d user=%d in %d.%02d ms request_id=%08x", r.IntN(20000), r.IntN(1e6), r.IntN(900), r.IntN(100), r.Uint32())
		case n < 80:
			return fmt.Appendf(b, " WARNING apps.core.ratelimit: Rate limit exceeded path=/v1/stories/%d user_type=%s limit=%d/10s", r.IntN(20000), pick(r, "writer", "authenticated", "unauthenticated"), r.IntN(9))
		case n < 97:
			return fmt.Appendf(b, " ERROR apps.core.db: QueuePool limit of size 10 overflow 0 reached, connection timed out, timeout 1.00 path=/v1/stories/%d", r.IntN(20000))
		}
		return append(fmt.Appendf(b, " ERROR django.request: Internal Server Error: /v1/stories/%d\nTraceback (most recent call last):\n  File \"/srv/app/views.py\", line %d, in get\n    return self.load(request)\n", r.IntN(20000), r.IntN(900)),
			"sqlalchemy.exc.TimeoutError: QueuePool limit of size 10 overflow 0 reached"...)
	}},
	{"json", func(b []byte, r *rand.Rand, at time.Time) []byte {
		return fmt.Appendf(b, `{"time":"%s","level":"%s","msg":"%s","method":"GET","path":"/v1/stories/%d","status":%s,"duration_ms":%d.%03d,"request_id":"%016x","user_type":"%s"}`,
			at.Format("2006-01-02T15:04:05.000Z"), pick(r, "INFO", "INFO", "WARN", "ERROR"), pick(r, "request", "request done", "statement timeout"), r.IntN(20000), pick(r, "200", "200", "429", "503"),
			r.IntN(900), r.IntN(1000), r.Uint64(), pick(r, "writer", "reader"))
	}},
	{"logfmt", func(b []byte, r *rand.Rand, at time.Time) []byte {
		return fmt.Appendf(b, `time=%s level=%s msg="%s" method=GET path=/v1/stories/%d status=%s duration=%d.%03dms request_id=%016x`,
			at.Format("2006-01-02T15:04:05.000Z"), pick(r, "INFO", "INFO", "WARN", "ERROR"), pick(r, "request", "request done", "statement timeout"), r.IntN(20000), pick(r, "200", "200", "429", "503"),
			r.IntN(900), r.IntN(1000), r.Uint64())
	}},
	{"access", func(b []byte, r *rand.Rand, at time.Time) []byte {
		return fmt.Appendf(b, `10.%d.%d.%d - - [%s] "GET /v1/stories/%d?page=%d HTTP/1.1" %s %d "-" "Mozilla/5.0 (X11; Linux x86_64) python-requests/2.31.0" %d.%03d`, r.IntN(256), r.IntN(256), r.IntN(256),
			at.Format("02/Jan/2006:15:04:05 -0700"), r.IntN(20000), r.IntN(50), pick(r, "200", "200", "200", "429", "503"), r.IntN(90000), r.IntN(2), r.IntN(1000))
	}},
	{"java", func(b []byte, r *rand.Rand, at time.Time) []byte {
		return fmt.Appendf(b, `%s %s 1 --- [nio-8080-exec-%d] c.example.demo.StoryController : %s`, at.Format("2006-01-02T15:04:05.000Z"), pick(r, " INFO", " INFO", " WARN", "ERROR"), r.IntN(200),
			pick(r, "loaded 17 stories for user 1834 in 12 ms", "HikariPool-1 - Connection is not available, request timed out after 30000ms.", "cache miss for key story:18823:v3"))
	}},
}

// generate writes a log of a busy server over an hour around the run.
func generate(line busy, size int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 0, size+1000)
	const start = 1795459200 - 1800
	for len(b) < size {
		at := time.UnixMilli(start*1000 + int64(float64(len(b))/float64(size)*3600e3)).UTC()
		b = append(line(b, r, at), '\n')
	}
	return b
}

// BenchmarkRead reads a busy server's log from memory, also by the second of
// processor time, which other work on the machine does not change; and reports
// the same for grep -c ERROR on the same log in a file in memory's cache.
func BenchmarkRead(b *testing.B) {
	for _, l := range busyLogs {
		b.Run(l.name, func(b *testing.B) {
			src := generate(l.line, benchBytes())
			w := Window{1795459200, 1795459200 + 1200, window.Zone}
			grep := grepped(b, src)
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			b.ResetTimer()
			busy, runs := processorTime(), 0
			for b.Loop() {
				runs++
				log, _, err := Read(bytes.NewReader(src), "app.log", w, nil)
				if err != nil || log.Counted == 0 {
					b.Fatal(log, err)
				}
			}
			if took := processorTime() - busy; took > 0 {
				b.ReportMetric(float64(len(src))*float64(runs)/took.Seconds()/1e6, "MB/cpu-s")
			}
			if grep > 0 {
				rate := float64(len(src)) * float64(b.N) / b.Elapsed().Seconds() / 1e6
				b.ReportMetric(grep, "grep-MB/s")
				b.ReportMetric(rate/grep, "of-grep")
			}
		})
	}
}

// grepped is how fast grep -c reads a log, in MB/s; 0 where there is no grep.
func grepped(b *testing.B, src []byte) float64 {
	grep, err := exec.LookPath("grep")
	if err != nil {
		return 0
	}
	file := filepath.Join(b.TempDir(), "app.log")
	if err := os.WriteFile(file, src, 0o600); err != nil {
		b.Fatal(err)
	}
	best := 0.0
	for range 3 {
		at := time.Now()
		// Output, as grep stops at the first match where nobody reads it.
		if _, err := exec.Command(grep, "-c", "ERROR", file).Output(); err != nil && err.Error() != "exit status 1" {
			return 0
		}
		best = max(best, float64(len(src))/time.Since(at).Seconds()/1e6)
	}
	return best
}
