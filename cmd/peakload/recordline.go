package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/peakload/peakload/record"
)

// A recordLine writes remarks, and on a terminal keeps one line that says how
// the recording stands. While the command runs the terminal is the command's:
// a line between its own would garble them.
type recordLine struct {
	w     io.Writer
	live  bool
	state func() record.State
	begin time.Time
	quit  chan struct{}

	mu      sync.Mutex
	what    string // "" for no line
	until   time.Time
	shown   bool
	stopped bool
}

func newRecordLine(w io.Writer, state func() record.State) *recordLine {
	f, ok := w.(*os.File)
	l := &recordLine{w: w, state: state, begin: time.Now(), quit: make(chan struct{}),
		live: ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))}
	if l.live {
		go l.keep()
	}
	return l
}

func (l *recordLine) keep() {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-l.quit:
			return
		case <-tick.C:
			l.mu.Lock()
			l.draw()
			l.mu.Unlock()
		}
	}
}

// stage is told what the recording does now.
func (l *recordLine) stage(what string, until time.Time, running bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.what, l.until = what, until
	if running {
		l.what = ""
	}
	l.clear()
	l.draw()
}

// say writes a remark on a line of its own.
func (l *recordLine) say(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	fmt.Fprintf(l.w, "peakload: %s %s\n", time.Now().Format("15:04:05"), printable(text))
	l.draw()
}

// close takes the line away for good.
func (l *recordLine) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	if !l.stopped {
		close(l.quit)
	}
	l.what, l.stopped = "", true
}

func (l *recordLine) clear() {
	if l.shown {
		fmt.Fprint(l.w, "\r\x1b[K")
		l.shown = false
	}
}

func (l *recordLine) draw() {
	if !l.live || l.stopped || l.what == "" {
		return
	}
	s := l.state()
	text := fmt.Sprintf("%s: %s, %d readings, %s up", l.what, clock(time.Since(l.begin)), s.Readings, targetCount(s.Up))
	if s.Down > 0 {
		text += fmt.Sprintf(", %d down", s.Down)
	}
	if !l.until.IsZero() {
		text += fmt.Sprintf(", %s to go", clock(max(0, time.Until(l.until))))
	}
	fmt.Fprintf(l.w, "\r\x1b[K%s", text)
	l.shown = true
}

// clock writes a duration as minutes and seconds.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
