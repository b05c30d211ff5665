package html

import (
	"bytes"
	"html/template"
	"strconv"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/mark"
)

// A figureMark is a figure in the document that can say where it comes from.
type figureMark struct {
	ast.BaseInline
	trace int
	entry int // in the ledger
	// sentence: the mark is a sign behind a sentence.
	sentence bool
}

var kindFigureMark = ast.NewNodeKind("FigureMark")

// Kind implements ast.Node.
func (*figureMark) Kind() ast.NodeKind { return kindFigureMark }

// Dump implements ast.Node.
func (m *figureMark) Dump(source []byte, level int) { ast.DumpHelper(m, source, level, nil, nil) }

// markFigures replaces the marks in a document by figures. (goldmark asks inline
// parsers only where there is punctuation, so that texts are cut afterwards.)
func markFigures(root ast.Node, source []byte, traces int) {
	if traces == 0 {
		return
	}
	var texts []*ast.Text
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering && t.Parent().Kind() != ast.KindCodeSpan {
			texts = append(texts, t)
		}
		return ast.WalkContinue, nil
	})
	for _, t := range texts {
		if t.Parent() == nil {
			continue // it was joined to the one before it
		}
		joinTexts(t)
		for t != nil {
			t = cutFigure(t, source, traces)
		}
	}
}

// joinTexts takes into a text what follows it in the source without a break:
// goldmark leaves text in pieces where a link might have begun.
func joinTexts(t *ast.Text) {
	for {
		next, ok := t.NextSibling().(*ast.Text)
		if !ok || next.Segment.Start != t.Segment.Stop || next.Segment.Padding != 0 || t.SoftLineBreak() || t.HardLineBreak() || t.IsRaw() != next.IsRaw() {
			return
		}
		t.Segment = text.NewSegment(t.Segment.Start, next.Segment.Stop)
		t.SetSoftLineBreak(next.SoftLineBreak())
		t.SetHardLineBreak(next.HardLineBreak())
		next.Parent().RemoveChild(next.Parent(), next)
	}
}

// cutFigure cuts the first mark out of a text and returns the text behind it.
func cutFigure(t *ast.Text, source []byte, traces int) *ast.Text {
	value := t.Segment.Value(source)
	for at := bytes.IndexByte(value, mark.Lead); at >= 0; {
		n, shown, size, ok := mark.Cut(value[at:])
		if !ok || n >= traces {
			next := bytes.IndexByte(value[at+1:], mark.Lead)
			if next < 0 {
				return nil
			}
			at += 1 + next
			continue
		}
		start := t.Segment.Start + at
		end := start + size - len(mark.End)
		m := &figureMark{trace: n}
		m.AppendChild(m, ast.NewTextSegment(text.NewSegment(end-len(shown), end)))
		rest := ast.NewTextSegment(text.NewSegment(start+size, t.Segment.Stop))
		rest.SetSoftLineBreak(t.SoftLineBreak())
		rest.SetHardLineBreak(t.HardLineBreak())
		parent := t.Parent()
		parent.InsertAfter(parent, t, m)
		parent.InsertAfter(parent, m, rest)
		t.Segment = text.NewSegment(t.Segment.Start, start)
		t.SetSoftLineBreak(false)
		t.SetHardLineBreak(false)
		return rest
	}
	return nil
}

// A reference is a figure of the document for the table of all sources.
type reference struct {
	Section, What, Figure string
	Limits, Method        string
	From                  []string
}

// enter gives every figure of the document its entry in the ledger, and
// returns them for the table.
func enter(root ast.Node, source []byte, traces []report.Trace, l *ledger) []reference {
	var refs []reference
	section := ""
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			section = plain(n, source)
		case *figureMark:
			t := traces[n.trace]
			n.entry, n.sentence = l.add(t), t.Evidence != nil
			what := subject(n, source)
			if t.Evidence == nil {
				refs = append(refs, referTo(l, n.entry, section, what, plain(n, source)))
			}
			for _, e := range t.Evidence {
				refs = append(refs, referTo(l, l.claim(e.Figure), section, what, evidenceText(e.Text, e.Figure)))
			}
		}
		return ast.WalkContinue, nil
	})
	return refs
}

func referTo(l *ledger, entry int, section, what, figure string) reference {
	r := reference{Section: section, What: what, Figure: figure}
	r.Limits, r.Method, r.From = l.where(entry)
	return r
}

// subject says what a figure is about: the row and column of its table, or the
// label in front of it.
func subject(n ast.Node, source []byte) string {
	for p := n.Parent(); p != nil; p = p.Parent() {
		switch p.Kind().String() {
		case "TableCell":
			row := p.Parent()
			if row == nil || row.FirstChild() == nil {
				return ""
			}
			said := plain(row.FirstChild(), source)
			table := row.Parent()
			if table == nil || table.FirstChild() == nil {
				return said
			}
			head := table.FirstChild().FirstChild()
			for c := row.FirstChild(); c != nil && c != p && head != nil; c = c.NextSibling() {
				head = head.NextSibling()
			}
			if head != nil && row.FirstChild() != p {
				said += ", " + plain(head, source)
			}
			return said
		case "ListItem", "Paragraph":
			if first := p.FirstChild(); first != nil {
				if e, ok := first.(*ast.Emphasis); ok {
					return plain(e, source)
				}
				if p.Kind() == ast.KindListItem {
					if e, ok := first.FirstChild().(*ast.Emphasis); ok {
						return plain(e, source)
					}
				}
			}
			if p.Kind() == ast.KindListItem {
				return ""
			}
		}
	}
	return ""
}

// sign is a sign behind a sentence that leads to what it rests on.
func sign(entry int) template.HTML {
	return template.HTML(`<span class="fig why" data-f="` + strconv.Itoa(entry) + `" aria-label="what this rests on"><svg class="icon" aria-hidden="true"><use href="#icon.why"/></svg></span>`)
}

// cited is a figure's text in an element that leads to an entry of the ledger.
func cited(entry int, shown string) template.HTML {
	return template.HTML(`<span class="fig" data-f="` + strconv.Itoa(entry) + `">` + template.HTMLEscapeString(shown) + `</span>`)
}

func (n *nodes) figureMark(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	m, ok := node.(*figureMark)
	switch {
	case !ok:
	case entering && m.sentence:
		_, _ = w.WriteString(string(sign(m.entry)))
		return ast.WalkSkipChildren, nil
	case entering:
		_, _ = w.WriteString(`<span class="fig" data-f="` + strconv.Itoa(m.entry) + `">`)
	case !m.sentence:
		_, _ = w.WriteString("</span>")
	}
	return ast.WalkContinue, nil
}
