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
	lines := &lines{r: bufio.NewReaderSize(r, 64<<10), file: file}
	c := capture.NewCollector(file)
	err := gocsv.UnmarshalDecoderToCallback(gocsv.NewSimpleDecoderFromCSVReader(lines), func(x row) {
		at, err := csvtable.ParseNumber(lines.decimal(x.Timestamp))
		if err != nil || !(at >= firstTime && at < lastTime) {
			lines.bad.add(x.Line, fmt.Sprintf("%q is no time in Unix seconds", x.Timestamp))
			return
		}
		v, err := csvtable.ParseNumber(lines.decimal(x.Value))
		if err != nil {
			lines.bad.add(x.Line, fmt.Sprintf("the value %q is not a number", x.Value))
			return
		}
		if x.Component == "" || x.Metric == "" {
			lines.bad.add(x.Line, "it names no component or no metric")
			return
		}
		if !math.IsNaN(v) {
			c.Add(Kind, capture.Reading{Component: x.Component, Instance: x.Instance, Metric: x.Metric, Value: v, Time: at, Line: x.Line})
		}
	})
	if err != nil {
		return nil, nil, err
	}
	tracks, notes := c.Tracks()
	if bad := lines.bad; bad.count > 0 {
		was := "rows are damaged and were"
		if bad.count == 1 {
			was = "row is damaged and was"
		}
		notes = append(notes, loadtest.Note{Code: "damaged_rows", Severity: loadtest.Warn, Source: fmt.Sprintf("%s:%d", file, bad.line),
			Message: fmt.Sprintf("%d %s skipped; of the first, %s.", bad.count, was, bad.why)})
	}
	if lines.torn > 0 {
		notes = append(notes, loadtest.Note{Code: "torn_row", Severity: loadtest.Info, Source: fmt.Sprintf("%s:%d", file, lines.torn),
			Message: "The last row was cut off and is left out: the recorder was stopped while it wrote."})
	}
	return tracks, notes, nil
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

// lines gives gocsv the rows, each from its own line, so that a stray quote
// costs one row and not the rest of the file.
type lines struct {
	r      *bufio.Reader
	file   string
	n      int // line
	comma  byte
	places []int // of the columns, in the file; -1 missing
	width  int
	bad    damage
	torn   int
}

// mostLine is the most that a row may be long.
const mostLine = 64 << 10

// Read returns the canonical header first, then the cells of the next row that
// is whole, in the order of the columns.
func (l *lines) Read() ([]string, error) {
	if l.places == nil {
		return l.header()
	}
	for {
		text, ended, err := l.line()
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		in := cells(text, l.comma)
		if len(in) != l.width || !ended {
			if !ended {
				// Even a row with all its cells may lack digits of the last.
				l.torn = l.n
				continue
			}
			l.bad.add(l.n, fmt.Sprintf("it has %d fields where the header has %d", len(in), l.width))
			continue
		}
		out := make([]string, 1+len(columns))
		out[0] = fmt.Sprint(l.n)
		for i, p := range l.places {
			if p >= 0 {
				out[i+1] = strings.TrimSpace(in[p])
			}
		}
		return out, nil
	}
}

// ReadAll is not used by gocsv's callbacks.
func (l *lines) ReadAll() ([][]string, error) { return nil, io.EOF }

func (l *lines) header() ([]string, error) {
	text, _, err := l.line()
	if err == io.EOF {
		return nil, &csvtable.Error{File: l.file, Problem: "is empty; " + wanted}
	}
	if err != nil {
		return nil, err
	}
	text = strings.TrimPrefix(text, "\ufeff")
	l.comma = csvtable.Delimiter([]byte(text))
	in := cells(text, l.comma)
	h, err := csvtable.Match(l.file, in, columns, nil)
	if err != nil {
		if e, ok := err.(*csvtable.Error); ok {
			e.Problem = strings.TrimSuffix(e.Problem, "; is this file as Locust wrote it?") + "; " + wanted
		}
		return nil, err
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
	return out, nil
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

// cells cuts a line of CSV (RFC 4180). What is quoted wrongly is cut as if it
// were not quoted.
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
				return append(out, strings.Split(line, string(comma))...)
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
			return append(out, strings.Split(line[i:], string(comma))...)
		}
		line = line[i+1:]
	}
}
