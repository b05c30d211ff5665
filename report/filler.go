package report

import (
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/form"
)

// A filler fills one document from one analysis.
type filler struct {
	doc   *form.Doc
	a     *analyze.Analysis
	notes notes
	// ranged says that this section has explained its ranges already.
	ranged bool

	traced bool // figures are marked, with what stands behind them
	traces []Trace
}

func newFiller(doc *form.Doc, a *analyze.Analysis) *filler {
	return &filler{doc: doc, a: a, notes: notes{doc: doc, texts: map[string]string{}}}
}

// begin starts a section.
func (f *filler) begin() { f.ranged = false }

// put fills a slot that there may not be.
func put(s *form.Slot, markup string) {
	if s != nil {
		s.Set(markup)
	}
}

// open reports whether a slot would take what is put into it.
func open(s *form.Slot) bool { return s != nil && s.State != form.Plain }

// figure fills a slot with a figure in the slot's own unit, and with the
// footnotes that the figure needs. header is the column's, "" outside tables;
// id names the footnote for a figure that was not measured, lacking is its
// text where the figure does not know its cure.
func (f *filler) figure(s *form.Slot, v measure.Value, header string, id, lacking string) {
	if !open(s) {
		return
	}
	put(s, f.text(v, styleOf(s, header), id, lacking))
}

// text formats a figure with its footnotes.
func (f *filler) text(v measure.Value, style measure.Style, id, lacking string) string {
	text := measure.Format(v, style)
	shown := f.trace(text, Trace{Value: v, Note: lackingNote(v, lacking)})
	switch {
	case !v.Measured() && v.Why() == measure.NotApplicable:
		return shown
	case !v.Measured():
		return shown + f.notes.missing(v, id, lacking)
	case strings.HasSuffix(text, ")"):
		return shown + f.rangeNote()
	}
	return shown
}

// lackingNote is the reason for a missing figure that the figure does not know.
func lackingNote(v measure.Value, lacking string) string {
	if v.Measured() || v.Need() != "" {
		return ""
	}
	return lacking
}

// rangeNote explains ranges once in a section.
func (f *filler) rangeNote() string {
	if f.ranged {
		return ""
	}
	f.ranged = true
	return f.notes.add("limits", "A range in parentheses is what the recorded data allow: the true figure lies within it. "+
		"A figure without a range is right to within one unit of its last shown digit.")
}

// absent fills a slot with "not measured" and the reason.
func (f *filler) absent(s *form.Slot, id, why string) {
	if open(s) {
		put(s, measure.NotMeasured+f.notes.add(id, why))
	}
}

// peak returns the phase that figures without a named phase are judged over:
// the longest at the highest user level; nil when the run had none.
func (f *filler) peak() *analyze.Phase {
	var best *analyze.Phase
	for i := range f.a.Phases {
		p := &f.a.Phases[i]
		if p.Kind == analyze.Peak && (best == nil || p.End-p.Start > best.End-best.Start) {
			best = p
		}
	}
	return best
}

// recorded reports whether the run holds any request at all.
func (f *filler) recorded() bool {
	n, ok := f.a.WholeRun.Requests.Float()
	return ok && n > 0
}

// styleOf is how a slot asks for its figure: the unit behind its TBD, else the
// one in its column's header, which the cell then need not repeat.
func styleOf(s *form.Slot, header string) measure.Style {
	if unit := unitAfter(s.Original); unit != "" {
		return measure.Style{Scale: unit}
	}
	if unit, all := unitOfHeader(header); unit != "" {
		return measure.Style{Scale: unit, Bare: all}
	}
	return measure.Style{}
}

// unitAfter returns the unit that a blank states: "ms" of "TBD ms".
func unitAfter(blank string) string {
	_, after, found := strings.Cut(strings.ToUpper(blank), "TBD")
	if !found {
		return ""
	}
	// ToUpper may change lengths only for letters that no unit has.
	after = strings.TrimSpace(after)
	for _, u := range units {
		if strings.EqualFold(after, u.text) {
			return u.scale
		}
	}
	return ""
}

// units are the units that blanks and headers state.
var units = [...]struct{ text, scale string }{
	{"ms", "ms"}, {"s", "s"}, {"sec", "s"}, {"seconds", "seconds"}, {"second", "seconds"}, {"µs", "µs"}, {"us", "µs"}, {"min", "min"},
	{"%", "%"}, {"percent", "%"},
	{"KB", "KB"}, {"MB", "MB"}, {"MiB", "MB"}, {"GB", "GB"}, {"GiB", "GB"}, {"bytes", "B"},
	{"RPS", "RPS"}, {"req/s", "RPS"}, {"requests/s", "RPS"}, {"/s", "/s"}, {"users", "users"},
}

// unitOfHeader returns the unit that a column's header states: all of "RPS",
// the parenthesis of "Avg Latency (ms)". all says that cells leave it out.
func unitOfHeader(header string) (unit string, all bool) {
	h := strings.TrimSpace(header)
	if i := strings.LastIndexByte(h, '('); i >= 0 && strings.HasSuffix(h, ")") {
		h = strings.TrimSpace(h[i+1 : len(h)-1])
	} else if !strings.EqualFold(h, "RPS") && !strings.EqualFold(h, "Requests/s") && !strings.EqualFold(h, "Req/s") {
		return "", false
	}
	for _, u := range units {
		if strings.EqualFold(h, u.text) {
			return u.scale, true
		}
	}
	return "", false
}
