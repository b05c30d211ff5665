package postgres

import (
	"math"
	"regexp"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// An answer is what a line of psql's says of its attempt to connect.
type answer int

const (
	silent answer = iota // nothing
	full                 // the server refused the connection for want of room
	away                 // nobody listens, or the server starts, stops or recovers
)

// What psql and the server say, in English and, as lc_messages may have it, in
// German, French and Spanish. A server that is full answers and is up; a wrong
// password or database says nothing of the kind.
var (
	fullWords = regexp.MustCompile(`sorry, too many clients already|remaining connection slots are reserved|too many connections for (?:role|database)` +
		`|no more connections allowed \(max_client_conn\)|schon zu viele Verbindungen|trop de clients sont déjà connectés|ya tenemos demasiados clientes`)
	awayWords = regexp.MustCompile(`Connection refused|No such file or directory|the database system is (?:starting up|shutting down|in recovery mode|not yet accepting connections)` +
		`|Verbindungsaufbau abgelehnt|Connexion refusée|Conexión rehusada`)
	// speaks is how a line of psql's own or of the server's begins: a query
	// that prints such words is no answer.
	speaks = regexp.MustCompile(`^(?:psql: |connection to server (?:at|on socket) "|could not connect to server: |(?:FATAL|ERROR|FEHLER): )`)
	// hint follows a refusal, indented.
	hint = regexp.MustCompile(`^\t(?:Is the server running|TCP/IP connections on port|connections on Unix domain socket|Läuft der Server|Le serveur est-il actif|¿Está el servidor)`)
)

func answerOf(line string) answer {
	if !speaks.MatchString(line) {
		return silent
	}
	switch {
	case fullWords.MatchString(line):
		return full
	case awayWords.MatchString(line):
		return away
	}
	return silent
}

// A session is what a capture has shown so far: the attempts to connect, one
// after the other, and the sizes of a pooler's pools.
type session struct {
	pool    pooling
	refused float64         // for want of room, so far
	before  capture.Reading // where the last sample without a refusal was; no metric: none
}

// connect says whether the server answered. psql's message that it could not
// connect is no damage but a fact. Refusals for want of room are counted, with
// a zero at the last sample before the first of them: the capture's own
// connections are a sample of the clients'.
func (x *session) connect(s *capture.Sample, answered bool, add func(capture.Reading)) {
	down, room := -1, -1
	for i, line := range s.Lines {
		switch a := answerOf(line); {
		case a == full:
			if room < 0 {
				room = i
			}
			x.refused++
			s.Use(i, i+1)
		case a == away:
			if down < 0 {
				down = i
			}
			s.Use(i, i+1)
		case hint.MatchString(line):
			s.Use(i, i+1)
		}
	}
	switch {
	case answered:
		add(capture.Reading{Component: component, Metric: "up", Value: 1, Line: s.Line})
	case room >= 0:
		add(capture.Reading{Component: component, Metric: "up", Value: 1, Line: s.Line + room})
	case down >= 0:
		add(capture.Reading{Component: component, Metric: "up", Value: 0, Line: s.Line + down})
	}
	now := capture.Reading{Component: component, Metric: "connections_refused_total", Value: x.refused, Line: s.Line, Time: s.Time, Local: s.Local}
	switch {
	case math.IsNaN(s.Time):
	case room >= 0:
		if x.before.Metric != "" {
			add(x.before)
			x.before.Metric = ""
		}
		now.Line += room
		add(now)
	case answered && x.refused > 0:
		add(now)
	case answered:
		x.before = now
	}
}
