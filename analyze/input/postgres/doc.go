// Package postgres reads what psql prints of PostgreSQL's statistics views:
// aligned with any border and line style, unaligned, expanded or CSV. What a
// table is about is told by the names of its columns, in any order.
package postgres

import (
	"slices"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

const component = "database"

// Parser reads psql's output.
func Parser() capture.Parser {
	return capture.Parser{Kind: "psql", What: "psql's output of PostgreSQL's statistics views", Sniff: sniff, New: func() func(*capture.Sample, func(capture.Reading)) {
		return (&session{}).parse
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
	return found || slices.ContainsFunc(s.Lines, func(l string) bool { return answerOf(l) != silent })
}

// parse takes the tables of a sample that a recogniser knows.
func (x *session) parse(s *capture.Sample, add func(capture.Reading)) {
	var all []*table
	tables(s, func(t *table) {
		x.pool.learn(t) // the sizes may stand below the pools
		all = append(all, t)
	})
	answered := false
	for _, t := range all {
		i := slices.IndexFunc(recognisers, func(r recogniser) bool { return r.is(t) })
		if i < 0 {
			continue
		}
		s.Use(t.from, t.to)
		give := func(row int, r capture.Reading) {
			r.Line = s.Line + t.line(row)
			if row >= 0 {
				r.Time, r.Local = t.time(row)
			}
			add(r)
		}
		if recognisers[i].read == nil {
			x.pool.give(t, give)
			continue
		}
		answered = true
		recognisers[i].read(t, func(row int, instance, metric string, value float64) {
			give(row, capture.Reading{Component: component, Instance: instance, Metric: metric, Value: value})
		})
	}
	x.connect(s, answered, add)
}
