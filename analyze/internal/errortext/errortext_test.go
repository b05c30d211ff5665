package errortext

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// classExamples are texts as Locust writes them, and what they are. Each class
// has texts that look like another's.
var classExamples = []struct {
	text   string
	class  string
	status int
}{
	// requests' HTTPError: the status stands first, the URL or name last.
	{`HTTPError('503 Server Error: Service Unavailable for url: /v1/feed')`, HTTP5xx, 503},
	{`HTTPError('500 Server Error: Internal Server Error for url: http://127.0.0.1:5032/items/429')`, HTTP5xx, 500},
	{`HTTPError('404 Client Error: Not Found for url: /queuepool limit/429 too many requests')`, HTTP4xx, 404},
	{`HTTPError('429 Client Error: Too Many Requests for url: http://localhost:8000/v1/likes')`, RateLimited, 429},
	{`HTTPError('429 Client Error: None for url: /deadlock')`, RateLimited, 429},
	{`HTTPError('504 Server Error: Gateway Time-out for url: /')`, Timeout, 504},
	{`HTTPError('408 Client Error: Request Timeout for url: /')`, Timeout, 408},
	{`HTTPError('503 Server Error: connection pool exhausted for url: /')`, Pool, 503},
	{`HTTPError('500 Server Error: deadlock detected for url: /')`, DBLock, 500},
	{`HTTPError('401 Client Error: Unauthorized for url: /timeout')`, HTTP4xx, 401},
	{`HTTPError('502 Server Error: Bad Gateway for url: /connection-refused')`, HTTP5xx, 502},
	{`HTTPError("500 Server Error: It's broken for url: /a'b")`, HTTP5xx, 500},
	// Quoted twice: distributed runs before 2.28.0.
	{`"HTTPError('503 Server Error: Service Unavailable for url: /v1/feed')"`, HTTP5xx, 503},
	{`'HTTPError(\'429 Client Error: Too Many Requests for url: /x\')'`, RateLimited, 429},
	{`"ConnectionRefusedError(111, 'Connection refused')"`, Connection, 0},
	{`'CatchResponseError(\'say "no"\')'`, Assertion, 0},
	// FastHttpUser.
	{`BadStatusCode('http://localhost:8000/items/429', code=503)`, HTTP5xx, 503},
	{`BadStatusCode('http://localhost:8000/x?code=503', code=429)`, RateLimited, 429},
	{`LocustBadStatusCode(code=503)`, HTTP5xx, 503},
	{`LocustBadStatusCode(code=404)`, HTTP4xx, 404},
	{`LocustBadStatusCode(code=429)`, RateLimited, 429},
	// Sockets.
	{`ConnectionRefusedError(111, 'Connection refused')`, Connection, 0},
	{`ConnectionResetError(104, 'Connection reset by peer')`, Connection, 0},
	{`RemoteDisconnected('Remote end closed connection without response')`, Connection, 0},
	{`BrokenPipeError(32, 'Broken pipe')`, Connection, 0},
	{`ConnectionError(ProtocolError('Connection aborted.', RemoteDisconnected('Remote end closed connection without response')))`, Connection, 0},
	{`ConnectionError(MaxRetryError("HTTPConnectionPool(host='localhost', port=5032): Max retries exceeded with url: /items/429 (Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x....>: Failed to establish a new connection: [Errno 111] Connection refused'))"))`, Connection, 0},
	{`gaierror(-2, 'Name or service not known')`, Connection, 0},
	{`SSLError(MaxRetryError("HTTPSConnectionPool(host='x', port=443): Max retries exceeded with url: / (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate (_ssl.c:1129)')))"))`, Connection, 0},
	{`ChunkedEncodingError(ProtocolError('Connection broken: IncompleteRead(0 bytes read)'))`, Connection, 0},
	{`HTTPConnectionClosed('connection closed.')`, Connection, 0},
	{`CatchResponseError('Status code: 0')`, Connection, 0},
	{`OSError(24, 'Too many open files')`, Connection, 0},
	{`OSError(99, 'Cannot assign requested address')`, Connection, 0},
	// Timeouts, also where the words of a refusal are near.
	{`ReadTimeout(ReadTimeoutError("HTTPConnectionPool(host='localhost', port=8000): Read timed out. (read timeout=10)"))`, Timeout, 0},
	{`ConnectTimeout(MaxRetryError("HTTPConnectionPool(host='10.0.0.1', port=80): Max retries exceeded with url: / (Caused by ConnectTimeoutError(<urllib3.connection.HTTPConnection object at 0x....>, 'Connection to 10.0.0.1 timed out. (connect timeout=1)'))"))`, Timeout, 0},
	{`TimeoutError(110, 'Connection timed out')`, Timeout, 0},
	{`timeout('timed out')`, Timeout, 0},
	{`CatchResponseError('Request took too long: 2.4 s')`, Timeout, 0},
	{`CatchResponseError('timeout')`, Timeout, 0},
	{`'timeout after 5 s'`, Timeout, 0},
	{`_InactiveRpcError('<_InactiveRpcError of RPC that terminated with: status = StatusCode.DEADLINE_EXCEEDED details = "Deadline Exceeded">')`, Timeout, 0},
	{`CatchResponseError("missing key 'timeout'")`, Assertion, 0},
	// Pools. urllib3's own connection pool is none.
	{`CatchResponseError('500: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00')`, Pool, 500},
	{`TimeoutError('QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30 (Background on this error at: https://sqlalche.me/e/14/3o7r)')`, Pool, 0},
	{`OperationalError('FATAL:  sorry, too many clients already')`, Pool, 0},
	{`OperationalError('connection to server at "db" (10.0.0.2), port 5432 failed: FATAL:  remaining connection slots are reserved for non-replication superuser connections')`, Pool, 0},
	{`PoolTimeout("couldn't get a connection after 30.00 sec")`, Pool, 0},
	{`CatchResponseError('{"error": "timeout acquiring a connection from the pool"}')`, Pool, 0},
	{`CatchResponseError('SQLSTATE 53300')`, Pool, 0},
	{`CatchResponseError('HikariPool-1 - Connection is not available, request timed out after 30000ms.')`, Pool, 0},
	{`ConnectionError('max number of clients reached')`, Pool, 0},
	{`CatchResponseError('order 53300 not found')`, Assertion, 0},
	{`CatchResponseError('carpool list is empty')`, Assertion, 0},
	// Locks.
	{`CatchResponseError('deadlock detected DETAIL: Process 429 waits for ShareLock')`, DBLock, 0},
	{`OperationalError('(psycopg2.errors.DeadlockDetected) deadlock detected')`, DBLock, 0},
	{`OperationalError(1205, 'Lock wait timeout exceeded; try restarting transaction')`, DBLock, 0},
	{`CatchResponseError('pgcode 40P01')`, DBLock, 0},
	{`CatchResponseError('ERROR 55P03: canceling statement due to lock timeout')`, DBLock, 0},
	{`OperationalError('database is locked')`, DBLock, 0},
	// Slow queries.
	{`CatchResponseError('ERROR: canceling statement due to statement timeout')`, DBQuery, 0},
	{`QueryCanceled('canceling statement due to statement timeout')`, DBQuery, 0},
	{`CatchResponseError('SQLSTATE=57014')`, DBQuery, 0},
	{`CatchResponseError('item 57014 is wrong')`, Assertion, 0},
	{`CatchResponseError('Status 500: query timed out')`, DBQuery, 500},
	// Database connections and the rest.
	{`OperationalError('could not connect to server: Connection refused Is the server running on host "db" and accepting TCP/IP connections on port 5432?')`, DBConnection, 0},
	{`OperationalError('server closed the connection unexpectedly')`, DBConnection, 0},
	{`CatchResponseError('redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.')`, DBConnection, 0},
	{`CatchResponseError('FATAL: the database system is starting up')`, DBConnection, 0},
	{`IntegrityError('duplicate key value violates unique constraint "users_pkey"')`, DBOther, 0},
	{`CatchResponseError('500 Internal Server Error: OOM command not allowed when used memory > maxmemory')`, DBOther, 500},
	{`CatchResponseError('could not serialize access due to concurrent update')`, DBOther, 0},
	// Statuses in a locustfile's own words.
	{`CatchResponseError('Got status code 429')`, RateLimited, 429},
	{`CatchResponseError('Unexpected status code: 503')`, HTTP5xx, 503},
	{`CatchResponseError('expected 200, got 503')`, HTTP5xx, 503},
	{`CatchResponseError('Expected status code 200 but got 404')`, HTTP4xx, 404},
	{`CatchResponseError('503')`, HTTP5xx, 503},
	{`CatchResponseError(503)`, HTTP5xx, 503},
	{`CatchResponseError('HTTP 502')`, HTTP5xx, 502},
	{`CatchResponseError('Failed with 429')`, RateLimited, 429},
	{`CatchResponseError('429 Too Many Requests')`, RateLimited, 429},
	{`CatchResponseError('Rate limited')`, RateLimited, 0},
	{`CatchResponseError('status=504')`, Timeout, 504},
	{`CatchResponseError('503 upstream connect error, reset reason: connection timeout')`, HTTP5xx, 503},
	{`CatchResponseError('503: upstream connect error, reset reason: connection timeout')`, HTTP5xx, 503},
	{`RetryError(MaxRetryError("HTTPConnectionPool(host='x', port=1): Max retries exceeded with url: /429 (Caused by ResponseError('too many 503 error responses'))"))`, HTTP5xx, 503},
	{`RetryError(MaxRetryError("HTTPConnectionPool(host='x', port=1): Max retries exceeded with url: / (Caused by ResponseError('too many 429 error responses'))"))`, RateLimited, 429},
	// Numbers that are no statuses.
	{`CatchResponseError('got 503 results instead of 500')`, Assertion, 0},
	{`CatchResponseError('item 429 has the wrong price')`, Assertion, 0},
	{`CatchResponseError('bad body at http://host:5032/items/429')`, Assertion, 0},
	{`CatchResponseError('bad body, got "x"\nline2 ü')`, Assertion, 0},
	{`CatchResponseError('Total 429, not 430')`, Assertion, 0},
	// The locustfile's own mistakes, and what nothing is known of.
	{`AssertionError('title differs')`, Assertion, 0},
	{`JSONDecodeError('Expecting value: line 1 column 1 (char 0)')`, Assertion, 0},
	{`KeyError('token')`, Assertion, 0},
	{`TooManyRedirects('Exceeded 30 redirects.')`, Other, 0},
	{`StopUser()`, Other, 0},
	{``, Other, 0},
	{`'`, Other, 0},
}

