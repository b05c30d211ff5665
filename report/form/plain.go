package form

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain returns the text that raw inline Markdown shows, with white space
// collapsed and footnote references left out, and whether it is nothing but
// text and emphasis.
func plain(raw string) (text string, pure bool) {
	if !strings.ContainsAny(raw, "\\`*_~[]<&") {
		return squeeze(raw), true
	}
	s := inline{src: raw}
	s.scan()
	return squeeze(s.text()), !s.impure
}

// essence returns what of raw survives a formatter: the text it shows,
// references included, without white space runs and emphasis signs.
func essence(raw string) string {
	if !strings.ContainsAny(raw, "\\`*_~[]<&") {
		return squeeze(raw)
	}
	s := inline{src: raw, refs: true}
	s.scan()
	t := strings.Map(func(r rune) rune {
		switch r {
		case '*', '_', '~', '`', '\\':
			return -1
		}
		return r
	}, s.text())
	return squeeze(t)
}

// squeeze collapses white space.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// An inline reads inline Markdown in one pass.
type inline struct {
	src    string
	refs   bool // keep footnote references
	impure bool
	parts  []part
}

// A part is a stretch of text, or a run of emphasis signs.
type part struct {
	text        string
	sign        byte // '*', '_', '~' or 0
	count       int  // signs left
	open, close bool
}

func (s *inline) add(text string) {
	if text != "" {
		s.parts = append(s.parts, part{text: text})
	}
}

func (s *inline) scan() {
	src := s.src
	closing := tickRuns(src)
	from := 0
	var brackets []int // parts at which a "[" stands
	flush := func(i int) { s.add(src[from:i]) }
	for i := 0; i < len(src); {
		c := src[i]
		switch c {
		case '\\':
			if i+1 < len(src) && isPunct(src[i+1]) {
				flush(i)
				s.add(src[i+1 : i+2])
				i += 2
				from = i
				continue
			}
		case '`':
			n := runLength(src, i)
			if end, ok := closing[i]; ok {
				flush(i)
				s.add(src[i+n : end])
				s.impure = true
				i = end + n
				from = i
			} else {
				i += n
			}
			continue
		case '&':
			if j := entityEnd(src, i); j > 0 {
				flush(i)
				s.add(html.UnescapeString(src[i:j]))
				i = j
				from = i
				continue
			}
		case '<':
			if j, text := tagEnd(src, i); j > 0 {
				flush(i)
				s.add(text)
				s.impure = true
				i = j
				from = i
				continue
			}
		case '[':
			flush(i)
			if j := refEnd(src, i); j > 0 {
				if s.refs {
					s.add(src[i:j])
				}
				i = j
				from = i
				continue
			}
			brackets = append(brackets, len(s.parts))
			s.add("[")
			i++
			from = i
			continue
		case ']':
			if len(brackets) > 0 {
				open := brackets[len(brackets)-1]
				brackets = brackets[:len(brackets)-1]
				if j := destinationEnd(src, i+1); j > 0 {
					flush(i)
					s.parts[open].text = ""
					s.impure = true
					i = j
					from = i
					continue
				}
			}
		case '*', '_', '~':
			n := runLength(src, i)
			before, _ := utf8.DecodeLastRuneInString(src[:i])
			after, _ := utf8.DecodeRuneInString(src[i+n:])
			left, right := flanks(before, after, i == 0, i+n == len(src))
			p := part{text: src[i : i+n], sign: c, count: n, open: left, close: right}
			if c == '_' {
				p.open = left && (!right || isPunctRune(before))
				p.close = right && (!left || isPunctRune(after))
			}
			flush(i)
			s.parts = append(s.parts, p)
			i += n
			from = i
			continue
		}
		i++
	}
	flush(len(src))
}

