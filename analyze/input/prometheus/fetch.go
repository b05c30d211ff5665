package prometheus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/peakload/peakload/analyze/loadtest"
)

// Fetched is what a server knew of a run.
type Fetched struct {
	Tracks []loadtest.Track
	// Input is the record of what was read: the address without anything
	// secret, and the hash of all answers in a canonical form.
	Input loadtest.Input
	Notes []loadtest.Note
}

const (
	// mostPoints is what Prometheus gives of a series in one answer
	// (web/api/v1/api.go: 11,000).
	mostPoints = 11_000
	// goodPoints is how many points a series needs at most where the scrapes
	// are closer; coarsest is the step beyond which ten-second peaks are lost.
	goodPoints = 2_000
	coarsest   = 10.0
	// unknownInterval is how often targets are scraped where that cannot be
	// told; Prometheus's own default is a minute, most set-ups have 15 s.
	unknownInterval = 15.0
	// scrapesInRate is how many scrapes a rate is taken over: enough for one to
	// be missed (https://www.robustperception.io/what-range-should-i-use-with-rate).
	scrapesInRate = 4
	mostTracks    = 1_000
	atOnce        = 4 // queries under way at once
)

// Around returns the window to ask about for a run between first and last: up
// to a minute more on either side, for what is normal and for the recovery,
// but nothing after now. All are in Unix seconds.
func Around(first, last, now float64) (from, to float64) {
	return first - 60, max(last, min(last+60, now))
}

// A stretch is the window and grid of a run's queries.
type stretch struct{ from, to, step, window float64 }

// Fetch asks for everything that is known of the window from from to to, in
// Unix seconds. It fails if the server cannot be reached or refuses to answer;
// a query that fails alone is a note, and one without an answer is nothing: the
// exporter is not there.
func (c *Client) Fetch(ctx context.Context, from, to float64) (*Fetched, error) {
	if !(to > from) {
		return nil, fmt.Errorf("%s: the run has no duration to ask about", c.Address())
	}
	ctx, cancel := context.WithTimeout(ctx, c.total)
	defer cancel()
	f := &fetching{Client: c, out: &Fetched{}, jobs: map[string]string{}, taken: map[[2]string]int{}}
	s, err := f.grid(ctx, from, to)
	if err != nil {
		if errors.Is(err, errTimeout) {
			err = fmt.Errorf("no answer within %v", c.perQuery)
		}
		return nil, fmt.Errorf("%s: %w", c.Address(), err)
	}
	queries := append(slices.Clone(c.queries), builtin...)
	answers := f.all(ctx, queries, s)
	f.nameJobs(answers)
	names := f.all(ctx, []Query{{PromQL: inApp}}, stretch{s.from, s.to, max(s.step, math.Ceil((s.to-s.from)/20)), s.window})
	more := f.appQueries(names[0])
	queries = append(queries, more...)
	answers = append(answers, f.all(ctx, more, s)...)
	if err := f.take(queries, answers); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Address(), err)
	}
	f.finish()
	return f.out, nil
}

// A fetching is a Fetch under way.
type fetching struct {
	*Client
	out     *Fetched
	jobs    map[string]string // component of each job
	figures matrix
	taken   map[[2]string]int // component and metric → query that gave it
}

// A reply is the answer to one query.
type reply struct {
	results  []result
	warnings []string
	err      error
}

// grid finds out how often targets are scraped and lays the window's grid.
func (f *fetching) grid(ctx context.Context, from, to float64) (stretch, error) {
	probeFrom := max(from, math.Floor(to)-300)
	results, _, err := f.ask(ctx, interval, probeFrom, math.Floor(to), 1)
	if q := (*queryError)(nil); errors.As(err, &q) {
		err = nil // a server that lacks the function is asked without it
	}
	if err != nil {
		return stretch{}, err
	}
	shortest, longest := math.Inf(1), 0.0
	for _, r := range results {
		if d := scrapeInterval(r.value); d > 0 && d <= 60 {
			shortest, longest = min(shortest, d), max(longest, d)
		}
	}
	if longest == 0 {
		shortest, longest = unknownInterval, unknownInterval
	}
	return lay(from, to, shortest, longest), nil
}

