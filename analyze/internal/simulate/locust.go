package simulate

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
)

// Output says how Locust is run.
type Output struct {
	Full        bool    // --csv-full-history: rows of endpoints, windowed percentiles
	Cumulative  bool    // the percentiles of Aggregated rows cover everything since the start
	ResetStats  bool    // --reset-stats: counters go back when the users have stopped rising
	Distributed bool    // a master writes the file; workers report every three seconds
	Begin       int64   // Unix time of the test's start; 0 is a fixed one
	Seed        uint64  // of the rows' place in their seconds
	Lost        float64 // s at the end that are not in the file
}

var percentiles = [...]float64{.5, .66, .75, .8, .9, .95, .98, .99, .999, .9999, 1}

const header = "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%," +
	"Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size\n"

// buckets are the latencies that Locust rounds to (stats.py,
// StatsEntry._log_response_time): whole ms below 100, then two digits.
const cells = 100 + 90 + 90 + 900

func bucket(ms float64) int {
	round := func(x float64) int { return int(math.RoundToEven(x)) }
	switch {
	case ms < 100:
		return min(round(ms), 100)
	case ms < 1000:
		return min(100+round(ms/10)-10, 190)
	case ms < 10000:
		return min(190+round(ms/100)-10, 280)
	}
	return min(280+round(ms/1000)-10, cells-1)
}

// value is the latency of a cell, ms.
func value(i int) int {
	switch {
	case i < 100:
		return i
	case i < 190:
		return (i - 90) * 10
	case i < 280:
		return (i - 180) * 100
	}
	return (i - 270) * 1000
}

// An entry is Locust's StatsEntry of one endpoint, or of all.
type entry struct {
	method, name string
	n, failed    int64
	sum          float64
	least, most  float64
	counts       []int32
	perSecond    map[int64]int64
	failsSecond  map[int64]int64
	last         int64
	copies       map[int64]copied // of the counts, by second
}

type copied struct {
	counts []int32
	n      int64
}

func newEntry(method, name string) *entry {
	return &entry{method: method, name: name, least: math.Inf(1), counts: make([]int32, cells),
		perSecond: map[int64]int64{}, failsSecond: map[int64]int64{}, copies: map[int64]copied{}}
}

func (e *entry) reset() { *e = *newEntry(e.method, e.name) }

// log takes a request in that ended at Unix second `second`.
func (e *entry) log(second int64, r Request, keep bool) {
	if keep && e.n > 0 && second > e.last {
		// the cache's copy is of everything up to the last second with a request
		e.copies[second-1] = copied{append([]int32(nil), e.counts...), e.n}
		delete(e.copies, second-40)
	}
	e.n++
	ms := r.Latency * 1000
	e.sum += ms
	e.least, e.most = math.Min(e.least, ms), math.Max(e.most, ms)
	e.counts[bucket(ms)]++
	e.perSecond[second]++
	e.last = second
	if r.Failed() {
		e.failed++
		e.failsSecond[second]++
	}
}

// quantile is Locust's calculate_response_time_percentile.
func quantile(counts []int32, n int64, p float64) int {
	upTo := int64(float64(n) * p)
	seen := int64(0)
	for i := len(counts) - 1; i >= 0; i-- {
		if counts[i] <= 0 {
			continue
		}
		seen += int64(counts[i])
		if n-seen <= upTo {
			return value(i)
		}
	}
	return 0
}

// rates are Requests/s and Failures/s as Locust prints them.
func (e *entry) rates(begin int64) (float64, float64) {
	if e.n == 0 {
		return 0, 0
	}
	from, to := max(e.last-12, begin), max(e.last-2, begin)
	n, f := int64(0), int64(0)
	for s := from; s < to; s++ {
		n += e.perSecond[s]
		f += e.failsSecond[s]
	}
	d := float64(to - from)
	if d <= 0 {
		return 0, 0
	}
	return float64(n) / d, float64(f) / d
}

// window is the counts of the last ten seconds.
func (e *entry) window(now int64) ([]int32, int64) {
	for o := int64(0); o <= 18; o++ {
		d := 10 + (o+1)/2
		if o%2 == 0 {
			d = 10 - o/2
		}
		if c, ok := e.copies[now-d]; ok {
			out := make([]int32, cells)
			for i := range out {
				out[i] = e.counts[i] - c.counts[i]
			}
			return out, e.n - c.n
		}
	}
	return e.counts, e.n
}

func (e *entry) row(b *bytes.Buffer, now, begin int64, users int, windowed bool) {
	rate, fails := e.rates(begin)
	fmt.Fprintf(b, "%d,%d,%s,%s,%.6f,%.6f", now, users, e.method, e.name, rate, fails)
	counts, n := e.counts, e.n
	if windowed {
		counts, n = e.window(now)
	}
	for _, p := range percentiles {
		if e.n == 0 {
			b.WriteString(",N/A")
			continue
		}
		b.WriteByte(',')
		b.WriteString(strconv.Itoa(quantile(counts, n, p)))
	}
	median, mean, least := 0, 0.0, 0.0
	if e.n > 0 {
		median, mean, least = quantile(e.counts, e.n, .5), e.sum/float64(e.n), e.least
	}
	number := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	fmt.Fprintf(b, ",%d,%d,%d,%s,%s,%s,0\n", e.n, e.failed, median, number(mean), number(least), number(e.most))
}

// History writes the record as Locust's _stats_history.csv.
func History(rec *Record, o Output) []byte {
	random := rand.New(rand.NewPCG(o.Seed, 0x10c057))
	begin := o.Begin
	if begin == 0 {
		begin = 1_771_400_000
	}
	total := newEntry("", "Aggregated")
	var entries []*entry
	if o.Full {
		for _, e := range rec.System.Endpoints {
			entries = append(entries, newEntry(e.Method, e.Name))
		}
		if len(entries) == 0 {
			entries = []*entry{newEntry("GET", "/")}
		}
	}
	windowed := !o.Cumulative
	var b bytes.Buffer
	b.WriteString(header)
	phase := random.Float64() // the test starts within a second of the clock
	end := rec.Load.Seconds() - o.Lost
	i := 0
	arrived := make([]float64, len(rec.Requests)) // when the counters take it in
	for k, r := range rec.Requests {
		arrived[k] = r.At
		if o.Distributed {
			arrived[k] = (math.Floor(r.At/3) + 1) * 3
		}
	}
	resetAt := math.Inf(1)
	if o.ResetStats {
		for t, before := 0.0, -1; t < end; t++ {
			if n := rec.Load.At(t); n > before {
				before, resetAt = n, t+.5
			}
		}
	}
	for at := 1 - phase + .2*random.Float64(); at < end; at += 1.003 {
		if at > resetAt {
			for i < len(rec.Requests) && arrived[i] <= resetAt {
				i++
			}
			total.reset()
			for _, e := range entries {
				e.reset()
			}
			resetAt = math.Inf(1)
		}
		for i < len(rec.Requests) && arrived[i] <= at {
			r := rec.Requests[i]
			second := begin + int64(math.Floor(arrived[i]+phase))
			total.log(second, r, windowed)
			if o.Full {
				entries[r.Endpoint].log(second, r, windowed)
			}
			i++
		}
		now := begin + int64(math.Floor(at+phase))
		users := rec.Load.At(at)
		for _, e := range entries {
			if e.n > 0 {
				e.row(&b, now, begin, users, windowed)
			}
		}
		total.row(&b, now, begin, users, windowed)
	}
	return b.Bytes()
}
