package plan

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// A Recording says what peakload record samples. Every part may be empty.
type Recording struct {
	Postgres, Redis, JSON, Prometheus []RecordTarget
	// Every, Before and After are in seconds; nil is not stated.
	Every, Before, After *float64
}

// A RecordTarget is a service to sample.
type RecordTarget struct {
	Name string // component, or component/instance; "": the default of its kind
	// URL is as written: ${NAME} in it stands for an environment variable.
	URL string
	Pos Pos
}

// recording reads the key record:
//
//	record:
//	  every: 2s
//	  before: 10s
//	  after: 30s
//	  postgres: ${DATABASE_URL}      # one, or names and URLs
//	  redis: {cache: "redis://localhost:6379"}
//	  json: {app: "http://localhost:8000/metrics/json"}
//	  prometheus: {app/web1: "http://localhost:8000/metrics"}
func (c *config) recording(n ast.Node) {
	r := &c.plan.Recording
	c.mapping(n, "record", []key{
		{"every", c.period(&r.Every)},
		{"before", c.period(&r.Before)},
		{"after", c.period(&r.After)},
		{"postgres", c.recordTargets(&r.Postgres, true)},
		{"redis", c.recordTargets(&r.Redis, true)},
		{"json", c.recordTargets(&r.JSON, false)},
		{"prometheus", c.recordTargets(&r.Prometheus, false)},
	})
}

func (c *config) period(to **float64) func(ast.Node) {
	return func(n ast.Node) {
		const want = "a duration such as 2s or 1m"
		if text, _, ok := c.text(n, want); ok {
			x, ok := ParseDuration(text)
			if text == "0" {
				x, ok = 0, true
			}
			if !ok {
				c.fail(n, text, "write "+want)
				return
			}
			*to = &x
		}
	}
}

// recordTargets reads a URL, where one may stand alone, or names with URLs.
// Messages never show a URL: it may hold a password.
func (c *config) recordTargets(to *[]RecordTarget, alone bool) func(ast.Node) {
	return func(n ast.Node) {
		var entries []*ast.MappingValueNode
		switch m := n.(type) {
		case *ast.NullNode:
			return
		case *ast.MappingNode:
			entries = m.Values
		case *ast.MappingValueNode:
			entries = []*ast.MappingValueNode{m}
		case *ast.StringNode, *ast.LiteralNode:
			if alone {
				text, pos, ok := c.text(n, "a URL")
				if ok {
					*to = append(*to, RecordTarget{URL: text, Pos: pos})
				}
				return
			}
		}
		if entries == nil {
			c.errs = append(c.errs, &Error{Pos: c.pos(n), Msg: "write names and URLs: app: http://localhost:8000/metrics"})
			return
		}
		for _, e := range entries {
			name := strings.TrimSpace(e.Key.GetToken().Value)
			switch v := e.Value.(type) {
			case *ast.StringNode, *ast.LiteralNode:
				if text, pos, ok := c.text(v, "a URL"); ok {
					*to = append(*to, RecordTarget{Name: name, URL: text, Pos: pos})
				}
			default:
				c.errs = append(c.errs, &Error{Pos: c.pos(e.Key), Text: name, Msg: "write a URL after the name"})
			}
		}
	}
}

// Expand replaces ${NAME} by what environment returns for it.
func (t RecordTarget) Expand(environment func(string) (string, bool)) (string, error) {
	var out strings.Builder
	rest := t.URL
	for {
		before, after, found := strings.Cut(rest, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed || name == "" {
			return "", &Error{Pos: t.Pos, Msg: "write ${NAME} for an environment variable"}
		}
		value, ok := environment(name)
		if !ok || value == "" {
			return "", &Error{Pos: t.Pos, Msg: fmt.Sprintf("the environment variable %s is not set", name)}
		}
		out.WriteString(value)
		rest = tail
	}
}

// over lays what l states over r, part by part.
func (r Recording) over(l Recording) Recording {
	return Recording{
		Postgres:   either(l.Postgres, r.Postgres),
		Redis:      either(l.Redis, r.Redis),
		JSON:       either(l.JSON, r.JSON),
		Prometheus: either(l.Prometheus, r.Prometheus),
		Every:      later(r.Every, l.Every),
		Before:     later(r.Before, l.Before),
		After:      later(r.After, l.After),
	}
}

func later(a, b *float64) *float64 {
	if b != nil {
		return b
	}
	return a
}
