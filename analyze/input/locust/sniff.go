package locust

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
)

// A Kind is a kind of file that Locust writes; its text is loadtest.Input's.
type Kind string

// The kinds.
const (
	History    Kind = "locust_history"
	Stats      Kind = "locust_stats"
	FailureLog Kind = "locust_failures"
	Exceptions Kind = "locust_exceptions"
	JSON       Kind = "locust_json"
	HTML       Kind = "locust_html"
	Log        Kind = "locust_log"
)

// SniffBytes is how much of a file Sniff wants to see.
const SniffBytes = 64 << 10

// csvKinds are told by the columns that no other kind has together.
var csvKinds = []struct {
	kind  Kind
	names [][]string // each must be there, in one of its spellings
}{
	{History, [][]string{{"Timestamp"}, {"Name"}, {"Type", "Method"}, {"Total Request Count", "# requests"}}},
	{Stats, [][]string{{"Type", "Method"}, {"Name"}, {"Request Count", "# requests"}, {"Average Response Time"}}},
	{FailureLog, [][]string{{"Method"}, {"Name"}, {"Error"}, {"Occurrences"}}},
	{Exceptions, [][]string{{"Count"}, {"Message"}, {"Traceback"}}},
}

var (
	logLine = regexp.MustCompile(`(?m)^\[[0-9-]+ [0-9:,]+\] .*/(DEBUG|INFO|WARNING|ERROR|CRITICAL)/`)
	table   = regexp.MustCompile(`(?m)^ ?(Type +)?Name +# reqs +# fails`)
)

// Sniff tells the kind of a file from its first bytes, at most SniffBytes of
// them; "" is none of Locust's. Names of files mean little: what the web page
// offers as …_requests.csv is today's _stats.csv.
func Sniff(head []byte) Kind {
	head, _ = csvtable.Text(head[:min(len(head), SniffBytes)])
	trimmed := bytes.TrimSpace(head)
	switch {
	case len(trimmed) == 0:
		return ""
	case trimmed[0] == '<':
		if bytes.Contains(head, []byte("window.templateArgs")) || bytes.Contains(head, []byte("<title>Locust")) ||
			bytes.Contains(head, []byte("Locust Test Report")) || bytes.Contains(head, []byte("<title>Test Report for ")) {
			return HTML
		}
		return ""
	case trimmed[0] == '[' && (bytes.Contains(head, []byte(`"num_reqs_per_sec"`)) || bytes.Contains(head, []byte(`"response_times"`)) || string(trimmed) == "[]"):
		return JSON
	case bytes.Contains(head, []byte("/locust.")) && logLine.Match(head),
		// every line is an attempt to match: 64 kB of numbers take 20 ms
		bytes.Contains(head, []byte(" # fails")) && table.Match(head):
		return Log
	}
	return sniffCSV(head)
}

func sniffCSV(head []byte) Kind {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	r := csv.NewReader(strings.NewReader(strings.Trim(string(line), "\r")))
	r.Comma, r.LazyQuotes = rune(csvtable.Delimiter(line)), true
	cells, err := r.Read()
	if err != nil {
		return ""
	}
	for _, k := range csvKinds {
		all := true
		for _, spellings := range k.names {
			any := false
			for _, s := range spellings {
				for _, c := range cells {
					any = any || strings.EqualFold(strings.TrimSpace(c), s)
				}
			}
			all = all && any
		}
		if all {
			return k.kind
		}
	}
	return ""
}
