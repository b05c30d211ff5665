package analyze

import (
	"math"
	"time"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// Run answers every question that the recorded run, the plan and the baseline
// allow, but for those of causes: the diagnosis, the issues and the lessons are
// package diagnose's, which is given what Run returns. p may be empty or nil; baseline is nil when there is none. r is not
// changed.
//
// Where a history holds several tests (Locust's web UI writes them into one
// file), the one with the most requests is analysed and a note says so.
func Run(r *loadtest.Run, p *plan.Plan, baseline *loadtest.Run) *Analysis {
	if p == nil {
		p = &plan.Plan{}
	}
	c := newContext(r, p)
	var base *context
	if baseline != nil && baseline.Basis == nil {
		base = newContext(baseline, p)
	}
	c.failures = failures(c)
	c.stability = stability(c)
	c.stability.Interruptions = c.interruptions()
	c.targets = c.judgeTargets()
	c.judgePhases()
	c.resources = resources(c, base)
	c.rateLimit = rateLimit(c)

	a := &Analysis{
		Recorded:  c.run,
		Run:       c.summary(),
		Plan:      p,
		Targets:   c.targets,
		Figures:   c.askedFigures(),
		Verdict:   verdict(c.targets),
		Phases:    c.phases,
		Absent:    c.absent,
		WholeRun:  c.whole,
		Endpoints: c.endpoints(),
		Stability: c.stability,
		Failures:  c.failures,
		RateLimit: c.rateLimit,
		Timeline:  c.timeline(),
		Tracks:    c.tracks.chosen,
		Resources: c.resources,
		Links:     c.links(),
	}
	c.limits = c.capacity(base)
	a.Capacity = c.limits
	a.sinceWhen()
	a.Bands = c.bands()
	a.Mechanisms = c.mechanisms()
	now := basisOf(c)
	a.Basis, a.CPU = c.record(now), now.cpu.value
	switch {
	case baseline != nil && baseline.Basis != nil:
		a.Baseline = compare(now, recalled(baseline.Basis), p.Count429)
	case base != nil:
		a.Baseline = compare(now, basisOf(base), p.Count429)
	}
	a.Expectations = c.expectations()
	c.crossCheck()
	c.noteSkews()
	a.Quality = c.notes
	return a
}

// A context is what the questions share: the part of the run that is analysed
// and what has been found out about it so far. Run fills it from top to
// bottom; a question may use what stands above its own answer.
type context struct {
	run     *loadtest.Run     // narrowed to the test that is analysed
	plan    *plan.Plan        // never nil
	history *loadtest.History // run.History when it has samples, else nil
	lat     *latencies
	// instants are the fractional Unix times of the history's rows; empty
	// without a history.
	instants []float64
	// start is where the run's seconds count from, in Unix seconds; NaN when no
	// file tells.
	start float64
	// limited bounds the 429s of a window.
	limited limits429
	// meanStep is the step to which the history's mean latencies were rounded,
	// in s; 0 is full precision.
	meanStep float64
	lags     bool                 // see lagging
	windows  map[windowKey]Window // that were reduced before
	notes    []loadtest.Note      // the run's and the analysis's own

	history0 Window  // every sample of the history; meaningless without one
	whole    Window  // the whole run from the latest source
	phases   []Phase // tile history0; empty without a history
	absent   []plan.Phase

	occurrences occurrences // what failures rest on; set by them
	failures    FailureReport
	stability   Stability
	targets     []TargetResult
	rateLimit   RateLimit
	limits      Capacity
	tracks      tracks // what was seen of resources
	resources   []Resource
}

// newContext narrows the run to one test and finds its phases.
func newContext(r *loadtest.Run, p *plan.Plan) *context {
	run, notes := narrow(r)
	notes = append(notes, mendHistory(run)...)
	c := &context{run: run, plan: p, notes: notes, start: math.NaN()}
	if h := run.History; h != nil && len(h.Time) > 0 {
		c.history = h
	}
	c.lat = newLatencies(run)
	if c.history != nil {
		c.instants = c.lat.instants()
		c.meanStep = meanStep(c.history)
		c.lags = lagging(c.history)
	}
	c.limited = newLimits429(run)
	c.start = c.startTime()
	if c.history != nil {
		c.history0 = c.window(firstEdge(c.history), len(c.history.Time)-1)
	}
	c.whole = c.wholeRun()
	c.phases, c.absent = c.findPhases()
	c.tracks = newTracks(c)
	return c
}

// firstEdge returns the From of a window over a whole history: -1 when the
// first row has counted something already, else the first row.
func firstEdge(h *loadtest.History) int {
	if h.Total.Requests[0] > 0 || len(h.Time) == 1 {
		return -1
	}
	return 0
}

// startTime returns the Unix time that the run's seconds count from: the
// history's first row, else what the JSON or the HTML says.
func (c *context) startTime() float64 {
	if c.history != nil {
		// Milliseconds, so that the start that is printed is the start that was
		// counted from.
		return math.Round(c.edge(firstEdge(c.history))*1000) / 1000
	}
	if js := c.run.Histograms; js != nil {
		start := math.NaN()
		for _, e := range js.Endpoints {
			if e.Start > 0 && !(start <= e.Start) {
				start = e.Start
			}
		}
		if !math.IsNaN(start) {
			return start
		}
	}
	if pg := c.run.Page; pg != nil && !pg.Start.IsZero() {
		return unix(pg.Start)
	}
	return math.NaN()
}

// edge returns the Unix time at which a window bounded by sample i begins or
// ends. Sample -1 is one step before the first row.
func (c *context) edge(i int) float64 {
	if i >= 0 {
		return c.instants[i]
	}
	step := c.history.Step
	if !(step > 0) {
		step = 1
	}
	return c.instants[0] - step
}

// at returns the run's second at which sample i was written.
func (c *context) at(i int) float64 {
	s := c.edge(i) - c.start
	if math.Abs(s) < 0.001 { // the start is rounded to milliseconds
		return 0
	}
	return s
}

// usersAt returns the users at sample i; none before the first.
func (c *context) usersAt(i int) int {
	if i < 0 {
		return 0
	}
	return c.history.Users[i]
}

// sampleAt returns the last sample written at or before second s of the run,
// or -1.
func (c *context) sampleAt(s float64) int {
	i := -1
	for i+1 < len(c.instants) && c.at(i+1) <= s {
		i++
	}
	return i
}

// knowsLoad reports whether the number of users over time is recorded, which
// Locust's history does since 1.0.
func (c *context) knowsLoad() bool { return c.history != nil && !c.history.NoUsers }

// peaks returns the phases at the highest user level.
func (c *context) peaks() []*Phase {
	var out []*Phase
	for i := range c.phases {
		if c.phases[i].Kind == Peak {
			out = append(out, &c.phases[i])
		}
	}
	return out
}

// peak returns the longest phase at the highest user level, the earliest of
// equals; nil when the run had no plateau there.
func (c *context) peak() *Phase {
	var best *Phase
	for _, p := range c.peaks() {
		if best == nil || p.End-p.Start > best.End-best.Start {
			best = p
		}
	}
	return best
}

// note adds a data-quality note unless there is one with its code already.
func (c *context) note(n loadtest.Note) {
	for _, have := range c.notes {
		if have.Code == n.Code {
			return
		}
	}
	c.notes = append(c.notes, n)
}

func unix(t time.Time) float64 {
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}

// fromUnix returns the UTC time of Unix seconds, to the millisecond; NaN is the
// zero time.
func fromUnix(s float64) time.Time {
	if math.IsNaN(s) {
		return time.Time{}
	}
	return time.UnixMilli(int64(math.Round(s * 1000))).UTC()
}
