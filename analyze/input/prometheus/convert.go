package prometheus

import (
	"math"
	"slices"
	"strings"
)

// A figure is what a reading is of. Target is where it was scraped, which
// matters only where there are several of a component.
type figure struct{ component, target, instance, metric string }

// A sample is a series at one instant.
type sample struct {
	series
	value float64
	line  int
	// counter says that the text declares it one.
	counter bool
}

// A total is a figure of one instant, being put together.
type total struct {
	value float64
	n     int // series in it
	parts int // as family's
	line  int
}

// mostUnknown limits how many figures under names of their own one file may
// give.
const mostUnknown = 100

// A converter makes figures of the samples of one instant after another. It
// remembers counters, so that those that are of use as rates become rates.
type converter struct {
	last    map[string]reading // by series
	unknown map[figure]bool
	names   map[string]*name
}

// A name is what was found out of a family's name.
type name struct {
	rows    []*family
	words   []string
	concept *concept
	covered bool // by the table of an exporter's families
	// Of a histogram's or a summary's series: which, and of what.
	part              string
	metric, component string
	scale             float64
}

func (c *converter) name(text string) *name {
	if n := c.names[text]; n != nil {
		return n
	}
	n := &name{rows: familiesNamed(text), words: wordsOf(text), covered: byExporter(text)}
	n.concept = conceptOf(n.words)
	for _, p := range []string{"_bucket", "_sum", "_count"} {
		base, ok := strings.CutSuffix(text, p)
		if !ok || n.covered {
			continue
		}
		if metric, component, scale, ok := latencyOf(base); ok {
			n.part, n.metric, n.component, n.scale = p, metric, component, scale
		}
	}
	c.names[text] = n
	return n
}

type reading struct{ time, value float64 }

func newConverter() *converter {
	return &converter{last: map[string]reading{}, unknown: map[figure]bool{}, names: map[string]*name{}}
}

// at converts the samples of one instant and calls add for each figure, in the
// order of their first sample.
func (c *converter) at(time float64, in []sample, add func(f figure, value float64, line int)) {
	totals := map[figure]*total{}
	var order []figure
	put := func(f figure, value float64, line, parts int, how merging) {
		t := totals[f]
		if t == nil {
			t = &total{value: value, line: line, parts: parts, n: 1}
			totals[f] = t
			order = append(order, f)
			return
		}
		t.n++
		switch how {
		case highest:
			t.value = max(t.value, value)
		case latest:
			t.value = value
		default:
			t.value += value
		}
	}
	exporter := exporters(in)
	var latencies histograms
	for _, s := range in {
		if math.IsNaN(s.value) || math.IsInf(s.value, 0) {
			if !strings.HasSuffix(s.name, "_bucket") {
				continue
			}
		}
		n := c.name(s.name)
		if n.part != "" {
			latencies.take(c, time, s, n)
			continue
		}
		if len(n.rows) > 0 || n.covered {
			c.known(time, in, s, n.rows, exporter, put)
			continue
		}
		if f, scale, ok := namedBy(n.concept, n.words, s); ok {
			put(f, s.value*scale, s.line, 0, mergingOf(f.metric))
			continue
		}
		c.keep(s, put)
	}
	for _, f := range order {
		if t := totals[f]; f.metric != cpuMode && t.n >= t.parts {
			add(f, t.value, t.line)
		}
	}
	processors(order, totals, add)
	latencies.give(add)
}

// known converts a sample of a family that the table has.
func (c *converter) known(time float64, in []sample, s sample, rows []*family, exporter bool, put func(figure, float64, int, int, merging)) {
	for _, row := range rows {
		if !row.matches(s.series) || row.unless != "" && slices.ContainsFunc(in, func(o sample) bool { return o.name == row.unless }) {
			continue
		}
		value := s.value
		if row.how == perSecond {
			var ok bool
			if value, ok = c.rate(time, s); !ok {
				continue
			}
		}
		if row.scale != 0 {
			value *= row.scale
		}
		f := figure{component: row.component, target: s.target(), metric: row.metric}
		switch labels, ok := strings.CutPrefix(row.component, "="); {
		case ok:
			f.component = byProcess(s.label(strings.Split(labels, "|")...))
		case row.component == "":
			f.component = s.byJob()
			if exporter && f.component == "app" {
				f.component = "monitoring"
			}
			if f.component == "monitoring" && f.instance == "" {
				f.instance = s.labels["job"]
			}
		}
		switch first, second, two := strings.Cut(row.instance, "/"); {
		case two:
			f.instance = s.labels[first] + "/" + s.labels[second]
		case row.instance != "":
			f.instance = s.labels[row.instance]
		case s.name == poolSize:
			f.instance = poolDatabase(s.series)
			if users := poolUsers(in, s.series); len(users) > 0 {
				for _, u := range users {
					f.instance = poolDatabase(s.series) + "/" + u
					put(f, value, s.line, row.parts, row.how)
				}
				continue
			}
		}
		put(f, value, s.line, row.parts, row.how)
	}
}

