package form

import "strings"

// recall matches the document's slots with what the memory holds and decides
// which were written by an earlier fill and which of those a person changed.
//
// Sections, then rows and labels, then cells are matched by what they are
// called; several of one name by how much of their text is known again. A
// section, row or column that was renamed is known again by its text alone.
func (d *Doc) recall(m *memory) {
	views := make([]*sectionView, len(d.Sections))
	newKeys := make([]string, len(d.Sections))
	for i, s := range d.Sections {
		newKeys[i] = sectionKey(s.Path)
		if d.remembers {
			s.recallLists(nil) // names as they would be without a memory
			views[i] = view(s)
		}
	}
	oldKeys := make([]string, len(m.sections))
	for i, s := range m.sections {
		oldKeys[i] = s.key
	}
	matched := (&matching{
		old: oldKeys, new: newKeys, enough: 4,
		nth:    sameNth(func(o int) int { return m.sections[o].nth }, newKeys),
		score:  func(o, n int) int { return views[n].score(m.sections[o]) },
		traces: func(o int) []string { return m.sections[o].traces() },
		has:    func(n int) map[string]bool { return views[n].traces },
	}).solve()
	remembered := make([][]*memSection, len(d.Sections))
	for o, n := range matched {
		if n >= 0 {
			remembered[n] = append(remembered[n], m.sections[o])
		}
	}
	for i, s := range d.Sections {
		s.recallLists(remembered[i])
		var old []*memGroup
		for _, ms := range remembered[i] {
			old = append(old, ms.groups...)
		}
		if len(old) > 0 {
			view(s).recallGroups(old)
		}
	}
}

// A sectionView is a section's slots as the memory names them.
type sectionView struct {
	section *Section
	groups  []*groupView
	traces  map[string]bool // group, column and text of every slot; text of every list item
	places  map[string]bool // group and column of every slot
}

type groupView struct {
	key    string
	slots  []*Slot
	cols   []string
	traces map[string]bool // column and text
}

func view(s *Section) *sectionView {
	v := &sectionView{section: s, traces: map[string]bool{}, places: map[string]bool{}}
	var last *groupView
	row := -1
	for _, slot := range s.slots {
		if last == nil || slot.row != row {
			last = &groupView{key: groupKey(slot.group), traces: map[string]bool{}}
			v.groups = append(v.groups, last)
			row = slot.row
		}
		col := colKey(slot.col)
		last.slots = append(last.slots, slot)
		last.cols = append(last.cols, col)
		v.places[last.key+col] = true
		for _, h := range slot.hashes() {
			last.traces[col+h] = true
			v.traces[last.key+col+h] = true
			v.traces[col+h] = true
		}
	}
	for _, l := range s.allLists {
		for _, it := range l.Items {
			v.traces["*"+textHash(it.Text.raw)] = true
		}
	}
	return v
}

// score tells how well a section of the same name fits: by its text, and where
// that says nothing, by its rows and columns.
func (v *sectionView) score(s *memSection) int {
	places := 0
	for _, g := range s.groups {
		for _, c := range g.cells {
			if v.places[g.key+c.col] {
				places++
			}
		}
	}
	for range s.lists {
		if len(v.section.allLists) > 0 {
			places++
		}
	}
	return fit(s.traces(), v.traces) + min(places, 900)
}

// traces returns what the section is known by: every cell by row, column and
// text and again without the row, whose label may have been amended, and every
// item twice.
func (s *memSection) traces() []string {
	var all []string
	for _, g := range s.groups {
		for _, c := range g.cells {
			all = append(all, g.key+c.col+c.hash, c.col+c.hash)
		}
	}
	for _, l := range s.lists {
		for _, r := range l.runs {
			for _, it := range r.items {
				if it.ours {
					all = append(all, "*"+it.hash, "*"+it.hash)
				}
			}
		}
	}
	return all
}

func (g *memGroup) traces() []string {
	var all []string
	for _, c := range g.cells {
		all = append(all, c.col+c.hash)
	}
	return all
}

// hashes returns the digests of the value and of the longer ones it may have.
func (s *Slot) hashes() []string {
	if s.digests != nil {
		return s.digests
	}
	all := []string{textHash(s.raw)}
	for _, c := range s.longer {
		all = append(all, textHash(c.raw))
	}
	s.digests = all
	return all
}

// knows reports whether the slot's words have that digest, and takes the
// lines that belong to them.
func (s *Slot) knows(hash string) bool {
	for i, h := range s.hashes() {
		if h == hash {
			if i > 0 {
				s.end = s.longer[i-1].end
				s.read(s.longer[i-1].raw)
				s.longer, s.digests = nil, nil
			}
			return true
		}
	}
	return false
}

