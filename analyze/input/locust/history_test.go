package locust

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

const fixtures = "../../../testdata/locust/"

func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(fixtures + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func codes(notes []loadtest.Note) string {
	var list []string
	for _, n := range notes {
		list = append(list, n.Code)
	}
	return strings.Join(list, " ")
}

func segments(h *loadtest.History) string {
	var list []string
	for _, s := range h.Segments {
		list = append(list, fmt.Sprintf("%d-%d %s", s.From, s.To, s.Why))
	}
	return strings.Join(list, ", ")
}

// TestHistoryFixtures holds what each recorded history says; the figures were
// read from the files by eye and grep.
func TestHistoryFixtures(t *testing.T) {
	for _, c := range []struct {
		file               string
		samples, endpoints int
		requests, failures int64
		users              int // most
		step               float64
		scope              loadtest.Scope
		segments           string
		notes              string
	}{
		{"2.46/full_stats_history.csv", 25, 11, 642, 58, 8, 1, loadtest.Windowed, "0-24 start", ""},
		{"2.46/shape_stats_history.csv", 25, 0, 429, 35, 8, 1, loadtest.Cumulative, "0-24 start", "cumulative_percentiles"},
		{"2.46/reset_stats_history.csv", 25, 11, 69, 7, 8, 1, loadtest.Windowed, "0-8 start, 9-17 counters reset, 18-24 counters reset", "counters_reset counters_reset"},
		{"2.46/dist_stats_history.csv", 23, 11, 397, 31, 6, 3, loadtest.Windowed, "0-22 start", "master_steps"},
		{"2.46/stall_stats_history.csv", 34, 1, 342, 0, 4, 1, loadtest.Windowed, "0-33 start", "frozen_rate"},
		{"2.46/trunc_stats_history.csv", 8, 60, 834, 0, 6, 1, loadtest.Windowed, "0-7 start", "torn_group"},
		{"2.46/web_stats_history.csv", 23, 11, 22, 5, 4, 1, loadtest.Windowed, "0-9 start, 10-18 counters reset, 19-22 new test", "counters_reset new_test frozen_rate"},
		{"2.12/full_stats_history.csv", 21, 11, 520, 41, 8, 1, loadtest.Windowed, "0-20 start", ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			h, notes, err := ReadHistory(strings.NewReader(read(t, c.file)), c.file)
			if err != nil {
				t.Fatal(err)
			}
			last := len(h.Time) - 1
			got := fmt.Sprint(len(h.Time), len(h.Endpoints), h.Total.Requests[last], h.Total.Failures[last], slices.Max(h.Users), h.Step, h.Scope, segments(h), codes(notes))
			want := fmt.Sprint(c.samples, c.endpoints, c.requests, c.failures, c.users, c.step, c.scope, c.segments, c.notes)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			checkShape(t, h)
		})
	}
}

// checkShape checks what holds of every History.
func checkShape(t testing.TB, h *loadtest.History) {
	t.Helper()
	n, np := len(h.Time), len(h.Percentiles)
	if len(h.Line) != n || len(h.Users) != n {
		t.Fatalf("%d times, %d lines, %d users", n, len(h.Line), len(h.Users))
	}
	for _, s := range append([]loadtest.Series{h.Total}, h.Endpoints...) {
		for _, l := range []int{len(s.Requests), len(s.Failures), len(s.Mean), len(s.Median), len(s.Min), len(s.Max), len(s.Size)} {
			if l != n {
				t.Fatalf("%q has %d values for %d samples", s.Endpoint.Name, l, n)
			}
		}
		if len(s.Quantiles) != n*np || s.Rate != nil && len(s.Rate) != n {
			t.Fatalf("%q has %d quantiles and %d rates for %d samples", s.Endpoint.Name, len(s.Quantiles), len(s.Rate), n)
		}
	}
	if !slices.IsSorted(h.Percentiles) {
		t.Fatal("percentiles do not ascend", h.Percentiles)
	}
	next := 0
	for _, g := range h.Segments {
		if g.From != next || g.To < g.From || g.Why == "" {
			t.Fatal("segments do not tile the samples", h.Segments)
		}
		next = g.To + 1
		for i := g.From + 1; i <= g.To; i++ {
			if h.Time[i] <= h.Time[i-1] {
				t.Fatalf("time does not ascend at sample %d", i)
			}
			if h.Total.Requests[i] < h.Total.Requests[i-1] || h.Total.Failures[i] < h.Total.Failures[i-1] {
				t.Fatalf("a counter falls at sample %d without a new segment", i)
			}
		}
	}
	if next != n {
		t.Fatal("segments do not tile the samples", h.Segments, n)
	}
}

