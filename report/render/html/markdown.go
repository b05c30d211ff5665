package html

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/mark"
)

// A document is the filled Markdown as HTML.
type document struct {
	Title      string // of its first level-1 heading, which is not in Body
	Contents   []entry
	References []reference // of its figures
	Body       []byte
}

// An entry is a line of the list of contents.
type entry struct {
	Level    int
	ID, Text string
}

// convert renders the document with the charts where it speaks of them. draw
// writes a chart's figure; the marks of the document's figures lead to traces.
// Raw HTML is shown as text, comments are not shown.
func convert(markdown []byte, traces []report.Trace, l *ledger, charts []chart.Chart, draw func(chart.Chart) ([]byte, error)) (document, error) {
	md := goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.NewFootnote(extension.WithFootnoteBacklinkHTML([]byte("↑")))),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(&nodes{draw: draw}, 1))),
	)
	markdown = printable(markdown)
	root := md.Parser().Parse(text.NewReader(markdown))
	var d document
	d.Title = takeTitle(root, markdown)
	markFigures(root, markdown, len(traces))
	breakFields(root)
	markStatuses(root, markdown)
	classifyCells(root, markdown)
	place(root, markdown, charts)
	d.Contents = contents(root, markdown)
	d.References = enter(root, markdown, traces, l)
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, markdown, root); err != nil {
		return d, err
	}
	// A block that scrolls has to be reached by the keyboard. (Raw HTML is
	// escaped: this is the renderer's own.)
	d.Body = bytes.ReplaceAll(out.Bytes(), []byte("<pre><code"), []byte(`<pre tabindex="0"><code`))
	if traces != nil {
		// Where marks are not read, as in code, they are not shown either.
		d.Body = bytes.Map(mark.Drop, d.Body)
	}
	return d, nil
}

// printable makes control characters visible that a document has no use for.
func printable(markdown []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\t':
			return r
		case r < 0x20, r == 0x7f, r >= 0x80 && r < 0xa0, r == '\u2028', r == '\u2029':
			return []rune(chart.Visible(string(r)))[0]
		}
		return r
	}, markdown)
}

// takeTitle removes the first heading of level 1 and returns its text.
func takeTitle(root ast.Node, source []byte) string {
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level == 1 {
			root.RemoveChild(root, h)
			return plain(h, source)
		}
	}
	return ""
}

// breakFields keeps lines apart that each begin with a bold label, as
// documents write their test configuration.
func breakFields(root ast.Node) {
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering && t.SoftLineBreak() {
			if e, ok := t.NextSibling().(*ast.Emphasis); ok && e.Level == 2 {
				t.SetHardLineBreak(true)
			}
		}
		return ast.WalkContinue, nil
	})
}

func contents(root ast.Node, source []byte) []entry {
	var list []entry
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Level > 3 {
			continue
		}
		if id, ok := h.AttributeString("id"); ok {
			if b, ok := id.([]byte); ok {
				list = append(list, entry{max(h.Level, 2), string(b), plain(h, source)})
			}
		}
	}
	return list
}

// plain returns the text in a node, without its markup.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(unescape(c.Segment.Value(source)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.RawHTML, *east.FootnoteLink, *east.FootnoteBacklink:
		case *ast.AutoLink:
			b.Write(c.Label(source))
		case *status:
			b.WriteString(c.symbol)
		default:
			b.WriteString(plain(c, source))
		}
	}
	return strings.TrimSpace(b.String())
}

// unescape resolves backslash escapes and entities, as the renderer does.
func unescape(b []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(b)))
}

// symbols are the signs that statuses begin with, and what they mean.
var symbols = [...]struct{ sign, class, word string }{
	{"✅", "pass", "pass"}, {"❌", "fail", "fail"}, {"⚠️", "warn", "borderline"}, {"⚠", "warn", "borderline"},
	{"➖", "none", "not measured"}, {"⏳", "pending", "pending"},
}

