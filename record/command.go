package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
)

// A Command is the load test: a program that is run as if the recorder were
// not there. Its standard streams are the recorder's own.
type Command struct {
	cmd  *exec.Cmd
	own  bool // it leads a process group of its own
	done chan struct{}
}

// NewCommand finds the program; nothing is started.
func NewCommand(args []string) (*Command, error) {
	if len(args) == 0 {
		return nil, errors.New("no command is given")
	}
	program, err := exec.LookPath(args[0])
	switch {
	case errors.Is(err, exec.ErrDot):
		return nil, fmt.Errorf("%s: it lies in the current folder: write ./%[1]s", args[0])
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: command not found", args[0])
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s: permission denied", args[0])
	case err != nil:
		return nil, fmt.Errorf("%s: it cannot be run", args[0])
	}
	cmd := exec.Command(program, args[1:]...)
	cmd.Args[0] = args[0]
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return &Command{cmd: cmd, done: make(chan struct{})}, nil
}

// Start starts the program and returns its process number.
//
// At a terminal it stays in the recorder's process group, so that Ctrl-C and
// Ctrl-Z reach both from the terminal, once each, and reading from the
// terminal works. Elsewhere it leads a group of its own, to which signals are
// passed on: a signal that somebody sends to the recorder's whole group, as
// timeout(1) does, would else arrive twice, and a second Ctrl-C makes Locust
// drop what it is writing.
func (c *Command) Start() (int, error) {
	if c.own = !foreground(); c.own {
		ownGroup(c.cmd)
	}
	if err := c.cmd.Start(); err != nil {
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			err = p.Err
		}
		return 0, fmt.Errorf("%s: %w", c.cmd.Args[0], err)
	}
	go func() {
		c.cmd.Wait() // what it returns is in ProcessState
		close(c.done)
	}()
	return c.cmd.Process.Pid, nil
}

// Done is closed when the program has ended.
func (c *Command) Done() <-chan struct{} { return c.done }

// Signal passes a signal on. One that came from the keyboard has reached the
// program already.
func (c *Command) Signal(sig os.Signal) {
	s, ok := sig.(syscall.Signal)
	switch {
	case c.own && ok:
		signalGroup(c.cmd.Process, s)
	case sig != os.Interrupt:
		c.cmd.Process.Signal(sig)
	}
}

// Status returns the exit status as a shell gives it: 128 + n for a program
// that signal n ended. Only once Done is closed.
func (c *Command) Status() int {
	state := c.cmd.ProcessState
	if w, ok := state.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return state.ExitCode()
}
