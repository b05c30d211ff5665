package analyze

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
)

// fullPool is the share of a pool's connections in use from which it is full.
const fullPool = .95

// A poolSign is one kind of evidence that requests did not get a connection.
type poolSign struct {
	count       int64
	text        string
	first, last reach   // samples of the history
	until       float64 // s of the run up to which its source tells
	placed      bool    // the history places it
	users       measure.Value
}

// poolExhaustion answers whether a connection pool ran out: whether requests
// failed, or gave up waiting, for want of a connection. A pool that is full and
// makes requests wait is in full use; it has not run out.
//
// The signs, the most particular first: what the application logs, the pool's
// own counter of requests that gave up, failures that name a pool, and a pool
// that was full with requests waiting while failures say nothing of their
// reason.
func poolExhaustion(c *context, o occurrences) PoolExhaustion {
	p := PoolExhaustion{
		AtUsers:  measure.None(measure.Users, measure.NotDerivable, needPoolState),
		Recovery: measure.None(measure.Seconds, measure.NotDerivable, needPoolState),
	}
	signs := c.poolSigns(o)
	if len(signs) == 0 {
		p.Occurred, p.Evidence = c.poolHeld(o)
		if p.Occurred == No {
			none := func(u measure.Unit) measure.Value { return measure.None(u, measure.NotApplicable, "") }
			p.AtUsers, p.Recovery = none(measure.Users), none(measure.Seconds)
		}
		return p
	}
	p.Occurred = Yes
	var texts []string
	for _, s := range signs {
		texts = append(texts, s.text)
	}
	p.Evidence = strings.Join(texts, "; ")
	if full := c.fullestPool(); full != nil && full.waited > 0 {
		p.Evidence += "; " + full.text() + c.waitedSince(full)
	}
	best := slices.IndexFunc(signs, func(s poolSign) bool { return s.placed })
	if best < 0 || c.history == nil {
		p.AtUsers = measure.None(measure.Users, measure.NoSource, needHistory)
		p.Recovery = measure.None(measure.Seconds, measure.NoSource, needHistory)
		return p
	}
	s := signs[best]
	if most, ok := c.hadRoom(s); ok {
		p.Room = true
		p.Evidence += fmt.Sprintf("; but no more than %s were in use while they did: connections could not be made, which no larger pool mends", most)
	}
	p.AtUsers = s.users
	p.Recovery = poolRecovery(c, s)
	p.Impact = impact(c, max(s.first.from-1, firstEdge(c.history)), s.last.to)
	return p
}

// roomy is the share of a pool's connections in use below which it had some to
// give; shortLook is how many readings it takes to say so.
const (
	roomy     = .8
	shortLook = 3
)

// hadRoom reports whether a recorded pool was never near its size while a sign
// says that requests got no connection, and how much of it was in use at most.
func (c *context) hadRoom(s poolSign) (most string, ok bool) {
	from, to := c.at(s.first.from), c.at(s.last.to)
	seen := 0
	for i := range c.tracks.chosen {
		tr := &c.tracks.chosen[i]
		if tr.Metric != "pool_in_use" || tr.Instance != "" || !(tr.Limit > 0) {
			continue
		}
		_, value := tr.within(from, to)
		if len(value) < shortLook {
			return "", false
		}
		use := slices.Max(value)
		if use >= roomy*tr.Limit {
			return "", false
		}
		seen++
		most = fmt.Sprintf("%.0f of %.0f connections", use, tr.Limit)
	}
	return most, seen == 1
}