// markStatuses replaces the signs of statuses by icons that look alike on all
// systems and in print.
func markStatuses(root ast.Node, source []byte) {
	var texts []*ast.Text
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.CodeSpan, *ast.CodeBlock, *ast.FencedCodeBlock:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			texts = append(texts, n)
		}
		return ast.WalkContinue, nil
	})
	for _, t := range texts {
		for t != nil {
			t = splitStatus(t, source)
		}
	}
}

// splitStatus cuts the first sign out of a text and returns the text behind.
func splitStatus(t *ast.Text, source []byte) *ast.Text {
	value := t.Segment.Value(source)
	at, which := len(value), -1
	for i, s := range symbols {
		if k := bytes.Index(value, []byte(s.sign)); k >= 0 && k < at {
			at, which = k, i
		}
	}
	if which < 0 {
		return nil
	}
	s := symbols[which]
	parent := t.Parent()
	icon := &status{class: s.class, word: s.word, symbol: s.sign}
	start := t.Segment.Start + at
	rest := ast.NewTextSegment(text.NewSegment(start+len(s.sign), t.Segment.Stop))
	rest.SetSoftLineBreak(t.SoftLineBreak())
	rest.SetHardLineBreak(t.HardLineBreak())
	parent.InsertAfter(parent, t, icon)
	parent.InsertAfter(parent, icon, rest)
	t.Segment = text.NewSegment(t.Segment.Start, start)
	t.SetSoftLineBreak(false)
	t.SetHardLineBreak(false)
	// The icon brings its own space.
	for n := ast.Node(rest); n != nil; n = n.NextSibling() {
		behind, ok := n.(*ast.Text)
		if !ok {
			break
		}
		behind.Segment = behind.Segment.TrimLeftSpace(source)
		if behind.Segment.Len() > 0 {
			break
		}
	}
	icon.answer(rest, source)
	icon.alone = true
	for n := ast.Node(rest); n != nil; n = n.NextSibling() {
		icon.alone = icon.alone && n.Kind() == ast.KindText && n.(*ast.Text).Segment.Len() == 0
	}
	return rest
}

// classifyCells says of each table cell which status it shows, and whether its
// text is short enough to stay on one line.
func classifyCells(root ast.Node, source []byte) {
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		cell, ok := n.(*east.TableCell)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		class := lengthClass(plain(cell, source))
		for c := cell.FirstChild(); c != nil; c = c.NextSibling() {
			if s, ok := c.(*status); ok {
				class = strings.TrimSpace(class + " is-" + s.class)
			}
			if t, ok := c.(*ast.Text); !ok || t.Segment.Len() > 0 {
				break
			}
		}
		if class != "" {
			cell.SetAttributeString("class", []byte(class))
		}
		return ast.WalkSkipChildren, nil
	})
}

// lengthClass says how a cell of a table may be broken into lines: not at all
// when it is short, not into very short ones when it is long.
func lengthClass(text string) string {
	switch length := utf8.RuneCountInString(text); {
	case length <= 26:
		return "short"
	case length > 48:
		return "long"
	}
	return ""
}

// A status is the icon of a status.
type status struct {
	ast.BaseInline
	class, word, symbol string
	alone               bool // no word stands behind it
}

// answer takes the colour from the answer to a question in a list: whether yes
// is good is for the question to say ("Occurred: no").
func (s *status) answer(behind *ast.Text, source []byte) {
	inList := false
	for p := behind.Parent(); p != nil; p = p.Parent() {
		inList = inList || p.Kind() == ast.KindListItem
	}
	var said []byte // in pieces where a link might have begun
	for n := ast.Node(behind); n != nil; n = n.NextSibling() {
		t, ok := n.(*ast.Text)
		if !ok {
			break
		}
		said = append(said, t.Segment.Value(source)...)
	}
	words := bytes.Fields(said)
	if !inList || len(words) == 0 {
		return
	}
	switch string(words[0]) {
	case "Yes":
		s.class = "yes"
	case "No":
		s.class = "no"
	}
}

var kindStatus = ast.NewNodeKind("Status")

// Kind implements ast.Node.
func (*status) Kind() ast.NodeKind { return kindStatus }

