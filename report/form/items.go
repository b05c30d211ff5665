package form

import (
	"strconv"
	"strings"
)

// nothingHere stands in a stretch of blank items for which no item is left.
const nothingHere = "—"

// SetItems makes the blank items of a list (and those written by an earlier
// fill) into these, adding and removing items as needed; a person's items
// stay where they are, and an item that a person edited stands for the one
// that was to be written in its place. It reports whether the list has a place
// for items.
func (l *List) SetItems(markup []string) bool {
	l.doc.touched = true
	var items []string
	for _, m := range markup {
		if m = guardStart(oneLine(m)); m != "" {
			items = append(items, m)
		}
	}
	if len(items) == 0 {
		return false
	}
	l.pending = items
	return len(l.runs) > 0
}

// Open reports whether SetItems has a place for items in this list.
func (l *List) Open() bool { return len(l.runs) > 0 }

// An edit replaces a range of the document.
type edit struct {
	span
	text string
}

// A listPlan is what becomes of a list.
type listPlan struct {
	edits  []edit
	memory *memList
	blanks int
	filled int
	kept   []Remark
	open   []Remark
}

// plan works out the edits that a list needs.
func (l *List) plan() listPlan {
	var p listPlan
	if len(l.runs) == 0 {
		return p
	}
	known := make([][]memItem, len(l.elems))
	edited := false
	for i, e := range l.elems {
		if e.run < 0 && !e.item.Text.detached {
			known[i] = []memItem{{false, e.item.personHash()}}
		}
		edited = edited || e.state == Edited && !l.replaces(e)
	}
	left := l.pending
	for ri, r := range l.runs {
		var at []int
		for i, e := range l.elems {
			if e.run == ri {
				at = append(at, i)
			}
		}
		p.blanks += len(r.items)
		var contents []string
		switch {
		case l.pending == nil:
			for _, it := range r.items {
				contents = append(contents, it.content)
			}
		case ri == len(l.runs)-1:
			contents = left
		default:
			n := min(len(r.items), len(left))
			contents, left = left[:n], left[n:]
		}
		if len(contents) == 0 {
			contents = []string{nothingHere}
		}
		l.planRun(&p, r, at, contents, known)
	}
	if l.pending != nil || edited {
		p.memory = l.remember(known)
	}
	return p
}

// replaces reports whether a fill writes over this item.
func (l *List) replaces(e elem) bool {
	return e.state != Edited || l.doc.overwrite && l.pending != nil && e.item.alone && e.item.whole
}

func (l *List) planRun(p *listPlan, r *run, at []int, contents []string, known [][]memItem) {
	pure, written := true, false
	for k, i := range at {
		e := l.elems[i]
		pure = pure && l.replaces(e) && i == at[0]+k && (e.item.simple || k == len(at)-1)
		written = written || e.state != Blank
		if e.state == Edited && !l.replaces(e) && l.pending != nil {
			p.kept = append(p.kept, Remark{e.item.Line, keptText, quoted(e.item.Text.Text)})
		}
		if l.pending == nil && k < len(r.items) && e.state != Edited {
			p.open = append(p.open, Remark{e.item.Line, unknownText, quoted(r.plainBlank(k))})
		}
	}
	if l.pending != nil {
		p.filled += len(r.items) - min(len(r.items), countEdited(l, at))
	}
	if l.pending == nil && !written {
		for _, i := range at {
			known[i] = []memItem{{true, textHash(l.elems[i].item.Text.raw)}}
		}
		return
	}
	style := l.style(r, l.elems[at[0]].item)
	if pure {
		first, last := l.elems[at[0]].item, l.elems[at[len(at)-1]].item
		var b strings.Builder
		for k, c := range contents {
			if k > 0 {
				b.WriteString(style.lead(k))
			}
			b.WriteString(style.marker(k) + c)
			known[at[0]] = append(known[at[0]], memItem{true, textHash(c)})
		}
		p.edits = append(p.edits, edit{span{first.marker, last.end}, b.String()})
		return
	}
	for k, i := range at {
		e := l.elems[i]
		switch {
		case !l.replaces(e):
			known[i] = []memItem{{true, e.hash}}
		case k < len(contents):
			known[i] = []memItem{{true, textHash(contents[k])}}
			p.edits = append(p.edits, edit{span{e.item.Text.start, e.item.end}, contents[k]})
		default:
			p.edits = append(p.edits, edit{span{l.doc.lineBefore(e.item.marker), e.item.end}, ""})
		}
	}
	last := at[len(at)-1]
	if e := l.elems[last]; !l.replaces(e) { // below a person's item, indented and marked as that one is
		style = l.style(r, e.item)
		if _, _, counted := number(style.current); counted {
			style.current = "" // its number is not the first item's
		}
	}
	after := l.doc.lineEnd(l.elems[last].item.reach)
	if e := l.elems[last]; l.replaces(e) {
		after = e.item.end
	}
	for k := len(at); k < len(contents); k++ {
		known[last] = append(known[last], memItem{true, textHash(contents[k])})
		p.edits = append(p.edits, edit{span{after, after}, style.lead(max(k, 1)) + style.marker(k) + contents[k]})
	}
}

