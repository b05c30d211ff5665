package diagnose

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// lookAtLocks: queries wait for locks that other transactions hold. A lock
// that is waited for now and then is ordinary; the finding is that a good part
// of the connections in use do nothing but wait.
func lookAtLocks(s *scene) outcome {
	waits := s.series(database, "lock_waits", "connections_waiting")
	b := s.blame([]string{"db_lock_timeout"}, nil)
	dead := s.rate("deadlocks_total", database)
	v := waits.in(s.stress)
	if len(v) == 0 && !(b.share >= .05) {
		return isBlind("snapshots of the database's lock waits (pg_locks, pg_stat_activity) during the run")
	}
	busy := s.busyConnections()
	n := mean(v)
	part := n / math.Max(1, busy)
	often := share(v, 1)
	deadlocks := mean(dead.in(s.stress)) * (s.stress.to - s.stress.from)
	if !(b.share >= .05) && !(often >= .5 && (part >= .2 || n >= 5)) {
		said := fmt.Sprintf("%s locks waited for in the mean %s, %s at most", digits(n), s.stress.name, digits(highest(v)))
		if n == 0 && highest(v) == 0 {
			said = "no lock was waited for in any reading " + s.stress.name
		}
		return isClear(said)
	}
	t := noTerms()
	if s.failures() > 0 && b.named > 0 {
		t.text = b.term() // a wait that does not time out fails nothing
	}
	if !math.IsNaN(part) {
		t.saturation = clamp((part - .1) / .4)
	}
	t.waiting = s.waits(waits)
	onset := s.first(waits, 1)
	t.order = s.precedes(onset, waits)
	t.shift = s.tieBreaker(waits)
	f := analyze.Finding{Component: "locks of the database", Onset: onset, Impact: s.impact()}
	said := ""
	if len(v) > 0 {
		said = fmt.Sprintf("%s waited for locks in the mean %s, %s at most", count(n, "query", "queries"), s.stress.name, whole(highest(v)))
		if busy > 0 {
			said += fmt.Sprintf(" (%s connections were busy)", digits(busy))
		}
		f.Evidence = append(f.Evidence, evidence(said, n, measure.Count, waits))
		said += s.since("waited for", onset)
	}
	if b.named > 0 {
		said = join(said, fmt.Sprintf("%s %s name a lock or a deadlock", whole(b.named), b.where))
		f.Evidence = append(f.Evidence, evidence(b.said("a lock"), b.named, measure.Count, nil))
	}
	if deadlocks >= 1 {
		said = join(said, count(deadlocks, "deadlock", "deadlocks")+" found by the database")
		f.Evidence = append(f.Evidence, evidence("deadlocks found by the database", deadlocks, measure.Count, dead))
	}
	longest := highest(s.series(database, "lock_wait_longest_seconds").in(s.stress))
	if longest > 0 {
		said = join(said, "the longest wait seen was "+seconds(longest))
	}
	if tx := highest(s.series(database, "longest_transaction_seconds").in(s.stress)); tx > 0 {
		f.Evidence = append(f.Evidence, evidence("age of the oldest open transaction", tx, measure.Seconds, s.series(database, "longest_transaction_seconds")))
	}
	f.Symptom = upper(said)
	f.Recommendation = "Find the rows that many requests write (pg_locks with pg_blocking_pids names the statements), and keep their locks for less: update them last in the transaction and commit at once, or collect the changes elsewhere"
	if x := s.throughput(); x > 0 && n > 0 {
		f.Recommendation += fmt.Sprintf("; a request now waits %s for locks in the mean (%s waiting ÷ %s)", seconds(n/x), digits(n), perSecond(x))
	}
	o := isFound(f, t)
	o.independent = true
	return o
}

// busyConnections returns how many connections work or hold a transaction in
// the mean under stress; NaN not known.
func (s *scene) busyConnections() float64 {
	if v := s.anywhere("pool_in_use", app).in(s.stress); len(v) > 0 {
		return mean(v)
	}
	out := mean(s.series(database, "connections_active").in(s.stress))
	if idle := mean(s.series(database, "connections_idle_in_transaction").in(s.stress)); idle > 0 {
		out += idle
	}
	return out
}
