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
	{"host", []string{"host", "hosts", "machine", "node", "vm", "system"}},
	{"app", []string{"application", "app", "server", "backend", "api", "service", "worker", "workers", "web"}},
}

// ComponentOf returns the component that a heading names: "app", "database",
// "cache", "load_generator", "host", or else the heading itself in the form of
// a track's component: lower case, words joined by "_".
func ComponentOf(heading string) string {
	words := wordsOf(heading)
	for _, c := range components {
		for _, w := range words {
			if slices.Contains(c.words, w) {
				return c.name
			}
		}
	}
	return strings.Join(words, "_")
}

// KnownComponent reports whether a heading names one of the components that
// peakload has rows for.
func KnownComponent(heading string) bool {
	name := ComponentOf(heading)
	for _, c := range components {
		if c.name == name {
			return true
		}
	}
	return false
}

// wordsOf splits a text into its words, in lower case.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	})
}
