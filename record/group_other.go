//go:build !unix

package record

import (
	"os"
	"os/exec"
	"syscall"
)

// foreground reports whether the keyboard's signals come to the recorder.
func foreground() bool { return true }

func ownGroup(*exec.Cmd) {}

func signalGroup(p *os.Process, s syscall.Signal) { p.Signal(s) }
