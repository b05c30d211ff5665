package analyze

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// occurrences are the failures that a file names, classified.
//
// Locust names failures for the whole run and counts them by the second; where
// both are known, a window's failures of one kind lie within limits that often
// meet.
type occurrences struct {
	file  string // "" : nothing names the failures
	rows  []occurrence
	named int64 // Σ of the rows
	// unnamed are failures that were counted and stand in no row: those before
	// a reset, or after the file was last written.
	unnamed int64
	lines   string
}

// An occurrence is a row of the failures file.
type occurrence struct {
	loadtest.Failure
	cause
}

// newOccurrences classifies the run's failures, of the file that names more of
// them: the HTML report is written when the test is over and _failures.csv up to
// a second before, but a killed Locust leaves only the CSV and a report may have
// been downloaded early. The two are never added up.
func newOccurrences(r *loadtest.Run, counted measure.Value) occurrences {
	var o occurrences
	total, countedAny := counted.Float()
	rows := []loadtest.Failure(nil)
	if r.Failures != nil {
		rows, o.file = r.Failures.Rows, r.Failures.File
	}
	if p := r.Page; p != nil && p.HasTotal && (o.file == "" && (len(p.Failures) > 0 || p.Total.Failures == 0) || sumOf(p.Failures) > sumOf(rows)) {
		rows, o.file = p.Failures, p.File
	}
	if o.file == "" && countedAny && total == 0 {
		// Nothing failed, so that nothing needs naming.
		if s := counted.Sources(); len(s) > 0 {
			o.file = s[0].File
		}
	}
	first, last := math.MaxInt, 0
	for _, f := range rows {
		if f.Count <= 0 {
			continue
		}
		o.rows = append(o.rows, occurrence{f, classify(f.Error)})
		o.named += f.Count
		if f.Line > 0 {
			first, last = min(first, f.Line), max(last, f.Line)
		}
	}
	if last > 0 {
		o.lines = fmt.Sprintf("%d,%d", first, last)
	}
	if _, high, ok := counted.Limits(); ok {
		o.unnamed = max(0, int64(high)-o.named)
	}
	return o
}

func sumOf(rows []loadtest.Failure) int64 {
	n := int64(0)
	for _, f := range rows {
		n += f.Count
	}
	return n
}

// A matcher picks failures by their cause.
type matcher func(cause) bool

func ofClass(classes ...string) matcher {
	return func(c cause) bool { return slices.Contains(classes, c.class) }
}

// sum is the number of named failures that match.
func (o occurrences) sum(match matcher) int64 {
	n := int64(0)
	for _, r := range o.rows {
		if match(r.cause) {
			n += r.Count
		}
	}
	return n
}

// count is the number of failures that match, hidden being the most that may
// match beside them without saying so.
func (o occurrences) count(match matcher, hidden int64, formula string) measure.Value {
	if o.file == "" {
		return measure.None(measure.Count, measure.NoSource, needFailures)
	}
	n := float64(o.sum(match))
	method := measure.Exact
	if o.unnamed+hidden > 0 {
		method = measure.Bounded
		formula += fmt.Sprintf("; %d failures more may be of this kind", o.unnamed+hidden)
	}
	return measure.Within(n, n, n+float64(o.unnamed+hidden), measure.Count, method,
		measure.Source{File: o.file, Lines: o.lines, Column: "Occurrences", Formula: formula})
}

// endpoints are the endpoints of the failures that match, most first.
func (o occurrences) endpoints(match matcher) []EndpointCount {
	var out []EndpointCount
	for _, r := range o.rows {
		if !match(r.cause) {
			continue
		}
		i := slices.IndexFunc(out, func(e EndpointCount) bool { return e.Endpoint == r.Endpoint })
		if i < 0 {
			out = append(out, EndpointCount{Endpoint: r.Endpoint})
			i = len(out) - 1
		}
		out[i].Count += r.Count
	}
	slices.SortStableFunc(out, func(a, b EndpointCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Endpoint.Name, b.Endpoint.Name), cmp.Compare(a.Endpoint.Method, b.Endpoint.Method))
	})
	return out
}

// seenSlack is how far a row's First and Last Seen may lie from the window
// that its failures were counted in, in s: whole seconds, a worker's clock, a
// master's step.
const seenSlack = 4

