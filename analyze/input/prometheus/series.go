package prometheus

import (
	"slices"
	"strings"
)

// A series is what a figure is of: a metric family's name, "" where an
// expression lost it, and its labels.
type series struct {
	name   string
	labels map[string]string
}

// key is the series in its canonical form, which tells it from all others.
func (s series) key() string {
	names := make([]string, 0, len(s.labels))
	for name := range s.labels {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(s.name)
	for _, name := range names {
		b.WriteByte(0)
		b.WriteString(name)
		b.WriteByte(1)
		b.WriteString(s.labels[name])
	}
	return b.String()
}

// targetLabels say where a series was scraped, not what it is of.
var targetLabels = []string{
	"instance", "job", "server", "cluster", "replica", "namespace", "prometheus", "prometheus_replica", "endpoint",
	"service", "environment", "env", "region", "zone", "datid", "pod", "node", "monitor", "le", "quantile", "__name__",
}

// what returns the values of the labels that say what a series is of, in the
// order of the labels' names: "GET /feed".
func (s series) what() string {
	names := make([]string, 0, len(s.labels))
	for name := range s.labels {
		if !slices.Contains(targetLabels, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	values := make([]string, 0, len(names))
	for _, name := range names {
		if v := s.labels[name]; v != "" {
			values = append(values, v)
		}
	}
	return strings.Join(values, " ")
}

// label returns the value of the first of several labels that there is.
func (s series) label(names ...string) string {
	for _, name := range names {
		if v := s.labels[name]; v != "" {
			return v
		}
	}
	return ""
}

// target is where the series was scraped: what tells two processes of one
// component apart.
func (s series) target() string { return s.label("instance", "pod") }

// userTypeLabels are the labels by which requests are counted for a kind of
// user.
var userTypeLabels = []string{"user_type", "usertype", "user_class", "userclass", "user_kind", "client_type", "user_tier", "tier", "plan", "role"}

// monitors are words in the names of jobs that scrape an exporter: what such a
// job says of a process is of the exporter, not of what it watches.
var monitors = []string{
	"exporter", "node", "postgres", "postgresql", "pg", "mysql", "mysqld", "redis", "memcached", "cadvisor", "kubelet",
	"prometheus", "alertmanager", "pushgateway", "blackbox", "grafana", "thanos", "mimir", "loki", "victoriametrics",
	"vmagent", "process",
}

// byJob returns the component whose process a job scrapes: the load
// generator, "monitoring" for exporters, else the application.
func (s series) byJob() string {
	words := wordsOf(s.labels["job"])
	switch {
	case anyOf(words, "locust", "loadgen", "loadtest"):
		return "load_generator"
	case anyOf(words, monitors...):
		return "monitoring"
	}
	return "app"
}

// processWords are the words by which names of processes and containers tell
// the component, the more particular first.
var processWords = []struct {
	component string
	words     []string
}{
	{"monitoring", []string{"exporter", "prometheus", "grafana", "cadvisor", "alertmanager", "vmagent"}},
	{"load_generator", []string{"locust", "loadgen"}},
	{"database", []string{"postgres", "postgresql", "postmaster", "mysql", "mysqld", "mariadb", "mariadbd", "mongod", "db", "database"}},
	{"cache", []string{"redis", "memcached", "valkey", "keydb", "cache"}},
	{"app", []string{"app", "application", "api", "web", "backend", "gunicorn", "uvicorn", "hypercorn", "daphne", "uwsgi", "django", "flask", "python", "python3", "java", "node", "nodejs", "puma", "php", "dotnet", "server"}},
}

// byProcess returns the component that the name of a process or container
// tells; the name itself, in the form of a component, where it tells none.
func byProcess(name string) string {
	words := wordsOf(name)
	for _, p := range processWords {
		if anyOf(words, p.words...) {
			return p.component
		}
	}
	if len(words) == 0 {
		return "other"
	}
	return strings.Join(words, "_")
}

func anyOf(words []string, of ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(of, w) })
}

// wordsOf splits a name into its words, in lower case: at anything but letters
// and digits, and where a capital follows a small letter.
func wordsOf(name string) []string {
	var b strings.Builder
	small := false
	for _, r := range name {
		switch {
		case r >= 'A' && r <= 'Z':
			if small {
				b.WriteByte(' ')
			}
			b.WriteRune(r - 'A' + 'a')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r > 127:
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
		small = r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	}
	return strings.Fields(b.String())
}
