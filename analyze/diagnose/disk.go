package diagnose

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// The shares of time from which disks hold a machine up: its processors wait
// for them, or one is always busy.
const (
	muchWaiting = .2
	busyDisk    = .9
)

// lookAtDisk: processors wait for disks, or a disk is always busy.
func lookAtDisk(s *scene) outcome {
	wait := s.series(host, "cpu_iowait_ratio")
	busy := s.anywhere("disk_busy_ratio", host, database)
	w, b := wait.in(s.stress), busy.in(s.stress)
	waiting := s.series(database, "connections_waiting_io")
	io := waiting.in(s.stress)
	part := mean(io) / math.Max(1, s.busyConnections())
	held := share(io, 1) >= .5 && mean(io) >= 2 && part >= .3
	if len(w) == 0 && len(b) == 0 && !held {
		return isBlind("the time that processors waited for disks during the run (vmstat, or peakload record)")
	}
	said := ""
	if len(w) > 0 {
		said = fmt.Sprintf("processors waited for disks %s of the time %s", percent(mean(w)), s.stress.name)
	}
	if len(b) > 0 {
		said = join(said, fmt.Sprintf("the busiest disk was busy %s of the time", percent(mean(b))))
	}
	inDatabase := ""
	if held {
		more := fmt.Sprintf("%s of the database waited for its disk in the mean %s, %s at most", count(mean(io), "connection", "connections"), s.stress.name, whole(highest(io)))
		if n := s.busyConnections(); n > 0 {
			more += fmt.Sprintf(" (%s were busy)", digits(n))
		}
		inDatabase = more
	}
	if !(median(w) >= muchWaiting) && !(median(b) >= busyDisk) && !held {
		return isClear(said)
	}
	if before := wait.in(s.light); !held && len(before) > 0 && median(w) < 1.5*median(before) && !(median(b) >= busyDisk) {
		return isClear(said + ", and as much at light load")
	}
	t := noTerms()
	if len(w) > 0 {
		t.waiting = clamp((median(w) - .05) / .3)
	}
	if len(b) > 0 {
		t.saturation = saturated(b, 1)
	}
	onset := s.first(wait, muchWaiting)
	if len(b) > 0 {
		onset = s.first(busy, busyDisk)
	}
	if held {
		t.saturation = math.Max(orZero(t.saturation), clamp((part-.1)/.4))
		t.waiting = math.Max(orZero(t.waiting), s.waits(waiting))
		onset = s.first(waiting, 1)
	}
	t.order = s.precedes(onset, wait)
	t.shift = s.tieBreaker(wait)
	f := analyze.Finding{Component: "disks", Onset: onset, Symptom: upper(said) + s.since("at this level", onset), Impact: s.impact()}
	if held {
		f.Symptom = upper(join(inDatabase+s.since("so", onset), said))
	}
	if len(w) > 0 {
		f.Evidence = append(f.Evidence, evidence(said, mean(w), measure.Ratio, wait))
	}
	if len(b) > 0 {
		f.Evidence = append(f.Evidence, evidence("busiest disk", mean(b), measure.Ratio, busy))
	}
	if held {
		f.Evidence = append(f.Evidence, evidence("connections that wait for the database's disk", mean(io), measure.Count, waiting))
	}
	f.Recommendation = "Find what reads or writes (pg_stat_io, iotop): more memory for the database's cache, fewer synchronous writes, or faster disks"
	if held {
		f.Recommendation = "See in pg_stat_activity's wait events whether the database reads or writes its log (WAL): more memory for its cache for the one; for the other several changes a commit, synchronous_commit = off for what may be lost, or a faster disk for the log"
	}
	if r := s.rate("blocks_read_total", database).in(s.stress); len(r) > 0 && mean(r) >= 10 {
		f.Recommendation += fmt.Sprintf("; the database read %s blocks/s that its own cache did not hold", digits(mean(r)))
	}
	o := isFound(f, t)
	o.independent = true
	return o
}
