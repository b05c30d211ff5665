package analyze

import (
	"regexp"
	"strconv"
	"strings"
)

// The classes of failures, as results.json names them.
const (
	classRateLimited  = "rate_limited"
	classTimeout      = "timeout"
	classConnection   = "connection"
	classPool         = "pool"
	classDBConnection = "db_connection"
	classDBQuery      = "db_query_timeout"
	classDBLock       = "db_lock_timeout"
	classDBOther      = "db_other"
	classHTTP4xx      = "http_4xx"
	classHTTP5xx      = "http_5xx"
	classAssertion    = "assertion"
	classOther        = "other"
)

// A cause is what a failure's text says of it.
type cause struct {
	class  string
	status int // HTTP status; 0 where the text has none
	// generator: the load generator's own limits failed, not the system under
	// test.
	generator bool
}

// opaque reports whether the failure says that something went wrong inside
// the system without saying what: a bare 503 may be an exhausted pool.
func (c cause) opaque() bool {
	return c.status >= 500 && (c.class == classHTTP5xx || c.class == classTimeout) || c.class == classOther
}

// A rule maps texts to a class.
//
// It is matched against the cleaned text in lower case. Words are looked for
// before expressions: a failures file may have ten thousand rows.
type rule struct {
	class     string
	generator bool
	words     []string
	when      []gated
}

// matches reports whether any word or expression is found in s.
func (r rule) matches(s string) bool {
	for _, w := range r.words {
		if strings.Contains(s, w) {
			return true
		}
	}
	for _, g := range r.when {
		if g.matches(s) {
			return true
		}
	}
	return false
}

// A gated is an expression that is tried only on texts with a word in them.
type gated struct {
	word  string
	texts *regexp.Regexp
}

// when makes a gated expression of alternatives; a line break is like any
// other character to them.
func when(word string, alternatives ...string) gated {
	return gated{word, regexp.MustCompile(`(?s)` + strings.Join(alternatives, "|"))}
}

// code recognises a code of digits only (an SQLSTATE), where the text begins
// with it or says that it is one.
func code(digits string) gated {
	first, _, _ := strings.Cut(digits, "(")
	return when(first, `\b(sqlstate|pgcode|errcode|error|fatal|code)\W{0,4}`+digits+`\b`, `^\W*`+digits+`\b`)
}

func (g gated) matches(s string) bool { return strings.Contains(s, g.word) && g.texts.MatchString(s) }

