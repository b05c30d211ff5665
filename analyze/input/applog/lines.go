package applog

import (
	"bytes"
	"io"
)

const (
	blockBytes = 256 << 10
	// lineBytes is how much of a line is looked at: stack traces and whole
	// documents in one line of JSON are longer.
	lineBytes = 64 << 10
)

// lines cuts a stream into lines, block by block, without copying them.
type lines struct {
	r        io.Reader
	buf      []byte
	from, to int
	err      error
	number   int64 // of the line last returned
}

func newLines(r io.Reader) *lines { return &lines{r: r, buf: make([]byte, blockBytes)} }

// next returns the next line without its end; it is valid until the call
// after. Of a line longer than lineBytes the beginning is returned. ok is
// false at the end, or when reading failed: see err.
func (l *lines) next() (line []byte, ok bool) {
	scanned := 0
	for {
		if i := bytes.IndexByte(l.buf[l.from+scanned:l.to], '\n'); i >= 0 {
			line = l.buf[l.from : l.from+scanned+i]
			l.from += scanned + i + 1
			return l.give(line)
		}
		scanned = l.to - l.from
		if scanned >= lineBytes {
			line = append([]byte(nil), l.buf[l.from:l.from+lineBytes]...)
			l.skip()
			return l.give(line)
		}
		if l.err != nil {
			if scanned == 0 {
				return nil, false
			}
			line = l.buf[l.from:l.to]
			l.from = l.to
			return l.give(line)
		}
		l.fill()
	}
}

func (l *lines) give(line []byte) ([]byte, bool) {
	l.number++
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if l.number == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	return line[:min(len(line), lineBytes)], true
}

// skip drops the rest of an overlong line.
func (l *lines) skip() {
	for {
		if i := bytes.IndexByte(l.buf[l.from:l.to], '\n'); i >= 0 {
			l.from += i + 1
			return
		}
		l.from = l.to
		if l.err != nil {
			return
		}
		l.fill()
	}
}

// fill moves what is left to the front and reads once.
func (l *lines) fill() {
	copy(l.buf, l.buf[l.from:l.to])
	l.to -= l.from
	l.from = 0
	for empty := 0; l.err == nil; empty++ {
		var n int
		n, l.err = l.r.Read(l.buf[l.to:])
		l.to += n
		if n > 0 {
			return
		}
		if empty > 100 {
			l.err = io.ErrNoProgress
		}
	}
}
