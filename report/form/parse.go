package form

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Parse reads a document. name is used in messages. Every sequence of bytes is
// a document; the error is reserved.
func Parse(name string, src []byte) (*Doc, error) {
	d := structure(name, src)
	m := d.readMemory()
	if d.scattered {
		notes := d.notes
		d = structure(name, d.gather(m))
		m = d.readMemory()
		d.notes = notes
	}
	d.given = src
	for _, s := range d.slots {
		for _, c := range d.cuts {
			s.detached = s.detached || c.start <= s.start && s.start < c.end
		}
	}
	d.recall(m)
	for _, s := range d.slots {
		s.settle()
	}
	for _, l := range d.lists {
		for _, it := range l.Items {
			it.settle()
		}
	}
	for _, s := range d.Sections {
		for _, p := range s.paragraphs {
			if p.State != Plain {
				s.Fields = append(s.Fields, p)
			}
		}
		for _, t := range s.Tables {
			for _, row := range t.Rows {
				for _, c := range row.Cells {
					c.Label = row.Label()
				}
			}
			t.ragged(d)
		}
	}
	return d, nil
}

// structure reads sections, tables, lists and slots, without what is known of
// earlier fills.
func structure(name string, src []byte) *Doc {
	d := &Doc{Name: name, source: newSource(src)}
	skip := frontMatter(src)
	d.remembers = bytes.Contains(src, []byte(memoryOpen))
	p := parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		// No inline parsers: values are read from their bytes, and inline
		// parsing is where time could grow faster than the document.
		parser.WithParagraphTransformers(append(parser.DefaultParagraphTransformers(),
			util.Prioritized(extension.NewTableParagraphTransformer(), 200))...),
	)
	root := p.Parse(text.NewReader(src[skip:]))
	r := &reader{doc: d, skip: skip}
	r.section = &Section{Line: 1, doc: d}
	d.Sections = append(d.Sections, r.section)
	r.blocks(root)
	return d
}

// A reader walks goldmark's tree and builds sections, tables, lists and slots.
type reader struct {
	doc     *Doc
	skip    int
	section *Section
	above   []*Section // headings that enclose the current position
	reach   int        // where the blocks read so far end
}

// segment returns the bytes of a segment in the document.
func (r *reader) segment(s text.Segment) span { return span{s.Start + r.skip, s.Stop + r.skip} }

func (r *reader) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			r.heading(n)
		case *ast.Paragraph, *ast.TextBlock:
			r.paragraph(n)
		case *east.Table:
			r.table(n)
		case *ast.List:
			r.section.Lists = append(r.section.Lists, r.list(n))
		case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock:
			r.code(n)
		case *ast.Blockquote:
			r.within(func() { r.blocks(n) })
		}
	}
}

// within reads the content of a container: headings in it end with it.
func (r *reader) within(read func()) {
	section, above := r.section, r.above
	read()
	r.section, r.above = section, above
}

func (r *reader) code(n ast.Node) {
	l := n.Lines()
	block, html := n.(*ast.HTMLBlock)
	if html {
		r.picture(block)
		r.htmlBlanks(block)
	}
	add := func(at span) {
		r.doc.opaque = append(r.doc.opaque, at)
		if !html {
			r.doc.fences = append(r.doc.fences, at)
		}
		r.reach = at.end
	}
	for i := 0; i < l.Len(); i++ {
		add(r.segment(l.At(i)))
	}
	if h, ok := n.(*ast.HTMLBlock); ok && h.HasClosure() {
		add(r.segment(h.ClosureLine))
	}
}

// htmlBlanks notes the blanks of tables and paragraphs written in HTML, which
// are not filled.
func (r *reader) htmlBlanks(n *ast.HTMLBlock) {
	if n.HTMLBlockType != ast.HTMLBlockType6 && n.HTMLBlockType != ast.HTMLBlockType7 {
		return // comments, scripts and styles
	}
	for i := 0; i < n.Lines().Len(); i++ {
		at := r.segment(n.Lines().At(i))
		line := string(r.doc.src[at.start:at.end])
		if strings.Contains(line, "<!--") {
			return
		}
		before := ""
		for _, between := range strings.Split(line, "<") {
			text, _ := plain(between[strings.IndexByte(between, '>')+1:])
			if isBlank(text) {
				r.doc.notes = append(r.doc.notes, Remark{Line: r.doc.line(at.start), What: strings.TrimSpace(before + " " + text), Text: "a blank in HTML is not filled; in a Markdown table or list it would be"})
			} else if text != "" {
				before = text
			}
		}
	}
}

