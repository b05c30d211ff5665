package analyze

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// needUserTypes is what tells requests of one kind of user from another's:
// nothing that Locust writes names the user class of a request.
const needUserTypes = "counters by user type: peakload record --json app=URL -- locust …, the application's log with --log FILE, or patterns for the names of requests in peakload.yaml"

// rateLimit answers what the rate limiter did: how much it turned away, and
// whether that protected the rest.
func rateLimit(c *context) RateLimit {
	o := c.occurrences
	types := c.userTypes(o)
	r := RateLimit{Total: limitedTotal(c, o, types)}
	n, known := r.Total.Limited.Float()
	for _, name := range c.plan.UserTypes {
		u := UserType{
			Name:     name,
			Requests: measure.None(measure.Count, measure.NoSource, needUserTypes),
			Limited:  measure.None(measure.Count, measure.NoSource, needUserTypes),
			Share:    measure.None(measure.Ratio, measure.NoSource, needUserTypes),
			Why:      "needs " + needUserTypes,
		}
		if i := slices.IndexFunc(types, func(t typeCount) bool { return sameUserType(t.name, name) }); i >= 0 {
			fillUserType(&u, types[i])
		}
		if known && r.Total.Limited.IsExact() && n == 0 && !u.Limited.Measured() {
			// None in total is none of each.
			u.Limited, u.Status, u.Why = r.Total.Limited, LimitNotTriggered, r.Total.Why
		}
		r.UserTypes = append(r.UserTypes, u)
	}
	for _, t := range types {
		if !slices.ContainsFunc(c.plan.UserTypes, func(name string) bool { return sameUserType(t.name, name) }) {
			u := UserType{Name: t.name}
			fillUserType(&u, t)
			r.UserTypes = append(r.UserTypes, u)
		}
	}
	r.NoExhaustion, r.ExhaustionWhy = c.noExhaustion()
	switch {
	case !known:
		why := "needs " + r.Total.Limited.Need()
		r.ProtectedWhy, r.GracefulWhy = why, why
		return r
	case n == 0:
		why := "no request got 429, so that there is nothing to judge"
		if !r.Total.Limited.IsExact() {
			why = "no failure is known to be a 429, so that there is nothing to judge"
		}
		r.ProtectedWhy, r.GracefulWhy = why, why
		return r
	}
	r.SystemProtected, r.ProtectedWhy = protected(c, o)
	r.Graceful, r.GracefulWhy = graceful(o)
	if r.SystemProtected == No {
		r.Total.Status, r.Total.Why = LimitIneffective, fmt.Sprintf("429s were issued while %s", r.ProtectedWhy)
		for i := range r.UserTypes {
			if u := &r.UserTypes[i]; u.Status == LimitActive {
				u.Status = LimitIneffective
			}
		}
	}
	return r
}

// noExhaustion answers whether no resource of the system reached nine tenths of
// its capacity. The load generator is not part of the system. That the few
// figures there are stayed below says nothing of what was not recorded, so
// that it takes the application's, up to the end of the load, and where users
// suffered what else it may have run out of.
func (c *context) noExhaustion() (YesNo, string) {
	if pool := c.failures.PoolExhaustion; pool.Occurred == Yes {
		if pool.AtUsers.Measured() {
			return No, "the connection pool ran out, from " + measure.Format(pool.AtUsers, measure.Style{Plain: true}) + " on"
		}
		return No, "the connection pool ran out: " + pool.Evidence
	}
	seen, before := 0, ""
	highest, top := -1.0, ""
	var full []string
	for _, r := range c.resources {
		if r.Component == "load_generator" || r.Track == nil || !r.Peak.Measured() || r.Status == ResourceUnknown {
			continue
		}
		if r.BusyBefore { // not by this load
			before = fmt.Sprintf("; left out is %s %s, at %s and no less busy before the load", ComponentWords(r.Component), lowered(r.Title), measure.Format(r.Peak, measure.Style{Plain: true}))
			continue
		}
		seen++
		name := ComponentWords(r.Component) + " " + lowered(r.Title)
		if r.Status == ResourceSaturated {
			full = append(full, name+": "+r.Why)
		}
		if s, ok := r.Saturation.Float(); ok && s > highest {
			highest, top = s, name
		}
	}
	switch {
	case len(full) > 0:
		return No, strings.Join(full[:min(3, len(full))], "; ")
	case seen == 0 || highest < 0:
		return Unknown, "needs figures of the system's parts: peakload record -- locust …, or captures beside the results"
	}
	text := fmt.Sprintf("of %d figures that were recorded none reached 90%% of its capacity in its busiest ten seconds; the highest was %s at %s%s", seen, top, percent(highest), before)
	if need := c.unseenExhaustion(); need != "" {
		return Unknown, text + "; needs " + need
	}
	return Yes, text
}

