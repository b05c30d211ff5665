// Package chart says what to draw of an analysis, as data: which series over
// which axes, the phases behind them, the targets across them, the sentence
// that a reader who sees no picture gets instead, and the figures in it.
//
// Values are in base units (seconds, ratios); renderers write them with the
// axis's Format. Text in a Chart is as recorded (endpoint names are hostile)
// and must be escaped by whoever writes it.
package chart

import (
	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// A Chart is one picture: Series over X and Y, or Strips over X, or Bars.
type Chart struct {
	Name    string   // stable, a file name and an ID: "latency"
	Title   string   // "Latency over time"
	Finding string   // what the picture shows, in one or two sentences with figures: its text alternative
	Notes   []string // what a line is made of, what is missing and why
	// Under names the headings that the chart belongs under, the best first;
	// "a/b" is b under a, and a name that ends in "*" matches by its beginning.
	// Where there is none of them, the chart belongs beside a table that has
	// all of Columns.
	Under   []string
	Columns []string

	X       Axis
	Y       []Axis // the second is drawn on the right
	Series  []Series
	Phases  []Span
	Outages []Span
	Limits  []Limit
	Marks   []Mark // across all of X's charts or strips

	Strips []Strip // instead of Y, Series and Limits
	Bars   *Bars   // instead of X … Strips

	Table Table // the figures behind the picture
}

// An Axis is a scale from Min to Max with a tick every Step.
type Axis struct {
	Title          string // with the unit: "latency (ms)"
	Format         Format
	Min, Max, Step float64 // base units

	// Names are the names of the places 1, 2, … of an axis that has no
	// values; every Every-th is written, and the last.
	Names []string
	Every int
}

// A Series is a line.
type Series struct {
	Name   string
	Role   Role
	Axis   int     // index into Chart.Y
	Points []Point // ascending X; a NaN Y breaks the line
	Fill   bool    // the area below is shaded
	Dotted bool    // the series is a lesser witness than its neighbours
	Dots   bool    // every point is a measurement of its own, and drawn as one
	Loose  bool    // the points are not joined
}

// A Strip is one of several charts that stand below each other over the same
// X, so that what happened at one time, or at one load, stands in one line.
type Strip struct {
	Title  string // what is drawn, with the unit
	Axis   Axis
	Series []Series // Series.Axis is 0
	Limits []Limit
	Marks  []Mark // of this strip alone
}

// A Mark is a place on the X axis: a load level, an instant. Where the figure
// is uncertain, From and To are its limits, else they are At.
type Mark struct {
	Name         string
	Role         Role
	At, From, To float64
}

// A Point is one point of a line.
type Point struct{ X, Y float64 }

// A Span is a named stretch of the time axis.
type Span struct {
	Name     string
	From, To float64 // s
	Peak     bool    // the stretch that targets are judged over
}

// A Limit is a target drawn across a chart.
type Limit struct {
	Name  string // "P95 < 1,000 ms"
	Role  Role
	Axis  int
	Value float64
}

// Bars are horizontal bars: a row for each name, and a panel beside another
// for each measure of it.
type Bars struct {
	Names  []string
	Panels []Panel
}

// A Panel is one measure of every row.
type Panel struct {
	Axis   Axis
	Role   Role
	Values []float64 // NaN: no bar
	Labels []string  // the value as text, or why there is none
	Limits []Limit
}

// A Role is what a line or bar stands for. It decides the colour, so that a
// thing has one colour in all charts.
type Role string

// The roles.
const (
	Users      Role = "users"
	Throughput Role = "rps"
	Mean       Role = "mean"
	P50        Role = "p50"
	P95        Role = "p95"
	P99        Role = "p99"
	Errors     Role = "errors"
	Better     Role = "better"
	Worse      Role = "worse"
	Even       Role = "even"
	Other      Role = "other"
)

// A Table is the figures behind a picture: a row for each phase, endpoint,
// load level or metric.
type Table struct {
	Header []string // the first is the rows' own
	Rows   []Row

	// Of a table that stands for itself:
	Title     string
	Sorted    int     // the column that the rows are sorted by, highest first
	Course    string  // what the rows' Course shows; "" none has one
	CourseEnd float64 // the end of the courses' X axis
}

// A Row is one row of a Table; Values are one fewer than the Table's Header.
type Row struct {
	Name   string
	Values []measure.Value
	Course []Point // a line for the row
}

// Names returns the names that a chart can have, in the order of Charts.
func Names() []string {
	return []string{"latency", "load", "resources", "ratelimit", "errors", "failures", "kinds", "capacity", "endpoints", "levels", "baseline", "trend"}
}

// Charts returns the charts that the analysis has data for, in the order in
// which a document speaks of them.
func Charts(a *analyze.Analysis) []Chart {
	var charts []Chart
	for _, draw := range []func(*analyze.Analysis) (Chart, bool){
		latency, load, resources, rateLimit, errorRate, failures, kinds, capacity, endpoints, levels, comparison, trend,
	} {
		if c, ok := draw(a); ok {
			charts = append(charts, c)
		}
	}
	return charts
}
