package analyze

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// bands returns what was measured at each load level of the plan and whether
// the behaviour that the plan expects there was seen.
func (c *context) bands() []Band {
	var out []Band
	for _, b := range c.plan.Bands {
		out = append(out, c.band(b))
	}
	for i := range out {
		out[i].Status, out[i].Why = c.judgeBand(out, i)
	}
	return out
}

// inBand reports whether so many users lie in a band. A border belongs to the
// band that begins there, so that "1000+ users" holds a plateau of 1000; where
// none does, to the one that ends there.
func (c *context) inBand(b plan.Band, users int) bool {
	u := float64(users)
	if u <= 0 || u < b.From {
		return false
	}
	return b.To <= 0 || u < b.To || u == b.To && !c.begins(u)
}

// begins reports whether a band of the plan begins with u users.
func (c *context) begins(u float64) bool {
	for _, b := range c.plan.Bands {
		if b.From == u {
			return true
		}
	}
	return false
}

// band measures one load level. Its percentile is of the longest stretch that
// the run spent in it; the rest is of all stretches together.
func (c *context) band(b plan.Band) Band {
	out := Band{Band: b}
	none := func(u measure.Unit, why measure.Reason, need string) measure.Value { return measure.None(u, why, need) }
	blank := func(why measure.Reason, need string) {
		out.RPS, out.P95 = none(measure.PerSecond, why, need), none(measure.Seconds, why, need)
		out.Mean, out.ErrorRate = none(measure.Seconds, why, need), none(measure.Ratio, why, need)
	}
	if !c.knowsLoad() {
		blank(measure.NoSource, needHistory)
		return out
	}
	var parts []Window
	longest := -1
	for i := 1; i < len(c.history.Users); i++ {
		if !c.inBand(b, c.history.Users[i]) {
			continue
		}
		from := i - 1
		for i+1 < len(c.history.Users) && c.inBand(b, c.history.Users[i+1]) {
			i++
		}
		w := c.window(from, i)
		parts = append(parts, w)
		out.Seconds += w.End - w.Start
		if longest < 0 || w.End-w.Start > parts[longest].End-parts[longest].Start {
			longest = len(parts) - 1
		}
	}
	if len(parts) == 0 {
		blank(measure.NotIdentifiable, fmt.Sprintf("a run that reaches %.0f users", math.Max(1, b.From)))
		return out
	}
	out.Measured = true
	w := c.together(parts)
	out.RPS, out.Mean, out.ErrorRate = w.RPS, w.Mean, w.ErrorRate
	out.P95 = parts[longest].P95
	out.Stretches, out.P95From, out.P95To = len(parts), parts[longest].Start, parts[longest].End
	out.apart = Without429(c.plan, w)
	return out
}

// together returns the figures of several windows taken as one; without
// percentiles, which do not add up.
func (c *context) together(ws []Window) Window {
	if len(ws) == 1 {
		return ws[0]
	}
	var n, f, l, sum, low, high, secs, secLow, secHigh float64
	var src []measure.Source
	limited, timed := true, true
	for _, w := range ws {
		x, _ := w.Requests.Float()
		y, _ := w.Failures.Float()
		n, f = n+x, f+y
		if z, ok := w.RateLimited.Float(); ok {
			l += z
		} else {
			limited = false
		}
		if m, ok := w.Mean.Float(); ok {
			a, b, _ := w.Mean.Limits()
			sum, low, high = sum+m*x, low+a*x, high+b*x
		} else if x > 0 {
			timed = false
		}
		e := c.elapsed(w.From, w.To)
		s, _ := e.Float()
		a, b, _ := e.Limits()
		secs, secLow, secHigh = secs+s, secLow+a, secHigh+b
		src = append(src, w.Requests.Sources()...)
	}
	out := Window{Requests: measure.Of(n, measure.Count, src...), Failures: measure.Of(f, measure.Count, src...)}
	out.RPS = measure.Quotient(out.Requests, measure.Within(secs, secLow, secHigh, measure.Seconds, measure.Exact), measure.PerSecond)
	out.Mean = measure.None(measure.Seconds, measure.NoSamples, "")
	if n > 0 && timed {
		out.Mean = measure.Within(sum/n, low/n, high/n, measure.Seconds, measure.Exact, src...)
	}
	out.RateLimited = measure.None(measure.Count, measure.NotDerivable, needFailures)
	if limited {
		out.RateLimited = measure.Of(l, measure.Count, src...)
	}
	first := measure.Source{}
	if len(src) > 0 {
		first = src[0]
	}
	first.Formula = "Σ failures ÷ Σ requests over the stretches at this level"
	out.ErrorRate = errorRate(n, f, out.RateLimited, c.plan.Count429, first)
	return out
}