// text pairs the emphasis signs and returns what is left.
func (s *inline) text() string {
	var open [128][]int
	for i := range s.parts {
		p := &s.parts[i]
		if p.sign == 0 {
			continue
		}
		if p.close {
			for st := open[p.sign]; p.count > 0 && len(st) > 0; st = open[p.sign] {
				o := &s.parts[st[len(st)-1]]
				n := min(o.count, p.count)
				o.count -= n
				p.count -= n
				if o.count == 0 {
					open[p.sign] = st[:len(st)-1]
				}
			}
		}
		if p.open && p.count > 0 {
			open[p.sign] = append(open[p.sign], i)
		}
	}
	var b strings.Builder
	for _, p := range s.parts {
		if p.sign != 0 {
			b.WriteString(p.text[:p.count])
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

func flanks(before, after rune, first, last bool) (left, right bool) {
	spaceBefore := first || unicode.IsSpace(before)
	spaceAfter := last || unicode.IsSpace(after)
	punctBefore, punctAfter := !first && isPunctRune(before), !last && isPunctRune(after)
	left = !spaceAfter && (!punctAfter || spaceBefore || punctBefore)
	right = !spaceBefore && (!punctBefore || spaceAfter || punctAfter)
	return left, right
}

func isPunctRune(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

func isPunct(c byte) bool {
	return c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~'
}

func runLength(s string, i int) int {
	n := 1
	for i+n < len(s) && s[i+n] == s[i] {
		n++
	}
	return n
}

// tickRuns maps the start of every run of backticks that opens a code span to
// the start of the run that closes it.
func tickRuns(s string) map[int]int {
	if strings.IndexByte(s, '`') < 0 {
		return nil
	}
	type tick struct{ at, n int }
	var runs []tick
	for i := 0; i < len(s); i++ {
		if s[i] == '`' {
			n := runLength(s, i)
			runs = append(runs, tick{i, n})
			i += n - 1
		}
	}
	next := map[int]int{}
	closing := map[int]int{}
	for i := len(runs) - 1; i >= 0; i-- {
		if at, ok := next[runs[i].n]; ok {
			closing[runs[i].at] = at
		}
		next[runs[i].n] = runs[i].at
	}
	return closing
}

// entityEnd returns the end of the character reference that starts at i, or 0.
func entityEnd(s string, i int) int {
	end := min(len(s), i+40)
	j := strings.IndexByte(s[i:end], ';')
	if j < 2 {
		return 0
	}
	e := s[i : i+j+1]
	if strings.IndexFunc(e[1:j], func(r rune) bool { return r != '#' && !isWord(r) }) >= 0 {
		return 0
	}
	if t := html.UnescapeString(e); t == e || strings.HasSuffix(t, ";") && len(t) > 1 {
		return 0
	}
	return i + j + 1
}

// tagEnd returns the end of the comment, tag or autolink that starts at i, and
// the text it shows; 0 when there is none.
func tagEnd(s string, i int) (int, string) {
	rest := s[i:]
	if strings.HasPrefix(rest, "<!--") {
		if j := strings.Index(rest[4:], "-->"); j >= 0 && j < 4000 {
			return i + 4 + j + 3, ""
		}
		return 0, ""
	}
	j := strings.IndexByte(rest[:min(len(rest), 2000)], '>')
	if j < 2 {
		return 0, ""
	}
	in := rest[1:j]
	c := in[0]
	if !(c == '/' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') || strings.ContainsRune(in, '<') {
		return 0, ""
	}
	if strings.HasPrefix(strings.ToLower(in), "br") {
		return i + j + 1, " "
	}
	if !strings.ContainsAny(in, " \t") && strings.ContainsAny(in, ":@") {
		return i + j + 1, in
	}
	return i + j + 1, ""
}

// refEnd returns the end of the footnote reference that starts at i, or 0.
func refEnd(s string, i int) int {
	if !strings.HasPrefix(s[i:], "[^") {
		return 0
	}
	for j := i + 2; j < len(s) && j < i+200; j++ {
		switch s[j] {
		case ']':
			if j == i+2 {
				return 0
			}
			return j + 1
		case '[', ' ', '\t', '\n', '\r':
			return 0
		}
	}
	return 0
}

// destinationEnd returns the end of a link destination "(…)" at i, or 0.
func destinationEnd(s string, i int) int {
	if i >= len(s) || s[i] != '(' {
		return 0
	}
	depth := 0
	for j := i; j < len(s) && j < i+2000; j++ {
		switch s[j] {
		case '\\':
			j++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return j + 1
			}
		}
	}
	return 0
}