// rate returns the growth per second of a counter since the instant before. A
// counter that went back has been reset: what it shows has grown since.
func (c *converter) rate(time float64, s sample) (float64, bool) {
	growth, seconds, ok := c.growth(time, s)
	return growth / seconds, ok
}

func (c *converter) growth(time float64, s sample) (growth, seconds float64, ok bool) {
	key := s.key()
	was, ok := c.last[key]
	c.last[key] = reading{time, s.value}
	if !ok || !(time > was.time) {
		return 0, 1, false
	}
	growth = s.value - was.value
	if growth < 0 {
		growth = s.value
	}
	return growth, time - was.time, true
}

// keep takes over a sample of a family that nothing here knows, under its own
// name.
func (c *converter) keep(s sample, put func(figure, float64, int, int, merging)) {
	if math.IsNaN(s.value) || slices.ContainsFunc([]string{"_bucket", "_sum", "_count", "_created", "_info"}, func(e string) bool { return strings.HasSuffix(s.name, e) }) {
		return
	}
	f := figure{component: s.byJob(), target: s.target(), instance: s.what(), metric: s.name}
	if !c.unknown[f] {
		if len(c.unknown) == mostUnknown {
			return
		}
		c.unknown[f] = true
	}
	put(f, s.value, s.line, 0, added)
}

// exporters reports whether the text is an exporter's: then the process that
// it tells of is the exporter's own.
func exporters(in []sample) bool {
	return slices.ContainsFunc(in, func(s sample) bool {
		return s.labels["job"] == "" && (strings.HasSuffix(s.name, "_exporter_build_info") || s.name == "node_boot_time_seconds" ||
			s.name == "pg_up" || s.name == "redis_up" || s.name == "prometheus_build_info" || s.name == "mysql_up")
	})
}

// processors makes ratios of the time that a machine's processors spent in
// each mode.
func processors(order []figure, totals map[figure]*total, add func(figure, float64, int)) {
	type machine struct {
		all, idle, user, system, iowait, steal float64
		line                                   int
	}
	var targets []string
	machines := map[string]*machine{}
	for _, f := range order {
		if f.metric != cpuMode {
			continue
		}
		t := totals[f]
		m := machines[f.target]
		if m == nil {
			m = &machine{line: t.line}
			machines[f.target] = m
			targets = append(targets, f.target)
		}
		m.all += t.value
		switch f.instance {
		case "idle":
			m.idle += t.value
		case "iowait":
			m.iowait += t.value
		case "steal":
			m.steal += t.value
		case "user", "nice":
			m.user += t.value
		default: // system, irq, softirq
			m.system += t.value
		}
	}
	for _, target := range targets {
		m := machines[target]
		if !(m.all > 0) {
			continue
		}
		for _, r := range []struct {
			metric string
			value  float64
		}{
			{"cpu_ratio", m.all - m.idle - m.iowait}, {"cpu_user_ratio", m.user}, {"cpu_system_ratio", m.system},
			{"cpu_iowait_ratio", m.iowait}, {"cpu_steal_ratio", m.steal},
		} {
			add(figure{component: "host", target: target, metric: r.metric}, r.value/m.all, m.line)
		}
	}
}

func byExporter(name string) bool {
	return slices.ContainsFunc(covered, func(p string) bool { return strings.HasPrefix(name, p) })
}

// familiesNamed returns the rows of a family.
func familiesNamed(name string) []*family {
	var rows []*family
	for i := range families {
		if families[i].name == name {
			rows = append(rows, &families[i])
		}
	}
	return rows
}

// mergingOf says what becomes of several series of one figure that was told by
// its name.
func mergingOf(metric string) merging {
	if strings.HasSuffix(metric, "_ratio") || strings.HasSuffix(metric, "_seconds") || metric == "up" {
		return highest
	}
	return added
}
