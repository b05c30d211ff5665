package analyze

import (
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/capacity"
	"github.com/peakload/peakload/analyze/plan"
)

// capacityRun is the run as package capacity knows runs, and the plan's
// targets that load can break, in the order of that run's; ok is false where
// the load over time is not known.
func (c *context) capacityRun() (run *capacity.Run, targets []plan.Target, ok bool) {
	if !c.knowsLoad() || len(c.history.Time) < 2 {
		return nil, nil, false
	}
	run = &capacity.Run{Rows: c.capacityRows()}
	most, past := 0, false
	for _, p := range c.phases {
		most = max(most, p.UsersTo)
	}
	for _, p := range c.phases {
		s := capacity.Stretch{From: p.From, To: p.To}
		switch p.Kind {
		case Step, Peak, Recovery:
			switch {
			case past || p.Kind == Recovery:
				past = true
				run.Later = append(run.Later, s)
			default:
				run.Plateaus = append(run.Plateaus, s)
			}
		case RampUp:
			if !past {
				run.Climbs = append(run.Climbs, s)
			}
		case RampDown:
			past = past || float64(p.UsersTo) <= 0.7*float64(most)
		}
	}
	for _, o := range slices.Concat(c.stability.Interruptions, c.stability.Outages) {
		from, to := c.sampleAt(o.Start), c.sampleAt(o.End)
		run.Out = append(run.Out, capacity.Stretch{From: max(from-1, 0), To: min(to+1, len(c.history.Time)-1)})
	}
	targets = c.breakable()
	hard := false
	for _, t := range targets {
		hard = hard || breaks(t)
	}
	for _, t := range targets {
		kind := capacity.Percentile
		switch t.Metric {
		case plan.Mean:
			kind = capacity.Mean
		case plan.Errors:
			kind = capacity.Errors
		}
		run.Targets = append(run.Targets, capacity.Target{Kind: kind, P: t.P, Limit: t.Limit, Soft: hard && !breaks(t)})
	}
	run.Recorder = recorder{c}
	return run, targets, true
}

// Limits that a load is judged by where the plan states none of its kind:
// those of the built-in document.
const (
	defaultP95    = 1.0  // s
	defaultErrors = 0.05 // ratio
)

// breakable returns the targets that too much load breaks: limits on latency
// and on errors over all endpoints, else the usual ones.
func (c *context) breakable() []plan.Target {
	var out []plan.Target
	for _, t := range c.plan.Targets {
		upper := t.Op == plan.Less || t.Op == plan.LessEqual
		kind := t.Metric == plan.Percentile || t.Metric == plan.Mean || t.Metric == plan.Errors
		if upper && kind && t.Endpoint == "" && (t.Phase == "" || t.Phase == plan.WholeRun) {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		out = []plan.Target{
			{Name: "P95 Latency", Metric: plan.Percentile, P: .95, Op: plan.Less, Limit: defaultP95},
			{Name: "Error Rate", Metric: plan.Errors, Op: plan.Less, Limit: defaultErrors},
		}
	}
	return out
}

// breaks reports whether missing a target is a failure of the system: failed
// requests, or a tail of slow ones. A median or a mean that misses its target
// is degradation; where a plan has nothing else, they stand for the tail.
func breaks(t plan.Target) bool {
	return t.Metric == plan.Errors || t.Metric == plan.Percentile && t.P >= .9
}

// capacityRows are the history's samples as differences of its counters.
func (c *context) capacityRows() []capacity.Row {
	h, s := c.history, &c.history.Total
	rows := make([]capacity.Row, len(h.Time))
	for _, seg := range segments(h) {
		before := growth{}
		for i := seg.From; i <= seg.To; i++ {
			now, _ := c.settled(s, i, seg.To)
			d := now.plus(before, -1)
			before = now
			rows[i] = capacity.Row{At: c.at(i), Users: float64(h.Users[i]), Done: d.requests, Failed: math.Max(0, d.failures), Sum: math.Max(0, d.sum)}
			if i == seg.From && i > 0 || d.requests < 0 || math.IsNaN(d.sum) {
				rows[i].Done = math.NaN()
			}
		}
	}
	return rows
}

// A recorder answers package capacity's questions from the history.
type recorder struct{ c *context }

// Quantile implements capacity.Recorder.
func (r recorder) Quantile(from, to int, p float64) float64 {
	v, ok := r.c.lat.total(from, to, p).Float()
	if !ok {
		return math.NaN()
	}
	return v
}

// Errors implements capacity.Recorder. 429s are a limiter's protection and no
// damage, unless the plan says that they count.
func (r recorder) Errors(from, to int) float64 {
	w := r.c.tally(&r.c.history.Total, from, to)
	n, _ := w.Requests.Float()
	f, _ := w.Failures.Float()
	if n == 0 {
		return math.NaN()
	}
	if limited, ok := w.RateLimited.Float(); ok && r.c.plan.Count429 != plan.As429Error {
		return math.Max(0, f-limited) / n
	}
	return f / n
}
