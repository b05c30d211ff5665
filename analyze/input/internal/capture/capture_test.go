package capture

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/analyze/loadtest"
)

func TestParseTime(t *testing.T) {
	const want = 1795459218 // 2026-11-23T18:40:18Z
	for _, c := range []struct {
		text  string
		unix  float64
		local bool
	}{
		{"2026-11-23T18:40:18Z", want, false},
		{"2026-11-23T18:40:18.250Z", want + 0.25, false},
		{"2026-11-23 18:40:18,250", want + 0.25, true},
		{"2026-11-23 19:40:18+01", want, false},
		{"2026-11-23T19:40:18+01:00", want, false},
		{"2026-11-23 13:10:18 -0530", want, false},
		{"2026-11-23 18:40:18 UTC", want, false},
		{"2026-11-23 19:40:18 CET", want + 3600, true},
		{"2026/11/23 18:40:18", want, true},
		{"Mon Nov 23 18:40:18 UTC 2026", want, false},
		{"Mon Nov 23 18:40:18 2026", want, true},
		{"Mon Nov  3 18:40:18 GMT 2026", want - 20*86400, false},
		{"Mon 23 Nov 2026 06:40:18 PM UTC", want, false},
		{"Mon 23 Nov 2026 06:40:18 PM CET", want, true},
		{"Mon 23 Nov 12:40:18 AM UTC 2026", want - 18*3600, false},
		{"Mon, 23 Nov 2026 19:40:18 +0100", want, false},
		{"Monday, November 23, 2026 18:40:18 UTC", want, false},
		{"1795459218", want, false},
		{"2026-11-23_18:40:18", want, true},
		{"20261123T184018Z", want, false},
		{"20261123-184018", want, true},
		{"2026-11-23 18:40:18.250000000+00:00", want + 0.25, false},
		{"2026-11-23T18:40:18,250000000+00:00", want + 0.25, false},
		{"23.11.2026 18:40:18", want, true},
		{"23/11/2026, 18:40:18", want, true},
		{"11/23/2026 6:40:18 PM", want, true},
		{"Mo 23. Nov 18:40:18 UTC 2026", want, false},
		{"Do 5. Mär 18:40:18 UTC 2026", want - 263*86400, false},
		{"lun. 23 nov. 2026 18:40:18 UTC", want, false},
		{"mar. 24 nov. 2026 18:40:18 UTC", want + 86400, false},
		{"mar. 10 mars 2026 18:40:18 UTC", want - 258*86400, false},
		{"jeu. 23 juil. 2026 18:40:18 UTC", want - 123*86400, false},
		{"mar 24 nov 2026 18:40:18", want + 86400, true},
		{"mar 24 nov 2026, 18:40:18, UTC", want + 86400, false},
		{"do  5 mrt 2026 18:40:18 UTC", want - 263*86400, false},
		{"qui 05 mar 2026 18:40:18", want - 263*86400, true},
		{"wto, 24 lis 2026, 18:40:18 UTC", want + 86400, false},
		{"Вт 24 ноя 2026 18:40:18 UTC", want + 86400, false},
		{"tis 24 nov 2026 18:40:18 UTC", want + 86400, false},
		{"2026年 11月 24日 火曜日 18:40:18 UTC", want + 86400, false},
		{"2026年11月24日 18時40分18秒", want + 86400, true},
		{"Tue Nov 24 06:40:18 PM UTC 2026", want + 86400, false},
		{"1795459218.5", want + 0.5, false},
		{"1795459218500", want + 0.5, false},
	} {
		unix, local, ok := ParseTime(c.text)
		if !ok || unix != c.unix || local != c.local {
			t.Errorf("%q: %v %v %v, want %v %v", c.text, unix, local, ok, c.unix, c.local)
		}
	}
	for _, text := range []string{"", "0", "12345", "2026-13-23T18:40:18Z", "2026-02-30 00:00:00", "2026-11-23T25:00:00Z", "18:40:18",
		"Mon Nov 23 2026", "Mon Foo 23 18:40:18 UTC 2026", "Nov Nov 23 18:40:18 2026", "9999999999", "123456789012", "0x6565656565",
		"05/06/2026 18:40:18", "20261323T184018Z", "31.11.2026 18:40:18", "foo Nov 23 18:40:18 2026", "23/11.2026 18:40:18",
		"2026-11-23 18:40:18,123 ERROR app", "Mem: 24105 758 20911 73", "Mon Nov 23 13:40:18 PM 2026", "2026-11-23T18:40:18+99:00x"} {
		if unix, _, ok := ParseTime(text); ok {
			t.Errorf("%q was taken for %v", text, unix)
		}
	}
}

func TestTimeLine(t *testing.T) {
	for _, line := range []string{"=== 2026-11-23T18:40:18Z ===", "# 2026-11-23T18:40:18Z", "--- Mon Nov 23 18:40:18 UTC 2026 ---",
		"[2026-11-23 18:40:18 UTC]", "date: 2026-11-23T18:40:18Z", "Timestamp = 1795459218", "  2026-11-23T18:40:18Z  ",
		"Mon 23 Nov 2026 06:40:18 PM UTC (every 2s)", "## Mon Nov 23 18:40:18 2026", "time 2026-11-23 18:40:18",
		"Mon Nov 23 18:40:18 2026 (every 0.5s)", "Mo 23 Nov 2026 18:40:18 UTC (alle 2s)", "lun. 23 nov. 2026 18:40:18 (chaque 2s)", "Connections by state\tMon Nov 23 18:40:18 2026 (every 2s)",
		"Every 2.0s: psql -c SELECT 1        db1: Mon Nov 23 18:40:18 2026"} {
		if l, ok := timeLine(line); !ok || l.unix != 1795459218 {
			t.Errorf("%q: %v %v", line, l, ok)
		}
	}
	for _, line := range []string{"2026-11-23 18:42:54,782 ERROR apps.core.db: QueuePool limit", " 2026-11-23 18:40:18+00 | 13", "13", "-----------------",
		"top - 18:40:18 up 40 min,  0 user,  load average: 6.64, 6.00, 4.34"} {
		if l, ok := timeLine(line); ok {
			t.Errorf("%q was taken for %v", line, l)
		}
	}
}

