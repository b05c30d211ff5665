package locust

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

// ReadPage reads an HTML report: the modern one (2.18 and later), whose data
// are one JavaScript object, or the classic one (1.4 to 2.27).
func ReadPage(r io.Reader, file string) (*loadtest.Page, []loadtest.Note, error) {
	raw, err := readAll(r, file)
	if err != nil {
		return nil, nil, err
	}
	raw, _ = csvtable.Text(raw)
	p, err := readPage(raw, file)
	if err != nil {
		return nil, nil, err
	}
	n := &notes{file: file}
	if len(p.Windows) == 0 {
		n.add("no_page_history", loadtest.Info, 0, "The report has no chart data: the run was shorter than 5 s, or the statistics had just been reset.")
	}
	return p, n.list, nil
}

func readPage(raw []byte, file string) (*loadtest.Page, error) {
	if i := bytes.Index(raw, []byte("window.templateArgs")); i >= 0 {
		return modernPage(raw, i, file)
	}
	return classicPage(raw, file)
}

// templateArgs is the object of the modern report (html.py, stats.py:690).
type templateArgs struct {
	Start      string                       `json:"start_time"`
	End        string                       `json:"end_time"`
	Host       *string                      `json:"host"`
	Locustfile string                       `json:"locustfile"`
	Charted    []float64                    `json:"percentiles_to_chart"`
	History    []map[string]json.RawMessage `json:"history"`
	Requests   []map[string]json.RawMessage `json:"requests_statistics"`
	Latencies  []map[string]json.RawMessage `json:"response_time_statistics"`
	Failures   []struct {
		Method      *string         `json:"method"`
		Name        string          `json:"name"`
		Error       string          `json:"error"`
		Occurrences int64           `json:"occurrences"`
		First       json.RawMessage `json:"first_seen"`
		Last        json.RawMessage `json:"last_seen"`
	} `json:"failures_statistics"`
	Tasks json.RawMessage `json:"tasks"`
}

func modernPage(raw []byte, at int, file string) (*loadtest.Page, error) {
	open := bytes.IndexByte(raw[at:], '{')
	if open < 0 {
		return nil, &csvtable.Error{File: file, Problem: "the report's data are cut off; was it saved whole?"}
	}
	var args templateArgs
	body := raw[at+open:]
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&args)
	if err != nil && bytes.Contains(body, []byte("NaN")) { // Python writes it, JSON has it not
		body = bytes.ReplaceAll(body, []byte(": NaN"), []byte(": null"))
		args = templateArgs{}
		err = json.NewDecoder(bytes.NewReader(body)).Decode(&args)
	}
	if err != nil {
		return nil, &csvtable.Error{File: file, Line: bytes.Count(raw[:at], []byte{'\n'}) + 1,
			Problem: "the report's data cannot be read (" + err.Error() + "); was it saved whole?"}
	}
	p := &loadtest.Page{File: file, Locustfile: args.Locustfile, Start: instantOf(args.Start), End: instantOf(args.End)}
	if args.Host != nil {
		p.Host = *args.Host
	}
	escaped := false // until 2.37.13 the texts in the data were escaped as for HTML
	for _, m := range args.Requests {
		_, has := m["safe_name"]
		escaped = escaped || has
	}
	text := func(s string) string {
		if escaped {
			return html.UnescapeString(s)
		}
		return s
	}
	for _, m := range args.Latencies {
		for k := range m {
			if q, err := strconv.ParseFloat(k, 64); err == nil && q > 0 && q <= 1 && !slices.Contains(p.Percentiles, q) {
				p.Percentiles = append(p.Percentiles, q)
			}
		}
	}
	slices.Sort(p.Percentiles)
	for i, m := range args.Requests {
		t := pageTotal(m, text)
		t.Quantiles = pageQuantiles(args.Latencies, m, i, p.Percentiles, t.Max > 0)
		if i == len(args.Requests)-1 && isTotal(t.Endpoint) {
			t.Endpoint = loadtest.Endpoint{}
			p.Total, p.HasTotal = t, true
			break
		}
		p.Endpoints = append(p.Endpoints, t)
	}
	for _, f := range args.Failures {
		e := loadtest.Endpoint{Name: text(f.Name)}
		if f.Method != nil {
			e.Method = text(*f.Method)
		}
		p.Failures = append(p.Failures, loadtest.Failure{Endpoint: e, Error: text(f.Error), Count: f.Occurrences,
			First: unixOf(f.First), Last: unixOf(f.Last)})
	}
	windows(p, args)
	p.UserShare = shares(args.Tasks)
	return p, nil
}

// pageTotal reads one of requests_statistics. min and max are rounded there.
func pageTotal(m map[string]json.RawMessage, text func(string) string) loadtest.Total {
	word := func(key string) string {
		var s string
		json.Unmarshal(m[key], &s) // null and absent are ""
		return text(s)
	}
	t := loadtest.Total{
		Endpoint: loadtest.Endpoint{Method: word("method"), Name: word("name")},
		Requests: whole64(number(m["num_requests"])),
		Failures: whole64(number(m["num_failures"])),
		Median:   number(m["median_response_time"]) / 1000,
		Mean:     number(m["avg_response_time"]) / 1000,
		Min:      number(m["min_response_time"]) / 1000,
		Max:      number(m["max_response_time"]) / 1000,
		Size:     number(m["avg_content_length"]),
		Rate:     number(m["total_rps"]),
	}
	withoutLatency(&t)
	return t
}

func whole64(f float64) int64 {
	if !whole(f) {
		return 0
	}
	return int64(f)
}

