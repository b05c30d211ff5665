package analyze

import (
	"cmp"
	"fmt"
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
				if at := float64(s) - c.start; at >= -logEarly && at <= c.length()+logLate {
					out.perSecond[s] += n
				}
			}
		}
	}
	return out
}

// A history begins up to a few seconds after its first request and may end
// before its last: what a log tells of in logEarly seconds before the run and
// logLate seconds after it is still the run's, as in LogEvents.Count.
const (
	logEarly = 5.0
	logLate  = 15.0
)

// logCover returns the stretch of the run from the first to the last line of the
// application's logs, in s of the run; ok is false where none speaks of the run.
// A log that ends before the run or begins after it says nothing of it. whole
// says that the stretch leaves no more than a tenth of the run out at either
// end: a quiet log has no line at the very start and the very end.
func (c *context) logCover() (from, to float64, whole, ok bool) {
	length := c.length()
	from, to = math.Inf(1), math.Inf(-1)
	for _, l := range c.run.AppLogs {
		if start, end := l.Start-c.start, l.End-c.start; start < length && end > 0 {
			from, to, ok = min(from, start), max(to, end), true
		}
	}
	if !ok {
		return math.NaN(), math.NaN(), false, false
	}
	slack := max(logLate, length/10)
	return max(from, 0), min(to, length), from <= slack && to >= length-slack, true
}

// logUntil is the second of the run up to which the logs tell: its end where a
// log covers the run, for a quiet log has no line at the very end.
func (c *context) logUntil() float64 {
	_, to, whole, _ := c.logCover()
	if whole {
		return c.length()
	}
	return to
}

// hasLog reports whether an application's log speaks of the run: of a healthy
// one it may do so by lines before and after, and none that tells of trouble.
func (c *context) hasLog() bool {
	_, _, _, ok := c.logCover()
	return ok
}

// hasWholeLog reports whether the logs speak of the whole run, so that what they
// do not tell of did not happen as far as the application knows.
func (c *context) hasWholeLog() bool {
	_, _, whole, _ := c.logCover()
	return whole
}

// logPart says which part of the run the logs cover, where it is a part only:
// " (it covers 0:40 to 2:10 of the run)"; "" where it is all.
func (c *context) logPart() string {
	from, to, whole, ok := c.logCover()
	if whole || !ok {
		return ""
	}
	return fmt.Sprintf(" (it covers %s to %s of the run)", measure.Span(math.Round(from)), measure.Span(math.Round(to)))
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
