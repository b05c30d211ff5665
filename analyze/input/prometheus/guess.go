package prometheus

import (
	"math"
	"slices"
	"strings"
)

// A meaning is what a series' name and labels say it is.
type meaning struct {
	component, instance, metric string
	scale                       float64
	class                       class
	// perSecond says that the name calls an event's figure a rate.
	perSecond bool
}

// unit is the unit that words name, and what its figures are multiplied with
// to get base units; "" for none.
func unitOf(words []string) (name string, scale float64) {
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	switch {
	case anyAlternative(words, "per_second|per_sec|rps|qps|tps|persecond") || last == "ps":
		return "per_second", 1
	case anyAlternative(words, "per_minute|per_min|rpm|permin"):
		return "per_second", 1. / 60
	case anyOf(words, "ms", "millis", "milliseconds", "msec"):
		return "seconds", 1e-3
	case anyOf(words, "us", "microseconds", "usec"):
		return "seconds", 1e-6
	case anyOf(words, "ns", "nanoseconds"):
		return "seconds", 1e-9
	case anyOf(words, "seconds", "secs", "sec") || last == "s":
		return "seconds", 1
	case anyOf(words, "kb", "kib", "kilobytes"):
		return "bytes", 1 << 10
	case anyOf(words, "mb", "mib", "megabytes"):
		return "bytes", 1 << 20
	case anyOf(words, "gb", "gib", "gigabytes"):
		return "bytes", 1 << 30
	case anyOf(words, "bytes", "byte"):
		return "bytes", 1
	case anyOf(words, "percent", "percentage", "pct", "perc"):
		return "percent", .01
	case anyOf(words, "ratio", "fraction"):
		return "ratio", 1
	case anyOf(words, "millicores", "mcores", "millicpu"):
		return "cores", 1e-3
	case anyOf(words, "cores", "cpus", "vcpus"):
		return "cores", 1
	}
	return "", 1
}

// A span is what is known of a series' values before it is named.
type span struct {
	known    bool
	max, min float64
}

// mean tells what a name and labels mean. values help where the name leaves
// the unit open. False: they cannot be told.
func mean(words []string, s series, values span) (meaning, bool) {
	return meanBy(conceptOf(words), words, s, values)
}

func meanBy(c *concept, words []string, s series, values span) (meaning, bool) {
	if c == nil {
		return meaning{}, false
	}
	m := meaning{metric: c.metric, class: c.class, scale: 1}
	m.component = componentFor(c, words, s)
	unit, scale := unitOf(words)
	if strings.HasPrefix(m.metric, "pool_") && anyOf(words, "redis", "cache", "http", "client") {
		m.instance = strings.Join(slices.DeleteFunc(slices.Clone(words), func(w string) bool {
			return !slices.Contains([]string{"redis", "cache", "http", "client"}, w)
		}), " ") // not the database's, which is the pool
	}
	switch c.class {
	case number:
		if unit == "percent" || unit == "ratio" && !strings.HasSuffix(c.metric, "_ratio") || unit == "bytes" || unit == "per_second" {
			return m, false
		}
		if unit == "cores" {
			m.scale = scale
		}
	case event:
		m.instance = eventInstance(c.metric, words, s)
		switch unit {
		case "per_second":
			m.perSecond, m.scale = true, scale
		case "percent", "ratio", "bytes":
			return m, false
		case "seconds":
			m.scale = scale
		}
		// An "error rate" is a share of requests to some and errors a second to
		// others; more than one can only be the latter, and none is none.
		if c.metric != "rate_limited" && slices.Contains(words, "rate") {
			if !(values.known && (values.max > 1 || values.max == 0)) {
				return m, false
			}
			m.perSecond = true
		}
	case seconds:
		m.metric += "_seconds"
		switch {
		case unit == "seconds":
			m.scale = scale
		case unit != "" || values.known && values.max > longestPlain:
			return m, false
		}
	case octets:
		m.metric += "_bytes"
		m.scale = scale
		if unit != "bytes" {
			return m, false
		}
	case octetsPerSecond:
		m.metric += "_bytes"
		m.scale = scale
		if unit != "bytes" && !(unit == "per_second" && anyOf(words, "bytes")) {
			return m, false
		}
		m.perSecond = anyAlternative(words, "per_second|per_sec|rate|bps")
		m.class = event
	case share:
		switch {
		case unit == "percent":
			m.scale = .01
		case unit == "ratio" || unit == "" || unit == "seconds":
			if !values.known && unit != "ratio" {
				return m, false
			}
			if values.known && values.max > 1.0001 {
				m.scale = .01
			}
		default:
			return m, false
		}
	case cpu:
		return m.cpu(words, unit, scale)
	}
	return m, m.component != ""
}

// longestPlain is the longest time, in s, that a name without a unit is taken
// to give in seconds: Prometheus's convention is the base unit, but beyond two
// minutes milliseconds are the likelier.
const longestPlain = 120

