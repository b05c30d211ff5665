package locust

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

// jsonEntry is an entry of --json-file (StatsEntry.serialize, stats.py).
// Times are in ms.
type jsonEntry struct {
	Name       string             `json:"name"`
	Method     *string            `json:"method"`
	Last       *float64           `json:"last_request_timestamp"`
	Start      *float64           `json:"start_time"`
	Requests   int64              `json:"num_requests"`
	None       int64              `json:"num_none_requests"`
	Failures   int64              `json:"num_failures"`
	Sum        float64            `json:"total_response_time"`
	Max        float64            `json:"max_response_time"`
	Min        *float64           `json:"min_response_time"`
	Size       float64            `json:"total_content_length"`
	Times      map[string]float64 `json:"response_times"`
	PerSecond  map[string]float64 `json:"num_reqs_per_sec"`
	FailPerSec map[string]float64 `json:"num_fail_per_sec"`
}

// ReadJSON reads a --json-file, or what --json printed. A file without an
// entry gives nil and a note: Locust writes one when both flags are given.
func ReadJSON(r io.Reader, file string) (*loadtest.Histograms, []loadtest.Note, error) {
	raw, err := readAll(r, file)
	if err != nil {
		return nil, nil, err
	}
	raw, _ = csvtable.Text(raw)
	n := &notes{file: file}
	var entries []jsonEntry
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, nil, jsonError(file, raw, err)
	}
	if len(entries) == 0 {
		n.add("json_empty", loadtest.Warn, 0,
			"The file holds no entry. Locust writes an empty list when --json and --json-file are given together, or when nothing was requested.")
		return nil, n.list, nil
	}
	h := &loadtest.Histograms{File: file}
	short := 0
	for i, e := range entries {
		g, err := e.histogram()
		if err != nil {
			return nil, nil, &csvtable.Error{File: file, Problem: fmt.Sprintf("entry %d (%q): %v", i+1, e.Name, err)}
		}
		counted := g.None
		for _, c := range g.Count {
			counted += c
		}
		if counted != g.Requests {
			short++
		}
		h.Endpoints = append(h.Endpoints, g)
	}
	if short > 0 {
		n.add("sum_mismatch", loadtest.Warn, 0, "In %d of %d entries the latencies do not add up to the number of requests.", short, len(entries))
	}
	return h, n.list, nil
}

func (e jsonEntry) histogram() (loadtest.Histogram, error) {
	g := loadtest.Histogram{
		Requests: e.Requests, None: e.None, Failures: e.Failures,
		Sum: e.Sum / 1000, Min: math.NaN(), Max: math.NaN(), Size: e.Size,
		Start: math.NaN(), Last: math.NaN(),
	}
	g.Endpoint.Name = e.Name
	if e.Method != nil {
		g.Endpoint.Method = *e.Method
	}
	if e.Start != nil {
		g.Start = *e.Start
	}
	if e.Last != nil {
		g.Last = *e.Last
	}
	if e.Min != nil { // no latency at all leaves null here and zero in the maximum
		g.Min, g.Max = *e.Min/1000, e.Max/1000
	}
	if e.Requests < 0 || e.None < 0 || e.Failures < 0 {
		return g, errors.New("a count is negative")
	}
	for k, c := range e.Times {
		ms, err := strconv.ParseFloat(k, 64)
		if err != nil || !(ms >= 0) || math.IsInf(ms, 0) || !whole(c) {
			return g, fmt.Errorf("response_times %q: %v is no count of a latency in ms", k, c)
		}
		g.Latency = append(g.Latency, ms/1000)
	}
	slices.Sort(g.Latency)
	g.Latency = slices.Compact(g.Latency)
	g.Count = make([]int64, len(g.Latency))
	for k, c := range e.Times {
		ms, _ := strconv.ParseFloat(k, 64)
		at, _ := slices.BinarySearch(g.Latency, ms/1000)
		g.Count[at] += int64(c)
	}
	var err error
	if g.PerSecond, err = seconds(e.PerSecond); err == nil {
		g.FailPerSecond, err = seconds(e.FailPerSec)
	}
	return g, err
}

func seconds(m map[string]float64) (map[int64]int64, error) {
	out := make(map[int64]int64, len(m))
	for k, c := range m {
		t, err := strconv.ParseInt(k, 10, 64)
		if err != nil || !whole(c) {
			return nil, fmt.Errorf("%q: %v is no count of a second", k, c)
		}
		out[t] += int64(c)
	}
	return out, nil
}

func whole(c float64) bool { return c >= 0 && c < 1<<53 && c == math.Trunc(c) }

// readAll reads a file that is held in memory whole.
func readAll(r io.Reader, file string) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, csvtable.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(raw) > csvtable.MaxBytes {
		return nil, &csvtable.Error{File: file, Problem: fmt.Sprintf("is larger than %d MiB, too large for a file of its kind", csvtable.MaxBytes>>20)}
	}
	return raw, nil
}

// jsonError gives an error of encoding/json its place.
func jsonError(file string, raw []byte, err error) error {
	offset := int64(-1)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	e := &csvtable.Error{File: file, Problem: err.Error() + "; is the file complete and as Locust wrote it?"}
	if offset >= 0 && offset <= int64(len(raw)) {
		before := raw[:offset]
		e.Line = bytes.Count(before, []byte{'\n'}) + 1
		e.Column = len(before) - bytes.LastIndexByte(before, '\n')
	}
	return e
}
