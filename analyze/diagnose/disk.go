package diagnose

import (
	"fmt"

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
	if len(w) == 0 && len(b) == 0 {
		return isBlind("the time that processors waited for disks during the run (vmstat, or peakload record)")
	}
	said := ""
	if len(w) > 0 {
		said = fmt.Sprintf("processors waited for disks %s of the time %s", percent(mean(w)), s.stress.name)
	}
	if len(b) > 0 {
		said = join(said, fmt.Sprintf("the busiest disk was busy %s of the time", percent(mean(b))))
	}
	if !(median(w) >= muchWaiting) && !(median(b) >= busyDisk) {
		return isClear(said)
	}
	if before := wait.in(s.light); len(before) > 0 && median(w) < 1.5*median(before) && !(median(b) >= busyDisk) {
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
	t.order = s.precedes(onset, wait)
	t.shift = s.tieBreaker(wait)
	f := analyze.Finding{Component: "disks", Onset: onset, Symptom: upper(said) + s.since("at this level", onset), Impact: s.impact()}
	if len(w) > 0 {
		f.Evidence = append(f.Evidence, evidence(said, mean(w), measure.Ratio, wait))
	}
	if len(b) > 0 {
		f.Evidence = append(f.Evidence, evidence("busiest disk", mean(b), measure.Ratio, busy))
	}
	f.Recommendation = "Find what reads or writes (pg_stat_io, iotop): more memory for the database's cache, fewer synchronous writes, or faster disks"
	if r := s.rate("blocks_read_total", database).in(s.stress); len(r) > 0 && mean(r) > 0 {
		f.Recommendation += fmt.Sprintf("; the database read %s blocks/s that its own cache did not hold", digits(mean(r)))
	}
	o := isFound(f, t)
	o.independent = true
	return o
}
