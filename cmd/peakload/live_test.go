package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestLocust runs the real Locust against a server of ours and holds what
// peakload reads from its files against what the server counted.
func TestLocust(t *testing.T) {
	if testing.Short() {
		t.Skip("runs Locust for twenty seconds")
	}
	locust, err := exec.LookPath("locust")
	if err != nil {
		t.Fatal("Locust is not installed: apt-get install locust")
	}
	var served, broken atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/fast", func(w http.ResponseWriter, r *http.Request) { time.Sleep(5 * time.Millisecond); served.Add(1) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { time.Sleep(150 * time.Millisecond); served.Add(1) })
	mux.HandleFunc("/broken", func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		broken.Add(1)
		http.Error(w, "no", http.StatusServiceUnavailable)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	defer server.Close()

	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	file, err := filepath.Abs("testdata/live/locustfile.py")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, locust, "-f", file, "--headless", "--host", "http://"+listener.Addr().String(),
		"--csv", "live", "--csv-full-history", "--html", "live.html", "--logfile", "live.log")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	if out, err := cmd.CombinedOutput(); ctx.Err() != nil {
		t.Fatalf("Locust did not end by itself: %v\n%s", err, out)
	} else if cmd.ProcessState.ExitCode() != 1 { // 1: some requests failed, as they should
		t.Fatalf("locust: %v\n%s", err, out)
	}

	var out, errs bytes.Buffer
	page, results := filepath.Join(dir, "out.html"), filepath.Join(dir, "out.json")
	code := run([]string{"report", filepath.Join(dir, "live"), "--html", page, "--json", results}, streams{&out, &errs})
	if code != exitPass {
		t.Fatalf("exit status %d: %s", code, errs.String())
	}
	if strings.Contains(out.String(), "⏳") {
		t.Errorf("the filled document still has pending blanks:\n%s", out.String())
	}
	type figure struct{ Value, Low, High *float64 }
	var r struct {
		Run    struct{ Requests, Failures float64 }
		Phases []struct {
			Kind        string
			Requests    figure
			LatencyP50  figure `json:"latency_p50"`
			LatencyP95  figure `json:"latency_p95"`
			ErrorRate   figure `json:"error_rate"`
			LatencyMean figure `json:"latency_mean"`
		}
		Endpoints []struct {
			Name       string
			Requests   figure
			LatencyP50 figure `json:"latency_p50"`
		}
	}
	data, err := os.ReadFile(results)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	// Requests still under way at the end are served and never logged: at
	// most one a user.
	if got, want := r.Run.Requests, float64(served.Load()); got > want || got < want-10 {
		t.Errorf("requests: %v, the server counted %v", got, want)
	}
	if got, want := r.Run.Failures, float64(broken.Load()); got > want || got < want-10 {
		t.Errorf("failures: %v, the server counted %v", got, want)
	}
	peaks := 0
	for _, p := range r.Phases {
		if p.Kind != "peak" {
			continue
		}
		peaks++
		if p.LatencyP95.Value == nil || *p.LatencyP95.Low > 0.3 || *p.LatencyP95.High < 0.15 {
			t.Errorf("peak p95 = %+v, a fifth of the requests take 150 ms", p.LatencyP95)
		}
		if p.LatencyP50.Value == nil || *p.LatencyP50.Value < 0.004 || *p.LatencyP50.Value > 0.1 {
			t.Errorf("peak p50 = %+v, most requests take 5 ms", p.LatencyP50)
		}
	}
	if peaks != 1 {
		t.Errorf("%d peak phases, want 1", peaks)
	}
	names := map[string]bool{}
	for _, e := range r.Endpoints {
		names[e.Name] = true
	}
	for _, want := range []string{"/fast", "/slow?of=[id]", "pipes | and `ticks`"} {
		if !names[want] {
			t.Errorf("endpoint %q is missing from %v", want, names)
		}
	}

	for _, c := range []struct {
		target string
		want   int
	}{
		{"p95 < 2s", exitPass},
		{"p95 < 100ms", exitMissed},
		{"errors < 1%", exitMissed},
		{"mean < 1s in 'GET /nowhere'", exitUnmeasured},
		{"p95 < 1", exitTrouble},
	} {
		var out, errs bytes.Buffer
		if got := run([]string{"check", filepath.Join(dir, "live"), "--target", c.target}, streams{&out, &errs}); got != c.want {
			t.Errorf("check --target %q: exit status %d, want %d\n%s%s", c.target, got, c.want, out.String(), errs.String())
		}
	}
}
