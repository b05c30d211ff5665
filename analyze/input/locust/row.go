package locust

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

// A row is one line of a history file, in base units.
type row struct {
	line                   int
	time                   int64
	users                  int
	name                   int32 // in the parser's table
	requests, failures     int64
	median, mean, min, max float64 // s
	size                   float64 // bytes
	rate                   float64 // as Locust smoothed it: only to see it freeze
	zero                   bool    // all percentiles were zero, though there were requests
	fineGrained            bool    // a percentile has three significant digits or more
	noRate                 bool    // the file has no such column
}

// A batch is the rows of one chunk. Its memory is used again.
type batch struct {
	parser    *parser             // whose table rows' names refer to
	names     []loadtest.Endpoint // that table, as long as it was then: the parser goes on adding to it
	rows      []row
	quantiles []float32 // len(layout.percentiles) a row, s
	err       *csvtable.Error
	errLast   bool // err is about the chunk's last record
	cut       bool // the chunk's last record lacked its line end
	foreign   bool // a name was not UTF-8
}

// A layout is where things are in a history file.
type layout struct {
	file        string
	header      []string
	column      []uint8 // what each cell is: colTime, …
	slot        []int   // for percentiles, which
	percentiles []float64
	family      family
	delimiter   byte
	blank       row           // what columns that are absent leave
	short       [1024]float32 // latencies below a second or so, by ms: dividing is slow
}

// A parser turns chunks into rows. Nothing is allocated per row: numbers are
// read in place, and a name that was seen before is known by its bytes.
type parser struct {
	*layout
	names []loadtest.Endpoint
	raw   [][]byte         // the bytes of both name cells with their delimiters, by name
	known map[string]int32 // the same, the other way
	next  []int32          // the name that followed last time: rows come in the same order each second
	last  int32
}

func newParser(l *layout) *parser {
	return &parser{layout: l, known: map[string]int32{}}
}

// parse reads the records of a chunk, which ends with a line feed, into b.
func (p *parser) parse(chunk []byte, line int, b *batch) {
	b.rows, b.quantiles = b.rows[:0], b.quantiles[:0]
	b.err, b.errLast, b.foreign = nil, false, false
	b.parser = p
	defer func() { b.names = p.names }()
	for i := 0; i < len(chunk); {
		if c := chunk[i]; c == '\r' || c == '\n' { // blank, or the second CR of "\r\r\n"
			if c == '\n' {
				line++
			}
			i++
			continue
		}
		start, quoted := i, line
		n := len(b.rows)
		b.rows = append(b.rows, p.blank)
		r := &b.rows[n]
		r.line = line
		for range p.percentiles {
			b.quantiles = append(b.quantiles, 0)
		}
		q := b.quantiles[n*len(p.percentiles):]
		i = p.record(chunk, i, &line, r, q, b)
		if b.err != nil {
			b.rows, b.quantiles = b.rows[:n], b.quantiles[:n*len(p.percentiles)]
			if p.isHeader(chunk[start:]) { // two files, one after the other
				b.err, line = nil, quoted
				i = start + bytes.IndexByte(chunk[start:], '\n')
				continue
			}
			end := bytes.IndexByte(chunk[i:], '\n')
			b.errLast = end < 0 || len(bytes.TrimRight(chunk[i+end:], "\r\n")) == 0
			return
		}
	}
	if b.cut && p.family == family12 && len(b.rows) > 0 && p.column[len(p.column)-1] == colSize {
		b.rows[len(b.rows)-1].size = math.NaN() // its last digits may be missing
	}
}

func (p *parser) isHeader(b []byte) bool {
	return bytes.HasPrefix(bytes.Trim(b[:min(len(b), 64)], `"`), []byte(p.header[0])) && p.header[0] != ""
}

