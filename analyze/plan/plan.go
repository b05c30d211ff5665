// Package plan holds what was intended: the targets, phases, load levels and
// expectations that a team wrote into its results document, its peakload.yaml
// or the command line. Plain data, and the grammar of targets.
//
// Units are base units: seconds, bytes, ratios, requests per second.
package plan

import (
	"fmt"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
)

// A Plan is what was intended. Every part may be empty.
type Plan struct {
	Setup   Setup
	Targets []Target
	// Figures are asked for without a limit to judge them by: only Name,
	// Metric, P and Pos are set.
	Figures      []Target
	Phases       []Phase
	Capacities   []Capacity
	UserTypes    []string
	Bands        []Band
	Comparison   Labels
	Expectations []Expectation
	// Count429 says whether 429s count in error rates; Locust counts them.
	Count429 Count429
	Sources  Sources
	// Recording says what peakload record samples.
	Recording Recording
}

// Count429 is what --count-429 says.
type Count429 uint8

// The ways to treat 429s. Where nothing is stated they count as failures, as
// Locust counts them.
const (
	As429Unstated Count429 = iota
	As429Error             // they count in error rates
	As429Separate          // they do not
)

// ParseCount429 reads "error" or "separate".
func ParseCount429(text string) (Count429, error) {
	return parseCount429(text, Pos{File: "--count-429"})
}

func parseCount429(text string, pos Pos) (Count429, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "error":
		return As429Error, nil
	case "separate":
		return As429Separate, nil
	}
	return 0, &Error{Pos: pos, Text: text, Msg: "write error (429s count as errors) or separate (they do not)"}
}

// A Pos is where a part of the plan was written.
type Pos struct {
	File   string // "" for the command line
	Line   int    // 1-based; 0 where a file has none
	Column int    // 1-based, in characters
}

// String returns file:line:column, as far as known; a column of the command
// line is one of the argument's text.
func (p Pos) String() string {
	switch {
	case p.File == "" && p.Column == 0:
		return "command line"
	case p.File == "":
		return fmt.Sprintf("command line, character %d", p.Column)
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// A Setup is the planned test configuration. Empty or zero is not stated.
type Setup struct {
	Date      string  // as written
	Duration  float64 // s
	Host      string
	Users     float64
	SpawnRate float64 // users/s
}

// A Metric is what a target judges.
type Metric uint8

// The metrics. Their names in targets are pNN, mean, max, errors, rps and
// outages.
const (
	Percentile Metric = iota // latency percentile, Target.P
	Mean                     // mean latency
	Max                      // highest latency
	Errors                   // failures ÷ requests
	RPS                      // completed requests per second
	Outages                  // number of outages and crashes
)

// An Op is a comparison.
type Op uint8

// The comparisons. The figure stands on the left.
const (
	Less Op = iota
	LessEqual
	Greater
	GreaterEqual
)

// String returns the operator as written.
func (o Op) String() string { return [...]string{"<", "<=", ">", ">="}[o] }

// sign returns the operator as people write it.
func (o Op) sign() string { return [...]string{"<", "≤", ">", "≥"}[o] }

// Holds reports whether x satisfies the comparison with limit.
func (o Op) Holds(x, limit float64) bool {
	switch o {
	case Less:
		return x < limit
	case LessEqual:
		return x <= limit
	case Greater:
		return x > limit
	}
	return x >= limit
}

// A Target is a metric, an operator and a limit.
type Target struct {
	Name     string // as shown: the document's row label, or the target's text
	Metric   Metric
	P        float64 // of a Percentile, in (0,1]
	Op       Op
	Limit    float64 // base units
	Phase    string  // "" is the peak phase; "run" the whole run
	Endpoint string  // "METHOD name"; "" is all of them
	Text     string  // as written
	// Against says what the target asks for where that is not a number of its
	// own but one of another run: "≤ baseline + 10%". Limit is then what it
	// comes to, 0 where that is not known.
	Against string
	Pos     Pos
}

// Unit returns the base unit of the target's metric.
func (t Target) Unit() measure.Unit {
	switch t.Metric {
	case Errors:
		return measure.Ratio
	case RPS:
		return measure.PerSecond
	case Outages:
		return measure.Count
	}
	return measure.Seconds
}

// A Phase is a planned stretch of the run.
type Phase struct {
	Name      string  // without its window: "Ramp-up"
	From, To  float64 // s from the start; To 0: not stated
	UsersFrom float64
	UsersTo   float64 // both 0: not stated
	Pos       Pos
}

// A Capacity is a stated limit of a resource.
type Capacity struct {
	Component string  // heading: "Application Server"
	Metric    string  // row label: "CPU Usage"
	Limit     float64 // base units
	Unit      measure.Unit
	None      bool // stated as N/A: the row has no capacity
	Pos       Pos
}

// A Band is a load level and the behaviour expected in it.
type Band struct {
	Label    string  // as written: "500-750 users"
	From, To float64 // users; To 0: no upper end
	Behavior string  // "Slight latency increase"
	Pos      Pos
}

// Labels are the names of the two runs of a comparison.
type Labels struct {
	Baseline, Current string
	BaselineUsers     float64 // from "Sustained (200u)"; 0 not stated
	CurrentUsers      float64
}

// An Expectation is a sentence that the run is to confirm or refute.
type Expectation struct {
	Text string
	Pos  Pos
}
