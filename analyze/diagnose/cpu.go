package diagnose

import (
	"fmt"
	"math"
	"regexp"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// A load is a component's use of processors.
type load struct {
	series series
	scale  float64 // a reading × scale is cores; 1 where readings are cores
	limit  float64 // cores; 1 where readings are ratios of an unknown number; NaN not known
	ratio  bool    // readings are ratios
	whose  string  // whose word the limit is
	host   bool    // the limit is the machine's: the component may use fewer
}

// share returns readings as shares of what the component may use.
func (l load) share(sp span) []float64 {
	v := l.series.in(sp)
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x
		if !l.ratio {
			out[i] = x / l.limit
		}
	}
	return out
}

// hostCores returns how many processors the machine has; NaN not known.
func (s *scene) hostCores() float64 {
	if l := median(s.series(host, "cpu_limit_cores").in(everywhere)); l > 0 {
		return l
	}
	for _, t := range s.series(host, "cpu_cores") {
		if t.Limit > 0 {
			return t.Limit
		}
	}
	return float64OrNaN(s.countCPUs())
}

var everywhere = span{from: math.Inf(-1), to: math.Inf(1)}

// oneCPU is how files call a single processor.
var oneCPU = regexp.MustCompile(`^cpu[0-9]+$`)

// countCPUs counts the single processors that a file lists.
func (s *scene) countCPUs() int {
	seen := map[string]bool{}
	for _, t := range s.a.Recorded.Tracks {
		if t.Component == host && oneCPU.MatchString(t.Instance) {
			seen[t.Instance] = true
		}
	}
	return len(seen)
}

func float64OrNaN(n int) float64 {
	if n == 0 {
		return math.NaN()
	}
	return float64(n)
}

// cpu returns a component's use of processors; ok is false where nothing
// tells. A component without a limit of its own has the machine's.
func (s *scene) cpu(component string) (load, bool) {
	if sr := s.series(component, "cpu_cores"); sr != nil {
		l := load{series: sr, scale: 1, limit: s.limit(sr, "cpu_limit_cores")}
		if math.IsNaN(l.limit) {
			l.limit, l.whose, l.host = s.hostCores(), "the machine's", true
		}
		l.host = l.host || sr[0].LimitWhy == analyze.HostProcessors
		if !math.IsNaN(l.limit) {
			return l, true
		}
	}
	if sr := s.series(component, "cpu_ratio"); sr != nil {
		return load{series: sr, ratio: true, limit: s.limit(s.series(component, "cpu_limit_cores"), "cpu_limit_cores")}, true
	}
	if sr := s.series(component, "cpu_cores"); sr != nil {
		return load{series: sr, scale: 1, limit: math.NaN()}, true
	}
	return load{}, false
}

// cores returns the mean cores that a component used in a stretch; NaN not
// known.
func (s *scene) cores(component string, sp span) float64 {
	if v := s.series(component, "cpu_cores").in(sp); len(v) > 0 {
		return mean(v)
	}
	l, ok := s.cpu(component)
	if !ok {
		return math.NaN()
	}
	if n := l.limit; l.ratio && n > 0 {
		return mean(l.series.in(sp)) * n
	}
	return math.NaN()
}

const needProcess = "the processor time of the process during the run (peakload record, or snapshots of top or ps)"

// The levels from which a processor is at its limit: most readings above the
// one, the highest above the other. Readings of two seconds fluctuate by more
// than the mean of a saturated process stays below its limit.
const (
	cpuMost    = .75
	cpuHighest = .9
)

