package plan

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// jsonPaths reads the key metrics.
func (c *config) jsonPaths(n ast.Node) {
	c.each(n, "a value with path and is", func(n ast.Node) {
		p := JSONPath{Pos: c.pos(n)}
		c.mapping(n, "a metric", []key{
			{"path", c.string(&p.Path)},
			{"is", c.series(&p.Component, &p.Instance, &p.Metric)},
			{"scale", c.scale(&p.Scale)},
		})
		if c.needs(n, "a metric", "path", p.Path, "is", p.Metric) {
			c.plan.Sources.JSON = append(c.plan.Sources.JSON, p)
		}
	})
}

// queries reads the key prometheus.
func (c *config) queries(n ast.Node) {
	c.each(n, "a query with query and is", func(n ast.Node) {
		q := Query{Pos: c.pos(n)}
		c.mapping(n, "a query", []key{
			{"query", c.string(&q.PromQL)},
			{"is", c.series(&q.Component, &q.Instance, &q.Metric)},
			{"instance-label", c.string(&q.InstanceLabel)},
			{"scale", c.scale(&q.Scale)},
		})
		if c.needs(n, "a query", "query", q.PromQL, "is", q.Metric) {
			c.plan.Sources.Queries = append(c.plan.Sources.Queries, q)
		}
	})
}

// logPatterns reads the key log.
func (c *config) logPatterns(n ast.Node) {
	c.each(n, "a pattern with class and match", func(n ast.Node) {
		p := LogPattern{Pos: c.pos(n)}
		var at ast.Node
		c.mapping(n, "a log pattern", []key{
			{"class", c.string(&p.Class)},
			{"match", func(n ast.Node) { at = n; c.string(&p.Regexp)(n) }},
		})
		if !c.needs(n, "a log pattern", "class", p.Class, "match", p.Regexp) {
			return
		}
		if _, err := regexp.Compile(p.Regexp); err != nil {
			c.fail(at, p.Regexp, strings.TrimPrefix(err.Error(), "error parsing regexp: ")+"; write a regular expression of Go's syntax")
			return
		}
		c.plan.Sources.Patterns = append(c.plan.Sources.Patterns, p)
	})
}

// processes reads the key processes.
func (c *config) processes(n ast.Node) {
	c.each(n, "a process with match and component", func(n ast.Node) {
		p := Process{Pos: c.pos(n)}
		if c.matched(n, "a process", "component", &p.Match, &p.Component) {
			c.plan.Sources.Processes = append(c.plan.Sources.Processes, p)
		}
	})
}

// endpoints reads the key endpoints.
func (c *config) endpoints(n ast.Node) {
	c.each(n, "an endpoint with match and component", func(n ast.Node) {
		e := EndpointComponent{Pos: c.pos(n)}
		if c.matched(n, "an endpoint", "component", &e.Match, &e.Component) {
			c.plan.Sources.Endpoints = append(c.plan.Sources.Endpoints, e)
		}
	})
}

// requestTypes reads the key requests-by-user-type.
func (c *config) requestTypes(n ast.Node) {
	c.each(n, "a user type with match and user-type", func(n ast.Node) {
		u := UserTypePattern{Pos: c.pos(n)}
		if c.matched(n, "a user type", "user-type", &u.Match, &u.UserType) {
			c.plan.Sources.UserTypes = append(c.plan.Sources.UserTypes, u)
		}
	})
}

// links reads the key links.
func (c *config) links(n ast.Node) {
	c.each(n, "a link with name and url", func(n ast.Node) {
		l := Link{Pos: c.pos(n)}
		var at ast.Node
		c.mapping(n, "a link", []key{
			{"name", c.string(&l.Name)},
			{"url", func(n ast.Node) { at = n; c.string(&l.URL)(n) }},
		})
		if !c.needs(n, "a link", "name", l.Name, "url", l.URL) {
			return
		}
		bare := strings.NewReplacer("{", "", "}", "").Replace(l.URL)
		if u, err := url.Parse(bare); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			c.fail(at, l.URL, "write a URL that begins with https:// or http://; {from} and {to} become the times of the run")
			return
		}
		if u, _ := url.Parse(bare); u.User != nil {
			// Without the line, which holds the password.
			c.errs = append(c.errs, &Error{Pos: c.pos(at), Msg: "a URL with a password would stand in the document; leave it out"})
			return
		}
		c.plan.Sources.Links = append(c.plan.Sources.Links, l)
	})
}

// matched reads an entry of match and one other key.
func (c *config) matched(n ast.Node, what, name string, match, to *string) bool {
	var at ast.Node
	c.mapping(n, what, []key{
		{"match", func(n ast.Node) { at = n; c.string(match)(n) }},
		{name, c.string(to)},
	})
	if !c.needs(n, what, "match", *match, name, *to) {
		return false
	}
	if _, err := path.Match(*match, ""); err != nil {
		c.fail(at, *match, "write a name, in which * stands for any text and ? for any character")
		return false
	}
	return true
}

// needs refuses an entry that lacks one of two keys.
func (c *config) needs(n ast.Node, what, first, a, second, b string) bool {
	for _, k := range []struct{ name, value string }{{first, a}, {second, b}} {
		if k.value == "" {
			c.fail(n, "", fmt.Sprintf("%s needs %s", what, k.name))
			return false
		}
	}
	return true
}

// seriesName is how a resource figure is named: component.metric, or with an
// instance component/instance.metric.
var seriesName = regexp.MustCompile(`^([a-z][a-z0-9_]*)(?:/([^.]+))?\.([a-z][a-z0-9_]*)$`)

func (c *config) series(component, instance, metric *string) func(ast.Node) {
	const want = "component.metric such as app.pool_in_use, or component/instance.metric; docs/resources.md lists the metrics"
	return func(n ast.Node) {
		text, _, ok := c.text(n, want)
		if !ok {
			return
		}
		m := seriesName.FindStringSubmatch(text)
		if m == nil {
			c.fail(n, text, "write "+want)
			return
		}
		*component, *instance, *metric = m[1], m[2], m[3]
	}
}

func (c *config) scale(to *float64) func(ast.Node) {
	return c.quantity(to, "a factor such as 0.001", func(text string) (float64, bool) {
		x, err := strconv.ParseFloat(text, 64)
		return x, err == nil && x > 0 && x < 1e18
	})
}
