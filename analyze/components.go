package analyze

import (
	"slices"
	"strings"
)

// components are the parts of the system that documents name, with the words
// that their headings do it with. The more particular come first: a "database
// server" is a database.
var components = []struct {
	name  string
	words []string
}{
	{"database", []string{"database", "databases", "postgres", "postgresql", "mysql", "mariadb", "sql", "db", "mongodb", "oracle"}},
	{"cache", []string{"cache", "caches", "redis", "memcached", "valkey"}},
	{"load_generator", []string{"generator", "generators", "locust", "injector"}},
	{"app", []string{"application", "app", "server", "backend", "api", "service", "worker", "workers", "web"}},
	{"host", []string{"host", "hosts", "machine", "node", "vm", "system"}},
}

// componentOf returns the component that a heading names: one of those in have
// by its own name, else "app", "database", "cache", "load_generator" or "host"
// by the words of the heading, else the heading itself in the form of a track's
// component: lower case, words joined by "_".
func componentOf(heading string, have func(component string) bool) string {
	words := wordsOf(heading)
	own := strings.Join(words, "_")
	if have(own) {
		return own
	}
	for _, c := range components {
		for _, w := range words {
			if slices.Contains(c.words, w) {
				return c.name
			}
		}
	}
	return own
}

// componentOf returns the component that a heading names.
func (c *context) componentOf(heading string) string {
	return componentOf(heading, c.tracks.component)
}

// component reports whether there is a track of a component.
func (t *tracks) component(name string) bool {
	return slices.ContainsFunc(t.chosen, func(tr Track) bool { return tr.Component == name })
}

// Resource returns the row of the resource tables that stands under a heading
// with a label; nil where neither names what the run has a row for.
func (a *Analysis) Resource(heading, label string) *Resource {
	row := rowLabelled(label)
	if row == nil {
		return nil
	}
	component := componentOf(heading, func(name string) bool {
		return slices.ContainsFunc(a.Resources, func(r Resource) bool { return r.Component == name && r.Track != nil })
	})
	for i := range a.Resources {
		if r := &a.Resources[i]; r.Component == component && r.Metric == row.metric {
			return r
		}
	}
	return nil
}

// wordsOf splits a text into its words, in lower case.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	})
}
