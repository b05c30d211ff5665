package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/peakload/peakload/analyze/input/app"
	"github.com/peakload/peakload/analyze/input/live"
	"github.com/peakload/peakload/analyze/input/prometheus"
	"github.com/peakload/peakload/analyze/input/redis"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/record"
)

// A recordTarget is a service to sample, as a flag or peakload.yaml states it.
type recordTarget struct {
	component, instance string
	url                 string
	from                string // where it is stated, for messages
}

func (t recordTarget) name(kind string) string {
	name := t.component
	if t.instance != "" {
		name += "/" + t.instance
	}
	return name + " (" + kind + ")"
}

// session puts together what is recorded around a command.
func (f *recordFlags) session(command []string, secrets *record.Secrets) (*record.Session, error) {
	in := inputs{config: f.config}
	config, err := in.configPlan()
	if err != nil {
		return nil, err
	}
	stated := config.Recording
	for _, d := range []struct {
		flag string
		to   *time.Duration
		from *float64
	}{{"every", &f.every, stated.Every}, {"before", &f.before, stated.Before}, {"after", &f.after, stated.After}} {
		if d.from != nil && !f.flags.Changed(d.flag) {
			*d.to = time.Duration(*d.from * float64(time.Second))
		}
	}
	if f.every < 100*time.Millisecond || f.every > time.Hour {
		return nil, errors.New("record: every is between 100ms and 1h")
	}
	table := record.NewTable(f.every)
	session := &record.Session{Table: table, Before: f.before, After: f.after}
	targets := []record.Target{record.Host()}
	if len(command) > 0 {
		if session.Command, err = record.NewCommand(command); err != nil {
			return nil, err
		}
		targets = append(targets, record.LoadGenerator(table))
	}
	for _, text := range f.processes {
		t, err := splitTarget("--process", text, "")
		if err != nil {
			return nil, err
		}
		targets = append(targets, record.Processes(table, t.component, t.instance, t.url))
	}
	for _, p := range config.Sources.Processes {
		targets = append(targets, record.Processes(table, p.Component, "", p.Match))
	}
	for _, k := range f.kinds(stated, jsonPaths(config.Sources.JSON)) {
		services, err := k.targets(secrets)
		if err != nil {
			return nil, err
		}
		targets = append(targets, services...)
	}
	names := map[string]bool{}
	for _, t := range targets {
		if names[t.Name] {
			return nil, fmt.Errorf("two targets are %s: tell them apart as COMPONENT/INSTANCE=…", t.Name)
		}
		names[t.Name] = true
	}
	session.Recorder = &record.Recorder{Targets: targets, Every: f.every, Secrets: secrets}
	return session, nil
}

// A recordKind is a kind of service.
type recordKind struct {
	flag, name string
	component  string // where none is named; "": one must be
	flags      []string
	config     []plan.RecordTarget
	make       func(name string, t recordTarget) (record.Target, error)
}

// kinds lists the kinds of service that can be sampled.
func (f *recordFlags) kinds(stated plan.Recording, paths []app.Path) []recordKind {
	return []recordKind{
		{"--postgres", "Postgres", "database", f.postgres, stated.Postgres, func(name string, t recordTarget) (record.Target, error) {
			return record.Postgres(name, t.component, t.instance, t.url)
		}},
		{"--redis", "Redis", "cache", f.redis, stated.Redis, func(name string, t recordTarget) (record.Target, error) {
			return record.Redis(name, t.component, t.instance, t.url, t.reader("cache", live.One(redis.Parser()), "INFO of Redis"))
		}},
		{"--json", "JSON", "", f.json, stated.JSON, func(name string, t recordTarget) (record.Target, error) {
			return record.HTTP(name, t.component, t.instance, t.url, "application/json", t.reader("app", live.New(app.Parsers(paths)), "metrics in JSON"))
		}},
		{"--prometheus-text", "Prometheus text", "", f.prometheus, stated.Prometheus, func(name string, t recordTarget) (record.Target, error) {
			return record.HTTP(name, t.component, t.instance, t.url, "text/plain;version=0.0.4", t.reader("app", prometheus.Live(), "metrics in Prometheus's format"))
		}},
	}
}

func jsonPaths(stated []plan.JSONPath) []app.Path {
	var paths []app.Path
	for _, p := range stated {
		paths = append(paths, app.Path{Path: p.Path, Component: p.Component, Instance: p.Instance, Metric: p.Metric, Scale: p.Scale})
	}
	return paths
}

// targets are those that flags and peakload.yaml state of a kind.
func (k recordKind) targets(secrets *record.Secrets) ([]record.Target, error) {
	var stated []recordTarget
	for _, text := range k.flags {
		secrets.AddURL(text)
		t, err := splitTarget(k.flag, text, k.component)
		if err != nil {
			return nil, err
		}
		if name := envName(t.url); name != "" {
			if t.url = os.Getenv(name); t.url == "" {
				return nil, fmt.Errorf("%s: the environment variable %s is not set", k.flag, name)
			}
		}
		stated = append(stated, t)
	}
	for _, c := range k.config {
		secrets.AddURL(c.URL)
		url, err := c.Expand(os.LookupEnv)
		if err != nil {
			return nil, err
		}
		t := recordTarget{component: k.component, url: url, from: c.Pos.String()}
		if c.Name != "" {
			t.component, t.instance, _ = strings.Cut(c.Name, "/")
		}
		stated = append(stated, t)
	}
	var out []record.Target
	for _, t := range stated {
		secrets.AddURL(t.url)
		target, err := k.make(t.name(k.name), t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.from, err)
		}
		out = append(out, target)
	}
	return out, nil
}

// named is NAME=… of a target; NAME is a component, or component/instance.
var named = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_.-]*)(?:/([^=:]+))?=(.*)$`)

// keyword is what a connection string of Postgres may begin with, which then
// is no name (https://www.postgresql.org/docs/current/libpq-connect.html).
var keyword = regexp.MustCompile(`^(host|hostaddr|port|dbname|user|password|passfile|service|sslmode|sslrootcert|connect_timeout|options)=`)

// splitTarget reads NAME=VALUE. Where a component is given for want of a name,
// VALUE may stand alone.
func splitTarget(flag, text, component string) (recordTarget, error) {
	m := named.FindStringSubmatch(text)
	whole := component != "" && (m == nil || keyword.MatchString(text))
	switch {
	case whole && text != "":
		return recordTarget{component: component, url: text, from: flag}, nil
	case m == nil || m[3] == "":
		what := "URL"
		if flag == "--process" {
			what = "PATTERN"
		}
		return recordTarget{}, usage("record", "%s is NAME=%s, such as app=…", flag, what)
	}
	return recordTarget{component: m[1], instance: m[2], url: m[3], from: flag}, nil
}

// reader takes the readings out of an endpoint's answers. What the readers of
// captures give to the component of that kind is of the one that the user named.
func (t recordTarget) reader(component string, read func([]byte, float64) []live.Reading, what string) record.Reader {
	return func(body []byte, at float64) ([]record.Reading, error) {
		var out []record.Reading
		for _, r := range read(body, at) {
			if r.Component == component {
				r.Component = t.component
			}
			if t.instance != "" {
				r.Instance = strings.TrimSpace(t.instance + " " + r.Instance)
			}
			out = append(out, record.Reading{Component: r.Component, Instance: r.Instance, Metric: r.Metric, Value: r.Value})
		}
		if len(out) == 0 {
			return nil, errors.New("its answer holds no " + what)
		}
		return out, nil
	}
}