// lowered is a title within a sentence: "CPU usage".
func lowered(title string) string {
	words := strings.Fields(title)
	for i, w := range words {
		if w != strings.ToUpper(w) {
			words[i] = strings.ToLower(w)
		}
	}
	return strings.Join(words, " ")
}

// limitedTotal counts the 429s of the whole run: as Locust saw them, or, where
// it was told to count them as successes, as the application says.
func limitedTotal(c *context, o occurrences, types []typeCount) UserType {
	u := UserType{Name: "Total", Requests: c.whole.Requests}
	u.Limited = o.count(ofClass(classRateLimited), 0, "Σ of the rows that are 429s")
	if n, ok := u.Limited.Float(); !ok || n == 0 {
		if v, ok := c.limitedSeenInside(types); ok {
			u.Limited = v
		}
	}
	u.Share = measure.Quotient(u.Limited, u.Requests, measure.Ratio)
	n, ok := u.Limited.Float()
	switch _, high, _ := u.Limited.Limits(); {
	case !ok:
		u.Why = "needs " + u.Limited.Need()
	case n > 0:
		u.Status, u.Why = LimitActive, fmt.Sprintf("%.0f requests were answered with 429", n)
	case high > 0:
		u.Why = fmt.Sprintf("no failure is named as a 429, but %.0f are not named at all", high)
	default:
		// A locustfile may call a 429 a success; then no file knows it.
		u.Status, u.Why = LimitNotTriggered, "no failure is a 429 (one that the locustfile counts as a success cannot be told from others)"
	}
	return u
}

// limitedSeenInside is the number of 429s that the application itself tells of.
func (c *context) limitedSeenInside(types []typeCount) (measure.Value, bool) {
	if v, ok := c.tracks.countedInRun("app", "rate_limited_total", "", c.length()); ok {
		return v, true
	}
	if l := c.logged(classRateLimited); l.count > 0 {
		return measure.Of(float64(l.count), measure.Count, l.source("lines that tell of a 429")), true
	}
	n, low, high := 0.0, 0.0, 0.0
	for _, t := range types {
		x, ok := t.limited.Float()
		if !ok {
			return measure.Value{}, false
		}
		l, h, _ := t.limited.Limits()
		n, low, high = n+x, low+l, high+h
	}
	if len(types) == 0 {
		return measure.Value{}, false
	}
	return measure.Within(n, low, high, measure.Count, measure.Bounded, types[0].limited.Sources()...), true
}

// graceful answers whether 429s were answered and not dropped: on the
// endpoints that were limited no request timed out or lost its connection.
func graceful(o occurrences) (YesNo, string) {
	limited := o.endpoints(ofClass(classRateLimited))
	dropped := o.endpoints(ofClass(classTimeout, classConnection))
	n := int64(0)
	for _, d := range dropped {
		for _, l := range limited {
			if d.Endpoint == l.Endpoint {
				n += d.Count
			}
		}
	}
	switch {
	case n > 0:
		return No, fmt.Sprintf("%d requests to limited endpoints timed out or lost their connection", n)
	case o.unnamed > 0:
		return Unknown, fmt.Sprintf("no named failure of the limited endpoints is a timeout or a lost connection, but %d failures are not named", o.unnamed)
	}
	return Yes, "no request to a limited endpoint timed out or lost its connection; the latency of the 429s themselves is in no file of Locust's"
}

// An acceptance is the requests of a window that the limiter let through.
type acceptance struct {
	requests, failures float64
	low, high          float64 // 429s
	percentile         func(p float64) measure.Value
	mean, max          measure.Value
	name               string
}

// share returns the least share of the requests that can have been accepted.
func (a acceptance) share() float64 { return (a.requests - a.high) / a.requests }

// protected answers whether the accepted requests kept their targets while 429s
// were issued.
//
// Nothing that Locust writes separates their latency, but it has limits: of all
// N requests no more than (1−p)·a·N may be slower than x if x is to be above the
// p-quantile of the accepted, a being their share. So that lies at or below the
// (1−(1−p)·a)-quantile of all requests, and likewise at or above their
// p·a-quantile, however fast the 429s were.
func protected(c *context, o occurrences) (YesNo, string) {
	if len(c.stability.Outages) > 0 {
		return No, "the system was down: " + c.stability.Outages[0].Evidence
	}
	a, ok := accepted(c, o)
	if !ok {
		return Unknown, "the window in which 429s were issued cannot be measured"
	}
	judged, open := 0, ""
	for _, t := range c.plan.Targets {
		low, high, ok := a.limits(t)
		if !ok {
			continue
		}
		judged++
		switch {
		case t.Op.Holds(low, t.Limit) && t.Op.Holds(high, t.Limit):
		case !t.Op.Holds(low, t.Limit) && !t.Op.Holds(high, t.Limit):
			return No, fmt.Sprintf("accepted requests missed the target %s (%s, %s)", targetName(t), spanOf(low, high, t.Unit()), a.name)
		case open == "":
			open = fmt.Sprintf("whether accepted requests kept the target %s cannot be told: theirs is %s (%s)", targetName(t), spanOf(low, high, t.Unit()), a.name)
		}
	}
	switch {
	case judged == 0:
		return Unknown, "no target on latency or errors to judge accepted requests by"
	case open != "":
		return Unknown, open
	}
	return Yes, fmt.Sprintf("accepted requests kept every latency and error target, even if every 429 was instant (%s)", a.name)
}