// lookAtAppCPU: the application uses what processor time it may have, which is
// not the machine's where it is limited to fewer cores.
func lookAtAppCPU(s *scene) outcome {
	l, ok := s.cpu(app)
	if !ok {
		return isBlind(needProcess + " of the application and the cores that it may use")
	}
	if need := s.needsCores(l); need != "" {
		return isBlind(need)
	}
	v := l.share(s.stress)
	if len(v) == 0 {
		return isBlind(needProcess + " of the application, under load")
	}
	use := fmt.Sprintf("the application used %s of %s %s%s", percent(mean(v)), l.of(), s.stress.name, s.busiest(app))
	if median(v) < cpuMost || quantile(v, .95) < cpuHighest {
		return isClear(use)
	}
	onset := s.first(l.series, cpuMost*l.unit())
	t := noTerms()
	t.saturation = saturated(v, 1)
	t.demand = s.demandTerm(mean(v))
	t.order = s.precedes(onset, l.series)
	t.shift = s.tieBreaker(l.series)
	f := analyze.Finding{Component: "processor of the application", Onset: onset}
	f.Symptom = upper(use) + s.since("above 75%", onset)
	f.Evidence = append(f.Evidence, evidence(use, mean(v), measure.Ratio, l.series))
	f.Recommendation = "Profile the application and reduce the processor time of a request, or give it more cores or instances"
	if c, x := s.cores(app, s.stress), s.throughput(); c > 0 && x > 0 && l.limit > 0 {
		d := c / x
		law := fmt.Sprintf("%s of processor time a request (%s cores ÷ %s): %s carry %s at most, and %s were answered",
			seconds(d), digits(c), perSecond(x), coresOf(l.limit), perSecond(l.limit/d), perSecond(x))
		f.Evidence = append(f.Evidence, evidence(law, d, measure.Seconds, l.series))
		if want, _, ok := s.asked(); ok && want > x {
			f.Recommendation = fmt.Sprintf("Profile the application: %s of processor time a request is what limits it. At this cost %s users, who ask for %s when nothing keeps them waiting, need %s; it has %s",
				seconds(d), whole(s.stressUsers), perSecond(want), sized(want, d, "core", "cores"), digits(l.limit))
		}
	}
	f.Impact = s.impact()
	o := isFound(f, t)
	o.independent = true
	return o
}

// of names what the use is a share of.
func (l load) of() string {
	switch {
	case l.ratio && !(l.limit > 0):
		return "the processors that it may use"
	case l.limit == 1:
		return "its one core"
	case l.whose != "":
		return fmt.Sprintf("%s %s cores", l.whose, digits(l.limit))
	}
	return "its " + digits(l.limit) + " cores"
}

// coresOf names so many cores.
func coresOf(n float64) string {
	if n == 1 {
		return "one core can"
	}
	return digits(n) + " cores can"
}

// busiest is a component's use in its busiest ten seconds, as the table of
// resources shows it: ", 88.3% in the busiest ten seconds"; "" where the table
// is about another stretch, or has no such figure.
func (s *scene) busiest(component string) string {
	if p := s.peak(); p == nil || p.Start != s.stress.from {
		return ""
	}
	for i := range s.a.Resources {
		r := &s.a.Resources[i]
		if u, ok := r.Saturation.Float(); ok && r.Component == component && r.Metric == "cpu" && !r.OfHost {
			return fmt.Sprintf(", %s in the busiest ten seconds", percent(u))
		}
	}
	return ""
}

// unit is the reading at full use.
func (l load) unit() float64 {
	if l.ratio {
		return 1
	}
	return l.limit
}

// throughput is the requests completed per second under stress; NaN not known.
func (s *scene) throughput() float64 {
	x, ok := s.window.RPS.Float()
	if !ok {
		return math.NaN()
	}
	return x
}

// demandTerm is the term D: by U = X·D a resource of use U carries at most
// X/U; it is the limit where that is close to the throughput X reached.
func (s *scene) demandTerm(use float64) float64 {
	off := math.Abs(1/use - 1)
	switch {
	case off <= .15:
		return 1
	case off <= .3:
		return .5
	}
	return 0
}

// shares returns who used the machine's processors under stress, in cores: the
// known components, and the rest.
func (s *scene) shares(sp span) (by map[string]float64, busy, cores float64) {
	cores = s.hostCores()
	busy = mean(s.series(host, "cpu_ratio").in(sp)) * cores
	by = map[string]float64{}
	for _, c := range [...]string{app, database, cache, generator} {
		if x := s.cores(c, sp); x > 0 {
			by[c] = x
		}
	}
	return by, busy, cores
}

