package host

import (
	"path"
	"slices"
	"strings"
	"unicode"
)

// A Process names the component that processes, containers or pods are.
type Process struct {
	Match     string // a name, or a shell pattern for it (path.Match's); case does not matter
	Component string
}

// programs are processes whose component their name tells.
var programs = map[string]string{
	"postgres": database, "postmaster": database, "postgresql": database, "pg": database,
	"mysqld": database, "mariadbd": database, "mysql": database, "mariadb": database,
	"mongod": database, "mongos": database, "mongo": database, "mongodb": database,
	"cockroach": database, "sqlservr": database, "oracle": database, "clickhouse-server": database, "clickhouse": database,

	"redis-server": cache, "redis": cache, "valkey-server": cache, "valkey": cache, "memcached": cache,
	"keydb-server": cache, "keydb": cache, "dragonfly": cache, "varnishd": cache,

	"locust": loadGenerator,

	"gunicorn": application, "uvicorn": application, "hypercorn": application, "daphne": application, "granian": application,
	"uwsgi": application, "waitress-serve": application, "waitress": application, "node": application, "java": application, "puma": application,
	"unicorn": application, "dotnet": application, "beam.smp": application, "php-fpm": application, "passenger": application,
	"app": application, "api": application, "web": application, "backend": application, "server": application, "application": application,
	"django": application, "flask": application, "fastapi": application, "rails": application,
}

// parts are words that tell in the name of a container or pod what they need
// not tell in that of a process.
var parts = map[string]string{"db": database, "database": database, "cache": cache}

// besides are words in the name of a container or pod that works beside the
// component it is named after.
var besides = []string{"exporter", "backup", "migrate", "migration", "migrations", "init", "admin", "ui", "commander", "insight", "agent", "monitoring", "proxy"}

// interpreters run a program that one of their arguments names.
var interpreters = []string{"python", "ruby", "perl", "php", "node", "java", "bash", "sh", "env", "uv", "poetry", "tini", "dumb-init"}

// A namer gives processes their components.
type namer struct{ procs []Process }

// stated returns the component that the user states for a name.
func (n namer) stated(name string) (string, bool) {
	name = strings.ToLower(name)
	for _, p := range n.procs {
		if ok, err := path.Match(strings.ToLower(p.Match), name); ok && err == nil {
			return p.Component, true
		}
	}
	return "", false
}

// process returns the component of a process by its command: the name of the
// program, or the whole command line. known is false for a component that is
// but the program's own name.
func (n namer) process(command string) (component string, known bool) {
	words := strings.Fields(command)
	if len(words) == 0 {
		return "", false
	}
	names := []string{program(words[0])}
	if c, ok := n.stated(command); ok {
		return c, true
	}
	if slices.ContainsFunc(interpreters, func(i string) bool { return strings.TrimRight(names[0], "0123456789.") == i }) {
		for i, w := range words[1:min(len(words), 40)] {
			if strings.HasPrefix(w, "-") && w != "-m" {
				continue
			}
			if p := program(w); p != "" && (i == 0 || words[i] != "-c") {
				names = append(names, p)
			}
		}
		if len(names) > 1 { // what is run tells more than what runs it
			names = append(names[1:], names[0])
		}
	}
	for _, name := range names {
		if c, ok := n.stated(name); ok {
			return c, true
		}
	}
	for _, name := range names {
		if c, ok := programs[name]; ok {
			return c, true
		}
		if c, ok := programs[strings.TrimRight(name, "0123456789.-")]; ok { // php-fpm8.2
			return c, true
		}
	}
	return tidy(program(words[0])), false
}

// program returns the name of a program: "/usr/bin/python3" is "python3",
// "postgres:" (a title that the process gave itself) "postgres".
func program(word string) string {
	word = strings.Trim(word, "()[]:")
	if i := strings.LastIndexAny(word, `/\`); i >= 0 && i < len(word)-1 && !strings.HasPrefix(word, "kworker") {
		word = word[i+1:]
	}
	return strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(word), ".exe"), ".py")
}

// container returns the component of a container or pod: of the words of its
// name the last that tells one, as Compose puts the project before the
// service ("shop-db-1").
func (n namer) container(name string) (component string, known bool) {
	if c, ok := n.stated(name); ok {
		return c, true
	}
	lower := strings.ToLower(name)
	if c, ok := n.stated(workload(lower)); ok {
		return c, true
	}
	words := strings.FieldsFunc(lower, func(r rune) bool { return strings.ContainsRune("-_./", r) })
	for i := len(words) - 1; i >= 0; i-- {
		if slices.Contains(besides, words[i]) {
			break
		}
		for _, w := range []string{words[i], strings.TrimRight(words[i], "0123456789")} {
			if c, ok := programs[w]; ok {
				return c, true
			}
			if c, ok := parts[w]; ok {
				return c, true
			}
		}
	}
	return tidy(workload(lower)), false
}

// workload strips from a pod's name what Kubernetes added to that of its
// deployment ("api-7d9f8b6c5d-x2x4z") or stateful set ("db-0").
func workload(name string) string {
	words := strings.Split(name, "-")
	generated := func(s string, low, high int) bool {
		return len(s) >= low && len(s) <= high && strings.Trim(s, "bcdfghjklmnpqrstvwxz2456789") == ""
	}
	switch n := len(words); {
	case n > 2 && generated(words[n-1], 5, 5) && generated(words[n-2], 8, 10):
		return strings.Join(words[:n-2], "-")
	case n > 1 && words[n-1] != "" && strings.Trim(words[n-1], "0123456789") == "":
		return strings.Join(words[:n-1], "-")
	}
	return name
}

// tidy makes a name that a stranger chose fit to be that of a component.
func tidy(name string) string {
	const most = 64
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name)
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "")
	}
	return name
}
