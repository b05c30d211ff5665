package capture

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
)

// decoded drops a byte order mark and turns UTF-16, which a redirection by
// PowerShell writes, into UTF-8 on the way.
func decoded(r io.Reader) io.Reader {
	br := bufio.NewReader(r)
	head, err := br.Peek(3)
	if err != nil && len(head) < 2 {
		return br
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = br.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(br)
	}
	return br
}

// Head returns the lines of a file's first bytes, for Sniff: without the lines
// with a time, the blank ones and a last one that was cut.
func Head(head []byte) []string {
	text, _ := csvtable.Text(head)
	lines := strings.Split(string(text), "\n")
	if len(lines) > 1 {
		lines = lines[:len(lines)-1]
	}
	var kept []string
	for _, line := range lines {
		line = strings.TrimRight(line, "\r")
		if strings.IndexByte(line, 0x1b) >= 0 {
			line = escapes.ReplaceAllString(line, "")
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if t, ok := timeLine(line); ok && !t.bare {
			continue
		}
		kept = append(kept, line)
	}
	return kept
}

// Sniff returns the parsers that know lines of a file with these first bytes.
func Sniff(head []byte, parsers []Parser) []Parser {
	if bytes.IndexByte(head, 0) >= 0 && !bytes.HasPrefix(head, []byte("\xff\xfe")) && !bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return nil // no text
	}
	lines := Head(head)
	var found []Parser
	for _, p := range parsers {
		if p.Sniff(lines) {
			found = append(found, p)
		}
	}
	return found
}
