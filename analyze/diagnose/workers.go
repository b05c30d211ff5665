package diagnose

import (
	"fmt"
	"math"
	"regexp"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// queueTexts are the words of servers and proxies that have no worker free.
var queueTexts = regexp.MustCompile(`(?i)queue (is |was )?full|queue limit|request queue|no (free|available|idle) (worker|thread)s?|worker_connections|no available server|upstream connect error|server (is )?(too )?busy|overload(ed)?\b|listen queue|too many (concurrent|pending) requests|max_?workers|(worker|thread) ?pool (is )?(exhausted|full)`)

const needWorkers = "the application's workers and queue (busy, limit, waiting, rejected) during the run"

// lookAtWorkers: every worker is busy and requests queue for one or are turned
// away. Workers too fill behind whatever makes a request take longer.
func lookAtWorkers(s *scene) outcome {
	busy := s.series(app, "worker_threads")
	limit := s.limit(busy, "worker_threads_limit")
	queue := s.series(app, "request_queue")
	queueLimit := s.limit(queue, "request_queue_limit")
	rejected := s.rate("requests_rejected_total", app)
	b := s.blame(nil, queueTexts)
	v, q, r := busy.in(s.stress), queue.in(s.stress), rejected.in(s.stress)
	queued := share(q, 1) >= .5
	turned := share(r, 1e-9) >= .5
	full := limit > 0 && share(v, .95*limit) >= .5
	switch {
	case b.share >= .1, queued, turned, full && len(q) == 0:
	case len(v) == 0 && len(q) == 0:
		return isBlind(needWorkers)
	case full:
		return isClear(fmt.Sprintf("%s of %s workers busy %s, and no request in the queue", digits(median(v)), digits(limit), s.stress.name))
	case math.IsNaN(limit) && len(q) > 0:
		return isClear(fmt.Sprintf("the number of workers has no limit and no request was in the queue (%s busy in the median)", digits(median(v))))
	case math.IsNaN(limit):
		return isBlind("the limit of the application's workers, or its queue (" + digits(highest(v)) + " were busy at most)")
	default:
		return isClear(fmt.Sprintf("%s of %s workers busy %s in the median", digits(median(v)), digits(limit), s.stress.name))
	}
	t := noTerms()
	if s.failures() > 0 {
		t.text = b.term()
		if turned && b.named == 0 { // the application counts what Locust sees as a bare 503
			t.text = clamp(2 * mean(r) * (s.stress.to - s.stress.from) / s.failures())
		}
	}
	t.saturation = saturated(v, limit)
	t.waiting = s.waits(queue)
	if math.IsNaN(t.waiting) || t.waiting == 0 && turned {
		t.waiting = s.waits(rejected)
	}
	onset := s.first(queue, 1)
	if math.IsNaN(onset) {
		onset = s.first(busy, .95*limit)
	}
	if len(busy)+len(queue) > 0 {
		t.order = s.precedes(onset, queue)
		t.shift = s.tieBreaker(queue)
	}
	f := analyze.Finding{Component: "workers of the application", Onset: onset, Impact: s.impact()}
	said := ""
	if len(v) > 0 && limit > 0 {
		said = fmt.Sprintf("%s of %s workers busy", digits(median(v)), digits(limit))
		f.Evidence = append(f.Evidence, evidence(said, median(v), measure.Count, busy))
	}
	if len(q) > 0 && highest(q) > 0 {
		more := fmt.Sprintf("%s in the queue in the mean, %s at most", count(mean(q), "request", "requests"), whole(highest(q)))
		if queueLimit > 0 {
			more += fmt.Sprintf(" of %s", digits(queueLimit))
		}
		f.Evidence = append(f.Evidence, evidence(more, mean(q), measure.Count, queue))
		said = join(said, more)
	}
	if said != "" {
		said += s.since("so", onset)
	}
	if turned {
		said = join(said, fmt.Sprintf("%s requests/s turned away", digits(mean(r))))
		f.Evidence = append(f.Evidence, evidence("requests turned away because the queue was full", mean(r), measure.PerSecond, rejected))
	}
	if b.named > 0 {
		said = join(said, fmt.Sprintf("%s %s name a full queue or overload", whole(b.named), b.where))
		f.Evidence = append(f.Evidence, evidence(b.said("a full queue or overload"), b.named, measure.Count, nil))
	}
	f.Symptom = upper(said)
	f.Recommendation = "Give the application more workers or instances, or shorten what a worker does for a request"
	held := math.NaN()
	if x := s.goodput(); len(v) > 0 && x > 0 {
		held = mean(v) / x
		f.Evidence = append(f.Evidence, evidence(fmt.Sprintf("a request kept a worker for %s (%s busy ÷ %s)", seconds(held), digits(mean(v)), perSecond(x)), held, measure.Seconds, busy))
		if want, _, ok := s.asked(); ok && want > x {
			f.Recommendation = fmt.Sprintf("Give the application more workers or instances: %s users ask for %s when nothing keeps them waiting; workers needed ≈ %s; has %s. Or shorten the %s that a request keeps a worker",
				whole(s.stressUsers), perSecond(want), sized(want, held, "worker", "workers"), has(limit), seconds(held))
		}
	}
	o := isFound(f, t)
	if light, x := busy.in(s.light), s.lightRPS(); held > 0 && len(light) > 0 && x > 0 && mean(light) > 0 {
		o.hold = held / (mean(light) / x)
	}
	return o
}
