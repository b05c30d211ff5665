package diagnose

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// A drift is a rise of the mean latency while the number of users did not
// change: time, or something that happened, is behind it, and not the load.
type drift struct {
	span
	users         float64
	before, after float64 // median of the mean latency in the first and the last quarter, s
	at            float64 // s of the run from which it was past the middle of the two
	gradual       bool    // it climbed; false: it stepped up
}

// What makes a drift: enough time at one load after it was reached, and a rise
// that nobody takes for fluctuation and that was still there at the end. A
// queue that a load fills is full within some seconds; a rise that ends before
// a quarter of the stretch is over is not seen here.
const (
	driftLeast  = 40. // s at one load
	driftSettle = 10. // s of it that belong to reaching it
	driftFactor = 1.75
	sameUsers   = .03
)

// heldLoad is the longest stretch of one load, without the time that belongs to
// reaching it; ok is false where it is too short for anything to change in it.
func (s *scene) heldLoad() (best span, ok bool) {
	t := s.a.Timeline
	for i := 0; i < len(t.Time); {
		j := i
		for j+1 < len(t.Time) && t.Users[i] > 0 && math.Abs(t.Users[j+1]-t.Users[i]) <= math.Max(1, sameUsers*t.Users[i]) {
			j++
		}
		if t.Time[j]-t.Time[i] > best.to-best.from {
			best = span{from: t.Time[i], to: t.Time[j], known: true}
		}
		i = j + 1
	}
	best.from += driftSettle
	best.to -= 2 // the means of the last seconds see what comes after
	return best, best.known && best.to-best.from >= driftLeast-driftSettle
}

// findDrift looks for a drift in the longest stretch of one load.
func (s *scene) findDrift() (drift, bool) {
	t := s.a.Timeline
	best, ok := s.heldLoad()
	if !ok {
		return drift{}, false
	}
	quarter := (best.to - best.from) / 4
	var q [4]float64
	for k := range q {
		q[k] = median(s.meansIn(span{from: best.from + float64(k)*quarter, to: best.from + float64(k+1)*quarter}))
	}
	d := drift{span: best, users: s.usersIn(best), before: q[0], after: q[3]}
	if !(d.after >= driftFactor*d.before && d.after-d.before >= slowBy && q[3] >= .8*q[2]) {
		return drift{}, false
	}
	middle := (d.before + d.after) / 2
	for i := range t.Time {
		if t.Time[i] < best.from || t.Time[i] > best.to || i >= len(t.Mean) || math.IsNaN(t.Mean[i]) {
			continue
		}
		if t.Mean[i] < middle {
			d.at = math.NaN()
		} else if !(d.at > 0) {
			d.at = t.Time[i]
		}
	}
	if !(d.at > 0) {
		return drift{}, false
	}
	d.gradual = s.climbs(best) || s.risesIn(span{from: best.from, to: d.at - 3}) || s.risesIn(span{from: d.at + 3, to: best.to})
	return d, true
}

// climbs reports whether a straight line fits the mean latencies of a stretch
// better than the best step does (least squares).
func (s *scene) climbs(sp span) bool {
	y := s.meansIn(sp)
	n := float64(len(y))
	if n < 6 {
		return false
	}
	var sx, sy, sxx, sxy, syy float64
	for i, v := range y {
		x := float64(i)
		sx, sy, sxx, sxy, syy = sx+x, sy+v, sxx+x*x, sxy+x*v, syy+v*v
	}
	slope := (n*sxy - sx*sy) / (n*sxx - sx*sx)
	line := syy - sy*sy/n - slope*(sxy-sx*sy/n)
	step, head := math.Inf(1), 0.
	for i := range y[:len(y)-1] {
		head += y[i]
		k := float64(i + 1)
		step = math.Min(step, syy-head*head/k-(sy-head)*(sy-head)/(n-k))
	}
	return line < step
}

// risesIn reports whether the mean latency rose by half over a stretch of
// twenty seconds or more: beside a step there is a climb then.
func (s *scene) risesIn(sp span) bool {
	third := (sp.to - sp.from) / 3
	if 3*third < 20 {
		return false
	}
	first, last := median(s.meansIn(span{from: sp.from, to: sp.from + third})), median(s.meansIn(span{from: sp.to - third, to: sp.to}))
	return last >= 1.5*first && last-first >= slowBy
}

// meansIn returns the mean latencies of a stretch, second by second.
func (s *scene) meansIn(sp span) []float64 {
	var out []float64
	t := s.a.Timeline
	for i, at := range t.Time {
		if at >= sp.from && at <= sp.to && i < len(t.Mean) && !math.IsNaN(t.Mean[i]) {
			out = append(out, t.Mean[i])
		}
	}
	return out
}

// said says what the drift is: "at a constant 80 users the mean latency stepped
// up from 29 ms to 440 ms at about 50 s of the run".
func (d drift) said() string {
	how := "stepped up"
	if d.gradual {
		how = "climbed"
	}
	out := fmt.Sprintf("at a constant %s the mean latency %s from %s to %s", count(d.users, "user", "users"), how, seconds(d.before), seconds(d.after))
	if !d.gradual {
		out += " at about " + measure.Span(math.Round(d.at)) + " of the run"
	}
	return out
}

// driftIssue is the issue of a drift that no finding explains.
func driftIssue(s *scene) []analyze.Issue {
	if !s.drifts || len(s.a.Diagnosis.Findings) > 0 {
		return nil
	}
	return []analyze.Issue{{Severity: "P1", Title: "Latency rose although the load did not", Evidence: s.drift.said()}}
}

// afterDrift asks for what changed, where no finding says it.
func (s *scene) afterDrift() string {
	switch {
	case !s.drifts:
		return ""
	case s.drift.gradual:
		return upper(s.drift.said()) + ": find out what grows with time or with the requests served (tables, queues, caches, memory), and repeat the run for longer to see whether it levels off"
	}
	return upper(s.drift.said()) + ": find out what happened then (deployments, scheduled jobs, backups, what the system calls, the network); the number of users did not change"
}
