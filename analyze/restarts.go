package analyze

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
)

// A restartSign is one thing that tells of a process that started anew, or was
// killed, between two seconds of the run.
type restartSign struct {
	component string
	from, to  float64
	text      string
	weight    int     // 2 alone is proof; of weight 1 it takes two of them
	began     float64 // when the new process began, where the sign tells; 0 otherwise
}

// restarts are the restarts and crashes that snapshots and the application's log
// show: an uptime that goes back, a start time that changes, counters that go
// back to zero, lines of the log. A service that was started before the load is
// none. Signs within a few readings of each other tell of one restart.
func (c *context) restarts() (said, components []string, spans [][2]float64) {
	signs := c.restartSigns()
	slices.SortStableFunc(signs, func(a, b restartSign) int { return cmp.Compare(a.to, b.to) })
	type event struct {
		restartSign
		texts []string
	}
	var events []event
	for _, s := range signs {
		i := slices.IndexFunc(events, func(e event) bool {
			return e.component == s.component && s.from <= e.to+sameRestart && e.from <= s.to+sameRestart
		})
		if i < 0 {
			events = append(events, event{restartSign: s, texts: []string{s.text}})
			continue
		}
		e := &events[i]
		e.weight += s.weight
		e.to = max(e.to, s.to)
		if s.began > 0 && !(e.began > 0 && e.began < s.began) {
			e.began = s.began
		}
		e.from = min(e.from, s.from)
		if !slices.Contains(e.texts, s.text) {
			e.texts = append(e.texts, s.text)
		}
	}
	for _, e := range events {
		if e.weight < 2 {
			continue
		}
		components, spans = append(components, e.component), append(spans, [2]float64{e.from, e.to})
		at := e.to
		if e.began > 0 {
			at = e.began
		}
		said = append(said, fmt.Sprintf("the %s restarted at about %s of the run: %s", ComponentWords(e.component), measure.Span(math.Round(at)), strings.Join(e.texts[:min(4, len(e.texts))], "; ")))
	}
	return said, components, spans
}

// incidents counts outages, restarts and lost workers; an outage and the
// restart that ended it are one.
func (s *Stability) incidents() int {
	n := len(s.Outages) + len(s.Restarts) + s.LostWorkers
	for _, at := range s.RestartedAt {
		if slices.ContainsFunc(s.Outages, func(o Outage) bool { return at[0] <= o.End && o.Start <= at[1] }) {
			n--
		}
	}
	return n
}

// sameRestart is how far signs of one restart lie apart, in s: a process may be
// down for a while, and readings of it come every few seconds.
const sameRestart = 30.0

// restartSigns are the signs of restarts between the start of the load and its
// end.
func (c *context) restartSigns() []restartSign {
	var out []restartSign
	length := c.length()
	during := func(at float64) bool { return at > 0 && at <= length }
	for i := range c.tracks.all {
		tr := &c.tracks.all[i]
		if tr.Component == "load_generator" || tr.Component == "host" {
			continue
		}
		for k := 1; k < len(tr.Time); k++ {
			if !during(tr.Time[k]) {
				continue
			}
			s := restartSign{component: tr.Component, from: tr.Time[k-1], to: tr.Time[k], weight: 2}
			before, now := tr.Value[k-1], tr.Value[k]
			switch tr.Metric {
			case "uptime_seconds":
				// Whole seconds, and clocks that are set, are no restart.
				if now < before-max(2, 2*tr.Step) && now < before+(tr.Time[k]-tr.Time[k-1])/2 {
					began := tr.Time[k] - now
					if !during(began) {
						continue
					}
					s.to, s.began = began, began
					s.from = min(s.from, began)
					s.text = fmt.Sprintf("its uptime went back from %s to %s", measure.Span(math.Round(before)), measure.Span(math.Round(now)))
					out = append(out, s)
				}
			case "start_time_seconds":
				if began := now - c.start; math.Abs(now-before) > 5 && during(began) {
					s.to, s.began = began, began
					s.from = min(s.from, began)
					s.text = "its start time changed"
					out = append(out, s)
				}
			case "restarts_total":
				if now > before {
					s.text = fmt.Sprintf("its counter of restarts went from %.0f to %.0f", before, now)
					out = append(out, s)
				}
			}
		}
	}
	for _, component := range sortedKeys(c.tracks.resets) {
		if component == "load_generator" || component == "host" {
			continue
		}
		for _, r := range c.tracks.resets[component] {
			if during(r.at) && (component == "app" || !c.withTheApp(r)) {
				out = append(out, restartSign{component: component, from: r.at, to: r.at, weight: 1, text: "its counters went back to zero"})
			}
		}
	}
	return append(out, c.restartsLogged(length)...)
}

