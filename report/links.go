package report

import (
	"fmt"
	"strings"

	"github.com/peakload/peakload/report/form"
)

var monitoringLabels = []string{"Monitoring", "Dashboards", "Observability"}

// fillLinks puts the links to dashboards of the run's time behind the line that
// names them, where peakload.yaml states any.
func fillLinks(f *filler, s *form.Section) {
	var parts []string
	for _, l := range f.a.Links {
		parts = append(parts, "["+form.Escape(l.Name)+"]("+linkTarget(l.URL)+")")
	}
	text := strings.Join(parts, ", ")
	for _, l := range labels(s) {
		if !isOne(l.label, monitoringLabels) || l.slot == nil {
			continue
		}
		switch {
		case text == "" && stated(l.slot.Original):
			l.slot.Amend(l.slot.Markup()) // takes an earlier run's links back
			continue
		case text == "":
			continue
		case !stated(l.slot.Original):
			put(l.slot, text)
			continue
		}
		l.slot.Amend(l.slot.Markup() + " (this run: " + text + ")")
	}
}

func isOne(label string, names []string) bool {
	for _, n := range names {
		if same(label, n) {
			return true
		}
	}
	return false
}

// linkTarget writes a URL so that nothing in it ends the link or begins other
// markup.
func linkTarget(url string) string {
	var b strings.Builder
	for i := range len(url) {
		switch c := url[i]; {
		case c <= ' ' || c >= 0x7f || strings.IndexByte("<>()[]\\`\"|", c) >= 0:
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
