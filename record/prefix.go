package record

import (
	"strings"
)

// LocustPrefix finds the prefix of the files that a command line makes Locust
// write: --csv PREFIX, --csv=PREFIX, also inside an argument that is a command
// line itself (sh -c '…'), else the environment's LOCUST_CSV. The last one
// counts, as it does for Locust.
func LocustPrefix(args []string, environment func(string) string) string {
	prefix := ""
	for i, arg := range args {
		if i > 0 && strings.ContainsAny(arg, " \t\n") && strings.Contains(arg, "--csv") {
			if p := LocustPrefix(words(arg), func(string) string { return "" }); p != "" {
				prefix = p
			}
			continue
		}
		if value, ok := strings.CutPrefix(arg, "--csv="); ok {
			prefix = value
		} else if arg == "--csv" && i+1 < len(args) {
			prefix = args[i+1]
		}
	}
	if prefix != "" {
		return prefix
	}
	return environment("LOCUST_CSV")
}

// words splits a shell's command line into words; what ends a command ends a
// word.
func words(line string) []string {
	out, err := Split(line)
	if err != nil {
		out = strings.Fields(line)
	}
	for i, w := range out {
		out[i] = strings.TrimRight(w, ";&|)")
	}
	return out
}

// errQuote is a quote that is never closed.
type errQuote struct{}

func (errQuote) Error() string { return "a quote is not closed" }

// Split splits a command line into words as a shell does, as far as quotes and
// backslashes go; nothing is expanded.
func Split(line string) ([]string, error) {
	var out []string
	var word strings.Builder
	begun, quote, escaped := false, rune(0), false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, begun = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case strings.ContainsRune(" \t\r\n", r):
			if begun {
				out = append(out, word.String())
				word.Reset()
				begun = false
			}
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quote != 0 || escaped {
		return nil, errQuote{}
	}
	if begun {
		out = append(out, word.String())
	}
	return out, nil
}
