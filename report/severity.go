package report

import (
	"regexp"
	"strings"

	"github.com/peakload/peakload/report/form"
)

// severityWords are the words for how grave an issue is, the gravest first, by
// the level that they are of where a document has no finer scale.
var severityWords = [...][]string{
	{"Critical", "Blocker", "Showstopper", "Show Stopper", "Fatal"},
	{"High", "Major", "Serious", "Severe"},
	{"Medium", "Moderate", "Minor"},
	{"Low", "Cosmetic", "Trivial"},
}

// severityNumber is a number of a scale: P0 is the gravest, and of Sev1 and S1
// the first.
var severityNumber = regexp.MustCompile(`(?i)\b(?:(p)|(?:sev|severity|s)[ -]?)([0-4])\b`)

// A scale is what a document's severities mean.
type scale struct {
	blockers bool // blockers apart from critical issues: all below are a level lower
	zero     bool // it counts Sev0
	third    bool // it has a word of the third level, so that low is below it
	top      int  // the gravest level that has a place
}

// levelOf returns the level that a heading or cell names, 0 is the gravest.
func (s scale) levelOf(text string) (int, bool) {
	if m := severityNumber.FindStringSubmatch(text); m != nil {
		n := int(m[2][0] - '0')
		if m[1] == "" && !s.zero && n > 0 {
			n--
		}
		return n, true
	}
	for level, words := range severityWords {
		if !says(text, words...) {
			continue
		}
		switch {
		case s.blockers && !says(text, "Blocker", "Showstopper", "Show Stopper"):
			level++
		case level == 3 && !s.third:
			level--
		}
		return level, true
	}
	return 0, false
}

// scaleOf reads a document's scale off the headings and cells that name
// severities.
func scaleOf(doc *form.Doc) scale {
	var texts []string
	for _, s := range doc.Sections {
		if issueSection(s) {
			texts = append(texts, s.Title)
		}
		for _, t := range s.Tables {
			if i := severityColumn(t); i >= 0 {
				for _, row := range t.Rows {
					if c := cell(row, i); c != nil {
						texts = append(texts, c.Text)
					}
				}
			}
		}
	}
	var out scale
	all := strings.Join(texts, "\n")
	out.blockers = says(all, "Blocker", "Showstopper") && says(all, "Critical")
	out.third = says(all, severityWords[2]...)
	for _, m := range severityNumber.FindAllStringSubmatch(all, -1) {
		out.zero = out.zero || m[1] == "" && m[2] == "0"
	}
	out.top = len(severityWords)
	for _, t := range texts {
		if n, ok := out.levelOf(t); ok {
			out.top = min(out.top, n)
		}
	}
	return out
}

// holds reports whether issues of a severity ("P0") belong where a document has
// a level; what is graver than its gravest level belongs there.
func (s scale) holds(level int, severity string) bool {
	n := int(severity[1] - '0')
	return n == level || n < level && level == s.top
}

var severityNames = []string{"Severity", "Priority", "Sev", "Prio"}

func severityColumn(t *form.Table) int {
	if column(t, issueNames...) < 0 {
		return -1
	}
	return column(t, severityNames...)
}
