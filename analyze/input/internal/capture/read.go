package capture

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

// What one sample may be. Beyond it, it is handed to the parsers in pieces,
// all of its time.
const (
	mostLines = 8192
	mostBytes = 16 << 20
	mostLine  = 4 << 20 // of one line; what is beyond is cut
)

// Read reads a capture: it cuts the file into samples at the lines with a
// time, offers every sample to every parser, and puts the readings together to
// tracks. Memory is that of one sample and of the tracks. An error is one of
// reading r; what the file holds makes notes only.
func Read(r io.Reader, file string, parsers []Parser) ([]loadtest.Track, []loadtest.Note, error) {
	c := &reading{file: file, collector: NewCollector(file), sample: Sample{Time: math.NaN()}}
	for _, p := range parsers {
		c.parse = append(c.parse, p.New())
		c.kinds = append(c.kinds, p.Kind)
	}
	br := bufio.NewReaderSize(decoded(r), 64<<10)
	for n := 1; ; n++ {
		line, err := readLine(br)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
		c.line(line, n)
	}
	c.flush()
	tracks, notes := c.collector.Tracks()
	return tracks, append(notes, c.notes()...), nil
}

// A reading is a file being read.
type reading struct {
	file      string
	parse     []func(*Sample, func(Reading))
	kinds     []string
	collector *Collector
	sample    Sample
	bytes     int
	dated     bool // a line with a time was seen …
	bare      bool // … and the first was a number alone

	lines       int // that were neither blank nor a time
	strange     int // of them, that no parser took
	strangeLine int
	strangeText string
	undated     int // readings without a time
	undatedLine int
}

func (c *reading) line(line string, n int) {
	if t, ok := timeLine(line); ok && (!c.dated || c.bare || !t.bare) {
		c.flush()
		if !c.dated {
			c.dated, c.bare = true, t.bare
		}
		c.sample = Sample{Time: t.unix, Local: t.local}
		return
	}
	if len(c.sample.Lines) == mostLines || c.bytes > mostBytes {
		c.flush()
		c.sample = Sample{Time: c.sample.Time, Local: c.sample.Local}
	}
	if len(c.sample.Lines) == 0 {
		c.sample.Line = n
	}
	c.sample.Lines = append(c.sample.Lines, line)
	c.bytes += len(line)
}

// flush offers the sample to the parsers.
func (c *reading) flush() {
	s := &c.sample
	if len(s.Lines) == 0 {
		return
	}
	for i, parse := range c.parse {
		parse(s, func(r Reading) { c.take(c.kinds[i], r) })
	}
	for i, line := range s.Lines {
		switch {
		case s.Used(i):
			c.lines++
		case !idle(line):
			c.lines++
			if c.strange++; c.strange == 1 {
				c.strangeLine, c.strangeText = s.Line+i, clip(line)
			}
		}
	}
	c.bytes = 0
	s.Lines, s.used = nil, nil
}

func (c *reading) take(kind string, r Reading) {
	if r.Time == 0 {
		r.Time, r.Local = c.sample.Time, c.sample.Local
	}
	if math.IsNaN(r.Time) {
		if c.undated++; c.undated == 1 {
			c.undatedLine = r.Line
		}
		return
	}
	c.collector.Add(kind, r)
}

func (c *reading) notes() []loadtest.Note {
	var notes []loadtest.Note
	if c.undated > 0 {
		message := fmt.Sprintf("%d readings have no time and were left out: no line with a time comes before them. "+
			"Print one before each sample: date -u +%%FT%%TZ.", c.undated)
		notes = append(notes, loadtest.Note{Code: "capture_without_times", Severity: loadtest.Warn, Source: at(c.file, c.undatedLine), Message: message})
	}
	if c.strange > 0 {
		severity := loadtest.Info
		if 10*c.strange > c.lines {
			severity = loadtest.Warn
		}
		was := "were"
		if c.strange == 1 {
			was = "was"
		}
		notes = append(notes, loadtest.Note{Code: "capture_not_understood", Severity: severity, Source: at(c.file, c.strangeLine),
			Message: fmt.Sprintf("%d of %d lines %s not understood and skipped; the first is %q.", c.strange, c.lines, was, c.strangeText)})
	}
	return notes
}

var prompt = regexp.MustCompile(`^(\$|[>%] |[^\s|]*[@:~][^\s|]*[$#%>]( |$)|Every [0-9.,]+s: |\w+=[#>*] |\++ )`)

var (
	rowCount = regexp.MustCompile(`^\(\d+ \pL+\)$`)
	timing   = regexp.MustCompile(`^\pL+ ?: \d+[.,]\d+ ms( \([0-9:.,d ]+\))?$`)
	settings = regexp.MustCompile(`^(?:psql \(\d|Type "help" for help\.|SSL connection \(|You are now connected to |` +
		`(?:Null|Expanded) display is |(?:Timing|Tuples only|Output format|Border style|Line style|Title|Field separator|Record separator|Pager|Pager usage|Default footer) is )`)
)

// RowCount reports the line that psql puts below a table: "(2 rows)", or
// "(2 Zeilen)" in German.
func RowCount(line string) bool { return strings.HasPrefix(line, "(") && rowCount.MatchString(line) }

// idle reports whether a line says nothing: blank, a rule, a prompt with a
// command, psql's row count or timing, or its settings.
func idle(line string) bool {
	text := strings.TrimSpace(line)
	switch {
	case text == "", strings.Trim(text, "-=_*#+~─═") == "":
		return true
	case RowCount(text), timing.MatchString(text), settings.MatchString(text):
		return true
	}
	return prompt.MatchString(text)
}

var escapes = regexp.MustCompile("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-B]|[=>])")

// readLine returns the next line without its end and without a terminal's
// escape sequences.
func readLine(br *bufio.Reader) (string, error) {
	var long []byte
	for {
		part, err := br.ReadSlice('\n')
		if len(long) < mostLine {
			long = append(long, part[:min(len(part), mostLine-len(long))]...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && (err != io.EOF || len(long) == 0) {
			return "", err
		}
		break
	}
	long = bytes.TrimRight(long, "\r\n\x00")
	if bytes.IndexByte(long, 0x1b) >= 0 {
		long = escapes.ReplaceAll(long, nil)
	}
	if !utf8.Valid(long) {
		return csvtable.Windows1252(long), nil
	}
	return string(long), nil
}

// clip keeps a line fit for a message.
func clip(line string) string {
	const most = 100
	line = strings.TrimSpace(line)
	if len(line) <= most {
		return line
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(line[cut]) {
		cut--
	}
	return line[:cut] + "…"
}
