package locust

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A consoleTable is one of the tables of requests on the terminal. Columns
// move with the terminal's width and the names', so that rows are taken apart
// from the right.
type consoleTable struct {
	columns []string // after the name: "# reqs", "# fails", "Avg", …
	typed   bool     // the method stands in a column of its own (since 2.9)
	head    int      // its line
	rules   int      // dashed lines seen
	rows    []loadtest.Total
	total   loadtest.Total
	done    bool
	n       int
}

var (
	failsCell   = regexp.MustCompile(`(\d+) +(\d+)\(\d+(?:\.\d+)?%\)((?:[ |]+[0-9.]+)*)[ |]*$`)
	wideHeading = regexp.MustCompile(`# reqs|# fails|Avg|Min|Max|Median|Med|req/s|failures/s`)
)

func isTableHead(line string) bool {
	return strings.Contains(line, "# reqs") && strings.Contains(line, "# fails") && strings.Contains(line, "Name")
}

func newConsoleTable(line string, n int) *consoleTable {
	return &consoleTable{columns: wideHeading.FindAllString(line, -1), typed: strings.HasPrefix(line, "Type"), head: n, n: n}
}

// line takes in a line; false if it is not of the table.
func (t *consoleTable) line(s string) bool {
	t.n++
	s = validUTF8(s)
	if strings.HasPrefix(strings.TrimSpace(s), "---") {
		t.rules++
		return true
	}
	if t.rules == 0 || strings.HasPrefix(s, "[") {
		return false
	}
	m := failsCell.FindStringSubmatchIndex(s)
	if m == nil {
		return strings.TrimSpace(s) != "" // a name with a line break, perhaps
	}
	r := loadtest.Total{Line: t.n, Requests: count(s[m[2]:m[3]]), Failures: count(s[m[4]:m[5]])}
	r.Mean, r.Min, r.Max, r.Median = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	r.Size, r.Rate = math.NaN(), math.NaN()
	cells := strings.Fields(strings.ReplaceAll(s[m[6]:m[7]], "|", " "))
	for i, c := range cells {
		if i+2 >= len(t.columns) {
			break
		}
		v, err := strconv.ParseFloat(c, 64)
		if err != nil {
			v = math.NaN()
		}
		switch t.columns[i+2] {
		case "Avg":
			r.Mean = v / 1000
		case "Min":
			r.Min = v / 1000
		case "Max":
			r.Max = v / 1000
		case "Med", "Median":
			r.Median = v / 1000
		case "req/s":
			r.Rate = v
		}
	}
	withoutLatency(&r)
	r.Endpoint = t.endpoint(s[:m[0]])
	if t.rules >= 2 && isTotal(r.Endpoint) { // behind the second rule
		r.Endpoint = loadtest.Endpoint{}
		t.total, t.done = r, true
		return true
	}
	t.rows = append(t.rows, r)
	return true
}

// endpoint reads the method and the name, "GET      /v1/feed  ".
func (t *consoleTable) endpoint(s string) loadtest.Endpoint {
	if t.typed && strings.HasPrefix(s, "        ") {
		return loadtest.Endpoint{Name: strings.TrimSpace(s)}
	}
	s = strings.TrimSpace(s)
	method, name, ok := strings.Cut(s, " ")
	if !ok || method != strings.ToUpper(method) {
		return loadtest.Endpoint{Name: s}
	}
	return loadtest.Endpoint{Method: method, Name: strings.TrimSpace(name)}
}

func count(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
