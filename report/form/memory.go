package form

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a fill wrote is remembered in one HTML comment at the end of the
// document. It holds digests and the text of the blanks, one line a section:
//
//	<!-- peakload:memory 1: …
//	g 1crlf SUM                     line ends put before it; the document was all CRLF
//	o ID TEXT                       a blank's original bytes; ID is their digest
//	s SECTION GROUP… SUM            with #N for the Nth of a name; GROUP is ROW then per cell KIND COLUMN ORIGINAL HASH,
//	                                or *LIST then per run :ORIGINAL and per item =HASH or +HASH
//	f ID HASH SUM                   a footnote
//	-->
//
// Every line carries its own digest, so that a line damaged by hand or by a
// merge is left out and the rest still holds; two versions of a line, as a
// merge leaves them, both count. Nothing from outside the document's own blanks
// is written here in clear, and two dashes never.

const (
	memoryOpen  = "<!-- peakload:memory 1"
	memoryIntro = memoryOpen + ": what was filled in, so that it is known again and your own words are kept. Leave this comment in place."
	memoryClose = "-->"
)

type memory struct {
	sections []*memSection
	notes    []memNote
	glue     int
	crlf     bool
}

type memSection struct {
	key    string
	nth    int // of the sections of this name
	groups []*memGroup
	lists  []*memList
}

type memGroup struct {
	key   string
	nth   int // of the rows or labels of this name
	cells []*memCell
}

type memCell struct {
	kind          kind
	col, original string // original in full
	hash          string
	claimed       bool
}

type memList struct {
	key  string
	runs []memRun
}

type memRun struct {
	original string
	items    []memItem
}

type memItem struct {
	ours bool
	hash string
}

type memNote struct{ id, hash string }

const digits64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_."

// digest returns n characters that stand for text.
func digest(n int, text string) string {
	h := fnv.New64a()
	h.Write([]byte(text))
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	b := make([]byte, n)
	for i := range b {
		b[i] = digits64[x&63]
		x >>= 6
	}
	return string(b)
}

// The lengths of digests: a section's, a row's or label's, a column's, an
// original's, a text's, a line's.
const (
	nSection, nGroup, nCol, nOriginal, nText, nSum = 5, 4, 2, 3, 4, 3
)

func textHash(raw string) string { return digest(nText, essence(raw)) }
func groupKey(g string) string   { return digest(nGroup, g) }
func colKey(c string) string     { return digest(nCol, c) }

// listKey is the key of a list: how deep it is nested, and its place.
func listKey(name string) string {
	return digits64[strings.Count(name, "/")&63:][:1] + digest(nGroup-1, name)
}

func sectionKey(p []string) string { return digest(nSection, strings.Join(p, "\x00")) }

// manyIDs is how many ids an original may have.
const manyIDs = 8

// originalID is the nth id of a blank's bytes: the first that no other blank of
// the document has.
func originalID(o string, nth int) string {
	if nth > 0 {
		o += "\x00" + strconv.Itoa(nth)
	}
	return digest(nOriginal, o)
}

// isOriginalID reports whether an id is one of those that a blank may have.
func isOriginalID(id, o string) bool {
	for nth := range manyIDs {
		if originalID(o, nth) == id {
			return true
		}
	}
	return false
}

// markdown returns the comment, lines ended by eol; "" when there is nothing
// to remember.
func (m *memory) markdown(eol string) string {
	if len(m.sections) == 0 && len(m.notes) == 0 {
		return ""
	}
	var lines, originals []string
	seen := map[string]string{}
	original := func(o string) string {
		id := originalID(o, 0)
		for nth := 1; nth < manyIDs && seen[id] != "" && seen[id] != o; nth++ {
			id = originalID(o, nth)
		}
		if seen[id] == "" {
			seen[id] = o
			originals = append(originals, "o "+id+" "+escapeOriginal(o))
		}
		return id
	}
	for _, s := range m.sections {
		var b strings.Builder
		b.WriteString("s " + s.key + ordinal(s.nth))
		for _, g := range s.groups {
			b.WriteString(" " + g.key + ordinal(g.nth))
			for _, c := range g.cells {
				b.WriteByte(byte(c.kind))
				b.WriteString(c.col + original(c.original) + c.hash)
			}
		}
		for _, l := range s.lists {
			b.WriteString(" *" + l.key)
			for _, r := range l.runs {
				b.WriteString(":" + original(r.original))
				for _, it := range r.items {
					sign := byte('+')
					if it.ours {
						sign = '='
					}
					b.WriteByte(sign)
					b.WriteString(it.hash)
				}
			}
		}
		lines = append(lines, sum(b.String()))
	}
	for _, n := range m.notes {
		lines = append(lines, sum("f "+n.id+" "+n.hash))
	}
	flags := "g " + strconv.Itoa(m.glue)
	if m.crlf {
		flags += "crlf"
	}
	all := append([]string{memoryIntro, sum(flags)}, originals...)
	all = append(append(all, lines...), memoryClose)
	return strings.Join(all, eol) + eol
}

// ordinal writes which of several of one name it is; the first bears none.
func ordinal(n int) string {
	if n < 2 {
		return ""
	}
	return "#" + strconv.Itoa(n)
}