// cpu names processor time. A percentage of a process is of one core, as top
// and rate(process_cpu_seconds_total) have it; a machine's is of all its cores.
func (m meaning) cpu(words []string, unit string, scale float64) (meaning, bool) {
	if m.component == "" || m.component == "other" {
		return m, false // of one core or of all: the component would tell
	}
	machine := m.component == "host" || anyOf(words, "host", "machine", "node", "system", "vm")
	switch unit {
	case "percent", "ratio":
		m.scale = scale
		m.metric = "cpu_cores"
		if machine || unit == "ratio" {
			m.metric = "cpu_ratio"
		}
	case "cores":
		m.metric, m.scale = "cpu_cores", scale
	case "seconds":
		m.metric, m.scale, m.class = "cpu_seconds", scale, event
		m.perSecond = anyAlternative(words, "per_second|rate")
	default:
		return m, false
	}
	return m, true
}

// componentFor returns the component of a concept's figure: what the concept
// says, else what the name, and else what the labels tell.
func componentFor(c *concept, words []string, s series) string {
	fixed, open := strings.CutSuffix(c.component, "?")
	if fixed != "" && !open {
		return fixed
	}
	if in := componentIn(words); in != "" {
		return in
	}
	if group := s.label("groupname", "container", "process", "comm"); group != "" {
		return byProcess(group)
	}
	if job := s.labels["job"]; job != "" {
		if in := componentIn(wordsOf(job)); in != "" && in != "app" {
			return in
		}
		if !open {
			return s.byJob()
		}
	}
	if fixed != "" {
		return fixed
	}
	return "other"
}

// eventInstance is what an event is counted by: the user type, or the kind of
// error.
func eventInstance(metric string, words []string, s series) string {
	switch metric {
	case "rate_limited", "requests":
		return s.label(userTypeLabels...)
	case "errors":
		if v := s.label("kind", "type", "error", "error_type", "exception", "class", "reason", "status", "code"); v != "" {
			return v
		}
		if anyOf(words, "5xx", "5xxs") {
			return "5xx"
		}
	}
	return ""
}

// named tells what a sample of a family that the table lacks is, by its name
// alone. Only what is declared a counter, or is called _total, is one.
func named(s sample) (f figure, scale float64, ok bool) {
	words := wordsOf(s.name)
	return namedBy(conceptOf(words), words, s)
}

// namedBy is named where the words and what they mean are known.
func namedBy(c *concept, words []string, s sample) (f figure, scale float64, ok bool) {
	m, ok := meanBy(c, words, s.series, span{})
	if !ok || m.perSecond {
		return f, 0, false
	}
	f = figure{component: m.component, target: s.target(), instance: m.instance, metric: m.metric}
	if q := s.labels["quantile"]; q != "" {
		return f, 0, false
	}
	isTotal := strings.HasSuffix(s.name, "_total") || s.counter
	if m.class == event {
		if !isTotal {
			return f, 0, false
		}
		f.metric += "_total"
	} else if isTotal {
		return f, 0, false
	}
	if m.class == number && m.metric == "connections" {
		if state := s.labels["state"]; state != "" {
			metric, ok := byState[strings.ToLower(state)]
			if !ok {
				return f, 0, false
			}
			f.metric = metric
		}
	}
	if m.metric == "requests" && m.instance == "" && s.what() != "" {
		// Counts by path add up to the requests; so do those by status.
		f.instance = ""
	}
	return f, m.scale, true
}

// byState are the metrics of the states of a database's connections.
var byState = map[string]string{
	"active": "connections_active", "idle": "connections_idle",
	"idle in transaction": "connections_idle_in_transaction", "idle in transaction (aborted)": "connections_idle_in_transaction",
	"idle_in_transaction": "connections_idle_in_transaction", "waiting": "connections_waiting",
}

// latencyOf tells whether a histogram of that name is of requests' or queries'
// latency, and the scale of its bounds.
func latencyOf(base string) (metric, component string, scale float64, ok bool) {
	words := wordsOf(base)
	unit, scale := unitOf(words)
	if unit != "seconds" && unit != "" {
		return "", "", 0, false
	}
	timed := unit == "seconds" || anyOf(words, "latency", "duration")
	switch {
	case !timed || anyOf(words, "gc", "pool", "lock", "queue", "connect", "connection", "acquire", "usage", "creation", "scrape", "dns"):
	case anyOf(words, "query", "queries", "sql") || anyOf(words, "db", "database", "postgres") && anyOf(words, "duration", "latency", "execute"):
		return "query_latency", "database", scale, true
	case anyOf(words, "redis", "cache", "client"):
	case anyOf(words, "request", "requests", "response", "responses") || anyOf(words, "http") && anyOf(words, "duration", "latency"):
		return "latency", "app", scale, true
	}
	return "", "", 0, false
}

func isWhole(v float64) bool { return v == math.Trunc(v) }
