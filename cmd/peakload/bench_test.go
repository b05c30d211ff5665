package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// BenchmarkReport measures the main job on a generated full-history run of
// ten minutes and thirty endpoints: read, analyse, fill, write document, page
// and JSON.
func BenchmarkReport(b *testing.B) {
	dir := b.TempDir()
	size := writeRun(b, filepath.Join(dir, "run_stats_history.csv"), 600, 30)
	args := []string{"report", filepath.Join(dir, "run"), "-o", filepath.Join(dir, "o.md"),
		"--html", filepath.Join(dir, "o.html"), "--json", filepath.Join(dir, "o.json")}
	b.SetBytes(size)
	for b.Loop() {
		var errs bytes.Buffer
		if status := run(args, streams{io.Discard, &errs}); status != exitPass {
			b.Fatal(errs.String())
		}
	}
}

// writeRun writes the history of a run with a ramp of a tenth of its seconds
// and 2 requests a second for each endpoint at the peak, percentiles over the
// last ten seconds, and returns its size.
func writeRun(tb testing.TB, name string, seconds, endpoints int) int64 {
	tb.Helper()
	percentiles := []float64{.5, .66, .75, .8, .9, .95, .98, .99, .999, .9999, 1}
	random := rand.New(rand.NewPCG(1, 2))
	type column struct {
		window       [10][]float64
		n            int
		sum, min, at float64
		max          float64
	}
	columns := make([]column, endpoints+1)
	for i := range columns {
		columns[i].min = math.Inf(1)
		columns[i].at = 20 * math.Pow(1.15, float64(i))
	}
	var out strings.Builder
	out.WriteString("Timestamp,User Count,Type,Name,Requests/s,Failures/s")
	for _, p := range percentiles {
		fmt.Fprintf(&out, ",%v%%", p*100)
	}
	out.WriteString(",Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size\r\n")
	row := func(second, users int, label string, c *column) {
		var all []float64
		for _, w := range c.window {
			all = append(all, w...)
		}
		sort.Float64s(all)
		fmt.Fprintf(&out, "%d,%d,%s,0.000000,0.000000", 1_700_000_000+second, users, label)
		for _, p := range percentiles {
			if len(all) == 0 {
				out.WriteString(",0")
				continue
			}
			fmt.Fprintf(&out, ",%d", int(bucket(all[min(len(all)-1, int(float64(len(all))*p))])))
		}
		fmt.Fprintf(&out, ",%d,0,%d,%v,%v,%v,100\r\n", c.n, int(bucket(c.at)), c.sum/float64(c.n), c.min, c.max)
	}
	for s := range seconds {
		share := math.Min(1, float64(s+1)/(float64(seconds)/10))
		total := &columns[endpoints]
		total.window[s%10] = total.window[s%10][:0]
		for e := range endpoints {
			c := &columns[e]
			c.window[s%10] = c.window[s%10][:0]
			for range 1 + int(share*2*random.Float64()+.5) {
				ms := c.at * math.Exp(.5*random.NormFloat64())
				for _, c := range []*column{c, total} {
					c.window[s%10] = append(c.window[s%10], ms)
					c.n++
					c.sum += ms
					c.min, c.max = math.Min(c.min, ms), math.Max(c.max, ms)
				}
			}
			row(s, int(share*500), fmt.Sprintf("GET,/api/v1/endpoint-%02d", e), c)
		}
		row(s, int(share*500), ",Aggregated", total)
	}
	if err := os.WriteFile(name, []byte(out.String()), 0o644); err != nil {
		tb.Fatal(err)
	}
	return int64(out.Len())
}

// bucket rounds a latency in ms as Locust does (locust/stats.py).
func bucket(ms float64) float64 {
	step := 1.0
	switch {
	case ms >= 10_000:
		step = 1000
	case ms >= 1000:
		step = 100
	case ms >= 100:
		step = 10
	}
	return math.RoundToEven(ms/step) * step
}
