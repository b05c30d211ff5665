// Package live reads what an endpoint has just answered by the readers of what
// people capture of it, so that a recording and a capture of the same endpoint
// say the same.
package live

import (
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// A Reading is one figure of an answer, as a loadtest.Track has it.
type Reading struct {
	Component, Instance, Metric string
	Value                       float64 // base units
}

// New returns a function that reads answers that came one after another, each
// at an instant in Unix seconds, by the parsers of one package. It keeps the
// parsers' state, such as the counters of the answer before.
func New(parsers []capture.Parser) func(body []byte, at float64) []Reading {
	read := make([]func(*capture.Sample, func(capture.Reading)), len(parsers))
	for i, p := range parsers {
		read[i] = p.New()
	}
	return func(body []byte, at float64) []Reading {
		text := strings.TrimSuffix(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n")
		s := &capture.Sample{Time: at, Line: 1, Lines: strings.Split(text, "\n")}
		var out []Reading
		for _, r := range read {
			r(s, func(r capture.Reading) {
				// A time of the answer's own is by another clock.
				if r.Value == r.Value {
					out = append(out, Reading{r.Component, r.Instance, r.Metric, r.Value})
				}
			})
		}
		return out
	}
}

// One is New for one parser.
func One(p capture.Parser) func(body []byte, at float64) []Reading { return New([]capture.Parser{p}) }
