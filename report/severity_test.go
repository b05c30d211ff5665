package report

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/report/form"
)

// What a heading means depends on the others: the gravest of a document takes
// what is graver, and blockers push critical issues down.
func TestScale(t *testing.T) {
	for _, c := range []struct{ headings, want string }{
		{"Critical Issues (P0)|High Priority Issues (P1)|Medium Priority Issues (P2)", "P0|P1|P2"},
		{"High Priority Issues (P1)|Medium Priority Issues (P2)", "P0 P1|P2"},
		{"Sev1|Sev2|Sev3", "P0|P1|P2"},
		{"Sev 0|Sev 1|Sev 2", "P0|P1|P2"},
		{"P1|P2|P3", "P0 P1|P2|"},
		{"Blockers|Criticals|Majors|Minors", "P0|P1|P2|"},
		{"Blockers|Majors|Minors", "P0|P1|P2"},
		{"Critical|Major|Minor", "P0|P1|P2"},
		{"Critical|High|Medium|Low", "P0|P1|P2|"},
		{"Showstoppers|Serious|Cosmetic", "P0|P1|P2"},
	} {
		var src strings.Builder
		src.WriteString("# Run\n\n## Defects\n")
		headings := strings.Split(c.headings, "|")
		for _, h := range headings {
			src.WriteString("\n### " + h + "\n\n- ⏳ TBD\n")
		}
		doc, err := form.Parse("d.md", []byte(src.String()))
		if err != nil {
			t.Fatal(err)
		}
		s := scaleOf(doc)
		var got []string
		for _, h := range headings {
			level, ok := s.levelOf(h)
			var mine []string
			for _, p := range []string{"P0", "P1", "P2"} {
				if ok && s.holds(level, p) {
					mine = append(mine, p)
				}
			}
			got = append(got, strings.Join(mine, " "))
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("%s: %s, want %s", c.headings, g, c.want)
		}
	}
}