// poolSigns are the signs that there are.
func (c *context) poolSigns(o occurrences) []poolSign {
	var out []poolSign
	if l := c.logged(classPool); l.count > 0 {
		s := poolSign{count: l.count, until: c.logUntil(), text: fmt.Sprintf("%s lines of the application's log tell of an exhausted pool, such as %s", grouped(l.count), WithoutTime(l.example))}
		s.place(c, l.first-c.start, l.first-c.start, l.last-c.start, "users when the log first told of an exhausted pool")
		out = append(out, s)
	}
	if s, ok := c.poolTimeouts(); ok {
		out = append(out, s)
	}
	match := ofClass(classPool)
	if n := o.sum(match); n > 0 {
		s := poolSign{count: n, text: fmt.Sprintf("%s failures name an exhausted pool, such as %s", grouped(n), strings.Join(examples(o, match, 1), ""))}
		if first, last, ok := o.extent(c, match); ok {
			s.first, s.last, s.placed, s.until = first, last, true, c.length()
			s.users = usersBetween(c, max(first.from-1, 0), first.to, first.from, "users when the first failure that names a pool was counted")
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		if s, ok := c.fullWhileFailing(o); ok {
			out = append(out, s)
		}
	}
	return out
}

// place puts a sign between the history's samples. It was first seen between
// two seconds of the run, and last at a third.
func (s *poolSign) place(c *context, after, seen, last float64, formula string) {
	if c.history == nil || len(c.instants) == 0 {
		return
	}
	end := len(c.instants) - 1
	at := func(second float64) int { return min(max(c.sampleAt(second), 0), end) }
	s.first = reach{at(after), min(at(seen)+1, end)}
	s.last = reach{at(last), min(at(last)+1, end)}
	s.placed = true
	s.users = usersBetween(c, s.first.from, s.first.to, s.first.to, formula)
}

// poolTimeouts is the sign of a counter of requests that gave up waiting for a
// connection.
func (c *context) poolTimeouts() (poolSign, bool) {
	for _, component := range c.componentsWith("pool_timeouts_total") {
		v, ok := c.tracks.countedInRun(component, "pool_timeouts_total", "", c.length())
		n, known := v.Float()
		if !ok || !known || n < 1 {
			continue
		}
		s := poolSign{count: int64(n), text: fmt.Sprintf("%s requests gave up waiting for a connection, as the pool's own counter says", grouped(int64(n)))}
		after, seen, last := math.NaN(), math.NaN(), math.NaN()
		for _, t := range c.tracks.counters[trackKey{component, "pool_timeouts_total"}] {
			s.until = math.Max(s.until, t.Time[len(t.Time)-1])
			for i := 1; i < len(t.sum); i++ {
				if t.sum[i] <= t.sum[i-1] || t.Time[i] < loadBegins {
					continue
				}
				if !(seen <= t.Time[i]) {
					after, seen = t.Time[i-1], t.Time[i]
				}
				last = math.Max(t.Time[i], orBefore(last))
			}
		}
		if !math.IsNaN(seen) {
			s.place(c, after, seen, last, "users when the pool's counter of requests that gave up first grew")
		}
		return s, true
	}
	return c.poolTimeoutRate()
}

// poolTimeoutRate is the sign of a rate of such requests, where the counter
// itself was not recorded.
func (c *context) poolTimeoutRate() (poolSign, bool) {
	const metric = "pool_timeouts_per_second"
	for _, component := range c.componentsWith(metric) {
		tr := c.tracks.of(component, metric)
		if tr == nil {
			continue
		}
		v := c.summed(tr)
		n, ok := v.Float()
		if !ok || n < 1 {
			continue
		}
		// A rate over a range goes on falling for as long as the range is; while it
		// still rose, requests still gave up.
		after, seen, rose, last := math.NaN(), math.NaN(), math.NaN(), math.NaN()
		for i := 1; i < len(tr.Time); i++ {
			if tr.Value[i] <= 0 || tr.Time[i] < loadBegins {
				continue
			}
			if math.IsNaN(seen) {
				after, seen = tr.Time[i-1], tr.Time[i]
			}
			if tr.Value[i] >= tr.Value[i-1] {
				rose = tr.Time[i]
			}
			last = tr.Time[i]
		}
		s := poolSign{count: int64(n), until: tr.Time[len(tr.Time)-1], text: fmt.Sprintf("%s requests gave up waiting for a connection, as the rate of its timeouts says", measure.Format(v, measure.Style{}))}
		if !math.IsNaN(seen) {
			s.place(c, after, seen, last, "users when the rate of requests that gave up was first above 0")
			if s.placed && !math.IsNaN(rose) {
				s.last.from = min(s.last.from, max(c.sampleAt(rose), 0))
			}
		}
		return s, true
	}
	return poolSign{}, false
}

func orBefore(x float64) float64 {
	if math.IsNaN(x) {
		return math.Inf(-1)
	}
	return x
}

// componentsWith are the components with a counter.
func (c *context) componentsWith(metric string) []string {
	var out []string
	for _, tr := range c.tracks.all {
		if tr.Metric == metric && !slices.Contains(out, tr.Component) {
			out = append(out, tr.Component)
		}
	}
	return out
}

// A poolUse is how far a component's pool was in use under load.
type poolUse struct {
	component        string
	limit            float64
	most             float64 // connections in use, the most that was read
	waited           float64 // requests waiting at once, the most that was read
	full             bool    // in use at fullPool or more, by a ten-second median
	from, to         float64 // first and last reading that was full with requests waiting; NaN none
	until            float64 // the last reading
	file             string
	readings         int
	waiters, covered bool // waiting requests were recorded; the readings cover the run
}

func (p *poolUse) text() string {
	were := "were"
	if p.most == 1 {
		were = "was"
	}
	text := fmt.Sprintf("%.0f of %.0f connections %s in use at the most", p.most, p.limit, were)
	switch {
	case p.waiters && p.waited > 0:
		text += fmt.Sprintf(" and at most %.0f waited for one", p.waited)
	case p.waiters:
		text += " and none was waited for"
	}
	return text
}

// waitedSince says when requests first waited for a full pool: before the first
// of them gives up.
func (c *context) waitedSince(p *poolUse) string {
	if math.IsNaN(p.from) || c.history == nil || len(c.instants) == 0 {
		return ""
	}
	users := c.history.Users[min(max(c.sampleAt(p.from), 0), len(c.history.Users)-1)]
	return fmt.Sprintf(", the first at %s of the run with %s", measure.Span(math.Round(p.from)), inUsers(float64(users)))
}

// fullestPool returns the pool that was used most; nil when none was recorded
// with its size.
func (c *context) fullestPool() *poolUse {
	var best *poolUse
	for i := range c.tracks.chosen {
		tr := &c.tracks.chosen[i]
		if tr.Metric != "pool_in_use" || tr.Instance != "" || math.IsNaN(tr.Limit) || !(tr.Limit > 0) {
			continue
		}
		_, value := tr.within(loadBegins, c.length())
		if len(value) == 0 {
			continue
		}
		p := &poolUse{component: tr.Component, limit: tr.Limit, most: slices.Max(value), file: tr.File, readings: len(value), from: math.NaN(), to: math.NaN(), until: tr.Time[len(tr.Time)-1]}
		median, _, _ := highestMedian(tr, loadBegins, c.length())
		p.full = median >= fullPool*tr.Limit
		x := candidate{Track: *tr}
		x.measureCover(c.length())
		p.covered = x.covers >= .9
		if w := c.tracks.of(tr.Component, "pool_waiting"); w != nil {
			p.waiters = true
			time, value := w.within(loadBegins, c.length())
			for k, n := range value {
				p.waited = max(p.waited, n)
				if n >= 1 && tr.At(time[k], 2*tr.interval()+1) >= fullPool*tr.Limit {
					if math.IsNaN(p.from) {
						p.from = time[k]
					}
					p.to = time[k]
				}
			}
		}
		if best == nil || p.most/p.limit > best.most/best.limit {
			best = p
		}
	}
	return best
}

// fullWhileFailing is the sign of a pool that was full, with requests waiting
// for it, while requests failed inside the server without a reason.
func (c *context) fullWhileFailing(o occurrences) (poolSign, bool) {
	p := c.fullestPool()
	if p == nil || !p.full || math.IsNaN(p.from) || c.history == nil || c.givesUpNone() || c.explained() > 0 {
		return poolSign{}, false
	}
	s := poolSign{until: p.until}
	s.place(c, p.from, p.from, p.to, "users when the pool was first full with requests waiting for it")
	if !s.placed || s.last.to <= s.first.from {
		return poolSign{}, false
	}
	low, _ := o.within(c, s.first.from, s.last.to, cause.opaque)
	w := c.window(s.first.from, s.last.to)
	n, _ := w.Requests.Float()
	// A few failures are no sign: a hundredth of the requests, ten at least.
	if float64(low) < max(10, .01*n) {
		return poolSign{}, false
	}
	s.count = low
	s.text = fmt.Sprintf("%s requests failed without a reason (%s) while the pool was full with requests waiting for it", grouped(low), kindsOf(o, cause.opaque))
	return s, true
}

// givesUpNone reports whether the pool's own counter says that no request gave
// up waiting for it.
func (c *context) givesUpNone() bool {
	for _, component := range c.componentsWith("pool_timeouts_total") {
		if v, ok := c.tracks.countedInRun(component, "pool_timeouts_total", "", c.length()); ok && v.IsExact() {
			n, _ := v.Float()
			return n == 0
		}
	}
	for _, component := range c.componentsWith("pool_timeouts_per_second") {
		tr := c.tracks.of(component, "pool_timeouts_per_second")
		if tr == nil {
			continue
		}
		x := candidate{Track: *tr}
		x.measureCover(c.length())
		return x.covers >= .9 && slices.Max(tr.Value) == 0
	}
	return false
}

// poolHeld answers for a run without a sign that a pool ran out: whether
// something shows that none did.
func (c *context) poolHeld(o occurrences) (YesNo, string) {
	hidden := o.sum(cause.opaque)
	p := c.fullestPool()
	var use string
	if p != nil {
		use = fmt.Sprintf("%s (%d readings)", p.text(), p.readings)
	}
	switch {
	case c.givesUpNone():
		text := "No request gave up waiting for a connection, as the pool's own counter says"
		if use != "" {
			text += "; " + use
		}
		return No, text + "."
	case p != nil && p.covered && !p.full && (hidden == 0 || c.hasWholeLog()):
		return No, "The pool was never full for ten seconds on end: " + use + "."
	case p != nil && p.covered && p.full && o.file != "" && o.named == 0 && o.unnamed == 0:
		return No, "The pool was in full use, but no request failed: " + use + "."
	case c.hasLog() && o.file != "" && (hidden == 0 || c.explained()*50 >= hidden*49):
		if hidden == 0 && o.named+o.unnamed == 0 {
			return No, "No request failed, and the application's log" + c.logPart() + " does not tell of an exhausted pool."
		}
		return No, "Neither a failure nor the application's log" + c.logPart() + " names a pool."
	case o.file == "" && c.hasWholeLog():
		return No, "None in the log: the application's log covers the run and does not tell of an exhausted pool."
	case o.file == "" && c.hasLog():
		return Unknown, "The application's log does not tell of an exhausted pool" + c.logPart() + "; no file names the failures: needs " + needFailures + ", and " + needPoolState + "."
	case o.file == "":
		return Unknown, "No file names the failures: needs " + needFailures + ", and " + needPoolState + "."
	case hidden > 0:
		return Unknown, fmt.Sprintf("No failure names a pool, but %s do not say what failed inside the server (%s): needs %s.", grouped(hidden), kindsOf(o, cause.opaque), needPoolState)
	}
	return Unknown, "No failure names a pool; one that was full while requests waited for it is not visible to the load generator: needs " + needPoolState + "."
}

// WithoutTime is a log line without the time that it begins with.
func WithoutTime(line string) string {
	for i, r := range line {
		if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			if i > 8 {
				return line[i:]
			}
			break
		}
	}
	return line
}

