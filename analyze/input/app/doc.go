// Package app reads the metrics that an application serves as JSON, sampled
// again and again (curl …/metrics/json): one document a sample, on one line or
// over several, or one a line with times of their own.
//
// What a value is, is guessed from the path of its key by the rules of
// rules.go, which know the words of common libraries (HikariCP and Micrometer,
// SQLAlchemy, Go's database/sql and expvar, knex, Node's prom-client, Spring's
// actuator), unless the user states it (Path). The unit is that in the key's
// name (_ms, _mb, _bytes, _seconds, _pct) or of a key "unit" beside it;
// a latency or size without a unit is not read as one. Memory in "MB" is read
// as MiB, as programs divide by 1024.
//
// A number that no rule knows is kept as a metric of the component "app" under
// its own name, up to a limit. Counters are given as they are: they start
// again when the application does.
package app

import (
	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// Kind is the kind of such a file, as loadtest.Input has it.
const Kind = "app_json"

// A Path states what the value at a path is. It wins over what is guessed.
type Path struct {
	// Path has a part for each level, separated by dots: "db_pool.in_use". "*"
	// stands for any key (or index of a list) and captures it as the instance.
	Path                        string
	Component, Instance, Metric string  // Component "" is "app"; Metric "" leaves the value out
	Scale                       float64 // what the value is multiplied with to get base units; 0 is 1
}

// Parsers returns the parser of the application's metrics.
func Parsers(paths []Path) []capture.Parser {
	return []capture.Parser{{
		Kind: Kind, What: "an application's metrics in JSON",
		Sniff: Sniff,
		New: func() func(*capture.Sample, func(capture.Reading)) {
			r := &reader{paths: paths, kept: map[string]bool{}, places: map[string]place{}}
			return r.read
		},
	}}
}
