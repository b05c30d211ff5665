// Package github writes what GitHub shows of a verdict: annotations at the
// targets' lines, the summary of a step and a comment for a pull request. The
// comment is Markdown that GitLab and others read as well.
package github

import (
	"fmt"
	"io"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/report/render/text"
)

// maxNotes is how many annotations of a kind a step shows; GitHub drops what
// goes beyond ten without a word.
const maxNotes = 10

// Annotations writes workflow commands: an error for every target that was
// missed or could not be measured, a warning for borderline ones and for
// doubts about the data. place turns the name of a document into one relative
// to the repository, or "" where it is not in it.
func Annotations(w io.Writer, a *analyze.Analysis, place func(file string) string) error {
	var lines []string
	count := map[string]int{}
	add := func(level string, at map[string]string, message string) {
		if count[level]++; count[level] <= maxNotes {
			lines = append(lines, command(level, at, message))
		}
	}
	for _, r := range a.Targets {
		row := text.RowOf(r)
		level := ""
		switch r.Status {
		case analyze.Fail, analyze.NotMeasured:
			level = "error"
		case analyze.Borderline:
			level = "warning"
		default:
			continue
		}
		why := r.Why
		if why == "" {
			why = row.Actual + ", target " + row.Limit
		}
		at := map[string]string{"title": row.Word + ": " + row.Name}
		if file := r.Target.Pos.File; file != "" && r.Target.Pos.Line > 0 {
			if file = place(file); file != "" {
				at["file"], at["line"] = file, fmt.Sprint(r.Target.Pos.Line)
			}
		}
		add(level, at, fmt.Sprintf("%s (%s): %s", row.Name, row.Where, why))
	}
	if len(a.Targets) == 0 {
		add("error", map[string]string{"title": "No target"}, "There is no target to judge the run by. State targets in the document, in peakload.yaml or with --target.")
	}
	for _, n := range a.Quality {
		if n.Severity == loadtest.Info {
			continue
		}
		message := n.Message
		if n.Source != "" {
			message = n.Source + ": " + message
		}
		add("warning", map[string]string{"title": "Data quality"}, message)
	}
	for _, level := range []string{"error", "warning"} {
		if more := count[level] - maxNotes; more > 0 {
			lines = append(lines, command("notice", map[string]string{"title": "peakload"}, fmt.Sprintf("%d more %ss are in the log and the summary of this step.", more, level)))
		}
	}
	for _, l := range lines {
		if _, err := io.WriteString(w, l+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// command writes a workflow command, its properties in a fixed order. What
// would end a property or the line is encoded the way the runner decodes it
// (actions/toolkit, core/src/command.ts).
func command(level string, at map[string]string, message string) string {
	var props []string
	for _, k := range []string{"file", "line", "title"} {
		if v, ok := at[k]; ok {
			props = append(props, k+"="+propertyEscapes.Replace(v))
		}
	}
	return "::" + level + " " + strings.Join(props, ",") + "::" + messageEscapes.Replace(strings.Map(control, message))
}

var (
	messageEscapes  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// control drops control characters but line breaks: logs are shown on
// terminals.
func control(r rune) rune {
	if r < ' ' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 {
		return '\uFFFD'
	}
	return r
}
