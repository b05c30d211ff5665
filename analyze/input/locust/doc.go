// Package locust reads what Locust writes: its CSV files of every version
// since 0.13, its --json-file, its HTML reports and its log.
//
// Times become Unix seconds, latencies seconds, sizes bytes. What a file does
// not give is NaN. What makes a file useless is an error with file, line and
// column; what makes a figure doubtful is a note.
//
// The line numbers of Locust's source in comments are of version 2.46.3.
package locust

import (
	"fmt"

	"github.com/peakload/peakload/analyze/loadtest"
)

// notes collects data-quality findings about one file.
type notes struct {
	file string
	list []loadtest.Note
}

// add appends a note; line 0 is about the whole file.
func (n *notes) add(code string, s loadtest.Severity, line int, format string, args ...any) {
	source := n.file
	if line > 0 {
		source = fmt.Sprintf("%s:%d", n.file, line)
	}
	n.list = append(n.list, loadtest.Note{Code: code, Severity: s, Message: fmt.Sprintf(format, args...), Source: source})
}

// few joins at most three words, for a sentence.
func few(words []string) string {
	const most = 3
	text := ""
	for i, w := range words {
		if i == most {
			return fmt.Sprintf("%s and %d more", text, len(words)-most)
		}
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%q", w)
	}
	return text
}

// times returns "once", "twice" or "n times".
func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