// readOrdinal splits what ordinal wrote off the start of a token's rest.
func readOrdinal(rest string) int {
	m := nth.FindStringSubmatch(rest)
	if m == nil {
		return 1
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

func sum(line string) string { return line + " " + digest(nSum, line) }

// unsum returns a line without its digest, and whether that was right.
func unsum(line string) (string, bool) {
	i := len(line) - nSum - 1
	if i < 1 || line[i] != ' ' || digest(nSum, line[:i]) != line[i+1:] {
		return "", false
	}
	return line[:i], true
}

// read adds what the body of a comment holds and returns how many of its
// lines were not intact.
func (m *memory) read(body string) (damaged, intact int) {
	originals := map[string]string{}
	var rest []string
	for _, l := range strings.Split(body, "\n") {
		l = strings.TrimSpace(l)
		switch {
		case l == "":
		case strings.HasPrefix(l, "o ") && len(l) >= 2+nOriginal:
			id := l[2 : 2+nOriginal]
			o := unescapeOriginal(strings.TrimPrefix(l[2+nOriginal:], " "))
			if !isOriginalID(id, o) {
				damaged++
				continue
			}
			originals[id] = o
			intact++
		default:
			rest = append(rest, l)
		}
	}
	for _, l := range rest {
		l, ok := unsum(l)
		if ok {
			ok = m.line(strings.Fields(l), originals)
		}
		if ok {
			intact++
		} else {
			damaged++
		}
	}
	return damaged, intact
}

func (m *memory) line(f []string, originals map[string]string) bool {
	switch {
	case f[0] == "g" && len(f) == 2:
		n := strings.TrimSuffix(f[1], "crlf")
		m.crlf = n != f[1]
		m.glue, _ = strconv.Atoi(n)
	case f[0] == "f" && len(f) == 3:
		m.notes = append(m.notes, memNote{f[1], f[2]})
	case f[0] == "s" && len(f) >= 2:
		if len(f[1]) < nSection {
			return false
		}
		s := &memSection{key: f[1][:nSection], nth: readOrdinal(f[1][nSection:])}
		for _, t := range f[2:] {
			if strings.HasPrefix(t, "*") {
				s.list(t[1:], originals)
			} else {
				s.group(t, originals)
			}
		}
		m.sections = append(m.sections, s)
	default:
		return false
	}
	return true
}

var (
	nth       = regexp.MustCompile(`^#(\d{1,7})`)
	cellToken = regexp.MustCompile(fmt.Sprintf(`[=~!][\w.]{%d}`, nCol+nOriginal+nText))
	runToken  = regexp.MustCompile(fmt.Sprintf(`:[\w.]{%d}(?:[=+][\w.]{%d})*`, nOriginal, nText))
)

func (s *memSection) group(t string, originals map[string]string) {
	if len(t) < nGroup {
		return
	}
	g := &memGroup{key: t[:nGroup], nth: readOrdinal(t[nGroup:])}
	for _, c := range cellToken.FindAllString(t[nGroup:], -1) {
		if o, ok := originals[c[1+nCol:1+nCol+nOriginal]]; ok {
			g.cells = append(g.cells, &memCell{kind: kind(c[0]), col: c[1 : 1+nCol], original: o, hash: c[1+nCol+nOriginal:]})
		}
	}
	s.groups = append(s.groups, g)
}

func (s *memSection) list(t string, originals map[string]string) {
	if len(t) < nGroup {
		return
	}
	l := &memList{key: t[:nGroup]}
	for _, r := range runToken.FindAllString(t[nGroup:], -1) {
		o, ok := originals[r[1:1+nOriginal]]
		if !ok {
			return
		}
		run := memRun{original: o}
		for i := 1 + nOriginal; i < len(r); i += 1 + nText {
			run.items = append(run.items, memItem{r[i] == '=', r[i+1 : i+1+nText]})
		}
		l.runs = append(l.runs, run)
	}
	s.lists = append(s.lists, l)
}

// escapeOriginal writes a blank's bytes such that a comment can hold them on
// one line: no control characters, no dash beside a dash or an angle bracket,
// no white space at the ends; and nothing that a search for blanks that are
// left (grep TBD, grep ⏳) would find.
func escapeOriginal(o string) string {
	var b strings.Builder
	for i := 0; i < len(o); {
		r, n := utf8.DecodeRuneInString(o[i:])
		switch {
		case r == utf8.RuneError && n == 1, r < ' ', r == 0x7f, r == '^', r == '<', r == '>', r >= 0x80,
			len(o) >= i+3 && strings.EqualFold(o[i:i+3], "tbd"),
			r == '-' && (i == 0 || i+1 == len(o) || o[i-1] == '-' || o[i+1] == '-'),
			r == ' ' && (i == 0 || i+1 == len(o) || o[i-1] == ' '):
			for _, c := range []byte(o[i : i+n]) {
				fmt.Fprintf(&b, "^%02X", c)
			}
		default:
			b.WriteString(o[i : i+n])
		}
		i += n
	}
	return b.String()
}

func unescapeOriginal(e string) string {
	var b bytes.Buffer
	for i := 0; i < len(e); i++ {
		if e[i] == '^' && i+2 < len(e) {
			if n, err := strconv.ParseUint(e[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(e[i])
	}
	return b.String()
}
