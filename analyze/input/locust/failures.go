package locust

import (
	"io"
	"strings"
	"time"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

var failureColumns = []csvtable.Column{
	{Name: "Method"},
	{Name: "Name"},
	{Name: "Error"},
	{Name: "Occurrences"},
	{Name: "First Seen", Optional: true}, // 2.44 and later
	{Name: "Last Seen", Optional: true},
}

type failureRow struct {
	Method string         `csv:"Method"`
	Name   string         `csv:"Name"`
	Error  string         `csv:"Error"`
	Count  csvtable.Count `csv:"Occurrences"`
	First  instant        `csv:"First Seen"`
	Last   instant        `csv:"Last Seen"`
}

// An instant is a cell of the form 2026-11-23T18:14:44Z (util/date.py:4); the
// zero time where it is empty.
type instant struct{ time.Time }

// UnmarshalCSV reads a cell. One of another form, as a spreadsheet saves it,
// is unknown: nothing rests on it alone.
func (t *instant) UnmarshalCSV(cell string) error {
	t.Time, _ = time.Parse(time.RFC3339, strings.TrimSpace(cell))
	return nil
}

// ReadFailures reads a _failures.csv.
func ReadFailures(r io.Reader, file string) (*loadtest.Failures, []loadtest.Note, error) {
	t, n, err := readTable(r, file, failureColumns, nil)
	if err != nil {
		return nil, nil, err
	}
	var rows []failureRow
	if err := t.Rows(failureColumns, &rows); err != nil {
		return nil, nil, err
	}
	f := &loadtest.Failures{File: file}
	for i, row := range rows {
		f.Rows = append(f.Rows, loadtest.Failure{
			Endpoint: loadtest.Endpoint{Method: row.Method, Name: row.Name},
			Error:    row.Error,
			Count:    int64(row.Count),
			First:    row.First.Time,
			Last:     row.Last.Time,
			Line:     t.Line(i),
		})
	}
	return f, n.list, nil
}

var exceptionColumns = []csvtable.Column{
	{Name: "Count"},
	{Name: "Message"},
	{Name: "Traceback"},
	{Name: "Nodes", Optional: true},
}

type exceptionRow struct {
	Count     csvtable.Count `csv:"Count"`
	Message   string         `csv:"Message"`
	Traceback string         `csv:"Traceback"`
	Nodes     string         `csv:"Nodes"`
}

// ReadExceptions reads an _exceptions.csv.
func ReadExceptions(r io.Reader, file string) (*loadtest.Exceptions, []loadtest.Note, error) {
	t, n, err := readTable(r, file, exceptionColumns, nil)
	if err != nil {
		return nil, nil, err
	}
	var rows []exceptionRow
	if err := t.Rows(exceptionColumns, &rows); err != nil {
		return nil, nil, err
	}
	e := &loadtest.Exceptions{File: file}
	for i, row := range rows {
		e.Rows = append(e.Rows, loadtest.Exception{
			Count:     int64(row.Count),
			Message:   row.Message,
			Traceback: row.Traceback,
			Nodes:     row.Nodes,
			Line:      t.Line(i),
		})
	}
	return e, n.list, nil
}

// readTable reads a small CSV file and notes what was odd about it.
func readTable(r io.Reader, file string, columns []csvtable.Column, wanted func(string) bool) (*csvtable.Table, *notes, error) {
	t, err := csvtable.Read(r, file, csvtable.Options{Columns: columns, Wanted: wanted, Lazy: true})
	if err != nil {
		return nil, nil, err
	}
	n := &notes{file: file}
	if t.Foreign {
		n.add("not_utf8", loadtest.Info, 0, "The file is not UTF-8; it was read as Windows-1252.")
	}
	if t.Torn > 0 {
		n.add("torn_row", loadtest.Warn, t.Torn, "The last row is cut off and was left out: Locust was stopped while it wrote.")
	}
	if len(t.Header.Unknown) > 0 {
		n.add("unknown_columns", loadtest.Info, 1, "Columns that no version of Locust writes were ignored: %s.", few(t.Header.Unknown))
	}
	return t, n, nil
}
