package form

import (
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// A run is a stretch of blank items that follow each other in one list, or
// what was written in their place.
type run struct {
	original string // indentation NUL and the bytes from the first marker to the end of the last blank
	items    []regionItem
	prefix   string
}

// A regionItem is one blank item of a run: what stands before its marker, the
// marker with its spaces and box, and the blank.
type regionItem struct{ lead, marker, content string }

// An elem is an item of a list and what is known about it.
type elem struct {
	item  *Item
	run   int // -1: a person's
	state State
	hash  string // of what was written there, "" where nothing was
}

var regionLine = regexp.MustCompile(`^([ \t>]*)((?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)(\S.*?)([ \t\r]*)$`)

// newRun splits the bytes of blank items.
func newRun(original string) *run {
	r := &run{original: original}
	region := original
	if i := strings.IndexByte(original, 0); i >= 0 {
		r.prefix, region = original[:i], original[i+1:]
	}
	lead := ""
	lines := strings.Split(region, "\n")
	for i, line := range lines {
		end := "\n"
		if i == len(lines)-1 {
			end = ""
		}
		if m := regionLine.FindStringSubmatch(line); m != nil {
			r.items = append(r.items, regionItem{lead + m[1], m[2], m[3]})
			lead = m[4] + end
		} else {
			lead += line + end
		}
	}
	return r
}

// blankItem reports whether an item is nothing but a blank on one line.
func (it *Item) blankItem(d *Doc) bool {
	return it.simple && it.whole && it.marker >= 0 && it.Label == "" && it.Text.plain && isBlank(it.Text.Text) &&
		!strings.Contains(string(d.src[it.Text.start:it.Text.end]), "\n")
}

// blankRun makes a run of consecutive blank items; nil when the bytes between
// them are not only white space and quote signs.
func (l *List) blankRun(items []*Item) *run {
	first, last := items[0], items[len(items)-1]
	original := string(l.doc.src[first.marker:last.end])
	if prefix := l.doc.src[l.doc.lineStart(first.marker):first.marker]; len(prefix) > 0 {
		original = string(prefix) + "\x00" + original
	}
	r := newRun(original)
	if len(r.items) != len(items) {
		return nil
	}
	for i, it := range r.items {
		if it.content != items[i].Text.raw || strings.Trim(it.lead, " \t\r\n>") != "" {
			return nil
		}
	}
	return r
}

// recallLists finds the runs of the section's lists: those remembered, and
// those that are blank. Outer lists come first, for what inner ones are called
// depends on which items of the outer are a person's.
func (s *Section) recallLists(remembered []*memSection) {
	var old []*memList
	for _, m := range remembered {
		old = append(old, m.lists...)
	}
	for i, l := range s.Lists {
		l.name = strconv.Itoa(i + 1)
	}
	for lists := s.Lists; len(lists) > 0; {
		var inner []*List
		taken, rest := matchLists(lists, old)
		old = rest
		for i, l := range lists {
			l.elems, l.runs = make([]elem, len(l.Items)), nil
			for j, it := range l.Items {
				l.elems[j] = elem{item: it, run: -1}
				it.Text.owner = nil
				inner = append(inner, it.Lists...)
			}
			if ml := taken[i]; ml != nil {
				l.align(ml)
			}
			l.findBlanks()
			l.nameItems()
		}
		lists = inner
	}
}

// matchLists finds which list each remembered one is: the one that holds most
// of its items, else the one in its place. It returns those left over, too.
func matchLists(lists []*List, old []*memList) (map[int]*memList, []*memList) {
	taken := map[int]*memList{}
	if len(old) == 0 {
		return taken, nil
	}
	named := map[string][]int{}       // lists under items that fills write share a name
	where := map[string]map[int]int{} // item → list → how many
	for i, l := range lists {
		named[listKey(l.name)] = append(named[listKey(l.name)], i)
		for _, it := range l.Items {
			h := textHash(it.Text.raw)
			if where[h] == nil {
				where[h] = map[int]int{}
			}
			if len(where[h]) < 64 || where[h][i] > 0 {
				where[h][i]++
			}
		}
	}
	// Those whose every item is in place are settled before others are looked
	// for elsewhere.
	var open, rest []*memList
	free := func(ml *memList, scores map[int]int) (own, score int) { // the first of its name that fits best
		own, score = -1, -1
		for _, i := range named[ml.key] {
			if taken[i] == nil && scores[i] > score {
				own, score = i, scores[i]
			}
		}
		return own, score
	}
	for _, ml := range old {
		scores, all := ml.scores(where)
		if own, n := free(ml, scores); n == all {
			taken[own] = ml
		} else {
			open = append(open, ml)
		}
	}
	sort.SliceStable(open, func(i, j int) bool { return len(named[open[i].key]) > 0 && len(named[open[j].key]) == 0 })
	for _, ml := range open {
		if len(lists) == 0 || ml.key[0] != listKey(lists[0].name)[0] {
			rest = append(rest, ml) // of another depth
			continue
		}
		scores, _ := ml.scores(where)
		best, at := 0, -1
		if own, n := free(ml, scores); own >= 0 {
			best, at = 2*n+1, own
		}
		for i, n := range scores {
			if taken[i] == nil && (2*n > best || 2*n == best && i < at) {
				best, at = 2*n, i
			}
		}
		if at >= 0 {
			taken[at] = ml
		} else {
			rest = append(rest, ml)
		}
	}
	return taken, rest
}

// scores counts by list how many of the items written are found there, and how
// many were written.
func (ml *memList) scores(where map[string]map[int]int) (found map[int]int, all int) {
	count := map[string]int{}
	for _, r := range ml.runs {
		for _, it := range r.items {
			if it.ours {
				count[it.hash]++
				all++
			}
		}
	}
	found = map[int]int{}
	for h, n := range count {
		for i, m := range where[h] {
			found[i] += min(n, m)
		}
	}
	return found, all
}

// align matches the list's items with those remembered, in order.
func (l *List) align(ml *memList) {
	type oldItem struct {
		memItem
		run int
	}
	var old []oldItem
	for _, r := range ml.runs {
		nr := newRun(r.original)
		if len(nr.items) == 0 {
			continue
		}
		l.runs = append(l.runs, nr)
		for _, it := range r.items {
			old = append(old, oldItem{it, len(l.runs) - 1})
		}
	}
	hashes, labels := make([]string, len(l.Items)), make([]string, len(l.Items))
	for i, it := range l.Items {
		if !it.Text.detached {
			hashes[i], labels[i] = textHash(it.Text.raw), it.labelHash()
		}
	}
	pairs := common(len(old), len(hashes), func(o, n int) bool {
		return old[o].hash == hashes[n] || !old[o].ours && old[o].hash == labels[n]
	})
	place := func(n int) bool { return !l.Items[n].Text.detached && l.Items[n].marker >= 0 }
	take := func(o, n int, same bool) {
		if !old[o].ours || !place(n) {
			return
		}
		it := l.Items[n]
		e := elem{item: it, run: old[o].run, state: Edited, hash: old[o].hash}
		switch {
		case it.blankItem(l.doc):
			e.state = Blank
		case same && it.alone && it.whole:
			// What follows may have come under it when items were removed.
			e.state = Written
		}
		l.elems[n] = e
		l.claim(e)
	}
	o, n := 0, 0
	for _, p := range append(pairs, [2]int{len(old), len(hashes)}) {
		for ; o < p[0] && n < p[1]; n++ {
			if place(n) {
				take(o, n, false)
				o++
			}
		}
		if p[0] < len(old) {
			take(p[0], p[1], true)
		}
		o, n = p[0]+1, p[1]+1
	}
}

// claim makes an item's slots those of a written item: it has no label.
func (l *List) claim(e elem) {
	it := e.item
	it.Text.owner = l
	if e.state == Blank {
		return
	}
	it.Text.State, it.Text.hash, it.Text.kind = e.state, e.hash, bySet
	blank := l.runs[e.run].items[0].content
	it.Text.originalRaw = blank
	it.Text.Original, _ = plain(blank)
	if it.Value != nil {
		it.Value.detached, it.Value.State = true, Plain
		it.Value, it.Label = nil, ""
	}
}

// findBlanks makes runs of the blank items that are in none yet, and puts the
// runs in the order in which they stand. A blank that a person put between
// items of one run belongs to it.
func (l *List) findBlanks() {
	for i := 0; i < len(l.elems); i++ {
		if l.elems[i].run >= 0 || !l.elems[i].item.blankItem(l.doc) {
			continue
		}
		if i > 0 && l.elems[i-1].run >= 0 && l.elems[i-1].hash != "" {
			if next := l.nextRun(i); next == l.elems[i-1].run {
				l.elems[i].run, l.elems[i].state, l.elems[i].hash = next, Blank, l.elems[i-1].hash
				l.claim(l.elems[i])
				continue
			}
		}
		j := i
		var items []*Item
		layout := l.layout(l.elems[i].item)
		for j < len(l.elems) && l.elems[j].run < 0 && l.elems[j].item.blankItem(l.doc) && l.layout(l.elems[j].item) == layout {
			items = append(items, l.elems[j].item)
			j++
		}
		r := l.blankRun(items)
		if r == nil {
			j, items = i+1, items[:1]
			if r = l.blankRun(items); r == nil {
				continue
			}
		}
		l.runs = append(l.runs, r)
		for k := i; k < j; k++ {
			l.elems[k].run, l.elems[k].state = len(l.runs)-1, Blank
			l.claim(l.elems[k])
		}
		i = j - 1
	}
	var order []*run
	place := map[int]int{}
	for i, e := range l.elems {
		if e.run < 0 {
			continue
		}
		if _, ok := place[e.run]; !ok {
			place[e.run] = len(order)
			order = append(order, l.runs[e.run])
		}
		l.elems[i].run = place[e.run]
	}
	l.runs = order
}

// layout returns the indentation and marker of an item, without its number.
// The items of a run share it, so that what follows them keeps its place when
// some of them go.
func (l *List) layout(it *Item) string {
	before := l.doc.src[l.doc.lineStart(it.marker):it.marker]
	_, rest, _ := number(string(l.doc.src[it.marker:it.Text.start]))
	return blankOut(string(before)) + rest
}

// nextRun returns the run of the next item that is in one, -1 without.
func (l *List) nextRun(i int) int {
	for _, e := range l.elems[i:] {
		if e.run >= 0 {
			return e.run
		}
	}
	return -1
}

// common returns the pairs of a longest common subsequence, or of a greedy one
// where that would take too long.
func common(n, m int, same func(i, j int) bool) [][2]int {
	var pairs [][2]int
	if n == 0 || m == 0 {
		return nil
	}
	if n*m > 1<<20 {
		for i, j := 0, 0; i < n && j < m; i++ {
			for k := j; k < m && k < j+100; k++ {
				if same(i, k) {
					pairs = append(pairs, [2]int{i, k})
					j = k + 1
					break
				}
			}
		}
		return pairs
	}
	length := make([][]int, n+1)
	for i := range length {
		length[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if same(i, j) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case same(i, j):
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// number returns the number of an ordered marker, and whether it has one.
func number(marker string) (n int, rest string, ok bool) {
	i := 0
	for i < len(marker) && marker[i] >= '0' && marker[i] <= '9' {
		i++
	}
	if i == 0 {
		return 0, marker, false
	}
	n, _ = strconv.Atoi(marker[:i])
	return n, marker[i:], true
}
