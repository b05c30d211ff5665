package capacity

import (
	"math"
	"slices"
)

// Lengths, in s.
const (
	leastLevel = 10.0  // of a plateau after its users have settled
	slowClimb  = 120.0 // of a climb that shows levels by itself
	leastBin   = 6.0   // of a part of a climb
	mostBins   = 30
)

// collect finds the points of the rising load: its plateaus, and the parts of
// slow climbs.
func (a *analysis) collect() {
	r := a.run
	climb := a.longestClimb()
	levels := map[float64]bool{}
	for _, p := range r.Plateaus {
		if pt, ok := a.plateau(p); ok {
			a.out.Points = append(a.out.Points, pt)
			levels[math.Round(pt.Users)] = true
		}
	}
	slow := climb.To > climb.From && a.seconds(climb) >= slowClimb && len(levels) < 4
	if slow {
		a.out.Points = append(a.out.Points, a.bins(climb)...)
	} else {
		for _, pt := range a.stairsDown() {
			a.out.Points = append(a.out.Points, pt)
			levels[math.Round(pt.Users)] = true
		}
	}
	slices.SortStableFunc(a.out.Points, func(x, y Point) int {
		switch {
		case x.Users < y.Users:
			return -1
		case x.Users > y.Users:
			return 1
		}
		return 0
	})
	switch {
	case slow:
		a.out.Shape = SlowRamp
	case len(levels) >= 4:
		a.out.Shape = Staircase
	case len(levels) >= 2:
		a.out.Shape = Plateaus
	case len(levels) == 1 && climb.To > climb.From && a.seconds(climb) > 2:
		a.out.Shape = FastRamp
	case len(levels) == 1:
		a.out.Shape = SingleLevel
	}
}

// stairsDown are the plateaus below the highest load that tell where targets
// break if every one before them was broken and the load went down in steps: two
// later levels or more, the last of which held. A peak's tail alone is no
// staircase.
func (a *analysis) stairsDown() []Point {
	for _, p := range a.out.Points {
		if !p.Broken {
			return nil
		}
	}
	var out []Point
	for _, s := range a.run.Later {
		if p, ok := a.plateau(s); ok {
			out = append(out, p)
		}
	}
	if len(a.out.Points) == 0 || len(out) < 2 || out[len(out)-1].Broken {
		return nil
	}
	return out
}

func (a *analysis) longestClimb() Stretch {
	best := Stretch{}
	for _, c := range a.run.Climbs {
		if a.seconds(c) > a.seconds(best) {
			best = c
		}
	}
	return best
}

func (a *analysis) at(i int) float64 {
	if i < 0 {
		return a.run.Rows[0].At - 1
	}
	return a.run.Rows[i].At
}

func (a *analysis) seconds(s Stretch) float64 {
	if s.To <= s.From {
		return 0
	}
	return a.at(s.To) - a.at(s.From)
}

// plateau is the point of a plateau, without the seconds in which what came
// before still shows: two cycles of thinking and waiting.
func (a *analysis) plateau(s Stretch) (Point, bool) {
	s = a.longestUp(s)
	whole := a.tally(s)
	if !(whole.Requests > 0) {
		return Point{}, false
	}
	half := s
	for half.From < half.To && a.at(half.From)-a.at(s.From) < a.seconds(s)/2 {
		half.From++
	}
	cycle := 1.0
	if h := a.tally(half); h.Throughput > 0 {
		cycle = h.Users / h.Throughput
	}
	settle := math.Min(math.Max(4, 2*cycle), a.seconds(s)/2)
	from := s.From
	for from < s.To && a.at(from)-a.at(s.From) < settle {
		from++
	}
	s = a.betweenCounts(Stretch{from, s.To})
	if a.seconds(s) < leastLevel {
		return Point{}, false
	}
	p := a.tally(s)
	p.Plateau = true
	a.judge(&p)
	return p, p.Requests >= 20
}