// TestHistoryValues holds single cells of a fixture, in base units.
func TestHistoryValues(t *testing.T) {
	h, _, err := ReadHistory(strings.NewReader(read(t, "2.46/full_stats_history.csv")), "f")
	if err != nil {
		t.Fatal(err)
	}
	if h.Time[0] != 1795457678 || h.Line[0] != 2 || h.Users[1] != 2 || !math.IsNaN(h.Total.Mean[0]) || !math.IsNaN(float64(h.Total.Quantiles[0])) {
		t.Error("first sample", h.Time[0], h.Line[0], h.Users[1], h.Total.Mean[0], h.Total.Quantiles[0])
	}
	fast := h.Endpoints[0]
	if fast.Endpoint != (loadtest.Endpoint{Method: "GET", Name: "/fast"}) || fast.Requests[1] != 4 || fast.Mean[1] != 7.72460000001729/1000 ||
		fast.Max[1] != 15.022657000031359/1000 || fast.Size[1] != 120 || !math.IsNaN(float64(fast.Quantiles[11])) || fast.Requests[0] != 0 {
		t.Errorf("%+v", fast)
	}
	for _, s := range h.Endpoints {
		if s.Endpoint.Name == "none rt" && (!math.IsNaN(s.Mean[24]) || s.Requests[24] == 0) {
			t.Error("an endpoint without latencies has a mean", s.Mean[24])
		}
	}
	if i := slices.IndexFunc(h.Endpoints, func(s loadtest.Series) bool { return s.Endpoint.Name == `/fast?a=1,2&b="q" é` }); i < 0 {
		t.Error("the quoted name is missing")
	}
}

const (
	old014 = `"Type","Name","Timestamp","# requests","# failures","Requests/s","Requests Failed/s","Median response time","Average response time","Min response time","Max response time","Average Content Size","50%","66%","75%","80%","90%","95%","98%","99%","99.9%","99.99%","99.999","100%"
"None","Aggregated","1574373141",0,0,0.00,0.00,0,0,0,0.00,0.00,"N/A","N/A","N/A","N/A","N/A","N/A","N/A","N/A","N/A","N/A","N/A","N/A"
"GET","Login "now", quickly","1574373143",1,0,0.00,0.00,28,28,28,28.74,0.00,28,28,28,28,28,28,28,28,28,28,28,28
"None","Aggregated","1574373143",1,0,0.00,0.00,28,28,28,28.74,0.00,28,28,28,28,28,28,28,28,28,28,28,28`
	old11 = `"Timestamp","User Count","Type","Name","Requests/s","Failures/s","50%","66%","75%","80%","90%","95%","98%","99%","99.9%","99.99%","99.999%","100%","Total Request Count","Total Failure Count","Total Median Response Time","Total Average Response Time","Total Min Response Time","Total Max Response Time","Total Average Content Size"
"1574373141","3","GET","/a",1.50,0.10,10,20,30,40,50,60,70,80,90,100,110,120,5,1,10,11,9,120,500
"1574373141","3","","Aggregated",1.50,0.10,10,20,30,40,50,60,70,80,90,100,110,120,5,1,10,11,9,120,500`
)

func TestOldFamilies(t *testing.T) {
	h, notes, err := ReadHistory(strings.NewReader(old014), "old")
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Time) != 2 || h.Endpoints[0].Endpoint.Name != `Login "now", quickly` || h.Total.Requests[1] != 1 || !h.NoUsers ||
		h.Scope != loadtest.Windowed || len(h.Percentiles) != 12 || h.Percentiles[10] != 0.99999 || math.Abs(h.Total.Max[1]-0.02874) > 1e-12 || codes(notes) != "no_user_count" {
		t.Errorf("%+v %v", h, codes(notes))
	}
	h, notes, err = ReadHistory(strings.NewReader(old11), "old")
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Time) != 1 || h.Users[0] != 3 || h.Endpoints[0].Requests[0] != 5 || h.Total.Quantiles[11] != 0.12 || h.Total.Size[0] != 500 || h.Scope != loadtest.Windowed || len(notes) > 0 {
		t.Errorf("%+v %v", h, notes)
	}
}

