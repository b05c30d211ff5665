package postgres

import "strings"

// aligned reads psql's usual output at lines[i], the header: a line of dashes
// follows it, which says where the columns are (border 0 and 1).
//
//	 state  | count
//	--------+-------
//	 active |     1
func aligned(lines []string, i int) *table {
	if i+1 >= len(lines) || strings.TrimSpace(lines[i]) == "" {
		return nil
	}
	spans, border := columnSpans(lines[i+1])
	if spans == nil {
		return nil
	}
	header := cut(lines[i], spans)
	for _, h := range header {
		if !isName(h) {
			return nil
		}
	}
	t := &table{columns: lower(header), from: i, to: i + 2}
	continued := false
	for j := i + 2; j < len(lines); j++ {
		line := lines[j]
		if strings.TrimSpace(line) == "" && !(len(spans) == 1 && j+1 < len(lines) && footer(lines[j+1])) {
			break
		}
		if footer(line) {
			t.to = j + 1
			break
		}
		if border && !divided(line, spans) {
			break // something else, without an empty line between
		}
		if next, _ := columnSpansAt(lines, j+1); next != nil {
			break // the header of another table
		}
		t.addRow(cut(line, spans), j, continued)
		continued = wraps(line, spans)
		t.to = j + 1
	}
	return t
}

// bordered reads output with border 2 at lines[i], its upper edge.
func bordered(lines []string, i int) *table {
	if i+2 >= len(lines) || !edge(lines[i]) || !edge(lines[i+2]) {
		return nil
	}
	inner := func(line string) string {
		line = strings.TrimSpace(line)
		if len(line) < 2 || line[0] != '|' || line[len(line)-1] != '|' {
			return ""
		}
		return line[1 : len(line)-1]
	}
	rule := strings.TrimSpace(lines[i+2])
	spans, _ := columnSpans(rule[1 : len(rule)-1])
	header := cut(inner(lines[i+1]), spans)
	if spans == nil || len(header) == 0 {
		return nil
	}
	for _, h := range header {
		if !isName(h) {
			return nil
		}
	}
	t := &table{columns: lower(header), from: i, to: i + 3}
	continued := false
	for j := i + 3; j < len(lines); j++ {
		if edge(lines[j]) {
			t.to = j + 1
			if j+1 < len(lines) && footer(lines[j+1]) {
				t.to++
			}
			break
		}
		row := inner(lines[j])
		if row == "" {
			break
		}
		t.addRow(cut(row, spans), j, continued)
		continued = wraps(row, spans)
		t.to = j + 1
	}
	return t
}

// edge reports a line +-----+----+.
func edge(line string) bool {
	line = strings.TrimSpace(line)
	return len(line) > 3 && line[0] == '+' && line[len(line)-1] == '+' && strings.Trim(line, "+-") == "" && strings.Contains(line, "--")
}

func columnSpansAt(lines []string, j int) ([][2]int, bool) {
	if j >= len(lines) {
		return nil, false
	}
	return columnSpans(lines[j])
}

// columnSpans returns where the columns are below a line of dashes, in
// characters: between the plus signs, or the blanks with border 0.
func columnSpans(rule string) (spans [][2]int, border bool) {
	rule = strings.TrimRight(rule, " ")
	if len(rule) < 2 || strings.Trim(rule, "-+ ") != "" || rule[0] != '-' || rule[len(rule)-1] == '+' && !strings.HasSuffix(rule, "-+") ||
		strings.Contains(rule, "  ") || strings.Contains(rule, "+") && strings.Contains(rule, " ") {
		return nil, false
	}
	start := 0
	for i := 0; i <= len(rule); i++ {
		if i == len(rule) || rule[i] != '-' {
			spans = append(spans, [2]int{start, i})
			start = i + 1
		}
	}
	return spans, strings.Contains(rule, "+")
}

// cut returns the cells of a line. The last column's reaches to the line's
// end.
func cut(line string, spans [][2]int) []string {
	runes := []rune(line)
	cells := make([]string, len(spans))
	for i, s := range spans {
		to := s[1]
		if i == len(spans)-1 {
			to = len(runes)
		}
		from := min(s[0], len(runes))
		cells[i] = strings.TrimSpace(string(runes[from:max(from, min(to, len(runes)))]))
	}
	return cells
}

// divided reports whether the lines between the columns are there.
func divided(line string, spans [][2]int) bool {
	runes := []rune(line)
	for _, s := range spans[:len(spans)-1] {
		if s[1] >= len(runes) || !strings.ContainsRune("|:;", runes[s[1]]) {
			return false
		}
	}
	return true
}

// wraps reports whether a cell goes on in the next line: psql marks a line
// break in a value by a plus sign in the right margin.
func wraps(line string, spans [][2]int) bool {
	runes := []rune(line)
	for i, s := range spans {
		at := s[1] - 1
		if i == len(spans)-1 && len(runes) > 0 {
			at = min(at, len(runes)-1)
		}
		if at >= s[0] && at < len(runes) && runes[at] == '+' {
			return true
		}
	}
	return false
}

func (t *table) addRow(cells []string, line int, continued bool) {
	if n := len(t.rows); continued && n > 0 {
		for i, c := range cells {
			if c != "" {
				t.rows[n-1][i] = strings.TrimSuffix(t.rows[n-1][i], "+") + " " + c
			}
		}
		return
	}
	t.rows, t.lines = append(t.rows, cells), append(t.lines, line)
}
