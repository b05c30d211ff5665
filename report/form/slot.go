package form

import (
	"regexp"
	"strings"
)

// A role says what kind of place a slot is.
type role uint8

const (
	inCell role = iota
	rowLabel
	inField
	inParagraph
	inItem
	inValue
	inBox
)

// A kind says how a slot was filled; it is what stands in the memory.
type kind byte

const (
	bySet   kind = '='
	byAmend kind = '~'
	byTick  kind = '!'
)

// A candidate is another place where a value may end: behind lines that a
// formatter wrapped, or that a person wrote under it.
type candidate struct {
	end int
	raw string
}

// read takes the slot's present words.
func (s *Slot) read(raw string) {
	s.raw = raw
	s.Text, s.plain = plain(raw)
}

// isBlank reports whether a blank stands in the slot now; in a table's cell an
// empty box is one, too.
func (s *Slot) isBlank() bool {
	return s.plain && (isBlank(s.Text) || s.role == inCell && s.Text == "[ ]")
}

// settle decides what recall left open.
func (s *Slot) settle() {
	if s.State == Plain && s.hash == "" && s.role != inBox && s.isBlank() {
		s.State = Blank
	}
	if s.State == Plain || s.State == Blank {
		s.Original, s.originalRaw = s.Text, s.raw
		if s.start < s.end {
			s.originalRaw = string(s.doc.src[s.start:s.end])
		}
	}
}

// Set fills a slot that is Blank or Written by an earlier Set with markup (text that came from
// outside must have gone through Escape). On an Edited slot it keeps the
// person's text and records that, unless the Doc overwrites (call Overwrite
// first). On a Plain slot, and on one that was amended, it does nothing and reports false; when the document
// has lost the memory of what was written, that is recorded too, because the
// words may be an earlier fill's. Empty markup is no fill.
func (s *Slot) Set(markup string) bool {
	if s == nil || s.doc == nil || s.detached {
		return false
	}
	s.doc.touched = true
	m := s.sanitise(markup)
	if m == "" {
		return false
	}
	switch {
	case s.State == Written && s.kind == byAmend:
		return false // a plan, as it was before the amendment
	case s.State == Plain:
		s.kept = !s.doc.remembers && essence(m) != essence(s.raw)
		return false
	case s.State == Edited && !s.doc.overwrite:
		s.kept = true
		return false
	}
	s.kind = bySet
	s.pending, s.isPending, s.takenBack = m+s.references(), true, false
	return true
}

// references returns the footnote references that the blank itself had: they
// are a person's and stay behind the figure.
func (s *Slot) references() string {
	return strings.Join(footnoteReference.FindAllString(s.originalRaw, -1), "")
}

var footnoteReference = regexp.MustCompile(`\[\^[^\]\[\s]+\]`)

// Amend replaces the text of a slot that states a plan (Plain, or Written by
// an earlier Amend), keeping Original for the next fill. Amending with
// Original takes an earlier amendment back. A person's change to an amended
// text makes it the new plan: the slot is Plain then, with Original = Text.
// Amending a Blank slot fills it.
func (s *Slot) Amend(markup string) {
	if s == nil || s.doc == nil || s.detached || s.role == inBox {
		return
	}
	if s.State == Blank || s.State == Edited || s.State == Written && s.kind == bySet {
		s.Set(markup)
		return
	}
	s.doc.touched = true
	m := s.sanitise(markup)
	if m == "" || m == s.Original || essence(m) == essence(s.originalRaw) {
		s.isPending, s.takenBack = false, true
		return
	}
	s.kind = byAmend
	s.pending, s.isPending, s.takenBack = m, true, false
}

// Tick sets a task box that is empty or was ticked by an earlier fill. A box
// that a person ticked stays, and so does one that a person emptied again.
func (it *Item) Tick(done bool) {
	s := it.Box
	if s == nil || it.Text.owner != nil {
		return
	}
	s.doc.touched = true
	switch {
	case s.State == Edited && !s.doc.overwrite:
		s.kept = done
	case !done:
		s.isPending, s.takenBack = false, true
	case s.State == Plain && s.raw != "[ ]":
	default:
		s.kind, s.pending, s.isPending, s.takenBack = byTick, "[x]", true, false
	}
}

// sanitise makes markup fit for one line at this place, such that reading the
// document again finds the same value.
func (s *Slot) sanitise(markup string) string {
	m := oneLine(markup)
	if s.role == inCell || s.role == rowLabel {
		m = cellPipes(m)
	}
	if s.role == inItem || s.role == inParagraph || s.doc.startsLine(s.start) {
		m = guardStart(m)
	}
	if s.role == inParagraph {
		if _, value, ok := boldLabel(m); ok { // it must not become a field
			m = m[:value-1] + `\` + m[value-1:]
		}
	}
	return m
}

// oneLine returns markup without line ends and without what is not part of a
// value at its ends.
func oneLine(markup string) string {
	m := strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, markup), "\uFFFD")
	a, b := trimValue(m, false)
	m = m[a:b]
	if (len(m)-len(strings.TrimRight(m, `\`)))%2 == 1 {
		m += `\`
	}
	return m
}

// cellPipes escapes the pipes that would end a cell.
func cellPipes(m string) string {
	var b strings.Builder
	for i := 0; i < len(m); i++ {
		if m[i] != '|' {
			b.WriteByte(m[i])
			continue
		}
		if i == 0 || m[i-1] != '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte('|')
	}
	m = b.String()
	if strings.HasSuffix(m, `\|`) { // a row may end without a pipe of its own
		m = strings.TrimSuffix(m, `\|`) + "&#124;"
	}
	return m
}

var blockStart = regexp.MustCompile(`^(?:#{1,6}(?:[ \t]|$)|[-+*](?:[ \t]|$)|>|\d{1,9}[.)](?:[ \t]|$)|(?:\* *){3,}$|(?:- *){3,}$|(?:_ *){3,}$|=+ *$|-+ *$|` +
	"```|~~~" + `|\[[ xX]\](?:[ \t]|$)|\[[^\]]*\]:|<|\||:?-+:? *(?:\||$))`)

// guardStart keeps markup at the start of a line from being read as a block:
// a heading, list item, quote, rule, code fence, definition or HTML.
func guardStart(m string) string {
	if !blockStart.MatchString(m) {
		return m
	}
	if c := m[0]; c >= '0' && c <= '9' {
		i := strings.IndexAny(m, ".)")
		return m[:i] + `\` + m[i:]
	}
	return `\` + m
}

// startsLine reports whether only white space, quote signs and list markers
// stand before offset in its line.
func (s *source) startsLine(offset int) bool {
	return strings.Trim(string(s.src[s.lineStart(offset):offset]), " \t>-+*.)0123456789") == ""
}

// Overwrite makes Set replace a person's text in filled slots. It is called
// before any Set.
func (d *Doc) Overwrite() { d.overwrite, d.touched = true, true }
