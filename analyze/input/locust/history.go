package locust

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"

	"github.com/peakload/peakload/analyze/loadtest"
)

// ReadHistory reads a _stats_history.csv. file is what the user calls it. A
// file with a header and nothing else, or quite empty, is a History without
// samples, with a note.
func ReadHistory(r io.Reader, file string) (*loadtest.History, []loadtest.Note, error) {
	return readHistory(r, file, max(1, min(runtime.GOMAXPROCS(0), 4)))
}

func readHistory(r io.Reader, file string, workers int) (*loadtest.History, []loadtest.Note, error) {
	h := &loadtest.History{File: file, Step: 1}
	n := &notes{file: file}
	s := &splitter{r: r}
	l, unknown, err := s.readLayout(file)
	if err != nil {
		return nil, nil, err
	}
	if l == nil {
		n.add("empty_history", loadtest.Error, 0, "The history is empty: Locust was killed before it wrote anything, or is still starting.")
		return h, n.list, nil
	}
	if len(unknown) > 0 {
		n.add("unknown_columns", loadtest.Info, 1, "Columns that no version of Locust writes were ignored: %s.", few(unknown))
	}
	h.Percentiles = l.percentiles
	h.NoUsers = !has(l.column, colUsers)
	b := &builder{History: h, notes: n, layout: l, ids: map[loadtest.Endpoint]int{}, names: map[*parser][]int32{}}
	if err := decode(s, l, workers, b.use); err != nil {
		return nil, nil, err
	}
	b.finish()
	// A clock is set once or twice in a run; rows that were sorted or shuffled
	// go back all the time, and their counters mean nothing.
	if b.backs > 3 && 10*b.backs > len(h.Time) {
		return nil, nil, fmt.Errorf("%s:%d: time goes back here and on %d of %d samples in all: the rows are not in the order in which Locust wrote them; use the file as it was written, or sort it by Timestamp",
			file, b.backAt, b.backs, len(h.Time))
	}
	return h, n.list, nil
}

func has(columns []uint8, kind uint8) bool {
	for _, c := range columns {
		if c == kind {
			return true
		}
	}
	return false
}

// A builder turns rows into the columns of a History. Rows come in groups, one
// a second: the endpoints', sorted by name, and then the Aggregated one.
type builder struct {
	*loadtest.History
	*notes
	*layout
	ids   map[loadtest.Endpoint]int
	names map[*parser][]int32 // a parser's names as places in Endpoints; aggregated for the total's

	// The group being read. Its endpoints' values are in the series already,
	// one sample beyond those of Time.
	rows    int   // of the group, so far
	first   int   // line of its first row
	time    int64 // of its rows
	sum     int64 // of its endpoints' requests
	falls   bool  // an endpoint's counter fell
	listed  int   // endpoints in the group
	pending bool  // kept is an Aggregated row that could be an endpoint's
	kept    row
	tail    []float32

	before    int // endpoints listed in the group before
	shift     int64
	backs     int // samples before which time went back
	backAt    int // line of the first of them
	lastRate  float64
	checks    checks
	sawRepeat int
}

// aggregated stands for the total in builder.names.
const aggregated = -1

func (b *builder) use(batch *batch) error {
	np := len(b.percentiles)
	if batch.foreign && !b.checks.foreign {
		b.checks.foreign = true
		b.add("not_utf8", loadtest.Info, 0, "Names in this file are not UTF-8; they were read as Windows-1252.")
	}
	ids := b.places(batch)
	for i := range batch.rows {
		r := &batch.rows[i]
		b.row(r, batch.quantiles[i*np:(i+1)*np], int(ids[r.name]))
	}
	if batch.torn() {
		b.add("torn_row", loadtest.Warn, batch.err.Line, "The last row is cut off and was left out: Locust ended before it wrote the rest.")
	}
	return nil
}

// places returns the places of a parser's names in Endpoints.
func (b *builder) places(batch *batch) []int32 {
	ids := b.names[batch.parser]
	for _, e := range batch.names[len(ids):] {
		id := aggregated
		if !isTotal(e) {
			id = b.place(e)
		}
		ids = append(ids, int32(id))
	}
	b.names[batch.parser] = ids
	return ids
}

// place returns the place of an endpoint, which it makes if need be.
func (b *builder) place(e loadtest.Endpoint) int {
	id, ok := b.ids[e]
	if !ok {
		id = len(b.Endpoints)
		b.ids[e] = id
		b.Endpoints = append(b.Endpoints, loadtest.Series{Endpoint: e})
	}
	return id
}

// isTotal reports whether a name is that of the Aggregated row: "Total" before
// 0.12, with the method None before 1.1. An endpoint may have the same name.
func isTotal(e loadtest.Endpoint) bool {
	return (e.Name == "Aggregated" || e.Name == "Total") && (e.Method == "" || e.Method == "None")
}

func (b *builder) row(r *row, q []float32, id int) {
	if b.pending {
		b.decide(r)
	}
	if b.rows > 0 && b.family == family12 && r.time != b.time {
		b.tornGroup(false)
	}
	if b.rows == 0 {
		b.first, b.time = r.line, r.time
	}
	b.rows++
	if id == aggregated {
		b.pending, b.kept, b.tail = true, *r, append(b.tail[:0], q...)
		return
	}
	b.endpointRow(r, q, id)
}

