package plan

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A config reads a peakload.yaml from its syntax tree, so that every value
// keeps its place.
type config struct {
	file  string
	lines []string
	plan  Plan
	errs  []error
}

// A key is a key that a mapping may have, and what reads its value.
type key struct {
	name string
	read func(ast.Node)
}

// The limits of a configuration. The YAML parser takes quadratic and cubic
// time over nested ones; a gate must not hang on a file that someone sends.
const (
	maxConfig   = 64 << 10 // bytes
	maxLine     = 500      // bytes
	maxBrackets = 200
)

// parse returns the tree of the only document, nil for an empty one.
func (c *config) parse(src string) (ast.Node, error) {
	whole := Pos{File: c.file}
	if !utf8.ValidString(src) {
		return nil, &Error{Pos: whole, Msg: "the file is not UTF-8"}
	}
	if len(src) > maxConfig {
		return nil, &Error{Pos: whole, Msg: fmt.Sprintf("the file is longer than %d KB", maxConfig>>10)}
	}
	brackets := 0
	for i, line := range c.lines {
		brackets += strings.Count(line, "[") + strings.Count(line, "{")
		if len(line) > maxLine || brackets > maxBrackets {
			return nil, &Error{Pos: Pos{File: c.file, Line: i + 1}, Msg: fmt.Sprintf("a line has at most %d characters, a file at most %d brackets", maxLine, maxBrackets)}
		}
	}
	file, err := parser.ParseBytes([]byte(src), 0)
	if err != nil {
		var at yaml.Error
		if errors.As(err, &at) {
			return nil, c.at(at.GetToken(), "", "not YAML: "+at.GetMessage())
		}
		return nil, &Error{Pos: whole, Msg: "not YAML: " + err.Error()}
	}
	var body ast.Node
	for _, d := range file.Docs {
		switch {
		case d.Body == nil || d.Body.Type() == ast.NullType || d.Body.Type() == ast.CommentType:
		case body != nil:
			return nil, c.at(d.Body.GetToken(), "", "a second document; write one")
		default:
			body = d.Body
		}
	}
	return body, nil
}

// mapping reads the keys of a mapping; what names it in messages.
func (c *config) mapping(n ast.Node, what string, keys []key) {
	if n.Type() == ast.NullType {
		return
	}
	var entries []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		entries = n.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{n}
	default:
		c.wrong(n, what+" is made of keys: "+strings.Join(names(keys), ", "))
		return
	}
	seen := map[string]bool{}
	for _, e := range entries {
		name := e.Key.GetToken().Value
		read := find(keys, name)
		switch {
		case e.Key.Type() == ast.MergeKeyType:
			c.fail(e.Key, name, "anchors, aliases and merge keys are not read; write the value out")
		case read == nil:
			msg := "unknown key of " + what
			if s := Nearest(name, names(keys)); s != "" {
				msg += "; did you mean " + s + "?"
			} else {
				msg += "; the keys are " + strings.Join(names(keys), ", ")
			}
			c.fail(e.Key, name, msg)
		case seen[name]:
			c.fail(e.Key, name, "the key is there twice")
		case e.Value != nil:
			read(e.Value)
		}
		seen[name] = true
	}
}

func find(keys []key, name string) func(ast.Node) {
	for _, k := range keys {
		if k.name == name {
			return k.read
		}
	}
	return nil
}

func names(keys []key) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.name
	}
	return out
}

// each reads the entries of a list; entry says what one is.
func (c *config) each(n ast.Node, entry string, read func(ast.Node)) {
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.SequenceNode:
		for _, v := range n.Values {
			read(v)
		}
	default:
		c.wrong(n, "write a list, each entry "+entry)
	}
}

// text returns a scalar's text and where it begins. Nothing is read from an
// empty value; anything but a scalar is an error.
func (c *config) text(n ast.Node, want string) (string, Pos, bool) {
	pos := c.pos(n)
	text := n.GetToken().Value
	switch n := n.(type) {
	case *ast.NullNode:
		return "", pos, false
	case *ast.LiteralNode:
		text = strings.TrimSpace(n.Value.Value)
	case *ast.StringNode:
		text = n.Value
		if t := n.Token.Type; t == token.SingleQuoteType || t == token.DoubleQuoteType {
			pos.Column++
		}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
	default:
		c.wrong(n, "write "+want)
		return "", pos, false
	}
	return text, pos, strings.TrimSpace(text) != ""
}

// wrong refuses a value of the wrong kind.
func (c *config) wrong(n ast.Node, cure string) {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode:
		cure = "anchors, aliases and merge keys are not read; write the value out"
	case *ast.TagNode:
		cure = "tags are not read; write the value alone"
	}
	c.fail(n, strings.TrimSpace(n.GetToken().Value), cure)
}

func (c *config) fail(n ast.Node, text, msg string) {
	c.errs = append(c.errs, c.at(first(n).GetToken(), text, msg))
}

// refuse takes an Error that ParseTarget made and shows the file's line with it.
func (c *config) refuse(err error) {
	if e := (*Error)(nil); errors.As(err, &e) && e.Pos.Line > 0 {
		shown := *e
		shown.Excerpt = c.excerpt(e.Pos)
		err = &shown
	}
	c.errs = append(c.errs, err)
}

func (c *config) at(tk *token.Token, text, msg string) *Error {
	pos := c.tokenPos(tk)
	return &Error{Pos: pos, Text: text, Msg: msg, Excerpt: c.excerpt(pos)}
}

func (c *config) pos(n ast.Node) Pos { return c.tokenPos(first(n).GetToken()) }

// first returns the node whose token stands first: a mapping's own is its
// first colon.
func first(n ast.Node) ast.Node {
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 && !m.IsFlowStyle {
			return m.Values[0].Key
		}
	case *ast.MappingValueNode:
		return m.Key
	}
	return n
}

// tokenPos returns a token's place; in flow style the parser's column is that
// of the white space before it.
func (c *config) tokenPos(tk *token.Token) Pos {
	pos := Pos{File: c.file}
	if tk == nil || tk.Position == nil {
		return pos
	}
	pos.Line, pos.Column = max(1, tk.Position.Line), max(1, tk.Position.Column)
	if line := []rune(c.line(pos.Line)); tk.Value != "" {
		for pos.Column <= len(line) && (line[pos.Column-1] == ' ' || line[pos.Column-1] == '\t') {
			pos.Column++
		}
	}
	return pos
}

func (c *config) line(n int) string {
	if n < 1 || n > len(c.lines) {
		return ""
	}
	return c.lines[n-1]
}

func (c *config) excerpt(pos Pos) string {
	line := c.line(pos.Line)
	if strings.TrimSpace(line) == "" || pos.Column > utf8.RuneCountInString(line)+1 {
		return ""
	}
	return excerpt(line, pos.Column)
}

// err joins what was refused; one error is returned as it is.
func (c *config) err() error {
	if len(c.errs) == 1 {
		return c.errs[0]
	}
	return errors.Join(c.errs...)
}
