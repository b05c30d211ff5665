package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// BenchmarkDay measures a report with page and pictures on a generated
// full-history run of a day and fifty endpoints, 4.4 million rows. With
// PEAKLOAD_DAY=FOLDER the run and what was made of it are kept there.
func BenchmarkDay(b *testing.B) {
	dir := os.Getenv("PEAKLOAD_DAY")
	if dir == "" {
		dir = b.TempDir()
	}
	name := filepath.Join(dir, "day_stats_history.csv")
	info, err := os.Stat(name)
	if err != nil {
		writeDay(b, name, 86_400, 50)
		if info, err = os.Stat(name); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(info.Size())
	page := filepath.Join(dir, "day.html")
	for b.Loop() {
		var errs bytes.Buffer
		if status := run([]string{"report", filepath.Join(dir, "day"), "-o", filepath.Join(dir, "day.md"), "--html", page,
			"--json", filepath.Join(dir, "day.json"), "--charts", filepath.Join(dir, "charts")}, streams{io.Discard, &errs}); status != exitPass {
			b.Fatal(errs.String())
		}
	}
	if info, err = os.Stat(page); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size()), "page-bytes")
}

// writeDay writes a full history in Locust's format: a ramp, a long peak in
// which every endpoint is slow for ten minutes and one for an hour, and an
// outage of a minute.
func writeDay(tb testing.TB, name string, seconds, endpoints int) {
	tb.Helper()
	file, err := os.Create(name)
	if err != nil {
		tb.Fatal(err)
	}
	out := bufio.NewWriterSize(file, 1<<20)
	_, _ = out.WriteString("Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%," +
		"Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size\r\n")
	// Quantiles of the standard normal distribution, of which latencies are
	// the exponential.
	scores := [...]float64{0, .412, .674, .842, 1.282, 1.645, 2.054, 2.326, 3.09, 3.719, 4}
	random := rand.New(rand.NewPCG(1, 2))
	type column struct {
		n, failed     int64
		sum, max, mid float64
	}
	columns := make([]column, endpoints+1)
	for i := range columns {
		columns[i].mid = 20 * math.Pow(1.06, float64(i))
	}
	var line []byte
	row := func(second, users int, label string, rate, slow float64, c *column) {
		line = strconv.AppendInt(line[:0], int64(1_700_000_000+second), 10)
		line = strconv.AppendInt(append(line, ','), int64(users), 10)
		line = append(append(line, ','), label...)
		line = strconv.AppendFloat(append(line, ','), rate, 'f', 6, 64)
		line = append(line, ",0.000000"...)
		for _, z := range scores {
			line = strconv.AppendInt(append(line, ','), int64(bucket(c.mid*slow*math.Exp(.5*z)*(1+.02*random.Float64()))), 10)
		}
		line = strconv.AppendInt(append(line, ','), c.n, 10)
		line = strconv.AppendInt(append(line, ','), c.failed, 10)
		line = strconv.AppendInt(append(line, ','), int64(bucket(c.mid)), 10)
		line = strconv.AppendFloat(append(line, ','), c.sum/float64(max(1, c.n)), 'g', -1, 64)
		line = append(line, ",1.5,"...)
		line = strconv.AppendFloat(line, c.max, 'g', -1, 64)
		line = append(line, ",100.0\r\n"...)
		_, _ = out.Write(line)
	}
	for s := range seconds {
		share := math.Min(1, float64(s+1)/(float64(seconds)/24))
		users := int(share * 500)
		hour := 3600 * s / max(1, seconds/24) / 3600
		down := s%seconds > seconds/2 && s < seconds/2+60
		total := &columns[endpoints]
		for e := range endpoints {
			c := &columns[e]
			slow := 1 + .3*math.Sin(float64(s)/9000)
			if hour == 9 && s%3600 < 600 || hour == 15 && e == 7 {
				slow *= 6
			}
			if n := int64(1 + share*4*random.Float64()); !down {
				mean := c.mid * slow * math.Exp(.125) * (1 + .1*random.NormFloat64())
				for _, c := range []*column{c, total} {
					c.n += n
					c.sum += float64(n) * mean
					c.max = max(c.max, mean*3)
				}
			}
			row(s, users, fmt.Sprintf("GET,/api/v1/endpoint-%02d", e), share*3, slow, c)
		}
		row(s, users, ",Aggregated", share*3*float64(endpoints), 1+.3*math.Sin(float64(s)/9000), total)
	}
	if err := out.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := file.Close(); err != nil {
		tb.Fatal(err)
	}
}