func (b *builder) endpointRow(r *row, q []float32, id int) {
	s, n, np := &b.Endpoints[id], len(b.Time), len(b.percentiles)
	if len(s.Requests) > n { // a second row of one endpoint in a group: the later counts
		truncate(s, n, np)
	}
	b.pad(s, n)
	if n > 0 && r.requests < s.Requests[n-1] {
		b.falls = true
	}
	b.sum += r.requests
	b.listed++
	b.checks.see(r, q, b.percentiles, false)
	push(s, r, q)
}

// decide says what the pending Aggregated row was, now that the row after it
// is known: an endpoint may be called Aggregated too, and the total is the
// last row of its group. next is nil at the end of the file.
func (b *builder) decide(next *row) {
	r := &b.kept
	b.pending = false
	total := next == nil || next.time != r.time || b.rows == 1 || r.requests == b.sum
	if total {
		b.total(r, b.tail)
		return
	}
	b.endpointRow(r, b.tail, b.place(loadtest.Endpoint{Name: "Aggregated"}))
}

// total ends a group with its Aggregated row: one sample more.
func (b *builder) total(r *row, q []float32) {
	t, n, np := &b.Total, len(b.Time), len(b.percentiles)
	b.checks.see(r, q, b.percentiles, true)
	if b.listed > 0 && b.sum != r.requests {
		b.checks.mismatch(r.line)
	}
	time := r.time + b.shift
	if n > 0 {
		if back := b.Time[n-1] - time; back > 0 && len(b.Time) > 0 {
			time = b.clockBack(r, back)
		}
		if gap := time - b.Time[n-1]; gap >= 3 {
			b.checks.gap(gap, b.Line[n-1])
		}
		b.checks.frozen(b, r, n)
	}
	why := b.reset(r, n)
	push(t, r, q)
	b.Time, b.Line, b.Users = append(b.Time, time), append(b.Line, r.line), append(b.Users, max(0, r.users))
	if b.listed > 0 {
		b.FullHistory = true
	}
	b.lastRate = r.rate
	if n == 0 {
		why = "start"
	}
	if why != "" {
		b.Segments = append(b.Segments, loadtest.Segment{From: n, To: n, Why: why})
	}
	b.Segments[len(b.Segments)-1].To = n
	if why == "" && time == b.Time[n-1] {
		b.merge(np)
	}
	b.before = b.listed
	b.newGroup()
}

func (b *builder) newGroup() { b.rows, b.sum, b.listed, b.falls = 0, 0, 0, false }

// merge keeps the later of two samples of one second, so that time ascends.
// Nothing is lost: the counters are cumulative.
func (b *builder) merge(np int) {
	b.sawRepeat++
	n := len(b.Time) - 1
	drop := func(s *loadtest.Series) {
		b.pad(s, n+1)
		s.Requests = append(s.Requests[:n-1], s.Requests[n])
		s.Failures = append(s.Failures[:n-1], s.Failures[n])
		for _, x := range [...]*[]float64{&s.Mean, &s.Median, &s.Min, &s.Max, &s.Size, &s.Rate} {
			if *x != nil {
				*x = append((*x)[:n-1], (*x)[n])
			}
		}
		s.Quantiles = append(s.Quantiles[:(n-1)*np], s.Quantiles[n*np:(n+1)*np]...)
	}
	drop(&b.Total)
	for i := range b.Endpoints {
		drop(&b.Endpoints[i])
	}
	b.Time, b.Line, b.Users = b.Time[:n], append(b.Line[:n-1], b.Line[n]), append(b.Users[:n-1], b.Users[n])
	b.Segments[len(b.Segments)-1].To = n - 1
}

// clockBack keeps time ascending where the wall clock was set back: the row
// counts as written one second after the one before it.
func (b *builder) clockBack(r *row, back int64) int64 {
	b.shift += back + 1
	if b.backs++; b.backs == 1 {
		b.backAt = r.line
	}
	b.add("clock_stepped_back", loadtest.Warn, r.line,
		"The clock of the load generator went back by %d s; later times are shifted by %d s so that durations hold.", back, b.shift)
	return r.time + b.shift
}

