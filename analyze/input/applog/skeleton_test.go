package applog

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/peakload/peakload/analyze/loadtest"
)

// taken is what is told of a log, with or without skeletons.
func taken(src []byte, w Window, quick bool, own ...compiled) (s *reading, log *loadtest.AppLog, told string) {
	s = newReading(w, own)
	if !quick {
		s.skeletons.learnt = math.MaxInt64
	}
	in := newLines(bytes.NewReader(src))
	for line, ok := in.next(); ok; line, ok = in.next() {
		s.line(line, in.number)
	}
	s.flush()
	log, notes, err := s.result(&loadtest.AppLog{File: "x", Format: s.format(), Lines: in.number, Undated: s.undated, Start: math.NaN(), End: math.NaN()}, w)
	return s, log, fmt.Sprint(notes, err)
}

func sameWithout(t interface{ Fatalf(string, ...any) }, src []byte, w Window, own ...compiled) *reading {
	quick, got, also := taken(src, w, true, own...)
	_, want, alsoWant := taken(src, w, false, own...)
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" || also != alsoWant {
		t.Fatalf("with skeletons it is otherwise (-without, +with):\n%s\n%s\n%s\nof\n%s", diff, alsoWant, also, src[:min(len(src), 4000)])
	}
	return quick
}

// Skeletons change nothing of what is told, line by line: statements that write
// again and again with other numbers, paths and names, whole, cut, or mixed
// with lines of other forms.
func TestSkeletonsChangeNothing(t *testing.T) {
	heads := []string{" ERROR a.b: ", " INFO apps.api.views: ", " WARNING ", " INFO 1 --- [nio-8080-exec-N] c.e.Story : ", " - a.limits - WARNING - ", "] [ERROR] [a.b] ", "] [INFO] [7] ", " DEBUG1 ", " [error] 29#29: ",
		" ERROR worker-N.pool: ", " ERROR conn.N: ", " ERROR N.x: ", "\tERROR\tapi/feed.go:N\t", " ", " web-1 gunicorn[N]: ERROR ", " DETAIL: ", " stdout F ERROR ", " N ERROR ", "ERROR", " ERROR:a", " {\"level\":\"ERROR\",\"msg\":\"x\"} ", " level=error msg=x ",
		" host ERROR/x: ", " ERROR /v1/N]: ", " ERROR sql.TimeoutError: ", " ERROR \"", " a b: ERROR x ", " ERROR"}
	parts := append([]string{"N", "N", "id=N", "1.N", "N.5", "aN", "N/N", "N://x/N", "hN://x/N", "http://h/N", "GET /v1/N", "POST \"http://h/N", "path=/a/N", "status=N", "user_type=uN", "user_type=writer", "method=GET", "method=\"POST\" ",
		"\"GET /x/N HTTP/1.1\" N", "\"GETN", "'", "\"", "(", "Not Found: /x/N", "Forbidden (N): /y", " ", ":", "://", "//", ".", "=", "\x00", "\xff", "\t", "é"}, vocabulary...)
	numbers := []string{"0", "7", "12", "503", "404", "200", "5432", "99999", "123456", "7f3a", "7f33", "deadbeef01", "ab1cd2efgh", "ab1cd2efg7", "x9", "1e5", "40P01", "053", "abc", ""}
	fits := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		var statements []string
		for range rapid.IntRange(1, 4).Draw(rt, "statements") {
			words := rapid.SliceOfN(rapid.SampledFrom(parts), 0, 6).Draw(rt, "words")
			statements = append(statements, rapid.SampledFrom(heads).Draw(rt, "head")+strings.Join(words, rapid.SampledFrom([]string{" ", "", ", "}).Draw(rt, "between")))
		}
		var b []byte
		for i := range rapid.IntRange(4, 40).Draw(rt, "lines") {
			line := []byte(rapid.SampledFrom(statements).Draw(rt, "statement"))
			for bytes.IndexByte(line, 'N') >= 0 && rapid.IntRange(0, 30).Draw(rt, "vary") > 0 {
				line = bytes.Replace(line, []byte("N"), []byte(rapid.SampledFrom(numbers).Draw(rt, "number")), 1)
			}
			if rapid.IntRange(0, 9).Draw(rt, "cut") == 0 {
				line = line[:rapid.IntRange(0, len(line)).Draw(rt, "at")]
			}
			at := rapid.SampledFrom([]string{"2026-11-23 18:40:%02d,123", "2026-11-23 18:40:%02d,123", "[2026-11-23 18:40:%02d +0000", "2026/11/23 18:40:%02d", "Nov 23 18:40:%02d", "179545920%d.5", ""}).Draw(rt, "time")
			if at != "" {
				b = fmt.Appendf(b, at, i%10)
			}
			b = append(append(b, line...), rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n", "\nTraceback (most recent call last):\n  File \"x\"\na.TimeoutError: QueuePool limit of size 10\n",
				"\nCONTEXT: N\n", "\n{\"time\":\"2026-11-23T18:40:18Z\",\"level\":\"ERROR\",\"msg\":\"\\u0064 \\\"x\",\"status\":503}\n", "\ntime=2026-11-23T18:40:18Z level=error msg=\"a \\\" b\" path=/x\n"}).Draw(rt, "end")...)
		}
		var own []compiled
		if rapid.IntRange(0, 3).Draw(rt, "patterns") == 0 {
			own, _ = compile([]Pattern{{"mine", `failed|pool (?P<status>\d+)|id=(?P<user_type>\w+)`}})
		}
		fits += sameWithout(rt, b, window, own...).skeletons.used
	})
	if fits == 0 {
		t.Error("no line fitted a skeleton")
	}
}

// They are of use where statements write again and again.
func TestSkeletonsFit(t *testing.T) {
	for _, l := range busyLogs {
		s := sameWithout(t, generate(l.line, 2<<20), Window{1795459200, 1795460400, math.NaN()})
		if used, events := s.skeletons.used, s.formsOf[python]; 10*used < 9*events {
			t.Errorf("%s: %d of %d lines fitted a skeleton", l.name, used, events)
		}
	}
}

func TestSkeletonsOfRealLogs(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(runs, "*", "app.log"))
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sameWithout(t, src[:min(len(src), 1<<20)], Unknown())
	}
}

// Statements without number neither fill the memory nor are learnt for ever.
func TestSkeletonsAreBounded(t *testing.T) {
	var s skeletons
	learn := func(n int, level string) {
		for i := range n {
			word := []byte{'a' + byte(i%26), 'a' + byte(i/26%26), 'a' + byte(i/676%26), 'a' + byte(i/17576%26)}
			b := fmt.Appendf(nil, " %s x.y: %s failed", level, word)
			s.learn(b, &record{level: errorLevel, message: b[len(b)-11:]}, verdict{})
		}
	}
	if learn(3*learnFreely, "ERROR"); s.learnt > learnFreely+2 {
		t.Errorf("%d learnt, none of use", s.learnt)
	}
	s.used = math.MaxInt32
	if learn(4*mostBranches, "ERROR"); s.size > mostBranches+2*mostVarying+2 {
		t.Errorf("%d branches", s.size)
	}
}
