package locust

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
)

// The columns of _stats_history.csv, by place in historyColumns.
const (
	colTime = iota
	colUsers
	colType
	colName
	colRate
	colFailRate
	colRequests
	colFailures
	colMedian
	colMean
	colMin
	colMax
	colSize
	colQuantile // any percentile
	colSkip     // of no use
)

// historyColumns are the columns of all versions: first today's name, then
// those of 0.13 to 0.14.
var historyColumns = []csvtable.Column{
	colTime:     {Name: "Timestamp"},
	colUsers:    {Name: "User Count", Optional: true},
	colType:     {Name: "Type", Aliases: []string{"Method"}},
	colName:     {Name: "Name"},
	colRate:     {Name: "Requests/s", Optional: true},
	colFailRate: {Name: "Failures/s", Aliases: []string{"Requests Failed/s"}, Optional: true},
	colRequests: {Name: "Total Request Count", Aliases: []string{"Request Count", "# requests"}},
	colFailures: {Name: "Total Failure Count", Aliases: []string{"Failure Count", "# failures"}},
	colMedian:   {Name: "Total Median Response Time", Aliases: []string{"Median Response Time"}, Optional: true},
	colMean:     {Name: "Total Average Response Time", Aliases: []string{"Average Response Time"}},
	colMin:      {Name: "Total Min Response Time", Aliases: []string{"Min Response Time"}, Optional: true},
	colMax:      {Name: "Total Max Response Time", Aliases: []string{"Max Response Time"}, Optional: true},
	colSize:     {Name: "Total Average Content Size", Aliases: []string{"Average Content Size"}, Optional: true},
}

// percentile reads a column name such as "99.9%" as a share. Locust makes the
// names from a user's list (get_readable_percentiles, stats.py:149), with
// float artefacts ("29.0%"); versions before 1.0 left the sign off "99.999".
func percentile(cell string) (float64, bool) {
	digits := strings.TrimSuffix(cell, "%")
	if digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	p, err := strconv.ParseFloat(digits, 64)
	if err != nil || p <= 0 || p > 100 {
		return 0, false
	}
	return math.Round(p*1e6) / 1e8, true
}

func isPercentile(cell string) bool {
	_, ok := percentile(cell)
	return ok
}

// percentiles returns the percentiles of a header in ascending order and, for
// each cell, which of them it is, or -1. A repeated one counts once.
func percentiles(cells []string) (list []float64, of []int) {
	of = make([]int, len(cells))
	for _, c := range cells {
		if p, ok := percentile(c); ok && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	slices.Sort(list)
	for i, c := range cells {
		of[i] = -1
		if p, ok := percentile(c); ok {
			of[i] = slices.Index(list, p)
		}
	}
	return list, of
}

// A family is a range of Locust versions that wrote the same columns.
type family uint8

const (
	family12 family = iota // 1.2 and later: written by Python's csv module
	family10               // 1.0 to 1.1: quoted by hand, windowed percentiles
	family0                // 0.13 to 0.14: the same without users
)

// familyOf tells the family from the raw header line.
func familyOf(line string) family {
	switch {
	case strings.Contains(line, "# requests"):
		return family0
	case strings.HasPrefix(line, `"`):
		return family10
	}
	return family12
}