// counts takes lines "name number".
func counts() Parser {
	return Parser{Kind: "counts", What: "counts",
		Sniff: func(lines []string) bool {
			return slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "n ") })
		},
		New: func() func(*Sample, func(Reading)) {
			return func(s *Sample, add func(Reading)) {
				for i, line := range s.Lines {
					name, text, _ := strings.Cut(line, " ")
					if v, err := strconv.ParseFloat(text, 64); err == nil && name != "" {
						s.Use(i, i+1)
						add(Reading{Component: "app", Metric: name, Value: v, Line: s.Line + i})
					}
				}
			}
		}}
}

func show(tracks []loadtest.Track, notes []loadtest.Note) string {
	var b strings.Builder
	for _, t := range tracks {
		fmt.Fprintf(&b, "%s", t.Metric)
		if t.Local {
			b.WriteString(" local")
		}
		for i := range t.Time {
			fmt.Fprintf(&b, " %g=%g@%d", t.Time[i]-1795459200, t.Value[i], t.Line[i])
		}
		b.WriteString("\n")
	}
	for _, n := range notes {
		fmt.Fprintf(&b, "%s %s %s: %s\n", n.Severity, n.Code, n.Source, n.Message)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"samples", "2026-11-23T18:40:18Z\nn 1\nm 7\n\n2026-11-23T18:40:20Z\nn 2\n",
			"n 18=1@2 20=2@6\nm 18=7@3\n"},
		{"windows", "\xef\xbb\xbf2026-11-23T18:40:18Z\r\nn 1\r\n", "n 18=1@2\n"},
		{"escapes", "\x1b[1m2026-11-23T18:40:18Z\x1b[0m\nn \x1b[31m1\x1b[0m\n", "n 18=1@2\n"},
		{"local", "Mon Nov 23 18:40:18 CET 2026\nn 1\n", "n local 18=1@2\n"},
		{"epochs", "1795459218\nn 1\n1795459220\nn 2\n", "n 18=1@2 20=2@4\n"},
		{"a number among ISO times is no time", "2026-11-23T18:40:18Z\nn 1\n1795459220\nn 2\n",
			"n 18=1@2\nwarn capture_not_understood d/f:3: 1 of 3 lines was not understood and skipped; the first is \"1795459220\".\n"},
		{"first look counts", "2026-11-23T18:40:18Z\nn 1\nn 2\n", "n 18=1@2\n"},
		{"backwards", "2026-11-23T18:40:20Z\nn 2\n2026-11-23T18:40:18Z\nn 1\n",
			"n 18=1@4 20=2@2\nwarn times_out_of_order d/f:4: The times go backwards here: two captures in one file, or a clock that was set. The readings were put in order.\n"},
		{"no times", "n 1\nn 2\n",
			"warn capture_without_times d/f:1: 2 readings have no time and were left out: no line with a time comes before them. Print one before each sample: date -u +%FT%TZ.\n"},
		{"strange", "$ date -u\n2026-11-23T18:40:18Z\n$ cmd\nn 1\n(1 row)\nTime: 1.2 ms\nZeit: 1241,123 ms (00:01,241)\n(2 Zeilen)\nNull display is \"∅\".\npsql (15.18)\nroot@db:~# cmd\nwhat <is> this\n",
			"n 18=1@4\nwarn capture_not_understood d/f:12: 1 of 2 lines was not understood and skipped; the first is \"what <is> this\".\n"},
		{"not numbers", "2026-11-23T18:40:18Z\nn NaN\nn Inf\n", ""},
	} {
		tracks, notes, err := Read(strings.NewReader(c.in), "d/f", []Parser{counts()})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		got := show(tracks, notes)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
	broken := errors.New("broken disk")
	if _, _, err := Read(io.MultiReader(strings.NewReader("n 1\nn"), iotest.ErrReader(broken)), "d/f", nil); !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "d/f: ") {
		t.Error(err)
	}
}

// A sample without end is handed over in pieces, and lines of any length are
// cut; no reading is lost on the way.
func TestReadBounds(t *testing.T) {
	var b strings.Builder
	b.WriteString("2026-11-23T18:40:18Z\n")
	for i := range 3 * mostLines {
		fmt.Fprintf(&b, "n%d %d\n", i, i)
	}
	b.WriteString("long " + strings.Repeat("9", mostLine+10) + "\n2026-11-23T18:40:20Z\nn0 5\n")
	tracks, notes, err := Read(strings.NewReader(b.String()), "f", []Parser{counts()})
	if err != nil || len(tracks) != mostTracks || tracks[0].Time[len(tracks[0].Time)-1] != 1795459220 {
		t.Error(len(tracks), err)
	}
	if len(notes) == 0 || notes[0].Code != "too_many_readings" {
		t.Error(notes)
	}
}

func TestSniff(t *testing.T) {
	for text, want := range map[string]int{"2026-11-23T18:40:18Z\nn 1\n": 1, "2026-11-23T18:40:18Z\nm 1\n": 0, "n 1\x00\n": 0, "": 0} {
		if got := len(Sniff([]byte(text), []Parser{counts()})); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