// Dump implements ast.Node.
func (s *status) Dump(source []byte, level int) { ast.DumpHelper(s, source, level, nil, nil) }

// A figure is a chart in the document.
type figure struct {
	ast.BaseBlock
	chart chart.Chart
}

var kindFigure = ast.NewNodeKind("Figure")

// Kind implements ast.Node.
func (*figure) Kind() ast.NodeKind { return kindFigure }

// Dump implements ast.Node.
func (f *figure) Dump(source []byte, level int) { ast.DumpHelper(f, source, level, nil, nil) }

// nodes writes the nodes that are ours, and those whose HTML is to differ.
type nodes struct {
	draw func(chart.Chart) ([]byte, error)
}

// RegisterFuncs implements renderer.NodeRenderer.
func (n *nodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindStatus, n.status)
	r.Register(kindFigure, n.figure)
	r.Register(kindFigureMark, n.figureMark)
	r.Register(ast.KindRawHTML, n.rawHTML)
	r.Register(ast.KindHTMLBlock, n.htmlBlock)
	r.Register(east.KindTable, n.table)
	r.Register(east.KindTaskCheckBox, n.box)
}

func (n *nodes) status(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if s, ok := node.(*status); ok && entering {
		_, _ = w.WriteString(icon(s.class, s.word, s.alone))
	}
	return ast.WalkContinue, nil
}

// icon returns the icon of a status. It has a text alternative where no word
// says the same beside it.
func icon(class, word string, alone bool) string {
	label := `aria-hidden="true"`
	if alone {
		label = `role="img" aria-label="` + word + `"`
	}
	return `<svg class="icon ` + class + `" ` + label + `><use href="#icon.` + class + `"/></svg>`
}

func (n *nodes) figure(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if f, ok := node.(*figure); ok && entering {
		b, err := n.draw(f.chart)
		if err != nil {
			return ast.WalkStop, err
		}
		_, _ = w.Write(b)
	}
	return ast.WalkSkipChildren, nil
}

// lineBreak is the one piece of raw HTML that is let through: tables have no
// other way to break a line.
var lineBreak = regexp.MustCompile(`(?i)^<br\s*/?>$`)

func (n *nodes) rawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if r, ok := node.(*ast.RawHTML); ok && entering {
		raw := r.Segments.Value(source)
		if lineBreak.Match(raw) {
			_, _ = w.WriteString("<br>")
		} else {
			_, _ = w.Write(util.EscapeHTML(withoutComments(raw)))
		}
	}
	return ast.WalkSkipChildren, nil
}

func (n *nodes) htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if b, ok := node.(*ast.HTMLBlock); ok && entering {
		raw := b.Lines().Value(source)
		if b.HasClosure() {
			raw = append(bytes.Clone(raw), b.ClosureLine.Value(source)...)
		}
		if raw = bytes.TrimSpace(withoutComments(raw)); len(raw) > 0 {
			_, _ = w.WriteString(`<pre class="raw">`)
			_, _ = w.Write(util.EscapeHTML(raw))
			_, _ = w.WriteString("</pre>\n")
		}
	}
	return ast.WalkSkipChildren, nil
}

var comment = regexp.MustCompile(`(?s)<!--.*?(-->|$)`)

func withoutComments(raw []byte) []byte { return comment.ReplaceAll(raw, nil) }

// box shows a task's box as a picture: there is nothing to tick on this page.
func (n *nodes) box(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if b, ok := node.(*east.TaskCheckBox); ok && entering {
		name, label := "todo", "to do"
		if b.IsChecked {
			name, label = "done", "done"
		}
		_, _ = w.WriteString(`<svg class="icon box ` + name + `" role="img" aria-label="` + label + `"><use href="#icon.` + name + `"/></svg>`)
	}
	return ast.WalkContinue, nil
}

// table lets wide tables scroll in a frame of their own.
func (n *nodes) table(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<div class="scroll" tabindex="0"><table>` + "\n")
	} else {
		_, _ = w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}
