package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// summary returns the run in a few figures.
func (c *context) summary() Summary {
	r := c.run
	s := Summary{Label: r.Label, Tool: r.Tool, Inputs: r.Inputs,
		Requests: c.whole.Requests, Failures: c.whole.Failures, Endpoints: len(endpointsOf(r))}
	s.Start = fromUnix(c.start)
	end, src := c.end()
	s.End = fromUnix(end)
	s.Duration = measure.None(measure.Seconds, measure.NoSource, needHistory)
	if d := end - c.start; d >= 0 {
		s.Duration = measure.Within(d, math.Max(0, d-1), d+1, measure.Seconds, measure.Exact, src)
	} else if d := c.whole.End - c.whole.Start; d > 0 { // to the last completion
		s.Duration = measure.Within(d, d, d+1, measure.Seconds, measure.Exact, c.whole.RPS.Sources()...)
	}
	if r.Log != nil {
		s.Host, s.UserClasses = r.Log.Host, r.Log.UserClasses
	}
	if s.Host == "" && r.Page != nil {
		s.Host = r.Page.Host
	}
	s.UsersPlanned = measure.None(measure.Users, measure.NoSource, "a plan that states the users")
	if c.plan.Setup.Users > 0 {
		s.UsersPlanned = measure.Of(c.plan.Setup.Users, measure.Users, measure.Source{Formula: "plan"})
	} else if r.Log != nil && r.Log.UsersWanted > 0 {
		s.UsersPlanned = measure.Of(float64(r.Log.UsersWanted), measure.Users, measure.Source{File: r.Log.File, Formula: "the most users that were asked for"})
	}
	s.UsersPeak = c.usersPeak()
	s.SpawnRate = c.spawnRate()
	return s
}

// end returns the last instant that any file knows of the run.
func (c *context) end() (float64, measure.Source) {
	end, src := math.NaN(), measure.Source{}
	later := func(t float64, file, formula string) {
		if t > c.start && !(t <= end) {
			end, src = t, measure.Source{File: file, Formula: formula}
		}
	}
	if c.history != nil {
		later(c.edge(c.history0.To), c.history.File, "first row to last row")
		if math.IsNaN(end) {
			end = c.start
		}
	}
	r := c.run
	if r.Page != nil && !r.Page.End.IsZero() {
		later(unix(r.Page.End), r.Page.File, "start to end")
	}
	if r.Histograms != nil {
		for i := range r.Histograms.Endpoints {
			later(r.Histograms.Endpoints[i].Last, r.Histograms.File, "start to the last completion")
		}
	}
	return end, src
}

// usersPeak returns the most users at any time.
func (c *context) usersPeak() measure.Value {
	if h := c.history; c.knowsLoad() {
		best := 0
		for i, u := range h.Users {
			if u > h.Users[best] {
				best = i
			}
		}
		return measure.Of(float64(h.Users[best]), measure.Users, c.src(-1, best, "User Count", "highest"))
	}
	if pg := c.run.Page; pg != nil && len(pg.Windows) > 0 {
		most := 0
		for _, w := range pg.Windows {
			most = max(most, w.Users)
		}
		return measure.Of(float64(most), measure.Users, measure.Source{File: pg.File, Column: "user_count", Formula: "highest"})
	}
	if l := c.run.Log; l != nil && l.UsersWanted > 0 {
		return measure.None(measure.Users, measure.NotDerivable, needHistory)
	}
	return measure.None(measure.Users, measure.NoSource, needHistory)
}

// spawnRate returns the users per second of the first ramp, from the rows in
// which it was under way; the log's figure where the rows are too few.
func (c *context) spawnRate() measure.Value {
	if h := c.history; c.knowsLoad() {
		first, top := -1, 0
		for i, u := range h.Users {
			if first < 0 && u > 0 {
				first = i
			}
			if u < top { // the first ramp ends where users get fewer
				break
			}
			top = max(top, u)
			if first >= 0 && i >= first+3 && u == h.Users[i-3] && h.Step < 1.5 { // or stay
				break
			}
		}
		last := first
		for i := max(first, 0); i < len(h.Users) && h.Users[i] < top; i++ {
			last = i
		}
		if first >= 0 && last-first >= 2 {
			d := c.edge(last) - c.edge(first)
			n := float64(h.Users[last] - h.Users[first])
			whole := float64(h.Time[last] - h.Time[first])
			low, high := math.Max(float64(last-first), whole-1), whole+1
			if h.Step > 1.5 {
				low, high = math.Max(1, whole-h.Step), whole+h.Step
			}
			if n > 0 && d > 0 && low > 0 {
				low = math.Min(low, d)
				return measure.Within(n/d, n/high, n/low, measure.PerSecond, measure.Exact, c.src(first, last, "User Count", "Δusers/Δt of the first ramp"))
			}
		}
	}
	if l := c.run.Log; l != nil && l.SpawnRate > 0 {
		return measure.Of(l.SpawnRate, measure.PerSecond, measure.Source{File: l.File, Formula: "spawn rate of the first ramp"})
	}
	if c.history != nil {
		return measure.None(measure.PerSecond, measure.NotDerivable, "a ramp of three seconds or more, or Locust's log")
	}
	return measure.None(measure.PerSecond, measure.NoSource, needHistory)
}

// wholeQuantile returns a percentile of the whole run; nil is all endpoints.
// After a reset only the history knows the whole run.
func (c *context) wholeQuantile(e *loadtest.Endpoint, p float64) measure.Value {
	if c.history != nil && len(segments(c.history)) > 1 {
		if e == nil {
			return c.lat.total(c.history0.From, c.history0.To, p)
		}
		return c.lat.endpoint(*e, c.history0.From, c.history0.To, p)
	}
	return c.lat.wholeRun(e, p)
}
