package form

import (
	"bytes"
	"sort"
	"strings"
)

const (
	keptText    = "kept your text"
	unknownText = "not a blank this version knows"
	// placeholderText is said of what looks like a blank and is none: it may be
	// what a person wants to stand there.
	placeholderText = "left as it is: only TBD and ⏳ are filled in"
)

// Bytes returns the filled document. What an earlier fill wrote and this one
// did not set is a blank again. A document on which nothing was called comes
// out as it went in.
func (d *Doc) Bytes() []byte {
	if !d.touched {
		return bytes.Clone(d.given)
	}
	m := &memory{}
	var edits []edit
	sections := map[string]int{}
	for _, s := range d.Sections {
		ms := &memSection{key: sectionKey(s.Path)}
		sections[ms.key]++
		ms.nth = sections[ms.key]
		var last *memGroup
		row, seen := -1, -1
		groups := map[string]int{}
		for _, slot := range s.slots {
			if slot.row != seen && slot.role != inParagraph {
				groups[slot.group]++
				seen = slot.row
			}
			e, c := slot.splice()
			if e != nil {
				edits = append(edits, *e)
			}
			if c == nil {
				continue
			}
			if last == nil || row != slot.row {
				last = &memGroup{key: groupKey(slot.group), nth: groups[slot.group]}
				ms.groups = append(ms.groups, last)
				row = slot.row
			}
			last.cells = append(last.cells, c)
		}
		for _, l := range s.allLists {
			p := l.plan()
			edits = append(edits, p.edits...)
			if p.memory != nil {
				ms.lists = append(ms.lists, p.memory)
			}
		}
		if len(ms.groups) > 0 || len(ms.lists) > 0 {
			m.sections = append(m.sections, ms)
		}
	}
	for _, p := range d.pictures {
		if e, ok := p.splice(); ok {
			edits = append(edits, e)
		}
	}
	for _, c := range d.cuts {
		edits = append(edits, edit{c, ""})
	}
	body := d.apply(edits)
	if d.wasCRLF { // a formatter that left bare line feeds behind is put right
		body = bytes.ReplaceAll(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}
	return d.append(body, m)
}

// splice returns the edit that a slot needs and what is to be remembered of
// it, either of them nil for none.
func (s *Slot) splice() (*edit, *memCell) {
	if s.detached || s.owner != nil && (s.owner.pending != nil || s.State != Blank) {
		return nil, nil
	}
	at := span{s.start, s.end}
	switch {
	case s.isPending:
		cell := &memCell{kind: s.kind, col: colKey(s.col), original: s.originalRaw, hash: textHash(s.pending)}
		if s.start == s.end { // an empty cell
			return &edit{at, " " + s.pending + " "}, cell
		}
		return &edit{at, s.pending}, cell
	case s.State == Written:
		return &edit{at, s.originalRaw}, nil
	case s.State == Edited:
		return nil, &memCell{kind: s.kind, col: colKey(s.col), original: s.originalRaw, hash: s.hash}
	}
	return nil, nil
}

// apply makes the edits. Where two overlap, the first and longer one holds.
func (d *Doc) apply(edits []edit) []byte {
	sort.SliceStable(edits, func(i, j int) bool {
		a, b := edits[i], edits[j]
		if a.start != b.start {
			return a.start < b.start
		}
		if (a.start == a.end) != (b.start == b.end) {
			return a.start == a.end
		}
		return a.end > b.end
	})
	out := make([]byte, 0, len(d.src)+len(d.src)/4)
	at := 0
	for _, e := range edits {
		if e.start < at {
			continue
		}
		out = append(out, d.src[at:e.start]...)
		out = append(out, e.text...)
		at = e.end
	}
	return append(out, d.src[at:]...)
}

// append puts the footnotes and the memory behind the document.
func (d *Doc) append(body []byte, m *memory) []byte {
	notes, remembered := d.foot.definitions(body)
	m.notes = remembered
	m.crlf = allCRLF(body)
	return d.tail(body, notes, m)
}

// tail appends definitions and memory, after a blank line.
func (d *Doc) tail(body []byte, notes []string, m *memory) []byte {
	m.glue = 0
	for _, eols := range [][]string{{"\n\n", "\n\r\n"}, {"\n"}} {
		ends := len(body) == 0
		for _, e := range eols {
			ends = ends || bytes.HasSuffix(body, []byte(e))
		}
		if !ends {
			m.glue++
		}
	}
	comment := m.markdown(d.eol)
	if comment == "" {
		return body
	}
	glue := strings.Repeat(d.eol, m.glue)
	if len(notes) > 0 {
		glue += strings.Join(notes, d.eol) + d.eol + d.eol
	}
	return append(append(body, glue...), comment...)
}

// gather moves what earlier fills wrote at the end, and what has come to stand
// elsewhere since, to the end again: a comment in the middle would hold apart
// what grows together when it is gone.
func (d *Doc) gather(m *memory) []byte {
	var cuts []edit
	for _, c := range d.cuts {
		cuts = append(cuts, edit{c, ""})
	}
	return d.tail(d.apply(cuts), d.foot.standing, m)
}

// Summary counts what Bytes did: blanks that the document has, filled, kept
// because a person changed them, and blanks that nobody set. A list of blanks
// counts as many as it had before the first fill; task boxes do not count.
func (d *Doc) Summary() Summary {
	var s Summary
	for _, slot := range d.slots {
		if slot.kept {
			if isPlaceholder(slot.Text) {
				s.Kept = append(s.Kept, Remark{slot.Line, placeholderText, slot.name()})
			} else {
				s.Kept = append(s.Kept, Remark{slot.Line, keptText, quoted(slot.Text)})
			}
		}
		if slot.detached || slot.owner != nil && (slot.owner.pending != nil || !slot.isPending) || slot.role == inBox {
			continue
		}
		if slot.State == Plain || slot.State == Written && slot.kind == byAmend {
			continue
		}
		s.Blanks++
		switch {
		case slot.isPending:
			s.Filled++
		case slot.State != Edited:
			s.Unknown = append(s.Unknown, Remark{slot.Line, unknownText, slot.name()})
		}
	}
	for _, l := range d.lists {
		p := l.plan()
		s.Blanks += p.blanks
		s.Filled += p.filled
		s.Kept = append(s.Kept, p.kept...)
		for _, r := range p.open {
			if !l.setSingly(r.Line) {
				s.Unknown = append(s.Unknown, r)
			} else {
				s.Blanks-- // counted as a slot
			}
		}
		if l.pending != nil && len(l.runs) == 0 && !d.remembers {
			s.Kept = append(s.Kept, Remark{l.Line, keptText, quoted(l.Items[0].Text.Text)})
		}
	}
	for _, p := range d.pictures {
		p.remarks(&s)
	}
	s.Kept = append(s.Kept, d.foot.kept...)
	s.Notes = append(s.Notes, d.notes...)
	for _, r := range [][]Remark{s.Kept, s.Unknown, s.Notes} {
		sort.SliceStable(r, func(i, j int) bool { return r[i].Line < r[j].Line })
	}
	return s
}

// setSingly reports whether the item on that line was filled by its own slot.
func (l *List) setSingly(line int) bool {
	for _, it := range l.Items {
		if it.Line == line {
			return it.Text.isPending
		}
	}
	return false
}

// name says which slot it is, for a remark.
func (s *Slot) name() string {
	switch {
	case s.Label == "":
		return quoted(s.Text)
	case s.header != "":
		return quoted(s.Label + ", " + s.header)
	}
	return quoted(s.Label)
}
