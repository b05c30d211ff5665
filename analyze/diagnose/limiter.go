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
