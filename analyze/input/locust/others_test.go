package locust

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"github.com/peakload/peakload/analyze/loadtest"
)

func TestTotals(t *testing.T) {
	got, notes, err := ReadTotals(strings.NewReader(read(t, "2.46/full_stats.csv")), "f")
	if err != nil || len(notes) > 0 {
		t.Fatal(err, notes)
	}
	if got.Total.Requests != 642 || got.Total.Failures != 58 || got.Total.Mean != 53.2274235718873/1000 || !got.HasTotal || got.Total.Line != 13 ||
		len(got.Endpoints) != 11 || got.Total.Quantiles[5] != 0.28 || got.Total.Endpoint != (loadtest.Endpoint{}) {
		t.Errorf("%+v", got.Total)
	}
	for _, e := range got.Endpoints {
		if e.Endpoint.Name == "none rt" && !(math.IsNaN(e.Mean) && math.IsNaN(e.Quantiles[0]) && e.Requests == 16) {
			t.Errorf("%+v", e)
		}
	}
}

func TestTotalsForms(t *testing.T) {
	const header = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,50%,100%\r\n"
	for _, c := range []struct {
		name, text string
		endpoints  string
		total      int64
		notes      string
	}{
		{"0.13 requests", `"Method","Name","# requests","# failures","Median response time","Average response time","Min response time","Max response time","Average Content Size","Requests/s"` +
			"\n\"GET\",\"/a \"b\" c\",3,1,4,5,1,9,100,0.5\n\"None\",\"Total\",3,1,4,5,1,9,100,0.5", `GET /a "b" c`, 3, ""},
		{"0.14", `"Type","Name","# requests","# failures","Median response time","Average response time","Min response time","Max response time","Average Content Size","Requests/s","Requests Failed/s","50%","99.999","100%"` +
			"\n\"GET\",\"/a\",0,0,0,0,0,0,0,0.5,0,\"N/A\",\"N/A\",\"N/A\"\n\"None\",\"Aggregated\",3,1,4,5,1,9,100,0.5,0,1,2,3", "GET /a", 3, ""},
		{"an endpoint called Aggregated", header + ",Aggregated,2,0,1,1,1,1,1,1,1,1,1\r\nGET,,1,0,1,1,1,1,1,1,1,1,1\r\n,Aggregated,3,0,1,1,1,1,1,1,1,1,1\r\n", " Aggregated|GET ", 3, ""},
		{"being rewritten", header + "GET,/a,2,0,1,1,1,1,1,1,1,1,1\r\n", "GET /a", 0, "no_total"},
		{"header only", header, "", 0, "no_total"},
		{"empty", "", "", 0, "empty_stats"},
		{"CR CR LF", strings.ReplaceAll(header+",Aggregated,3,0,1,1,1,1,1,1,1,1,1\r\n", "\r\n", "\r\r\n"), "", 3, ""},
		{"torn", header + ",Aggregated,3,0,1,1,1,1,1,1,1,1,1\r\nGET,/b,1", "", 3, "torn_row"},
		{"semicolons, cp1252", strings.ReplaceAll(strings.ReplaceAll(header+"GET,caf\xe9,3,0,1.5,1,1,1,1,1,1,1,1\r\n,Aggregated,3,0,1.5,1,1,1,1,1,1,1,1\r\n", ",", ";"), ".", ","), "GET café", 3, "not_utf8"},
		{"a column of someone's", strings.Replace(header, "100%", "remark", 1) + ",Aggregated,3,0,1,1,1,1,1,1,1,1,hello\r\n", "", 3, "unknown_columns"},
	} {
		got, notes, err := ReadTotals(strings.NewReader(c.text), "f")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var names []string
		for _, e := range got.Endpoints {
			names = append(names, e.Endpoint.Method+" "+e.Endpoint.Name)
			if e.Requests == 0 && !math.IsNaN(e.Mean) {
				t.Errorf("%s: %+v", c.name, e)
			}
		}
		if d := cmp.Diff([]string{c.endpoints, fmt.Sprint(c.total), c.notes}, []string{strings.Join(names, "|"), fmt.Sprint(got.Total.Requests), codes(notes)}); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	for _, c := range []struct{ text, want string }{
		{header + "GET,\"a\nb\",x,0,1,1,1,1,1,1,1,1,1\r\n,Aggregated,3,0,1,1,1,1,1,1,1,1,1\r\n", `f.csv:3:4: column "Request Count": "x" is not a whole number`},
		{header + ",Aggregated,3,,1,1,1,1,1,1,1,1,1\r\n", `f.csv:2:15: column "Failure Count": is not a whole number`},
		{header + ",Aggregated,3,0,1,?,1,1,1,1,1,1,1\r\n", `f.csv:2:19: column "Average Response Time": "?" is not a number`},
		{header + ",Aggregated,3,0,1,1,1,1,1,1,1,1,?\r\n", `f.csv:2:33: column "100%": "?" is not a number`},
		{header + "GET,/a,3\r\n,Aggregated,3,0,1,1,1,1,1,1,1,1,1\r\n", `f.csv:2: has 3 fields where the header has 13`},
		{"Type,Name,Requests Count,Failure Count,Average Response Time\r\n", `f.csv:1: the header lacks "Request Count" (it has "Requests Count"); is this file as Locust wrote it?`},
	} {
		if _, _, err := ReadTotals(strings.NewReader(c.text), "f.csv"); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestFailures(t *testing.T) {
	f, notes, err := ReadFailures(strings.NewReader(read(t, "2.46/full_failures.csv")), "f")
	if err != nil || len(notes) > 0 || len(f.Rows) != 4 {
		t.Fatal(f, notes, err)
	}
	var n int64
	for _, r := range f.Rows {
		n += r.Count
		if r.First.Year() != 2026 || r.Last.Before(r.First) || r.Line < 2 {
			t.Errorf("%+v", r)
		}
		if r.Endpoint.Name == "checked" && r.Error != `CatchResponseError('bad body, got "x"\nline2 ü')` {
			t.Error(r.Error)
		}
	}
	if n != 58 {
		t.Error(n)
	}
	f, _, err = ReadFailures(strings.NewReader(read(t, "2.12/full_failures.csv")), "f")
	if err != nil || len(f.Rows) != 4 || !f.Rows[0].First.IsZero() {
		t.Error(f, err)
	}
	e, _, err := ReadExceptions(strings.NewReader(read(t, "2.12/full_exceptions.csv")), "f")
	if err != nil || len(e.Rows) != 1 || e.Rows[0].Message != "boom, in task" || strings.Count(e.Rows[0].Traceback, "\n") < 3 || e.Rows[0].Nodes != "local" {
		t.Errorf("%+v %v", e, err)
	}
	e, _, err = ReadExceptions(strings.NewReader("Count,Message,Traceback,Nodes\r\n"), "f")
	if err != nil || e == nil || len(e.Rows) != 0 {
		t.Error(e, err)
	}
}

func TestJSON(t *testing.T) {
	h, notes, err := ReadJSON(strings.NewReader(read(t, "2.46/shape.json")), "f")
	if err != nil || len(notes) > 0 || len(h.Endpoints) != 11 {
		t.Fatal(notes, err)
	}
	var total int64
	for _, e := range h.Endpoints {
		var counted, done int64
		for _, c := range e.Count {
			counted += c
		}
		for _, c := range e.PerSecond {
			done += c
		}
		if counted+e.None != e.Requests || done != e.Requests {
			t.Errorf("%+v", e)
		}
		total += e.Requests
	}
	first := h.Endpoints[0]
	if total != 429 || first.Sum != 114.99850899974717/1000 || first.Latency[0] != 0.004 || first.Count[0] != 3 || first.Start != 1795457729.110666 {
		t.Error(total, first)
	}
	if h, notes, err := ReadJSON(strings.NewReader("[]"), "f"); h != nil || codes(notes) != "json_empty" || err != nil {
		t.Error(h, notes, err)
	}
	h, _, err = ReadJSON(strings.NewReader(`[{"name":"/a","method":null,"num_requests":2,"num_none_requests":0,"response_times":{"5":1,"5.0":1},"min_response_time":null,"max_response_time":0}]`), "f")
	if err != nil || h.Endpoints[0].Count[0] != 2 || !math.IsNaN(h.Endpoints[0].Min) || !math.IsNaN(h.Endpoints[0].Max) {
		t.Error(h, err)
	}
	for text, want := range map[string]string{
		"[\n{\"name\":": "f:2:9: unexpected end of JSON input; is the file complete and as Locust wrote it?",
		`[{"name":"/a","response_times":{"x":1}}]`:     `f: entry 1 ("/a"): response_times "x": 1 is no count of a latency in ms`,
		`[{"name":"/a","num_reqs_per_sec":{"1":0.5}}]`: `f: entry 1 ("/a"): "1": 0.5 is no count of a second`,
	} {
		if _, _, err := ReadJSON(strings.NewReader(text), "f"); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPages(t *testing.T) {
	modern, notes, err := ReadPage(strings.NewReader(read(t, "2.46/full.html")), "f")
	if err != nil || len(notes) > 0 {
		t.Fatal(err, notes)
	}
	classic, notes, err := ReadPage(strings.NewReader(read(t, "2.12/full.html")), "f")
	if err != nil || len(notes) > 0 {
		t.Fatal(err, notes)
	}
	for _, c := range []struct {
		name               string
		p                  *loadtest.Page
		start              string
		requests, failures int64
		windows            int
		first              string
		p95                float64
		classes            string
	}{
		{"modern", modern, "2026-11-23T18:14:38Z", 658, 61, 5, "2026-11-23T18:14:43Z", 0.27, "map[Browser:0.75 Writer:0.25]"},
		{"classic", classic, "2026-11-23T18:15:03Z", 651, 48, 4, "2026-11-23T18:15:08Z", 0.29, "map[Browser:0.75 Writer:0.25]"},
	} {
		p := c.p
		got := fmt.Sprint(p.Start.Format(time.RFC3339), p.Total.Requests, p.Total.Failures, len(p.Windows), time.Unix(int64(p.Windows[0].Time), 0).UTC().Format(time.RFC3339),
			p.Total.Quantiles[5], p.UserShare, p.Host, p.Locustfile, len(p.Endpoints), len(p.Failures), p.HasTotal)
		want := fmt.Sprint(c.start, c.requests, c.failures, c.windows, c.first, c.p95, " ", c.classes, "http://127.0.0.1:18080", "locustfile.py", 11, 4, true)
		if got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, want)
		}
	}
	if w := modern.Windows[4]; w.P50 != 0.022 || w.P95 != 0.14 || w.Users != 0 || w.Rate != 29 {
		t.Errorf("%+v", w)
	}
	if w := classic.Windows[3]; w.P50 != 0.013 || w.P95 != 0.22 || w.Users != 8 || w.Rate != 28.1 {
		t.Errorf("%+v", w)
	}
	if e := classic.Endpoints[1].Endpoint.Name; e != `/fast?a=1,2&b="q" é` {
		t.Error(e)
	}
	if f := modern.Failures[0]; f.First.Unix() != 1795457684 || f.Count != 6 {
		t.Errorf("%+v", f)
	}
}

// TestPageVersions holds the forms of the modern report's history.
func TestPageVersions(t *testing.T) {
	const stats = `"requests_statistics":[{"name":"a&amp;b","safe_name":"x","method":"GET","num_requests":3,"num_failures":0,"avg_response_time":2,"min_response_time":1,"max_response_time":4},{"name":"Aggregated","safe_name":"y","method":null,"num_requests":3,"num_failures":0}]`
	for _, c := range []struct{ name, args, times, p50, p95 string }{
		{"2.20: nested, time of day, past midnight", `{"start_time":"2024-05-01 23:59:50","end_time":"2024-05-02 00:00:10",` + stats + `,"history":[
			{"time":"23:59:55","user_count":1,"current_rps":1.5,"current_response_time_percentiles":{"response_time_percentile_1":5,"response_time_percentile_2":10}},
			{"time":"00:00:05","user_count":2,"current_rps":1.5,"current_response_time_percentiles":{"response_time_percentile_1":0,"response_time_percentile_2":null}}]}`,
			"23:59:55 00:00:05", "0.005 NaN", "0.01 NaN"},
		{"2.29: ISO times, numbers", `{"start_time":"2024-05-01T10:00:00Z",` + stats + `,"history":[{"time":"2024-05-01T10:00:05Z","user_count":1,"response_time_percentile_0.5":5,"response_time_percentile_0.95":10.0}]}`, "10:00:05", "0.005", "0.01"},
		{"2.31.3: pairs", `{"start_time":"2024-05-01T10:00:00Z",` + stats + `,"history":[{"time":"2024-05-01T10:00:05Z","user_count":["x",1],"response_time_percentile_0.5":["x",5],"response_time_percentile_0.95":["x",10]}]}`, "10:00:05", "0.005", "0.01"},
		{"NaN, others charted", `{"start_time":"2024-05-01T10:00:00Z","percentiles_to_chart":[0.9,0.95],` + stats + `,"history":[{"time":"2024-05-01T10:00:05Z","current_rps": NaN,"response_time_percentile_0.9":5,"response_time_percentile_0.95":10}]}`, "10:00:05", "NaN", "0.01"},
	} {
		p, _, err := ReadPage(strings.NewReader("<html><script>window.templateArgs = "+c.args+"\nwindow.theme = 1</script>"), "f")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var times, p50, p95 []string
		for i, w := range p.Windows {
			times = append(times, time.Unix(int64(w.Time), 0).UTC().Format("15:04:05"))
			p50, p95 = append(p50, fmt.Sprint(w.P50)), append(p95, fmt.Sprint(w.P95))
			if i > 0 && w.Time <= p.Windows[i-1].Time {
				t.Errorf("%s: times do not ascend", c.name)
			}
		}
		got := []string{strings.Join(times, " "), strings.Join(p50, " "), strings.Join(p95, " ")}
		if d := cmp.Diff([]string{c.times, c.p50, c.p95}, got); d != "" || p.Endpoints[0].Endpoint.Name != "a&b" || !p.HasTotal || p.Total.Requests != 3 {
			t.Errorf("%s: %s %+v", c.name, d, p)
		}
	}
	for text, want := range map[string]string{
		"<html>hello": "f: this HTML file is no report of Locust's, or was not saved whole",
		"<html>\nwindow.templateArgs = {\"history\":": "f:2: the report's data cannot be read (unexpected EOF); was it saved whole?",
	} {
		if _, _, err := ReadPage(strings.NewReader(text), "f"); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestLogs(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"2.46/full.log", "2.46.3.post23 25s 8 2 false 1 map[Browser:6 Writer:2] 0 1 0 0"},
		{"2.46/shape.stderr", "2.46.3.post23 0s 8 4 true 3 map[Browser:6 Writer:2] 0 7 429 35"},
		{"2.46/dist.stderr", "2.46.3.post23 20s 6 2 false 1 map[Browser:4 Writer:2] 2 1 0 0"},
		{"2.46/web.stderr", "2.46.3.post23 0s 4 4 false 2 map[Browser:3 Writer:1] 0 1 23 5"},
		{"2.12/full.stderr", " 0s 0 0 false 0 map[] 0 -1 651 48"},
		{"2.12/full.log", " 25s 8 2 false 1 map[Browser:6 Writer:2] 0 1 0 0"},
	} {
		l, _, err := ReadLog(strings.NewReader(read(t, c.file)), c.file)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(l.Version, " ", l.RunTime, " ", l.UsersWanted, " ", l.SpawnRate, " ", l.ShapeTest, " ", len(l.Ramps), " ", l.UserClasses, " ", l.Workers, " ", l.ExitCode, " ", l.FinalTotal.Requests, " ", l.FinalTotal.Failures)
		if got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.file, got, c.want)
		}
	}
	l, _, _ := ReadLog(strings.NewReader(read(t, "2.12/full.stderr")), "f")
	names := map[string]loadtest.Total{}
	for _, e := range l.Final {
		names[e.Endpoint.Method+" "+e.Endpoint.Name] = e
	}
	if e := names[`GET /fast?a=1,2&b="q" é`]; e.Requests != 41 || e.Mean != 0.007 || e.Median != 0.008 {
		t.Errorf("%+v", names)
	}
	if e := names[` custom op`]; e.Requests != 18 || e.Max != 0.012 {
		t.Errorf("%+v", names)
	}
}

func TestLogMessages(t *testing.T) {
	const at = "[2020-01-01 10:00:00,5] host/INFO/locust.runners: "
	text := strings.ReplaceAll(`@Spawning 10 users at the rate 2.5 users/s (5 users already running)...
@All users spawned: A: 3, Big Class: 1, C: 11 (15 total running)
@Client w1 reported as ready. Currently 3 clients ready to swarm.
[2020-01-01 10:00:01,000] host/WARNING/locust.runners: Worker w1 failed to send heartbeat, setting state to missing.
[2020-01-01 10:00:01,000] host/WARNING/locust.runners: Worker w1 failed to send heartbeat, setting state to missing.
[2020-01-01 10:00:01,000] host/WARNING/root: CPU usage above 90%! This may constrain your throughput
 Name                     # reqs      # fails     Avg     Min     Max  |  Median   req/s failures/s
------------
 GET /a | b                    8     2(25.00%)       5       1       9  |       4    0.80    0.20
------------
 Aggregated                    8     2(25.00%)       5       1       9  |       4    0.80    0.20

[2020-01-01 10:00:02,000] host/INFO/locust.main: Shutting down (exit code 1), bye.
`, "@", strings.Replace(at, ",5", ",500", 1))
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"UTF-8": text, "UTF-16": utf16, "CRLF": strings.ReplaceAll(text, "\n", "\r\n")} {
		l, notes, err := ReadLog(strings.NewReader(text), "f")
		if err != nil {
			t.Fatal(name, err)
		}
		if l.UsersWanted != 15 || l.SpawnRate != 2.5 || l.Workers != 3 || l.LostWorkers != 1 || !l.CPUWarning || l.ExitCode != 1 || len(l.Lines) != 2 ||
			l.UserClasses["C"] != 11 || l.UserClasses["A"] != 3 || len(notes) > 0 ||
			len(l.Final) != 1 || l.Final[0].Endpoint.Name != "/a | b" || l.Final[0].Median != 0.004 || l.FinalTotal.Requests != 8 || l.End.Second() != 2 {
			t.Errorf("%s: %+v %v", name, l, notes)
		}
	}
	l, _, err := ReadLog(strings.NewReader(strings.Repeat(text, 3)), "f")
	if err != nil || l.Before == nil || l.Before.Before == nil || l.Before.Before.Before != nil || len(l.Ramps) != 1 || l.LostWorkers != 1 {
		t.Errorf("three runs in a file: %+v %v", l, err)
	}
	long := strings.Repeat("x", 3<<20)
	if l, _, err := ReadLog(strings.NewReader(long+"\n"+text), "f"); err != nil || l.UsersWanted != 15 {
		t.Error("a long line", err)
	}
	if l, _, err := ReadLog(strings.NewReader(strings.Repeat("[2020-01-01 10:00:01,000] host/ERROR/root: same\n", 500)), "f"); err != nil || len(l.Lines) != 1 {
		t.Error(len(l.Lines), err)
	}
}

func TestSniff(t *testing.T) {
	files, _ := filepath.Glob(fixtures + "*/*")
	want := map[string]Kind{"_stats_history.csv": History, "_stats.csv": Stats, "_failures.csv": FailureLog, "_exceptions.csv": Exceptions, "_requests.csv": Stats,
		".html": HTML, ".stderr": Log, ".log": Log, ".json": JSON, ".stdout": JSON, "_running.json": ""}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		best, kind := "", Kind("?")
		for ending, k := range want {
			if strings.HasSuffix(f, ending) && len(ending) > len(best) {
				best, kind = ending, k
			}
		}
		if got := Sniff(b); got != kind {
			t.Errorf("%s: %q, want %q", f, got, kind)
		}
	}
	for _, s := range []string{"", " ", "a,b\n", "<html><title>Locust street</title>", "{}", "[1,2]", "2020-01-01 INFO app: x", "timestamp,cpu\n1,2\n"} {
		if k := Sniff([]byte(s)); k != "" && !strings.Contains(s, "Locust") {
			t.Errorf("%q: %q", s, k)
		}
	}
}