func (r *reader) heading(n *ast.Heading) {
	raw := r.join(n.Lines(), 0)
	title, _ := plain(raw)
	s := &Section{Title: title, Level: n.Level, Line: 1, doc: r.doc}
	if n.Lines().Len() > 0 {
		r.reach = r.segment(n.Lines().At(0)).end
		s.Line = r.doc.line(r.segment(n.Lines().At(0)).start)
	}
	above := r.above[:len(r.above):len(r.above)]
	for len(above) > 0 && above[len(above)-1].Level >= n.Level {
		above = above[: len(above)-1 : len(above)-1]
	}
	if len(above) > 0 {
		s.Path = append(s.Path, above[len(above)-1].Path...)
	}
	s.Path = append(s.Path, Key(raw))
	r.above = append(above, s)
	r.section = s
	r.doc.Sections = append(r.doc.Sections, s)
}

// join returns the text of lines from the given one on, joined by a space.
func (r *reader) join(l *text.Segments, from int) string {
	var b strings.Builder
	for i := from; i < l.Len(); i++ {
		at := r.segment(l.At(i))
		if i > from {
			b.WriteByte(' ')
		}
		b.WriteString(strings.Trim(string(r.doc.src[at.start:at.end]), " \t\r\n"))
	}
	return b.String()
}

// slot registers the slot whose value lies in at.
func (r *reader) slot(role role, label, group, col string, at span, moreLines bool) *Slot {
	a, b := trimValue(string(r.doc.src[at.start:at.end]), moreLines)
	s := &Slot{
		doc: r.doc, role: role, Label: label, group: group, col: col,
		start: at.start + a, end: at.start + b,
	}
	s.Line = r.doc.line(s.start)
	s.Column = s.start - r.doc.lineStart(s.start) + 1
	s.read(string(r.doc.src[s.start:s.end]))
	r.register(s)
	return s
}

func (r *reader) register(s *Slot) {
	s.row = len(r.doc.slots)
	r.reach = max(r.reach, s.end)
	r.section.slots = append(r.section.slots, s)
	r.doc.slots = append(r.doc.slots, s)
}

func (r *reader) table(n *east.Table) {
	t := &Table{}
	var cols []string
	seen := map[string]int{}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		line := r.doc.line(min(c.Pos()+r.skip, len(r.doc.src)))
		if h, ok := c.(*east.TableHeader); ok {
			t.Line = line
			for cell := h.FirstChild(); cell != nil; cell = cell.NextSibling() {
				title, _ := plain(r.join(cell.Lines(), 0))
				t.Header = append(t.Header, title)
				key := fullKey(title)
				if key == "" {
					key = "#" + strconv.Itoa(len(cols))
				}
				if seen[key]++; seen[key] > 1 {
					key += " #" + strconv.Itoa(seen[key])
				}
				cols = append(cols, key)
			}
			continue
		}
		row := &Row{Line: line}
		group := ""
		i := 0
		for cell := c.FirstChild(); cell != nil && cell.Lines().Len() > 0; cell = cell.NextSibling() {
			at := r.segment(cell.Lines().At(0))
			if at.end < at.start {
				at.end = at.start
			}
			col := cols[min(i, len(cols)-1)]
			kind := inCell
			if i == 0 {
				kind = rowLabel
			}
			s := r.slot(kind, "", group, col, at, false)
			if i < len(t.Header) {
				s.header = t.Header[i]
			}
			if i > 0 {
				s.row = row.Cells[0].row
			} else {
				s.group = "row " + fullKey(s.raw)
				group = s.group
			}
			row.Cells = append(row.Cells, s)
			i++
		}
		t.Rows = append(t.Rows, row)
	}
	r.section.Tables = append(r.section.Tables, t)
}

// ragged notes rows of a table to be filled that lack cells.
func (t *Table) ragged(d *Doc) {
	form := false
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			form = form || c.State != Plain
		}
	}
	for _, r := range t.Rows {
		if form && len(r.Cells) < len(t.Header) {
			d.notes = append(d.notes, Remark{Line: r.Line, What: r.Label(),
				Text: "the row has " + strconv.Itoa(len(r.Cells)) + " of the table's " + strconv.Itoa(len(t.Header)) + " cells; what is missing cannot be filled"})
		}
	}
}

