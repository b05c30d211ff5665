package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// wholeRun is the p-th percentile of the run as a whole, of one endpoint or,
// for nil, of all: from the histogram of the JSON, else from the cumulative
// percentiles of the HTML or _stats.csv, whichever counted more requests, all
// of them exact up to Locust's buckets; else from the history. Where the
// counters were reset those know the last stretch only, and the history
// comes first.
func (l *latencies) wholeRun(e *loadtest.Endpoint, p float64) measure.Value {
	var key loadtest.Endpoint
	if e != nil {
		key = *e
	}
	history := func() measure.Value {
		h := l.run.History
		switch {
		case h == nil || len(h.Time) == 0:
			return measure.None(measure.Seconds, measure.NoSource, needHistoryRows)
		case e == nil:
			return l.total(-1, len(h.Time)-1, p)
		}
		return l.endpoint(key, -1, len(h.Time)-1, p)
	}
	if h := l.run.History; h != nil && len(h.Segments) > 1 && h.Total.Requests[h.Segments[0].To] > 0 {
		if v := history(); v.Measured() {
			return v
		}
	}
	if x := l.histogram(key); x != nil && x.Requests > x.None {
		return ofHistogram(l.run.Histograms.File, x, p)
	}
	if v := l.ofTotals(e, p); v.Measured() {
		return v
	}
	return history()
}

// ofHistogram reads a percentile off a histogram of Locust's buckets.
func ofHistogram(file string, x *loadtest.Histogram, p float64) measure.Value {
	n := int64(0)
	for _, c := range x.Count {
		n += c
	}
	rank := min(int64(float64(n)*p), n-1)
	for i, c := range x.Count {
		if rank -= c; rank < 0 {
			return bucketValue(x.Latency[i], x.Min, x.Max, measure.Source{File: file, Column: "response_times",
				Formula: fmt.Sprintf("p%g of the histogram; its limits are the bucket's", p*100)})
		}
	}
	return measure.None(measure.Seconds, measure.NoSamples, "")
}

// bucketValue is a latency that Locust rounded to a bucket.
func bucketValue(v, lowest, highest float64, src measure.Source) measure.Value {
	low, high := stats.Resolution(v * ms)
	low, high = low/ms, high/ms
	if lowest <= v*1.1 && lowest > low {
		low = lowest
	}
	if highest >= v*.9 && highest < high && highest > 0 {
		high = highest
	}
	return measure.Within(min(max(v, low), max(low, high)), low, high, measure.Seconds, measure.Exact, src)
}

// ofTotals reads a percentile off the final cumulative columns.
func (l *latencies) ofTotals(e *loadtest.Endpoint, p float64) measure.Value {
	none := measure.None(measure.Seconds, measure.NoSource, "")
	best, most := none, int64(0)
	try := func(file string, total loadtest.Total, has bool, ps []float64, all []loadtest.Total) {
		if e != nil {
			has = false
			for i := range all {
				if all[i].Endpoint == *e {
					total, has = all[i], true
				}
			}
		}
		if !has || total.Requests <= most {
			return
		}
		if v := ofTotal(file, total, ps, p); v.Measured() {
			best, most = v, total.Requests
		}
	}
	if t := l.run.Totals; t != nil {
		try(t.File, t.Total, t.HasTotal, t.Percentiles, t.Endpoints)
	}
	if t := l.run.Page; t != nil {
		try(t.File, t.Total, t.HasTotal, t.Percentiles, t.Endpoints)
	}
	return best
}

// ofTotal reads one row. A percentile between two columns lies between them.
func ofTotal(file string, t loadtest.Total, ps []float64, p float64) measure.Value {
	src := measure.Source{File: file, Column: columnOf(p)}
	if t.Line > 0 {
		src.Lines = fmt.Sprint(t.Line)
	}
	low, high := t.Min, t.Max
	above := false
	for i, q := range ps {
		if i >= len(t.Quantiles) || math.IsNaN(t.Quantiles[i]) || t.Quantiles[i] <= 0 && t.Max > 0.0005 && q >= .9 {
			continue
		}
		switch v := t.Quantiles[i]; {
		case math.Abs(q-p) < 1e-9:
			return bucketValue(v, t.Min, t.Max, src)
		case q < p:
			a, _ := stats.Resolution(v * ms)
			low = max(low, a/ms)
		case !above:
			_, b := stats.Resolution(v * ms)
			high, above = min(high, b/ms), true
		}
	}
	if !(high > 0) || !(low <= high) {
		return measure.None(measure.Seconds, measure.NotDerivable, needPercentiles)
	}
	src.Column = columnsOr(ps)
	src.Formula = "between the neighbouring percentiles"
	return measure.Within(math.Sqrt(max(low, high/1000)*high), low, high, measure.Seconds, measure.Bounded, src)
}

func columnsOr(ps []float64) string {
	if len(ps) == 0 {
		return "Min Response Time, Max Response Time"
	}
	return columnsOf(ps)
}
