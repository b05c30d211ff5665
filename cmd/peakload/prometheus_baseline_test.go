package main

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// --prometheus is asked about the baseline's time, too: the comparison's
// processor time is of both runs.
func TestPrometheusOfTheBaseline(t *testing.T) {
	const now, before = 1795459000, 1795372600
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		start, _ := strconv.ParseFloat(r.Form.Get("start"), 64)
		end, _ := strconv.ParseFloat(r.Form.Get("end"), 64)
		step, _ := strconv.ParseFloat(r.Form.Get("step"), 64)
		var values []string
		cores := "0.8"
		if start < now-1000 {
			cores = "0.4"
		}
		if step > 0 {
			for at := start; at <= end; at += step {
				values = append(values, fmt.Sprintf("[%g,%q]", at, cores))
			}
		}
		result := ""
		if strings.Contains(r.Form.Get("query"), "rate(process_cpu_seconds_total") {
			result = `{"metric":{"job":"shop","instance":"a:1"},"values":[` + strings.Join(values, ",") + `]}`
		}
		fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[%s]}}`, result)
	}))
	defer server.Close()
	dir := t.TempDir()
	for name, at := range map[string]int64{"now": now, "before": before} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		writeSteadyHistory(t, filepath.Join(dir, name, "peak_stats_history.csv"), at)
	}
	in := &inputs{baseline: filepath.Join(dir, "before"), prometheus: server.URL}
	job, err := in.open(filepath.Join(dir, "now"), false, streams{out: os.Stdout, err: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range job.analysis.Baseline.Rows {
		if !strings.Contains(strings.ToLower(row.Metric), "cpu") {
			continue
		}
		was, ok := row.Baseline.Float()
		is, ok2 := row.Current.Float()
		if !ok || !ok2 || math.Abs(was-.4) > 1e-9 || math.Abs(is-.8) > 1e-9 {
			t.Errorf("CPU %v and %v, want 0.4 and 0.8", row.Baseline, row.Current)
		}
		return
	}
	t.Error("the comparison has no row of processor time")
}

// writeSteadyHistory writes a run of two minutes at 20 users.
func writeSteadyHistory(t *testing.T, name string, at int64) {
	t.Helper()
	var b strings.Builder
	b.WriteString("Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%,Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size\n")
	for s := range int64(121) {
		fmt.Fprintf(&b, "%d,20,,Aggregated,10,0,10,10,10,10,10,10,10,10,10,10,10,%d,0,10,10,10,10,5\n", at+s, 10*s)
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
