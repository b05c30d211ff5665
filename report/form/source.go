package form

import (
	"bytes"
	"sort"
)

// A source is the bytes of a document and where its lines start.
type source struct {
	src   []byte
	lines []int // offset of each line's first byte
	eol   string
	mixed bool // some lines end in CRLF and some do not
}

// A span is a half-open range of bytes.
type span struct{ start, end int }

func newSource(src []byte) source {
	s := source{src: src, lines: []int{0}, eol: "\n"}
	for i := 0; ; {
		n := bytes.IndexByte(src[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
		if i < len(src) {
			s.lines = append(s.lines, i)
		}
	}
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		s.eol = "\r\n"
	}
	s.mixed = bytes.Contains(src, []byte("\r\n")) && !allCRLF(src)
	return s
}

// line returns the number of the line that holds offset, the first is 1.
func (s *source) line(offset int) int {
	return sort.Search(len(s.lines), func(i int) bool { return s.lines[i] > offset })
}

// lineStart returns where the line that holds offset begins.
func (s *source) lineStart(offset int) int { return s.lines[s.line(offset)-1] }

// lineEnd returns where the text of the line that holds offset ends, before
// its line ending.
func (s *source) lineEnd(offset int) int {
	end := len(s.src)
	if n := s.line(offset); n < len(s.lines) {
		end = s.lines[n]
	}
	for end > offset && (s.src[end-1] == '\n' || s.src[end-1] == '\r') {
		end--
	}
	return end
}

// nextLine returns where the line after the one that holds offset starts, the
// document's end for the last.
func (s *source) nextLine(offset int) int {
	if n := s.line(offset); n < len(s.lines) {
		return s.lines[n]
	}
	return len(s.src)
}

// allCRLF reports whether b has line endings and all of them are CRLF.
func allCRLF(b []byte) bool {
	n := bytes.Count(b, []byte("\n"))
	return n > 0 && bytes.Count(b, []byte("\r\n")) == n
}

// frontMatter returns the length of what stands before the document: a byte
// order mark and a YAML block between lines of three dashes.
func frontMatter(src []byte) int {
	skip := 0
	if bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
		skip = 3
	}
	rest := src[skip:]
	first, n := cutLine(rest)
	if string(bytes.TrimRight(first, " \t\r\n")) != "---" {
		return skip
	}
	for at := n; at < len(rest); {
		l, n := cutLine(rest[at:])
		at += n
		if t := string(bytes.TrimRight(l, " \t\r\n")); t == "---" || t == "..." {
			return skip + at
		}
	}
	return skip
}

// cutLine returns the first line of b with its ending, and its length.
func cutLine(b []byte) ([]byte, int) {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i+1], i + 1
	}
	return b, len(b)
}
