package diagnose

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

const needPool = "the application's pool figures (in use, limit, waiting) or its log"

// fullPool is the share of its limit from which a pool has no connection left
// for the next request.
const fullPool = .95

// lookAtPool: every connection of the pool is in use and requests wait for
// one. That a pool is full does not say that it is too small: it also fills
// behind whatever makes connections be held for longer. hold tells these
// apart.
func lookAtPool(s *scene) outcome {
	use := s.anywhere("pool_in_use", app)
	limit := s.limit(use, "pool_limit")
	waiting := s.anywhere("pool_waiting", app)
	gaveUp := s.rate("pool_timeouts_total", app)
	b := s.blame([]string{"pool"}, nil)
	v := use.in(s.stress)
	name := "database connection pool of the application"
	if len(v) == 0 {
		// The server's own limit is a pool, too.
		use, waiting = s.series(database, "connections"), nil
		limit = s.limit(use, "connections_limit")
		v = use.in(s.stress)
		if atServer := len(v) > 0 && limit > 0 && share(v, fullPool*limit) >= .5; atServer {
			name = "connections that the database accepts"
		} else {
			v, use, limit = nil, nil, math.NaN()
		}
	}
	if o, ok := s.lookForSlots(); ok {
		return o
	}
	if p := s.a.Failures.PoolExhaustion; p.Room {
		return isClear("requests got no connection although the pool had some to give: connections could not be made (" + plainSentence(p.Evidence) + ")")
	}
	full := share(v, fullPool*limit)
	advice := ""
	if one, ok := s.fullInstance(use); ok && !math.IsNaN(limit) && full < .5 {
		advice, name = one.spread(v, limit), one.at(name)
		use, waiting, limit, v = one.use, one.waiting, one.limit, one.use.in(s.stress)
		full = share(v, fullPool*limit)
	}
	queued := mean(waiting.in(s.stress))
	switch {
	case b.share >= .1:
	case len(v) == 0:
		return isBlind(needPool)
	case math.IsNaN(limit) && !(queued >= 1):
		return isBlind("the limit of the connection pool (" + digits(highest(v)) + " connections were in use at most)")
	case !math.IsNaN(limit) && full < .5:
		return isClear(fmt.Sprintf("%s of %s pooled connections in use %s in the median, %s at most", digits(median(v)), digits(limit), s.stress.name, digits(highest(v))))
	}
	t := noTerms()
	t.text = b.term()
	if s.failures() == 0 && b.named == 0 {
		t.text = math.NaN()
	}
	t.saturation = saturated(v, limit)
	t.waiting = s.waits(waiting)
	if math.IsNaN(t.waiting) && len(gaveUp) > 0 {
		t.waiting = s.waits(gaveUp)
	}
	onset := s.first(use, fullPool*limit)
	if q := s.first(waiting, 1); q > onset {
		onset = q
	}
	if len(use) > 0 {
		t.order = s.precedes(onset, use)
		t.shift = s.tieBreaker(waiting)
	}
	f := analyze.Finding{Component: name, Onset: onset, Impact: s.impact()}
	said := ""
	if len(v) > 0 && limit > 0 {
		said = fmt.Sprintf("%s of %s connections in use", digits(median(v)), digits(limit))
		f.Evidence = append(f.Evidence, evidence(said, median(v), measure.Count, use))
	}
	if w := waiting.in(s.stress); len(w) > 0 {
		more := fmt.Sprintf("%s waiting for one in the mean, %s at most", count(mean(w), "request", "requests"), whole(highest(w)))
		f.Evidence = append(f.Evidence, evidence(more, mean(w), measure.Count, waiting))
		said = join(said, more)
	}
	if said != "" {
		said += s.since("full, with requests waiting,", onset)
	}
	if b.named > 0 {
		f.Evidence = append(f.Evidence, evidence(b.said("an exhausted pool"), b.named, measure.Count, nil))
		said = join(said, fmt.Sprintf("%s %s name an exhausted pool", whole(b.named), b.where))
		// Requests wait before they give up, so that the first to do so comes later.
		if u, ok := s.a.Failures.PoolExhaustion.AtUsers.Float(); ok && u > s.usersAt(onset) {
			said += ", the first at " + text(s.a.Failures.PoolExhaustion.AtUsers)
		}
	}
	hold, held := s.holdTime(use)
	if advice != "" && len(s.queryLatency().in(s.stress)) == 0 {
		hold, held = math.NaN(), math.NaN() // the throughput is that of all pools
	}
	if !math.IsNaN(held) {
		f.Evidence = append(f.Evidence, evidence(fmt.Sprintf("a connection was held for %s each time", seconds(held)), held, measure.Seconds, use))
	}
	f.Symptom = upper(said)
	f.Recommendation = s.poolSize(limit, held)
	if advice != "" {
		f.Recommendation = advice
	}
	o := isFound(f, t)
	o.hold = hold
	return o
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

func (s *scene) failures() float64 { n, _ := s.failedWithout429(); return n }

// holdTime returns for how long a connection is held under stress, s, and by
// how many times longer than at light load: by what queries take, else by
// Little's law, connections in use ÷ requests that succeeded per second.
func (s *scene) holdTime(use series) (rise, held float64) {
	if q := s.queryLatency(); len(q.in(s.stress)) > 0 {
		return s.rise(q), median(q.in(s.stress))
	}
	in, x := use.in(s.stress), s.goodput()
	if len(in) == 0 || !(x > 0) {
		return math.NaN(), math.NaN()
	}
	held = mean(in) / x
	light, xl := use.in(s.light), s.lightRPS()
	if len(light) == 0 || !(xl > 0) || !(mean(light) > 0) {
		return math.NaN(), held
	}
	return held / (mean(light) / xl), held
}

// reserve is what is needed on top of the mean for fluctuation.
const reserve = 1.3

// needed is how many of a thing the users need that each request holds for a
// while: by Little's law requests per second × that time, and the reserve.
func needed(want, held float64) float64 { return math.Ceil(want * held * reserve) }

// sized is that as a calculation to follow: "286/s × 6.3 ms × 1.3 = 2.3, so 3
// cores with three tenths in reserve".
func sized(want, held float64, one, many string) string {
	return fmt.Sprintf("%s × %s × %s = %s, so %s with three tenths in reserve",
		perSecond(want), seconds(held), digits(reserve), digits(want*held*reserve), count(needed(want, held), one, many))
}

// poolSize is how many connections the users would need.
func (s *scene) poolSize(limit, held float64) string {
	want, think, ok := s.asked()
	if !ok || !(held > 0) {
		if held > 0 && s.goodput() > 0 {
			x := s.goodput()
			return fmt.Sprintf("Hold connections for a shorter time or enlarge the pool: %s × %s = %s connections are what this throughput takes, and %s were there", perSecond(x), seconds(held), digits(x*held), has(limit))
		}
		return "Hold connections for a shorter time (no remote calls or idle time inside a transaction), or enlarge the pool within what the database accepts"
	}
	need := needed(want, held)
	out := fmt.Sprintf("Enlarge the pool or hold connections for less: %s users with a think time of %s ask for %s; pool needed ≈ %s; has %s",
		whole(s.stressUsers), seconds(think), perSecond(want), sized(want, held, "connection", "connections"), has(limit))
	if l := s.limit(s.series(database, "connections"), "connections_limit"); l > 0 {
		if need > .8*l {
			out += fmt.Sprintf(". The database accepts %s connections in all: shorten the %s first, or put a pooler between", digits(l), seconds(held))
		} else {
			out += fmt.Sprintf(" (the database accepts %s)", digits(l))
		}
	}
	return out
}

func has(limit float64) string {
	if math.IsNaN(limit) {
		return "a number that is not recorded"
	}
	return digits(limit)
}