// reset says why counters begin anew with this group, or "". Counts never fall
// until Locust clears them. Where more requests followed in the same second
// than there had been before, the count does not tell; then two of the other
// cumulative columns must: failures, the maximum and the sum of latencies never
// fall, the minimum never rises. One alone is a damaged cell. Clearing also
// removes the endpoints (clear_all, a new test); resetting keeps them at zero
// (reset_all).
func (b *builder) reset(r *row, n int) string {
	if n == 0 {
		return ""
	}
	t, last := &b.Total, n-1
	restarted := !b.NoUsers && b.Users[last] == 0 && r.users > 0 && t.Requests[last] > 0
	signs := 0
	for _, sign := range [...]bool{
		r.failures < t.Failures[last],
		r.max < t.Max[last],
		t.Min[last] > 0 && r.min > t.Min[last],
		r.mean*float64(r.requests) < 0.999*t.Mean[last]*float64(t.Requests[last]),
	} {
		if sign {
			signs++
		}
	}
	fell := r.requests < t.Requests[last] || b.falls || r.requests == t.Requests[last] && signs > 0
	switch {
	case !fell && signs == 1:
		b.add("implausible_row", loadtest.Warn, r.line,
			"A cumulative column goes back although the count of requests grows: the row may be damaged, or the statistics were reset just then.")
		return ""
	case !fell && signs == 0:
		return ""
	case restarted, b.FullHistory && b.listed < b.before:
		return "new test"
	}
	return "counters reset"
}

// tornGroup drops the rows of a group whose Aggregated row is missing.
func (b *builder) tornGroup(last bool) {
	for i := range b.Endpoints {
		if s := &b.Endpoints[i]; len(s.Requests) > len(b.Time) {
			truncate(s, len(b.Time), len(b.percentiles))
		}
	}
	where := "A second"
	if last {
		where = "The last second"
	}
	b.add("torn_group", loadtest.Warn, b.first,
		"%s of the history has rows of %d of its endpoints and no Aggregated row, and was left out: Locust ended before it wrote the rest.", where, b.rows)
	b.newGroup()
}

func (b *builder) finish() {
	if b.pending {
		b.decide(nil)
	}
	if b.rows > 0 {
		b.tornGroup(true)
	}
	kept := b.Endpoints[:0]
	for i := range b.Endpoints {
		if s := &b.Endpoints[i]; some(s.Requests) || some(s.Failures) { // else it was only in a torn group
			b.pad(s, len(b.Time))
			kept = append(kept, *s)
		}
	}
	b.Endpoints = kept
	b.CustomBuckets = b.checks.fine > 0
	if len(b.Time) == 0 {
		b.add("empty_history", loadtest.Error, 0, "The history has a header and no complete sample: Locust was killed before it wrote one.")
		return
	}
	b.Step = step(b.History)
	b.Scope, b.ScopeWhy = scope(b.History, b.family, &b.checks)
	b.checks.report(b)
}

func some(counts []int64) bool {
	return slices.ContainsFunc(counts, func(n int64) bool { return n > 0 })
}

// push adds a row to a series.
func push(s *loadtest.Series, r *row, q []float32) {
	n := len(s.Requests)
	if n == cap(s.Requests) {
		grow(s, r, len(q))
	}
	s.Requests, s.Failures = s.Requests[:n+1], s.Failures[:n+1]
	s.Requests[n], s.Failures[n] = r.requests, r.failures
	s.Mean, s.Median = s.Mean[:n+1], s.Median[:n+1]
	s.Mean[n], s.Median[n] = r.mean, r.median
	s.Min, s.Max, s.Size = s.Min[:n+1], s.Max[:n+1], s.Size[:n+1]
	s.Min[n], s.Max[n], s.Size[n] = r.min, r.max, r.size
	if !r.noRate {
		s.Rate = s.Rate[:n+1]
		s.Rate[n] = r.rate
	}
	s.Quantiles = append(s.Quantiles, q...)
}

// grow makes room for as many samples again in all columns of a series:
// append would grow long ones by a quarter, and copy each figure five times.
func grow(s *loadtest.Series, r *row, np int) {
	n := max(64, len(s.Requests))
	s.Requests, s.Failures = slices.Grow(s.Requests, n), slices.Grow(s.Failures, n)
	room := cap(s.Requests)
	for _, x := range [...]*[]float64{&s.Mean, &s.Median, &s.Min, &s.Max, &s.Size, &s.Rate} {
		if x != &s.Rate || !r.noRate {
			*x = slices.Grow(*x, room-len(*x))
		}
	}
	s.Failures = slices.Grow(s.Failures, room-len(s.Failures))
	s.Quantiles = slices.Grow(s.Quantiles, room*np-len(s.Quantiles))
}

// pad fills a series up to n samples in which its endpoint was not listed: it
// had no request yet, or none since the statistics were cleared.
func (b *builder) pad(s *loadtest.Series, n int) {
	if len(s.Requests) >= n {
		return
	}
	nan := math.NaN()
	empty := row{median: nan, mean: nan, min: nan, max: nan, size: nan, rate: nan, noRate: b.blank.noRate}
	quantiles := make([]float32, len(b.percentiles))
	for i := range quantiles {
		quantiles[i] = float32(nan)
	}
	for len(s.Requests) < n {
		push(s, &empty, quantiles)
	}
}

// truncate cuts a series to n samples.
func truncate(s *loadtest.Series, n, np int) {
	s.Requests, s.Failures = s.Requests[:n], s.Failures[:n]
	s.Mean, s.Median = s.Mean[:n], s.Median[:n]
	s.Min, s.Max, s.Size = s.Min[:n], s.Max[:n], s.Size[:n]
	if s.Rate != nil {
		s.Rate = s.Rate[:n]
	}
	s.Quantiles = s.Quantiles[:n*np]
}
