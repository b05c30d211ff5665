package json

import (
	"encoding/json"
	"math"

	"github.com/peakload/peakload/analyze/measure"
)

// A figure is a measure.Value in the schema's FIGURE form.
type figure struct {
	v    measure.Value
	unit measure.Unit // the key's; the zero Value does not know it
}

func count(v measure.Value) figure     { return figure{v, measure.Count} }
func seconds(v measure.Value) figure   { return figure{v, measure.Seconds} }
func ratio(v measure.Value) figure     { return figure{v, measure.Ratio} }
func perSecond(v measure.Value) figure { return figure{v, measure.PerSecond} }
func users(v measure.Value) figure     { return figure{v, measure.Users} }

type source struct {
	File    string `json:"file"`
	Lines   string `json:"lines"`
	Column  string `json:"column"`
	Formula string `json:"formula"`
}

type number struct {
	Value  float64  `json:"value"`
	Unit   string   `json:"unit"`
	Low    *float64 `json:"low"` // null: not bounded on this side
	High   *float64 `json:"high"`
	Method string   `json:"method"`
	Source []source `json:"source"`
}

type missing struct {
	Value *float64 `json:"value"`
	Unit  string   `json:"unit"`
	Why   string   `json:"why"`
	Need  string   `json:"need"`
}

// MarshalJSON writes the number with its limits, method and sources, or null
// with the reason and the cure.
func (f figure) MarshalJSON() ([]byte, error) {
	n, ok := f.v.Float()
	if !ok {
		return plain(missing{Unit: f.unit.String(), Why: f.v.Why().String(), Need: f.v.Need()})
	}
	low, high, _ := f.v.Limits()
	out := number{
		Value: positive(n), Unit: f.v.Unit().String(), Low: finite(low), High: finite(high),
		Method: f.v.Method().String(), Source: []source{},
	}
	for _, s := range f.v.Sources() {
		out.Source = append(out.Source, source(s))
	}
	return plain(out)
}

// plain marshals without escaping < > & as HTML: results.json is read by
// machines, and "<" is an operator in it.
func plain(v any) ([]byte, error) {
	var b bytesWriter
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b, err
}

type bytesWriter []byte

func (b *bytesWriter) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// finite returns nil for an infinity, and for NaN, which JSON has no number
// for.
func finite(n float64) *float64 {
	if math.IsInf(n, 0) || math.IsNaN(n) {
		return nil
	}
	n = positive(n)
	return &n
}

// positive turns the negative zero of a difference into zero.
func positive(n float64) float64 { return n + 0 }

// bare returns a value's number alone, nil without one.
func bare(v measure.Value) *float64 {
	n, ok := v.Float()
	if !ok {
		return nil
	}
	return finite(n)
}

// stated returns nil for an empty text: null is "not known".
func stated(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
