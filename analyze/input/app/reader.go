package app

import (
	"encoding/json"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// Limits of what one file may give.
const (
	mostKept   = 400 // metrics that no rule knows
	mostDepth  = 16
	mostLeaves = 20000 // of one document
	mostName   = 80
)

// sameClock is how far, in seconds, a document's own time may be from the
// sample's to be the finer account of it.
const sameClock = 5

// A reader reads the documents of a file.
type reader struct {
	paths []Path
	kept  map[string]bool // component, instance and metric of what no rule knows
	seen  bool            // a document was read

	places map[string]place // what was looked up, by the path of keys
}

// mostPlaces limits what is remembered of look-ups.
const mostPlaces = 20000

func (r *reader) place(l leaf) place {
	key := strings.Join(l.names[:len(l.names)-len(l.keys)], "\x00") + "\x01" + strings.Join(l.keys, "\x00")
	p, ok := r.places[key]
	if !ok {
		p = lookUp(l)
		if len(r.places) < mostPlaces {
			r.places[key] = p
		}
	}
	return p
}

// A leaf is a number of a document.
type leaf struct {
	keys  []string // as in the document
	names []string // words of each key joined by "_", the last without its unit
	unit  unit
	said  unit // of a key "unit" beside it or above it
	value float64
	step  float64 // unit of the last digit after the point; 0 whole
	count float64 // of a key "count" beside it; NaN none
	near  []string
}

func (r *reader) read(s *capture.Sample, add func(capture.Reading)) {
	docs := documents(s.Lines, func(i int) bool { return !s.Used(i) })
	answered := false
	for _, d := range docs {
		if !isMetrics(d.value) {
			continue
		}
		s.Use(d.from, d.to)
		answered, r.seen = true, true
		give := r.timed(d, s, add)
		for _, o := range reshape(d.value) {
			r.document(o, give)
		}
		give(capture.Reading{Component: "app", Metric: "up", Value: 1})
	}
	for i, line := range s.Lines {
		if s.Used(i) {
			continue
		}
		down, curl := curlSays(line)
		if !curl {
			continue
		}
		if r.seen || down {
			s.Use(i, i+1)
		}
		if down && r.seen && !answered {
			add(capture.Reading{Component: "app", Metric: "up", Value: 0, Line: s.Line + i})
		}
	}
}

// curlSays reports whether a line is of curl's progress or error messages, and
// whether it says that the application did not answer: exit statuses 7 (could
// not connect), 28 (time-out), 52 (empty reply), 56 (reset).
func curlSays(line string) (down, curl bool) {
	line = strings.TrimSpace(line)
	if rest, ok := strings.CutPrefix(line, "curl: ("); ok {
		n, _, _ := strings.Cut(rest, ")")
		return slices.Contains([]string{"7", "28", "52", "56"}, n), true
	}
	f := strings.Fields(line)
	return false, strings.HasPrefix(line, "% Total ") || strings.HasPrefix(line, "Dload  Upload") ||
		len(f) == 12 && strings.Contains(f[len(f)-2], ":") && strings.Trim(f[0], "0123456789") == ""
}

// timed gives readings the document's own time where the file has none, or
// where it is that of the line with a time, only finer.
func (r *reader) timed(d document, s *capture.Sample, add func(capture.Reading)) func(capture.Reading) {
	own, local, ok := ownTime(d.value)
	if ok && !math.IsNaN(s.Time) && (math.Abs(own-s.Time) > sameClock || local != s.Local) {
		ok = false
	}
	return func(x capture.Reading) {
		if math.IsNaN(x.Value) || math.IsInf(x.Value, 0) {
			return
		}
		x.Line = s.Line + d.from
		if ok {
			x.Time, x.Local = own, local
		}
		add(x)
	}
}

// timeKeys are the keys of a document's own time.
var timeKeys = []string{"timestamp", "@timestamp", "ts", "time", "datetime", "date", "generated_at", "collected_at", "now", "epoch"}

func ownTime(v any) (unix float64, local, ok bool) {
	o, _ := v.(map[string]any)
	for _, k := range timeKeys {
		switch x := o[k].(type) {
		case string:
			unix, local, ok = capture.ParseTime(x)
		case json.Number:
			unix, local, ok = capture.ParseTime(x.String())
		}
		if ok {
			return unix, local, true
		}
	}
	return 0, false, false
}

// document gives the readings of one object.
func (r *reader) document(v any, give func(capture.Reading)) {
	w := walk{said: onlyUnit(v, 0)}
	w.into(v, rootContext(v), nil, nil, unit{}, nil, math.NaN())
	type guess struct {
		capture.Reading
		rank int
	}
	var guesses []guess
	best := map[[3]string]int{}
	let := map[string]float64{}
	overflows := slices.ContainsFunc(w.leaves, func(l leaf) bool { return l.names[len(l.names)-1] == "overflow" })
	for _, l := range w.leaves {
		if done := r.stated(l, give); done || len(l.names) == 1 && slices.Contains(timeKeys, l.keys[0]) {
			continue
		}
		component, instance, metric, scale, rank, ok := r.place(l).classify(l)
		switch {
		case ok && metric == "pool_limit" && rank == 1 && overflows:
			ok = false // SQLAlchemy: beyond its size the pool may overflow
		case ok && metric == allowed:
			let[instance] = l.value
			continue
		}
		if !ok {
			r.keep(l, give)
			continue
		}
		k := [3]string{component, instance, metric}
		g := guess{capture.Reading{Component: component, Instance: instance, Metric: metric, Value: l.value * scale, Step: l.step * scale}, rank}
		if i, there := best[k]; there {
			if rank > guesses[i].rank {
				guesses[i] = g
			}
			continue
		}
		best[k] = len(guesses)
		guesses = append(guesses, g)
	}
	for _, g := range guesses {
		give(g.Reading)
	}
	r.allRequests(let, best, func(i int) float64 { return guesses[i].Value }, give)
}

// allRequests adds the requests that the limiter let pass to those that it did
// not, where the application does not give their sum.
func (r *reader) allRequests(let map[string]float64, best map[[3]string]int, value func(int) float64, give func(capture.Reading)) {
	var types []string
	for t := range let {
		types = append(types, t)
	}
	sort.Strings(types)
	for _, t := range types {
		limited, ok := best[[3]string{"app", t, "rate_limited_total"}]
		if _, given := best[[3]string{"app", t, "requests_total"}]; ok && !given {
			give(capture.Reading{Component: "app", Instance: t, Metric: "requests_total", Value: let[t] + value(limited)})
		}
	}
}

// stated gives the leaf as the user says; the first path that fits counts.
func (r *reader) stated(l leaf, give func(capture.Reading)) bool {
	for _, p := range r.paths {
		instance, ok := match(strings.Split(p.Path, "."), l.keys)
		if !ok {
			continue
		}
		if p.Instance != "" {
			instance = p.Instance
		}
		component := p.Component
		if component == "" {
			component = "app"
		}
		scale := p.Scale
		if scale == 0 {
			scale = 1
		}
		if p.Metric != "" {
			give(capture.Reading{Component: component, Instance: instance, Metric: p.Metric, Value: l.value * scale, Step: l.step * scale})
		}
		return true
	}
	return false
}

// match matches the parts of a stated path with a leaf's keys. A key with dots
// of its own takes as many parts.
func match(parts, keys []string) (instance string, ok bool) {
	var captured []string
	for _, k := range keys {
		switch n := strings.Count(k, ".") + 1; {
		case len(parts) == 0:
			return "", false
		case parts[0] == "*":
			captured = append(captured, k)
			parts = parts[1:]
		case n <= len(parts) && strings.Join(parts[:n], ".") == k:
			parts = parts[n:]
		default:
			return "", false
		}
	}
	return strings.Join(captured, "/"), len(parts) == 0
}

// keep gives a leaf that no rule knows under its own name.
func (r *reader) keep(l leaf, give func(capture.Reading)) {
	if l.count == 0 && looksLikeTime(l.names[len(l.names)-1]) {
		return // of nothing
	}
	instance := ""
	names := l.names
	// Keys that are names of things (an endpoint) are instances.
	if len(l.keys) > 1 && strings.ContainsAny(l.keys[len(l.keys)-2], " /") {
		instance = clean(l.keys[len(l.keys)-2])
		names = append(slices.Clone(names[:len(names)-2]), names[len(names)-1])
	}
	name := strings.Trim(strings.Join(names, "_"), "_")
	u := l.unit
	if u.scale == 0 && l.said.scale > 0 && looksLikeTime(l.names[len(l.names)-1]) {
		u = l.said
	}
	scale := 1.0
	if u.scale > 0 {
		scale = u.scale
		if rest, ok := strings.CutSuffix(name, "_total"); ok {
			name = rest + "_" + u.suffix + "_total"
		} else {
			name += "_" + u.suffix
		}
	}
	if len(name) > mostName || name == "" {
		return
	}
	key := instance + "\x00" + name
	if !r.kept[key] {
		if len(r.kept) >= mostKept {
			return
		}
		r.kept[key] = true
	}
	give(capture.Reading{Component: "app", Instance: instance, Metric: name, Value: l.value * scale, Step: l.step * scale})
}

var statistics = []string{"p50", "p75", "p90", "p95", "p99", "p999", "avg", "mean", "average", "median", "min", "max", "stddev"}

func looksLikeTime(name string) bool { return slices.Contains(statistics, name) }

// clean makes a key fit to be an instance.
func clean(key string) string {
	key = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, key)
	if len(key) > 2*mostName {
		key = strings.ToValidUTF8(key[:2*mostName], "")
	}
	return key
}