// specific are the rules for texts that name their cause; they hold whatever
// the HTTP status is. The first that matches decides, so the order is from the
// precise to the general: a pool's timeout is a pool's before it is a timeout.
//
// The words are the drivers' and servers' own messages (libpq and PostgreSQL's
// appendix A, SQLAlchemy, psycopg_pool, HikariCP, MongoDB, PgBouncer, MySQL's
// error reference, redis-py and Redis); the expressions are for what people
// write in their place.
var specific = []rule{
	{class: classPool,
		words: []string{"queuepool limit", "pool limit of size", "pooltimeout", "pool timeout", "too many clients", "remaining connection slots",
			"too many connections", "toomanyconnections", "max number of clients reached", "no more connections allowed", "max_client_conn",
			"max_user_connections", "couldn't get a connection after", "connection is not available, request timed out", "waitqueuetimeout",
			"no connection available"},
		when: []gated{
			when("pool", `\bconnection pool\b.{0,30}\b(exhausted|full|timed? ?out|timeout|empty)\b`, `\bpool\b.{0,20}\bexhausted`, `\bexhausted\b.{0,20}\bpool\b`,
				`\b(timeout|timed out)\b.{0,40}\bconnection (from|in) (the |a )?pool\b`),
			when("connection", `\b(timeout|timed out)( while)? (waiting for|(to )?acquir(e|ing)|(to )?get(ting)?|(to )?check(ing)? ?out|obtaining)( an?| the)?( \w+)? connection\b`),
			code("53300")}},
	{class: classDBLock,
		words: []string{"deadlock detected", "deadlock found", "deadlockdetected", "40p01", "lock wait timeout", "could not obtain lock", "locknotavailable",
			"55p03", "due to lock timeout", "database is locked", "database table is locked", "(1205,", "(1213,"},
		when: []gated{when("lock", `\b(dead)?lock[ _-]?timeout\b`, `\bdeadlock\b`)}},
	{class: classDBQuery,
		words: []string{"canceling statement due to", "querycanceled", "statement timeout", "statement_timeout", "max_execution_time",
			"maximum statement execution time exceeded", "(3024,"},
		when: []gated{
			when("quer", `\bquer(y|ies)\b.{0,20}\b(timeout|timed out)\b`),
			when("operationalerror", `operationalerror.{0,60}\b(timeout|timed out)\b`),
			code("57014")}},
	{class: classDBConnection,
		words: []string{"could not connect to server", "server closed the connection unexpectedly", "terminating connection due to", "57p01", "57p02", "57p03", "57p04",
			"database system is starting up", "database system is shutting down", "database system is in recovery", "can't connect to mysql", "can't connect to local mysql",
			"mysql server has gone away", "lost connection to mysql", "ssl connection has been closed unexpectedly", "noauth authentication required", "wrongpass",
			"password authentication failed", "serverselectiontimeout"},
		when: []gated{
			when("connection to server at", `connection to server at .*\bfailed\b`),
			when("connect", `\b(cannot|can't|could not|unable to|failed to|error \S* ?)\s*connect(ing|ion)? to (the |a )?\S*(database|db|postgres|mysql|mongo|redis|pgbouncer|:6379|:5432|:3306)`,
				`(psycopg|asyncpg|pymysql|mysql|sqlalchemy|postgres|mongo|redis|pgbouncer|database).*(connection (refused|reset|closed|lost|aborted|timed out|failed)|connectionerror)`,
				`connection (refused|reset|closed|lost|failed).*(psycopg|asyncpg|pymysql|mysql|sqlalchemy|postgres|mongo|redis|pgbouncer|database)`),
			when("database", `\bdatabase (is )?(unavailable|unreachable|down)\b`),
			code("080(00|01|03|04|06|07)")}},
	{class: classDBOther,
		words: []string{"psycopg", "sqlalchemy", "asyncpg", "pymysql", "sqlite3.", "pymongo", "redis.exceptions", "sqlstate", "django.db", "operationalerror",
			"integrityerror", "programmingerror", "interfaceerror", "databaseerror", "database error", "duplicate key value", "duplicate entry", "could not serialize access",
			"oom command not allowed", "misconf redis", "loading redis is loading", "readonly you can't write", "clusterdown"},
		when: []gated{
			when("violates", `violates \S+ (key )?constraint`),
			when("does not exist", `\brelation \S+ does not exist`),
			when("ora-", `\bora-\d{5}\b`),
			code("40001")}},
	{class: classRateLimited,
		words: []string{"too many requests", "ratelimit", "request quota", "quota exceeded", "resource_exhausted"},
		when: []gated{
			when("rate", `\brate[ _-]limit`),
			when("throttl", `\bthrottl(ed|ing)\b`)}},
}

// general are the rules for failures without an HTTP answer.
var general = []rule{
	// Before connections: these look like refusals and say that the machine
	// that drives the load has run out of files or ports.
	{class: classConnection, generator: true,
		words: []string{"too many open files", "[errno 23]", "[errno 24]", "cannot assign requested address", "can't assign requested address", "[errno 99]",
			"no buffer space available", "winerror 10048", "winerror 10055"},
		when: []gated{when("e", `\be(mfile|nfile|addrnotavail|nobufs)\b`)}},
	{class: classTimeout,
		words: []string{"timed out", "timed-out", "deadlineexceeded", "deadline exceeded", "deadline_exceeded", "etimedout", "took too long"},
		// A quoted 'timeout' is the name of a field.
		when: []gated{when("time", `(^|[^'"\x60\w])\w*time[ -]?out`)}},
	{class: classConnection,
		words: []string{"connectionerror", "connectionrefused", "connectionreset", "connectionaborted", "remotedisconnected", "remote end closed", "server disconnected",
			"closed connection", "closed the connection", "broken pipe", "brokenpipe", "protocolerror", "incompleteread", "chunkedencodingerror", "badstatusline",
			"newconnectionerror", "max retries exceeded", "failed to establish", "name or service not known", "temporary failure in name resolution", "nameresolutionerror",
			"gaierror", "getaddrinfo", "nodename nor servname", "no address associated", "sslerror", "ssleoferror", "[ssl", "certificate verify failed", "tls alert",
			"tlsv1 alert", "handshake fail", "no route to host", "network is unreachable", "host is down", "host is unreachable", "eof occurred", "unexpected eof",
			"socket hang up", "httpconnectionclosed", "statuscode.unavailable", "websocketconnectionclosed"},
		when: []gated{
			when("connection", `\bconnection (was |has been |is |got )?(already )?(refused|reset|aborted|closed|broken|dropped|lost|failed|error)\b`),
			when("errno", `\[errno (-[2-5]|32|54|61|101|103|104|111|113)\]`),
			when("econn", `\beconn(refused|reset|aborted)\b`)}},
}

