package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// needFull is the cure for figures of an endpoint over time.
const needFull = "a run with --csv-full-history, which records each endpoint over time"

// endpoints returns every endpoint's figures over the whole run, at the peak
// and in each phase, in order of first appearance.
func (c *context) endpoints() []Endpoint {
	var out []Endpoint
	lowFrom, lowTo, low := c.lowestLoad()
	peak := c.peak()
	for _, e := range endpointsOf(c.run) {
		ep := Endpoint{Endpoint: e, Whole: c.wholeOf(&e), Peak: unmeasured(needHistory)}
		var s *loadtest.Series
		if c.history != nil {
			s = c.seriesOf(&e)
			if s == nil {
				ep.Peak = unmeasured(needFull)
			} else if peak == nil {
				ep.Peak = unmeasured("a run that stays at its highest load")
			}
		}
		for i := range c.phases {
			p := &c.phases[i]
			w := unmeasured(needFull)
			if s != nil {
				w = c.endpointWindow(s, p.From, p.To)
			}
			w.From, w.To, w.Start, w.End, w.UsersFrom, w.UsersTo = p.From, p.To, p.Start, p.End, p.UsersFrom, p.UsersTo
			ep.Phases = append(ep.Phases, w)
			if p == peak {
				ep.Peak = w
			}
		}
		switch {
		case c.history == nil:
			ep.ShareOfSlowdown = measure.None(measure.Ratio, measure.NoSource, needFull)
		case s == nil:
			ep.ShareOfSlowdown = measure.None(measure.Ratio, measure.NotDerivable, needFull)
		case peak == nil || !low:
			ep.ShareOfSlowdown = measure.None(measure.Ratio, measure.NotIdentifiable, "a run with a low load before its peak")
		default:
			ep.ShareOfSlowdown = c.shareOfSlowdown(s, lowFrom, lowTo, peak)
		}
		if s != nil {
			ep.Course = c.course(s)
		}
		out = append(out, ep)
	}
	return out
}

// lowestLoad returns the window of lowest load before the peak that has enough
// requests to have a mean: the lowest step, else the first third of the ramp.
func (c *context) lowestLoad() (from, to int, ok bool) {
	const enough = 30 // requests
	best := -1
	for i, p := range c.phases {
		if p.Kind == Peak {
			break
		}
		n, _ := p.Requests.Float()
		if p.Kind == Step && n >= enough && (best < 0 || p.UsersTo < c.phases[best].UsersTo) {
			best = i
		}
	}
	if best >= 0 {
		return c.phases[best].From, c.phases[best].To, true
	}
	for _, p := range c.phases {
		if p.Kind != RampUp {
			continue
		}
		to := p.From + max(1, (p.To-p.From)/3)
		if n, _ := c.tally(&c.history.Total, p.From, to).Requests.Float(); n >= enough {
			return p.From, to, true
		}
		return 0, 0, false
	}
	return 0, 0, false
}

// shareOfSlowdown returns the endpoint's own part of the change ΔR of the mean
// latency between two windows A and B: its own change of mean r, weighted with
// its mean share w of the requests, over ΔR. What changes in the mix of requests
// belongs to no endpoint, so that the shares need not add up to one.
//
//	own = (r_B − r_A)·(w_A + w_B)/2
func (c *context) shareOfSlowdown(s *loadtest.Series, from, to int, peak *Phase) measure.Value {
	all, ep := c.tally(&c.history.Total, from, to), c.tally(s, from, to)
	epB := c.tally(s, peak.From, peak.To)
	num := func(v measure.Value) float64 {
		n, ok := v.Float()
		if !ok {
			return math.NaN()
		}
		return n
	}
	rise := num(peak.Mean) - num(all.Mean)
	wA, wB := num(ep.Requests)/num(all.Requests), num(epB.Requests)/num(peak.Requests)
	own := (num(epB.Mean) - num(ep.Mean)) * (wA + wB) / 2
	if math.IsNaN(own / rise) {
		return measure.None(measure.Ratio, measure.NoSamples, "requests of this endpoint at low load and at the peak")
	}
	if rise <= math.Max(0.001, 0.05*num(all.Mean)) {
		return measure.None(measure.Ratio, measure.NotApplicable, "a run in which latency rose towards the peak")
	}
	return measure.Of(own/rise, measure.Ratio,
		c.src(from, peak.To, colMean+", "+colRequests, "(r_B − r_A)·(w_A + w_B)/2 ÷ ΔR, from the lowest load A to the peak B"))
}
