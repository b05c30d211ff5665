package errortext

import (
	"regexp"
	"strings"
)

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
	{class: Pool,
		words: []string{"queuepool limit", "pool limit of size", "pooltimeout", "pool timeout", "too many clients", "remaining connection slots",
			"too many connections", "toomanyconnections", "max number of clients reached", "no more connections allowed", "max_client_conn",
			"max_user_connections", "couldn't get a connection after", "connection is not available, request timed out", "waitqueuetimeout",
			"no connection available"},
		when: []gated{
			when("pool", `\bconnection pool\b.{0,30}\b(exhausted|full|timed? ?out|timeout|empty)\b`, `\bpool\b.{0,20}\bexhausted`, `\bexhausted\b.{0,20}\bpool\b`,
				`\b(timeout|timed out)\b.{0,40}\bconnection (from|in) (the |a )?pool\b`),
			when("connection", `\b(timeout|timed out)( while)? (waiting for|(to )?acquir(e|ing)|(to )?get(ting)?|(to )?check(ing)? ?out|obtaining)( an?| the)?( \w+)? connection\b`),
			code("53300")}},
	{class: DBLock,
		words: []string{"deadlock detected", "deadlock found", "deadlockdetected", "lock wait timeout", "could not obtain lock", "locknotavailable",
			"due to lock timeout", "database is locked", "database table is locked", "(1205,", "(1213,"},
		when: []gated{
			when("lock", `\b(dead)?lock[ _-]?timeout\b`, `\bdeadlock\b`),
			when("p0", `\b(40p01|55p03)\b`)}},
	{class: DBQuery,
		words: []string{"canceling statement due to", "querycanceled", "statement timeout", "statement_timeout", "max_execution_time",
			"maximum statement execution time exceeded", "(3024,"},
		when: []gated{
			when("quer", `\bquer(y|ies)\b.{0,20}\b(timeout|timed out)\b`),
			when("operationalerror", `operationalerror.{0,60}\b(timeout|timed out)\b`),
			code("57014")}},
	{class: DBConnection,
		words: []string{"could not connect to server", "server closed the connection unexpectedly", "terminating connection due to",
			"database system is starting up", "database system is shutting down", "database system is in recovery", "can't connect to mysql", "can't connect to local mysql",
			"mysql server has gone away", "lost connection to mysql", "ssl connection has been closed unexpectedly", "noauth authentication required", "wrongpass",
			"password authentication failed", "serverselectiontimeout"},
		when: []gated{
			when("connection to server at", `connection to server at .*\bfailed\b`),
			when("connect", `\b(cannot|can't|could not|unable to|failed to|error \S* ?)\s*connect(ing|ion)? to (the |a )?\S*(database|db|postgres|mysql|mongo|redis|pgbouncer|(:6379|:5432|:3306)\b)`,
				`(psycopg|asyncpg|pymysql|mysql|sqlalchemy|postgres|mongo|redis|pgbouncer|database).*(connection (refused|reset|closed|lost|aborted|timed out|failed)|connectionerror)`,
				`connection (refused|reset|closed|lost|failed).*(psycopg|asyncpg|pymysql|mysql|sqlalchemy|postgres|mongo|redis|pgbouncer|database)`),
			when("database", `\bdatabase (is )?(unavailable|unreachable|down)\b`),
			when("57p0", `\b57p0[1-4]\b`),
			code("080(00|01|03|04|06|07)")}},
	{class: DBOther,
		words: []string{"psycopg", "sqlalchemy", "asyncpg", "pymysql", "sqlite3.", "pymongo", "redis.exceptions", "sqlstate", "django.db", "operationalerror",
			"integrityerror", "programmingerror", "interfaceerror", "databaseerror", "database error", "duplicate key value", "duplicate entry", "could not serialize access",
			"oom command not allowed", "misconf redis", "loading redis is loading", "readonly you can't write", "clusterdown"},
		when: []gated{
			when("violates", `violates \S+ (key )?constraint`),
			when("does not exist", `\brelation \S+ does not exist`),
			when("ora-", `\bora-\d+\b`),
			code("40001")}},
	{class: RateLimited,
		words: []string{"too many requests", "ratelimit", "request quota", "quota exceeded", "resource_exhausted"},
		when: []gated{
			when("rate", `\brate[ _-]limit`),
			when("throttl", `\bthrottl(ed|ing)\b`)}},
}

// general are the rules for failures without an HTTP answer.
var general = []rule{
	// Before connections: these look like refusals and say that the machine
	// that drives the load has run out of files or ports.
	{class: Connection, generator: true,
		words: []string{"too many open files", "[errno 23]", "[errno 24]", "cannot assign requested address", "can't assign requested address", "[errno 99]",
			"no buffer space available"},
		when: []gated{
			when("e", `\be(mfile|nfile|addrnotavail|nobufs)\b`),
			when("winerror", `\bwinerror 100(48|55)\b`)}},
	{class: Timeout,
		words: []string{"timed out", "timed-out", "deadlineexceeded", "deadline exceeded", "deadline_exceeded", "etimedout", "took too long"},
		// A quoted 'timeout' is the name of a field.
		when: []gated{when("time", `(^|[^'"\x60\w])\w*time[ -]?out`)}},
	{class: Connection,
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