// lookAtDatabaseCPU: the database uses what processor time there is for it, or
// most of a machine that has none left.
func lookAtDatabaseCPU(s *scene) outcome {
	l, ok := s.cpu(database)
	if !ok {
		return isBlind(needProcess + " of the database")
	}
	v := l.series.in(s.stress)
	if len(v) == 0 {
		return isBlind(needProcess + " of the database, under load")
	}
	by, busy, cores := s.shares(s.stress)
	own := s.cores(database, s.stress)
	hostV := s.series(host, "cpu_ratio").in(s.stress)
	hostFull := len(hostV) > 0 && median(hostV) >= cpuHighest
	largest := own > 0
	for c, x := range by {
		largest = largest && (c == database || x <= own)
	}
	queries := s.queryLatency()
	rise := s.rise(queries)
	full := false
	use := ""
	switch {
	case l.ratio || l.limit > 0:
		w := l.share(s.stress)
		full = median(w) >= cpuMost && quantile(w, .95) >= cpuHighest
		use = fmt.Sprintf("the database used %s of %s %s%s", percent(mean(w)), l.of(), s.stress.name, s.busiest(database))
	default:
		use = fmt.Sprintf("the database used %s cores %s", digits(mean(v)), s.stress.name)
	}
	// On a full machine the database is short of processor time where it takes
	// the most of it and its queries have become slow.
	shared := hostFull && largest && own >= .35*cores && !(rise < 1.5)
	if !full && !shared {
		if hostFull && cores > 0 {
			use += fmt.Sprintf(" (the machine's %s cores were busy to %s)", digits(cores), percent(busy/cores))
		}
		return isClear(use)
	}
	t := noTerms()
	var onset float64
	state := "above 75%"
	if full {
		t.saturation = saturated(l.share(s.stress), 1)
		t.demand = s.demandTerm(mean(l.share(s.stress)))
		onset = s.first(l.series, cpuMost*l.unit())
	} else {
		t.saturation = saturated(hostV, 1)
		onset = s.first(s.series(host, "cpu_ratio"), .85)
		state = "the machine above 85%"
		use += fmt.Sprintf(", and the machine's %s cores were busy to %s", digits(cores), percent(mean(hostV)))
	}
	if !math.IsNaN(rise) {
		t.waiting = clamp((rise - 1) / 2)
	}
	t.order = s.precedes(onset, l.series)
	t.shift = s.tieBreaker(l.series)
	f := analyze.Finding{Component: "processor of the database", Onset: onset, Symptom: upper(use) + s.since(state, onset), Impact: s.impact()}
	f.Evidence = append(f.Evidence, evidence(use, own, measure.Count, l.series))
	if rise >= 1.5 {
		said := fmt.Sprintf("queries took %s under stress and %s at light load", seconds(median(queries.in(s.stress))), seconds(median(queries.in(s.light))))
		f.Evidence = append(f.Evidence, evidence(said, median(queries.in(s.stress)), measure.Seconds, queries))
		f.Symptom += "; " + said
	}
	f.Recommendation = "Find the queries that take the most time (pg_stat_statements, EXPLAIN ANALYZE) and give them an index or less to read, before adding cores to the database"
	if said, rows := s.scans(); said != "" {
		f.Evidence = append(f.Evidence, rows)
		f.Symptom += "; " + said
		f.Recommendation = "Give the scanned tables an index: " + said + ". EXPLAIN ANALYZE of the slowest statements (pg_stat_statements) names them"
	}
	if x := s.throughput(); own > 0 && x > 0 {
		f.Recommendation += fmt.Sprintf("; now a request costs the database %s of processor time (%s cores ÷ %s)", seconds(own/x), digits(own), perSecond(x))
	}
	o := isFound(f, t)
	o.independent = true
	return o
}

// scans says how many rows a request makes the database read where it is many.
func (s *scene) scans() (string, analyze.Evidence) {
	rows, x := s.rate("rows_returned_total", database), s.throughput()
	n := median(rows.in(s.stress))
	if !(x > 0) || !(n/x >= 1000) {
		return "", analyze.Evidence{}
	}
	said := fmt.Sprintf("%s rows were scanned for each request (%s)", whole(n/x), perSecond(n))
	return said, evidence(said, n, measure.PerSecond, rows)
}

// queryLatency is the time that queries took, by whoever measured it.
func (s *scene) queryLatency() series { return s.anywhere("query_latency_seconds", database, app) }

