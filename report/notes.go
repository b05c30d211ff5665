package report

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/form"
)

// notes are the footnotes of one fill: few, shared by all figures that lack
// the same thing, each under a stable id.
type notes struct {
	doc   *form.Doc
	texts map[string]string // by id
}

// add declares a footnote, in plain text, and returns the reference to it. An
// id that another text has already gets a number: "history-2".
func (n *notes) add(id, text string) string {
	unique := id
	for i := 2; ; i++ {
		have, taken := n.texts[unique]
		if !taken || have == text {
			break
		}
		unique = id + "-" + strconv.Itoa(i)
	}
	for other, have := range n.texts {
		if have == text && other != unique {
			unique = other // the same words once, whatever asked for them
			break
		}
	}
	n.texts[unique] = text
	return n.doc.Footnote(unique, form.Escape(text))
}

// missing declares the footnote of a figure that there is none of. lacking is
// said where the figure itself does not say what would give it.
func (n *notes) missing(v measure.Value, id, lacking string) string {
	switch why, need := v.Why(), v.Need(); {
	case need != "":
		return n.add(id, sentence("not measured: "+cure(need)))
	case why == measure.NoSamples && lacking == "":
		return n.add("empty", "Not measured: no request was completed in this part of the run.")
	case lacking != "":
		return n.add(id, lacking)
	case why == measure.NotDerivable:
		return n.add("underivable", "Not measured: the files of this run do not hold what this figure is made of.")
	case why == measure.NotIdentifiable:
		return n.add("unidentifiable", "Not measured: this run does not decide it.")
	}
	return n.add("unread", "Not measured: no file that was read holds this figure.")
}

// cure is what would give a figure as a clause: a thing is needed, an
// instruction stands as it is.
func cure(need string) string {
	if strings.HasPrefix(need, "run ") {
		return need
	}
	return "needs " + need
}

// sentence makes a sentence of words: a capital first, a full stop last.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	_, size := utf8.DecodeRuneInString(text)
	if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "!") && !strings.HasSuffix(text, "?") {
		text += "."
	}
	return strings.ToUpper(text[:size]) + text[size:]
}
