package prometheus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
)

// mostBytes limits how much of one answer is read.
const mostBytes = 256 << 20

// Sniff reports whether a file begins as an answer of the HTTP API to query or
// query_range does.
func Sniff(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	head = head[:min(len(head), 4<<10)]
	if bytes.Contains(head, []byte(`"resultType"`)) {
		return bytes.Contains(head, []byte(`"status"`)) || bytes.Contains(head, []byte(`"result"`))
	}
	return bytes.Contains(head, []byte(`"errorType"`)) && bytes.Contains(head, []byte(`"status"`)) && bytes.Contains(head, []byte(`"error"`))
}

// Read reads a file with an answer of the API, or several one after another.
// What a series without a name is of is told by the name of the file, as
// app_cpu_percent.json. An answer that cannot be read is noted, with what was
// read before it kept.
func Read(r io.Reader, file string) ([]loadtest.Track, []loadtest.Note, error) {
	var notes []loadtest.Note
	note := func(message string) {
		notes = append(notes, loadtest.Note{Code: "prometheus_answer", Severity: loadtest.Warn, Source: file, Message: message})
	}
	limited := &io.LimitedReader{R: r, N: mostBytes}
	in := json.NewDecoder(skipMark(limited))
	var all []result
	at := map[string]int{}
	for n := 1; ; n++ {
		var a answer
		if err := in.Decode(&a); err == io.EOF {
			break
		} else if err != nil {
			switch syntax := (*json.SyntaxError)(nil); {
			case limited.N <= 0:
				note(fmt.Sprintf("The file is longer than %d MiB; what is beyond was not read.", mostBytes>>20))
			case errors.Is(err, io.ErrUnexpectedEOF):
				note("The answer is cut off at its end, so it could not be read; fetch it again.")
			case errors.As(err, &syntax):
				note(fmt.Sprintf("What begins at byte %d is no JSON; it was not read.", syntax.Offset))
			default:
				if kind := (*json.UnmarshalTypeError)(nil); !errors.As(err, &kind) {
					return nil, nil, fmt.Errorf("%s: %w", file, err)
				}
				note("The answer is not of the form that the API writes, and was not read.")
			}
			break
		}
		if a.Status == "error" || a.ErrorType != "" {
			note("Prometheus refused the query, so there is nothing here: " + oneLine(a.Error) + ".")
			continue
		}
		results, err := a.results()
		if err != nil {
			note("The answer could not be read: " + oneLine(err.Error()) + ".")
			continue
		}
		for _, x := range results {
			key := x.key()
			i, ok := at[key]
			if !ok {
				at[key] = len(all)
				all = append(all, x)
				continue
			}
			all[i].append(x)
		}
	}
	m := matrix{file: file, results: all}
	return m.tracks(), notes, nil
}

// append adds the readings of a later answer.
func (r *result) append(x result) {
	switch {
	case x.nan && !r.nan:
		return
	case r.nan && !x.nan:
		*r = x
		return
	}
	for i, t := range x.time {
		if n := len(r.time); n > 0 && t <= r.time[n-1] {
			continue
		}
		r.time = append(r.time, t)
		r.value = append(r.value, x.value[i])
	}
}

func skipMark(r io.Reader) io.Reader {
	head := make([]byte, 3)
	n, _ := io.ReadFull(r, head)
	return io.MultiReader(bytes.NewReader(bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf"))), r)
}

// oneLine makes a server's words fit for a sentence.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.TrimRight(s, ". ")
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + "…"
	}
	return s
}

// A matrix is the series of one file.
type matrix struct {
	file    string
	results []result
	order   []figure
	of      map[figure][]result
}

