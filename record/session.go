package record

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// A Session is a recording around a command: before it, while it runs, and
// after it.
type Session struct {
	Recorder      *Recorder
	Command       *Command // nil: record until interrupted
	Table         *Table
	Before, After time.Duration
	// Stage is told what the recording does now, and when that will end; the
	// zero time is not known. Running says that the command has the terminal.
	Stage func(what string, until time.Time, running bool)

	started bool
}

// Started reports whether the command was started.
func (s *Session) Started() bool { return s.started }

// Run records and returns the command's exit status, or 128 + n where signal n
// ended the recording before the command began. An error means that the
// command could not be started, or that there was none and the file could not
// be written: a full disk changes nothing of a load test.
func (s *Session) Run() (status int, accounts []Account, err error) {
	signals := make(chan os.Signal, 8)
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) { // nohup, and a shell's background jobs
			signal.Notify(signals, sig)
		}
	}
	defer signal.Stop(signals)

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	recorded := make(chan struct{})
	var fault error
	go func() {
		accounts, fault = s.Recorder.Run(ctx)
		close(recorded)
	}()
	status, err = s.stages(signals)
	stop()
	<-recorded
	if err == nil && s.Command == nil {
		err = fault
	}
	return status, accounts, err
}

func (s *Session) stages(signals <-chan os.Signal) (int, error) {
	if s.Command == nil {
		s.Stage("recording until Ctrl-C", time.Time{}, false)
		<-signals
		return 0, nil
	}
	if sig := s.wait(signals, "before the command", s.Before); sig != nil {
		return 128 + number(sig), nil
	}
	s.Stage("", time.Time{}, true)
	pid, err := s.Command.Start()
	if err != nil {
		return 0, err
	}
	s.started = true
	s.Table.SetRoot(pid)
	ended := false // by somebody who wants the end, not a recovery
	for running := true; running; {
		select {
		case <-s.Command.Done():
			running = false
		case sig := <-signals:
			s.Command.Signal(sig)
			ended = ended || sig != os.Interrupt
		}
	}
	s.Table.SetRoot(0)
	if !ended {
		s.wait(signals, "after the command, Ctrl-C ends it", s.After)
	}
	return s.Command.Status(), nil
}

// wait waits, or returns the signal that ended the waiting.
func (s *Session) wait(signals <-chan os.Signal, what string, d time.Duration) os.Signal {
	if d <= 0 {
		return nil
	}
	s.Stage(fmt.Sprintf("recording %s", what), time.Now().Add(d), false)
	select {
	case <-time.After(d):
		return nil
	case sig := <-signals:
		return sig
	}
}

func number(sig os.Signal) int {
	if s, ok := sig.(syscall.Signal); ok {
		return int(s)
	}
	return 0
}
