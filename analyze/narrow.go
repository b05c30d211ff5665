package analyze

import (
	"fmt"

	"github.com/peakload/peakload/analyze/loadtest"
)

// idleSlack is how many seconds without users are left standing before and
// after the load without a note.
const idleSlack = 5

// narrow returns the run reduced to one test, without the idle rows before and
// after it, and the run's notes with what was left out. The given run is not
// changed; slices are shared.
//
// A history file of Locust's web UI goes on through idle stretches and further
// tests. The test with the most requests is the one that is meant; the other
// files only know the last test, so that they are set aside when it is another.
func narrow(r *loadtest.Run) (*loadtest.Run, []loadtest.Note) {
	run := *r
	notes := append([]loadtest.Note(nil), r.Notes...)
	h := r.History
	if h == nil || len(h.Time) == 0 {
		return &run, notes
	}
	tests := testsOf(h)
	best := 0
	for i := range tests {
		if requestsIn(h, tests[i]) > requestsIn(h, tests[best]) {
			best = i
		}
	}
	t := tests[best]
	if len(tests) > 1 {
		text := fmt.Sprintf("The history holds %d tests; the one with the most requests is analysed (number %d, %d requests, lines %d to %d).",
			len(tests), best+1, requestsIn(h, t), line(h, t.From), line(h, t.To))
		if best != len(tests)-1 {
			run.Totals, run.Failures, run.Exceptions, run.Histograms, run.Page = nil, nil, nil, nil, nil
			text += " The other files cover the last test and are set aside."
		}
		notes = append(notes, loadtest.Note{Code: "several_tests", Severity: loadtest.Warn, Message: text, Source: h.File})
	}
	from, to := loaded(h, t)
	if idle := float64(h.Time[from]-h.Time[t.From]) + float64(h.Time[t.To]-h.Time[to]); idle > idleSlack {
		notes = append(notes, loadtest.Note{Code: "idle_left_out", Severity: loadtest.Info, Source: h.File,
			Message: fmt.Sprintf("%.0f s without users before and after the load are left out.", idle)})
	}
	if from > 0 || to < len(h.Time)-1 {
		run.History = cut(h, from, to)
	}
	return &run, notes
}

// testsOf returns the stretches of samples that are one test each: the segments
// joined where only the counters were reset under load.
func testsOf(h *loadtest.History) []loadtest.Segment {
	var out []loadtest.Segment
	for i, s := range segments(h) {
		began := i == 0 || s.Why == "new test" || s.From > 0 && h.Users[s.From-1] == 0 && everLoaded(h, out[len(out)-1].From, s.From-1)
		if began {
			out = append(out, loadtest.Segment{From: s.From, To: s.To})
			continue
		}
		out[len(out)-1].To = s.To
	}
	return out
}

func everLoaded(h *loadtest.History, from, to int) bool {
	for i := from; i <= to; i++ {
		if h.Users[i] > 0 {
			return true
		}
	}
	return false
}

func requestsIn(h *loadtest.History, t loadtest.Segment) int64 {
	n := int64(0)
	for _, s := range segments(h) {
		if s.From >= t.From && s.To <= t.To {
			n += h.Total.Requests[s.To]
		}
	}
	return n
}

// loaded returns the test's samples from the last one before the load to the
// first one after which nothing happens any more. A test that never had users
// or requests stays whole.
func loaded(h *loadtest.History, t loadtest.Segment) (from, to int) {
	from, to = t.From, t.To
	if h.NoUsers {
		return from, to
	}
	for from < t.To && h.Users[from+1] == 0 && h.Total.Requests[from+1] == h.Total.Requests[from] {
		from++
	}
	if from == t.To {
		return t.From, t.To
	}
	for to > from+1 && h.Users[to] == 0 && h.Users[to-1] == 0 && h.Total.Requests[to] == h.Total.Requests[to-1] {
		to--
	}
	return from, to
}

// cut returns samples [from,to] of a history.
func cut(h *loadtest.History, from, to int) *loadtest.History {
	out := *h
	out.Time, out.Users = h.Time[from:to+1], h.Users[from:to+1]
	if len(h.Line) > 0 {
		out.Line = h.Line[from : to+1]
	}
	np := len(h.Percentiles)
	out.Total = cutSeries(h.Total, from, to, np)
	out.Endpoints = nil
	for _, s := range h.Endpoints {
		out.Endpoints = append(out.Endpoints, cutSeries(s, from, to, np))
	}
	out.Segments = nil
	for _, s := range segments(h) {
		if s.To < from || s.From > to {
			continue
		}
		out.Segments = append(out.Segments, loadtest.Segment{From: max(0, s.From-from), To: min(s.To, to) - from, Why: s.Why})
	}
	return &out
}

func cutSeries(s loadtest.Series, from, to, np int) loadtest.Series {
	out := loadtest.Series{Endpoint: s.Endpoint,
		Requests: part(s.Requests, from, to), Failures: part(s.Failures, from, to),
		Mean: part(s.Mean, from, to), Median: part(s.Median, from, to),
		Min: part(s.Min, from, to), Max: part(s.Max, from, to), Size: part(s.Size, from, to), Rate: part(s.Rate, from, to),
	}
	if len(s.Quantiles) >= (to+1)*np {
		out.Quantiles = s.Quantiles[from*np : (to+1)*np]
	}
	return out
}

func part[T any](s []T, from, to int) []T {
	if len(s) <= to {
		return s
	}
	return s[from : to+1]
}

// line returns the line of a sample, 0 when unknown.
func line(h *loadtest.History, i int) int {
	if i < len(h.Line) {
		return h.Line[i]
	}
	return 0
}
