// Package results reads what peakload wrote of earlier runs: the part of
// results.json that a later run is compared with.
package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/peakload/peakload/analyze/loadtest"
)

// schema is the version of results.json that is read.
const schema = "peakload.results/1"

// MaxBytes is the size beyond which a file is no results.json.
const MaxBytes = 64 << 20

// Sniff reports whether a file that begins with head is a results.json.
func Sniff(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	return bytes.HasPrefix(head, []byte("{")) && bytes.Contains(head, []byte(`"peakload.results/`))
}

// a file is the part of results.json that is read.
type file struct {
	Schema string `json:"schema"`
	Run    struct {
		Label string  `json:"label"`
		Start *string `json:"start"`
	} `json:"run"`
	Basis *struct {
		Plateau string           `json:"plateau"`
		Users   int              `json:"users"`
		Length  *float64         `json:"length_s"`
		Figures map[string]bound `json:"figures"`
		Windows struct {
			Seconds  []*float64 `json:"seconds"`
			Requests []*float64 `json:"requests"`
			Failed   []*float64 `json:"failed"`
			Latency  []*float64 `json:"latency_sum_s"`
		} `json:"windows"`
		Quantiles       map[string][]*float64 `json:"quantiles"`
		QuantileSeconds float64               `json:"quantile_window_s"`
		Endpoints       []struct {
			Method string   `json:"method"`
			Name   string   `json:"name"`
			Share  *float64 `json:"share"`
			Mean   *float64 `json:"latency_mean_s"`
		} `json:"endpoints"`
		CPU       []*float64 `json:"cpu"`
		CPUMetric *string    `json:"cpu_metric"`
		CPUOf     *string    `json:"cpu_of"`
		Cores     *float64   `json:"cores"`
	} `json:"basis"`
}

type bound struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// Read reads a results.json. name is used in messages. A file that an older
// peakload wrote has no basis, and that is an error: it cannot be compared
// with.
func Read(r io.Reader, name string) (*loadtest.Basis, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%s: larger than %d MB, which no results.json is", name, MaxBytes>>20)
	}
	var f file
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &f); err != nil {
		return nil, fmt.Errorf("%s: no results.json: %w%s", name, err, line(data, err))
	}
	switch {
	case f.Schema == "":
		return nil, fmt.Errorf("%s: no results.json: it has no \"schema\"; peakload report RUN --json FILE writes one", name)
	case f.Schema != schema:
		return nil, fmt.Errorf("%s: its schema is %q, and this version reads %q", name, f.Schema, schema)
	case f.Basis == nil:
		return nil, fmt.Errorf("%s: it holds nothing to compare with: an older peakload wrote it, or its run had no requests; write it anew from the run's files", name)
	}
	b := f.Basis
	out := &loadtest.Basis{
		File: name, Label: f.Run.Label, Plateau: b.Plateau, Users: b.Users, Length: number(b.Length), Figures: map[string]loadtest.Bounds{},
		Quantiles: map[string][]float64{}, QuantileSeconds: b.QuantileSeconds, CPU: numbers(b.CPU), CPUMetric: text(b.CPUMetric), CPUOf: text(b.CPUOf), Cores: number(b.Cores),
	}
	if f.Run.Start != nil {
		if out.Start, err = time.Parse(time.RFC3339, *f.Run.Start); err != nil {
			return nil, fmt.Errorf("%s: run.start: %q is no time", name, *f.Run.Start)
		}
	}
	for metric, v := range b.Figures {
		x := loadtest.Bounds{Value: number(v.Value), Low: number(v.Low), High: number(v.High)}
		if !math.IsNaN(x.Value) && !(x.Low <= x.Value && x.Value <= x.High) {
			return nil, fmt.Errorf("%s: basis.figures.%s: the value is not within its limits", name, metric)
		}
		out.Figures[metric] = x
	}
	w := b.Windows
	if n := len(w.Seconds); len(w.Requests) != n || len(w.Failed) != n || len(w.Latency) != n {
		return nil, fmt.Errorf("%s: basis.windows: the lists are of different lengths", name)
	}
	for i := range w.Seconds {
		x := loadtest.BasisWindow{Seconds: number(w.Seconds[i]), Requests: number(w.Requests[i]), Failed: number(w.Failed[i]), Latency: number(w.Latency[i])}
		if !(x.Seconds > 0) || !(x.Requests >= 0) || !(x.Failed >= 0) || x.Failed > x.Requests {
			return nil, fmt.Errorf("%s: basis.windows: window %d counts %v of %v requests failed in %v s", name, i+1, x.Failed, x.Requests, x.Seconds)
		}
		out.Windows = append(out.Windows, x)
	}
	for metric, values := range b.Quantiles {
		if !(b.QuantileSeconds > 0) {
			return nil, fmt.Errorf("%s: basis.quantile_window_s is not positive", name)
		}
		out.Quantiles[metric] = numbers(values)
	}
	for _, e := range b.Endpoints {
		out.Endpoints = append(out.Endpoints, loadtest.BasisEndpoint{Endpoint: loadtest.Endpoint{Method: e.Method, Name: e.Name}, Share: number(e.Share), Mean: number(e.Mean)})
	}
	return out, nil
}

// line says where the JSON is wrong.
func line(data []byte, err error) string {
	at := int64(-1)
	if s := (*json.SyntaxError)(nil); errors.As(err, &s) {
		at = s.Offset
	}
	if t := (*json.UnmarshalTypeError)(nil); errors.As(err, &t) {
		at = t.Offset
	}
	if at < 0 || at > int64(len(data)) {
		return ""
	}
	return fmt.Sprintf(" (line %d)", 1+bytes.Count(data[:at], []byte("\n")))
}

func number(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

func numbers(xs []*float64) []float64 {
	var out []float64
	for _, x := range xs {
		out = append(out, number(x))
	}
	return out
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
