package applog

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/peakload/peakload/analyze/internal/errortext"
)

// The classes of events beside those of failures.
const (
	Restart = "restart"
	Crash   = "crash"
	Memory  = "memory"
	Slow    = "slow"
	Request = "request"
	Error   = "error"
	// Degraded is what a system does instead of what was asked: it sheds load,
	// switches a feature off, or no longer calls what fails.
	Degraded = "degraded"
)

// A verdict is what a line is an event of; class "" is none.
type verdict struct {
	class  string
	status int
	// named: the message says what failed, and not only that something did.
	named bool
}

// A wording recognises messages by words, in lower case, or by an expression
// that is tried where one of its words is found.
type wording struct {
	words []string
	gates []string
	texts *regexp.Regexp
}

func (w wording) matches(s string) bool {
	for _, x := range w.words {
		if strings.Contains(s, x) {
			return true
		}
	}
	for _, g := range w.gates {
		if strings.Contains(s, g) {
			return w.texts.MatchString(s)
		}
	}
	return false
}

// The wordings are those of servers and runtimes: gunicorn, uvicorn, uWSGI,
// Django, Puma, Tomcat, Node, Go, Python, the JVM, systemd, the Linux kernel,
// Docker and Kubernetes, nginx, PostgreSQL and Redis.
var (
	crashed = wording{
		words: []string{"was sent sigkill", "was sent sigsegv", "was sent sigabrt", "segmentation fault", "core dumped", "fatal python error",
			"oomkilled", "oom-kill", "oom_kill", "invoked oom-killer", "died, killed by", "process exited unexpectedly", "fatal signal",
			"back-off restarting failed", "crashloopbackoff", "a fatal error has been detected by the java runtime"},
		gates: []string{"code=", "signal", "killed"},
		texts: regexp.MustCompile(`\bcode=(killed|dumped)\b|\bcode=exited, status=[1-9]|\b(exited on|exited with|terminated by|terminated due to|killed by|died with) signal\b` +
			`|\bkilled process \d|^\W*killed\W*$`)}
	// crashedLoudly are words that settings and reports use, too: they count
	// only in a line that is a warning at least, or has no level.
	crashedLoudly = wording{
		words: []string{"worker timeout"},
		gates: []string{"exit", "panic", "fatal error"},
		texts: regexp.MustCompile(`\bexit(ed|ing|s)?( with)?( non-zero)?( exit)? (code|status)[ :=]*[1-9]|(^|\s)panic: |^fatal error: `)}
	outOfMemory = wording{
		words: []string{"memoryerror", "outofmemoryerror", "cannot allocate memory", "java heap space", "heap out of memory", "gc overhead limit", "bad_alloc", "enomem"},
		gates: []string{"out of memory", "memory limit"},
		texts: regexp.MustCompile(`\bout of memory\b|\bmemory limit (was )?exceeded\b|\bexceeded( the| its)? memory limit\b`)}
	started = wording{
		words: []string{"booting worker", "starting gunicorn", "starting server", "started server process", "server listening", "uvicorn running on",
			"application startup complete", "starting development server at", "database system is ready to accept connections", "ready to accept connections",
			"listening at: ", "listening and serving http", "spawned uwsgi", "respawned uwsgi", "puma starting", "starting hypercorn", "http server started"},
		gates: []string{"started", "listening on", "booted", "starting nginx"},
		texts: regexp.MustCompile(`\bstarted [\w.$-]+ in [\d.]+ (s|sec|ms|milli)|\b(tomcat|netty|jetty|undertow) started on port|\b(server|app|application|api|service) (is |now )?(started|listening on|running on)\b` +
			`|^listening on\b|\bworker \d+ .*\bbooted\b`)}
	slow = wording{
		gates: []string{"slow", "duration: ", "long-running", "long running", "too long"},
		texts: regexp.MustCompile(`\bslow[ _-]?(http )?(request|quer(y|ies)|response|sql|log|call|transaction|operation|endpoint)\b|^duration: \d[\d.]* ms|\blong[- ]running (request|query|transaction)\b` +
			`|\b(request|query|response) took too long`)}
	limited = wording{
		words: []string{"too many requests"},
		gates: []string{"rate", "throttl"},
		texts: regexp.MustCompile(`\brate[ _-]?limit(ed)?\b.{0,40}\b(exceeded|hit|reached|blocked|rejected|denied)\b|\b(exceeded|hit|reached)\b.{0,40}\brate[ _-]?limit|\brate[ _-]limited\b|\b(request|client|user)s? (was |were |is )?throttled\b`)}
	degraded = wording{
		words: []string{"load shedding", "load-shedding", "shedding load", "load shed", "degraded mode", "retry-after"},
		gates: []string{"feature", "circuit"},
		texts: regexp.MustCompile(`\bfeature\b.{0,40}\b(disabled|switched off|turned off|throttled|degraded)\b|\b(disabled|degraded|throttl(ed|ing))\b.{0,30}\bfeature|\bcircuit ?-?breaker\b.{0,30}\b(open|opened|opening|tripped)\b`)}
	erroneous = regexp.MustCompile(`\b(error|exception|failed|failure|fatal|failing)\b`)
)