// scrapeInterval returns the median distance of different times.
func scrapeInterval(times []float64) float64 {
	var gaps []float64
	for i := 1; i < len(times); i++ {
		if d := times[i] - times[i-1]; d > .05 {
			gaps = append(gaps, d)
		}
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// lay chooses the step: as close as the scrapes, a second at least; wider for
// long runs, but not so wide that peaks of ten seconds are lost. Instants are
// multiples of the step, so that the same run gives the same answers.
func lay(from, to, shortest, longest float64) stretch {
	step := max(1, math.Round(shortest))
	if wide := math.Ceil((to - from) / goodPoints); wide > step {
		step = max(step, min(wide, coarsest))
	}
	return stretch{
		from: math.Ceil(from/step) * step, to: math.Floor(to/step) * step, step: step,
		window: max(math.Ceil(scrapesInRate*longest-.2), 2*step),
	}
}

// all asks several queries, a few at a time, and returns the answers in the
// order of the queries.
func (f *fetching) all(ctx context.Context, queries []Query, s stretch) []reply {
	answers := make([]reply, len(queries))
	var wait sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i := range queries {
		wait.Add(1)
		free <- struct{}{}
		go func() {
			defer wait.Done()
			defer func() { <-free }()
			answers[i] = f.long(ctx, strings.ReplaceAll(queries[i].PromQL, "$w", decimal(s.window)+"s"), s)
		}()
	}
	wait.Wait()
	return answers
}

// long asks one query, in parts where one answer would be too long.
func (f *fetching) long(ctx context.Context, promQL string, s stretch) reply {
	var all reply
	at := map[string]int{}
	most := (mostPoints - 1000) * s.step
	for from := s.from; from <= s.to; from += most {
		results, warnings, err := f.ask(ctx, promQL, from, min(s.to, from+most-s.step), s.step)
		if err != nil {
			return reply{err: err}
		}
		all.warnings = append(all.warnings, warnings...)
		for _, r := range results {
			key := r.key()
			if i, ok := at[key]; ok {
				all.results[i].append(r)
				continue
			}
			at[key] = len(all.results)
			all.results = append(all.results, r)
		}
	}
	slices.SortFunc(all.results, func(a, b result) int { return strings.Compare(a.key(), b.key()) })
	return all
}

// nameJobs tells which job is the application: the only one that is no
// exporter and no load generator, or the only one that is called so. Where
// that cannot be told every job goes by its own name.
func (f *fetching) nameJobs(answers []reply) {
	seen := map[string]bool{}
	var jobs, called []string
	for _, a := range answers {
		for _, r := range a.results {
			job := r.labels["job"]
			if job == "" || seen[job] || r.byJob() != "app" {
				continue
			}
			seen[job] = true
			jobs = append(jobs, job)
			if componentIn(wordsOf(job)) == "app" {
				called = append(called, job)
			}
		}
	}
	slices.Sort(jobs)
	for _, job := range jobs {
		f.jobs[job] = strings.Join(wordsOf(job), "_")
		if len(jobs) == 1 || len(called) == 1 && called[0] == job {
			f.jobs[job] = "app"
		}
	}
	if len(jobs) > 1 && len(called) != 1 {
		f.note("prometheus_jobs", loadtest.Info, fmt.Sprintf("Prometheus scrapes %d jobs (%s), and none can be told to be the application under test, so each goes by its own name; a query in peakload.yaml can say which it is.", len(jobs), list(jobs)))
	}
}

func list(names []string) string {
	if len(names) > 8 {
		return strings.Join(names[:8], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// appQueries makes queries of the families of the application's that were
// found.
func (f *fetching) appQueries(found reply) []Query {
	var names []string
	for _, r := range found.results {
		if _, ok := f.jobs[r.labels["job"]]; ok || r.labels["job"] == "" {
			names = append(names, r.name)
		}
	}
	slices.Sort(names)
	var out []Query
	for _, name := range slices.Compact(names) {
		if len(out) < 60 {
			out = append(out, inAppQueries(name)...)
		}
	}
	return out
}

// take makes figures of all answers.
func (f *fetching) take(queries []Query, answers []reply) error {
	f.figures = matrix{of: map[figure][]result{}}
	hash := sha256.New()
	size := int64(0)
	answered, late := 0, 0
	for i, q := range queries {
		a := answers[i]
		if a.err != nil {
			var gone *unavailable
			switch {
			case errors.As(a.err, &gone) && answered == 0:
				return gone
			case errors.Is(a.err, errTimeout):
				late++
			case q.own:
				f.note("prometheus_query", loadtest.Warn, fmt.Sprintf("The query of peakload.yaml for %s of %s failed: %s. It is %s", q.Metric, q.Component, a.err, oneLine(q.PromQL)))
			default:
				f.note("prometheus_query", loadtest.Warn, fmt.Sprintf("The query for %s failed: %s. It is %s", q.Metric, a.err, oneLine(q.PromQL)))
			}
			continue
		}
		answered++
		for _, w := range a.warnings {
			f.note("prometheus_warning", loadtest.Info, "Prometheus remarks: "+w+".")
		}
		text := canonical(q.PromQL, a.results)
		hash.Write(text)
		size += int64(len(text))
		f.figuresOf(i, q, a.results)
	}
	if answered == 0 {
		return fmt.Errorf("no query was answered within %v", f.total)
	}
	if late > 0 {
		f.note("prometheus_late", loadtest.Warn, fmt.Sprintf("%d of %d queries had no answer within %v each and %v in all; what they ask for is missing.", late, len(queries), f.perQuery, f.total))
	}
	f.out.Input = loadtest.Input{File: f.Address(), Kind: KindLive, SHA256: hex.EncodeToString(hash.Sum(nil)), Bytes: size}
	return nil
}

// figuresOf adds what one query gave. What an earlier query gave already is
// left alone: the user's own come first.
func (f *fetching) figuresOf(i int, q Query, results []result) {
	scale := q.Scale
	if scale == 0 {
		scale = 1
	}
	for _, r := range results {
		at := figure{component: q.Component, target: r.target(), instance: q.Instance, metric: q.Metric}
		if q.InstanceLabel != "" {
			if v := r.label(strings.Split(q.InstanceLabel, "|")...); v != "" {
				at.instance = v
			}
		}
		switch labels, ok := strings.CutPrefix(q.Component, "="); {
		case ok:
			names := strings.Split(labels, "|")
			at.component = byProcess(r.label(names...))
			parts := []string{r.label("instance")}
			for _, n := range names {
				parts = append(parts, r.labels[n])
			}
			at.target = strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
		case q.Component == "" && q.own:
			at.component = "other"
		case q.Component == "":
			at.component = r.byJob()
			if as, ok := f.jobs[r.labels["job"]]; ok {
				at.component = as
			}
			if at.component == "monitoring" {
				at.instance = r.labels["job"]
			}
		}
		if r.nan {
			if _, ok := f.taken[[2]string{at.component, "hits_total"}]; !ok && len(f.figures.order) < mostTracks {
				f.figures.nothing(at, r)
			}
			continue
		}
		key := [2]string{at.component, at.metric}
		if by, ok := f.taken[key]; ok && by != i {
			continue
		}
		f.taken[key] = i
		if f.figures.of[at] == nil && len(f.figures.order) == mostTracks {
			continue
		}
		if was := f.figures.of[at]; was != nil {
			f.figures.of[at] = []result{scaled(together([]result{was[0], scaled(r, scale)}, mergingOf(at.metric)), 1)}
			continue
		}
		f.figures.order = append(f.figures.order, at)
		f.figures.of[at] = []result{scaled(r, scale)}
	}
}

func scaled(r result, by float64) result {
	out := result{time: r.time, value: make([]float64, len(r.value))}
	for i, v := range r.value {
		out.value[i] = v * by
	}
	return out
}

// finish makes the tracks.
func (f *fetching) finish() {
	f.out.Tracks = f.figures.give()
	for i := range f.out.Tracks {
		f.out.Tracks[i].Kind, f.out.Tracks[i].File = KindLive, f.Address()
	}
	if len(f.figures.order) == mostTracks {
		f.note("prometheus_much", loadtest.Warn, fmt.Sprintf("Prometheus knows more than %d figures of this window, of more than one system as it seems; only the first were taken.", mostTracks))
	}
	if len(f.out.Tracks) == 0 {
		f.note("prometheus_empty", loadtest.Warn, "Prometheus holds nothing of the run's window: no exporter that peakload knows was scraped then, or the clocks or the retention do not reach that far.")
	}
}

func (f *fetching) note(code string, s loadtest.Severity, message string) {
	f.out.Notes = append(f.out.Notes, loadtest.Note{Code: code, Severity: s, Source: f.Address(), Message: message})
}

// canonical is an answer in a form that does not depend on the order or the
// spelling that a server chose.
func canonical(promQL string, results []result) []byte {
	b := append([]byte(promQL), '\n')
	for _, r := range results {
		b = append(b, r.key()...)
		for i, t := range r.time {
			b = append(b, ' ')
			b = strconv.AppendFloat(b, t, 'f', -1, 64)
			b = append(b, '=')
			b = strconv.AppendFloat(b, r.value[i], 'g', -1, 64)
		}
		b = append(b, '\n')
	}
	return b
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