func countEdited(l *List, at []int) int {
	n := 0
	for _, i := range at {
		if !l.replaces(l.elems[i]) {
			n++
		}
	}
	return n
}

// remember returns the list's entry in the memory: per run the items that now
// stand there, and a person's among them.
func (l *List) remember(known [][]memItem) *memList {
	m := &memList{key: listKey(l.name)}
	for _, r := range l.runs {
		m.runs = append(m.runs, memRun{original: r.original})
	}
	at := 0
	for i, e := range l.elems {
		at = max(at, e.run)
		m.runs[at].items = append(m.runs[at].items, known[i]...)
	}
	return m
}

// personHash is what a person's item is known by: its words, but where what
// stands behind its label may be filled, the label, and where it was itself
// filled by its own slot, the blank.
func (it *Item) personHash() string {
	switch {
	case it.Value != nil && it.Value.State != Plain:
		return it.labelHash()
	case it.Text.originalRaw != "":
		return textHash(it.Text.originalRaw)
	}
	return textHash(it.Text.raw)
}

func (it *Item) labelHash() string { return textHash("label " + it.Label) }

// lineBefore returns where the last line with text before offset's line ends.
func (s *source) lineBefore(offset int) int {
	at := s.lineStart(offset)
	for at > 0 {
		before := s.lineStart(at - 1)
		if strings.Trim(string(s.src[before:at]), " \t\r\n>") != "" {
			return s.lineEnd(before)
		}
		at = before
	}
	return 0
}

// A style writes items the way the run's blanks were, in the list's present
// markers and indentation.
type style struct {
	items   []regionItem
	eol     string
	prefix  string // indentation and quote signs in front of a marker
	current string // the present first marker, "" when it is as it was
	mixed   bool   // the document has line ends of both kinds
	moved   bool   // prefix differs from what it was
}

func (l *List) style(r *run, first *Item) style {
	d := l.doc
	st := style{items: r.items, eol: d.eol, mixed: d.mixed}
	st.prefix = blankOut(string(d.src[d.lineStart(first.marker):first.marker]))
	st.moved = st.prefix != blankOut(r.prefix)
	current := string(d.src[first.marker:first.Text.start])
	if current != r.items[0].marker {
		st.current = current
	}
	return st
}

// blankOut turns what stands before a marker into what stands before the
// markers on the lines below: a parent's marker becomes spaces.
func blankOut(prefix string) string {
	return strings.Map(func(r rune) rune {
		if r == '>' || r == ' ' || r == '\t' {
			return r
		}
		return ' '
	}, prefix)
}

// lead returns what stands between item k-1 and the marker of item k.
func (st style) lead(k int) string {
	n := len(st.items)
	if n < 2 {
		return st.eol + st.prefix
	}
	lead := st.items[min(k, n-1)].lead
	if !st.mixed { // the document's line ends may have been converted
		lead = strings.ReplaceAll(strings.ReplaceAll(lead, "\r\n", "\n"), "\n", st.eol)
	}
	if st.moved {
		between := strings.TrimRight(st.prefix, " \t") + st.eol // a blank line within the quote
		lead = st.eol + strings.Repeat(between, max(0, strings.Count(lead, "\n")-1)) + st.prefix
	}
	return lead
}

// marker returns the marker of item k, with its box and spaces.
func (st style) marker(k int) string {
	n := len(st.items)
	was := st.items[min(k, n-1)].marker
	num, rest, ordered := number(was)
	if ordered && k >= n {
		step := 1
		if n > 1 {
			if first, _, _ := number(st.items[0].marker); first == num {
				step = 0
			}
		}
		num += step * (k - n + 1)
		was = strconv.Itoa(num) + rest
	}
	if st.current == "" {
		return was
	}
	c, rest, now := number(st.current)
	switch {
	case !now:
		return st.current
	case ordered: // the same steps from where the list starts now
		first, _, _ := number(st.items[0].marker)
		return strconv.Itoa(max(0, c+num-first)) + rest
	}
	return strconv.Itoa(c+k) + rest
}

func (r *run) plainBlank(k int) string {
	t, _ := plain(r.items[min(k, len(r.items)-1)].content)
	return t
}
