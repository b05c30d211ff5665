package plan

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The kinds of Error that a reader of plans tells apart with errors.Is.
var (
	// ErrUnknownMetric: the row's label names no metric that can be judged.
	ErrUnknownMetric = errors.New("not a metric that can be judged")
	// ErrNotTarget: the text is not an operator and a number with its unit.
	ErrNotTarget = errors.New("not a target")
	// ErrBlank: there is no text, or only a placeholder such as TBD or N/A.
	ErrBlank = errors.New("no target is stated")
)

// An Error is a part of a plan that cannot be read.
type Error struct {
	Pos     Pos
	Text    string // the offending text
	Msg     string // what is wrong and what to write instead
	Excerpt string // the line it stands in with a caret under it, or ""
	Kind    error  // ErrUnknownMetric, ErrNotTarget, ErrBlank or nil
}

// Error returns file:line:column: message: "text", and the excerpt, where
// there is one, on lines of its own.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Pos, e.Msg)
	if e.Text != "" {
		s += fmt.Sprintf(": %q", hidePassword(e.Text))
	}
	if e.Excerpt != "" {
		s += "\n" + e.Excerpt
	}
	return s
}

// Unwrap returns the kind of the error.
func (e *Error) Unwrap() error { return e.Kind }

// excerpt returns line with a caret under its column'th character. Characters
// that would move a terminal's cursor are replaced, so the caret stays true.
func excerpt(line string, column int) string {
	const width, lead = 72, 48 // characters shown, and of these before the caret
	rs := []rune(hidePassword(line))
	from := 0
	if column-1 > lead {
		from = column - 1 - lead
	}
	to := min(len(rs), from+width)
	if from > to {
		from = to
	}
	shown := strings.Map(func(r rune) rune {
		if r == '\t' || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, string(rs[from:to]))
	return "    " + shown + "\n    " + strings.Repeat(" ", max(0, column-1-from)) + "^"
}

// userinfo is the password of a URL, even of a malformed one: up to the last @
// before white space or a quote.
var userinfo = regexp.MustCompile(`(://[^\s:/@]*:)([^\s"']+)(@)`)

// hidePassword replaces the passwords of URLs, each character by a star, so
// that columns stay true: what is refused may stand in a file of secrets, and
// what is said of it in a public log.
func hidePassword(text string) string {
	return userinfo.ReplaceAllStringFunc(text, func(m string) string {
		part := userinfo.FindStringSubmatch(m)
		return part[1] + strings.Repeat("*", utf8.RuneCountInString(part[2])) + part[3]
	})
}
