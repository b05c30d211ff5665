package analyze

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"sort"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
)

// A request is one completed request.
type request struct {
	t  float64 // Unix seconds
	e  int
	ms float64
}

// emulation says how Locust is to write a history of requests.
type emulation struct {
	full  bool
	page  bool
	phase float64 // fraction of the second of the first row
	creep float64 // mean cost of a row, s
	seed  uint64
	soon  bool // the first row and the first request come in the same second
}

var locustPercentiles = []float64{.5, .66, .75, .8, .9, .95, .98, .99, .999, .9999, 1}

// counter is a StatsEntry of Locust's.
type counter struct {
	t, ms    []float64 // in order of completion
	sum      float64
	n        int
	min, max float64
	cache    map[int64]int
	last     int64
	began    bool
	hist     map[float64]int
}

func (c *counter) log(t, v float64) {
	s := int64(t)
	if !c.began {
		if c.cache == nil { // an endpoint begins with its first request
			c.cache = map[int64]int{s: 0}
			c.hist = map[float64]int{}
		}
		c.min, c.max = v, v
		c.began = true
	} else if s > c.last {
		c.cache[s-1] = c.n
		for u := range c.cache {
			if u < s-22 {
				delete(c.cache, u)
			}
		}
	}
	c.last = s
	c.n++
	c.sum += v
	c.min, c.max = math.Min(c.min, v), math.Max(c.max, v)
	c.ms = append(c.ms, v)
	c.hist[stats.BucketOf(v)]++
}

func (c *counter) since(now int64) (int, bool) {
	for i := int64(0); i < 9; i++ {
		if n, ok := c.cache[now-10-i]; ok {
			return n, true
		}
		if n, ok := c.cache[now-10+i]; ok {
			return n, true
		}
	}
	return 0, false
}

func rankOf(n int, p float64) int { return min(int(float64(n)*p), n-1) }

func (c *counter) current(now int64, ps []float64) []float64 {
	out := make([]float64, len(ps))
	for i := range out {
		out[i] = math.NaN()
	}
	from, ok := c.since(now)
	if !ok || from >= c.n {
		return out
	}
	v := make([]float64, 0, c.n-from)
	for _, x := range c.ms[from:c.n] {
		v = append(v, stats.BucketOf(x))
	}
	sort.Float64s(v)
	for i, p := range ps {
		out[i] = v[rankOf(len(v), p)] / 1000
	}
	return out
}

func (c *counter) cumulative(ps []float64) []float64 {
	out := make([]float64, len(ps))
	if c.n == 0 {
		for i := range out {
			out[i] = math.NaN()
		}
		return out
	}
	keys := make([]float64, 0, len(c.hist))
	for k := range c.hist {
		keys = append(keys, k)
	}
	sort.Float64s(keys)
	for i, p := range ps {
		r, acc := rankOf(c.n, p), 0
		for _, k := range keys {
			acc += c.hist[k]
			if acc > r {
				out[i] = k / 1000
				break
			}
		}
	}
	return out
}

