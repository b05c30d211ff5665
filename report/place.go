package report

import (
	"slices"

	"github.com/peakload/peakload/report/form"
)

// same reports whether two labels mean the same.
func same(a, b string) bool { return form.Key(a) == form.Key(b) }

// says reports whether a text has all the words of one of the phrases.
func says(text string, phrases ...string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool { return form.Mentions(text, p) })
}

// under recognises sections whose heading, or one above it, has all the words
// of one of the phrases.
func under(phrases ...string) func(*form.Section) bool {
	return func(s *form.Section) bool {
		if says(s.Title, phrases...) {
			return true
		}
		for _, key := range s.Path {
			if says(key, phrases...) {
				return true
			}
		}
		return false
	}
}

// titled recognises sections by their own heading only.
func titled(phrases ...string) func(*form.Section) bool {
	return func(s *form.Section) bool { return says(s.Title, phrases...) }
}

// withTable recognises sections with a table that has certain columns.
func withTable(is func(*form.Table) bool) func(*form.Section) bool {
	return func(s *form.Section) bool { return slices.ContainsFunc(s.Tables, is) }
}

// tables returns the tables of a section that have certain columns.
func tables(s *form.Section, is func(*form.Table) bool) []*form.Table {
	var out []*form.Table
	for _, t := range s.Tables {
		if is(t) {
			out = append(out, t)
		}
	}
	return out
}

// column returns the first column whose header is one of the names, else the
// first whose header has all words of one of them, else -1.
func column(t *form.Table, names ...string) int {
	for _, n := range names {
		for i, h := range t.Header {
			if same(h, n) {
				return i
			}
		}
	}
	for _, n := range names {
		for i, h := range t.Header {
			if says(h, n) {
				return i
			}
		}
	}
	return -1
}

// has reports whether a table has one of these columns.
func has(t *form.Table, names ...string) bool { return column(t, names...) >= 0 }

// cell returns a row's cell in a column, or nil.
func cell(r *form.Row, i int) *form.Slot {
	if i < 0 || i >= len(r.Cells) {
		return nil
	}
	return r.Cells[i]
}

// header returns a column's header.
func header(t *form.Table, i int) string {
	if i < 0 || i >= len(t.Header) {
		return ""
	}
	return t.Header[i]
}

// labelColumn returns the column that names a table's rows: one of the names,
// else the first.
func labelColumn(t *form.Table, names ...string) int { return max(0, column(t, names...)) }

// items returns the items of a section's lists, nested ones too, in order.
func items(s *form.Section) []*form.Item {
	var out []*form.Item
	for _, l := range s.Lists {
		out = append(out, itemsOf(l)...)
	}
	return out
}

func itemsOf(l *form.List) []*form.Item {
	var out []*form.Item
	for _, it := range l.Items {
		out = append(out, it)
		for _, sub := range it.Lists {
			out = append(out, itemsOf(sub)...)
		}
	}
	return out
}

// A labelled is a slot with the label that stands before it: an item of a
// list, a field of a paragraph or a row of a two-column table.
type labelled struct {
	label string
	slot  *form.Slot
}

// labels returns every labelled slot of a section's lists, fields and
// two-column tables.
func labels(s *form.Section) []labelled {
	var out []labelled
	for _, f := range s.Fields {
		out = append(out, labelled{f.Label, f})
	}
	for _, it := range items(s) {
		if it.Label != "" && it.Value != nil {
			out = append(out, labelled{it.Label, it.Value})
		}
	}
	for _, t := range s.Tables {
		if len(t.Header) != 2 || performanceColumns(t) {
			continue
		}
		for _, row := range t.Rows {
			if len(row.Cells) == 2 {
				out = append(out, labelled{row.Cells[0].Text, row.Cells[1]})
			}
		}
	}
	return out
}

// pick returns the first element of a table whose phrases a text says.
func pick[T any](text string, table []named[T]) (T, bool) {
	for _, row := range table {
		if says(text, row.names...) {
			return row.value, true
		}
	}
	var none T
	return none, false
}

// A named is a value under the phrases that it is recognised by.
type named[T any] struct {
	names []string
	value T
}