// behaviours are the expectations that a plan may state of a load level, the
// more particular first: any of the words calls for the judgement.
var behaviours = []struct {
	words []string
	judge func(c *context, all []Band, i int) (Status, string)
}{
	{[]string{"rate limit", "rate-limit", "throttl", "429"}, (*context).expectLimiting},
	{[]string{"graceful", "degrad", "shed", "partial"}, (*context).expectGraceful},
	{[]string{"latency increase", "slight", "slower", "increased latency", "elevated", "rising latency", "higher latency"}, (*context).expectSlower},
	{[]string{"fail", "collapse", "break", "crash", "unavailable"}, (*context).expectFailure},
	{[]string{"normal", "stable", "healthy", "nominal", "baseline", "fast", "smooth", "target", "slo"}, (*context).expectNormal},
}

// nothingOf is a behaviour that is expected not to be seen, with a word on it.
var nothingOf = regexp.MustCompile(`\b(?:no|without|zero)\s+(?:(\w+)\s+)?(errors?|fail\w*|crash\w*|outages?|degradation|rate.?limit\w*|throttl\w*|429s?|breakage|collapse)\b`)

// plainErrors are words on errors that leave them all requests' errors, as
// "database" does not.
var plainErrors = []string{"", "any", "visible", "noticeable", "significant", "unexpected", "more", "request", "http", "user"}

// expectNone judges that something was not seen at a level.
func (c *context) expectNone(all []Band, i int, what string) (Status, string) {
	switch {
	case strings.HasPrefix(what, "error"), strings.HasPrefix(what, "fail"):
		st, said := c.judge(plan.Target{Metric: plan.Errors, Op: plan.LessEqual}, all[i].ErrorRate)
		return st, "error rate " + said
	case strings.HasPrefix(what, "degradation"):
		return c.applied(all[i])
	case strings.HasPrefix(what, "rate"), strings.HasPrefix(what, "throttl"), strings.HasPrefix(what, "429"):
		st, why := c.expectLimiting(all, i)
		switch st {
		case Pass:
			st = Fail
		case Fail:
			st = Pass
		}
		return st, why
	}
	for _, o := range c.stability.Outages {
		if c.inBand(all[i].Band, o.Users) {
			return Fail, fmt.Sprintf("outage at %.0f s: %s", o.Start, o.Evidence)
		}
	}
	if c.stability.Status == NotMeasured {
		return NotMeasured, "whether the system went out is not known: needs " + needHistory
	}
	return Pass, "no outage at this level"
}

// judgeBound judges a behaviour that is a target: "P95 below 1 s", "errors
// below 5%". Latency of no percentile is held against the 95th.
func (c *context) judgeBound(b Band) (Status, string, bool) {
	t, ok := plan.ParseExpectation(b.Behavior)
	if !ok {
		if t, ok = plan.ParseExpectation("P95 " + b.Behavior); !ok || t.Metric != plan.Percentile {
			return NotMeasured, "", false
		}
	}
	v, ok := b.figure(t)
	if !ok {
		return NotMeasured, "", false
	}
	st, said := c.judge(t, v)
	return st, title(t) + " " + said, true
}

// figure is what a target judges of a band; ok is false where bands have no such
// figure.
func (b Band) figure(t plan.Target) (v measure.Value, ok bool) {
	switch {
	case t.Metric == plan.Percentile && t.P == .95:
		return b.P95, true
	case t.Metric == plan.Mean:
		return b.Mean, true
	case t.Metric == plan.Errors:
		return b.ErrorRate, true
	case t.Metric == plan.RPS:
		return b.RPS, true
	}
	return v, false
}

// judgeBand says whether the expected behaviour of a band was seen.
func (c *context) judgeBand(all []Band, i int) (Status, string) {
	b := all[i]
	if !b.Measured {
		if !c.knowsLoad() {
			return NotMeasured, "load levels need a history: " + needHistory
		}
		most, _ := c.usersPeak().Float()
		return NotMeasured, fmt.Sprintf("the run did not reach this level: it had at most %.0f users", most)
	}
	if _, ok := b.ErrorRate.Float(); !ok {
		return NotMeasured, "no request completed at this level"
	}
	if st, why, ok := c.judgeBound(b); ok {
		return st, why
	}
	text := strings.ToLower(b.Behavior)
	noRule := fmt.Sprintf("no rule for the expectation %q; the figures stand for themselves", b.Behavior)
	if m := nothingOf.FindStringSubmatch(text); m != nil {
		if of := m[1]; (strings.HasPrefix(m[2], "error") || strings.HasPrefix(m[2], "fail")) && !slices.Contains(plainErrors, of) {
			return NotMeasured, noRule
		}
		return c.expectNone(all, i, m[2])
	}
	for _, r := range behaviours {
		for _, w := range r.words {
			if strings.Contains(text, w) {
				return r.judge(c, all, i)
			}
		}
	}
	return NotMeasured, noRule
}

