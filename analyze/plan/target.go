package plan

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/peakload/peakload/analyze/measure"
)

// The phases that every run has a meaning for.
const (
	PeakPhase = ""    // the plateau at the highest load; written @peak or nothing
	WholeRun  = "run" // written @run
)

// ParseTarget reads a target as written on a command line or in a
// peakload.yaml:
//
//	target   = metric op number [unit] [phase] [endpoint]
//	metric   = "p" number | "mean" | "max" | "errors" | "rps" | "outages"
//	op       = "<" | "<=" | ">" | ">="
//	number   = digit {digit} ["." digit {digit}]
//	unit     = "ms" | "s"      of p…, mean and max: compulsory
//	         | "%"             of errors: compulsory
//	         | "/s"            of rps: may be left out
//	phase    = "@" (word | quoted)      @peak is the default, @run the whole run
//	endpoint = "in" quoted              METHOD NAME, as Locust writes them
//	word     = one or more characters other than white space and quotes
//	quoted   = "'" … "'" | '"' … '"'    with \\ \' \" \n \r \t inside
//
// White space between the parts does not matter; metrics and units are read in
// either case. A percentile lies strictly between 0 and 100: p100 is max. pos
// is where text begins. The error is an *Error at the offending word.
func ParseTarget(text string, pos Pos) (Target, error) {
	s := &scanner{src: text, pos: pos}
	s.space()
	if s.rest() == "" {
		return Target{}, &Error{Pos: pos, Msg: "an empty target; write for example p95 < 800ms", Kind: ErrBlank}
	}
	t := Target{Pos: s.column(s.at), Text: strings.TrimSpace(text)}
	if err := s.metric(&t); err != nil {
		return Target{}, err
	}
	if err := s.op(&t); err != nil {
		return Target{}, err
	}
	if err := s.limit(&t); err != nil {
		return Target{}, err
	}
	if err := s.scope(&t); err != nil {
		return Target{}, err
	}
	t.Name = t.String()
	return t, nil
}

// ParseFigure reads the name of a figure: a target without operator and limit,
// "p95", "errors @run", "mean in 'GET /posts'". more are names that are taken
// besides the metrics'. name is the one that was written, in lower case; of
// the Target only the scope, Text, Pos and, where it is a metric, Metric, P
// and Name are set.
func ParseFigure(text string, pos Pos, more ...string) (name string, t Target, err error) {
	s := &scanner{src: text, pos: pos}
	s.space()
	t = Target{Pos: s.column(s.at), Text: strings.TrimSpace(text)}
	for _, m := range more {
		if s.word(m) {
			name = m
			break
		}
	}
	if name == "" {
		if err := s.metric(&t, more...); err != nil {
			return "", Target{}, err
		}
		name = t.MetricName()
		t.Name = name
	}
	if err := s.scope(&t); err != nil {
		return "", Target{}, err
	}
	return name, t, nil
}

// metricNames are the metrics other than percentiles.
var metricNames = [...]struct {
	name   string
	metric Metric
}{{"mean", Mean}, {"max", Max}, {"errors", Errors}, {"rps", RPS}, {"outages", Outages}}

// metric reads the metric; more are names that a misspelt one may mean, too.
func (s *scanner) metric(t *Target, more ...string) *Error {
	at := s.at
	word := s.while(func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '_' || r == '-'
	})
	name := strings.ToLower(word)
	for _, m := range metricNames {
		if name == m.name {
			t.Metric = m.metric
			return nil
		}
	}
	if digits, ok := strings.CutPrefix(name, "p"); ok && digits != "" && strings.Trim(digits, "0123456789.") == "" {
		p, ok := decimal(digits, -2)
		switch {
		case !ok:
			return s.fail(at, nil, "not a percentile; write p95 or p99.9")
		case p == 1:
			return s.fail(at, nil, "the 100th percentile is the maximum; write max")
		case p <= 0 || p > 1:
			msg := "a percentile lies between 0 and 100"
			if len(digits) > 2 && p > 1 && !strings.Contains(digits, ".") {
				msg += "; write p" + digits[:2] + "." + digits[2:]
			}
			return s.fail(at, nil, msg)
		}
		t.Metric, t.P = Percentile, p
		return nil
	}
	if word == "" {
		return s.fail(at, nil, "a target begins with a metric: p95 (any percentile), mean, max, errors, rps or outages")
	}
	return s.failText(at, word, nil, "unknown metric"+metricHint(name, more))
}