// record reads one record at b[i:] and returns the place after its last cell.
func (p *parser) record(b []byte, i int, line *int, r *row, q []float32, out *batch) int {
	start, seen, some := i, false, false
	last := len(p.column) - 1
	for c := 0; c <= last; c++ {
		at := i
		ok := true
		switch kind := p.column[c]; kind {
		case colQuantile:
			n, j := scanUint(b, i)
			if j == i || (b[j] != p.delimiter && b[j] != '\r' && b[j] != '\n') {
				i, ok = p.slowQuantile(b, i, line, &q[p.slot[c]])
				if v := q[p.slot[c]]; v == v && v != 0 {
					some = true
				} else if v == v {
					seen = true
				}
				break
			}
			i = j
			if n == 0 {
				seen = true
				q[p.slot[c]] = 0
				break
			}
			some = true
			if n < uint64(len(p.short)) {
				q[p.slot[c]] = p.short[n]
			} else {
				q[p.slot[c]] = float32(float64(n) / 1000)
			}
			if n > 100 && n%10 != 0 || n > 1000 && n%100 != 0 || n > 10000 && n%1000 != 0 {
				r.fineGrained = true
			}
		case colTime, colUsers, colRequests, colFailures:
			n, j := scanUint(b, i)
			if j == i || (b[j] != p.delimiter && b[j] != '\r' && b[j] != '\n') {
				if n, j, ok = p.slowCount(b, i, line); !ok {
					break
				}
			}
			i = j
			switch kind {
			case colTime:
				r.time = int64(n)
			case colUsers:
				r.users = int(n)
			case colRequests:
				r.requests = int64(n)
			default:
				r.failures = int64(n)
			}
		case colRate, colMedian, colMean, colMin, colMax, colSize:
			f, j := scanFloat(b, i)
			if j == i || (b[j] != p.delimiter && b[j] != '\r' && b[j] != '\n') {
				if f, j, ok = p.slowNumber(b, i, line); !ok {
					break
				}
			}
			i = j
			switch kind {
			case colRate:
				r.rate = f
			case colMedian:
				r.median = f / 1000
			case colMean:
				r.mean = f / 1000
			case colMin:
				r.min = f / 1000
			case colMax:
				r.max = f / 1000
			default:
				r.size = f
			}
		case colType:
			if c < last && p.column[c+1] == colName {
				var j int
				if r.name, j, ok = p.endpoint(b, i, line, out); ok {
					i, c = j, c+1
				}
				break
			}
			_, i, ok = p.cell(b, i, line)
		default:
			_, i, ok = p.cell(b, i, line)
		}
		if !ok {
			out.err = p.failure(b, start, at, *line, c)
			return i
		}
		switch d := b[i]; {
		case c == last && (d == '\n' || d == '\r'):
		case c == last && d == p.delimiter:
			out.err = p.wrongLength(b, start, r.line)
			return i
		case c < last && d == p.delimiter:
			i++
		default:
			out.err = p.wrongLength(b, start, r.line)
			return i
		}
	}
	if !some {
		r.zero = seen && r.requests > 0
		for k := range q {
			q[k] = float32(math.NaN())
		}
	}
	p.settle(r)
	return i
}

// settle makes NaN of what stands for nothing: an endpoint without a request
// has zeros, and one whose requests carry no latency (response_time=None) too.
func (p *parser) settle(r *row) {
	if r.requests == 0 {
		r.size = math.NaN()
	}
	if r.requests == 0 || r.max == 0 && r.mean == 0 && r.min == 0 && p.family == family12 {
		r.median, r.mean, r.min, r.max = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	}
}

// endpoint reads both name cells. In all rows but the first of each endpoint
// that is one comparison.
func (p *parser) endpoint(b []byte, i int, line *int, out *batch) (int32, int, bool) {
	if len(p.names) > 0 {
		guess := p.next[p.last]
		if raw := p.raw[guess]; bytes.HasPrefix(b[i:], raw) {
			p.last = guess
			*line += bytes.Count(raw, []byte{'\n'})
			return guess, i + len(raw) - 1, true
		}
	}
	before := *line
	method, j, ok := p.cell(b, i, line)
	if !ok || b[j] != p.delimiter {
		return 0, i, false
	}
	name, j, ok := p.cell(b, j+1, line)
	if !ok || b[j] != p.delimiter { // numbers follow the name in every version
		*line = before
		return 0, i, false
	}
	raw := b[i : j+1]
	id, ok := p.known[string(raw)]
	if !ok {
		id = int32(len(p.names))
		e := loadtest.Endpoint{Method: p.text(method, out), Name: p.text(name, out)}
		key := string(raw)
		p.names, p.raw, p.next = append(p.names, e), append(p.raw, []byte(key)), append(p.next, 0)
		p.known[key] = id
	}
	p.next[p.last], p.last = id, id
	return id, j, true
}

