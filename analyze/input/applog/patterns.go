package applog

import (
	"bytes"
	"fmt"
	"regexp"
	"regexp/syntax"
)

// A Pattern makes lines events of a class of the user's own.
type Pattern struct {
	Class string
	// Regexp is in Go's syntax and matched against the whole line. Groups named
	// user_type, endpoint and status are taken over.
	Regexp string
}

type compiled struct {
	class                      string
	texts                      *regexp.Regexp
	word                       []byte // every match has it; empty: none known
	userType, endpoint, status int    // numbers of the groups, −1 none
}

func compile(patterns []Pattern) ([]compiled, error) {
	var out []compiled
	for _, p := range patterns {
		texts, err := regexp.Compile(p.Regexp)
		if err != nil {
			return nil, fmt.Errorf("the log pattern %q for class %q: %w", p.Regexp, p.Class, err)
		}
		if p.Class == "" {
			return nil, fmt.Errorf("the log pattern %q names no class", p.Regexp)
		}
		c := compiled{class: p.Class, texts: texts,
			userType: texts.SubexpIndex("user_type"), endpoint: texts.SubexpIndex("endpoint"), status: texts.SubexpIndex("status")}
		if tree, err := syntax.Parse(p.Regexp, syntax.Perl); err == nil {
			c.word = []byte(literal(tree.Simplify()))
		}
		out = append(out, c)
	}
	return out, nil
}

// literal returns the longest text that every match of an expression has. It
// makes most lines cheap: they are only searched for it.
func literal(e *syntax.Regexp) string {
	switch e.Op {
	case syntax.OpLiteral:
		if e.Flags&syntax.FoldCase == 0 {
			return string(e.Rune)
		}
	case syntax.OpConcat:
		best := ""
		for _, s := range e.Sub {
			if l := literal(s); len(l) > len(best) {
				best = l
			}
		}
		return best
	case syntax.OpCapture, syntax.OpPlus:
		return literal(e.Sub[0])
	}
	return ""
}

// match applies the user's patterns to a line; the first that matches counts.
func match(patterns []compiled, line []byte, r *record) (verdict, bool) {
	for i := range patterns {
		p := &patterns[i]
		if len(p.word) > 0 && !bytes.Contains(line, p.word) {
			continue
		}
		m := p.texts.FindSubmatchIndex(line)
		if m == nil {
			continue
		}
		group := func(n int) []byte {
			if n < 0 || m[2*n] < 0 {
				return nil
			}
			return line[m[2*n]:m[2*n+1]]
		}
		if g := group(p.userType); g != nil {
			r.userType = g
		}
		if g := group(p.endpoint); g != nil {
			r.path = g
			if method, path, ok := bytes.Cut(g, []byte(" ")); ok && isMethod(method) {
				r.method, r.path = method, path
			}
		}
		if g := group(p.status); g != nil {
			if n, ok := number(g); ok {
				r.status = n
			}
		}
		return verdict{p.class, r.status, true}, true
	}
	return verdict{}, false
}