func targetName(t plan.Target) string {
	if t.Name != "" {
		return t.Name
	}
	return t.Text
}

func spanOf(low, high float64, u measure.Unit) string {
	show := func(x float64) string { return measure.Format(measure.Of(x, u), measure.Style{Plain: true}) }
	if math.IsInf(high, 1) {
		return "at least " + show(low)
	}
	if low <= 0 {
		return "at most " + show(high)
	}
	return show(low) + " to " + show(high)
}

// accepted picks the window to judge in: the peak phase where it has 429s,
// else the whole history, else the whole run.
func accepted(c *context, o occurrences) (acceptance, bool) {
	window := func(w Window, limited measure.Value, name string, percentile func(float64) measure.Value) (acceptance, bool) {
		n, ok := w.Requests.Float()
		f, ok2 := w.Failures.Float()
		low, high, ok3 := limited.Limits()
		a := acceptance{requests: n, failures: f, low: min(low, n), high: min(high, n), percentile: percentile, mean: w.Mean, max: w.Max, name: name}
		return a, ok && ok2 && ok3 && n > a.high
	}
	if c.history != nil {
		in := func(w Window, name string) (acceptance, bool) {
			return window(w, c.rateLimited(o, w.From, w.To), name, func(p float64) measure.Value { return c.lat.total(w.From, w.To, p) })
		}
		if p := c.peak(); p != nil {
			if a, ok := in(p.Window, "peak phase"); ok && a.low > 0 {
				return a, true
			}
		}
		return in(c.history0, "whole run")
	}
	return window(c.whole, o.count(ofClass(classRateLimited), 0, ""), "whole run", func(p float64) measure.Value { return c.lat.wholeRun(nil, p) })
}

// limits bounds a target's figure over the accepted requests; ok is false for
// targets that do not judge them.
func (a acceptance) limits(t plan.Target) (low, high float64, ok bool) {
	if t.Endpoint != "" || t.Phase != "" && t.Phase != plan.WholeRun || t.Op == plan.Greater || t.Op == plan.GreaterEqual {
		return 0, 0, false
	}
	share := a.share()
	switch t.Metric {
	case plan.Percentile:
		return a.atLeast(t.P * share), a.atMost(1 - (1-t.P)*share), true
	case plan.Max:
		return 0, a.atMost(1), true
	case plan.Mean:
		// The 429s took no time at least, and the longest of all at most.
		l, h, ok := a.mean.Limits()
		if !ok {
			return 0, math.Inf(1), true
		}
		low := 0.0
		if longest := a.atMost(1); !math.IsInf(longest, 1) {
			low = max(0, (l-(1-share)*longest)/share)
		}
		return low, h / share, true
	case plan.Errors:
		rate := func(limited float64) float64 { return max(0, a.failures-limited) / (a.requests - limited) }
		return rate(a.high), rate(a.low), true
	}
	return 0, 0, false
}

// reported are the percentiles that Locust reports by default and so the ones
// with the tightest limits.
var reported = [...]float64{.5, .66, .75, .8, .9, .95, .98, .99, .999, .9999, 1}

// atMost is the lowest upper limit of the q-quantile of all requests: its own,
// or that of a reported percentile close above it.
func (a acceptance) atMost(q float64) float64 {
	best := math.Inf(1)
	above := slices.IndexFunc(reported[:], func(p float64) bool { return p >= q })
	for _, p := range append([]float64{q}, reported[above:min(above+2, len(reported))]...) {
		if _, high, ok := a.percentile(p).Limits(); ok {
			best = min(best, high)
		}
	}
	if _, high, ok := a.max.Limits(); ok {
		best = min(best, high)
	}
	return best
}

// atLeast is the highest lower limit of the q-quantile of all requests: its own,
// or that of a reported percentile close below it.
func (a acceptance) atLeast(q float64) float64 {
	best := 0.0
	if q <= 0 {
		return best
	}
	above := 0
	for above < len(reported) && reported[above] <= q {
		above++
	}
	for _, p := range append([]float64{q}, reported[max(0, above-2):above]...) {
		if low, _, ok := a.percentile(p).Limits(); ok {
			best = max(best, low)
		}
	}
	return best
}