func (v *sectionView) recallGroups(old []*memGroup) {
	var named []*memGroup
	paragraph := groupKey("paragraph")
	loose := map[string][]*memCell{}
	for _, g := range old {
		if g.key != paragraph {
			named = append(named, g)
			continue
		}
		for _, c := range g.cells {
			loose[c.hash] = append(loose[c.hash], c)
		}
	}
	var groups []*groupView
	for _, g := range v.groups {
		if g.slots[0].role != inParagraph {
			groups = append(groups, g)
		} else if h := textHash(g.slots[0].raw); len(loose[h]) > 0 {
			g.slots[0].written(loose[h][0])
			loose[h] = loose[h][1:]
		}
	}
	oldKeys, newKeys := make([]string, len(named)), make([]string, len(groups))
	for i, g := range named {
		oldKeys[i] = g.key
	}
	called := amendedRows(named)
	for i, g := range groups {
		newKeys[i] = g.key
		if first := g.slots[0]; first.role == rowLabel {
			if key := called[g.cols[0]+textHash(first.raw)]; key != "" {
				newKeys[i] = key
			}
		}
	}
	matched := (&matching{
		old: oldKeys, new: newKeys, enough: 2,
		nth:    sameNth(func(o int) int { return named[o].nth }, newKeys),
		idle:   func(o, n int) bool { return groups[n].blank(named[o].cells) },
		score:  func(o, n int) int { return fit(named[o].traces(), groups[n].traces) },
		traces: func(o int) []string { return named[o].traces() },
		has:    func(n int) map[string]bool { return groups[n].traces },
	}).solve()
	cells := make([][]*memCell, len(groups))
	for o, n := range matched {
		if n >= 0 {
			cells[n] = append(cells[n], named[o].cells...)
		}
	}
	for i, g := range groups {
		if len(cells[i]) > 0 {
			g.recallCells(cells[i])
		}
	}
}

// amendedRows returns, by column and text of an amended label, the name that
// rows had before; "" where rows of different names came to read alike. Without
// it several rows of one name would be told apart by their text alone.
func amendedRows(old []*memGroup) map[string]string {
	called := map[string]string{}
	for _, g := range old {
		for _, c := range g.cells {
			if c.kind != byAmend || groupKey("row "+fullKey(c.original)) != g.key {
				continue
			}
			at := c.col + c.hash
			if was, seen := called[at]; seen && was != g.key {
				called[at] = ""
			} else {
				called[at] = g.key
			}
		}
	}
	return called
}

// blank reports whether all of these cells are blanks now, or changed plans,
// which are nobody's; or the label of the row was itself a blank, so that its
// name says nothing.
func (g *groupView) blank(cells []*memCell) bool {
	for i, s := range g.slots {
		for _, c := range cells {
			if g.cols[i] == c.col && s.role == rowLabel && c.kind == bySet {
				return true
			}
			if g.cols[i] == c.col && c.kind != byAmend && !s.isBlank() {
				return false
			}
		}
	}
	return true
}

// recallCells matches the cells of one row, or the one slot of a label.
func (g *groupView) recallCells(cells []*memCell) {
	known := make([]bool, len(g.slots))
	has := map[string]bool{}
	for _, c := range g.cols {
		has[c] = true
	}
	match := func(fits func(i int, c *memCell) bool, then func(*Slot, *memCell)) {
		for i, s := range g.slots {
			for _, c := range cells {
				if !known[i] && !c.claimed && fits(i, c) {
					known[i], c.claimed = true, true
					then(s, c)
				}
			}
		}
	}
	match(func(i int, c *memCell) bool { return g.cols[i] == c.col && g.slots[i].knows(c.hash) }, (*Slot).written)
	match(func(i int, c *memCell) bool { return g.cols[i] == c.col }, (*Slot).changed)
	match(func(i int, c *memCell) bool { return !has[c.col] && g.slots[i].knows(c.hash) }, (*Slot).written)
	if first := g.slots[0]; first.role == rowLabel && first.hash != "" {
		for _, s := range g.slots {
			s.group = "row " + fullKey(first.originalRaw)
		}
	}
}

// written takes a slot for what the memory says was written.
func (s *Slot) written(c *memCell) {
	s.State, s.kind, s.hash, s.originalRaw = Written, c.kind, c.hash, c.original
	s.Original, _ = plain(c.original)
	if c.kind != byTick && s.isBlank() {
		s.State, s.kind, s.hash = Plain, 0, "" // settled as a blank
	}
}

// changed takes a slot for one whose words a person changed. A blank put back
// is a blank, and a changed plan is the new plan.
func (s *Slot) changed(c *memCell) {
	if c.kind == byAmend || s.isBlank() {
		return
	}
	s.written(c)
	s.State = Edited
}

// fit scores what is remembered against what stands there: what is found again
// counts most, then that nothing is missing. Nothing found is 0.
func fit(traces []string, has map[string]bool) int {
	n := 0
	for _, t := range traces {
		if has[t] {
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return 1000*n - min(len(traces)-n, 99)
}

// sameNth compares an ordinal with that of a name among its equals.
func sameNth(old func(o int) int, names []string) func(o, n int) bool {
	count := map[string]int{}
	ordinals := make([]int, len(names))
	for i, k := range names {
		count[k]++
		ordinals[i] = count[k]
	}
	return func(o, n int) bool { return old(o) == ordinals[n] }
}

// quoted shortens text for a remark.
func quoted(text string) string {
	text = strings.TrimSpace(text)
	if r := []rune(text); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return text
}
