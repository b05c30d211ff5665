package locust

import (
	"encoding/json"
	"html"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

var (
	during  = regexp.MustCompile(`During:\s*(?:<[^>]*>)?\s*([0-9-]+[ T][0-9:]+Z?)\s*(?:<[^>]*>)?\s*-\s*(?:<[^>]*>)?\s*([0-9-]+[ T][0-9:]+Z?)`)
	target  = regexp.MustCompile(`Target Host:\s*<span[^>]*>([^<]*)<`)
	script  = regexp.MustCompile(`Script:\s*<span[^>]*>([^<]*)<`)
	tasks   = regexp.MustCompile(`data-tasks="([^"]*)"`)
	tag     = regexp.MustCompile(`<[^>]*>`)
	oneRow  = regexp.MustCompile(`(?s)<tr[^>]*>(.*?)</tr>`)
	oneCell = regexp.MustCompile(`(?s)<t[dh][^>]*>(.*?)</t[dh]>`)
)

// classicPage reads the report of 1.4 to 2.27: HTML tables, and the charts'
// points in a JavaScript object with times of day.
func classicPage(raw []byte, file string) (*loadtest.Page, error) {
	s := string(raw)
	p := &loadtest.Page{File: file}
	if m := during.FindStringSubmatch(s); m != nil {
		p.Start, p.End = instantOf(m[1]), instantOf(m[2])
	}
	if m := target.FindStringSubmatch(s); m != nil && m[1] != "None" {
		p.Host = html.UnescapeString(m[1])
	}
	if m := script.FindStringSubmatch(s); m != nil {
		p.Locustfile = html.UnescapeString(m[1])
	}
	if m := tasks.FindStringSubmatch(s); m != nil {
		p.UserShare = shares(json.RawMessage(html.UnescapeString(m[1])))
	}
	tables := htmlTables(s)
	if len(tables) == 0 {
		return nil, &csvtable.Error{File: file, Problem: "this HTML file is no report of Locust's, or was not saved whole"}
	}
	for _, t := range tables {
		switch {
		case t.has("# Requests"):
			classicRequests(p, t)
		case t.has("Occurrences"):
			for _, row := range t.rows {
				p.Failures = append(p.Failures, loadtest.Failure{
					Endpoint: loadtest.Endpoint{Method: t.text(row, "Method"), Name: t.text(row, "Name")},
					Error:    t.text(row, "Error"),
					Count:    whole64(t.number(row, "Occurrences")),
				})
			}
		}
	}
	for _, t := range tables {
		if slices.ContainsFunc(t.head, func(h string) bool { return strings.Contains(h, "%ile") }) {
			classicQuantiles(p, t)
		}
	}
	classicWindows(p, s)
	return p, nil
}

// A htmlTable is the texts of a table's cells.
type htmlTable struct {
	head []string
	rows [][]string
}

func htmlTables(s string) []htmlTable {
	var tables []htmlTable
	for {
		i := strings.Index(s, "<table")
		if i < 0 {
			return tables
		}
		end := strings.Index(s[i:], "</table>")
		if end < 0 {
			return tables
		}
		var t htmlTable
		for _, row := range oneRow.FindAllStringSubmatch(s[i:i+end], -1) {
			var cells []string
			for _, c := range oneCell.FindAllStringSubmatch(row[1], -1) {
				cells = append(cells, strings.TrimSpace(html.UnescapeString(tag.ReplaceAllString(c[1], ""))))
			}
			if t.head == nil {
				t.head = cells
			} else if len(cells) == len(t.head) {
				t.rows = append(t.rows, cells)
			}
		}
		tables = append(tables, t)
		s = s[i+end:]
	}
}

// column finds a column by the start of its name: units stand behind it.
func (t htmlTable) column(name string) int {
	return slices.IndexFunc(t.head, func(h string) bool {
		return strings.HasPrefix(strings.ToLower(h), strings.ToLower(name))
	})
}

func (t htmlTable) has(name string) bool { return t.column(name) >= 0 }

func (t htmlTable) text(row []string, name string) string {
	if k := t.column(name); k >= 0 {
		return row[k]
	}
	return ""
}

func (t htmlTable) number(row []string, name string) float64 {
	v, err := csvtable.ParseNumber(t.text(row, name))
	if err != nil {
		return math.NaN()
	}
	return v
}

func classicRequests(p *loadtest.Page, t htmlTable) {
	for i, row := range t.rows {
		total := loadtest.Total{
			Endpoint: loadtest.Endpoint{Method: t.text(row, "Method"), Name: t.text(row, "Name")},
			Requests: whole64(t.number(row, "# Requests")),
			Failures: whole64(t.number(row, "# Fails")),
			Median:   math.NaN(),
			Mean:     t.number(row, "Average (") / 1000,
			Min:      t.number(row, "Min") / 1000,
			Max:      t.number(row, "Max") / 1000,
			Size:     t.number(row, "Average size"),
			Rate:     t.number(row, "RPS"),
		}
		withoutLatency(&total)
		if i == len(t.rows)-1 && isTotal(total.Endpoint) {
			total.Endpoint = loadtest.Endpoint{}
			p.Total, p.HasTotal = total, true
			return
		}
		p.Endpoints = append(p.Endpoints, total)
	}
}

func classicQuantiles(p *loadtest.Page, t htmlTable) {
	columns := map[float64]int{}
	for k, h := range t.head {
		if before, _, ok := strings.Cut(h, "%ile"); ok {
			if v, err := strconv.ParseFloat(strings.TrimSpace(before), 64); err == nil && v > 0 && v <= 100 {
				columns[v/100] = k
				p.Percentiles = append(p.Percentiles, v/100)
			}
		}
	}
	slices.Sort(p.Percentiles)
	p.Percentiles = slices.Compact(p.Percentiles)
	read := func(row []string, total *loadtest.Total) {
		total.Quantiles = make([]float64, len(p.Percentiles))
		for i, q := range p.Percentiles {
			v, err := csvtable.ParseNumber(row[columns[q]])
			if err != nil || !(total.Max > 0) {
				v = math.NaN()
			}
			total.Quantiles[i] = v / 1000
		}
	}
	for i, row := range t.rows {
		e := loadtest.Endpoint{Method: t.text(row, "Method"), Name: t.text(row, "Name")}
		if i == len(t.rows)-1 && isTotal(e) && p.HasTotal {
			read(row, &p.Total)
			continue
		}
		for k := range p.Endpoints {
			if p.Endpoints[k].Endpoint == e {
				read(row, &p.Endpoints[k])
			}
		}
	}
}

// classicWindows reads the charts' points. The percentiles were named _50 and
// _95 until 2.15.1, _1 and _2 after it.
func classicWindows(p *loadtest.Page, s string) {
	_, s, ok := strings.Cut(s, "var stats_history")
	if !ok {
		return
	}
	if end := strings.Index(s, "};"); end >= 0 {
		s = s[:end]
	}
	list := func(keys ...string) []json.RawMessage {
		var out []json.RawMessage
		for _, key := range keys {
			if _, rest, ok := strings.Cut(s, `"`+key+`":`); ok {
				if json.NewDecoder(strings.NewReader(rest)).Decode(&out) == nil {
					return out
				}
			}
		}
		return nil
	}
	at := func(l []json.RawMessage, i int) float64 {
		if i >= len(l) {
			return math.NaN()
		}
		return number(l[i])
	}
	stamps, users, rate := list("time"), list("user_count"), list("current_rps")
	p50 := list("response_time_percentile_50", "response_time_percentile_1", "response_time_percentile_0.5")
	p95 := list("response_time_percentile_95", "response_time_percentile_2", "response_time_percentile_0.95")
	p.WindowPercentiles = []float64{0.5, 0.95}
	clock := clockFrom(p.Start)
	for i, raw := range stamps {
		var stamp string
		if json.Unmarshal(raw, &stamp) != nil {
			continue
		}
		t, ok := clock.unix(stamp)
		if !ok {
			continue
		}
		w := loadtest.PageWindow{Time: t, Users: int(whole64(at(users, i))), Rate: at(rate, i),
			Quantiles: []float64{latency(at(p50, i)), latency(at(p95, i))}}
		p.Windows = append(p.Windows, named(w, p.WindowPercentiles))
	}
}