// asserted recognises the failures that the locustfile itself decided on.
var asserted = when("", `^(responseerror|assertionerror|jsondecodeerror|keyerror|indexerror|valueerror|typeerror|attributeerror|validationerror)\b`,
	`\bassert`, `validation failed`, `expecting value:`, `\b(wrong|unexpected|invalid|missing|bad|mismatch)\b`, `\bexpected\b.*\b(got|but|was|found)\b`)

// classify says what kind of failure an error text of Locust's is.
//
// The HTTP status is parsed from the structure of the error, never from digits
// anywhere in it, and URLs are taken out before words are looked for, so that
// an endpoint named /items/429 or /deadlock misleads nobody.
//
// A 429 is rate limiting; any other text that names its cause is of that
// cause's class whatever the status; 408, 504 and the proxies' own codes for
// the same (522, 524, 598, 599) are timeouts.
func classify(text string) cause {
	e := parseError(text)
	if e.status == 429 {
		return cause{class: classRateLimited, status: 429}
	}
	for _, r := range specific {
		if r.matches(e.message) {
			return cause{class: r.class, status: e.status}
		}
	}
	switch s := e.status; {
	case s == 408, s == 504, s == 522, s == 524, s == 598, s == 599:
		return cause{class: classTimeout, status: s}
	case s >= 500:
		return cause{class: classHTTP5xx, status: s}
	case s >= 400:
		return cause{class: classHTTP4xx, status: s}
	}
	for _, r := range general {
		if r.matches(e.message) {
			return cause{class: r.class, generator: r.generator && !e.byCheck}
		}
	}
	switch {
	case e.noAnswer:
		return cause{class: classConnection}
	case e.byCheck, asserted.matches(e.message):
		return cause{class: classAssertion}
	}
	return cause{class: classOther}
}

// A parsedError is a Locust error text taken apart.
type parsedError struct {
	message  string // lower case, the exception's name before its text, without URLs
	status   int
	byCheck  bool // the locustfile called failure()
	noAnswer bool // status 0: there was no HTTP answer
}

// maxErrorText is how much of an error text is looked at, in bytes; people put
// whole response bodies into them.
const maxErrorText = 4 << 10

var (
	exceptionText = regexp.MustCompile(`(?s)^\s*([A-Za-z_][\w.]*)\((.*?)\)?\s*$`)
	httpErrorText = regexp.MustCompile(`^\s*([1-5]\d\d)\s+(client error|server error)\b`)
	codeArgument  = regexp.MustCompile(`\bcode=([1-5]\d\d)\)?\s*$`)

	forURL    = regexp.MustCompile(`(?s)\bfor url:.*`)
	withURL   = regexp.MustCompile(`\bwith url:\s*\S+`)
	anyURL    = regexp.MustCompile(`[a-z][a-z0-9+.-]*://[^\s'"<>)\]}]*`)
	bareQuery = regexp.MustCompile(`(^|[\s'"(=\[])/[^\s'")\]]*`)
	hostPort  = regexp.MustCompile(`\b(host=['"][^'"]*['"]|port=\d+)`)
	httpPool  = regexp.MustCompile(`https?connectionpool`)
)

// parseError takes an error text apart: a Python repr, of an exception or, in
// distributed runs before Locust 2.28.0, of the repr.
func parseError(text string) parsedError {
	if len(text) > maxErrorText {
		text = text[:maxErrorText]
	}
	text = unquote(text)
	name, body, rest := "", text, ""
	if m := exceptionText.FindStringSubmatch(text); m != nil {
		name = strings.ToLower(m[1])
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			name = name[i+1:]
		}
		body, rest = firstString(m[2])
	}
	e := parsedError{byCheck: name == "catchresponseerror"}
	body = strings.ToLower(body)
	switch name {
	case "httperror", "httpstatuserror":
		// requests: "503 Server Error: REASON for url: URL". The URL may be
		// any text, so that all that follows is dropped.
		if m := httpErrorText.FindStringSubmatch(body); m != nil {
			e.status, _ = strconv.Atoi(m[1])
		}
		body = forURL.ReplaceAllString(body, "")
	case "badstatuscode", "locustbadstatuscode":
		// FastHttpUser: BadStatusCode('URL', code=503). The URL is not a text
		// about the failure.
		if m := codeArgument.FindStringSubmatch(strings.ToLower(m2(rest, body))); m != nil {
			e.status, _ = strconv.Atoi(m[1])
		}
		return parsedError{message: name, status: e.status}
	}
	body = clean(body)
	rest = clean(strings.ToLower(rest))
	if e.status == 0 {
		var found bool
		e.status, found = statusIn(body)
		e.noAnswer = found && e.status == 0
	}
	e.message = strings.TrimSpace(body + " " + rest)
	if name != "" && !e.byCheck {
		e.message = name + ": " + e.message
	}
	return e
}