// tracks tells what the series are and makes tracks of them.
func (m *matrix) tracks() []loadtest.Track {
	m.of = map[figure][]result{}
	words := wordsOf(fileStem(m.file))
	var rest, known []result
	for _, r := range m.results {
		switch {
		case r.nan:
			if meant, ok := mean(words, r.series, span{}); ok {
				m.nothing(figure{component: meant.component, target: r.target(), metric: meant.metric}, r)
			}
		case len(familiesNamed(r.name)) > 0:
			known = append(known, r)
		default:
			rest = append(rest, r)
		}
	}
	m.convert(known)
	if len(rest) > 0 {
		m.guess(words, rest)
	}
	return m.give()
}

// convert takes the series of families that the table knows through the
// converter, instant by instant.
func (m *matrix) convert(in []result) {
	if len(in) == 0 {
		return
	}
	instants := map[float64][]sample{}
	var times []float64
	for _, r := range in {
		for i, t := range r.time {
			if instants[t] == nil {
				times = append(times, t)
			}
			instants[t] = append(instants[t], sample{series: r.series, value: r.value[i]})
		}
	}
	slices.Sort(times)
	c := newConverter()
	for _, t := range times {
		c.at(t, instants[t], func(f figure, value float64, _ int) { m.add(f, t, value) })
	}
}

func (m *matrix) add(f figure, time, value float64) {
	if m.of[f] == nil {
		m.order = append(m.order, f)
		m.of[f] = []result{{}}
	}
	r := &m.of[f][0]
	r.time = append(r.time, time)
	r.value = append(r.value, value)
}

// guess tells what series of other families are, or of none, by the name of
// the family, that of the file and the labels.
func (m *matrix) guess(file []string, in []result) {
	type group struct {
		f      figure
		scale  float64
		merge  merging
		series []result
	}
	var groups []*group
	index := map[figure]*group{}
	all := spanOf(in)
	for _, r := range in {
		f, scale, merge := m.figureOf(file, r, all)
		g := index[f]
		if g == nil {
			g = &group{f: f, scale: scale, merge: merge}
			index[f] = g
			groups = append(groups, g)
		}
		g.series = append(g.series, r)
	}
	// Some series of a counter stand still and look like neither: they are what
	// the others are.
	for _, g := range groups {
		if base, ok := strings.CutSuffix(g.f.metric, flatEvent); ok {
			g.f.metric = base + "_per_second"
			for _, other := range groups {
				if other.f.metric == base+"_total" {
					g.f.metric = base + "_total"
				}
			}
		}
	}
	for _, g := range groups {
		merged := g.series[0]
		if len(g.series) > 1 {
			merged = together(g.series, g.merge)
		}
		for i := range merged.value {
			m.add(g.f, merged.time[i], merged.value[i]*g.scale)
		}
	}
}

// flatEvent ends the metric of events that did not occur, or not again:
// counter and rate look the same.
const flatEvent = "\x00flat"

// figureOf says what a series is.
func (m *matrix) figureOf(file []string, r result, all span) (figure, float64, merging) {
	meant, ok := mean(wordsOf(r.name), r.series, all)
	if !ok || r.name == "" {
		meant, ok = mean(file, r.series, all)
	}
	own := figure{component: m.ownComponent(file, r), target: r.target(), instance: r.what(), metric: ownName(file, r)}
	if !ok {
		return own, 1, added
	}
	f := figure{component: meant.component, target: r.target(), instance: meant.instance, metric: meant.metric}
	what := r.what()
	switch meant.class {
	case event:
		switch {
		case meant.metric == "requests" && meant.instance == "" && what != "", meant.metric == "errors" && meant.instance == "" && what != "":
			return own, 1, added // by path: not the sum that goes by the name
		case meant.perSecond:
			f.metric += "_per_second"
		case strings.HasSuffix(r.name, "_total"):
			f.metric += "_total"
		default:
			switch g := r.growth(); {
			case g == isCounter:
				f.metric += "_total"
			case g == isFlat && r.value[0] == 0, g == isRate && r.name == "":
				f.metric += flatOr(g)
			case g == isFlat && r.name == "":
				f.metric += flatEvent
			default:
				return own, 1, added
			}
		}
		return f, meant.scale, added
	case number:
		if meant.metric == "connections" {
			if state := strings.ToLower(r.labels["state"]); state != "" {
				if metric, ok := byState[state]; ok {
					f.metric = metric
				} else {
					f.metric = "connections" + "\x00" + state
				}
			}
		}
		return f, meant.scale, mergingOf(f.metric)
	}
	if what != "" && meant.instance == "" && r.label("groupname", "container") == "" {
		f.instance = what // a share or a time of one part: parts do not add up
	}
	return f, meant.scale, mergingOf(f.metric)
}

