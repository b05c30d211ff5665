package form

// Count returns how many of the texts that this fill sets match: slots, and
// items of lists.
func (d *Doc) Count(match func(markup string) bool) int {
	n := 0
	for _, s := range d.slots {
		if s.isPending && match(s.pending) {
			n++
		}
	}
	for _, l := range d.lists {
		for _, item := range l.pending {
			if match(item) {
				n++
			}
		}
	}
	return n
}
