package form

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// boldLabel splits "**Label**: value" or "**Label:** value" and returns the
// label and where the value starts. Emoji may stand before it, and a
// parenthesis between label and colon.
func boldLabel(line string) (label string, value int, ok bool) {
	i := 0
	for i < len(line) {
		r, n := utf8.DecodeRuneInString(line[i:])
		if r == '*' || r == '_' {
			break
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r < 0x80 && !unicode.IsSpace(r) || i > 40 {
			return "", 0, false
		}
		i += n
	}
	if i >= len(line) {
		return "", 0, false
	}
	sign := line[i]
	n := runLength(line, i)
	if n != 2 && n != 3 {
		return "", 0, false
	}
	open := i + n
	mark := strings.Repeat(string(sign), n)
	at := strings.Index(line[open:], mark)
	if at <= 0 {
		return "", 0, false
	}
	in := line[open : open+at]
	if strings.ContainsAny(in, "`<") || unicode.IsSpace(rune(in[0])) {
		return "", 0, false
	}
	rest := open + at + n
	if t := strings.TrimRight(in, " "); strings.HasSuffix(t, ":") {
		label, _ = plain(strings.TrimSuffix(t, ":"))
		return label, rest, label != ""
	}
	tail := line[rest:]
	colon := strings.IndexByte(tail, ':')
	if colon < 0 {
		return "", 0, false
	}
	between := strings.TrimSpace(tail[:colon])
	if between != "" && !(strings.HasPrefix(between, "(") && strings.HasSuffix(between, ")") && len(between) < 60) {
		return "", 0, false
	}
	label, _ = plain(strings.TrimSpace(in + " " + between))
	return label, rest + colon + 1, label != ""
}

// plainLabel splits "Label: value", as list items have it.
func plainLabel(line string) (label string, value int, ok bool) {
	colon := strings.IndexByte(line, ':')
	if colon < 1 || colon > 60 || strings.ContainsAny(line[:colon], "`<>[]|\\*\"“.;!?") {
		return "", 0, false
	}
	if colon+1 < len(line) && line[colon+1] != ' ' && line[colon+1] != '\t' {
		return "", 0, false
	}
	label, _ = plain(line[:colon])
	if len(strings.Fields(label)) > 6 || strings.IndexFunc(label, unicode.IsLetter) < 0 {
		return "", 0, false
	}
	return label, colon + 1, true
}

// trimValue returns what of raw is the value: without white space, line breaks
// and comments around it.
func trimValue(raw string, moreLines bool) (start, end int) {
	end = len(raw)
	for {
		was := span{start, end}
		for start < end && isBlankByte(raw[start]) {
			start++
		}
		for end > start && isBlankByte(raw[end-1]) {
			end--
		}
		v := raw[start:end]
		if strings.HasPrefix(v, "<!--") {
			if j := strings.Index(v[4:], "-->"); j >= 0 {
				start += 4 + j + 3
				continue
			}
		}
		if strings.HasSuffix(v, "-->") {
			if j := strings.LastIndex(v, "<!--"); j >= 0 && len(v)-j >= 7 && !strings.Contains(v[j+4:len(v)-3], "-->") {
				end = start + j
				continue
			}
		}
		if strings.HasSuffix(v, ">") {
			for _, br := range []string{"<br>", "<br/>", "<br />"} {
				if len(v) >= len(br) && strings.EqualFold(v[len(v)-len(br):], br) {
					end -= len(br)
					break
				}
			}
		}
		if moreLines && (len(v)-len(strings.TrimRight(v, `\`)))%2 == 1 {
			end-- // a hard line break
		}
		if was == (span{start, end}) {
			return start, end
		}
	}
}

func isBlankByte(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
