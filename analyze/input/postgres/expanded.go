package postgres

import (
	"regexp"
	"slices"
	"strings"
)

var (
	record   = regexp.MustCompile(`^\+?-?\[ RECORD \d+ \]|^\* Record \d+`)
	nameLine = regexp.MustCompile(`^\|? ?([a-zA-Z_][a-zA-Z0-9_?]*) *\| ?(.*?) *\|?$`)
	nameOnly = regexp.MustCompile(`^([a-zA-Z_][a-zA-Z0-9_?]*) +(.*)$`)
)

func isRecord(line string) bool {
	return line != "" && strings.IndexByte("-+*", line[0]) >= 0 && record.MatchString(line)
}

// expanded reads output of \x at lines[i], the line of the first record.
//
//	-[ RECORD 1 ]-+-------
//	datname       | muejam
//	xact_commit   | 25
func expanded(lines []string, i int) *table {
	if !isRecord(lines[i]) {
		return nil
	}
	t := &table{from: i, to: i + 1}
	for j := i; j < len(lines); {
		if !isRecord(lines[j]) {
			break
		}
		pattern := nameLine
		if strings.HasPrefix(lines[j], "* ") {
			pattern = nameOnly // border 0
		}
		var columns, cells []string
		k := j + 1
		for ; k < len(lines); k++ {
			m := pattern.FindStringSubmatch(lines[k])
			if m == nil {
				if strings.HasPrefix(strings.TrimLeft(lines[k], "| "), "|") || strings.HasPrefix(lines[k], "  ") && strings.Contains(lines[k], "| ") {
					continue // a value of several lines
				}
				break
			}
			columns, cells = append(columns, m[1]), append(cells, strings.TrimSpace(m[2]))
		}
		columns = lower(columns)
		if t.columns == nil {
			t.columns = columns
		} else if !slices.Equal(t.columns, columns) {
			break
		}
		t.rows, t.lines = append(t.rows, cells), append(t.lines, j)
		t.to = k
		j = k
	}
	for t.to < len(lines) && (edge(lines[t.to]) || footer(lines[t.to])) {
		t.to++
	}
	if len(t.columns) == 0 {
		return nil
	}
	return t
}

// expandedUnaligned reads output of \x without a line for each record (-A or
// -t) at lines[i]. Only names of columns that are known tell it from a table
// of two columns.
//
//	datname|muejam
//	xact_commit|25
func expandedUnaligned(lines []string, i int) *table {
	t := &table{from: i, to: i}
	var cells []string
	end := func() {
		if len(cells) == len(t.columns) && len(cells) > 0 {
			t.rows = append(t.rows, cells)
		}
		cells = nil
	}
	for j := i; j < len(lines); j++ {
		name, value, ok := strings.Cut(lines[j], "|")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if !ok || strings.Contains(value, "|") || !knownColumns[name] {
			if strings.TrimSpace(lines[j]) == "" && len(cells) > 1 && j+1 < len(lines) {
				if next, _, ok := strings.Cut(lines[j+1], "|"); ok && strings.ToLower(strings.TrimSpace(next)) == t.columns[0] {
					end()
					continue // the next record
				}
			}
			break
		}
		if j == i && knownColumns[strings.ToLower(value)] && !(name == "state" && isState(value)) {
			return nil // a header
		}
		if len(t.rows) == 0 {
			t.columns = append(t.columns, name)
		} else if len(cells) >= len(t.columns) || t.columns[len(cells)] != name {
			break
		}
		if len(cells) == 0 {
			t.lines = append(t.lines, j)
		}
		cells = append(cells, value)
		t.to = j + 1
	}
	end()
	if len(t.columns) < 2 || len(t.rows) == 0 {
		return nil
	}
	t.lines = t.lines[:len(t.rows)]
	return t
}