func flatOr(g growth) string {
	if g == isFlat {
		return flatEvent
	}
	return "_per_second"
}

// ownName is the name of a figure that nothing is known of: its family's, or
// the file's.
func ownName(file []string, r result) string {
	if r.name != "" {
		return r.name
	}
	return strings.Join(file, "_")
}

func (m *matrix) ownComponent(file []string, r result) string {
	if in := componentIn(append(wordsOf(r.name), file...)); in != "" {
		return in
	}
	if group := r.label("groupname", "container"); group != "" {
		return byProcess(group)
	}
	if r.labels["job"] != "" {
		return r.byJob()
	}
	if anyOf(file, "rps", "requests", "latency", "error", "errors") {
		return "app"
	}
	return "other"
}

// together merges series instant by instant.
func together(in []result, how merging) result {
	at := map[float64]float64{}
	var times []float64
	for _, r := range in {
		for i, t := range r.time {
			was, ok := at[t]
			if !ok {
				times = append(times, t)
				at[t] = r.value[i]
			} else if how == highest {
				at[t] = max(was, r.value[i])
			} else {
				at[t] = was + r.value[i]
			}
		}
	}
	slices.Sort(times)
	out := result{time: times, value: make([]float64, len(times))}
	for i, t := range times {
		out.value[i] = at[t]
	}
	return out
}

// give returns the tracks. A target's name is an Instance only where there are
// several of a figure.
func (m *matrix) give() []loadtest.Track {
	m.sumStates()
	type whole struct{ component, metric string }
	targets := map[whole]map[string]bool{}
	for _, f := range m.order {
		w := whole{f.component, f.metric}
		if targets[w] == nil {
			targets[w] = map[string]bool{}
		}
		targets[w][f.target] = true
	}
	tracks := make([]loadtest.Track, 0, len(m.order))
	for _, f := range m.order {
		if strings.Contains(f.metric, "\x00") {
			continue
		}
		instance := f.instance
		if len(targets[whole{f.component, f.metric}]) > 1 {
			instance = strings.TrimSpace(f.target + " " + instance)
		}
		r := m.of[f][0]
		tracks = append(tracks, loadtest.Track{
			Component: f.component, Instance: instance, Metric: f.metric,
			Kind: KindQuery, File: m.file, Time: r.time, Value: r.value,
		})
	}
	return tracks
}

// sumStates adds the connections of all states up.
func (m *matrix) sumStates() {
	states := map[string][]result{} // by target
	component := map[string]string{}
	var order []string
	for _, f := range m.order {
		if !strings.HasPrefix(f.metric, "connections") || f.metric == "connections_limit" || strings.HasPrefix(f.metric, "connections_refused") {
			continue
		}
		if f.metric == "connections" {
			return // the table has done so
		}
		if states[f.target] == nil {
			order = append(order, f.target)
			component[f.target] = f.component
		}
		states[f.target] = append(states[f.target], m.of[f]...)
	}
	for _, target := range order {
		if len(states[target]) < 2 {
			continue
		}
		sum := together(states[target], added)
		f := figure{component: component[target], target: target, metric: "connections"}
		m.order = append(m.order, f)
		m.of[f] = []result{sum}
	}
}

// fileStem returns a file's name without folder and endings.
func fileStem(file string) string {
	name := path.Base(strings.ReplaceAll(file, `\`, "/"))
	for _, e := range []string{".gz", ".zst", ".json", ".txt", ".prom"} {
		name = strings.TrimSuffix(name, e)
	}
	return name
}