// betweenCounts narrows a stretch to where completions were counted. A master
// counts what its workers report every three seconds: a stretch that begins or
// ends between two reports has the requests of another length than its own.
func (a *analysis) betweenCounts(s Stretch) Stretch {
	for s.From < s.To && a.run.Rows[s.From].Done == 0 {
		s.From++
	}
	for s.To > s.From && a.run.Rows[s.To].Done == 0 {
		s.To--
	}
	return s
}

// longestUp is the longest part of a stretch without an outage.
func (a *analysis) longestUp(s Stretch) Stretch {
	best, from := Stretch{}, s.From
	for i := s.From + 1; i <= s.To+1; i++ {
		if i <= s.To && !a.down(i) {
			continue
		}
		if part := (Stretch{from, i - 1}); a.seconds(part) > a.seconds(best) {
			best = part
		}
		from = i
	}
	return best
}

// bins cuts a climb into parts of equal length.
func (a *analysis) bins(s Stretch) []Point {
	n := int(math.Min(mostBins, a.seconds(s)/leastBin))
	if n < 1 {
		return nil
	}
	var out []Point
	from := s.From
	for k := 1; k <= n; k++ {
		to := from
		for to < s.To && a.at(to)-a.at(s.From) < a.seconds(s)*float64(k)/float64(n)-1e-6 {
			to++
		}
		p := a.tally(Stretch{from, to})
		if p.Requests >= 20 {
			a.judge(&p)
			out = append(out, p)
			from = to
		}
	}
	return out
}

// tally sums rows up.
func (a *analysis) tally(s Stretch) Point {
	p := Point{Stretch: s, Start: a.at(s.From), End: a.at(s.To), By: -1, Latency: math.NaN(), Errors: math.NaN()}
	var seconds, failed, sum, users float64
	for i := s.From + 1; i <= s.To; i++ {
		row := a.run.Rows[i]
		d := row.At - a.at(i-1)
		if math.IsNaN(row.Done) || a.down(i) {
			continue
		}
		seconds += d
		before := row.Users
		if i > 0 {
			before = a.run.Rows[i-1].Users
		}
		users += d * (row.Users + before) / 2
		p.Requests += row.Done
		failed += row.Failed
		sum += row.Sum
	}
	if seconds > 0 {
		p.Users = users / seconds
		p.Throughput = p.Requests / seconds
		p.Goodput = (p.Requests - failed) / seconds
	}
	if p.Requests > 0 {
		p.Latency = sum / p.Requests
	}
	return p
}

// down reports whether row i lies in an outage.
func (a *analysis) down(i int) bool {
	for _, o := range a.run.Out {
		if i > o.From && i <= o.To {
			return true
		}
	}
	return false
}

// judge compares a point with the targets.
func (a *analysis) judge(p *Point) {
	p.Errors = a.run.Recorder.Errors(p.From, p.To)
	worst := 0.0
	for i, t := range a.run.Targets {
		v := math.NaN()
		switch t.Kind {
		case Percentile:
			v = a.run.Recorder.Quantile(p.From, p.To, t.P)
		case Mean:
			v = p.Latency
		case Errors:
			v = p.Errors
		}
		p.Values = append(p.Values, v)
		over := t.excess(v)
		p.Missed = p.Missed || over > 0
		p.Broken = p.Broken || over > 0 && !t.Soft
		if over > 0 && (over > worst || !t.Soft && p.By >= 0 && a.run.Targets[p.By].Soft) {
			worst, p.By = over, i
		}
	}
}

// Missed reports whether a figure is beyond the limit.
func (t Target) Missed(v float64) bool { return t.excess(v) > 0 }

// excess is how far a figure lies above the limit; positive is too much. It is
// a log ratio for latencies, a multiple for error rates.
func (t Target) excess(v float64) float64 {
	switch {
	case math.IsNaN(v):
		return math.NaN()
	case t.Kind == Errors && t.Limit > 0:
		return (v - t.Limit) / t.Limit
	case t.Kind == Errors:
		return v
	}
	return math.Log(math.Max(v, 1e-6) / t.Limit)
}
