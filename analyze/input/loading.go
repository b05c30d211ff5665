package input

import (
	"fmt"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A loading is a run being read.
type loading struct {
	Options
	run   *loadtest.Run
	taken map[string]string // kind → file that was read
}

// read reads one file into the run.
func (l *loading) read(c candidate) error {
	if first, ok := l.taken[c.source.kind]; ok {
		l.run.Notes = append(l.run.Notes, loadtest.Note{Code: "duplicate_input", Severity: loadtest.Info, Source: c.file,
			Message: fmt.Sprintf("This file was left out, as %s is of the same kind.", first)})
		return nil
	}
	if l.taken == nil {
		l.taken = map[string]string{}
	}
	l.taken[c.source.kind] = c.file
	o, err := open(c.dir, c.name, l.Progress)
	if err != nil {
		return err
	}
	notes, err := c.source.read(o, c.file, l.run)
	sum, size, closeErr := o.close()
	if err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	l.run.Inputs = append(l.run.Inputs, loadtest.Input{File: c.file, Kind: c.source.kind, SHA256: sum, Bytes: size})
	l.run.Notes = append(l.run.Notes, notes...)
	return nil
}

// finish checks the sources against each other.
func (l *loading) finish() {}