// withTheApp reports whether a counter went back together with one of the
// application's in the same file: the application counts its look-ups in the
// cache and its queries, and when it restarts they begin anew.
func (c *context) withTheApp(r counterReset) bool {
	return slices.ContainsFunc(c.tracks.resets["app"], func(a counterReset) bool {
		return a.file == r.file && math.Abs(a.at-r.at) <= sameRestart
	})
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// restartsLogged are the lines of the application's log that tell of a process
// that started or was killed.
func (c *context) restartsLogged(length float64) []restartSign {
	var out []restartSign
	for _, class := range []string{"crash", "memory", "restart"} {
		l := c.logged(class)
		seconds := make([]int64, 0, len(l.perSecond))
		for s := range l.perSecond {
			seconds = append(seconds, s)
		}
		slices.Sort(seconds)
		for _, s := range seconds {
			at := float64(s) - c.start
			if at <= 0 || at > length {
				continue
			}
			word := "its log tells of a start"
			switch class {
			case "crash":
				word = "its log tells of a crash"
			case "memory":
				word = "its log tells of want of memory"
			}
			sign := restartSign{component: "app", from: at, to: at, weight: 2, text: fmt.Sprintf("%s at %s", word, measure.Span(math.Round(at)))}
			if class == "restart" {
				sign.began = at
			}
			out = append(out, sign)
		}
	}
	return append(out, c.databaseStops(length)...)
}

// databaseStops are PostgreSQL's own words, as the application logged them, for
// a server that stops or starts, where it answered afterwards.
func (c *context) databaseStops(length float64) []restartSign {
	var out []restartSign
	for _, l := range c.run.AppLogs {
		for _, e := range l.Events {
			at := e.First - c.start
			words := databaseStopping.FindString(e.Example)
			if words == "" || !(at > 0 && at <= length) || !c.answeredAfter("database", at) {
				continue
			}
			out = append(out, restartSign{component: "database", from: at, to: at, weight: 2, text: fmt.Sprintf("the application's log says “%s” at %s", words, measure.Span(math.Round(at)))})
		}
	}
	return out
}

var databaseStopping = regexp.MustCompile(`(?i)the database system is (shutting down|starting up|in recovery mode|not (yet )?accepting connections)`)

// answeredAfter reports whether a component told of itself after a second.
func (c *context) answeredAfter(component string, at float64) bool {
	return slices.ContainsFunc(c.tracks.all, func(tr Track) bool {
		n := len(tr.Time)
		return tr.Component == component && n > 0 && tr.Time[n-1] > at && !(tr.Metric == "up" && tr.Value[n-1] == 0)
	})
}

// An unreachable is a stretch in which a monitor got no answer.
type unreachable struct {
	component string
	from, to  float64
	file      string
}

// unreachables are the stretches of five seconds or more in which a component
// did not answer its monitor: up was 0.
func (c *context) unreachables() []unreachable {
	var out []unreachable
	for _, tr := range c.tracks.chosen {
		if tr.Metric != "up" || tr.Instance != "" {
			continue
		}
		for i := 0; i < len(tr.Time); i++ {
			if tr.Value[i] != 0 || tr.Time[i] < 0 || tr.Time[i] > c.length() {
				continue
			}
			j := i
			for j+1 < len(tr.Time) && tr.Value[j+1] == 0 {
				j++
			}
			if tr.Time[j]-tr.Time[i] >= outageLength {
				out = append(out, unreachable{tr.Component, tr.Time[i], tr.Time[j], tr.File})
			}
			i = j
		}
	}
	return out
}

// looksForRestarts says in what restarts of the system would show; "" in
// nothing that was recorded. ofApp says that those of the application would.
func (c *context) looksForRestarts() (where string, ofApp bool) {
	var in []string
	if c.hasLog() {
		in, ofApp = append(in, "the application's log"+c.logPart()), true
	}
	// each where it saw anything, with the part of the run that it saw
	seen := func(what string, is func(Track) bool) {
		from, to := math.Inf(1), math.Inf(-1)
		var of []string
		app := false
		for _, tr := range c.tracks.all {
			if n := len(tr.Time); tr.Component != "load_generator" && tr.Component != "host" && n > 1 && is(tr) {
				from, to = math.Min(from, tr.Time[0]), math.Max(to, tr.Time[n-1])
				if words := "the " + ComponentWords(tr.Component); !slices.Contains(of, words) {
					of = append(of, words)
				}
				app = app || tr.Component == "app"
			}
		}
		if from <= to {
			ofApp = ofApp || app
			if !app {
				what += " of " + andList(of)
			}
			in = append(in, what+c.partSeen(from, to))
		}
	}
	seen("uptimes", func(tr Track) bool {
		return tr.Metric == "uptime_seconds" || tr.Metric == "start_time_seconds" || tr.Metric == "restarts_total"
	})
	seen("the application's counters", func(tr Track) bool { return tr.Component == "app" && strings.HasSuffix(tr.Metric, "_total") })
	return andList(in), ofApp
}