func TestClassify(t *testing.T) {
	for _, ex := range classExamples {
		got := Classify(ex.text)
		if got.Class != ex.class || got.Status != ex.status {
			t.Errorf("Classify(%s)\n\tis %s %d, want %s %d", ex.text, got.Class, got.Status, ex.class, ex.status)
		}
	}
}

func TestEveryClassHasAnExample(t *testing.T) {
	seen := map[string]bool{}
	for _, ex := range classExamples {
		seen[ex.class] = true
	}
	for _, class := range []string{RateLimited, Timeout, Connection, Pool, DBConnection, DBQuery,
		DBLock, DBOther, HTTP4xx, HTTP5xx, Assertion, Other} {
		if !seen[class] {
			t.Errorf("no example of %s", class)
		}
	}
}

// What the load generator ran out of is not the system's failure, unless the
// system's answer says that of itself.
func TestClassifyGenerator(t *testing.T) {
	for text, want := range map[string]bool{
		`OSError(24, 'Too many open files')`: true,
		`ConnectionError(MaxRetryError("HTTPConnectionPool(host='x', port=80): Max retries exceeded with url: / (Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x....>: Failed to establish a new connection: [Errno 99] Cannot assign requested address'))"))`: true,
		`CatchResponseError('server says: Too many open files')`: false,
		`ConnectionRefusedError(111, 'Connection refused')`:      false,
	} {
		if got := Classify(text).Generator; got != want {
			t.Errorf("Classify(%s).Generator = %v", text, got)
		}
	}
}

