package form

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

var (
	itemMarker = regexp.MustCompile(`(?:[-*+]|\d{1,9}[.)])(?:[ \t]+\[[ xX]\])?[ \t]+$`)
	taskBox    = regexp.MustCompile(`^\[[ xX]\][ \t]`)
)

// list reads a list and its nested ones.
func (r *reader) list(n *ast.List) *List {
	l := &List{Ordered: n.IsOrdered(), doc: r.doc, section: r.section}
	r.doc.lists = append(r.doc.lists, l)
	r.section.allLists = append(r.section.allLists, l)
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		it := r.item(c)
		l.Items = append(l.Items, it)
		if len(l.Items) == 1 {
			l.Line = it.Line
		}
	}
	return l
}

func (r *reader) item(n ast.Node) *Item {
	it := &Item{marker: -1}
	first := n.FirstChild()
	rest := first
	if first != nil && isParagraph(first) && first.Lines().Len() > 0 {
		it.simple = first.NextSibling() == nil
		rest = first.NextSibling()
		_, nested := rest.(*ast.List)
		it.alone = !nested
		r.itemText(it, first)
	}
	if it.Text == nil {
		it.Text = &Slot{doc: r.doc, detached: true, Line: r.nodeLine(n)}
		it.Line = it.Text.Line
	}
	section := r.section
	r.within(func() {
		for c := rest; c != nil; c = c.NextSibling() {
			switch c := c.(type) {
			case *ast.List:
				if r.section == section {
					it.Lists = append(it.Lists, r.list(c))
				} else { // under a heading within the item
					r.section.Lists = append(r.section.Lists, r.list(c))
				}
			case *east.Table:
				r.table(c)
			case *ast.Heading:
				r.heading(c)
			case *ast.Paragraph, *ast.TextBlock:
				r.paragraph(c)
			case *ast.Blockquote:
				r.within(func() { r.blocks(c) })
			default:
				r.code(c)
			}
		}
	})
	it.reach = r.reach
	return it
}

// itemText reads an item's first paragraph. What its slots are remembered by is
// settled when the runs of the list are known.
func (r *reader) itemText(it *Item, para ast.Node) {
	lines := para.Lines()
	at := r.segment(lines.At(0))
	last := r.segment(lines.At(lines.Len() - 1))
	it.Line = r.doc.line(at.start)
	body := at.start
	line := string(r.doc.src[at.start:at.end])
	for body < at.end && (line[0] == ' ' || line[0] == '\t') {
		body++
		line = line[1:]
	}
	box := 0
	if taskBox.MatchString(line) {
		box = body
		body += 4
		for body < at.end && (r.doc.src[body] == ' ' || r.doc.src[body] == '\t') {
			body++
		}
		line = string(r.doc.src[body:at.end])
	}
	if m := itemMarker.FindStringIndex(string(r.doc.src[r.doc.lineStart(body):body])); m != nil {
		it.marker = r.doc.lineStart(body) + m[0]
	}
	r.reach = last.end
	hidden := r.hidden(lines)

	joined := strings.TrimSpace(line)
	if lines.Len() > 1 {
		joined += " " + r.join(lines, 1)
	}
	it.Text = r.slot(inItem, "", "", "", span{body, last.end}, false)
	it.end = it.Text.end
	it.whole = it.Text.start == body && strings.TrimSpace(string(r.doc.src[it.end:last.end])) == ""
	if a, b := trimValue(joined, false); true {
		it.Text.read(joined[a:b])
	}
	label, off, ok := boldLabel(strings.TrimRight(line, "\r\n"))
	if !ok {
		label, off, ok = plainLabel(strings.TrimRight(line, "\r\n"))
	}
	if ok && !isBlank(it.Text.Text) && !hidden[0] {
		it.Label = label
		it.Value = r.slot(inValue, label, "", "", span{body + off, last.end}, false)
		if lines.Len() > 1 {
			value := strings.TrimSpace(line[off:]) + " " + r.join(lines, 1)
			a, b := trimValue(value, false)
			it.Value.read(value[a:b])
		}
	}
	if box > 0 {
		about := it.Text.Text
		if it.Label != "" {
			about = it.Label
		}
		b := &Slot{doc: r.doc, role: inBox, Label: about, start: box, end: box + 3, Line: it.Line}
		b.Column = box - r.doc.lineStart(box) + 1
		b.read(string(r.doc.src[box : box+3]))
		it.Box = b
		r.register(b)
	}
}

// nameItems gives a list and the slots of its items what they are remembered by.
// Items that fills add and remove are not counted.
func (l *List) nameItems() {
	n := 0
	for i, it := range l.Items {
		own := "run"
		if l.elems[i].run < 0 {
			n++
			own = "#" + strconv.Itoa(n)
		}
		place := l.name + "/" + own
		it.Text.group = "item " + place
		if it.Value != nil {
			own = fullKey(it.Label)
			it.Value.group = "label " + l.chain + own
		}
		if it.Box != nil {
			it.Box.group = "box " + l.chain + fullKey(it.Box.Label)
		}
		for j, nested := range it.Lists {
			nested.name = place + "." + strconv.Itoa(j+1)
			nested.chain = l.chain + own + "/"
		}
	}
}

// settle takes the label off an item whose whole text was filled, and lets its
// box be known by the text before.
func (it *Item) settle() {
	if it.Text.State != Written && it.Text.State != Edited {
		return
	}
	if it.Value != nil && it.Text.kind == bySet {
		it.Value.detached, it.Value.State = true, Plain
		it.Value, it.Label = nil, ""
	}
	if it.Box != nil && it.Label == "" {
		it.Box.group = strings.TrimSuffix(it.Box.group, fullKey(it.Box.Label)) + fullKey(it.Text.Original)
	}
}

func isParagraph(n ast.Node) bool {
	switch n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return true
	}
	return false
}

// nodeLine returns the line of an item that does not start with a paragraph.
func (r *reader) nodeLine(n ast.Node) int {
	pos := n.Pos() + r.skip
	if pos < 0 || pos > len(r.doc.src) {
		return 0
	}
	return r.doc.line(pos)
}
