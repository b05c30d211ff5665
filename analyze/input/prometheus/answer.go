package prometheus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// An answer is what the HTTP API says to a query.
type answer struct {
	Status    string   `json:"status"`
	ErrorType string   `json:"errorType"`
	Error     string   `json:"error"`
	Warnings  []string `json:"warnings"`
	Data      struct {
		ResultType string          `json:"resultType"`
		Result     json.RawMessage `json:"result"`
	} `json:"data"`
	// A file may hold the data alone.
	ResultType string          `json:"resultType"`
	Result     json.RawMessage `json:"result"`
}

// A result is one series of an answer, and its readings in the order of time.
// NaN and infinite values are not among them, but where there is nothing else:
// then nan says so, and the values are 0.
type result struct {
	series
	time, value []float64
	nan         bool
}

// jsonResult is a result as the API writes it.
type jsonResult struct {
	Metric map[string]string `json:"metric"`
	Values []jsonPoint       `json:"values"`
	Value  *jsonPoint        `json:"value"`
}

// jsonPoint is [1795459222, "0.5"]: Unix seconds and a value in quotes.
type jsonPoint struct{ time, value float64 }

// UnmarshalJSON reads the pair.
func (p *jsonPoint) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) < 5 || b[0] != '[' || b[len(b)-1] != ']' {
		return fmt.Errorf("a reading is no pair of time and value")
	}
	time, value, ok := bytes.Cut(b[1:len(b)-1], []byte(","))
	if !ok {
		return fmt.Errorf("a reading is no pair of time and value")
	}
	var err error
	if p.time, err = strconv.ParseFloat(string(bytes.TrimSpace(time)), 64); err != nil || math.IsNaN(p.time) || math.IsInf(p.time, 0) {
		return fmt.Errorf("a reading has no time")
	}
	if p.value, err = strconv.ParseFloat(string(bytes.Trim(value, " \t\r\n\"")), 64); err != nil {
		return fmt.Errorf("a reading has no value")
	}
	return nil
}

// results returns the series of an answer.
func (a *answer) results() ([]result, error) {
	kind, raw := a.Data.ResultType, a.Data.Result
	if kind == "" {
		kind, raw = a.ResultType, a.Result
	}
	var in []jsonResult
	switch kind {
	case "matrix", "vector":
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, err
		}
	case "scalar":
		var p jsonPoint
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, err
		}
		in = []jsonResult{{Value: &p}}
	case "":
		return nil, fmt.Errorf("it has no resultType")
	default:
		return nil, fmt.Errorf("its result is a %.40q, not a matrix or a vector", kind)
	}
	out := make([]result, 0, len(in))
	for _, r := range in {
		if r.Value != nil {
			r.Values = append(r.Values, *r.Value)
		}
		x := result{series: series{name: r.Metric["__name__"], labels: r.Metric}}
		var nan []float64
		for _, p := range r.Values {
			if math.IsNaN(p.value) && len(x.time) == 0 {
				nan = append(nan, p.time)
			}
			if math.IsNaN(p.value) || math.IsInf(p.value, 0) {
				continue
			}
			if n := len(x.time); n > 0 && p.time <= x.time[n-1] {
				continue // twice, where two answers meet
			}
			x.time = append(x.time, p.time)
			x.value = append(x.value, p.value)
		}
		if len(x.time) == 0 && len(nan) > 0 {
			slices.Sort(nan)
			x.time, x.nan = slices.Compact(nan), true
			x.value = make([]float64, len(x.time))
		}
		if len(x.time) > 0 {
			out = append(out, x)
		}
	}
	return out, nil
}

// span returns the extremes of a result's values.
func (r *result) span() span {
	s := span{known: true, max: math.Inf(-1), min: math.Inf(1)}
	for _, v := range r.value {
		s.max, s.min = max(s.max, v), min(s.min, v)
	}
	return s
}

func spanOf(in []result) span {
	s := in[0].span()
	for i := range in[1:] {
		t := in[1+i].span()
		s.max, s.min = max(s.max, t.max), min(s.min, t.min)
	}
	return s
}

// A growth says how a series of events runs.
type growth uint8

const (
	isRate    growth = iota // it falls as it likes
	isCounter               // it only grows, but for restarts
	isFlat                  // it does not change at all
)

// growth tells counters from rates by their values: a counter's are whole
// numbers that do not fall, except to nearly nothing when its process starts
// anew; what falls more often than a process restarts is no counter.
func (r *result) growth() growth {
	falls, rises, fractions := 0, 0, 0
	for i, v := range r.value {
		if !isWhole(v) {
			fractions++
		}
		if i == 0 {
			continue
		}
		switch was := r.value[i-1]; {
		case v > was:
			rises++
		case v < was && v > was/2:
			return isRate
		case v < was:
			falls++
		}
	}
	switch {
	case falls == 0 && rises == 0:
		return isFlat
	case fractions > 0 || falls > 1+len(r.value)/100 || rises < falls:
		return isRate
	}
	return isCounter
}
