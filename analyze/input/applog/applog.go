// Package applog reads the application's log: the events of the run's window,
// classified and counted, in one pass and in constant memory.
//
// Lines are recognised one by one, as one file often holds several forms:
// Python and Django logging, gunicorn and uvicorn, Go's log, slog, zap,
// logrus, Java's, PostgreSQL's, nginx's and Apache's error logs, JSON lines,
// logfmt and access lines, with the prefixes of Docker, Kubernetes, docker
// compose, syslog and the journal. What follows an event without a time of its
// own, a traceback above all, belongs to it.
package applog

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/peakload/peakload/analyze/loadtest"
)

const (
	// keepBeyond is how far before and after the run events are kept by
	// second: a restart after the run is worth knowing.
	keepBeyond = 600
	// Rows of a history begin and end some seconds after and before the load:
	// requests of its last seconds are of the run.
	countBefore, countAfter = 5, 15
	// grace is how far apart log and run may be and still belong together.
	grace = 60
)

// A Window is the time of the run, in Unix seconds; NaN is not known.
type Window struct {
	From, To float64
	// Zone is the load generator's zone as its own log tells it, in s east of
	// UTC; NaN is not known. It decides only where several zones would fit.
	Zone float64
}

// Unknown is the window of a run whose times are not known.
func Unknown() Window { return Window{math.NaN(), math.NaN(), math.NaN()} }

func (w Window) known() bool { return w.From <= w.To }

// An OutsideError says that a log and the run are of different times.
type OutsideError struct {
	File       string
	Start, End float64 // of the log, Unix s
	Local      bool    // in a zone that the log does not state
	Window     Window
}

// Error states both windows.
func (e *OutsideError) Error() string {
	return e.File + ": this log is not of this run: " + e.Windows()
}

// Windows states both windows, without the file's name.
func (e *OutsideError) Windows() string {
	zone := " UTC"
	if e.Local {
		zone = " in a zone that it does not state"
	}
	return fmt.Sprintf("it covers %s to %s%s, the run %s to %s UTC", clock(e.Start), clock(e.End), zone, clock(e.Window.From), clock(e.Window.To))
}

// An UndatedError says that no line of a log has a time, so that nothing tells
// which of them are of the run.
type UndatedError struct{ File string }

// Error says what is missing.
func (e *UndatedError) Error() string {
	return e.File + ": no line has a time that peakload can read, so that nothing tells which events are of the run"
}

// A CaptureError says that a file is what a terminal showed of a log, not the
// log.
type CaptureError struct{ File string }

// Error says what to name instead.
func (e *CaptureError) Error() string {
	return e.File + ": this is the output of commands such as grep, which repeats lines of a log; name the log itself"
}

// Read reads a log. file is its name for messages; patterns are the user's
// own, tried before the rules, in order.
//
// The run's window must be known for the events to be counted; without it all
// of them are, and times that state no zone are taken as UTC. An error is of
// the reader, a pattern that is no expression, an *OutsideError, an
// *UndatedError or a *CaptureError.
func Read(r io.Reader, file string, w Window, patterns []Pattern) (*loadtest.AppLog, []loadtest.Note, error) {
	own, err := compile(patterns)
	if err != nil {
		return nil, nil, err
	}
	s := newReading(w, own)
	in := newLines(r)
	for {
		line, ok := in.next()
		if !ok {
			break
		}
		if in.number == 1 && isCommand(line) {
			return nil, nil, &CaptureError{file}
		}
		s.line(line, in.number)
	}
	if in.err != nil && in.err != io.EOF {
		return nil, nil, in.err
	}
	s.flush()
	log := &loadtest.AppLog{File: file, Format: s.format(), Lines: in.number, Undated: s.undated, Start: math.NaN(), End: math.NaN()}
	return s.result(log, w)
}

func clock(unix float64) string {
	if math.IsNaN(unix) {
		return "an unknown time"
	}
	return time.Unix(int64(math.Floor(unix)), 0).UTC().Format("2006-01-02 15:04:05")
}

// printable is a line as an example, cut to exampleBytes.
func printable(b []byte) string {
	b = b[:min(len(b), exampleBytes)]
	for i := 0; i < utf8.UTFMax && len(b) > 0 && !utf8.Valid(b); i++ {
		if r, n := utf8.DecodeLastRune(b); r != utf8.RuneError || n != 1 {
			break
		}
		b = b[:len(b)-1]
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