// emulate writes the history that Locust would have written of requests,
// which must be in order of completion, and returns with it the number of
// requests completed by each row.
func emulate(reqs []request, names []loadtest.Endpoint, how emulation) (*loadtest.Run, []int) {
	r := rand.New(rand.NewPCG(how.seed, 7))
	start := math.Floor(reqs[0].t) + how.phase - 1
	end := reqs[len(reqs)-1].t
	h := &loadtest.History{File: "history.csv", Percentiles: locustPercentiles, Scope: loadtest.Cumulative, Step: 1}
	if how.full {
		h.Scope, h.FullHistory = loadtest.Windowed, true
	}
	if how.soon {
		start = math.Floor(reqs[0].t)
		if f := reqs[0].t - start; f > .01 {
			start += f * how.phase
		}
	}
	all := &counter{cache: map[int64]int{int64(start): 0}, hist: map[float64]int{}}
	each := make([]*counter, len(names))
	h.Endpoints = make([]loadtest.Series, len(names))
	for i := range each {
		each[i] = &counter{}
		h.Endpoints[i].Endpoint = names[i]
	}
	row := func(s *loadtest.Series, c *counter, now int64, windowed bool) {
		s.Requests = append(s.Requests, int64(c.n))
		s.Failures = append(s.Failures, 0)
		mean := math.NaN()
		if c.n > 0 {
			mean = c.sum / float64(c.n) / 1000
		}
		s.Mean = append(s.Mean, mean)
		s.Min, s.Max = append(s.Min, c.min/1000), append(s.Max, c.max/1000)
		s.Median = append(s.Median, c.cumulative([]float64{.5})[0])
		qs := c.cumulative
		if windowed {
			qs = func(ps []float64) []float64 { return c.current(now, ps) }
		}
		for _, q := range qs(locustPercentiles) {
			s.Quantiles = append(s.Quantiles, float32(q))
		}
		rate := 0.0
		if all.n > 0 {
			from := max(all.last-12, int64(start))
			if to := all.last - 2; to > from {
				n := 0
				for i := len(c.ms) - 1; i >= 0; i-- {
					if c.t[i] < float64(from) {
						break
					}
					if c.t[i] < float64(to) {
						n++
					}
				}
				rate = float64(n) / float64(to-from)
			}
		}
		s.Rate = append(s.Rate, math.Round(rate*1e6)/1e6)
	}
	var counts []int
	page := &loadtest.Page{File: "report.html"}
	nextPage := start + .003
	at := 0
	feed := func(until float64) {
		for at < len(reqs) && reqs[at].t <= until {
			q := reqs[at]
			for _, c := range []*counter{each[q.e], all} {
				c.log(q.t, q.ms)
				c.t = append(c.t, q.t)
			}
			at++
		}
	}
	for t := start; t <= end+1; {
		for nextPage <= t {
			feed(nextPage)
			q := all.current(int64(nextPage), []float64{.5, .95})
			page.Windows = append(page.Windows, loadtest.PageWindow{Time: math.Floor(nextPage), P50: q[0], P95: q[1]})
			nextPage += 5 + .002*r.Float64()
		}
		feed(t)
		now := int64(t)
		h.Time = append(h.Time, now)
		h.Line = append(h.Line, len(h.Time)+1)
		h.Users = append(h.Users, 1)
		counts = append(counts, at)
		for i := range each {
			if how.full {
				row(&h.Endpoints[i], each[i], now, true)
			}
		}
		row(&h.Total, all, now, how.full)
		t += 1 + how.creep*(.5+r.ExpFloat64()/2)
	}
	h.Segments = []loadtest.Segment{{From: 0, To: len(h.Time) - 1, Why: "start"}}
	if !how.full {
		h.Endpoints = nil
	}
	run := &loadtest.Run{Label: "emulated", Tool: "locust", History: h}
	tot := &loadtest.Totals{File: "stats.csv", Percentiles: locustPercentiles, HasTotal: true}
	total := func(e loadtest.Endpoint, c *counter) loadtest.Total {
		return loadtest.Total{Endpoint: e, Line: 2, Requests: int64(c.n), Mean: c.sum / float64(c.n) / 1000,
			Min: c.min / 1000, Max: c.max / 1000, Quantiles: c.cumulative(locustPercentiles), Median: c.cumulative([]float64{.5})[0]}
	}
	for i, c := range each {
		if c.n > 0 {
			tot.Endpoints = append(tot.Endpoints, total(names[i], c))
		}
	}
	tot.Total = total(loadtest.Endpoint{}, all)
	run.Totals = tot
	if how.page {
		run.Page = page
	}
	return run, counts
}

// rawRequests reads every request of a recorded run.
func rawRequests(path string) ([]request, []loadtest.Endpoint, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, err
	}
	var out []request
	var names []loadtest.Endpoint
	index := map[string]int{}
	rd := csv.NewReader(bufio.NewReader(z))
	rd.FieldsPerRecord = -1
	for {
		rec, err := rd.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		t, e1 := strconv.ParseFloat(rec[0], 64)
		v, e2 := strconv.ParseFloat(rec[2], 64)
		if e1 != nil || e2 != nil {
			continue
		}
		e, ok := index[rec[1]]
		if !ok {
			e = len(names)
			index[rec[1]] = e
			m, n, _ := strings.Cut(rec[1], " ")
			names = append(names, loadtest.Endpoint{Method: m, Name: n})
		}
		out = append(out, request{t, e, v})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].t < out[j].t })
	return out, names, nil
}
