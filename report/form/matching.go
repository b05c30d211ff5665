package form

// A matching pairs what is remembered with what the document has, by name and
// by traces of text.
type matching struct {
	old, new []string // names
	score    func(o, n int) int
	traces   func(o int) []string
	has      func(n int) map[string]bool
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
	return m.matched
}

func (m *matching) take(o, n int) { m.matched[o], m.taken[n] = n, true }

func (m *matching) byNameAndText(os, ns []int) {
	const many = 1 << 16 // comparisons, beyond which order decides
	for i, o := range os {
		best, at := 0, -1
		from, to := 0, len(ns)
		if len(os)*len(ns) > many {
			from, to = min(i, len(ns)), min(i+1, len(ns))
		}
		for _, n := range ns[from:to] {
			if m.taken[n] {
				continue
			}
			if sc := m.score(o, n); sc > best {
				best, at = sc, n
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
	for o, n := range m.matched {
		if n >= 0 {
			continue
		}
		all := m.traces(o)
		scores := map[int]int{}
		for _, t := range all {
			for _, i := range where[t] {
				scores[i]++
			}
		}
		best, at := 0, -1
		for i, sc := range scores {
			if !m.taken[i] && (sc > best || sc == best && at > i) {
				best, at = sc, i
			}
		}
		if at >= 0 && convinced(best, len(all)) {
			m.take(o, at)
		}
	}
}
