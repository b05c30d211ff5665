package form

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// footnotes are the document's footnote definitions, ours and a person's.
type footnotes struct {
	ours     map[string]string // id → definition that an earlier fill wrote and that stands unchanged
	standing []string          // those definitions, in order
	edited   map[string]string // id → hash of ours where a person changed it
	theirs   map[string]bool   // ids that a person defines or refers to
	lines    map[string]int
	declared []footnote
	names    map[string]string // id asked for → id given
	kept     []Remark
}

type footnote struct{ id, markup string }

var (
	definition = regexp.MustCompile(`^ {0,3}\[\^([^\]\[\s]+)\]:[ \t]*(.*)$`)
	notAnID    = regexp.MustCompile(`[^a-z0-9]+`)
)

// Footnote declares a footnote and returns the reference "[^id]" to put
// behind a figure. Definitions are written at the end of the document, once
// each, and only those that are referred to. The first declaration of an id
// holds. Where a person's own footnote has that id, ours is renamed. A
// definition that a person edited is kept.
func (d *Doc) Footnote(id, markup string) string {
	d.touched = true
	f := &d.foot
	id = strings.Trim(notAnID.ReplaceAllString(strings.ToLower(id), "-"), "-")
	if id == "" {
		id = "note"
	}
	if name, ok := f.names[id]; ok {
		return "[^" + name + "]"
	}
	name := id
	for n := 1; f.theirs[name]; n++ {
		name = "peakload-" + id
		if n > 1 {
			name += "-" + strconv.Itoa(n)
		}
	}
	if f.names == nil {
		f.names = map[string]string{}
	}
	f.names[id] = name
	text := guardStart(oneLine(markup))
	if text == "" {
		text = nothingHere
	}
	f.declared = append(f.declared, footnote{name, text})
	if f.edited[name] != "" && !d.overwrite {
		f.kept = append(f.kept, Remark{f.lines[name], keptText, "[^" + name + "]"})
	}
	return "[^" + name + "]"
}

// A definitionAt is a footnote definition and the lines it may take.
type definitionAt struct {
	id         string
	start      int
	candidates []candidate // by lines taken: where the last of them ends, and the text
	extended   bool        // an indented block follows
	hidden     bool        // in code or HTML, or in what was never closed
}

// findDefinitions returns the document's footnote definitions.
func (d *Doc) findDefinitions() []definitionAt {
	var found []definitionAt
	if !strings.Contains(string(d.src), "[^") {
		return nil
	}
	text := func(n int) (string, int) {
		end := d.lineEnd(d.lines[n])
		return string(d.src[d.lines[n]:end]), end
	}
	for n := 0; n < len(d.lines); n++ {
		line, end := text(n)
		m := definition.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		def := definitionAt{id: m[1], start: d.lines[n], hidden: inSpans(d.opaque, d.lines[n]), candidates: []candidate{{end, m[2]}}}
		joined := m[2]
		k := n + 1
		for ; k < len(d.lines) && k < n+20; k++ {
			next, end := text(k)
			t := strings.TrimSpace(next)
			if t == "" || strings.HasPrefix(t, "[^") || strings.HasPrefix(t, "<!--") {
				break
			}
			joined += " " + t
			def.candidates = append(def.candidates, candidate{end, joined})
		}
		for ; k < len(d.lines); k++ {
			next, _ := text(k)
			if strings.TrimSpace(next) == "" {
				continue
			}
			def.extended = strings.HasPrefix(next, "    ") || strings.HasPrefix(next, "\t")
			break
		}
		found = append(found, def)
	}
	return found
}

// cutFootnotes tells our definitions from a person's, and marks ours to be
// cut together with the line ends that were put before them. tail is where
// the comment at the end starts, -1 without one.
func (d *Doc) cutFootnotes(m *memory, tail int) {
	f := &d.foot
	f.ours, f.edited, f.theirs, f.lines = map[string]string{}, map[string]string{}, map[string]bool{}, map[string]int{}
	hashes := map[string][]string{}
	for _, n := range m.notes {
		hashes[n.id] = append(hashes[n.id], n.hash)
	}
	type own struct {
		span
		id, raw string
		hidden  bool
	}
	var ours []own
	for _, def := range d.findDefinitions() {
		at := -1
		for i, c := range def.candidates {
			for _, h := range hashes[def.id] {
				if h == textHash(c.raw) && !(def.extended && i == len(def.candidates)-1) {
					at = i
				}
			}
		}
		switch {
		case at >= 0:
			ours = append(ours, own{span{def.start, d.nextLine(def.candidates[at].end)}, def.id, def.candidates[at].raw, def.hidden})
		case def.hidden:
		case len(hashes[def.id]) > 0:
			f.edited[def.id] = hashes[def.id][0]
			f.lines[def.id] = d.line(def.start)
		default:
			f.theirs[def.id] = true
		}
	}
	// From the comment upwards, what follows directly is the tail.
	start := tail
	for i := len(ours) - 1; i >= 0; i-- {
		o := ours[i]
		inTail := tail >= 0 && o.end <= start && strings.TrimSpace(string(d.src[o.end:start])) == ""
		if inTail {
			start = o.start
		}
		if inTail || !o.hidden {
			d.cuts = append(d.cuts, o.span)
			f.ours[o.id] = o.raw
			f.standing = append(f.standing, "[^"+o.id+"]: "+o.raw)
		}
		d.scattered = d.scattered || !inTail && !o.hidden
	}
	slices.Reverse(f.standing)
	defer d.foreignReferences(hashes)
	if tail < 0 {
		return
	}
	for n := 0; n < m.glue && start > 0 && d.src[start-1] == '\n'; n++ {
		start--
		if start > 0 && d.src[start-1] == '\r' {
			start--
		}
	}
	d.cuts = append(d.cuts, span{start, len(d.src)})
}

// foreignReferences notes the ids that the document refers to and that are not
// ours: a definition of ours would answer them.
func (d *Doc) foreignReferences(ours map[string][]string) {
	var cuts []edit
	for _, c := range d.cuts {
		cuts = append(cuts, edit{c, ""})
	}
	for _, ref := range footnoteReference.FindAllString(string(d.apply(cuts)), -1) {
		if id := ref[2 : len(ref)-1]; len(ours[id]) == 0 {
			d.foot.theirs[id] = true
		}
	}
}

// definitions returns the definitions that the body refers to, in the order of
// the first reference, and what is to be remembered of them. A footnote that
// this fill did not declare stays while a person's text still refers to it.
func (f *footnotes) definitions(body []byte) (lines []string, remembered []memNote) {
	markup := map[string]string{}
	for _, n := range f.declared {
		markup[n.id] = n.markup
	}
	seen := map[string]bool{}
	queue := footnoteReference.FindAllString(string(body), -1)
	for i := 0; i < len(queue); i++ {
		id := queue[i][2 : len(queue[i])-1]
		if seen[id] {
			continue
		}
		seen[id] = true
		if h := f.edited[id]; h != "" {
			remembered = append(remembered, memNote{id, h})
			continue
		}
		text, ok := markup[id]
		if !ok {
			text, ok = f.ours[id]
		}
		if !ok {
			continue
		}
		lines = append(lines, "[^"+id+"]: "+text)
		remembered = append(remembered, memNote{id, textHash(text)})
		queue = append(queue, footnoteReference.FindAllString(text, -1)...)
	}
	return lines, remembered
}
