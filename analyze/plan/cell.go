package plan

import (
	"fmt"
	"strings"
	"unicode"
)

// ParseTargetCell reads a target from a row of a document's table: the row's
// label says the metric, the cell the rest. It is more forgiving than
// ParseTarget: "< 1,000 ms", "≤ 5 %", "&lt; 1s", "at least 500 req/s", "No
// crashes", and "500 ms" alone, which is a limit. A scope may follow as ParseTarget reads it: "< 2 s @run". A unit
// may stand in the label instead: "P95 Latency (ms)". pos is where the cell's
// text begins.
//
// The error is an *Error that is one of ErrBlank (nothing is stated),
// ErrUnknownMetric (the label) and ErrNotTarget (the cell).
func ParseTargetCell(label, text string, pos Pos) (Target, error) {
	plain := plainText(text)
	name := plainText(label)
	if m, _, _ := LabelMetric(label); m == Outages && strings.EqualFold(plain, "none") {
		plain = "no crashes"
	}
	if blank(plain) {
		return Target{}, &Error{Pos: pos, Text: text, Msg: "no target is stated", Kind: ErrBlank}
	}
	metric, p, ok := LabelMetric(label)
	if !ok {
		return Target{}, &Error{Pos: pos, Text: name, Kind: ErrUnknownMetric,
			Msg: "the row's label is no metric that can be judged; known are latencies (P95, Avg, Max, Median), Error Rate, Throughput and System Stability"}
	}
	t := Target{Name: name, Metric: metric, P: p, Text: strings.TrimSpace(text), Pos: pos}
	bad := func(msg string) (Target, error) {
		return Target{}, &Error{Pos: pos, Text: strings.TrimSpace(text), Msg: msg, Kind: ErrNotTarget}
	}
	if metric == Outages && noOutages(plain) {
		t.Op = LessEqual
		return t, nil
	}
	rest, op, ok := cutOp(plain)
	if !ok {
		// "500 ms" alone is as much as there may be, and of throughput as little.
		op, ok = LessEqual, plain != "" && plain[0]-'0' < 10
		if rest = plain; metric == RPS {
			op = GreaterEqual
		}
	}
	if !ok {
		return bad(fmt.Sprintf("a target needs a comparison; write for example %s", cellExample(metric)))
	}
	t.Op = op
	number, rest, ok := cutNumber(rest)
	if !ok {
		return bad(fmt.Sprintf("a number must follow the comparison; write for example %s", cellExample(metric)))
	}
	unit, rest := cutUnit(rest)
	shift, ok := cellUnit(metric, unit)
	if !ok && unit == "" {
		shift, ok = cellUnit(metric, labelUnit(label))
	}
	if shift == -3 || metric == RPS {
		number = thousandsPoint(number)
	}
	if more := remark(metric, unit); !ok && more != "" {
		return bad(fmt.Sprintf("%q does not belong to a target, and may change what it means; write for example %s", more, cellExample(metric)))
	}
	if !ok {
		return bad(fmt.Sprintf("a target needs its unit; write for example %s", cellExample(metric)))
	}
	limit, ok := decimal(number, shift)
	if !ok {
		return bad("the number is too long")
	}
	t.Limit = limit
	s := &scanner{src: rest, pos: pos}
	if err := s.checkLimit(&t, 0, plain); err != nil {
		return bad(err.Msg)
	}
	var scope *Error
	if scope = s.scope(&t); scope != nil {
		return bad(fmt.Sprintf("%q does not belong to a target; write for example %s", strings.TrimSpace(rest), cellExample(metric)))
	}
	return t, nil
}

func cellExample(m Metric) string {
	switch m {
	case Errors:
		return "< 5%"
	case RPS:
		return "> 500 RPS"
	case Outages:
		return "No crashes"
	}
	return "< 800ms"
}

// noOutages reports whether a cell of the stability row allows none.
func noOutages(text string) bool {
	ws := words(text)
	if len(ws) == 0 {
		return false
	}
	switch ws[0] {
	case "no", "0", "zero", "without", "never":
	default:
		return false
	}
	if strings.ContainsAny(text, "<>≤≥") || len(ws) > 6 {
		return false
	}
	said := ws[0] == "0" || ws[0] == "zero"
	for _, w := range ws[1:] {
		switch w {
		case "crash", "crashes", "outage", "outages", "restart", "restarts", "downtime", "failures", "any":
			said = true
		case "or", "and", "no", "system", "unplanned":
		default:
			return false
		}
	}
	return said
}

// ops are the ways to write a comparison, longer ones first.
var ops = [...]struct {
	text string
	op   Op
}{
	{"<=", LessEqual}, {"=<", LessEqual}, {"≤", LessEqual}, {"⩽", LessEqual}, {">=", GreaterEqual}, {"=>", GreaterEqual}, {"≥", GreaterEqual}, {"⩾", GreaterEqual},
	{"<", Less}, {"＜", Less}, {">", Greater}, {"＞", Greater},
	{"no more than", LessEqual}, {"not more than", LessEqual}, {"at most", LessEqual}, {"up to", LessEqual}, {"maximum", LessEqual}, {"max.", LessEqual}, {"max", LessEqual},
	{"less than", Less}, {"lower than", Less}, {"below", Less}, {"under", Less},
	{"no less than", GreaterEqual}, {"not less than", GreaterEqual}, {"at least", GreaterEqual}, {"minimum", GreaterEqual}, {"min.", GreaterEqual}, {"min", GreaterEqual},
	{"greater than", Greater}, {"higher than", Greater}, {"more than", Greater}, {"above", Greater}, {"over", Greater},
}

