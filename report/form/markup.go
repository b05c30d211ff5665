package form

// Markup returns the Markdown that stood in the slot before the first fill,
// fit to be given to Amend with something behind it.
func (s *Slot) Markup() string { return s.originalRaw }
