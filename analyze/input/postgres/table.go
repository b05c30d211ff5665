package postgres

import (
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// A table is the answer to one query.
type table struct {
	columns  []string // lower case
	rows     [][]string
	lines    []int  // index of each row's first line in the sample
	from, to int    // lines of the sample
	command  string // the SQL above it, lower case, if the capture has it
}

// column returns the place of the first column with one of the names; -1 none.
func (t *table) column(names ...string) int {
	for _, name := range names {
		for i, c := range t.columns {
			if c == name {
				return i
			}
		}
	}
	return -1
}

func (t *table) has(names ...string) bool { return t.column(names...) >= 0 }

func (t *table) cell(row, column int) string {
	if column < 0 || column >= len(t.rows[row]) {
		return ""
	}
	return t.rows[row][column]
}

// line returns the line of a row in the sample; row -1 is the table.
func (t *table) line(row int) int {
	if row < 0 || row >= len(t.lines) {
		return t.from
	}
	return t.lines[row]
}

// time returns the row's own time, where a column has one: SELECT now(), …
func (t *table) time(row int) (unix float64, local bool) {
	c := t.column("now", "ts", "time", "timestamp", "at", "sampled_at", "captured_at", "current_timestamp", "clock_timestamp", "now_utc")
	if c < 0 {
		return 0, false
	}
	unix, local, ok := capture.ParseTime(t.cell(row, c))
	if !ok {
		return 0, false
	}
	return unix, local
}

// tables finds the tables in a sample.
func tables(s *capture.Sample, found func(*table)) {
	lines := make([]string, len(s.Lines))
	for i, line := range s.Lines {
		lines[i] = plain(line)
	}
	done := 0 // lines up to here are of earlier tables
	for i := 0; i < len(lines); {
		var t *table
		for _, read := range []func([]string, int) *table{expanded, bordered, aligned, expandedUnaligned, delimited} {
			if t = read(lines, i); t != nil {
				break
			}
		}
		if t == nil {
			i++
			continue
		}
		t.command = command(s.Lines[done:i])
		found(t)
		i = max(t.to, i+1)
		done = i
	}
}

// command returns the SQL among the lines right above a table.
func command(lines []string) string {
	from := max(0, len(lines)-20)
	text := strings.ToLower(strings.Join(lines[from:], " "))
	if i := strings.LastIndex(text, "select"); i >= 0 {
		return strings.Join(strings.Fields(text[i:]), " ")
	}
	return ""
}

// lineStyle turns psql's Unicode lines into its ASCII ones.
var lineStyle = strings.NewReplacer("─", "-", "═", "-", "│", "|", "║", "|",
	"┼", "+", "├", "+", "┤", "+", "┬", "+", "┴", "+", "┌", "+", "┐", "+", "└", "+", "┘", "+",
	"╪", "+", "╬", "+", "╫", "+", "╞", "+", "╡", "+", "╤", "+", "╧", "+", "╔", "+", "╗", "+", "╚", "+", "╝", "+",
	"╟", "+", "╢", "+", "╥", "+", "╨", "+", "╠", "+", "╣", "+", "╦", "+", "╩", "+", "↵", "+", "↩", "+")

func plain(line string) string {
	for i := 0; i < len(line); i++ {
		if line[i] >= 0x80 {
			return lineStyle.Replace(line)
		}
	}
	return line
}

// isName reports whether a cell may be the name of a column.
func isName(cell string) bool {
	if cell == "" || len(cell) > 63 {
		return false
	}
	for i, r := range cell {
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && (r >= '0' && r <= '9' || r == '?' || r == '%' || r == ' ' || r == '(' || r == ')' || r == '.')) {
			return cell == "?column?"
		}
	}
	return true
}

func lower(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.Join(strings.Fields(strings.ToLower(c)), "_")
	}
	return out
}

// footer reports psql's row count, in whatever language.
func footer(line string) bool { return capture.RowCount(strings.TrimSpace(line)) }
