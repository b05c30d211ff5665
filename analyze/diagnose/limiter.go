package diagnose

import "fmt"

// muchRoom is the share of its capacity below which the busiest resource leaves
// a limiter that refuses most requests little to protect.
const muchRoom = .5

// roomToSpare says that the limiter refused more than half of the requests of a
// system of which nothing recorded was half in use; "" where that is not so or
// not known. What the machine does for others is not the system's use.
func (s *scene) roomToSpare() string {
	if s.refusedShare() < .5 {
		return ""
	}
	most, name, seen := 0., "", map[string]bool{}
	for _, r := range s.a.Resources {
		u, ok := r.Saturation.Float()
		if !ok || r.Component == host || r.Component == generator {
			continue
		}
		seen[r.Component] = true
		if u > most {
			most, name = u, nameOf(r.Component)+" "+r.Title
		}
	}
	if !seen[app] || !seen[database] || most >= muchRoom || name == "" {
		return ""
	}
	return fmt.Sprintf("; and whether the limits are meant to be that low: no figure of the system was above %s of its capacity (%s) when %s of the requests were refused", percent(most), name, percent(s.refusedShare()))
}

// muchRefused is the share of refused requests from which a limiter, not the
// system, may be what keeps successes from rising with the users.
const muchRefused = .05

// limiterFlattens reports whether successes that more users did not raise are,
// or for want of the failures' names may be, the limiter's doing: no capacity
// added to the system raises those.
func (s *scene) limiterFlattens() bool {
	if len(s.a.Diagnosis.Findings) > 0 {
		return false
	}
	if s.a.WholeRun.RateLimited.Measured() {
		return s.refusedShare() >= muchRefused
	}
	failed, ok := s.a.WholeRun.Failures.Float()
	return ok && failed >= muchRefused*s.requests() && !s.slowed()
}
