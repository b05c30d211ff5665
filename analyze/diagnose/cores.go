package diagnose

import (
	"fmt"

	"github.com/peakload/peakload/analyze"
)

// needsCores says what is missing to judge the application's use of
// processors, where it is the number of cores that it may use. The machine's
// stands for it, but not where users suffer and the use keeps just below fewer:
// a limit that no file names (one thread that runs code at a time, a quota)
// looks like that, and then the application is at it.
func (s *scene) needsCores(l load) string {
	unknown := !l.ratio && !(l.limit > 0)
	v := l.series.in(s.stress)
	if l.ratio || len(v) == 0 || l.limit > 0 && !l.host {
		return ""
	}
	used := fmt.Sprintf("it used %s %s (95th percentile of readings %s)", coreCount(mean(v)), s.stress.name, digits(quantile(v, .95)))
	const need = "the number of cores that the application may use (its limit of processor time, or how many of its threads or processes run at a time): "
	if cores, capped := analyze.Capped(v, l.limit); capped && s.hurt {
		return need + used + fmt.Sprintf(", which is its limit if that is %s", coreCount(cores))
	}
	if unknown {
		return need + used
	}
	return ""
}

// coreCount is so many cores: "1 core", "0.86 of a core", "1.9 cores".
func coreCount(n float64) string {
	switch {
	case n == 1:
		return "one core"
	case n < 1:
		return digits(n) + " of a core"
	}
	return digits(n) + " cores"
}
