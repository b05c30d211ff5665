package diagnose

import (
	"fmt"
	"math"
)

// A fullInstance is one of several pools that had no connection left while
// the others had some: PgBouncer has one for each database and user, and an
// application one for each of its processes.
type fullInstance struct {
	name         string
	use, waiting series
	limit        float64
}

// fullInstance returns the fullest of a component's pools, where that was full
// for half of the stress or more and requests waited for it.
func (s *scene) fullInstance(use series) (fullInstance, bool) {
	best, most := fullInstance{}, 0.0
	for _, t := range use {
		if t.Instance == "" {
			continue
		}
		of := func(metric string) series {
			for _, x := range s.series(t.Component, metric) {
				if x.Instance == t.Instance {
					return series{x}
				}
			}
			return nil
		}
		limit := median(of("pool_limit").in(span{from: math.Inf(-1), to: math.Inf(1)}))
		waiting := of("pool_waiting")
		v := readings(t, s.stress)
		if !(limit > 0) || len(v) == 0 || share(v, fullPool*limit) < .5 || !(mean(waiting.in(s.stress)) >= 1) {
			continue
		}
		if w := mean(waiting.in(s.stress)); w > most {
			best, most = fullInstance{t.Instance, series{t}, waiting, limit}, w
		}
	}
	return best, best.use != nil
}

// spread advises on one full pool beside others that had room.
func (f fullInstance) spread(v []float64, limit float64) string {
	return fmt.Sprintf("Enlarge the pool %s, or let the others take its work: of %s connections of all pools %s were in use in the median", f.name, digits(limit), digits(median(v)))
}

// at is a finding's component of one pool of several.
func (f fullInstance) at(component string) string { return component + " (" + f.name + ")" }