// decide says what a line is an event of. msg is its template; status the HTTP
// status that its structure states, 0 none.
//
// What happened to a process counts whatever the level is. Beside that, a
// line is an event because of its level, or because of its status.
func decide(l level, status int, request bool, msg string) verdict {
	if status == 0 {
		if reason, _, ok := strings.Cut(msg, ": /"); ok {
			status = reasonStatus([]byte(reason))
		}
	}
	low := strings.ToLower(msg)
	quiet := l >= trace && l <= notice
	if !request {
		switch {
		case crashed.matches(low), !quiet && crashedLoudly.matches(low):
			return verdict{Crash, status, true}
		case l <= notice && started.matches(low):
			return verdict{Restart, status, true}
		}
	}
	if quiet {
		switch {
		case status >= 400:
			class := errortext.OfStatus(status)
			return verdict{class, status, status == 429}
		case slow.matches(low):
			return verdict{Slow, status, true}
		case limited.matches(low) && !request && l >= info:
			return verdict{errortext.RateLimited, status, true}
		case request:
			return verdict{Request, status, false}
		}
		return verdict{}
	}
	if outOfMemory.matches(low) && !strings.Contains(low, "oom command not allowed") {
		return verdict{Memory, status, true}
	}
	c := errortext.Message(msg, status)
	known := c.Class != errortext.Other && c.Class != errortext.Assertion
	switch {
	case known && (c.Named || c.Status > 0):
		return verdict{c.Class, c.Status, c.Named}
	case slow.matches(low):
		return verdict{Slow, status, true}
	case !known && !request && degraded.matches(low):
		return verdict{Degraded, status, true}
	case l == noLevel && !known:
		switch {
		case request:
			return verdict{Request, status, false}
		case erroneous.MatchString(low):
			return verdict{Error, status, false}
		}
		return verdict{}
	case known && (l >= warning || erroneous.MatchString(low)):
		return verdict{c.Class, status, true}
	case l >= errorLevel:
		return verdict{Error, status, false}
	case request:
		return verdict{Request, status, false}
	}
	return verdict{}
}

// decideMore says what a line that continues an event adds: the last line of a
// traceback names the exception.
func decideMore(msg string) verdict {
	low := strings.ToLower(msg)
	switch {
	case crashed.matches(low), crashedLoudly.matches(low):
		return verdict{Crash, 0, true}
	case outOfMemory.matches(low) && !strings.Contains(low, "oom command not allowed"):
		return verdict{Memory, 0, true}
	}
	c := errortext.Message(msg, 0)
	if c.Class == errortext.Other || c.Class == errortext.Assertion {
		return verdict{}
	}
	return verdict{c.Class, c.Status, c.Named}
}

// exceptional reports whether a line of a traceback names an exception:
// "TimeoutError: …", "Caused by: java.net.ConnectException", "a.b.Gone".
func exceptional(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte("Caused by: "))
	n := 0
	for n < len(b) && (isWord(b[n]) || b[n] == '.' || b[n] == '$') {
		n++
	}
	if n < 2 || n < len(b) && b[n] != ':' || isDigit(b[0]) || b[0] == '.' {
		return false
	}
	name := b[:n]
	for _, end := range exceptions {
		if len(name) > len(end) && bytes.HasSuffix(name, end) {
			return true
		}
	}
	// A class of a package: a dot between a small letter and a capital.
	dot := n - 1
	for dot > 0 && isWord(name[dot]) {
		dot--
	}
	return dot >= 2 && dot < n-1 && name[dot] == '.' && name[dot-1]-'a' < 26 && name[dot+1]-'A' < 26
}

// exceptions are how names of exceptions end.
var exceptions = [][]byte{[]byte("Error"), []byte("Exception"), []byte("Timeout"), []byte("Failure"), []byte("Warning"), []byte("Interrupt"), []byte("Exit")}