// text makes a string of a cell's bytes.
func (p *parser) text(cell []byte, out *batch) string {
	if !utf8.Valid(cell) {
		out.foreign = true
		return csvtable.Windows1252(cell)
	}
	return string(cell)
}

// cell reads a cell of any form and returns its text, which is only valid
// until the next call, and the place after it. Cells of versions before 1.2
// end at a quote with a delimiter or line end behind it, as nothing in them
// was escaped.
func (p *parser) cell(b []byte, i int, line *int) (text []byte, end int, ok bool) {
	if b[i] != '"' {
		j := i
		for b[j] != p.delimiter && b[j] != '\n' && b[j] != '\r' {
			j++
		}
		return b[i:j], j, true
	}
	j, doubled := i+1, false
	for ; j < len(b); j++ {
		switch b[j] {
		case '\n':
			if p.family != family12 {
				return nil, j, false // no name had a line break then
			}
			*line++
		case '"':
			if j+1 == len(b) {
				return nil, i, false
			}
			if d := b[j+1]; d == '\n' || d == '\r' || d == p.delimiter && p.ends(b, j+2) {
				text = b[i+1 : j]
				if doubled {
					text = bytes.ReplaceAll(text, []byte(`""`), []byte(`"`))
				}
				return text, j + 1, true
			}
			if b[j+1] == '"' && p.family == family12 {
				doubled = true
				j++
			}
		}
	}
	return nil, i, false
}

// ends reports whether a quote and a delimiter before b[i:] end a cell. In
// versions before 1.2 they may also stand in a name; the cell behind a name
// begins with a quote or a digit.
func (p *parser) ends(b []byte, i int) bool {
	return p.family == family12 || i < len(b) && (b[i] == '"' || b[i] >= '0' && b[i] <= '9' || b[i] == '\n' || b[i] == '\r')
}

// slowCount, slowNumber and slowQuantile read cells that are not plain
// numbers: quoted, N/A, or as a spreadsheet saves them.
func (p *parser) slowCount(b []byte, i int, line *int) (uint64, int, bool) {
	text, j, ok := p.cell(b, i, line)
	if !ok || len(text) == 0 || len(text) > 18 {
		return 0, i, false
	}
	var n uint64
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, i, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, j, true
}

func (p *parser) slowNumber(b []byte, i int, line *int) (float64, int, bool) {
	text, j, ok := p.cell(b, i, line)
	if !ok {
		return 0, i, false
	}
	f, ok := slowFloat(text, p.delimiter == ';')
	return f, j, ok && !math.IsInf(f, 0)
}

func (p *parser) slowQuantile(b []byte, i int, line *int, q *float32) (int, bool) {
	f, j, ok := p.slowNumber(b, i, line)
	*q = float32(f / 1000)
	return j, ok && !(f < 0)
}

// failure explains a cell that could not be read.
func (p *parser) failure(b []byte, start, at, line, c int) *csvtable.Error {
	e := &csvtable.Error{File: p.file, Line: line, Column: at - lineStart(b, start, at) + 1, Field: p.header[c]}
	end := at + bytes.IndexAny(b[at:], string(p.delimiter)+"\n")
	e.Text = strings.TrimRight(string(b[at:max(at, end)]), "\r")
	switch p.column[c] {
	case colTime:
		e.Problem = "is not a time in whole Unix seconds; was the file saved by a spreadsheet?"
	case colUsers, colRequests, colFailures:
		e.Problem = "is not a whole number"
	case colType, colName, colSkip, colFailRate:
		e.Problem = "has a quote that is never closed"
	default:
		e.Problem = "is not a number"
	}
	return e
}

func lineStart(b []byte, start, at int) int {
	if k := bytes.LastIndexByte(b[start:at], '\n'); k >= 0 {
		return start + k + 1
	}
	return start
}

// wrongLength explains a record that has too few or too many cells.
func (p *parser) wrongLength(b []byte, start, line int) *csvtable.Error {
	n, ignored := 0, 0
	for i := start; i < len(b); {
		_, j, ok := p.cell(b, i, &ignored)
		n++
		if !ok || b[j] != p.delimiter {
			break
		}
		i = j + 1
	}
	return &csvtable.Error{File: p.file, Line: line,
		Problem: fmt.Sprintf("has %d fields where the header has %d; were two files mixed, or is one still being written?", n, len(p.column))}
}
