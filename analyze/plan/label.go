package plan

import (
	"html"
	"strings"
	"unicode"
)

// plainText takes what Markdown and HTML add to the text of a cell off it:
// entities, code spans, emphasis, backslashes and unusual spaces.
func plainText(text string) string {
	text = html.UnescapeString(text)
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '`' || r == '*' || r == '\\' || r == '\u200b' || r == '\ufe0f' || r == '\ufeff':
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text))
}

// blank reports whether a cell's text is a placeholder: "", "TBD%", "⏳", "–",
// "N/A".
func blank(text string) bool {
	ws := words(text)
	for _, w := range ws {
		switch w {
		case "tbd", "tba", "todo":
			return true
		}
	}
	switch strings.Join(ws, " ") {
	case "":
		return !strings.ContainsAny(text, "<>≤≥")
	case "na", "n a", "none", "pending", "unknown", "not set", "not measured", "not applicable", "to be determined", "to be defined":
		return true
	}
	return false
}

// words returns the runs of letters and digits of text in lower case; a point
// between digits belongs to its number.
func words(text string) []string {
	rs := []rune(strings.ToLower(text))
	isDigit := func(i int) bool { return i >= 0 && i < len(rs) && rs[i] >= '0' && rs[i] <= '9' }
	var out []string
	start := -1
	for i := 0; i <= len(rs); i++ {
		if i < len(rs) && (unicode.IsLetter(rs[i]) || unicode.IsDigit(rs[i]) ||
			rs[i] == '.' && isDigit(i-1) && isDigit(i+1)) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			out = append(out, string(rs[start:i]))
			start = -1
		}
	}
	return out
}

// A labelWord is what a word of a row's label says of its metric.
type labelWord uint8

const (
	unknownWord labelWord = iota
	fillerWord            // says nothing: "the", "overall"
	latencyWord
	requestWord // "requests": of throughput with a rate, of errors with "failed"
	errorWord
	rateWord // "rate", "%"
	rpsWord
	perSecondWord
	meanWord
	maxWord
	minWord
	medianWord
	outageWord
	percentileWord
)

// labelWords are the words that a row's label may be made of. A label with any
// other word ("P95 Latency of checkout", "5xx Error Rate", "Success Rate") asks
// for something that these metrics are not.
var labelWords = map[string]labelWord{
	"the": fillerWord, "overall": fillerWord, "total": fillerWord, "global": fillerWord, "peak": fillerWord, "http": fillerWord, "api": fillerWord,
	"all": fillerWord, "endpoints": fillerWord, "aggregated": fillerWord, "aggregate": fillerWord, "of": fillerWord, "in": fillerWord, "no": fillerWord,
	"ms": latencyWord, "s": fillerWord, "sec": fillerWord, "seconds": fillerWord, "milliseconds": latencyWord,
	"latency": latencyWord, "rtt": latencyWord, "latencies": latencyWord, "response": latencyWord, "time": latencyWord, "times": latencyWord, "duration": latencyWord,
	"request": requestWord, "requests": requestWord, "req": requestWord, "reqs": requestWord,
	"error": errorWord, "errors": errorWord, "failure": errorWord, "failures": errorWord, "failed": errorWord, "fail": errorWord, "fails": errorWord,
	"rate": rateWord, "ratio": rateWord, "percentage": rateWord, "percent": rateWord, "pct": rateWord, "share": rateWord,
	"throughput": rpsWord, "rps": rpsWord, "tps": rpsWord, "qps": rpsWord,
	"second": perSecondWord, "per": fillerWord,
	"mean": meanWord, "avg": meanWord, "average": meanWord,
	"max": maxWord, "maximum": maxWord, "worst": maxWord, "slowest": maxWord, "highest": maxWord,
	"min": minWord, "minimum": minWord, "median": medianWord,
	"system": fillerWord, "service": fillerWord, "stability": outageWord, "crash": outageWord, "crashes": outageWord, "outage": outageWord, "outages": outageWord,
	"percentile": percentileWord, "percentiles": percentileWord, "ile": percentileWord, "p": percentileWord, "quantile": percentileWord,
}

// LabelMetric returns the metric that a row's label names: "P95 Latency",
// "**P99.9** latency", "95th percentile response time", "Avg Latency", "Error
// Rate (%)", "Throughput", "System Stability". p is in (0,1) for Percentile. ok
// is false for every label that asks for anything else or anything more.
func LabelMetric(label string) (m Metric, p float64, ok bool) {
	seen := map[labelWord]bool{}
	numbers := 0
	for _, w := range words(plainText(label)) {
		q, isPercentile, bare := percentileText(w)
		switch kind := labelWords[w]; {
		case isPercentile:
			if p != 0 || q <= 0 || q >= 1 {
				return 0, 0, false
			}
			p = q
			if bare {
				numbers++
			} else {
				seen[percentileWord] = true
			}
		case kind == unknownWord:
			return 0, 0, false
		default:
			seen[kind] = true
		}
	}
	if numbers > 0 && !seen[percentileWord] {
		return 0, 0, false // "95 Latency"
	}
	is := func(w labelWord) bool { return seen[w] }
	if is(medianWord) && p == 0.5 {
		seen[medianWord] = false // "Median (P50)"
	}
	latency := !is(errorWord) && !is(rpsWord) && !is(outageWord) && !is(rateWord) && !is(perSecondWord) && !is(minWord)
	statistics := 0
	for _, b := range []bool{p > 0, is(medianWord), is(meanWord), is(maxWord)} {
		if b {
			statistics++
		}
	}
	switch {
	case is(percentileWord) && p == 0:
		return 0, 0, false
	case p > 0 && latency && statistics == 1:
		return Percentile, p, true
	case is(medianWord) && latency && statistics == 1:
		return Percentile, 0.5, true
	case is(meanWord) && latency && statistics == 1:
		return Mean, 0, true
	case is(maxWord) && latency && statistics == 1:
		return Max, 0, true
	case p > 0 || is(medianWord) || is(maxWord):
		return 0, 0, false
	case is(outageWord) && len(seen) <= 2 && !is(rateWord) && !is(meanWord):
		return Outages, 0, true
	case is(errorWord) && !is(latencyWord) && !is(rpsWord) && !is(perSecondWord) && !perSecondLabel(label):
		return Errors, 0, true
	case (is(rpsWord) || is(requestWord) && (is(perSecondWord) || is(rateWord) || perSecondLabel(label))) &&
		!is(errorWord) && !is(latencyWord) && !is(outageWord):
		return RPS, 0, true
	}
	return 0, 0, false
}

// perSecondLabel reports whether the label ends in a rate's unit: "Requests/s".
func perSecondLabel(label string) bool {
	ws := words(plainText(label))
	switch last := ws[len(ws)-1]; last {
	case "s", "sec":
		return strings.Contains(label, "/") || strings.Contains(strings.ToLower(label), "per")
	}
	return false
}

// percentileText returns the percentile that a word is: "p95", "95th", or a
// bare number that needs the word percentile beside it.
func percentileText(w string) (p float64, ok, bare bool) {
	digits := w
	for _, suffix := range []string{"th", "st", "nd", "rd"} {
		digits = strings.TrimSuffix(digits, suffix)
	}
	bare = digits == w
	if cut, has := strings.CutPrefix(digits, "p"); has && bare {
		digits, bare = cut, false
	}
	p, ok = decimal(digits, -2)
	return p, ok, bare
}