// small is a history with few columns, for odd forms.
func small(rows ...string) string {
	return "Timestamp,User Count,Type,Name,Requests/s,95%,50%,Total Request Count,Total Failure Count,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size\r\n" +
		strings.Join(rows, "\r\n") + "\r\n"
}

func agg(time, users, count int) string {
	return fmt.Sprintf("%d,%d,,Aggregated,1.000000,20,10,%d,0,10.5,5.5,20.5,100.0", time, users, count)
}

func TestHistoryForms(t *testing.T) {
	plain := small(agg(100, 1, 5), agg(101, 1, 6), agg(102, 1, 9))
	reference, _, err := ReadHistory(strings.NewReader(plain), "f")
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Options{cmpopts.EquateNaNs(), cmpopts.IgnoreFields(loadtest.History{}, "Line")}
	for name, text := range map[string]string{
		"LF":               strings.ReplaceAll(plain, "\r\n", "\n"),
		"CR CR LF":         strings.ReplaceAll(plain, "\r\n", "\r\r\n"),
		"blank lines":      strings.ReplaceAll(plain, "\r\n", "\n\n"),
		"BOM":              "\ufeff" + plain,
		"no final newline": strings.TrimRight(plain, "\r\n"),
		"trailing NULs":    plain + "\x00\x00\x00",
		"semicolons":       strings.ReplaceAll(strings.ReplaceAll(plain, ",", ";"), ".", ","),
		"header again":     strings.Replace(plain, "\r\n102,", "\r\n"+strings.SplitAfter(plain, "\r\n")[0]+"102,", 1),
		"case":             strings.Replace(plain, "User Count", "user count", 1),
	} {
		h, _, err := ReadHistory(strings.NewReader(text), "f")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "no final newline" { // the last cell may be cut, so it is not believed
			h.Total.Size[2] = reference.Total.Size[2]
		}
		if d := cmp.Diff(reference, h, same); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestHistoryQuirks(t *testing.T) {
	endpoint := func(time int, name string, count int) string {
		return fmt.Sprintf("%d,1,%s,1.0,20,10,%d,0,10.5,5.5,20.5,100.0", time, name, count)
	}
	for _, c := range []struct {
		name, text string
		times      string
		requests   string
		endpoints  string
		notes      string
	}{
		{"skipped and repeated seconds", small(agg(100, 1, 1), agg(102, 1, 2), agg(102, 1, 3), agg(103, 1, 4)),
			"[100 102 103]", "[1 3 4]", "", "repeated_seconds cumulative_percentiles"},
		{"gap", small(agg(100, 1, 1), agg(101, 1, 2), agg(110, 1, 3)), "[100 101 110]", "[1 2 3]", "", "gap cumulative_percentiles"},
		{"clock steps back", small(agg(100, 1, 1), agg(101, 1, 2), agg(50, 1, 3), agg(51, 1, 4)),
			"[100 101 102 103]", "[1 2 3 4]", "", "clock_stepped_back cumulative_percentiles"},
		{"an endpoint called Aggregated", small(endpoint(100, "GET,/a", 2), endpoint(100, ",Aggregated", 3), endpoint(100, "GET,/b", 4), agg(100, 1, 9),
			endpoint(101, "GET,/a", 3), endpoint(101, ",Aggregated", 4), endpoint(101, "GET,/b", 5), agg(101, 1, 12)),
			"[100 101]", "[9 12]", "GET /a|GET /b| Aggregated", "unknown_scope"},
		{"torn row", small(agg(100, 1, 1)) + "101,1,,Aggreg", "[100]", "[1]", "", "torn_row cumulative_percentiles"},
		{"torn in a quoted name", small(endpoint(100, "GET,/a", 1), agg(100, 1, 1)) + "101,1,GET,\"/b,", "[100]", "[1]", "GET /a", "torn_row unknown_scope"},
		{"torn group of a new endpoint", small(endpoint(100, "GET,/a", 1), agg(100, 1, 1), endpoint(101, "GET,/a", 2), endpoint(101, "GET,/b", 1)),
			"[100]", "[1]", "GET /a", "torn_group unknown_scope"},
		{"names", small(endpoint(100, `GET,"/a,""b"""`, 1), endpoint(100, "GET,", 1), endpoint(100, "POST,\"two\nlines\"", 1), endpoint(100, "GET,caf\xe9", 1), agg(100, 1, 4)),
			"[100]", "[4]", "GET /a,\"b\"|GET |POST two\nlines|GET café", "not_utf8 unknown_scope"},
		{"sums", small(endpoint(100, "GET,/a", 1), agg(100, 1, 4)), "[100]", "[4]", "GET /a", "sum_mismatch unknown_scope"},
		{"a reset that only the maximum shows", small(agg(100, 1, 4), strings.Replace(agg(101, 1, 4), "20.5", "19.5", 1)), "[100 101]", "[4 4]", "", "counters_reset cumulative_percentiles"},
		{"a damaged maximum is no reset", small(agg(100, 1, 4), strings.Replace(agg(101, 1, 9), "20.5", "19.5", 1)), "[100 101]", "[4 9]", "", "implausible_row cumulative_percentiles"},
		{"fine percentiles", small(strings.Replace(agg(100, 1, 4), ",20,10,", ",123,10,", 1)), "[100]", "[4]", "", "custom_buckets cumulative_percentiles"},
		{"header only", small()[:len(small())-2], "[]", "[]", "", "empty_history"},
		{"nothing", "", "[]", "[]", "", "empty_history"},
	} {
		h, notes, err := ReadHistory(strings.NewReader(c.text), "f")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		checkShape(t, h)
		var names []string
		for _, s := range h.Endpoints {
			names = append(names, s.Endpoint.Method+" "+s.Endpoint.Name)
		}
		got := []string{fmt.Sprint(h.Time), fmt.Sprint(h.Total.Requests), strings.Join(names, "|"), codes(notes)}
		if d := cmp.Diff([]string{c.times, c.requests, c.endpoints, c.notes}, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestHistoryErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a,b\n1,2\n", `f.csv:1: the header lacks "Timestamp", "Type", "Name", "Total Request Count", "Total Failure Count", "Total Average Response Time"; is this file as Locust wrote it?`},
		{strings.Replace(small(agg(1, 1, 1)), "Total Request Count", "Total Reqest Count", 1), `f.csv:1: the header lacks "Total Request Count" (it has "Total Reqest Count"); is this file as Locust wrote it?`},
		{strings.Replace(small(agg(1, 1, 1)), "User Count", "Name", 1), `f.csv:1: column "Name": stands twice in the header (columns 2 and 4); remove one`},
		{small(agg(100, 1, 1), "1.79E+09,1,,Aggregated,1,1,1,1,1,1,1,1,1", agg(102, 1, 1)), `f.csv:3:1: column "Timestamp": "1.79E+09" is not a time in whole Unix seconds; was the file saved by a spreadsheet?`},
		{small(agg(100, 1, 1), "101,1,,Aggregated,1,1,1,12x,1,1,1,1,1"), `f.csv:3:25: column "Total Request Count": "12x" is not a whole number`},
		{small(agg(100, 1, 1), "101,1,,Aggregated,1,1,abc,12,1,1,1,1,1"), `f.csv:3:23: column "50%": "abc" is not a number`},
		{small(agg(100, 1, 1), "101,1,,Aggregated,1,1", agg(102, 1, 1)), `f.csv:3: has 6 fields where the header has 13; were two files mixed, or is one still being written?`},
		{small(agg(100, 1, 1), "101,1,GET,\"/open,1,1", agg(102, 1, 1)), `f.csv:3:7: column "Type": "GET" has a quote that is never closed`},
	} {
		_, _, err := ReadHistory(strings.NewReader(c.text), "f.csv")
		var e *csvtable.Error
		if !errors.As(err, &e) || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestPercentileHeaders(t *testing.T) {
	for cell, want := range map[string]float64{"50%": 0.5, "29.0%": 0.29, "57.0%": 0.57, "99.999": 0.99999, "99.9%": 0.999, "100%": 1, "0%": 0, "101%": 0, "x%": 0, "%": 0, "1.2.3%": 0} {
		if got, ok := percentile(cell); got != want || ok != (want > 0) {
			t.Errorf("%s: %v %v", cell, got, ok)
		}
	}
	h, notes, err := ReadHistory(strings.NewReader(strings.NewReplacer(",95%,50%", "", ",20,10,", ",").Replace(small(agg(1, 1, 1)))), "f")
	if err != nil || len(h.Percentiles) != 0 || len(h.Total.Quantiles) != 0 || codes(notes) != "no_percentiles" {
		t.Error(h, notes, err)
	}
}

// TestScope tells apart what has the same header.
func TestScope(t *testing.T) {
	full := read(t, "2.46/full_stats_history.csv")
	only := func(text string) string { // what grep Aggregated leaves
		var out strings.Builder
		for i, l := range strings.SplitAfter(text, "\n") {
			if i == 0 || strings.Contains(l, ",Aggregated,") {
				out.WriteString(l)
			}
		}
		return out.String()
	}
	// A full history of 1.2 to 2.2.1: the rows of an aggregated one under an endpoint's name, too.
	var both strings.Builder
	for i, l := range strings.SplitAfter(read(t, "2.46/shape_stats_history.csv"), "\n") {
		if i > 1 && l != "" {
			both.WriteString(strings.Replace(l, ",,Aggregated,", ",GET,/,", 1))
		}
		both.WriteString(l)
	}
	head := strings.Join(strings.SplitAfterN(both.String(), "\n", 12)[:11], "")
	// Without 100% a zero median proves nothing where latencies are below 0.5 ms.
	tiny := "Timestamp,User Count,Type,Name,50%,Total Request Count,Total Failure Count,Total Average Response Time,Total Min Response Time,Total Max Response Time\n" +
		"100,1,GET,/a,0,5,0,1.5,0.2,9.5\n100,1,,Aggregated,0,5,0,1.5,0.2,9.5\n"
	for _, c := range []struct {
		name, text string
		want       loadtest.Scope
	}{
		{"medians below half a millisecond", tiny, loadtest.UnknownScope},
		{"full", full, loadtest.Windowed},
		{"full history's aggregated rows", only(full), loadtest.Windowed},
		{"aggregated", read(t, "2.46/shape_stats_history.csv"), loadtest.Cumulative},
		{"full of 1.2 to 2.2.1", both.String(), loadtest.Cumulative},
		{"the same, five seconds", head, loadtest.UnknownScope},
	} {
		h, _, err := ReadHistory(strings.NewReader(c.text), "f")
		if err != nil || h.Scope != c.want || h.ScopeWhy == "" {
			t.Errorf("%s: %v (%s) %v", c.name, h.Scope, h.ScopeWhy, err)
		}
	}
}

// TestSharedHistories reads every recorded file that is at hand.
func TestSharedHistories(t *testing.T) {
	files, _ := filepath.Glob("../../../../shared/data/*/*/*.csv")
	sim, _ := filepath.Glob("../../../../shared/data/sim/*_history.csv")
	for _, f := range append(files, sim...) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if Sniff(b) == History {
			h, _, err := ReadHistory(strings.NewReader(string(b)), f)
			if err != nil {
				t.Error(err)
				continue
			}
			checkShape(t, h)
			if h.Scope == loadtest.UnknownScope {
				t.Errorf("%s: scope unknown: %s", f, h.ScopeWhy)
			}
		}
	}
}

// Rows out of order are refused, with the line; a clock that was set is not.
func TestHistoryOutOfOrder(t *testing.T) {
	var forth, back []string
	for i := range 40 {
		forth = append(forth, agg(100+i, 1, 4+i))
		back = append(back, agg(200-i, 1, 4+i))
	}
	if _, _, err := ReadHistory(strings.NewReader(small(back...)), "f"); err == nil || !strings.HasPrefix(err.Error(), "f:3: time goes back") {
		t.Errorf("reversed rows: %v", err)
	}
	forth[20] = agg(50, 1, 24)
	if _, _, err := ReadHistory(strings.NewReader(small(forth...)), "f"); err != nil {
		t.Errorf("a clock set once: %v", err)
	}
}