func (s *scanner) op(t *Target) *Error {
	s.space()
	at := s.at
	word, _ := s.prefix("<=", ">=", "≤", "≥", "=<", "=>", "==", "!=", "<", ">", "=")
	switch word {
	case "<":
		t.Op = Less
	case "<=":
		t.Op = LessEqual
	case ">":
		t.Op = Greater
	case ">=":
		t.Op = GreaterEqual
	case "≤", "=<":
		return s.failText(at, word, nil, "write <=")
	case "≥", "=>":
		return s.failText(at, word, nil, "write >=")
	case "":
		return s.fail(at, nil, "a comparison must follow the metric: <, <=, > or >=")
	default:
		return s.failText(at, word, nil, "a figure of a load test is compared with <, <=, > or >=")
	}
	return nil
}

// limit reads the number and its unit.
func (s *scanner) limit(t *Target) *Error {
	s.space()
	at := s.at
	digits := s.while(func(r rune) bool { return r >= '0' && r <= '9' || strings.ContainsRune(".,_+-eE", r) })
	text := s.src[at:s.at]
	s.space()
	unitAt, unit := s.at, ""
	if in := s.word("in"); in {
		s.at = unitAt
	} else if unit = s.while(func(r rune) bool { return unicode.IsLetter(r) || r == '%' || r == '/' || r == '‰' }); unit != "" {
		text = s.src[at:s.at]
	}

	n, ok := decimal(digits, 0)
	switch {
	case ok:
	case digits == "":
		return s.fail(at, nil, "a number must follow the comparison")
	case digits[0] == '-':
		return s.failText(at, text, nil, "a limit cannot be negative")
	case strings.Contains(digits, ","):
		return s.failText(at, text, nil, "write the number without commas, with a point before the fraction: 1000 or 0.5")
	case len(digits) > maxDigits:
		return s.failText(at, text, nil, fmt.Sprintf("the number is too long; at most %d digits", maxDigits-1))
	default:
		return s.failText(at, text, nil, "not a number; write it like 800 or 0.8")
	}

	shift := 0
	switch lower := strings.ToLower(unit); t.Metric {
	case Percentile, Mean, Max:
		switch lower {
		case "ms":
			shift = -3
		case "s":
		case "":
			return s.failText(at, text, nil, fmt.Sprintf("a latency needs its unit; write %sms or %ss", digits, shifted(n, -3)))
		default:
			return s.failText(unitAt, unit, nil, fmt.Sprintf("not a unit of latency; write %sms or %ss", digits, digits))
		}
	case Errors:
		switch lower {
		case "%":
			shift = -2
		case "":
			return s.failText(at, text, nil, fmt.Sprintf("an error rate needs its unit; write %s%%", digits))
		default:
			return s.failText(unitAt, unit, nil, fmt.Sprintf("not a unit of an error rate; write %s%%", digits))
		}
	case RPS:
		if lower != "" && lower != "/s" {
			return s.failText(unitAt, unit, nil, fmt.Sprintf("not a unit of throughput; write %s or %s/s", digits, digits))
		}
	case Outages:
		if lower != "" {
			return s.failText(unitAt, unit, nil, fmt.Sprintf("outages are counted and have no unit; write %s", digits))
		}
	}
	t.Limit, _ = decimal(digits, shift)
	return s.checkLimit(t, at, text)
}

// highest returns the limit, in base units, beyond which a target is a slip of
// the pen: a day of latency, all requests, a billion requests a second.
func (m Metric) highest() float64 {
	switch m {
	case Errors:
		return 1
	case RPS, Outages:
		return 1e9
	}
	return 86400
}

func (s *scanner) checkLimit(t *Target, at int, text string) *Error {
	switch {
	case t.Limit <= t.Metric.highest():
		return nil
	case t.Metric == Errors:
		return s.failText(at, text, nil, "an error rate is at most 100%")
	case t.Unit().String() == "s":
		return s.failText(at, text, nil, "a latency is at most a day, 86400s")
	}
	return s.failText(at, text, nil, "a limit is at most 1000000000")
}

