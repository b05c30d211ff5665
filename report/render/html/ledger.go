package html

import (
	"encoding/json"
	"html/template"
	"path"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/explain"
)

// A ledger holds what stands behind each figure of a page, once: the page's
// script shows it on demand. Texts are kept apart, since most figures share
// them.
type ledger struct {
	texts   []string
	known   map[string]int
	entries []any
	traces  []report.Trace // of entries
	same    map[string]int // an entry as JSON → its number
	bases   map[string]string
	claims  map[int]bool
}

func newLedger() *ledger {
	return &ledger{known: map[string]int{}, same: map[string]int{}, bases: map[string]string{}, claims: map[int]bool{}}
}

// What an entry begins with.
const (
	entryMissing  = iota // reason, cure, note, sources
	entryMeasured        // limits, method, note, sources
	entryEvidence        // texts and numbers of entries, in turn
)

// text returns the number of a text; -1 for none.
func (l *ledger) text(s string) int {
	if s == "" {
		return -1
	}
	if n, ok := l.known[s]; ok {
		return n
	}
	l.texts = append(l.texts, chart.Visible(s))
	l.known[s] = len(l.texts) - 1
	return len(l.texts) - 1
}

// add returns the number of what stands behind a figure.
func (l *ledger) add(t report.Trace) int {
	var entry []any
	v := t.Value
	switch {
	case t.Evidence != nil:
		entry = append(entry, entryEvidence)
		for _, e := range t.Evidence {
			entry = append(entry, l.text(evidenceText(e.Text, e.Figure)), l.claim(e.Figure))
		}
	case v.Measured():
		entry = []any{entryMeasured, l.text(explain.Limits(v)), l.text(explain.Method(v)), l.text(t.Note), l.sources(v)}
	default:
		entry = []any{entryMissing, l.text(explain.Reason(v)), l.text(v.Need()), l.text(t.Note), l.sources(v)}
	}
	return l.enter(entry, t)
}

// claim is add for a figure of the diagnosis. Without limits it claims no more
// than where it comes from: what readings came to under stress is not counted.
func (l *ledger) claim(v measure.Value) int {
	if !v.IsExact() {
		return l.add(report.Trace{Value: v})
	}
	n := l.enter([]any{entryMeasured, -1, -1, -1, l.sources(v)}, report.Trace{Value: v})
	l.claims[n] = true
	return n
}

func (l *ledger) enter(entry []any, t report.Trace) int {
	b, err := json.Marshal(entry)
	if err != nil {
		return -1 // numbers and lists of them: it cannot be
	}
	if n, ok := l.same[string(b)]; ok {
		return n
	}
	l.entries, l.traces = append(l.entries, entry), append(l.traces, t)
	l.same[string(b)] = len(l.entries) - 1
	return len(l.entries) - 1
}

// evidenceText is a piece of evidence with its figure, unless the text holds it.
func evidenceText(text string, v measure.Value) string {
	if f := chart.Figure(v); v.Measured() && !strings.Contains(text, f) {
		return text + ": " + f
	}
	return text
}

// mostSources is how many sources of a figure are listed.
const mostSources = 8

// sources are file, columns, lines and formula of each source.
func (l *ledger) sources(v measure.Value) [][]int {
	out := [][]int{}
	for i, s := range v.Sources() {
		if i == mostSources {
			break
		}
		lines := ""
		if s.Lines != "" {
			lines = explain.Lines(s.Lines)
		}
		out = append(out, []int{l.file(s.File), l.text(s.Column), l.text(lines), l.text(s.Formula)})
	}
	return out
}

// file returns the number of a file's name: without its folders, unless two
// files share it.
func (l *ledger) file(name string) int {
	base := path.Base(name)
	if name == "" {
		return -1
	}
	if other, taken := l.bases[base]; taken && other != name {
		return l.text(name)
	}
	l.bases[base] = name
	return l.text(base)
}

// json is the ledger as the page's script reads it; it may stand in a script
// element.
func (l *ledger) json() (template.JS, error) {
	b, err := json.Marshal(map[string]any{"texts": l.texts, "figures": l.entries})
	return template.JS(b), err
}

// cite is a figure's text in an element that leads to what stands behind it.
func (l *ledger) cite(text string, t report.Trace) template.HTML {
	return cited(l.add(t), text)
}

// where says in a line where an entry's figure comes from.
func (l *ledger) where(n int) (limits, method string, from []string) {
	t := l.traces[n]
	v := t.Value
	switch {
	case l.claims[n]:
	case v.Measured():
		limits, method = explain.Limits(v), explain.Method(v)
	default:
		limits, method = explain.Reason(v), v.Need()
	}
	for i, s := range v.Sources() {
		if i == mostSources {
			break
		}
		said := path.Base(s.File)
		if s.Lines != "" {
			said += ", " + explain.Lines(s.Lines)
		}
		if s.Column != "" {
			said += ", “" + s.Column + "”"
		}
		if s.Formula != "" {
			said += ": " + s.Formula
		}
		from = append(from, strings.TrimPrefix(said, ".: "))
	}
	if t.Note != "" {
		from = append(from, t.Note)
	}
	return limits, method, from
}
