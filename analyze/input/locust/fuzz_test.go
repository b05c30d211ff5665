package locust

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/peakload/peakload/analyze/loadtest"
)

// seed adds the fixtures that match the patterns, cut to a length that is
// quick to mutate.
func seed(f *testing.F, patterns ...string) {
	f.Helper()
	n := 0
	for _, p := range patterns {
		files, _ := filepath.Glob(fixtures + p)
		for _, name := range files {
			text := read(f, strings.TrimPrefix(name, fixtures))
			f.Add([]byte(text[:min(len(text), 6000)]))
			n++
		}
	}
	if n == 0 {
		f.Fatal("no seeds")
	}
}

func FuzzHistory(f *testing.F) {
	seed(f, "*/*_stats_history.csv")
	for _, s := range []string{old014, old11, small(agg(100, 1, 5), agg(50, 0, 1), agg(51, 2, 7)), small() + "1,1,GET,\"/a", "\"Timestamp\"\n\n\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, notes, err := readHistory(strings.NewReader(string(b)), "f", 1)
		if err != nil {
			return
		}
		checkShape(t, h)
		for _, q := range h.Total.Quantiles {
			if q < 0 || math.IsInf(float64(q), 0) {
				t.Fatal("a latency is", q)
			}
		}
		// Small chunks and more goroutines give the same, cells of any form.
		s := &splitter{r: strings.NewReader(string(b)), size: 50}
		l, _, err := s.readLayout("f")
		if err != nil || l == nil {
			return
		}
		again := &builder{History: &loadtest.History{File: "f", Step: 1, Percentiles: h.Percentiles, NoUsers: h.NoUsers}, notes: &notesAlias{file: "f"}, layout: l,
			ids: map[loadtest.Endpoint]int{}, names: map[*parser][]int32{}}
		if decode(s, l, 2, again.use) != nil {
			return // an unclosed quote is found at another place
		}
		again.finish()
		if d := cmp.Diff(h, again.History, cmpopts.EquateNaNs(), cmpopts.SortSlices(func(a, b loadtest.Series) bool {
			return a.Endpoint.Name+"\x00"+a.Endpoint.Method < b.Endpoint.Name+"\x00"+b.Endpoint.Method
		})); d != "" {
			t.Fatal(d)
		}
		_ = notes
	})
}

type notesAlias = notes

func FuzzTotals(f *testing.F) {
	seed(f, "*/*_stats.csv", "*/*_requests.csv")
	f.Add([]byte("\"Method\",\"Name\",\"# requests\",\"# failures\",\"Average response time\"\n\"GET\",\"a \"b\" c\",1,0,5\n\"None\",\"Total\",1,0,5"))
	f.Fuzz(func(t *testing.T, b []byte) {
		totals, _, err := ReadTotals(strings.NewReader(string(b)), "f")
		if err != nil {
			return
		}
		for _, e := range totals.Endpoints {
			if len(e.Quantiles) != len(totals.Percentiles) || e.Requests < 0 || math.IsInf(e.Mean, 0) {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func FuzzFailures(f *testing.F) {
	seed(f, "*/*_failures.csv", "*/*_exceptions.csv")
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, _, err := ReadFailures(strings.NewReader(string(b)), "f"); err == nil && r == nil {
			t.Fatal("neither failures nor an error")
		}
		if r, _, err := ReadExceptions(strings.NewReader(string(b)), "f"); err == nil && r == nil {
			t.Fatal("neither exceptions nor an error")
		}
	})
}

func FuzzJSON(f *testing.F) {
	seed(f, "*/*.json", "*/*.stdout")
	f.Add([]byte(`[{"name":"/a","method":null,"num_requests":2,"response_times":{"5":1,"5.0":1},"num_reqs_per_sec":{"1":2},"min_response_time":null}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, notes, err := ReadJSON(strings.NewReader(string(b)), "f")
		if err != nil {
			return
		}
		if h == nil && len(notes) == 0 {
			t.Fatal("neither histograms nor a note")
		}
		if h == nil {
			return
		}
		for i := range h.Endpoints {
			e := &h.Endpoints[i]
			if len(e.Latency) != len(e.Count) {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func FuzzPage(f *testing.F) {
	seed(f, "*/*.html")
	f.Add([]byte(`<script>window.templateArgs = {"history":[{"time":"10:00:00","user_count":1}],"start_time":"2024-01-01 09:59:00"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, _, err := ReadPage(strings.NewReader(string(b)), "f")
		if err != nil {
			return
		}
		for _, w := range p.Windows {
			if len(w.Quantiles) != len(p.WindowPercentiles) || w.P50 < 0 || w.P95 < 0 || w.Users < 0 {
				t.Fatalf("%+v", w)
			}
		}
		for _, e := range p.Endpoints {
			if len(e.Quantiles) != 0 && len(e.Quantiles) != len(p.Percentiles) {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func FuzzLog(f *testing.F) {
	seed(f, "*/*.log", "*/*.stderr")
	f.Add([]byte("\xff\xfe[\x002\x00"))
	f.Add([]byte(" Name # reqs # fails Avg Min Max | Median req/s\n---\n GET /a|b 5 1(20.00%) 1 2 3 | 4 5.00\n---\n Total 5 1(20.00%) 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, _, err := ReadLog(strings.NewReader(string(b)), "f")
		if err != nil {
			return
		}
		if len(l.Lines) > mostLines || l.UsersWanted < 0 || l.LostWorkers < 0 {
			t.Fatalf("%+v", l)
		}
	})
}

func FuzzSniff(f *testing.F) {
	seed(f, "*/*")
	f.Fuzz(func(t *testing.T, b []byte) { Sniff(b) })
}
