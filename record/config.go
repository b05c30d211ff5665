package record

import "strings"

// ConfigFiles are the files whose settings Locust takes where neither its
// command line nor its environment has them, in the order in which it reads
// them; the last one counts (DEFAULT_CONFIG_FILES in locust/argument_parser.py).
// A file named by --config is read after them.
func ConfigFiles(args []string, home string) []string {
	var out []string
	if home != "" {
		out = append(out, strings.TrimRight(home, "/")+"/.locust.conf")
	}
	out = append(out, "locust.conf")
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--config="); ok {
			out = append(out, value)
		} else if arg == "--config" && i+1 < len(args) {
			out = append(out, args[i+1])
		}
	}
	return out
}

// ConfigPrefix returns the prefix that a configuration file of Locust's sets,
// "csv = PREFIX", in any of the forms that ConfigArgParse reads: with "=", ":"
// or a space, quoted or not, as csv or --csv; "" where it sets none.
func ConfigPrefix(text string) string {
	prefix := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.ContainsRune("#;[", rune(line[0])) || strings.HasPrefix(line, "---") {
			continue
		}
		at := strings.IndexAny(line, "=: \t")
		if at < 0 || strings.TrimLeft(line[:at], "-") != "csv" {
			continue
		}
		value := strings.TrimSpace(strings.TrimLeft(line[at:], "=: \t"))
		if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') {
			if end := strings.IndexByte(value[1:], value[0]); end >= 0 {
				value = value[1 : 1+end]
			}
		} else if comment := strings.Index(value, " #"); comment >= 0 {
			value = strings.TrimSpace(value[:comment])
		}
		prefix = value
	}
	return prefix
}
