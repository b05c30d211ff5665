package analyze

import (
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
)

// A runningTotal is a counter, which only grows: what was counted since its
// first reading, with the times at which it began again from zero.
type runningTotal struct {
	Track            // as read
	sum    []float64 // counted since the first reading
	resets []float64 // times of the first reading after each reset
}

// A counterReset is a counter that went back to zero, as it does when its
// process restarts.
type counterReset struct {
	at                     float64
	metric, instance, file string
}

// newTotal adds the steps of a counter up. A step back is a reset: what it
// reads after that was counted since, and what was counted between the last
// reading and the reset is lost, as in Prometheus' rate. A counter of seconds
// that goes back by less than a hundredth has not restarted: a process left
// the group that it is summed over.
func newTotal(tr Track) runningTotal {
	n := runningTotal{Track: tr, sum: make([]float64, len(tr.Value))}
	seconds := strings.HasSuffix(tr.Metric, "_seconds_total")
	for i := 1; i < len(tr.Value); i++ {
		d := tr.Value[i] - tr.Value[i-1]
		if d < 0 {
			if seconds && -d < .01*tr.Value[i-1] {
				d = 0
			} else {
				n.resets = append(n.resets, tr.Time[i])
				d = tr.Value[i]
			}
		}
		n.sum[i] = n.sum[i-1] + d
	}
	return n
}

// rateName is the name of a counter's rate.
func rateName(metric string) string {
	if metric == "cpu_seconds_total" {
		return "cpu_cores"
	}
	return strings.TrimSuffix(metric, "_total") + "_per_second"
}

// rate returns the counter's growth per second between its readings, each at
// the later of the two. Where a reset lies between two readings there is none.
func (n runningTotal) rate() Track {
	tr := n.Track
	tr.Metric = rateName(n.Metric)
	tr.Unit = unitOf(tr.Metric)
	tr.Time, tr.Value = nil, nil
	shortest := math.Inf(1)
	for i := 1; i < len(n.Time); i++ {
		dt := n.Time[i] - n.Time[i-1]
		shortest = min(shortest, dt)
		if slices.Contains(n.resets, n.Time[i]) {
			continue
		}
		tr.Time = append(tr.Time, n.Time[i])
		tr.Value = append(tr.Value, (n.sum[i]-n.sum[i-1])/dt)
	}
	if tr.Step > 0 && !math.IsInf(shortest, 1) {
		// Both readings may be off by half a step.
		tr.Step = 2 * tr.Step / shortest
	}
	return tr
}

// at returns the total at second s: that of the last reading at or before it,
// the first reading's where there is none; i is the reading, -1 for none.
func (n runningTotal) at(s float64) (sum float64, i int) {
	i, found := slices.BinarySearch(n.Time, s)
	if !found {
		i--
	}
	if i < 0 {
		return 0, -1
	}
	return n.sum[i], i
}

// between returns what was counted from second from to second to, with the
// limits that the times of the readings leave. whole says that a reading at or
// before the start and one at or after the end enclose the stretch.
func (n runningTotal) between(from, to float64) (count, low, high float64, whole bool) {
	if len(n.sum) == 0 {
		return 0, 0, math.Inf(1), false
	}
	a, i := n.at(from)
	j, _ := slices.BinarySearch(n.Time, to)
	after := j < len(n.Time)
	if !after {
		j = len(n.Time) - 1
	}
	whole = i >= 0 && after
	high = n.sum[j] - a
	// From inside: the first reading after the start, the last before the end.
	inside := i
	if i < 0 || n.Time[i] < from {
		inside = i + 1
	}
	b, k := n.at(to)
	low = 0
	if inside < len(n.sum) && k >= inside {
		low = b - n.sum[inside]
	}
	return n.sumAt(to) - n.sumAt(from), low, high, whole
}