// paragraph finds the fields of a paragraph: lines that start with a label.
func (r *reader) paragraph(n ast.Node) {
	l := n.Lines()
	if l.Len() == 0 {
		return
	}
	r.reach = r.segment(l.At(l.Len() - 1)).end
	hidden := r.hidden(l)
	labelled := func(i int) (string, int, bool) {
		at := r.segment(l.At(i))
		if hidden[i] {
			return "", 0, false
		}
		return boldLabel(strings.TrimRight(string(r.doc.src[at.start:at.end]), "\r\n"))
	}
	for i := 0; i < l.Len(); i++ {
		at := r.segment(l.At(i))
		label, off, ok := labelled(i)
		if !ok {
			continue
		}
		s := r.slot(inField, label, "field "+fullKey(label), "", span{at.start + off, at.end}, i+1 < l.Len())
		r.section.Fields = append(r.section.Fields, s)
		joined := s.raw
		for j := i + 1; j < l.Len() && j < i+20; j++ {
			next := r.segment(l.At(j))
			line := string(r.doc.src[next.start:next.end])
			if _, _, ok := labelled(j); ok || strings.HasPrefix(strings.TrimSpace(line), "[^") {
				break
			}
			_, b := trimValue(line, j+1 < l.Len())
			joined += " " + strings.TrimSpace(line[:b])
			s.longer = append(s.longer, candidate{next.start + b, joined})
		}
	}
	if anyLabel(l.Len(), labelled) {
		return
	}
	if r.statements(l, hidden) && !r.doc.remembers { // else it may be a paragraph that a fill wrote
		return
	}
	// A paragraph that is one blank has no label, but a place.
	whole := &Slot{}
	whole.read(r.join(l, 0))
	if !r.doc.remembers && !(whole.plain && isBlank(whole.Text)) {
		return
	}
	at := span{r.segment(l.At(0)).start, r.segment(l.At(l.Len() - 1)).end}
	s := r.slot(inParagraph, "", "paragraph", "", at, false)
	if l.Len() > 1 {
		s.read(whole.raw)
	}
	r.section.paragraphs = append(r.section.paragraphs, s)
}

// statements reads a paragraph in which every line is "Label: value": what it
// says, and as slots the values that are blank. Values that a fill wrote are
// found again where the document remembers one.
func (r *reader) statements(l *text.Segments, hidden []bool) bool {
	type line struct {
		label string
		at    span
	}
	lines := make([]line, l.Len())
	for i := range lines {
		at := r.segment(l.At(i))
		label, off, ok := plainLabel(strings.TrimRight(string(r.doc.src[at.start:at.end]), "\r\n"))
		if !ok || hidden[i] {
			return false
		}
		lines[i] = line{label, span{at.start + off, at.end}}
	}
	for i, n := range lines {
		a, b := trimValue(string(r.doc.src[n.at.start:n.at.end]), i+1 < len(lines))
		value := &Slot{}
		value.read(string(r.doc.src[n.at.start+a : n.at.start+b]))
		if r.doc.remembers || value.plain && isBlank(value.Text) {
			r.section.paragraphs = append(r.section.paragraphs,
				r.slot(inField, n.label, "field "+fullKey(n.label), "", n.at, i+1 < len(lines)))
		}
		if !(value.plain && isBlank(value.Text)) {
			r.section.Statements = append(r.section.Statements, Statement{n.label, value.Text, r.doc.line(n.at.start)})
		}
	}
	return true
}

func anyLabel(n int, labelled func(int) (string, int, bool)) bool {
	for i := 0; i < n; i++ {
		if _, _, ok := labelled(i); ok {
			return true
		}
	}
	return false
}

// hidden reports which lines of a paragraph start inside a code span or
// comment that began on an earlier line.
func (r *reader) hidden(l *text.Segments) []bool {
	hide := make([]bool, l.Len())
	var b strings.Builder
	starts := make([]int, l.Len())
	for i := range hide {
		at := r.segment(l.At(i))
		starts[i] = b.Len()
		b.Write(r.doc.src[at.start:at.end])
	}
	s := b.String()
	if !strings.ContainsAny(s, "`<") {
		return hide
	}
	closing := tickRuns(s)
	line := 0
	cover := func(end int) {
		for line < len(starts) && starts[line] < end {
			hide[line] = true
			line++
		}
	}
	for i := 0; i < len(s); i++ {
		for line < len(starts) && starts[line] <= i {
			line++
		}
		end := 0
		switch s[i] {
		case '\\':
			i++
		case '`':
			n := runLength(s, i)
			if end = closing[i]; end == 0 {
				i += n - 1
			}
		case '<':
			end, _ = tagEnd(s, i)
		}
		if end > 0 {
			cover(end)
			i = end - 1
			if s[end-1] != '>' {
				i = end + runLength(s, end) - 1
			}
		}
	}
	return hide
}