func cutOp(text string) (rest string, op Op, ok bool) {
	text = strings.TrimSpace(text)
	for _, o := range ops {
		if len(text) > len(o.text) && strings.EqualFold(text[:len(o.text)], o.text) {
			rest := text[len(o.text):]
			if c := rest[0]; unicode.IsLetter(rune(o.text[0])) && c != ' ' && c != ':' && c != '.' && (c < '0' || c > '9') {
				continue // "maximal"
			}
			return strings.TrimLeft(rest, " :"), o.op, true
		}
	}
	return text, 0, false
}

// cutNumber takes a number off the front of text, with its thousands
// separators (comma, apostrophe, underscore or space before exactly three
// digits) removed and a k for thousand multiplied out. A comma before one or
// two digits is a decimal one, as much of Europe writes it; before any other
// number of them it may be a slip, and is no number.
func cutNumber(text string) (digits, rest string, ok bool) {
	var b strings.Builder
	rs := []rune(text)
	i, group := 0, 0
	isDigit := func(i int) bool { return i < len(rs) && rs[i] >= '0' && rs[i] <= '9' }
	three := func(i int) bool { return isDigit(i) && isDigit(i+1) && isDigit(i+2) && !isDigit(i+3) }
	for ; i < len(rs); i++ {
		switch {
		case isDigit(i):
			b.WriteRune(rs[i])
			group++
		case i > 0 && isDigit(i-1) && group <= 3 && strings.ContainsRune(",'’_ \u00a0\u202f\u2009", rs[i]) && three(i+1):
			group = 0
		default:
			goto end
		}
	}
end:
	if i < len(rs) && rs[i] == ',' && isDigit(i+1) && !(isDigit(i+2) && isDigit(i+3)) && !strings.ContainsRune(string(rs[:i]), ',') {
		rs[i] = '.'
	}
	if i < len(rs) && rs[i] == '.' && isDigit(i+1) && b.Len() > 0 {
		b.WriteRune('.')
		for i++; isDigit(i); i++ {
			b.WriteRune(rs[i])
		}
	}
	if i < len(rs) && (rs[i] == ',' || rs[i] == '.') && isDigit(i+1) {
		return "", text, false
	}
	if i < len(rs) && (rs[i] == 'k' || rs[i] == 'K') && (i+1 == len(rs) || !unicode.IsLetter(rs[i+1])) {
		n, ok := decimal(b.String(), 3)
		if !ok {
			return "", text, false
		}
		b.Reset()
		b.WriteString(shifted(n, 0))
		i++
	}
	if _, ok := decimal(b.String(), 0); !ok {
		return "", text, false
	}
	return b.String(), string(rs[i:]), true
}

// thousandsPoint reads the point of "1.000" as much of Europe means it. It is
// for units that nobody states to the thousandth part: ms, requests per second,
// users. "0.500" is a decimal everywhere.
func thousandsPoint(number string) string {
	whole, part, found := strings.Cut(number, ".")
	if found && len(part) == 3 && len(whole) <= 3 && whole != "" && whole[0] != '0' {
		return whole + part
	}
	return number
}

// cutUnit takes the words of a unit off the front of text: everything up to a
// scope. Parentheses and a closing full stop say nothing.
func cutUnit(text string) (unit, rest string) {
	text = strings.TrimSpace(text)
	end := len(text)
	for i := range text {
		if text[i] == '@' || strings.HasPrefix(text[i:], " in '") || strings.HasPrefix(text[i:], ` in "`) {
			end = i
			break
		}
	}
	unit = strings.ToLower(strings.Join(strings.Fields(strings.TrimRight(text[:end], " .")), " "))
	return unit, text[end:]
}

// remark returns what follows the unit at the front of text, "" where there is
// none.
func remark(m Metric, text string) string {
	for i := len(text) - 1; i > 0; i-- {
		if _, ok := cellUnit(m, strings.TrimSpace(text[:i])); ok && strings.TrimSpace(text[:i]) != "" && !unicode.IsLetter(rune(text[i])) {
			return strings.Trim(text[i:], " ,;")
		}
	}
	return ""
}

// cellUnit returns the power of ten that a unit shifts a metric's number by.
func cellUnit(m Metric, unit string) (shift int, ok bool) {
	switch m {
	case Errors:
		switch unit {
		case "%", "percent", "pct", "per cent":
			return -2, true
		}
		return 0, false
	case RPS:
		switch unit {
		case "", "/s", "/sec", "/second", "rps", "tps", "qps", "r/s", "req/s", "reqs/s", "req/sec", "request/s", "requests/s", "requests/sec",
			"requests/second", "requests per second", "req per second", "per second", "requests / s", "requests / second", "req / s":
			return 0, true
		}
		return 0, false
	case Outages:
		switch unit {
		case "", "crash", "crashes", "outage", "outages", "restarts":
			return 0, true
		}
		return 0, false
	}
	switch unit {
	case "ms", "msec", "msecs", "millisecond", "milliseconds":
		return -3, true
	case "s", "sec", "secs", "second", "seconds":
		return 0, true
	case "µs", "μs", "us", "microseconds":
		return -6, true
	}
	return 0, false
}

// labelUnit returns a unit that stands in a label: "P95 Latency (ms)",
// "Error %".
func labelUnit(label string) string {
	plain := strings.ToLower(plainText(label))
	if i := strings.LastIndexAny(plain, "([,"); i >= 0 {
		if u := strings.Trim(plain[i+1:], " )]"); u != "" {
			return u
		}
	}
	if strings.HasSuffix(plain, "%") {
		return "%"
	}
	return ""
}