// sawItEnd is for how many seconds a source must go on without a sign to show
// that it was the last.
const sawItEnd = 5

// poolRecovery is how long a pool's failures went on after the load dropped.
// That they had ended takes evidence that goes on without them.
func poolRecovery(c *context, s poolSign) measure.Value {
	h, last := c.history, s.last
	end := len(h.Time) - 1
	top := slices.Max(h.Users)
	dropped := -1 // the last sample under the full load
	for i, u := range h.Users {
		if float64(u) >= .95*float64(top) {
			dropped = i
		}
	}
	switch {
	case last.from >= end-1:
		return measure.None(measure.Seconds, measure.NotIdentifiable, "a recovery stretch at the end of the run: it had not recovered by then")
	case dropped >= end-1:
		return measure.None(measure.Seconds, measure.NotIdentifiable, "a ramp-down and a recovery stretch: the load never dropped")
	case s.until < c.at(dropped) || s.until-c.at(last.from) < sawItEnd && s.until < c.length()-sawItEnd:
		return measure.None(measure.Seconds, measure.NoSamples, fmt.Sprintf("evidence of the pool up to the run's end: what there is ends at %s of the run, while requests still got no connection", measure.Span(math.Round(s.until))))
	}
	past := func(i int) float64 { return max(0, c.at(i)-c.at(dropped)) }
	return measure.Within(past(last.to), past(max(last.from-1, 0)), past(min(last.to+1, end)), measure.Seconds, measure.Bounded,
		c.src(dropped, last.to, colFailures, "last failure that names a pool − last row under the full load; 0: over before the load dropped"))
}
