package analyze

import (
	"cmp"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// loggedEvents are the events of some classes in the application's logs.
type loggedEvents struct {
	count       int64
	first, last float64 // Unix s; NaN: none
	file        string
	line        int64 // of the first
	example     string
	events      []*loadtest.LogEvents
	perSecond   map[int64]int64
}

// logged returns the events of classes in the run's window. Where there are
// several logs they are those of several processes, and add up.
func (c *context) logged(classes ...string) loggedEvents {
	out := loggedEvents{first: math.NaN(), last: math.NaN(), perSecond: map[int64]int64{}}
	for i := range c.run.AppLogs {
		l := &c.run.AppLogs[i]
		for k := range l.Events {
			e := &l.Events[k]
			if e.Count <= 0 || !slices.Contains(classes, e.Class) {
				continue
			}
			out.count += e.Count
			out.events = append(out.events, e)
			if !(out.first <= e.First) {
				out.first, out.file, out.line, out.example = e.First, l.File, e.Line, e.Example
			}
			if !(out.last >= e.Last) {
				out.last = e.Last
			}
			for s, n := range e.PerSecond {
				out.perSecond[s] += n
			}
		}
	}
	return out
}

// hasLog reports whether an application's log speaks of the run: of a healthy
// one it may do so by lines before and after, and none that tells of trouble.
// A log that ends before the run or begins after it says nothing.
func (c *context) hasLog() bool {
	end := c.start + c.length()
	return slices.ContainsFunc(c.run.AppLogs, func(l loadtest.AppLog) bool {
		return l.Counted > 0 || l.Start < end && l.End > c.start
	})
}

// endpoints are the endpoints that events name, most first.
func (l loggedEvents) endpoints() []EndpointCount {
	var out []EndpointCount
	for _, e := range l.events {
		if e.Endpoint == "" {
			continue
		}
		ep := endpointOfLog(e.Endpoint)
		i := slices.IndexFunc(out, func(x EndpointCount) bool { return x.Endpoint == ep })
		if i < 0 {
			out = append(out, EndpointCount{Endpoint: ep})
			i = len(out) - 1
		}
		out[i].Count += e.Count
	}
	slices.SortStableFunc(out, func(a, b EndpointCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Endpoint.Name, b.Endpoint.Name), cmp.Compare(a.Endpoint.Method, b.Endpoint.Method))
	})
	return out
}

// endpointOfLog splits "METHOD /path".
func endpointOfLog(text string) loadtest.Endpoint {
	for i := range text {
		if text[i] == ' ' {
			return loadtest.Endpoint{Method: text[:i], Name: text[i+1:]}
		}
		if text[i] < 'A' || text[i] > 'Z' {
			break
		}
	}
	return loadtest.Endpoint{Name: text}
}

// source says where the events stand.
func (l loggedEvents) source(formula string) measure.Source {
	return measure.Source{File: l.file, Formula: formula}
}
