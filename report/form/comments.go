package form

import (
	"bytes"
	"strings"
)

// readMemory finds the comments of earlier fills, reads them and marks them to
// be cut: what is to be remembered is written anew at the end.
func (d *Doc) readMemory() *memory {
	m := &memory{}
	open := []byte(memoryOpen)
	tail := -1
	for at := bytes.Index(d.src, open); at >= 0; {
		next := len(d.src)
		if i := bytes.Index(d.src[at+len(open):], open); i >= 0 {
			next = at + len(open) + i
		}
		end := bytes.Index(d.src[at:next], []byte(memoryClose))
		following := next
		if next == len(d.src) {
			following = -1
		}
		switch {
		case end < 0:
			d.note(at, "the comment that remembers what was filled in is damaged and was left out: values filled before count as yours")
		case d.isComment(at, at+end+len(memoryClose)):
			end += at + len(memoryClose)
			if t := d.readComment(m, at, end); t >= 0 {
				tail = t
			}
		}
		at = following
	}
	d.remembers = len(m.sections) > 0 || len(m.notes) > 0
	d.wasCRLF = m.crlf && bytes.Contains(d.src, []byte("\r\n"))
	if d.wasCRLF {
		d.eol = "\r\n"
	}
	d.cutFootnotes(m, tail)
	return m
}

// readComment adds one comment to the memory. It returns where the comment
// starts if nothing but white space follows it, else -1.
func (d *Doc) readComment(m *memory, at, end int) int {
	body := d.src[at:end]
	_, n := cutLine(body)
	if n >= len(body) {
		n = len(memoryOpen)
	}
	damaged, intact := m.read(string(body[n : len(body)-len(memoryClose)]))
	if intact == 0 {
		d.note(at, "the comment that remembers what was filled in is damaged and was left out: values filled before count as yours")
		return -1
	}
	if damaged > 0 {
		d.note(at, "the comment that remembers what was filled in is damaged in places: some values filled before count as yours")
	}
	if len(bytes.TrimSpace(d.src[end:])) == 0 {
		d.cuts = append(d.cuts, span{at, len(d.src)})
		return at
	}
	cut := span{at, d.lineEnd(end)}
	if len(bytes.TrimSpace(d.src[end:cut.end])) > 0 {
		cut.end = end
	} else {
		cut.end = d.nextLine(end)
	}
	d.cuts = append(d.cuts, cut)
	d.scattered = true
	return -1
}

// isComment reports whether the bytes from start to end are a comment of their
// own and not an example in a code block. At the very end of the document they
// are one even when a code fence above was never closed.
func (d *Doc) isComment(start, end int) bool {
	if strings.TrimSpace(string(d.src[d.lineStart(start):start])) != "" {
		return false
	}
	return len(bytes.TrimSpace(d.src[end:])) == 0 || !inSpans(d.fences, start)
}

func (d *Doc) note(at int, text string) {
	d.notes = append(d.notes, Remark{Line: d.line(at), Text: text, What: d.Name})
}

// inSpans reports whether one of the spans, which are in order, holds offset.
func inSpans(spans []span, offset int) bool {
	lo, hi := 0, len(spans)
	for lo < hi {
		mid := (lo + hi) / 2
		if spans[mid].end <= offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(spans) && spans[lo].start <= offset
}
