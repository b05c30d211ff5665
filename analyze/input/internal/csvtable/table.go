package csvtable

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gocarina/gocsv"
)

// MaxBytes is the most that is read of a small file. A larger one is not a
// file of its kind.
const MaxBytes = 256 << 20

// Options say how a table is read.
type Options struct {
	Columns []Column
	Wanted  func(cell string) bool // header cells of use besides Columns; nil: none
	Lazy    bool                   // quotes were put by hand and never escaped
}

// A Table is a CSV file in memory, header checked.
type Table struct {
	File    string
	Header  Header
	Comma   byte // the decimal comma goes with the semicolon
	Foreign bool // was not UTF-8
	Torn    int  // line of a last record that was cut and left out; 0: none

	records [][]string
	lines   [][]position // of each record's cells
}

type position struct{ line, column int }

// Read reads a table. Blank lines are skipped, carriage returns before a line
// end too (Locust on Windows writes two). A last record that is cut short is
// left out and named in Torn; any other of the wrong length is an error.
func Read(r io.Reader, file string, o Options) (*Table, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(raw) > MaxBytes {
		return nil, &Error{File: file, Problem: fmt.Sprintf("is larger than %d MiB, too large for a file of its kind", MaxBytes>>20)}
	}
	t := &Table{File: file}
	raw, t.Foreign = Text(raw)
	raw = bytes.TrimRight(raw, "\x00")
	ended := bytes.HasSuffix(raw, []byte("\n"))
	first, _, _ := bytes.Cut(raw, []byte("\n"))
	t.Comma = Delimiter(first)

	cr := csv.NewReader(bytes.NewReader(raw))
	cr.Comma, cr.FieldsPerRecord, cr.LazyQuotes = rune(t.Comma), -1, o.Lazy
	for {
		record, err := cr.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			if err = t.syntax(err, ended); err != nil {
				return nil, err
			}
			break
		}
		last := len(record) - 1
		record[last] = strings.TrimRight(record[last], "\r")
		if last == 0 && strings.TrimSpace(record[0]) == "" {
			continue
		}
		if t.records == nil {
			if t.Header, err = Match(file, record, o.Columns, o.Wanted); err != nil {
				return nil, err
			}
		}
		places := make([]position, len(record))
		for i := range places {
			places[i].line, places[i].column = cr.FieldPos(i)
		}
		t.records, t.lines = append(t.records, record), append(t.lines, places)
	}
	return t, t.checkLengths(ended)
}

// syntax gives encoding/csv's error the file's name. A quote left open by a
// cut at the file's end is a torn record, not an error.
func (t *Table) syntax(err error, ended bool) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return fmt.Errorf("%s: %w", t.File, err)
	}
	if p.StartLine > 1 && !ended && errors.Is(p.Err, csv.ErrQuote) {
		t.Torn = p.StartLine
		return nil
	}
	return &Error{File: t.File, Line: p.Line, Column: p.Column,
		Problem: strings.TrimPrefix(p.Err.Error(), "parse error: ") + "; is this a CSV file as Locust wrote it?"}
}

func (t *Table) checkLengths(ended bool) error {
	for i := 1; i < len(t.records); i++ {
		got, want := len(t.records[i]), len(t.Header.Cells)
		if got == want {
			continue
		}
		if i == len(t.records)-1 && got < want && !ended {
			t.Torn = t.Line(i - 1)
			t.records, t.lines = t.records[:i], t.lines[:i]
			return nil
		}
		return &Error{File: t.File, Line: t.lines[i][0].line,
			Problem: fmt.Sprintf("has %d fields where the header has %d", got, want)}
	}
	return nil
}

// Len returns the number of rows, without the header.
func (t *Table) Len() int { return max(0, len(t.records)-1) }

// Empty reports whether there is not even a header.
func (t *Table) Empty() bool { return len(t.records) == 0 }

// Line returns the line that row i starts on.
func (t *Table) Line(i int) int { return t.lines[i+1][0].line }

// Cell returns a cell of row i by its place in the header.
func (t *Table) Cell(i, column int) string { return t.records[i+1][column] }

// Number reads a cell as a number, NaN where there is none.
func (t *Table) Number(i, column int) (float64, error) {
	v, err := ParseNumber(t.decimal(t.Cell(i, column)))
	if err != nil {
		return v, t.at(i+1, column, err)
	}
	return v, nil
}

func (t *Table) at(record, column int, err error) error {
	e := &Error{File: t.File, Problem: err.Error()}
	if record < len(t.records) && column < len(t.records[record]) {
		p := t.lines[record][column]
		e.Line, e.Column = p.line, p.column
		e.Field, e.Text = t.Header.Cells[column], t.records[record][column]
	}
	return e
}

// decimal turns a decimal comma into a point where cells are separated by
// semicolons.
func (t *Table) decimal(cell string) string {
	if t.Comma == ';' {
		return strings.Replace(cell, ",", ".", 1)
	}
	return cell
}

// Rows decodes the rows of t into rows, a pointer to a slice of structs with
// csv tags, by gocsv. columns must be those t was read with.
func (t *Table) Rows(columns []Column, rows any) error {
	if t.Len() == 0 {
		return nil
	}
	err := gocsv.UnmarshalCSV(source{t, columns}, rows)
	var p *csv.ParseError
	if errors.As(err, &p) { // gocsv counts records and cells from one
		return t.at(p.Line-1, p.Column-1, p.Err)
	}
	return err
}

// A source gives gocsv the table under the canonical column names, so that
// one struct serves every version of the file.
type source struct {
	t       *Table
	columns []Column
}

// Read is not used by gocsv.UnmarshalCSV.
func (s source) Read() ([]string, error) { return nil, io.EOF }

// ReadAll returns the known columns.
func (s source) ReadAll() ([][]string, error) {
	all := make([][]string, len(s.t.records))
	for i, record := range s.t.records {
		row := make([]string, len(record))
		for j, k := range s.t.Header.Known {
			switch {
			case k < 0 && i == 0:
				row[j] = "\x00" // matches no tag
			case k < 0:
			case i == 0:
				row[j] = s.columns[k].Name
			default:
				row[j] = record[j]
				if s.t.Comma == ';' && looksNumeric(record[j]) {
					row[j] = s.t.decimal(record[j])
				}
			}
		}
		all[i] = row
	}
	return all, nil
}

func looksNumeric(s string) bool {
	return s != "" && strings.Trim(s, "0123456789,-") == ""
}