// within bounds how many of the failures after sample from up to sample to
// match. A window's failures of an endpoint are known; of them, at most as many
// are of another kind as the endpoint had of it in the whole run, counting only
// kinds that were seen at that time where the file says when.
func (o occurrences) within(c *context, from, to int, match matcher) (low, high int64) {
	h := c.history
	spans := spansOf(h, from, to)
	failed := int64(0)
	for _, sp := range spans {
		failed += sp.delta(h.Total.Failures)
	}
	if failed == 0 {
		return 0, 0
	}
	if o.file == "" || len(spans) != 1 || !inLastSegment(h, spans[0]) {
		return 0, failed
	}
	begin, end := c.edge(from)-seenSlack, c.edge(to)+seenSlack
	type kinds struct{ yes, no, rows int64 }
	by, all := map[loadtest.Endpoint]kinds{}, kinds{}
	for _, r := range o.rows {
		k, a := by[r.Endpoint], all
		k.rows, a.rows = k.rows+r.Count, a.rows+r.Count
		if r.First.IsZero() || unix(r.First) <= end && unix(r.Last) >= begin {
			if match(r.cause) {
				k.yes, a.yes = k.yes+r.Count, a.yes+r.Count
			} else {
				k.no, a.no = k.no+r.Count, a.no+r.Count
			}
		}
		by[r.Endpoint], all = k, a
	}
	// bound is for f of a series' failures, of which the file has those of k.
	bound := func(s *loadtest.Series, f int64, k kinds) (int64, int64) {
		unnamed := max(0, s.Failures[len(s.Failures)-1]-k.rows)
		return max(0, f-k.no-unnamed), min(f, k.yes+unnamed)
	}
	low, high = bound(&h.Total, failed, all)
	sumLow, sumHigh, covered := int64(0), int64(0), int64(0)
	for i := range h.Endpoints {
		s := &h.Endpoints[i]
		f := spans[0].delta(s.Failures)
		l, u := bound(s, f, by[s.Endpoint])
		sumLow, sumHigh, covered = sumLow+l, sumHigh+u, covered+f
	}
	if covered == failed {
		low, high = max(low, sumLow), min(high, sumHigh)
	}
	return min(low, high), high
}

// rateLimited is the number of 429s after sample from up to sample to.
func (c *context) rateLimited(o occurrences, from, to int) measure.Value {
	if o.file == "" {
		return measure.None(measure.Count, measure.NoSource, needFailures)
	}
	low, high := o.within(c, from, to, ofClass(classRateLimited))
	src := measure.Source{File: o.file, Lines: o.lines, Column: "Occurrences", Formula: "failures of the window that can only be, and that can be, 429s"}
	if low == high {
		return measure.Of(float64(low), measure.Count, src)
	}
	return measure.Within(float64(low+high)/2, float64(low), float64(high), measure.Count, measure.Bounded, src)
}

// A reach is the samples between which something began or ended.
type reach struct{ from, to int }

// extent returns in which samples the first and the last of the failures that
// match were counted, as far as can be told: the k-th last failure of an endpoint
// that failed k times in this way came no later than the first of them. ok is
// false when nothing matches or the history cannot place it.
func (o occurrences) extent(c *context, match matcher) (first, last reach, ok bool) {
	h := c.history
	if h == nil || len(h.Time) == 0 {
		return first, last, false
	}
	segment := segments(h)[len(segments(h))-1]
	place := func(s *loadtest.Series, all, wanted int64, seen, gone float64) {
		f, l := reach{-1, segment.To}, reach{segment.From, segment.To}
		for i := segment.From; i <= segment.To; i++ {
			n := s.Failures[i]
			if n > 0 && f.from < 0 {
				f.from = i
			}
			if n > all-wanted && i < f.to {
				f.to = i
			}
			if i > segment.From && n > s.Failures[i-1] && n <= s.Failures[segment.To] && s.Failures[segment.To] >= all {
				l.to = i
			}
			if n < wanted {
				l.from = i + 1
			}
		}
		l.from = min(l.from, segment.To)
		if f.from < 0 { // they came after the history's last row
			f.from = segment.To
		}
		if !math.IsNaN(seen) {
			at := c.sampleAt(seen - c.start)
			f = reach{max(segment.From, at), min(segment.To, at+2)}
			at = c.sampleAt(gone - c.start)
			l = reach{max(segment.From, at), min(segment.To, at+2)}
		}
		f.from, l.from = min(f.from, f.to), min(l.from, l.to)
		if !ok {
			first, last, ok = f, l, true
			return
		}
		first = reach{min(first.from, f.from), min(first.to, f.to)}
		last = reach{max(last.from, l.from), max(last.to, l.to)}
	}
	type part struct {
		all, wanted int64
		seen, gone  float64
	}
	parts := func(belongs func(loadtest.Endpoint) bool) part {
		p := part{seen: math.NaN(), gone: math.NaN()}
		dated := true
		for _, r := range o.rows {
			if !belongs(r.Endpoint) {
				continue
			}
			p.all += r.Count
			if match(r.cause) {
				p.wanted += r.Count
				dated = dated && !r.First.IsZero()
				if dated && !(p.seen <= unix(r.First)) {
					p.seen = unix(r.First)
				}
				if dated && !(p.gone >= unix(r.Last)) {
					p.gone = unix(r.Last)
				}
			}
		}
		if !dated {
			p.seen, p.gone = math.NaN(), math.NaN()
		}
		return p
	}
	placed := int64(0)
	for i := range h.Endpoints {
		s := &h.Endpoints[i]
		if p := parts(func(e loadtest.Endpoint) bool { return e == s.Endpoint }); p.wanted > 0 {
			place(s, p.all, p.wanted, p.seen, p.gone)
			placed += p.wanted
		}
	}
	if wanted := o.sum(match); placed < wanted {
		first, last, ok = reach{}, reach{}, false
		p := parts(func(loadtest.Endpoint) bool { return true })
		if wanted > 0 {
			place(&h.Total, p.all, p.wanted, p.seen, p.gone)
		}
	}
	return first, last, ok
}