// duringRun returns what was counted over a run of length seconds: from the last
// reading before it to the first after it, since there is no load outside of
// it. Where readings begin later, what the counter held by then may have been
// counted before the run or in it; where they end earlier, more may have come.
func (n runningTotal) duringRun(length float64) (count, low, high float64) {
	if len(n.sum) == 0 {
		return 0, 0, math.Inf(1)
	}
	before, i := n.at(loadBegins)
	j, _ := slices.BinarySearch(n.Time, length)
	ends := j < len(n.Time)
	if !ends {
		j = len(n.Time) - 1
	}
	count = n.sum[j] - before
	low, high = count, count
	if i < 0 {
		high += n.Value[0]
	}
	if !ends {
		high = math.Inf(1)
		if late := length - n.Time[j]; count == 0 && i >= 0 && late < .05*length {
			high = 0 // nothing in nineteen twentieths of the run
		} else if late < .05*length && j > 0 {
			// What the last stretch may have added, at ten times the mean rate.
			high = count + math.Ceil(10*count*late/max(n.Time[j]-max(n.Time[0], 0), 1))
		}
	}
	for _, at := range n.resets {
		// Lost between the last reading and the reset: at most what the stretch
		// before it would have made of the gap.
		if k, found := slices.BinarySearch(n.Time, at); found && k >= 2 && at <= length {
			if dt := n.Time[k-1] - n.Time[k-2]; dt > 0 {
				high += math.Ceil((n.sum[k-1] - n.sum[k-2]) / dt * (n.Time[k] - n.Time[k-1]))
			}
		}
	}
	return count, low, high
}

// sumAt returns the total at second s on the line between its two readings.
func (n runningTotal) sumAt(s float64) float64 {
	a, i := n.at(s)
	switch {
	case i < 0:
		return 0
	case i == len(n.sum)-1:
		return a
	}
	return a + (n.sum[i+1]-a)*(s-n.Time[i])/(n.Time[i+1]-n.Time[i])
}

// chooseCounters keeps, of the files that hold a counter, the best one's.
func (t *tracks) chooseCounters(length float64) {
	for key, all := range t.counters {
		type file struct{ kind, name string }
		var files []file
		for _, n := range all {
			if f := (file{n.Kind, n.File}); !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
		var rivals []candidate
		for _, f := range files {
			var own []Track
			for _, n := range all {
				if n.Kind == f.kind && n.File == f.name {
					own = append(own, n.Track)
				}
			}
			longest := slices.MaxFunc(own, func(a, b Track) int { return len(a.Time) - len(b.Time) })
			x := candidate{Track: longest, parts: own}
			x.measureCover(length)
			rivals = append(rivals, x)
		}
		best := choose(rivals)
		var kept []runningTotal
		for _, n := range all {
			if n.Kind == best.Kind && n.File == best.File {
				kept = append(kept, n)
			}
		}
		t.counters[key] = kept
	}
}

// counted returns what a component's counter, over all of its instances,
// counted from second from to second to; ok is false without the counter.
func (t *tracks) counted(component, metric string, from, to float64) (measure.Value, bool) {
	all := t.counters[trackKey{component, metric}]
	if len(all) == 0 {
		return measure.Value{}, false
	}
	if whole := slices.IndexFunc(all, func(n runningTotal) bool { return n.Instance == "" }); whole >= 0 {
		all = all[whole : whole+1]
	}
	return countedBy(all, from, to, measure.Count)
}

// countedInRun is counted over the whole run. ok is false without the counter.
func (t *tracks) countedInRun(component, metric, instance string, length float64) (measure.Value, bool) {
	all := t.counters[trackKey{component, metric}]
	if instance != "" {
		all = slices.DeleteFunc(slices.Clone(all), func(n runningTotal) bool { return n.Instance != instance })
	} else if whole := slices.IndexFunc(all, func(n runningTotal) bool { return n.Instance == "" }); whole >= 0 {
		all = all[whole : whole+1]
	}
	if len(all) == 0 {
		return measure.Value{}, false
	}
	n, low, high := 0.0, 0.0, 0.0
	for _, x := range all {
		a, l, h := x.duringRun(length)
		n, low, high = n+a, low+l, high+h
	}
	src := measure.Source{File: all[0].File, Column: strings.TrimSpace(metric + " " + instance), Formula: "first reading after the run − last before it, resets added"}
	method := measure.Bounded
	if low == high {
		method = measure.Exact
	}
	return measure.Within(n, low, high, measure.Count, method, src), true
}

// countedBy adds up what counters counted.
func countedBy(all []runningTotal, from, to float64, u measure.Unit) (measure.Value, bool) {
	n, low, high := 0.0, 0.0, 0.0
	for _, x := range all {
		a, l, h, whole := x.between(from, to)
		if !whole && len(x.Time) < 2 {
			return measure.None(u, measure.NoSamples, "two readings of "+x.Metric+" at least, one before the load and one after it"), true
		}
		n, low, high = n+a, low+l, high+h
	}
	src := measure.Source{File: all[0].File, Column: all[0].Metric, Formula: "last reading − first reading, resets added"}
	return measure.Within(n, low, high, u, measure.Bounded, src), true
}
