package form

// Find returns the sections whose heading's Key is title's, in document order;
// under, when given, restricts them to those with each of these Keys above.
func (d *Doc) Find(title string, under ...string) []*Section {
	want := Key(title)
	var found []*Section
	for _, s := range d.Sections {
		if s.Level > 0 && s.Key() == want && s.isUnder(under) {
			found = append(found, s)
		}
	}
	return found
}

// Key returns the Key of the section's heading, "" before the first heading.
func (s *Section) Key() string {
	if len(s.Path) == 0 {
		return ""
	}
	return s.Path[len(s.Path)-1]
}

func (s *Section) isUnder(under []string) bool {
	for _, u := range under {
		u, found := Key(u), false
		for _, p := range s.Path[:len(s.Path)-1] {
			found = found || p == u
		}
		if !found {
			return false
		}
	}
	return true
}

// Cell returns the row's cell in the column whose header has that Key, or nil.
func (t *Table) Cell(r *Row, column string) *Slot {
	want := Key(column)
	for i, h := range t.Header {
		if Key(h) == want {
			if i < len(r.Cells) {
				return r.Cells[i]
			}
			return nil
		}
	}
	return nil
}

// Label returns the row's label: its first cell as it was before the first
// fill, "" for a row without cells.
func (r *Row) Label() string {
	if len(r.Cells) == 0 {
		return ""
	}
	return r.Cells[0].Original
}
