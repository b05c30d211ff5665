// Package form reads a Markdown document as a form: sections, tables, lists
// and the slots in them, each with its byte position; and fills slots by
// splicing bytes, so that whatever is not filled comes out as it went in.
package form

// A Doc is a parsed document.
type Doc struct {
	Name     string
	Sections []*Section // in document order, nested ones too; the text before the first heading is a section of its own with level 0
}

// A Section is a heading and what stands under it, up to the next heading of
// any level.
type Section struct {
	Title  string   // plain text as written: "📊 3. Results Summary"
	Path   []string // Key of every heading above it and of itself, outermost first
	Level  int
	Line   int
	Tables []*Table
	Lists  []*List
	Fields []*Slot // "**Label**: value" lines of paragraphs, Label set
}

// A Table is a GFM table.
type Table struct {
	Line   int
	Header []string // plain text
	Rows   []*Row
}

// A Row is one row of a table. Cells may be fewer than the header's.
type Row struct {
	Line  int
	Cells []*Slot
}

// A List is a bullet, ordered or task list with its items.
type List struct {
	Line    int
	Ordered bool
	Items   []*Item
}

// An Item is one item of a list. For "- **Label**: value" Label and Value are
// set; Box is set for task items; Text is the whole of its first paragraph.
type Item struct {
	Line  int
	Label string
	Value *Slot // after the label; nil without one
	Text  *Slot
	Box   *Slot // "[ ]" or "[x]"
	Lists []*List
}

// A State says whose words stand in a slot.
type State uint8

// The states of a slot.
const (
	Plain   State = iota // a person's words, or the plan's
	Blank                // TBD, ⏳ …: to be filled
	Written              // what was written by an earlier fill
	Edited               // a person changed what an earlier fill had written
)

// A Slot is a stretch of the document that may be read or filled.
type Slot struct {
	Label string // row label, item label or field label
	Text  string // the plain text that stands there now
	// Original is the text before the first fill ("TBD%"); Text where the slot
	// was never filled. Plans are read from it.
	Original string
	State    State
	Line     int
	Column   int
	// unexported: byte range, key, pending edit
}

// Parse reads a document. name is used in messages.
func Parse(name string, src []byte) (*Doc, error) { panic("to be written") }

// Key reduces a heading or label to what it is matched by: lower case, no
// emphasis, emoji, numbering, parentheses or punctuation, single spaces,
// singular.
func Key(text string) string { panic("to be written") }

// Find returns the sections whose heading's Key is title, in document order;
// under, when given, restricts them to those with each of these Keys above.
func (d *Doc) Find(title string, under ...string) []*Section { panic("to be written") }

// Cell returns the row's cell in the column whose header has that Key, or nil.
func (t *Table) Cell(r *Row, column string) *Slot { panic("to be written") }

// Set fills a slot that is Blank or Written with markup (text that came from
// outside must have gone through Escape). On an Edited slot it keeps the
// person's text and records that, unless the Doc overwrites. On a Plain slot it does
// nothing and reports false.
func (s *Slot) Set(markup string) bool { panic("to be written") }

// Amend replaces the text of a slot that states a plan (Plain, or Written by
// an earlier Amend), keeping Original for the next fill. Amending with
// Original takes an earlier amendment back.
func (s *Slot) Amend(markup string) { panic("to be written") }

// Tick sets a task box that is empty or was ticked by an earlier fill.
func (it *Item) Tick(done bool) { panic("to be written") }

// SetItems makes the blank items of a list (and those written by an earlier
// fill) into these, adding and removing items as needed; a person's items
// stay where they are.
func (l *List) SetItems(markup []string) bool { panic("to be written") }

// Footnote declares a footnote and returns the reference "[^id]" to put
// behind a figure. Definitions are written at the end of the document, once
// each, and only those that are referred to.
func (d *Doc) Footnote(id, markup string) string { panic("to be written") }

// Overwrite makes Set replace a person's text in filled slots.
func (d *Doc) Overwrite() { panic("to be written") }

// Bytes returns the filled document.
func (d *Doc) Bytes() []byte { panic("to be written") }

// A Remark is something to tell the person who fills the document.
type Remark struct {
	Line int
	Text string // "kept your text", "not a blank this version knows"
	What string // the text in question
}

// Summary counts what Bytes did: blanks that the document has, filled, kept
// because a person changed them, and blanks that nobody set.
func (d *Doc) Summary() Summary { panic("to be written") }

// A Summary is what a fill did.
type Summary struct {
	Blanks, Filled int
	Kept           []Remark
	Unknown        []Remark
}

// Escape makes outside text safe to stand in a table cell, list item or
// paragraph as plain text.
func Escape(text string) string { panic("to be written") }
