package applog

import (
	"bytes"
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A reading is a log being read.
type reading struct {
	taker
	verdicts
	events
	lives
	patterns []compiled
	lines    *density
	near     span // what is counted before the zone is known
	zoned    span // what is counted of lines that state their zone

	now     event
	formsOf [forms]int64
	undated int64
	dated   int64
	// Of the lines that state their zone.
	zonedFirst, zonedLast float64
	zonedLines            int64
	east                  int
	inferredDate          shape // of all lines, as written
}

func newReading(w Window, own []compiled) *reading {
	s := &reading{patterns: own, lines: newDensity(w), zonedFirst: math.NaN(), zonedLast: math.NaN()}
	all := span{math.MinInt64, math.MaxInt64}
	s.near, s.zoned = all, all
	ref := math.NaN()
	if w.known() {
		s.near = span{int64(w.From) - beyond, int64(w.To) + beyond}
		s.zoned = span{int64(w.From) - keepBeyond, int64(w.To) + keepBeyond}
		ref = (w.From + w.To) / 2
	}
	s.outer.ref, s.inner.ref = ref, ref
	return s
}

// line takes one line in.
func (s *reading) line(line []byte, number int64) {
	if len(line) == 0 {
		return
	}
	r := s.take(line)
	if r.dated && !r.more {
		s.flush()
		s.date(r)
		s.begin(r, line, number)
		return
	}
	if !s.now.open {
		s.undated++
		return
	}
	if r.own || r.form == access {
		// A line of its own that has no time: nothing says when it was.
		s.undated++
		return
	}
	s.more(r, line, number)
}

// date counts a line by its time.
func (s *reading) date(r *record) {
	s.dated++
	s.formsOf[r.form]++
	if s.outer.last == syslog || s.outer.last == clockOnly {
		s.inferredDate = s.outer.last
	}
	at := float64(r.at.sec) + float64(r.at.nano)/1e9
	if !r.at.zoned {
		s.lines.add(r.at.sec)
		return
	}
	s.zonedLines++
	s.east = r.at.east
	if !(s.zonedFirst <= at) {
		s.zonedFirst = at
	}
	if !(s.zonedLast >= at) {
		s.zonedLast = at
	}
}

// begin opens the event of a line.
func (s *reading) begin(r *record, line []byte, number int64) {
	e := &s.now
	e.open, e.at, e.line, e.tracing = true, r.at, number, false
	e.level, e.request = r.level, r.request
	if r.at.zoned {
		e.near = s.zoned.holds(r.at.sec)
	} else {
		e.near = s.near.holds(r.at.sec)
	}
	v, ok := verdict{}, false
	if len(s.patterns) > 0 {
		v, ok = match(s.patterns, line, r)
	}
	if !ok {
		v = s.verdicts.of(r, &s.skeletons)
	}
	e.verdict = v
	if !e.near && v.class != Restart && v.class != Crash {
		s.seen(e)
		e.open = true
		e.example = e.example[:0]
		return
	}
	e.example = append(e.example[:0], line[:min(len(line), exampleBytes+4)]...)
	e.userType = append(e.userType[:0], r.userType[:min(len(r.userType), userTypeBytes)]...)
	e.method = append(e.method[:0], r.method...)
	e.path = append(e.path[:0], r.path[:min(len(r.path), pathBytes)]...)
	if v.class == Crash {
		e.pid = processID(line)
	}
}

// more takes in a line that continues the event before.
func (s *reading) more(r *record, line []byte, number int64) {
	e := &s.now
	b := r.message
	if bytes.HasPrefix(b, traceback) {
		e.tracing = true
		if e.verdict.class == "" && e.near {
			e.verdict.class = Error
		}
		return
	}
	if len(b) == 0 || b[0] == ' ' || b[0] == '\t' {
		return
	}
	if e.verdict.named {
		return
	}
	// A word in a continuation means little: only exceptions are asked, and
	// what a dying process writes without a time.
	exception := exceptional(b[:min(len(b), exampleBytes)])
	v := verdict{}
	if exception || !r.dated {
		v = s.verdicts.more(b)
	}
	switch {
	case v.class == Crash || v.class == Memory && !exception:
		// The process's last words: an event of its own, at the time of the
		// line before.
		at, near := e.at, e.near
		s.flush()
		*e = event{open: true, at: at, near: near, verdict: v, line: number, userType: e.userType[:0], method: e.method[:0], path: e.path[:0], endpoint: e.endpoint[:0],
			example: append(e.example[:0], line[:min(len(line), exampleBytes+4)]...)}
		if v.class == Crash {
			e.pid = processID(line)
		}
	case exception && v.class != "" && (e.verdict.class != "" || e.level >= warning):
		if e.verdict.status != 0 {
			v.status = e.verdict.status
		}
		e.verdict = v
		e.verdict.named = false // a later exception is nearer to the cause's name
	}
}

// flush counts the event that is open.
func (s *reading) flush() {
	e := &s.now
	if !e.open {
		return
	}
	e.open = false
	if e.verdict.class == "" {
		s.seen(e)
		return
	}
	if counts := s.lives.judge(e); !counts || !e.near {
		return
	}
	e.endpoint = appendEndpoint(e.endpoint[:0], e.method, e.path)
	s.events.add(e)
}

func (s *reading) seen(e *event) {
	if e.verdict.class != "" && e.verdict.class != Restart && e.verdict.class != Crash {
		s.lives.alive = true
	}
	s.lives.note(e.at)
}

// format is the form of most lines.
func (s *reading) format() string {
	best := text
	for f := text; f < forms; f++ {
		if s.formsOf[f] > s.formsOf[best] {
			best = f
		}
	}
	return best.String()
}

// result finds the zone and counts the run's events.
func (s *reading) result(log *loadtest.AppLog, w Window) (*loadtest.AppLog, []loadtest.Note, error) {
	var notes []loadtest.Note
	note := func(code string, severity loadtest.Severity, format string, a ...any) {
		notes = append(notes, loadtest.Note{Code: code, Severity: severity, Source: log.File, Message: fmt.Sprintf(format, a...)})
	}
	if s.dated == 0 {
		if s.undated > 0 {
			return nil, nil, &UndatedError{log.File}
		}
		note("log_empty", loadtest.Info, "The log is empty.")
		return log, notes, nil
	}
	var offset int64
	switch {
	case !s.lines.any:
		log.Offset, log.OffsetWhy = -float64(s.east), "stated in the lines"
	case !w.known():
		log.OffsetWhy = "the lines state no zone and the run's times are not known: taken as UTC"
	default:
		var ok bool
		if offset, log.OffsetWhy, ok = s.lines.offset(w); !ok && s.zonedLines == 0 {
			return nil, nil, &OutsideError{log.File, float64(s.lines.first), float64(s.lines.last), true, w}
		}
		log.Offset = float64(offset)
		if offset != 0 {
			note("log_zone_inferred", loadtest.Info, "The log's times state no zone; they are taken as %s, in which they overlap the run.", zoneName(offset))
		}
	}
	log.Start, log.End = s.zonedFirst, s.zonedLast
	if s.lines.any {
		first, last := float64(s.lines.first+offset), float64(s.lines.last+offset)
		if !(log.Start <= first) {
			log.Start = first
		}
		if !(log.End >= last) {
			log.End = last
		}
	}
	keep, count := s.zoned, s.zoned
	if w.known() {
		if log.End < w.From-grace || log.Start > w.To+grace {
			return nil, nil, &OutsideError{log.File, log.Start, log.End, false, w}
		}
		count = span{int64(math.Floor(w.From)) - countBefore, int64(math.Floor(w.To)) + countAfter}
	}
	log.Events = s.events.settle(offset, keep, count)
	for _, e := range log.Events {
		log.Counted += e.Count
	}
	if s.undated > 0 {
		note("log_lines_undated", loadtest.Info, "%d of %d lines have no time and follow no line that has one; they are not counted.", s.undated, log.Lines)
	}
	if s.inferredDate == syslog {
		note("log_year_inferred", loadtest.Info, "The log's times have no year; the one nearest to the run is taken.")
	}
	if s.inferredDate == clockOnly {
		note("log_date_inferred", loadtest.Info, "The log's times have no date; the one nearest to the run is taken.")
	}
	if s.events.merged {
		note("log_kinds_merged", loadtest.Info, "The log has more than %d kinds of events; the rest are counted by class only, without endpoint and user type.", mostKinds)
	}
	if s.events.full {
		note("log_too_dense", loadtest.Warn, "The log has events in too many seconds around the run to count them all apart; later ones are missing. Cut the log to the run.")
	}
	return log, notes, nil
}
