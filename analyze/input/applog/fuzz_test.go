package applog

import (
	"bytes"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// Whatever a file holds, reading it ends, and what is counted fits together.
func FuzzRead(f *testing.F) {
	for _, c := range forms_ {
		f.Add([]byte(c.lines))
	}
	f.Add([]byte("{\"time\":\"2026-11-23T18:40:18Z\",\"level\":\"ERROR\",\"msg\":\"\\u00"))
	f.Add([]byte("time=2026-11-23T18:40:18Z level=error msg=\"x\\"))
	f.Fuzz(func(t *testing.T, src []byte) {
		Sniff(src)
		for _, w := range []Window{window, Unknown()} {
			log, _, err := Read(bytes.NewReader(src), "x", w, nil)
			if err != nil {
				continue
			}
			var sum int64
			for _, e := range log.Events {
				var kept int64
				for _, n := range e.PerSecond {
					kept += n
				}
				if e.Count > kept || kept == 0 || e.Class == "" || e.Line < 1 || e.Line > log.Lines || len(e.Example) > 3*exampleBytes || !utf8.ValidString(e.Example) {
					t.Errorf("%+v", e)
				}
				if e.Count > 0 && !(e.First <= e.Last) {
					t.Errorf("from %g to %g: %+v", e.First, e.Last, e)
				}
				sum += e.Count
			}
			if sum != log.Counted || log.Undated > log.Lines {
				t.Errorf("%d events, %d counted; %d of %d undated", sum, log.Counted, log.Undated, log.Lines)
			}
		}
	})
}

// How a stream is cut into reads changes nothing.
func TestReadsInPieces(t *testing.T) {
	for _, c := range forms_ {
		whole := told(read(t, c.lines, window))
		log, _, err := Read(iotest.OneByteReader(strings.NewReader(c.lines)), "x", window, nil)
		if err != nil || told(log) != whole {
			t.Errorf("%s: %v, %s", c.name, err, told(log))
		}
	}
	if _, _, err := Read(io.MultiReader(strings.NewReader("2026-11-23 18:40:18 ERROR x: y\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), "x", window, nil); err != io.ErrUnexpectedEOF {
		t.Error(err)
	}
}

// A line without an end is a line, and does not end the log.
func TestEndlessLine(t *testing.T) {
	long := "2026-11-23 18:40:18Z ERROR x: deadlock detected " + strings.Repeat("x", 3*blockBytes)
	log := read(t, long+"\n2026-11-23 18:40:19Z ERROR x: statement timeout\n", window)
	if got := told(log); got != "db_lock_timeout ×1; db_query_timeout ×1" || log.Lines != 2 {
		t.Error(got, log.Lines)
	}
}

// repeating gives a log of n bytes without holding it.
type repeating struct {
	block []byte
	left  int
	at    int
}

func (r *repeating) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, r.block[r.at:])
	r.at = (r.at + n) % len(r.block)
	r.left -= n
	return n, nil
}

// Reading more of a log takes no more memory.
func TestConstantMemory(t *testing.T) {
	block := generate(busyLogs[0].line, 2<<20)
	grown := func(size int) uint64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := newReading(Window{1795459200, 1795460400, math.NaN()}, nil)
		in := newLines(&repeating{block: block, left: size})
		for line, ok := in.next(); ok; line, ok = in.next() {
			s.line(line, in.number)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(s)
		return max(after.HeapAlloc, before.HeapAlloc) - before.HeapAlloc
	}
	small, large := grown(2<<20), grown(16<<20)
	if large > 2*small+(4<<20) {
		t.Errorf("2 MB of a log hold %d kB, 16 MB %d kB", small>>10, large>>10)
	}
}

// More kinds than are told apart: the counts by class stay right.
func TestManyKinds(t *testing.T) {
	var b strings.Builder
	for i := range 3 * mostKinds {
		b.WriteString("2026-11-23 18:40:18Z WARNING x: Rate limit exceeded user_type=")
		b.WriteString(string([]byte{'a' + byte(i%26), 'a' + byte(i/26%26), 'a' + byte(i/676%26)}))
		b.WriteByte('\n')
	}
	log, notes, err := Read(strings.NewReader(b.String()), "x", window, nil)
	if err != nil || len(log.Events) > mostKinds+1 || sum(log, "rate_limited", all)[""] != 3*mostKinds {
		t.Error(err, len(log.Events), log.Counted)
	}
	if len(notes) != 1 || notes[0].Code != "log_kinds_merged" {
		t.Errorf("%+v", notes)
	}
}
