package form

import (
	"sort"
	"strings"
)

// A matching pairs what is remembered with what the document has, by name and
// by traces of text.
type matching struct {
	old, new []string // names
	score    func(o, n int) int
	traces   func(o int) []string
	has      func(n int) map[string]bool
	// nth reports whether both are the same one of several of one name.
	nth func(o, n int) bool
	// idle reports that nothing can have been written where n is, so that the
	// name alone says nothing; nil for never.
	idle   func(o, n int) bool
	enough int // traces that are enough to know something by text alone

	matched []int // by old: the new one, -1 for none
	taken   []bool
}

// solve pairs in rounds: what has the same name and some of the text; what has
// most of the text; what has the same name, unless nothing is written there;
// what has enough of the text; what has the same name. Where more old ones than new ones bear a name, as a merge leaves them,
// the rest go to the first.
func (m *matching) solve() []int {
	m.matched, m.taken = make([]int, len(m.old)), make([]bool, len(m.new))
	news, olds := map[string][]int{}, map[string][]int{}
	for n, k := range m.new {
		news[k] = append(news[k], n)
	}
	var order []string
	for o, k := range m.old {
		m.matched[o] = -1
		if len(olds[k]) == 0 {
			order = append(order, k)
		}
		olds[k] = append(olds[k], o)
	}
	for _, k := range order {
		m.byNameAndText(olds[k], news[k])
	}
	m.byText(func(best, all int) bool { return best >= m.enough && 2*best > all })
	for _, k := range order {
		m.byName(olds[k], news[k], m.idle)
	}
	m.byText(func(best, all int) bool { return best >= m.enough || 2*best >= all })
	for _, k := range order {
		m.byName(olds[k], news[k], nil)
	}
	for _, k := range order {
		for _, o := range olds[k] {
			if m.matched[o] < 0 && len(news[k]) > 0 {
				m.matched[o] = news[k][0]
			}
		}
	}
	m.untangle()
	return m.matched
}

// untangle pairs those of which the same is remembered in the order of both:
// text cannot tell them apart, and pairs that cross would cross back when the
// document is filled again.
func (m *matching) untangle() {
	alike := map[string][]int{}
	var order []string
	for o, n := range m.matched {
		if n < 0 {
			continue
		}
		t := strings.Join(m.traces(o), " ")
		if len(alike[t]) == 0 {
			order = append(order, t)
		}
		alike[t] = append(alike[t], o)
	}
	for _, t := range order {
		var to []int
		for _, o := range alike[t] {
			to = append(to, m.matched[o])
		}
		sort.Ints(to)
		for i, o := range alike[t] {
			m.matched[o] = to[i]
		}
	}
}

func (m *matching) take(o, n int) { m.matched[o], m.taken[n] = n, true }

// byNameAndText pairs several of one name in order, such that most of their
// text is found again, and those that were reordered by what fits best.
func (m *matching) byNameAndText(os, ns []int) {
	const many = 1 << 16 // comparisons, beyond which order decides
	if len(os)*len(ns) > many {
		for i := range min(len(os), len(ns)) {
			if m.score(os[i], ns[i]) > 0 {
				m.take(os[i], ns[i])
			}
		}
		return
	}
	scores := make([][]int, len(os))
	best := make([][]int, len(os)+1) // of what follows
	best[len(os)] = make([]int, len(ns)+1)
	for i := range os {
		scores[i], best[i] = make([]int, len(ns)), make([]int, len(ns)+1)
		for j := range ns {
			scores[i][j] = m.score(os[i], ns[j])
			if len(ns) > 1 && m.nth(os[i], ns[j]) && (m.idle == nil || !m.idle(os[i], ns[j])) {
				scores[i][j] += 50
			}
		}
	}
	for i := len(os) - 1; i >= 0; i-- {
		for j := len(ns) - 1; j >= 0; j-- {
			best[i][j] = max(scores[i][j]+best[i+1][j+1], best[i+1][j], best[i][j+1])
		}
	}
	for i, j := 0, 0; i < len(os) && j < len(ns); {
		switch {
		case scores[i][j] > 0 && best[i][j] == scores[i][j]+best[i+1][j+1]:
			m.take(os[i], ns[j])
			i, j = i+1, j+1
		case best[i][j] == best[i][j+1]:
			j++
		default:
			i++
		}
	}
	for i, o := range os {
		if m.matched[o] >= 0 {
			continue
		}
		top, at := 0, -1
		for j, n := range ns {
			if !m.taken[n] && scores[i][j] > top {
				top, at = scores[i][j], n
			}
		}
		if at >= 0 {
			m.take(o, at)
		}
	}
}

func (m *matching) byName(os, ns []int, idle func(o, n int) bool) {
	j := 0
	for _, o := range os {
		if m.matched[o] >= 0 {
			continue
		}
		for j < len(ns) && (m.taken[ns[j]] || idle != nil && idle(o, ns[j])) {
			j++
		}
		if j < len(ns) {
			m.take(o, ns[j])
		}
	}
}

func (m *matching) byText(convinced func(best, all int) bool) {
	left := false
	for _, n := range m.matched {
		left = left || n < 0
	}
	if !left {
		return
	}
	where := map[string][]int{}
	for n, taken := range m.taken {
		if taken {
			continue
		}
		for t := range m.has(n) {
			if len(where[t]) < 32 {
				where[t] = append(where[t], n)
			}
		}
	}
	type pair struct{ score, o, n int }
	var pairs []pair
	all := make([]int, len(m.matched))
	for o, n := range m.matched {
		if n >= 0 {
			continue
		}
		traces := m.traces(o)
		all[o] = len(traces)
		scores := map[int]int{}
		for _, t := range traces {
			for _, i := range where[t] {
				scores[i]++
			}
		}
		for i, sc := range scores {
			pairs = append(pairs, pair{sc, o, i})
		}
	}
	// The best known first, so that one does not take what is all of another.
	sort.Slice(pairs, func(i, j int) bool {
		a, b := pairs[i], pairs[j]
		switch {
		case a.score != b.score:
			return a.score > b.score
		case a.o != b.o:
			return a.o < b.o
		}
		return a.n < b.n
	})
	for _, p := range pairs {
		if m.matched[p.o] < 0 && !m.taken[p.n] && convinced(p.score, all[p.o]) {
			m.take(p.o, p.n)
		}
	}
}
