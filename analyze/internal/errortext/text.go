package errortext

import (
	"regexp"
	"strconv"
	"strings"
)

// A parsedError is a Locust error text taken apart.
type parsedError struct {
	message  string // lower case, the exception's name before its text, without URLs
	status   int
	byCheck  bool // the locustfile called failure()
	noAnswer bool // status 0: there was no HTTP answer
}

// MaxText is how much of an error text is looked at, in bytes; people put
// whole response bodies into them.
const MaxText = 4 << 10

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
	if len(text) > MaxText {
		text = text[:MaxText]
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
	withReason   = regexp.MustCompile(`(?:^|[^.\w])([45]\d\d)[ :,-]+(?:bad request|unauthorized|payment required|forbidden|not found|method not allowed|not acceptable|request time-?out|conflict|gone|length required|precondition failed|payload too large|unsupported media|unprocessable|locked|too many requests|client error|server error|internal server error|not implemented|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|http version|upstream|no healthy upstream)`)
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
