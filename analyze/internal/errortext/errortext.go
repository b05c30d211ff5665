// Package errortext says what kind of failure the text of an error tells of:
// a rate limit, an exhausted pool, a lock, a refused connection. The failures
// that Locust recorded and the application's log are judged by the same rules.
package errortext

import "strings"

// The classes of failures, as results.json names them.
const (
	RateLimited  = "rate_limited"
	Timeout      = "timeout"
	Connection   = "connection"
	Pool         = "pool"
	DBConnection = "db_connection"
	DBQuery      = "db_query_timeout"
	DBLock       = "db_lock_timeout"
	DBOther      = "db_other"
	HTTP4xx      = "http_4xx"
	HTTP5xx      = "http_5xx"
	Assertion    = "assertion"
	Other        = "other"
	// Cache is trouble with a cache, such as Redis. Only messages of a log are of
	// it: results.json has no such class of failed requests.
	Cache = "cache"
)

// A Cause is what a failure's text says of it.
type Cause struct {
	Class  string
	Status int // HTTP status; 0 where the text has none
	// Generator: the load generator's own limits failed, not the system under
	// test.
	Generator bool
	// Named: the text names the cause, and the class is not the HTTP status's
	// alone or that of a general word.
	Named bool
}

// Classify says what kind of failure an error text of Locust's is.
//
// The HTTP status is parsed from the structure of the error, never from digits
// anywhere in it, and URLs are taken out before words are looked for, so that
// an endpoint named /items/429 or /deadlock misleads nobody.
//
// A 429 is rate limiting; any other text that names its cause is of that
// cause's class whatever the status; 408, 504 and the proxies' own codes for
// the same (522, 524, 598, 599) are timeouts.
func Classify(text string) Cause { return decide(parseError(text)) }

// Message says what kind of failure a message of a server's log is. status is
// the HTTP status where the log states it apart from the message, else 0, and
// then it is looked for in the message. A message that names no cause and has
// no status is Assertion or Other, which mean nothing in a log.
//
// A server that runs out of files or ports is no load generator, and a status
// of 0 is none.
func Message(text string, status int) Cause {
	text = text[:min(len(text), MaxText)]
	e := parsedError{message: clean(strings.ToLower(text)), status: status}
	if status == 0 {
		e.status, _ = statusIn(e.message)
	}
	c := decide(e)
	c.Generator = false
	switch c.Class {
	case DBConnection, DBOther, Connection, Timeout, Other, Assertion:
		if ofCache.matches(e.message) {
			return Cause{Class: Cache, Status: e.status, Named: true}
		}
	}
	return c
}

// ofCache recognises a server's trouble with its cache, among messages that
// name no other cause. A cache that is left out for the database's sake is
// trouble with the cache, whatever else the line names.
var ofCache = rule{class: Cache,
	words: []string{"oom command not allowed", "misconf redis", "loading redis is loading", "readonly you can't write", "clusterdown", "redis.exceptions"},
	when: []gated{
		when("redis", `\b\w*redis\w*\b.*(error|exception|refused|reset|closed|lost|fail|time[ -]?d?[ -]?out|unavailable|unreachable|\bdown\b)`,
			`(error|exception|refused|reset|closed|lost|fail|time[ -]?d?[ -]?out|unavailable|unreachable|\bdown\b).*\b\w*redis\w*\b`),
		when("memcache", `\bmemcached?\b.*(error|exception|refused|reset|closed|lost|fail|time[ -]?d?[ -]?out|unavailable|unreachable|\bdown\b)`),
		when("cache", `\bcache (server |backend |connection |cluster )?(is |was )?(unavailable|unreachable|down|lost|error|failed|failure|timed out)\b`,
			`\b(cannot|can't|could not|unable to|failed to|error) (reach(ing)?|connect(ing)? to|access(ing)?|read(ing)? from|writ(e|ing) to) (the )?cache\b`)}}

func decide(e parsedError) Cause {
	if e.status == 429 {
		return Cause{Class: RateLimited, Status: 429, Named: true}
	}
	for _, r := range specific {
		if r.matches(e.message) {
			return Cause{Class: r.class, Status: e.status, Named: true}
		}
	}
	if class := OfStatus(e.status); class != "" {
		return Cause{Class: class, Status: e.status}
	}
	for _, r := range general {
		if r.matches(e.message) {
			return Cause{Class: r.class, Generator: r.generator && !e.byCheck}
		}
	}
	switch {
	case e.noAnswer:
		return Cause{Class: Connection}
	case e.byCheck, asserted.matches(e.message):
		return Cause{Class: Assertion}
	}
	return Cause{Class: Other}
}

// OfStatus is the class of an HTTP status of which nothing else is known; ""
// if it is no error.
func OfStatus(status int) string {
	switch s := status; {
	case s == 429:
		return RateLimited
	case s == 408, s == 504, s == 522, s == 524, s == 598, s == 599:
		return Timeout
	case s >= 500:
		return HTTP5xx
	case s >= 400:
		return HTTP4xx
	}
	return ""
}
