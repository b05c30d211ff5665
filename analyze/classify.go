package analyze

import "github.com/peakload/peakload/analyze/internal/errortext"

// The classes of failures, as results.json names them.
const (
	classRateLimited  = errortext.RateLimited
	classTimeout      = errortext.Timeout
	classConnection   = errortext.Connection
	classPool         = errortext.Pool
	classDBConnection = errortext.DBConnection
	classDBQuery      = errortext.DBQuery
	classDBLock       = errortext.DBLock
	classDBOther      = errortext.DBOther
	classHTTP4xx      = errortext.HTTP4xx
	classHTTP5xx      = errortext.HTTP5xx
	classAssertion    = errortext.Assertion
	classOther        = errortext.Other
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

// classify says what kind of failure an error text of Locust's is.
func classify(text string) cause {
	c := errortext.Classify(text)
	return cause{c.Class, c.Status, c.Generator}
}
