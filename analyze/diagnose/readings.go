package diagnose

import (
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze"
)

// The components that rules know by name.
const (
	app       = "app"
	database  = "database"
	cache     = "cache"
	generator = "load_generator"
	host      = "host"
)

// A series is one resource figure, perhaps of several instances.
type series []*analyze.Track

// series returns the tracks of a component's metric. A total that became a
// rate is found under either spelling.
func (s *scene) series(component string, metrics ...string) series {
	for _, m := range metrics {
		var out series
		for i := range s.a.Tracks {
			if t := &s.a.Tracks[i]; t.Component == component && t.Metric == m && len(t.Time) > 0 {
				out = append(out, t)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// anywhere returns the tracks of a metric, of whichever component has it; the
// named ones are preferred.
func (s *scene) anywhere(metric string, prefer ...string) series {
	for _, c := range prefer {
		if out := s.series(c, metric); out != nil {
			return out
		}
	}
	for i := range s.a.Tracks {
		if t := &s.a.Tracks[i]; t.Metric == metric && len(t.Time) > 0 {
			return s.series(t.Component, metric)
		}
	}
	return nil
}

// rate returns the rate of a counter.
func (s *scene) rate(counter string, prefer ...string) series {
	base := strings.TrimSuffix(counter, "_total")
	for _, name := range []string{base + "_per_second", counter + "_per_second"} {
		if out := s.anywhere(name, prefer...); out != nil {
			return out
		}
	}
	return nil
}

// in returns the readings of a stretch: those of the track of the component
// itself where there is one, else of the instance with the highest mean there.
func (sr series) in(sp span) []float64 {
	var best []float64
	for _, t := range sr {
		v := readings(t, sp)
		if t.Instance == "" && len(v) > 0 {
			return v
		}
		if len(v) > 0 && (best == nil || mean(v) > mean(best)) {
			best = v
		}
	}
	return best
}

func readings(t *analyze.Track, sp span) []float64 {
	var out []float64
	for i, at := range t.Time {
		if at >= sp.from && at <= sp.to {
			out = append(out, t.Value[i])
		}
	}
	return out
}

// limit returns the capacity that the track itself knows, else the median of
// the component's metric that states it; NaN where neither does, or where the
// limit is 0, which says that there is none.
func (s *scene) limit(sr series, metric string) float64 {
	for _, t := range sr {
		if t.Limit > 0 && !math.IsInf(t.Limit, 0) {
			return t.Limit
		}
	}
	if len(sr) == 0 || metric == "" {
		return math.NaN()
	}
	if l := median(s.series(sr[0].Component, metric).in(span{from: math.Inf(-1), to: math.Inf(1)})); l > 0 {
		return l
	}
	return math.NaN()
}

// first returns the second of the run from which the readings are at or above
// a level and stay there until the end of the stress, single readings apart;
// NaN never. It begins with two such readings on end: one before a lapse is no
// beginning.
func (s *scene) first(sr series, level float64) float64 {
	out := math.NaN()
	if math.IsNaN(level) {
		return out
	}
	for _, t := range sr {
		below, above, began := 0, 0, math.NaN()
		for i := len(t.Value) - 1; i >= 0 && below < 2; i-- {
			switch {
			case t.Time[i] > s.stress.to || t.Time[i] < 0:
			case t.Value[i] < level:
				below++
			default:
				if below == 0 {
					began = t.Time[i]
				}
				below = 0
				above++
			}
		}
		if above >= 2 && !(out <= began) {
			out = began
		}
	}
	return out
}

// step returns the usual time between readings, s.
func (sr series) step() float64 {
	if len(sr) == 0 || len(sr[0].Time) < 2 {
		return 0
	}
	var d []float64
	for i := 1; i < len(sr[0].Time); i++ {
		d = append(d, sr[0].Time[i]-sr[0].Time[i-1])
	}
	return median(d)
}

func mean(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	sum := 0.
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// quantile returns the p-quantile, the lower of two where it lies between.
func quantile(v []float64, p float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	w := slices.Clone(v)
	slices.Sort(w)
	return w[min(len(w)-1, int(float64(len(w))*p))]
}

func median(v []float64) float64 { return quantile(v, .5) }

// highest returns the greatest reading; NaN of none.
func highest(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	return slices.Max(v)
}

// share returns the share of readings at or above a level; NaN of none.
func share(v []float64, level float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	n := 0
	for _, x := range v {
		if x >= level {
			n++
		}
	}
	return float64(n) / float64(len(v))
}

// shift returns the robust shift score of a series from light load to stress,
// |median − median| ÷ max(IQR, 0.1 % of the median, the resolution)
// (methods.md 3.1.5); NaN where either has too few readings.
func (s *scene) shift(sr series) float64 {
	a, b := sr.in(s.light), sr.in(s.stress)
	if !s.light.known || len(a) < 3 || len(b) < 3 {
		return math.NaN()
	}
	floor := math.Max(1e-3*math.Abs(median(a)), sr[0].Step)
	spread := math.Max(quantile(a, .75)-quantile(a, .25), floor)
	if spread <= 0 {
		spread = 1e-9
	}
	return math.Abs(median(b)-median(a)) / spread
}

// rise returns by how many times the median of a series rose from light load
// to stress; NaN where that is not known.
func (s *scene) rise(sr series) float64 {
	a, b := sr.in(s.light), sr.in(s.stress)
	if !s.light.known || len(a) == 0 || len(b) == 0 || !(median(a) > 0) {
		return math.NaN()
	}
	return median(b) / median(a)
}