// m2 is a or, where that is empty, b.
func m2(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// clean takes out of a text in lower case what only names a place: URLs,
// paths, hosts, ports, and urllib3's HTTPConnectionPool, which is no database's.
func clean(s string) string {
	s = withURL.ReplaceAllString(s, "with url")
	s = anyURL.ReplaceAllString(s, "")
	s = bareQuery.ReplaceAllString(s, "$1")
	s = hostPort.ReplaceAllString(s, "")
	return httpPool.ReplaceAllString(s, "http")
}

// unquote undoes Python's repr of a string, at most twice.
func unquote(s string) string {
	for range 2 {
		t := strings.TrimSpace(s)
		if len(t) < 2 || (t[0] != '\'' && t[0] != '"') {
			return t
		}
		inner, rest := firstString(t)
		if strings.TrimSpace(rest) != "" {
			return t
		}
		s = inner
	}
	return strings.TrimSpace(s)
}

// firstString returns the Python string literal that s begins with, and what
// stands behind it; where s begins with none, all of it is the first.
// Escapes are undone as far as they matter for reading: quotes, backslashes
// and white space.
func firstString(s string) (value, rest string) {
	if s == "" || (s[0] != '\'' && s[0] != '"') {
		return s, ""
	}
	quote := s[0]
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch ch := s[i]; {
		case ch == quote:
			return b.String(), s[i+1:]
		case ch == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n', 't', 'r':
				b.WriteByte(' ')
			case '\'', '"', '\\':
				b.WriteByte(s[i])
			default:
				b.WriteByte('\\')
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(ch)
		}
	}
	return b.String(), "" // cut off: no closing quote
}

// The ways in which locustfiles write a status into their own messages. A
// number counts only next to a word that makes it a status.
var (
	bareStatus   = regexp.MustCompile(`^\W*([0-5]\d\d|0)\W*$`)
	labelled     = regexp.MustCompile(`\b(?:http(?:/\d(?:\.\d)?)?|status(?:[ _-]?code)?|response[ _-]?code|(?:http|error|return) code|code)\b['"\])]*\s*(?:is|was|of|:|=|->|==)?\s*['"\[(<]*([1-5]\d\d|0)\b`)
	received     = regexp.MustCompile(`\b(?:got|gotten|received|returned|response|responded(?: with)?|failed with|was)\b\s*(?:an?|the|:|=)?\s*['"\[(<]*([1-5]\d\d)\b['"\])>]*\s*(?:$|[.,;:!|)\n-]|instead\b|from\b|for\b|on\b|in\b|response\b|error\b|but\b|while\b|when\b|after\b|expected\b|status\b|code\b|but\b)`)
	withReason   = regexp.MustCompile(`\b([45]\d\d)[ :,-]+(?:bad request|unauthorized|payment required|forbidden|not found|method not allowed|not acceptable|request time-?out|conflict|gone|length required|precondition failed|payload too large|unsupported media|unprocessable|locked|too many requests|client error|server error|internal server error|not implemented|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|http version|upstream|no healthy upstream)`)
	retriedUntil = regexp.MustCompile(`too many ([45]\d\d) error responses`)
	leading      = regexp.MustCompile(`^\W*([45]\d\d)\s*[:,-]`)
)

// statusIn finds the HTTP status in a locustfile's own message. Where several
// are named ("expected 200, got 503") the last one that is an error counts.
func statusIn(s string) (status int, found bool) {
	if m := bareStatus.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n, n == 0 || n >= 400
	}
	last := -1
	for _, re := range []*regexp.Regexp{labelled, received, withReason, retriedUntil, leading} {
		for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
			n, _ := strconv.Atoi(s[m[2]:m[3]])
			if (n == 0 || n >= 400) && m[2] > last {
				last, status, found = m[2], n, true
			}
		}
	}
	return status, found
}
