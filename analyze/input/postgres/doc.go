// Package postgres reads what psql prints of PostgreSQL's statistics views:
// aligned with any border and line style, unaligned, expanded or CSV. What a
// table is about is told by the names of its columns, in any order.
package postgres

import (
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

const component = "database"

// Parser reads psql's output.
func Parser() capture.Parser {
	return capture.Parser{Kind: "psql", What: "psql's output of PostgreSQL's statistics views", Sniff: sniff, New: func() func(*capture.Sample, func(capture.Reading)) {
		return parse
	}}
}

// sniffLines is how many lines are looked at: a first table may be a long one.
const sniffLines = 400

func sniff(lines []string) bool {
	s := &capture.Sample{Lines: lines[:min(len(lines), sniffLines)]}
	found := false
	tables(s, func(t *table) {
		found = found || slices.ContainsFunc(recognisers, func(r recogniser) bool { return r.is(t) })
	})
	return found || slices.ContainsFunc(s.Lines, func(l string) bool { return strings.HasPrefix(l, "psql: error: ") })
}

// parse takes the tables of a sample that a recogniser knows.
func parse(s *capture.Sample, add func(capture.Reading)) {
	answered := false
	tables(s, func(t *table) {
		for _, r := range recognisers {
			if !r.is(t) {
				continue
			}
			answered = true
			s.Use(t.from, t.to)
			r.read(t, func(row int, instance, metric string, value float64) {
				reading := capture.Reading{Component: component, Instance: instance, Metric: metric, Value: value, Line: s.Line + t.line(row)}
				if row >= 0 {
					reading.Time, reading.Local = t.time(row)
				}
				add(reading)
			})
			return
		}
	})
	connection(s, answered, add)
}

// connection says whether the server answered. psql's message that it could
// not connect is no damage but a fact: only a refused connection means that
// the server is not there; too many clients do not.
func connection(s *capture.Sample, answered bool, add func(capture.Reading)) {
	refused := -1
	for i, line := range s.Lines {
		if !strings.HasPrefix(line, "psql: ") && !strings.HasPrefix(line, "\tIs the server running") {
			continue
		}
		if strings.Contains(line, "Connection refused") || strings.Contains(line, "No such file or directory") ||
			strings.Contains(line, "the database system is starting up") || strings.Contains(line, "the database system is shutting down") {
			if refused < 0 {
				refused = i
			}
			s.Use(i, i+1)
		}
		if strings.HasPrefix(line, "\tIs the server running") {
			s.Use(i, i+1)
		}
	}
	switch {
	case refused >= 0:
		add(capture.Reading{Component: component, Metric: "up", Value: 0, Line: s.Line + refused})
	case answered:
		add(capture.Reading{Component: component, Metric: "up", Value: 1, Line: s.Line})
	}
}