// scope reads the phase, the endpoint and the end of the text.
func (s *scanner) scope(t *Target) *Error {
	s.space()
	if _, ok := s.prefix("@"); ok {
		s.space()
		at := s.at
		name, isQuoted, err := s.quoted()
		if err != nil {
			return err
		}
		if !isQuoted {
			name = s.while(func(r rune) bool { return !unicode.IsSpace(r) && r != '\'' && r != '"' })
		}
		if strings.TrimSpace(name) == "" {
			return s.fail(at, nil, "a phase must follow @; write @ramp-up, @run or @'Step 300 users'")
		}
		t.Phase = canonicalPhase(name)
		s.space()
	}
	if s.word("in") {
		s.space()
		at := s.at
		name, _, err := s.quoted()
		if err != nil {
			return err
		}
		if strings.TrimSpace(name) == "" {
			return s.fail(at, nil, "an endpoint in quotes must follow in; write in 'GET /posts'")
		}
		t.Endpoint = name
		s.space()
	}
	switch {
	case s.rest() == "":
		return nil
	case t.Endpoint != "" && strings.HasPrefix(s.rest(), "@"):
		return s.fail(s.at, nil, "the phase stands before the endpoint: @run in 'GET /posts'")
	case t.Phase != "" && t.Endpoint == "":
		return s.failText(s.at, s.rest(), nil, "a phase of several words stands in quotes; write @'Step 300 users'")
	}
	return s.failText(s.at, s.rest(), nil, "nothing but @phase and in 'METHOD NAME' may follow")
}

// word reads w if it stands here and does not go on.
func (s *scanner) word(w string) bool {
	rest := s.rest()
	if len(rest) < len(w) || !strings.EqualFold(rest[:len(w)], w) {
		return false
	}
	if next := rest[len(w):]; next != "" && next[0] != '@' && strings.IndexFunc(next, isQuoteOrSpace) != 0 {
		return false
	}
	s.at += len(w)
	return true
}

func isQuoteOrSpace(r rune) bool { return r == '\'' || r == '"' || unicode.IsSpace(r) }

var escapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// quoted reads a quoted string, and reports whether one stands here.
func (s *scanner) quoted() (string, bool, *Error) {
	open := s.at
	q, ok := s.prefix("'", `"`)
	if !ok {
		return "", false, nil
	}
	var b strings.Builder
	for s.at < len(s.src) {
		c := s.src[s.at]
		s.at++
		switch {
		case c == q[0]:
			return b.String(), true, nil
		case c != '\\':
			b.WriteByte(c)
		default:
			at := s.at - 1
			i := -1
			if s.at < len(s.src) {
				i = strings.IndexByte(`\'"nrt`, s.src[s.at])
			}
			if i < 0 {
				return "", false, s.fail(at, nil, `a backslash in quotes stands only before \ ' " n r t; write \\ for a backslash`)
			}
			b.WriteByte("\\'\"\n\r\t"[i])
			s.at++
		}
	}
	return "", false, s.failText(open, s.src[open:], nil, "the quote is not closed")
}

// MetricName returns the target's metric as the grammar writes it: "p99.9".
func (t Target) MetricName() string {
	if t.Metric == Percentile {
		return "p" + shifted(t.P, 2)
	}
	for _, m := range metricNames {
		if m.metric == t.Metric {
			return m.name
		}
	}
	return ""
}

// LimitText returns the limit with its unit as the grammar writes it: "800ms".
func (t Target) LimitText() string {
	switch {
	case t.Metric == Errors:
		return shifted(t.Limit, 2) + "%"
	case t.Metric == RPS:
		return shifted(t.Limit, 0) + "/s"
	case t.Metric == Outages:
		return shifted(t.Limit, 0)
	case t.Limit < 1 && t.Limit > 0:
		return shifted(t.Limit, 3) + "ms"
	}
	return shifted(t.Limit, 0) + "s"
}

// Asks returns what the target asks for, for people: "< 1,000 ms", "none".
func (t Target) Asks() string {
	if t.Against != "" {
		return t.Against
	}
	if t.Metric == Outages && (t.Limit == 0 && t.Op == LessEqual || t.Limit == 1 && t.Op == Less) {
		return "none"
	}
	return t.Op.sign() + " " + measure.Stated(t.Limit, t.Unit())
}

// ScopeText returns phase and endpoint as the grammar writes them:
// "@run in 'GET /posts'"; "" is the peak phase and all endpoints.
func (t Target) ScopeText() string {
	var parts []string
	if t.Phase != PeakPhase {
		if strings.IndexFunc(t.Phase, isQuoteOrSpace) < 0 {
			parts = append(parts, "@"+t.Phase)
		} else {
			parts = append(parts, "@'"+escapes.Replace(t.Phase)+"'")
		}
	}
	if t.Endpoint != "" {
		parts = append(parts, "in '"+escapes.Replace(t.Endpoint)+"'")
	}
	return strings.Join(parts, " ")
}

// String returns the target in the grammar of ParseTarget, which reads it back
// to the same target.
func (t Target) String() string {
	s := t.MetricName() + " " + t.Op.String() + " " + t.LimitText()
	if scope := t.ScopeText(); scope != "" {
		s += " " + scope
	}
	return s
}