// pageQuantiles finds the percentiles of the i-th entry, which stand in
// another list of the same order.
func pageQuantiles(list []map[string]json.RawMessage, m map[string]json.RawMessage, i int, percentiles []float64, latencies bool) []float64 {
	q := make([]float64, len(percentiles))
	for k := range q {
		q[k] = math.NaN()
	}
	same := func(o map[string]json.RawMessage) bool {
		return bytes.Equal(o["name"], m["name"]) && bytes.Equal(o["method"], m["method"])
	}
	if i >= len(list) || !same(list[i]) {
		i = slices.IndexFunc(list, same)
	}
	if i < 0 || !latencies {
		return q
	}
	for key, v := range list[i] {
		if p, err := strconv.ParseFloat(key, 64); err == nil {
			if k := slices.Index(percentiles, p); k >= 0 {
				q[k] = number(v) / 1000
			}
		}
	}
	return q
}

// windows reads the points of the charts. Their values are pairs of time and
// value since 2.31.3, numbers before; percentiles have had several names.
func windows(p *loadtest.Page, args templateArgs) {
	charted := args.Charted
	if len(charted) == 0 {
		charted = []float64{0.5, 0.95}
	}
	p.WindowPercentiles = charted
	clock := clockFrom(p.Start)
	for _, m := range args.History {
		var stamp string
		if json.Unmarshal(m["time"], &stamp) != nil {
			continue
		}
		at, ok := clock.unix(stamp)
		if !ok {
			continue
		}
		var nested map[string]json.RawMessage
		json.Unmarshal(m["current_response_time_percentiles"], &nested)
		w := loadtest.PageWindow{Time: at, Users: int(whole64(number(m["user_count"]))), Rate: number(m["current_rps"])}
		for i, q := range charted {
			key := "response_time_percentile_"
			v := math.NaN()
			for _, name := range []string{key + strconv.FormatFloat(q, 'f', -1, 64), key + strconv.Itoa(i+1), key + strconv.FormatFloat(q*100, 'f', -1, 64)} {
				if raw, ok := m[name]; ok {
					v = number(raw)
				} else if raw, ok := nested[name]; ok {
					v = number(raw)
				}
			}
			w.Quantiles = append(w.Quantiles, latency(v))
		}
		p.Windows = append(p.Windows, named(w, charted))
	}
}

// named fills P50 and P95 from the list.
func named(w loadtest.PageWindow, percentiles []float64) loadtest.PageWindow {
	w.P50, w.P95 = math.NaN(), math.NaN()
	for i, q := range percentiles {
		switch q {
		case 0.5:
			w.P50 = w.Quantiles[i]
		case 0.95:
			w.P95 = w.Quantiles[i]
		}
	}
	return w
}

// latency converts ms; zero is "no request in the window" (stats.py:613).
func latency(ms float64) float64 {
	if !(ms > 0) {
		return math.NaN()
	}
	return ms / 1000
}

// number reads a number, or the second of a pair, or the value of an object;
// NaN for anything else.
func number(raw json.RawMessage) float64 {
	var f *float64
	if json.Unmarshal(raw, &f) == nil && f != nil {
		return *f
	}
	var pair []json.RawMessage
	if json.Unmarshal(raw, &pair) == nil && len(pair) == 2 && !bytes.HasPrefix(bytes.TrimSpace(pair[1]), []byte("[")) {
		return number(pair[1])
	}
	var object struct{ Value *float64 }
	if json.Unmarshal(raw, &object) == nil && object.Value != nil {
		return *object.Value
	}
	return math.NaN()
}

// shares reads each user class's share from the task ratios.
func shares(tasks json.RawMessage) map[string]float64 {
	var t struct {
		PerClass map[string]struct {
			Ratio *float64 `json:"ratio"`
		} `json:"per_class"`
	}
	if json.Unmarshal(tasks, &t) != nil || len(t.PerClass) == 0 {
		return nil
	}
	share := map[string]float64{}
	for class, c := range t.PerClass {
		if c.Ratio != nil && *c.Ratio >= 0 && *c.Ratio <= 1 {
			share[class] = *c.Ratio
		}
	}
	return share
}

// instantOf reads a time as reports write them, UTC since 2.2.0.
func instantOf(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func unixOf(raw json.RawMessage) time.Time {
	if f := number(raw); f > 0 && f < 1e11 {
		return time.UnixMilli(int64(f * 1000)).UTC()
	}
	var s string
	json.Unmarshal(raw, &s)
	return instantOf(s)
}

// A dayClock gives times of day their date: that of the start, and one day
// more each time midnight is passed.
type dayClock struct {
	day  time.Time // midnight before the latest time seen
	last float64
}

func clockFrom(start time.Time) *dayClock {
	return &dayClock{day: start.Truncate(24 * time.Hour), last: float64(start.Unix())}
}

// unix returns the Unix time of a stamp that is a time of day or a whole one.
func (c *dayClock) unix(stamp string) (float64, bool) {
	if t := instantOf(stamp); !t.IsZero() {
		return float64(t.Unix()), true
	}
	t, err := time.Parse("15:04:05", strings.TrimSpace(stamp))
	if err != nil || c.day.Unix() < 0 {
		return 0, false
	}
	at := float64(c.day.Unix()) + float64(t.Hour()*3600+t.Minute()*60+t.Second())
	for at < c.last-43200 { // half a day back is past midnight
		at += 86400
		c.day = c.day.Add(24 * time.Hour)
	}
	c.last = at
	return at, true
}
