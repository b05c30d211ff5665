// Package resources reads the canonical file of resource figures,
// PREFIX_resources.csv, which peakload record writes and anybody may:
//
//	Timestamp,Component,Instance,Metric,Value
//	1795459218.5,database,,connections,13
//
// docs/resources.md says what the columns mean. A row is a line.
package resources

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"

	"github.com/peakload/peakload/analyze/input/internal/capture"
	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

// Kind is the kind of such a file, as loadtest.Input has it.
const Kind = "resources"

// columns are those of loadtest.ResourcesHeader, in its order.
var columns = []csvtable.Column{
	{Name: "Timestamp", Aliases: []string{"Time"}},
	{Name: "Component"},
	{Name: "Instance", Optional: true},
	{Name: "Metric"},
	{Name: "Value"},
}

// Sniff reports whether a file that begins so is a file of resource figures.
func Sniff(head []byte) bool {
	head, _ = csvtable.Text(head)
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if len(line) > 4096 {
		return false
	}
	_, err := csvtable.Match("", cells(string(bytes.TrimRight(line, "\r")), csvtable.Delimiter(line)), columns, nil)
	return err == nil
}

// A row is a line of the file, as gocsv gives it.
type row struct {
	Line      int    `csv:"line"`
	Timestamp string `csv:"Timestamp"`
	Component string `csv:"Component"`
	Instance  string `csv:"Instance"`
	Metric    string `csv:"Metric"`
	Value     string `csv:"Value"`
}

// Read reads a file. Rows are taken one by one: memory is that of the tracks.
// An error is one of r, or a header that lacks a column. Rows that are damaged
// are skipped and counted in a note; a last line that was cut off, as a
// recorder that is killed leaves it, is a note of its own. A value that is
// empty or NaN is no reading.
func Read(r io.Reader, file string) ([]loadtest.Track, []loadtest.Note, error) {
	l := &lines{r: bufio.NewReaderSize(r, 64<<10), file: file}
	if err := l.header(); err != nil {
		return nil, nil, err
	}
	c := capture.NewCollector(file)
	var rows []row
	for more := true; more; {
		var err error
		if more, err = l.fill(); err != nil {
			return nil, nil, err
		}
		if err := gocsv.UnmarshalCSV(l, &rows); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
		for i := range rows {
			if reading, why := l.reading(&rows[i]); why != "" {
				l.bad.add(rows[i].Line, why)
			} else if !math.IsNaN(reading.Value) {
				c.Add(Kind, reading)
			}
		}
		rows = rows[:0]
	}
	tracks, notes := c.Tracks()
	if bad := l.bad; bad.count > 0 {
		was := "rows are damaged and were"
		if bad.count == 1 {
			was = "row is damaged and was"
		}
		notes = append(notes, loadtest.Note{Code: "damaged_rows", Severity: loadtest.Warn, Source: fmt.Sprintf("%s:%d", file, bad.line),
			Message: fmt.Sprintf("%d %s skipped; of the first, %s.", bad.count, was, bad.why)})
	}
	if l.torn > 0 {
		notes = append(notes, loadtest.Note{Code: "torn_row", Severity: loadtest.Info, Source: fmt.Sprintf("%s:%d", file, l.torn),
			Message: "The last row has no line end and was left out: it may have been cut off."})
	}
	return tracks, notes, nil
}

// reading makes a reading of a row, or says why it is none. One without a
// value is NaN.
func (l *lines) reading(x *row) (r capture.Reading, why string) {
	at, err := csvtable.ParseNumber(l.decimal(x.Timestamp))
	if err != nil || !(at >= firstTime && at < lastTime) {
		return r, fmt.Sprintf("%q is no time in Unix seconds", clip(x.Timestamp))
	}
	v, err := csvtable.ParseNumber(l.decimal(x.Value))
	if err != nil {
		return r, fmt.Sprintf("the value %q is not a number", clip(x.Value))
	}
	if x.Component == "" || x.Metric == "" {
		return r, "it names no component or no metric"
	}
	return capture.Reading{Component: x.Component, Instance: x.Instance, Metric: x.Metric, Value: v, Time: at, Line: x.Line}, ""
}

