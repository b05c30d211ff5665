package postgres

import (
	"encoding/csv"
	"strings"
)

// What a row with quoted values may be.
const (
	mostJoined = 500     // lines
	mostRow    = 1 << 20 // bytes
)

// delimited reads unaligned output (-A, with any of the usual separators) or
// CSV (--csv) at lines[i], the header.
//
//	state,count
//	active,1
func delimited(lines []string, i int) *table {
	head := strings.TrimSpace(lines[i])
	if head == "" || len(head) > 2000 {
		return nil
	}
	comma := separator(head)
	header, _ := split(lines[:i+1], i, comma)
	known := false
	for _, h := range lower(header) {
		if !isName(h) {
			return nil
		}
		known = known || knownColumns[h]
	}
	// One column has no separator to be known by: only a setting's own name.
	if !known || len(header) == 1 && lower(header)[0] != "max_connections" {
		return nil
	}
	t := &table{columns: lower(header), from: i, to: i + 1}
	for j := i + 1; j < len(lines); {
		if footer(lines[j]) {
			t.to = j + 1
			break
		}
		cells, next := split(lines, j, comma)
		if len(cells) != len(header) || strings.TrimSpace(lines[j]) == "" || equal(lower(cells), t.columns) {
			break
		}
		t.rows, t.lines = append(t.rows, cells), append(t.lines, j)
		t.to, j = next, next
	}
	if len(t.rows) == 0 && t.to == i+1 && comma != '|' && comma != ',' {
		return nil
	}
	return t
}

func separator(head string) rune {
	best, most := '|', 0
	for _, r := range "|,;\t" {
		if n := strings.Count(head, string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}

// split returns the cells of the line at lines[i], and the place of the next
// one: a quoted value may hold line breaks. psql quotes in CSV only.
func split(lines []string, i int, comma rune) (cells []string, next int) {
	line := lines[i]
	if comma == '|' || !strings.Contains(line, `"`) {
		cells = strings.Split(line, string(comma))
		for k := range cells {
			cells[k] = strings.TrimSpace(cells[k])
		}
		return cells, i + 1
	}
	next = i + 1
	for strings.Count(line, `"`)%2 == 1 && next < len(lines) && next-i < mostJoined && len(line) < mostRow {
		line += "\n" + lines[next]
		next++
	}
	r := csv.NewReader(strings.NewReader(line))
	r.Comma, r.FieldsPerRecord = comma, -1
	cells, err := r.Read()
	if err != nil {
		return nil, i + 1
	}
	return cells, next
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
