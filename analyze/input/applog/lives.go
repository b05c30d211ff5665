package applog

import "bytes"

const (
	// startSeconds is how long the lines of one start may take: a server
	// announces itself several times.
	startSeconds = 10
	// sameBanner is after how many seconds the same announcement is of another
	// start; the workers of one start announce themselves at once.
	sameBanner = 3
	// firstSeconds is how long after the beginning of a file a start can be the
	// one that began the file.
	firstSeconds = 60
	// deathSeconds is how long after a process's end other lines may tell of
	// the same end.
	deathSeconds = 60
)

// lives follows the processes that a log tells of, so that one start and one
// end are one event each, however many lines tell of it.
type lives struct {
	noted  bool
	begun  stamp // the first line's time
	alive  bool  // something was served or failed before
	starts bool  // a start was seen

	start      stamp // the last line of the last start
	banner     [64]byte
	bannerSize int
	ended      bool // a process ended since

	dead   int // the process that ended last
	deadAt int64
}

func (l *lives) note(at stamp) {
	if !l.noted {
		l.noted, l.begun = true, at
	}
}

// judge reports whether an event counts: not the start with which the log
// begins, and no second line about the same start or end.
func (l *lives) judge(e *event) bool {
	l.note(e.at)
	switch e.verdict.class {
	case Restart:
		return l.started(e)
	case Crash:
		l.ended, l.alive = true, true
		if e.pid != 0 && e.pid == l.dead && e.at.sec-l.deadAt <= deathSeconds {
			return false
		}
		l.dead, l.deadAt = e.pid, e.at.sec
	default:
		l.alive = true
	}
	return true
}

func (l *lives) started(e *event) bool {
	gap := e.at.sec - l.start.sec
	banner := bannerOf(e)
	again := string(l.banner[:l.bannerSize]) == string(banner)
	same := l.starts && !l.ended && gap >= 0 && gap < startSeconds && !(again && gap >= sameBanner)
	first := !l.starts && !l.alive && e.at.sec-l.begun.sec <= firstSeconds
	if !same || !again {
		l.bannerSize = copy(l.banner[:], banner)
	}
	l.starts, l.start, l.ended = true, e.at, false
	if first {
		return false
	}
	return !same
}

// bannerOf is what of a line tells one announcement from another: its last
// words, without digits.
func bannerOf(e *event) []byte {
	var out []byte
	text := e.example
	for i := len(text) - 1; i >= 0 && len(out) < 64; i-- {
		if !isDigit(text[i]) {
			out = append(out, text[i])
		}
	}
	return out
}

// processID reads the number of the process that a line is about; 0 if it
// names none.
func processID(line []byte) int {
	for i := 0; i+3 < len(line); i++ {
		if line[i]|0x20 != 'p' || line[i+1]|0x20 != 'i' || line[i+2]|0x20 != 'd' || i > 0 && isWord(line[i-1]) {
			continue
		}
		j := i + 3
		for j < len(line) && j < i+6 && bytes.IndexByte([]byte(" :=("), line[j]) >= 0 {
			j++
		}
		k := j
		for k < len(line) && isDigit(line[k]) {
			k++
		}
		if n, ok := number(line[j:k]); ok {
			return n
		}
		if k-j == 7 {
			n, _ := number(line[j+1 : k])
			return n
		}
	}
	return 0
}