// applied judges the latency percentile and error targets on a band's figures.
func (c *context) applied(b Band) (Status, string) {
	worst, why, judged := Pass, "", false
	for _, t := range c.plan.Targets {
		v, ok := b.figure(t)
		if !ok || t.Metric == plan.RPS || t.Endpoint != "" || t.Phase != "" && !strings.EqualFold(t.Phase, "run") && !strings.EqualFold(t.Phase, "peak") {
			continue
		}
		st, said := c.judge(t, v)
		if t.Metric == plan.Errors && st != Pass && b.apart != "" {
			said += " (" + b.apart + ")"
		}
		if !judged || st.worseThan(worst) {
			worst, why = st, title(t)+" "+said
		}
		judged = true
	}
	if !judged {
		return NotMeasured, "no P95, mean or error target to hold it against"
	}
	return worst, why
}

func (c *context) expectNormal(all []Band, i int) (Status, string) { return c.applied(all[i]) }

// expectSlower: latency rose over the lowest band and stayed within its
// targets.
func (c *context) expectSlower(all []Band, i int) (Status, string) {
	st, why := c.applied(all[i])
	if st == Fail {
		return st, why
	}
	for j := range all {
		if j == i || !all[j].Measured || all[j].From >= all[i].From {
			continue
		}
		a, okA := all[j].P95.Float()
		b, okB := all[i].P95.Float()
		if okA && okB && a > 0 {
			return st, fmt.Sprintf("%s; P95 is %s times that of %s", why, times(b/a), all[j].Label)
		}
	}
	return st, why
}

// expectLimiting: 429s were answered at this level.
func (c *context) expectLimiting(all []Band, i int) (Status, string) {
	v := c.limitedInBand(all[i].Band)
	low, high, ok := v.Limits()
	switch {
	case !ok:
		return NotMeasured, "429s at this level: " + need(v)
	case low > 0:
		return Pass, fmt.Sprintf("%s requests got 429", measure.Format(v, measure.Style{}))
	case high == 0:
		return Fail, "no request got 429 at this level"
	}
	return NotMeasured, fmt.Sprintf("between 0 and %.0f requests got 429", high)
}

// limitedInBand counts the 429s answered while the users lay in a band.
func (c *context) limitedInBand(b plan.Band) measure.Value {
	n, low, high := 0., 0., 0.
	for i := 1; i < len(c.history.Users); i++ {
		if !c.inBand(b, c.history.Users[i]) {
			continue
		}
		from := i - 1
		for i+1 < len(c.history.Users) && c.inBand(b, c.history.Users[i+1]) {
			i++
		}
		v := c.tally(&c.history.Total, from, i).RateLimited
		x, ok := v.Float()
		if !ok {
			return v
		}
		l, h, _ := v.Limits()
		n, low, high = n+x, low+l, high+h
	}
	return measure.Within(n, low, high, measure.Count, measure.Bounded)
}

// gracefulErrors is the share of failed requests up to which degradation may be
// called graceful when the failures are not refusals.
const gracefulErrors = 0.05

// expectGraceful: no outage, and requests that failed were refused (429) or few.
func (c *context) expectGraceful(all []Band, i int) (Status, string) {
	b := all[i]
	for _, o := range c.stability.Outages {
		for k := 1; k < len(c.history.Users); k++ {
			if at := c.at(k); at > o.Start && at <= o.End && c.inBand(b.Band, c.history.Users[k]) {
				return Fail, fmt.Sprintf("outage at %.0f s: %s", o.Start, o.Evidence)
			}
		}
	}
	errs, _ := b.ErrorRate.Float()
	n, ok := b.RPS.Float()
	limit := math.Max(gracefulErrors, c.errorLimit())
	shares := fmt.Sprintf("errors %s, no outage", measure.Format(b.ErrorRate, measure.Style{}))
	if errs <= limit {
		if st, why := c.applied(b); st == Fail {
			return Pass, shares + "; what gave way is latency: " + why
		}
		return Pass, shares
	}
	v := c.limitedInBand(b.Band)
	low, _, known := v.Limits()
	if ok && known && n > 0 && b.Seconds > 0 {
		other := errs - low/(n*b.Seconds)
		if c.plan.Count429 == plan.As429Separate {
			other = errs
		}
		if other <= limit {
			if other <= 0 {
				return Pass, shares + "; every request that failed was refused with 429"
			}
			return Pass, shares + "; all but " + measure.Format(measure.Of(other, measure.Ratio), measure.Style{}) + " were refused with 429"
		}
	}
	if !known {
		return NotMeasured, shares + "; whether these were refusals needs " + needFailures
	}
	return Fail, shares + ", mostly not refusals (429)"
}

// expectFailure: the level was expected to break the system.
func (c *context) expectFailure(all []Band, i int) (Status, string) {
	st, why := c.applied(all[i])
	switch st {
	case Fail:
		return Pass, "it broke as expected: " + why
	case Pass:
		return Fail, "it held: " + why
	}
	return st, why
}

// errorLimit returns the plan's limit of the error rate; 0 without one.
func (c *context) errorLimit() float64 {
	for _, t := range c.plan.Targets {
		if t.Metric == plan.Errors && t.Endpoint == "" && (t.Op == plan.Less || t.Op == plan.LessEqual) {
			return t.Limit
		}
	}
	return 0
}
