package plan

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// ParseConfig reads a peakload.yaml. It says what the document says, for teams
// that keep their gate apart from it, and wins over the document:
//
//	targets:                 # the grammar of ParseTarget
//	  - p95 < 800ms
//	  - errors <= 1% @run
//	  - p99 < 2s in 'GET /feed'
//	count-429: separate      # or error: whether 429s count as errors
//	setup:
//	  date: 2026-02-18
//	  duration: 10m
//	  host: http://localhost:8000
//	  users: 1000
//	  spawn-rate: 50         # users per second
//	phases:
//	  - name: Ramp-up
//	    window: 0-1 min      # from the start of the run
//	    users: 0-1000
//	bands:
//	  - load: 0-500 users
//	    behavior: Normal operation
//	user-types: [Authenticated, Writer]
//	expectations:
//	  - System handles 1000 users
//	comparison:
//	  baseline: Sustained (200u)
//	  current: Peak (1000u)
//
// It also says where the figures of a team's own system are found:
//
//	metrics:                 # values of the application's metrics in JSON
//	  - path: pools.*.busy   # * becomes the instance
//	    is: app.pool_in_use  # component.metric of docs/resources.md
//	    scale: 0.001         # to get base units
//	prometheus:              # asked by --prometheus, besides the built-in queries
//	  - query: sum by (user_type) (increase(limited_total[10s]))
//	    is: app.rate_limited_total
//	    instance-label: user_type
//	log:                     # lines of the application's log
//	  - class: pool          # a class of results.json, or one of your own
//	    match: 'no free slot .* user_type=(?P<user_type>\w+)'
//	processes:
//	  - match: uvicorn*
//	    component: app
//	endpoints:               # what an endpoint leans on
//	  - match: GET /feed*
//	    component: cache
//	requests-by-user-type:
//	  - match: POST *
//	    user-type: Writer
//	links:                   # {from} {to} in ms, {from_s} {to_s}, {from_iso} {to_iso}
//	  - name: Grafana
//	    url: https://grafana.example/d/api?from={from}&to={to}
//
// And what peakload record samples, as (*config).recording lists it:
//
//	record:
//	  postgres: ${DATABASE_URL}   # from the environment
//
// Every key may be left out; a key without a value states nothing. Unknown and
// repeated keys, anchors, aliases and tags are errors. An error is an *Error,
// or several joined, each with file, line, column and the source line.
func ParseConfig(name string, src []byte) (*Plan, error) {
	// The YAML parser miscounts lines that end in CRLF.
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(string(src), "\ufeff"))
	c := &config{file: name, lines: strings.Split(text, "\n")}
	root, err := c.parse(text)
	if err != nil {
		return nil, err
	}
	if root != nil {
		c.mapping(root, "peakload.yaml", []key{
			{"targets", c.targets},
			{"count-429", c.count429},
			{"setup", c.setup},
			{"phases", c.phases},
			{"bands", c.bands},
			{"user-types", c.texts(&c.plan.UserTypes)},
			{"expectations", c.expectations},
			{"comparison", c.comparison},
			{"metrics", c.jsonPaths},
			{"prometheus", c.queries},
			{"log", c.logPatterns},
			{"processes", c.processes},
			{"endpoints", c.endpoints},
			{"requests-by-user-type", c.requestTypes},
			{"links", c.links},
			{"record", c.recording},
		})
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	c.plan.Targets = Unique(c.plan.Targets)
	return &c.plan, nil
}

func (c *config) targets(n ast.Node) {
	c.each(n, "a target such as p95 < 800ms", func(n ast.Node) {
		text, pos, ok := c.text(n, "a target such as p95 < 800ms")
		if !ok {
			return
		}
		t, err := ParseTarget(text, pos)
		if err != nil {
			c.refuse(err)
			return
		}
		c.plan.Targets = append(c.plan.Targets, t)
	})
}

func (c *config) count429(n ast.Node) {
	if text, pos, ok := c.text(n, "error or separate"); ok {
		how, err := parseCount429(text, pos)
		if err != nil {
			c.refuse(err)
		}
		c.plan.Count429 = how
	}
}