// clip keeps a cell fit for a message.
func clip(s string) string {
	const most = 40
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// The times that a row may have: 2001 to 2096. Milliseconds are none of them.
const (
	firstTime = 1e9
	lastTime  = 4e9
)

// damage counts rows that cannot be read.
type damage struct {
	count, line int
	why         string
}

func (d *damage) add(line int, why string) {
	if d.count++; d.count == 1 {
		d.line, d.why = line, why
	}
}

// lines gives gocsv the rows, some thousands at a time, each from its own
// line, so that a stray quote costs one row and not the rest of the file.
type lines struct {
	r      *bufio.Reader
	file   string
	n      int // line
	comma  byte
	places []int // of the columns, in the file; -1 missing
	width  int
	batch  [][]string // the header, and what fill has read
	bad    damage
	torn   int
}

const (
	mostLine = 64 << 10 // of a row, in bytes
	mostRows = 4096     // of a batch
)

// Read is not used by gocsv.UnmarshalCSV.
func (l *lines) Read() ([]string, error) { return nil, io.EOF }

// ReadAll returns the rows that fill has read, in the order of the columns.
func (l *lines) ReadAll() ([][]string, error) { return l.batch, nil }

// fill reads the next rows that are whole.
func (l *lines) fill() (more bool, err error) {
	l.batch = l.batch[:1]
	for len(l.batch) <= mostRows {
		text, ended, err := l.line()
		switch {
		case err == io.EOF:
			return false, nil
		case err != nil:
			return false, err
		case strings.TrimSpace(text) == "":
			continue
		case !ended: // even a row with all its cells may lack digits of the last
			l.torn = l.n
			continue
		}
		in := cells(text, l.comma)
		if len(in) != l.width {
			why := fmt.Sprintf("it has %d fields where the header has %d", len(in), l.width)
			if in == nil {
				why = "its quotes do not match"
			}
			l.bad.add(l.n, why)
			continue
		}
		out := make([]string, 1+len(columns))
		out[0] = strconv.Itoa(l.n)
		for i, p := range l.places {
			if p >= 0 {
				out[i+1] = strings.TrimSpace(in[p])
			}
		}
		l.batch = append(l.batch, out)
	}
	return true, nil
}

// header reads the first line.
func (l *lines) header() error {
	text, _, err := l.line()
	if err == io.EOF {
		return &csvtable.Error{File: l.file, Problem: "is empty; " + wanted}
	}
	if err != nil {
		return err
	}
	text = strings.TrimPrefix(text, "\ufeff")
	l.comma = csvtable.Delimiter([]byte(text))
	in := cells(text, l.comma)
	h, err := csvtable.Match(l.file, in, columns, nil)
	if err != nil {
		if e, ok := err.(*csvtable.Error); ok {
			e.Problem = strings.TrimSuffix(e.Problem, "; is this file as Locust wrote it?") + "; " + wanted
		}
		return err
	}
	l.width, l.places = len(in), make([]int, len(columns))
	for k := range columns {
		l.places[k] = -1
		for i, known := range h.Known {
			if known == k {
				l.places[k] = i
			}
		}
	}
	out := []string{"line"}
	for _, c := range columns {
		out = append(out, c.Name)
	}
	l.batch = [][]string{out}
	return nil
}

var wanted = "the first line of a file of resource figures is " + strings.Join(loadtest.ResourcesHeader[:], ",")

// line returns the next line, and whether it has an end.
func (l *lines) line() (text string, ended bool, err error) {
	var b []byte
	for {
		part, err := l.r.ReadSlice('\n')
		if len(b) < mostLine {
			b = append(b, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == io.EOF && len(b) > 0 {
			break
		}
		if err == io.EOF {
			return "", false, io.EOF
		}
		if err != nil {
			return "", false, fmt.Errorf("%s: %w", l.file, err)
		}
		ended = true
		break
	}
	l.n++
	b = bytes.Trim(bytes.TrimRight(b, "\r\n"), "\x00")
	if !utf8.Valid(b) {
		return csvtable.Windows1252(b), ended, nil
	}
	return string(b), ended, nil
}

// decimal turns a decimal comma into a point where semicolons divide cells.
func (l *lines) decimal(cell string) string {
	if l.comma == ';' {
		return strings.Replace(cell, ",", ".", 1)
	}
	return cell
}

// cells cuts a line of CSV (RFC 4180); nil if its quotes do not match.
func cells(line string, comma byte) []string {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, string(comma))
	}
	var out []string
	for {
		if !strings.HasPrefix(line, `"`) {
			cell, rest, more := strings.Cut(line, string(comma))
			out = append(out, cell)
			if !more {
				return out
			}
			line = rest
			continue
		}
		var b strings.Builder
		i := 1
		for {
			j := strings.IndexByte(line[i:], '"')
			if j < 0 {
				return nil
			}
			b.WriteString(line[i : i+j])
			i += j + 1
			if i < len(line) && line[i] == '"' {
				b.WriteByte('"')
				i++
				continue
			}
			break
		}
		out = append(out, b.String())
		switch {
		case i == len(line):
			return out
		case line[i] != comma:
			return nil
		}
		line = line[i+1:]
	}
}
