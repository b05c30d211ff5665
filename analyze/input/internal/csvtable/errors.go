package csvtable

import (
	"fmt"
	"strings"
)

// An Error is something in a file that cannot be read, with its place. It
// makes the file useless; what only makes a figure doubtful is a note.
type Error struct {
	File    string // as the user names it
	Line    int    // 1-based; 0: the whole file
	Column  int    // 1-based, in bytes; 0: the whole line
	Field   string // name of the CSV column, if it is about one
	Text    string // the offending text
	Problem string // what is wrong with it, and what to do
}

// Error returns file:line:column, the column's name and the problem.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
		if e.Column > 0 {
			fmt.Fprintf(&b, ":%d", e.Column)
		}
	}
	b.WriteString(": ")
	if e.Field != "" {
		fmt.Fprintf(&b, "column %q: ", e.Field)
	}
	if e.Text != "" {
		fmt.Fprintf(&b, "%q ", shorten(e.Text))
	}
	b.WriteString(e.Problem)
	return b.String()
}

// shorten keeps an offending text fit for one line.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
