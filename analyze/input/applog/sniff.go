package applog

import "bytes"

// A Kind is a kind of file; its text is loadtest.Input's.
type Kind string

// Log is an application's log.
const Log Kind = "app_log"

const (
	sniffBytes = 64 << 10
	sniffLines = 200
	// sniffShare is how much of the lines with a time must be a log's.
	sniffShare = 0.3
	// sniffBanner is how many lines may stand before the first with a time.
	sniffBanner = 10
)

// Sniff tells an application's log from its first bytes; "" is none. A log has
// lines with a time and a level, a request or a status. Readings with a time
// line each, tables and captures of commands are no logs, nor is Locust's own.
func Sniff(head []byte) Kind {
	head = head[:min(len(head), sniffBytes)]
	if i := bytes.LastIndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return ""
	}
	t := taker{}
	t.outer.ref, t.inner.ref = 1.7e9, 1.7e9
	lines, all, logs, starts := 0, 0, 0, 0
	for line := range bytes.SplitSeq(head, []byte("\n")) {
		line = bytes.TrimRight(bytes.TrimPrefix(line, []byte("\ufeff")), " \t\r")
		if len(line) == 0 {
			continue
		}
		if isCommand(line) || bytes.Contains(line, []byte("/locust.")) {
			return ""
		}
		lines++
		r := t.take(line)
		if lines > sniffBanner && all == 0 {
			return ""
		}
		if r.dated && !r.more {
			all++
			switch {
			case r.form == text && r.at.end < len(line) && (line[r.at.end] == ',' || line[r.at.end] == ';'): // a table
			case r.form == jsonLine && r.level == noLevel && !r.request && len(r.message) == 0:
			case r.level != noLevel && (len(r.message) > 0 || len(r.err) > 0), r.request:
				logs++
			case len(r.message) > 0 && decide(r.level, r.status, false, string(r.message)).class != "":
				logs++
			case r.form == text && wordy(r.message):
				starts++ // Go's log and syslog have no levels
			}
		}
		if lines == sniffLines {
			break
		}
	}
	if logs > 0 && float64(logs+starts) >= sniffShare*float64(all) || starts >= 3 && starts == all && all == lines {
		return Log
	}
	return ""
}

// wordy reports that a text is a sentence more than a row of figures.
func wordy(b []byte) bool {
	words, run := 0, 0
	for _, c := range b {
		switch {
		case c|0x20-'a' < 26:
			if run++; run == 3 {
				words++
			}
		case isDigit(c), c == ',', c == '|', c == ';':
			if c != ',' && !isDigit(c) {
				return false
			}
			run = 0
		default:
			run = 0
		}
	}
	return words >= 2
}

// isCommand recognises a line of a terminal: "$ grep ERROR app.log".
func isCommand(line []byte) bool {
	return len(line) > 3 && (line[0] == '$' || line[0] == '#') && line[1] == ' ' && (line[2]|0x20-'a' < 26) &&
		(line[0] == '$' || bytes.Contains(line, []byte("grep ")))
}