// Quoting a text once more, as old distributed runs did, changes nothing.
func TestClassifyQuotedTwice(t *testing.T) {
	for _, ex := range classExamples {
		if ex.text == "" || ex.text == "'" {
			continue
		}
		again := Classify(pythonRepr(ex.text))
		if once := Classify(ex.text); again != once {
			t.Errorf("%s quoted once more: %+v, before %+v", ex.text, again, once)
		}
	}
}

// pythonRepr is Python's repr of a string of printable text.
func pythonRepr(s string) string {
	quote := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = `"`
	}
	s = strings.ReplaceAll(s, `\`, `\\`)
	if quote == "'" {
		s = strings.ReplaceAll(s, "'", `\'`)
	}
	return quote + s + quote
}

// A name that is put behind an HTTPError cannot change its class, whatever it
// says.
func FuzzClassify(f *testing.F) {
	for _, ex := range classExamples {
		f.Add(ex.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Classify(s)
		if got.Class == "" || got.Status != 0 && (got.Status < 100 || got.Status > 599) {
			t.Errorf("Classify(%q) = %+v", s, got)
		}
		if !utf8.ValidString(s) || strings.ContainsAny(s, "'\\") {
			return
		}
		if c := Classify("HTTPError('503 Server Error: Service Unavailable for url: /" + s + "')"); len(s) < MaxText/2 && (c.Class != HTTP5xx || c.Status != 503) {
			t.Errorf("name %q makes a 503 %+v", s, c)
		}
	})
}

// A cache's trouble is not the database's, whatever the line goes on to say.
func TestCacheInLogs(t *testing.T) {
	for text, want := range map[string]string{
		"Redis error, falling back to database: dial tcp 127.0.0.1:6379: connect: connection refused path=/v1/feed": Cache,
		"redis.exceptions.TimeoutError: Timeout reading from socket":                                                Cache,
		"redis.exceptions.ConnectionError: No connection available.":                                                Pool,
		"OOM command not allowed when used memory > 'maxmemory'.":                                                   Cache,
		"memcached server 10.0.0.3:11211 timed out":                                                                 Cache,
		"cache is unavailable, answering from the database":                                                         Cache,
		"could not connect to server: Connection refused (database)":                                                DBConnection,
		"cache lookup failed for relation 16412":                                                                    Other,
		"Cache miss for key feed:12":                                                                                Other,
	} {
		if c := Message(text, 0); c.Class != want {
			t.Errorf("%s: %s, want %s", text, c.Class, want)
		}
	}
	if c := Classify("CatchResponseError('redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.')"); c.Class == Cache {
		t.Error("results.json has no such class of failed requests")
	}
}
