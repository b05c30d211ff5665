package diagnose

import (
	"fmt"
	"math"
)

// What makes endpoints the cause of a queue: beyond the wait in it each takes
// twice its time at light load, and together they are most of what requests
// now keep their workers for longer.
const (
	beyondFactor = 2.0
	beyondBy     = .05 // s
	beyondShare  = .7
)

// behindQueue are the endpoints that slowed down by more than the wait in the
// application's queue, which every request goes through.
type behindQueue struct {
	slow, rest []change
	wait       float64 // in the queue, s
	share      float64 // of the rise of the time that a request keeps a worker
}

// lookBehindQueue tells endpoints that keep workers for longer from those that
// merely queue for one: by Little's law the wait in the queue is the requests
// in it ÷ throughput, and what is left of an endpoint's latency is its own. A
// queue that fills because the workers are too few leaves every endpoint the
// time that it took at light load.
func (s *scene) lookBehindQueue() (behindQueue, bool) {
	queue := s.series(app, "request_queue").in(s.stress)
	x := s.throughput()
	if share(queue, 1) < .5 || len(queue) == 0 || !(x > 0) {
		return behindQueue{}, false
	}
	out := behindQueue{wait: mean(queue) / x}
	own, all := 0., 0.
	for _, c := range s.endpoints {
		if c.nAfter < 20 || c.nBefore < 3 || math.IsNaN(c.after) || math.IsNaN(c.before) {
			continue
		}
		c.after -= out.wait
		longer := c.nAfter * math.Max(0, c.after-c.before)
		all += longer
		if c.factor() >= beyondFactor && c.after-c.before >= beyondBy {
			out.slow = append(out.slow, c)
			own += longer
		} else {
			out.rest = append(out.rest, c)
		}
	}
	if len(out.slow) == 0 || trifling(out.rest, out.slow) || own < beyondShare*all {
		return behindQueue{}, false
	}
	out.share = own / all
	return out, true
}

// said puts it into words.
func (b behindQueue) said() string {
	var names []string
	for _, c := range b.slow[:min(3, len(b.slow))] {
		names = append(names, fmt.Sprintf("%s (%s, %s before)", endpointName(c.Method, c.Name), seconds(c.after), seconds(c.before)))
	}
	whose := "it makes up"
	if len(b.slow) > 1 {
		whose = "they make up"
	}
	return fmt.Sprintf("beyond the wait in the queue, %s in the mean, only %s took longer: %s %s of the rise of the time that a request keeps a worker",
		seconds(b.wait), and(names), whose, percent(b.share))
}
