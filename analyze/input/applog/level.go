package applog

// A level is how grave a line says it is.
type level uint8

const (
	noLevel level = iota
	trace
	debug
	info
	notice
	warning
	errorLevel
	critical
	fatal
	panicLevel
	alert
	emergency
	// detail is PostgreSQL's mark of a line that adds to the one before.
	detail
)

var levelNames = [...]string{"", "TRACE", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "FATAL", "PANIC", "ALERT", "EMERGENCY", ""}

func (l level) String() string { return levelNames[l] }

// levelOf reads a level's name in any of its spellings.
func levelOf(word []byte) level {
	if len(word) < 3 || len(word) > 11 {
		return noLevel
	}
	var up [11]byte
	for i, c := range word {
		if c-'a' < 26 {
			c -= 0x20
		}
		up[i] = c
	}
	switch string(up[:len(word)]) {
	case "TRACE", "FINE", "FINER", "FINEST", "TRC":
		return trace
	case "DEBUG", "DBG", "DEBUG1", "DEBUG2", "VERBOSE":
		return debug
	case "INFO", "INF", "INFORMATION", "LOG":
		return info
	case "NOTICE":
		return notice
	case "WARNING", "WARN", "WRN":
		return warning
	case "ERROR", "ERR", "SEVERE":
		return errorLevel
	case "CRITICAL", "CRIT", "DPANIC":
		return critical
	case "FATAL", "FTL":
		return fatal
	case "PANIC", "PNC":
		return panicLevel
	case "ALERT":
		return alert
	case "EMERG", "EMERGENCY":
		return emergency
	case "STATEMENT", "DETAIL", "HINT", "CONTEXT", "QUERY", "LOCATION":
		return detail
	}
	return noLevel
}

// levelOfNumber reads the numbers that pino and bunyan write.
func levelOfNumber(n int) level {
	switch n {
	case 10:
		return trace
	case 20:
		return debug
	case 30:
		return info
	case 40:
		return warning
	case 50:
		return errorLevel
	case 60:
		return fatal
	}
	return noLevel
}

// headBytes is how far behind the time a level is looked for.
const headBytes = 72

// findLevel looks for the level in the head of a line and returns what stands
// behind it. Outside brackets only upper case counts: "error" is a word.
func findLevel(b []byte) (level, []byte) {
	head := b[:min(len(b), headBytes)]
	for i := 0; i < len(head); {
		if !isWord(head[i]) {
			if head[i] == '"' {
				break // a request line or a message
			}
			i++
			continue
		}
		j := i
		for j < len(b) && isWord(b[j]) {
			j++
		}
		if head[i]-'A' < 26 && b[j-1]-'a' >= 26 || i > 0 && (head[i-1] == '[' || head[i-1] == ':' && i > 1 && head[i-2] != ' ' && j < len(b) && b[j] == ']') {
			if l := levelOf(b[i:j]); l != noLevel && (l != detail || j < len(b) && b[j] == ':') {
				return l, b[j:]
			}
		}
		i = j
	}
	return noLevel, b
}
