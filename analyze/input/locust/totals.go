package locust

import (
	"io"
	"math"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

// statsColumns are the columns of _stats.csv (_requests.csv before 0.13.3):
// first today's name, then those before 1.0.
var statsColumns = []csvtable.Column{
	{Name: "Type", Aliases: []string{"Method"}},
	{Name: "Name"},
	{Name: "Request Count", Aliases: []string{"# requests"}},
	{Name: "Failure Count", Aliases: []string{"# failures"}},
	{Name: "Median Response Time", Optional: true},
	{Name: "Average Response Time"},
	{Name: "Min Response Time", Optional: true},
	{Name: "Max Response Time", Optional: true},
	{Name: "Average Content Size", Optional: true},
	{Name: "Requests/s", Optional: true},
	{Name: "Failures/s", Aliases: []string{"Requests Failed/s"}, Optional: true},
}

// statsRow is a row of _stats.csv, for gocsv; times in ms.
type statsRow struct {
	Method   string          `csv:"Type"`
	Name     string          `csv:"Name"`
	Requests csvtable.Count  `csv:"Request Count"`
	Failures csvtable.Count  `csv:"Failure Count"`
	Median   csvtable.Number `csv:"Median Response Time"`
	Mean     csvtable.Number `csv:"Average Response Time"`
	Min      csvtable.Number `csv:"Min Response Time"`
	Max      csvtable.Number `csv:"Max Response Time"`
	Size     csvtable.Number `csv:"Average Content Size"`
	Rate     csvtable.Number `csv:"Requests/s"`
}

// ReadTotals reads a _stats.csv, or a _requests.csv of versions before 0.13.3
// or downloaded from the web page.
func ReadTotals(r io.Reader, file string) (*loadtest.Totals, []loadtest.Note, error) {
	t, n, err := readTable(r, file, statsColumns, isPercentile)
	if err != nil {
		return nil, nil, err
	}
	totals := &loadtest.Totals{File: file}
	if t.Empty() {
		n.add("empty_stats", loadtest.Warn, 0, "The file is empty: Locust was killed or was rewriting it when it was copied.")
		return totals, n.list, nil
	}
	var rows []statsRow
	if err := t.Rows(statsColumns, &rows); err != nil {
		return nil, nil, err
	}
	var slot []int
	totals.Percentiles, slot = percentiles(t.Header.Cells)
	has := make([]bool, len(statsColumns))
	for k := range has {
		has[k] = t.Header.Has(k)
	}
	for i, row := range rows {
		total := row.total(t.Line(i), has)
		if total.Quantiles, err = quantiles(t, i, slot, len(totals.Percentiles), total.Max > 0); err != nil {
			return nil, nil, err
		}
		totals.Endpoints = append(totals.Endpoints, total)
	}
	// The total is the last row; an endpoint may have its name.
	if last := len(totals.Endpoints) - 1; last >= 0 && isTotal(totals.Endpoints[last].Endpoint) {
		totals.Total, totals.HasTotal = totals.Endpoints[last], true
		totals.Total.Endpoint = loadtest.Endpoint{}
		totals.Endpoints = totals.Endpoints[:last]
	}
	if !totals.HasTotal {
		n.add("no_total", loadtest.Warn, 0, "There is no Aggregated row: the file was copied while Locust rewrote it.")
	}
	return totals, n.list, nil
}

// total converts a row to base units. A column that the file lacks is NaN
// (gocsv leaves zero), and so are the latencies of an endpoint without any.
func (row statsRow) total(line int, has []bool) loadtest.Total {
	nan := math.NaN()
	of := func(k int, v csvtable.Number, scale float64) float64 {
		if !has[k] {
			return nan
		}
		return float64(v) / scale
	}
	t := loadtest.Total{
		Endpoint: loadtest.Endpoint{Method: row.Method, Name: row.Name},
		Line:     line,
		Requests: int64(row.Requests),
		Failures: int64(row.Failures),
		Median:   of(4, row.Median, 1000),
		Mean:     of(5, row.Mean, 1000),
		Min:      of(6, row.Min, 1000),
		Max:      of(7, row.Max, 1000),
		Size:     of(8, row.Size, 1),
		Rate:     of(9, row.Rate, 1),
	}
	withoutLatency(&t)
	return t
}

// withoutLatency makes NaN of the zeros of an endpoint that had no request,
// or only ones without a latency (response_time=None).
func withoutLatency(t *loadtest.Total) {
	nan := math.NaN()
	if t.Requests == 0 {
		t.Size = nan
	}
	if t.Requests == 0 || t.Max == 0 && t.Mean == 0 && t.Min == 0 {
		t.Median, t.Mean, t.Min, t.Max = nan, nan, nan, nan
	}
}

// quantiles reads the percentile cells of row i, in s.
func quantiles(t *csvtable.Table, i int, slot []int, np int, latencies bool) ([]float64, error) {
	q := make([]float64, np)
	for k := range q {
		q[k] = math.NaN()
	}
	for column, k := range slot {
		if k < 0 {
			continue
		}
		v, err := t.Number(i, column)
		if err != nil {
			return nil, err
		}
		if latencies { // otherwise a zero stands for nothing
			q[k] = v / 1000
		}
	}
	return q, nil
}