func (c *config) setup(n ast.Node) {
	s := &c.plan.Setup
	c.mapping(n, "setup", []key{
		{"date", c.string(&s.Date)},
		{"duration", c.quantity(&s.Duration, "a duration such as 10m, 90s or 1h30m", ParseDuration)},
		{"host", c.string(&s.Host)},
		{"users", c.quantity(&s.Users, "a number of users such as 1000", parseUserCount)},
		{"spawn-rate", c.quantity(&s.SpawnRate, "users per second such as 50", ParseRate)},
	})
}

func parseUserCount(text string) (float64, bool) {
	from, to, ok := ParseUsers(text)
	return to, ok && from == to
}

func (c *config) phases(n ast.Node) {
	c.each(n, "a phase with name, window and users", func(n ast.Node) {
		p := Phase{Pos: c.pos(n)}
		c.mapping(n, "a phase", []key{
			{"name", c.string(&p.Name)},
			{"window", c.span(&p.From, &p.To, "a window such as 1-9 min", ParseWindow)},
			{"users", c.span(&p.UsersFrom, &p.UsersTo, "users such as 1000 or 0-1000", ParseUsers)},
		})
		if p.Name == "" {
			c.fail(n, "", "a phase needs a name")
			return
		}
		c.plan.Phases = append(c.plan.Phases, p)
	})
}

func (c *config) bands(n ast.Node) {
	c.each(n, "a band with load and behavior", func(n ast.Node) {
		b := Band{Pos: c.pos(n)}
		c.mapping(n, "a band", []key{
			{"load", func(n ast.Node) {
				c.string(&b.Label)(n)
				c.span(&b.From, &b.To, "a load level such as 0-500 users or '1000+ users'", ParseBand)(n)
			}},
			{"behavior", c.string(&b.Behavior)},
		})
		if b.Label == "" {
			c.fail(n, "", "a band needs its load")
			return
		}
		c.plan.Bands = append(c.plan.Bands, b)
	})
}

func (c *config) expectations(n ast.Node) {
	c.each(n, "a sentence", func(n ast.Node) {
		if text, pos, ok := c.text(n, "a sentence"); ok {
			c.plan.Expectations = append(c.plan.Expectations, Expectation{Text: text, Pos: pos})
		}
	})
}

func (c *config) comparison(n ast.Node) {
	l := &c.plan.Comparison
	label := func(name *string, users *float64) func(ast.Node) {
		return func(n ast.Node) {
			if text, _, ok := c.text(n, "a label such as Sustained (200u)"); ok {
				*name, *users = ParseRunLabel(text)
			}
		}
	}
	c.mapping(n, "comparison", []key{
		{"baseline", label(&l.Baseline, &l.BaselineUsers)},
		{"current", label(&l.Current, &l.CurrentUsers)},
	})
}

func (c *config) string(to *string) func(ast.Node) {
	return func(n ast.Node) {
		if text, _, ok := c.text(n, "text"); ok {
			*to = text
		}
	}
}

func (c *config) texts(to *[]string) func(ast.Node) {
	return func(n ast.Node) {
		c.each(n, "a name", func(n ast.Node) {
			if text, _, ok := c.text(n, "a name"); ok {
				*to = append(*to, text)
			}
		})
	}
}

func (c *config) quantity(to *float64, want string, parse func(string) (float64, bool)) func(ast.Node) {
	return func(n ast.Node) {
		if text, _, ok := c.text(n, want); ok {
			if *to, ok = parse(text); !ok {
				c.fail(n, text, fmt.Sprintf("write %s", want))
			}
		}
	}
}

func (c *config) span(from, to *float64, want string, parse func(string) (float64, float64, bool)) func(ast.Node) {
	return func(n ast.Node) {
		if text, _, ok := c.text(n, want); ok {
			if *from, *to, ok = parse(text); !ok {
				c.fail(n, text, fmt.Sprintf("write %s", want))
			}
		}
	}
}