// lookAtHostCPU: the machine that everything shares has no processor time
// left, and it is the system under test that takes it.
func lookAtHostCPU(s *scene) outcome {
	sr := s.series(host, "cpu_ratio")
	v := sr.in(s.stress)
	if len(v) == 0 {
		return isBlind("the processor use of the machine during the run (peakload record, vmstat or top)")
	}
	by, busy, cores := s.shares(s.stress)
	use := fmt.Sprintf("the machine's processors were busy to %s %s%s", percent(mean(v)), s.stress.name, s.busiest(host))
	if median(v) < cpuHighest {
		return isClear(use)
	}
	before := sr.in(span{from: math.Inf(-1), to: -1})
	if s.light.known && len(before) == 0 {
		before = sr.in(s.light)
	}
	tested, known := 0., false
	who := ""
	for _, c := range [...]string{app, database, cache, generator} {
		if x, ok := by[c]; ok {
			tested += x
			known = true
			who += fmt.Sprintf(", %s %s", nameOf(c), digits(x))
		}
	}
	if known && cores > 0 {
		use += fmt.Sprintf(" (of %s cores%s, other work %s)", digits(cores), who, digits(math.Max(0, busy-tested)))
	}
	// What was as busy without load is not busy because of the load. It may
	// slow everything down all the same, but not more with more users.
	// Work that gives way to what is tested, as work at a low priority does, takes
	// nothing from it.
	if len(before) > 0 && median(before) >= .85 && known && cores > 0 && busy-tested < otherWorkLeast*cores {
		use += fmt.Sprintf(", and to %s before the load, by other work that gave way", percent(median(before)))
	} else if len(before) > 0 && median(before) >= .85 {
		return s.suspectOtherWork(use+fmt.Sprintf(", but they were busy to %s before the load too, with other work", percent(median(before))), sr)
	}
	if known && cores > 0 && tested < .5*busy {
		return s.suspectOtherWork(use+": most of it is other work, not the system under test", sr)
	}
	if x := by[database]; x > 0 && x >= by[app] && x >= by[generator] && x >= .35*cores {
		return isClear(use + ": the database takes the most of it, and is judged by itself")
	}
	t := noTerms()
	onset := s.first(sr, .85)
	t.saturation = saturated(v, 1)
	if q := s.series(host, "run_queue"); cores > 0 && len(q.in(s.stress)) > 0 {
		t.waiting = clamp((median(q.in(s.stress))/cores - 1) / 2)
	}
	t.order = s.precedes(onset, sr)
	t.shift = s.tieBreaker(sr)
	f := analyze.Finding{Component: "processors of the machine", Onset: onset, Symptom: upper(use) + s.since("above 85%", onset), Impact: s.impact()}
	f.Evidence = append(f.Evidence, evidence(use, mean(v), measure.Ratio, sr))
	f.Recommendation = "Give the machine more cores, or move what shares it elsewhere"
	if by[generator] > .15*cores {
		f.Recommendation = fmt.Sprintf("Run Locust on a machine of its own (it takes %s of the %s cores here) and repeat the run; then size the cores", digits(by[generator]), digits(cores))
	}
	o := isFound(f, t)
	o.independent = true
	return o
}

// suspectOtherWork suspects what else a full machine does: it may slow down the
// system under test and Locust, and nothing recorded tells by how much. Anything
// that is established explains the run better.
func (s *scene) suspectOtherWork(said string, sr series) outcome {
	t := noTerms()
	t.saturation = .25
	f := analyze.Finding{Component: "processors of the machine", Onset: math.NaN(), Symptom: upper(said), Impact: s.impact()}
	f.Evidence = append(f.Evidence, evidence(said, mean(sr.in(s.stress)), measure.Ratio, sr))
	f.Recommendation = "Repeat the run while nothing else uses the machine: by how much its other work slowed the system down cannot be told from this one"
	return isFound(f, t)
}

// otherWorkLeast is the share of a machine's processors from which what else
// runs there is worth speaking of.
const otherWorkLeast = .1

// nameOf names a component in a sentence.
func nameOf(component string) string {
	switch component {
	case app:
		return "application"
	case generator:
		return "Locust"
	}
	return component
}

// upper makes a clause the beginning of a sentence.
func upper(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}
