package input

import (
	"fmt"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

// A loading is a run being read.
type loading struct {
	Options
	run   *loadtest.Run
	taken map[string]string // kind → file that was read

	// zone is the offset from UTC, in s, of times without one, as zoneFile and
	// the run's window told.
	zone      float64
	zoneFile  string
	zoneKnown bool

	// otherTime is the first capture that is not of the run's time, and otherBy
	// by how many seconds it begins after it.
	otherTime string
	otherBy   float64
}

// read reads one file into the run, if it is of the run.
func (l *loading) read(c candidate) error {
	if first, ok := l.taken[c.source.kind]; ok && !c.source.several {
		if c.source.beside && !c.asked && !c.named {
			return nil // one is enough; whose this one is does not matter
		}
		l.note("duplicate_input", loadtest.Info, c.file, fmt.Sprintf("This file was left out, as %s is of the same kind.", first))
		return nil
	}
	o, err := open(c.dir, c.name, l.Progress)
	if err != nil {
		return err
	}
	part := &loadtest.Run{}
	notes, err := c.source.read(o, c.file, l.setting(), part)
	sum, size, closeErr := o.close()
	if err == nil {
		err = closeErr
	}
	if err != nil {
		if _, ok := err.(*csvtable.Error); ok && c.source.beside && !c.asked && !c.named {
			return nil // a damaged file that need not be of this run
		}
		if why := notOfRun(err, c); why != "" {
			l.leaveOut(c, why)
			return nil
		}
		return err
	}
	input := loadtest.Input{File: c.file, Kind: c.source.kind, SHA256: sum, Bytes: size}
	if c.source.evidence {
		return l.take(c, part, input, notes)
	}
	if c.source.beside {
		if why := l.foreign(part, c); why != "" {
			l.leaveOut(c, why)
			return nil
		}
	}
	l.run.Inputs = append(l.run.Inputs, input)
	l.run.Notes = append(l.run.Notes, notes...)
	if !l.adopt(part) {
		return nil
	}
	if l.taken == nil {
		l.taken = map[string]string{}
	}
	l.taken[c.source.kind] = c.file
	return nil
}

// leaveOut notes a file of another run.
func (l *loading) leaveOut(c candidate, why string) {
	severity := loadtest.Info
	if c.asked || c.named {
		severity = loadtest.Warn
	}
	l.note("other_run_left_out", severity, c.file, "This file is of another run and was left out: "+why+".")
}

func (l *loading) note(code string, s loadtest.Severity, source, message string) {
	l.run.Notes = append(l.run.Notes, loadtest.Note{Code: code, Severity: s, Source: source, Message: message})
}

// adopt takes over what one file gave; false if that was nothing.
func (l *loading) adopt(part *loadtest.Run) bool {
	r := l.run
	r.Tracks, r.AppLogs = append(r.Tracks, part.Tracks...), append(r.AppLogs, part.AppLogs...)
	switch {
	case part.History != nil:
		r.History = part.History
	case part.Totals != nil:
		r.Totals = part.Totals
	case part.Failures != nil:
		r.Failures = part.Failures
	case part.Exceptions != nil:
		r.Exceptions = part.Exceptions
	case part.Histograms != nil:
		r.Histograms = part.Histograms
	case part.Page != nil:
		r.Page = part.Page
	case part.Log != nil && r.Log == nil:
		r.Log = part.Log
	case part.Log != nil:
		mergeLogs(r.Log, part.Log)
	default:
		return false
	}
	return true
}

// mergeLogs adds a second log of a run, such as the console's beside
// --logfile's: what only one of them tells.
func mergeLogs(a, b *loadtest.Log) {
	if a.Start.IsZero() {
		a.Start, a.End, a.Offset, a.OffsetKnown = b.Start, b.End, b.Offset, b.OffsetKnown
	}
	if a.Version == "" {
		a.Version = b.Version
	}
	if a.Host == "" {
		a.Host = b.Host
	}
	if a.RunTime == 0 {
		a.RunTime = b.RunTime
	}
	if len(a.Ramps) == 0 {
		a.Ramps, a.UsersWanted, a.SpawnRate = b.Ramps, b.UsersWanted, b.SpawnRate
	}
	if len(a.UserClasses) == 0 {
		a.UserClasses = b.UserClasses
	}
	if a.ExitCode < 0 {
		a.ExitCode = b.ExitCode
	}
	if b.HasFinal && (!a.HasFinal || b.FinalTotal.Requests > a.FinalTotal.Requests) {
		a.Final, a.FinalTotal, a.HasFinal = b.Final, b.FinalTotal, true
	}
	a.Ended = a.Ended || b.Ended
	a.ShapeTest = a.ShapeTest || b.ShapeTest
	a.CPUWarning = a.CPUWarning || b.CPUWarning
	a.Workers, a.LostWorkers = max(a.Workers, b.Workers), max(a.LostWorkers, b.LostWorkers)
	if len(a.Lines) == 0 {
		a.Lines = b.Lines
	}
}
