//go:build unix

package record

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// foreground reports whether the keyboard's signals come to the recorder.
func foreground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func signalGroup(p *os.Process, s syscall.Signal) {
	if syscall.Kill(-p.Pid, s) != nil {
		p.Signal(s)
	}
}
