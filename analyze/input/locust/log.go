package locust

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

// ReadLog reads Locust's log (--logfile) or what it wrote to the terminal:
// log lines, console tables, or both. A file that several runs were logged to
// gives the last one, with the others before it (Log.Before).
func ReadLog(r io.Reader, file string) (*loadtest.Log, []loadtest.Note, error) {
	text := transform.NewReader(r, unicode.BOMOverride(transform.Nop)) // PowerShell redirects as UTF-16
	g := newLogReader(file)
	br := bufio.NewReaderSize(text, mostLine)
	for n := 1; ; n++ {
		line, err := br.ReadSlice('\n')
		g = g.line(n, strings.TrimRight(string(line), "\r\n"))
		for err == bufio.ErrBufferFull { // no line of Locust's is that long: its start will do
			_, err = br.ReadSlice('\n')
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return g.log, nil, nil
}

const (
	mostLine  = 64 << 10
	mostLines = 100 // kept of warnings and errors
)

// A logReader takes in a log line by line.
type logReader struct {
	log       *loadtest.Log
	lost      map[string]bool // workers
	told      map[string]bool // texts of Lines
	runs      int             // before this one, in the same file
	shape     bool            // a shape's change was announced; its ramp follows
	mostUsers int             // that UserClasses is about
	ended     bool            // Locust said that it shuts down

	table *consoleTable // being read
}

func newLogReader(file string) *logReader {
	return &logReader{log: &loadtest.Log{File: file, ExitCode: -1}, lost: map[string]bool{}, told: map[string]bool{}}
}

// mostRuns is how many runs of one file are told apart.
const mostRuns = 1000

// line takes in a line, and returns the reader for the next: another one
// where another run begins.
func (g *logReader) line(n int, line string) *logReader {
	if g.table != nil && g.table.line(line) {
		if g.table.done {
			g.take(g.table)
			g.table = nil
		}
		return g
	}
	if isTableHead(line) {
		g.table = newConsoleTable(line, n)
		return g
	}
	at, level, message, ok := splitLog(line)
	if !ok {
		return g
	}
	g.table = nil
	if g.ended && begins(message) && g.runs < mostRuns {
		next := newLogReader(g.log.File)
		next.log.Before, next.runs = g.log, g.runs+1
		g = next
	}
	if g.log.Start.IsZero() {
		g.log.Start = at
	}
	g.log.End = at
	if level == "WARNING" || level == "ERROR" || level == "CRITICAL" {
		g.keep(loadtest.LogLine{Line: n, Time: at, Level: level, Text: message})
	}
	g.message(at, message)
	return g
}

// begins reports whether a message is one of the first of a run. Locust says
// "Starting Locust" late in some versions, and so after a shutdown only.
func begins(message string) bool {
	for _, start := range []string{"Run time limit set", "Starting web interface", "Shape test starting", "Ramping to", "Sending spawn jobs", "Spawning ", "Hatching "} {
		if strings.HasPrefix(message, start) {
			return true
		}
	}
	return strings.HasPrefix(message, "Starting Locust")
}

// keep keeps a warning or an error, each text once.
func (g *logReader) keep(l loadtest.LogLine) {
	const most = 500
	if len(l.Text) > most {
		l.Text = strings.ToValidUTF8(l.Text[:most], "") + "…"
	}
	switch {
	case g.told[l.Text]:
	case len(g.log.Lines) < mostLines:
		g.told[l.Text] = true
		g.log.Lines = append(g.log.Lines, l)
	}
}

// splitLog splits "[2026-11-23 18:14:38,405] HOST/LEVEL/logger: message".
func splitLog(line string) (at time.Time, level, message string, ok bool) {
	if !strings.HasPrefix(line, "[") {
		return at, "", "", false
	}
	stamp, rest, ok := strings.Cut(line[1:], "] ")
	if !ok {
		return at, "", "", false
	}
	at, err := time.Parse("2006-01-02 15:04:05.000", strings.Replace(stamp, ",", ".", 1))
	if err != nil {
		return at, "", "", false
	}
	origin, message, ok := strings.Cut(rest, ": ")
	if !ok {
		return at, "", "", false
	}
	parts := strings.Split(origin, "/")
	if len(parts) < 3 { // a host's name may hold a slash, a level and a logger do not
		return at, "", "", false
	}
	return at, parts[len(parts)-2], message, true
}

// The messages, of all versions since 0.14 (runners.py, main.py).
var (
	starting = regexp.MustCompile(`^Starting Locust (\S+)`)
	limitSet = regexp.MustCompile(`^Run time limit set to (\d+) seconds`)
	ramping  = regexp.MustCompile(`^(?:Ramping to|Sending spawn jobs of|Sending hatch jobs to \d+ ready clients?|Spawning|Hatching and swarming) (\d+) (?:users|clients)(?: at a rate of| at| at the rate| and) ([0-9.]+)`)
	running  = regexp.MustCompile(`\((\d+) users already running\)`)
	shaping  = regexp.MustCompile(`^Shape test updating to (\d+) users at ([0-9.]+) spawn rate`)
	spawned  = regexp.MustCompile(`^All users (?:spawned|hatched): (.*) \((\d+) (?:total users|total running|already running)\)`)
	ready    = regexp.MustCompile(`reported as ready\. (?:Currently )?(\d+) (?:workers connected|clients ready)`)
	missing  = regexp.MustCompile(`^(?:Worker|Slave) (\S+).*failed to send heartbeat, setting state to missing`)
	exiting  = regexp.MustCompile(`^Shutting down \(exit code (\d+)\)`)
	class    = regexp.MustCompile(`([^\s,:]+): (\d+)`)
	hostFlag = regexp.MustCompile(`(?:^|\s)(?:--host|-H)[= ](\S+)`)
)

func (g *logReader) message(at time.Time, m string) {
	l := g.log
	switch {
	case strings.HasPrefix(m, "Starting Locust"):
		if f := starting.FindStringSubmatch(m); f != nil && f[1][0] >= '0' && f[1][0] <= '9' {
			l.Version = f[1]
		}
	case strings.HasPrefix(m, "Run time limit set"):
		if f := limitSet.FindStringSubmatch(m); f != nil {
			l.RunTime = time.Duration(atoi(f[1])) * time.Second
		}
	case strings.HasPrefix(m, "Shape test"):
		l.ShapeTest = true
		if f := shaping.FindStringSubmatch(m); f != nil {
			g.ramp(at, atoi(f[1]), f[2])
			g.shape = true
		}
	case strings.HasPrefix(m, "All users"):
		if f := spawned.FindStringSubmatch(m); f != nil {
			g.users(f[1], atoi(f[2]))
		}
	case strings.HasPrefix(m, "Shutting down"):
		l.Ended = true
		if f := exiting.FindStringSubmatch(m); f != nil {
			l.ExitCode = atoi(f[1])
			g.ended = true
		}
	case strings.Contains(m, "CPU usage above"), strings.Contains(m, "CPU usage was too high"),
		strings.Contains(m, "exceeded cpu threshold"), strings.Contains(m, "CPU usage threshold was exceeded"):
		l.CPUWarning = true
	case strings.Contains(m, "reported as ready"):
		if f := ready.FindStringSubmatch(m); f != nil {
			l.Workers = max(l.Workers, atoi(f[1]))
		}
	case strings.Contains(m, "failed to send heartbeat"):
		if f := missing.FindStringSubmatch(m); f != nil && !g.lost[f[1]] {
			g.lost[f[1]] = true
			l.LostWorkers++
		}
	default:
		if f := hostFlag.FindStringSubmatch(m); f != nil && l.Host == "" && strings.Contains(f[1], "://") {
			l.Host = f[1]
		}
		if f := ramping.FindStringSubmatch(m); f != nil {
			users := atoi(f[1])
			if r := running.FindStringSubmatch(m); r != nil { // 1.x counts only the new ones
				users += atoi(r[1])
			}
			if g.shape { // the shape has said so already
				g.shape = false
				return
			}
			g.ramp(at, users, f[2])
		}
	}
}

func (g *logReader) ramp(at time.Time, users int, rate string) {
	r, err := strconv.ParseFloat(strings.TrimRight(rate, "."), 64)
	if err != nil || r > 1e9 {
		r = 0
	}
	if len(g.log.Ramps) == 0 {
		g.log.SpawnRate = r
	}
	g.log.Ramps = append(g.log.Ramps, loadtest.Ramp{Time: at, Users: users, Rate: r})
	g.log.UsersWanted = max(g.log.UsersWanted, users)
}

// users reads the classes of the spawned users: JSON since 2.0, a list before.
func (g *logReader) users(text string, total int) {
	if total < g.mostUsers || g.mostUsers > 0 && total == g.mostUsers {
		return
	}
	classes := map[string]int{}
	if json.Unmarshal([]byte(text), &classes) != nil {
		for _, f := range class.FindAllStringSubmatch(text, -1) {
			classes[f[1]] = atoi(f[2])
		}
	}
	if len(classes) > 0 {
		g.log.UserClasses, g.mostUsers = classes, total
	}
}

// atoi reads digits; a number too large for a count is 0, unknown.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n > 1e9 {
		return 0
	}
	return n
}

// take keeps a console table, the last one of all: an interim one has current
// rates and cumulative counts. With --json the final one is all zeros.
func (g *logReader) take(t *consoleTable) {
	if t.total.Requests == 0 && g.log.HasFinal {
		return
	}
	g.log.Final, g.log.FinalTotal, g.log.HasFinal = t.rows, t.total, true
}

// validUTF8 makes a console's text safe to keep.
func validUTF8(s string) string {
	t, _ := csvtable.Text([]byte(s))
	return string(t)
}
