// Package form reads a Markdown document as a form: sections, tables, lists
// and the slots in them, each with its byte position; and fills slots by
// splicing bytes, so that whatever is not filled comes out as it went in.
//
// A fill starts from the document as it was before the last fill: what that
// fill wrote is recognised by a comment at the end of the document and taken
// back unless it is set again. Filling with B after A therefore gives the
// bytes that filling with B alone gives, and filling twice those of filling
// once. A document on which nothing is called comes out as it went in.
package form

// A Doc is a parsed document. It is filled by one goroutine.
type Doc struct {
	Name     string
	Sections []*Section // in document order, nested ones too; the text before the first heading is a section of its own with level 0

	source           // what is filled
	given     []byte // what was read; it differs from src where an earlier fill's end was moved
	slots     []*Slot
	lists     []*List
	pictures  []*Picture
	remembers bool   // an intact comment of an earlier fill was found
	wasCRLF   bool   // every line ended in CRLF when the document was last filled
	opaque    []span // code and HTML, in order
	fences    []span // code alone
	scattered bool   // what earlier fills wrote at the end stands elsewhere
	cuts      []span // what earlier fills added at the end, to be written anew
	notes     []Remark
	foot      footnotes
	overwrite bool
	touched   bool
}

// A Section is a heading and what stands under it, up to the next heading of
// any level. A heading inside a block quote or list item ends with it.
type Section struct {
	Title  string   // plain text as written: "📊 3. Results Summary"
	Path   []string // Key of every heading above it and of itself, outermost first
	Level  int
	Line   int
	Tables []*Table
	Lists  []*List
	Fields []*Slot // "**Label**: value" lines of paragraphs, Label set; a paragraph that is only a blank, with Label ""

	// Statements are the lines of paragraphs that are nothing but "Label: value"
	// lines, those with a value. A fill does not change them.
	Statements []Statement

	doc        *Doc
	slots      []*Slot // all of them, as they are remembered
	allLists   []*List // nested ones too
	paragraphs []*Slot // those without labels that are or may be filled blanks
}

// A Statement is a line "Label: value" of a paragraph.
type Statement struct {
	Label, Text string
	Line        int
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

	doc     *Doc
	section *Section
	name    string // its place within the section
	chain   string // the labels of the items that it is nested in
	runs    []*run
	elems   []elem
	pending []string
}

// An Item is one item of a list. For "- **Label**: value" and "- Label:
// value" Label and Value are set; Box is set for task items; Text is the whole
// of its first paragraph after the box (never nil; empty where the item does
// not start with a paragraph). An item that SetItems wrote has no Label.
type Item struct {
	Line  int
	Label string
	Value *Slot // after the label; nil without one
	Text  *Slot
	Box   *Slot // "[ ]" or "[x]"
	Lists []*List

	marker int  // where its marker starts
	end    int  // where its Text ends
	reach  int  // where all of it ends
	simple bool // a single paragraph and nothing else
	alone  bool // no list is nested directly under its first paragraph
	whole  bool // Text is that paragraph, without comments around it
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

// String returns the state's name in lower case.
func (s State) String() string {
	switch s {
	case Blank:
		return "blank"
	case Written:
		return "written"
	case Edited:
		return "edited"
	}
	return "plain"
}

// A Slot is a stretch of the document that may be read or filled.
type Slot struct {
	// Label is the row label, item label or field label, as it was before
	// the first fill.
	Label string
	Text  string // the plain text that stands there now
	// Original is the text before the first fill ("TBD%"); Text where the slot
	// was never filled. Plans are read from it.
	Original string
	State    State
	Line     int
	Column   int // in bytes from the start of the line, the first is 1

	doc        *Doc
	start, end int    // the bytes of its value
	raw        string // those bytes, lines joined by a space
	group, col string // what it is remembered by within its section
	role       role
	longer     []candidate // the value when the lines after it belong to it
	plain      bool        // its value is text and nothing else: no code, links or tags
	digests    []string    // of raw and of the longer values
	detached   bool        // not a place that can be written to
	row        int         // slots of one table row share it
	header     string      // the column's
	owner      *List       // the list whose SetItems fills it

	originalRaw string // the bytes before the first fill
	kind        kind   // how it was filled
	hash        string // what the last fill wrote
	pending     string
	isPending   bool
	takenBack   bool
	kept        bool
}

// A Remark is something to tell the person who fills the document.
type Remark struct {
	Line int
	Text string // "kept your text", "not a blank this version knows"
	What string // the text in question
}

// A Summary is what a fill did.
type Summary struct {
	Blanks, Filled int
	Kept           []Remark
	Unknown        []Remark
	// Notes are remarks about the document itself: a damaged memory, a row
	// that has fewer cells than its table.
	Notes []Remark
}
