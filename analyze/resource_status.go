package analyze

import (
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/measure"
)

// The shares of its capacity from which a resource is highly used and
// saturated.
const (
	highFrom      = .75
	saturatedFrom = .90
)

// judgeResource judges a row by its capacity, or where it has none by what its
// figure means.
func (c *context) judgeResource(r *Resource, from, to float64) {
	if !r.Peak.Measured() {
		switch {
		case r.Peak.Why() == measure.NotApplicable && r.Metric == "hit_rate":
			r.Why = "nothing was looked up in the cache in the peak phase"
		case r.Why == "":
			r.Why = "needs " + r.Peak.Need()
		}
		return
	}
	peak, _ := r.Peak.Float()
	if r.Track.Metric == "cpu_cores" && r.Peak.Unit() == measure.Ratio {
		// A share of one core: of how many it is a share, no file tells.
		r.Saturation = measure.None(measure.Ratio, measure.NotDerivable, "the number of cores that it may use: the recorder's file and vmstat's know the host's")
		r.Why = "in shares of one core: how many cores it may use is in no file"
		if peak < highFrom {
			r.Status = ResourceOK
		}
		return
	}
	share, ok := r.Saturation.Float()
	if why := c.maybeCapped(r, from, to); ok && why != "" {
		r.Why = why
		return
	}
	if ok {
		r.Status = ResourceOK
		switch {
		case share >= saturatedFrom:
			r.Status = ResourceSaturated
		case share >= highFrom:
			r.Status = ResourceHigh
		}
		why := fmt.Sprintf("peak %s of %s", percent(share), capacityWords(r))
		if r.Why != "" {
			why += "; " + r.Why
		}
		if n, ok := r.Normal.Float(); ok && r.NormalFrom == normalIdle && r.Status != ResourceOK {
			if limit, _ := r.Capacity.Float(); n >= saturatedFrom*limit {
				r.BusyBefore = true
				why += "; it was as busy before the load, so that other work takes it"
			}
		}
		r.Why = why
		c.directEvidence(r, from, to)
		return
	}
	c.judgeByChange(r, from, to)
	c.directEvidence(r, from, to)
}

// capacityWords says what a capacity is: "100 (max_connections)".
func capacityWords(r *Resource) string {
	text := measure.Format(r.Capacity, measure.Style{Plain: true})
	if r.Metric == "cpu" {
		text = "capacity"
	}
	if r.Track.LimitWhy != "" {
		text += " (" + r.Track.LimitWhy + ")"
	}
	return text
}

func percent(x float64) string {
	return measure.Format(measure.Of(x, measure.Ratio), measure.Style{Plain: true})
}

// judgeByChange judges rows without a capacity by what has changed since the
// normal figure.
//
// A throughput follows the load, so that a rise of commands is no fault. Waits
// and evictions are none to be had at any load. A latency has risen when it is
// beyond twice the normal and the rise is a tenth of what users wait for, so
// that they can notice it.
func (c *context) judgeByChange(r *Resource, from, to float64) {
	peak, _ := r.Peak.Float()
	normal, known := r.Normal.Float()
	r.Status = ResourceOK
	switch r.Metric {
	case "commands":
		return
	case "hit_rate":
		switch {
		case !known:
			r.Status, r.Why = ResourceUnknown, "nothing was looked up before the peak to compare with"
		case 1-peak > 2*(1-normal) && 1-peak >= .05:
			r.Status = ResourceHigh
			r.Why = fmt.Sprintf("%s of look-ups missed, %s in %s", percent(1-peak), percent(1-normal), r.NormalFrom)
		}
	case "evictions":
		if peak > 0 {
			r.Status = ResourceHigh
			r.Why = fmt.Sprintf("%s entries were evicted in the peak phase, %s a second", grouped(int64(peak)), digits2(peak/math.Max(to-from, 1)))
		}
	case "request_queue", "lock_waits":
		if peak >= 1 && (!known || peak > 2*normal) {
			r.Status = ResourceHigh
			r.Why = fmt.Sprintf("%s waited for ten seconds on end", measure.Format(r.Peak, measure.Style{Plain: true}))
		}
	case "query_latency":
		if !known || normal <= 0 {
			r.Status, r.Why = ResourceUnknown, "there is no normal figure to compare with"
			return
		}
		if peak > 2*normal {
			mean, ok := c.windowMean(from, to)
			if ok && peak-normal < .1*mean {
				r.Why = fmt.Sprintf("%s times the normal, but less than a tenth of the mean latency of requests", times(peak/normal))
				return
			}
			r.Status = ResourceHigh
			r.Why = fmt.Sprintf("%s times that of %s", times(peak/normal), r.NormalFrom)
		}
	default:
		if r.Capacity.Why() != measure.NotApplicable {
			// A process that has grown from ten megabytes to thirty is not highly
			// used: that takes its limit.
			r.Status = ResourceUnknown
			if r.Why == "" {
				r.Why = "no file names its capacity, so that there is nothing to judge it by"
			}
			return
		}
		if known && peak > 2*normal && normal > 0 {
			r.Status = ResourceHigh
			r.Why = fmt.Sprintf("%s times that of %s; it has no capacity to judge it by", times(peak/normal), r.NormalFrom)
			return
		}
		if !known {
			r.Status = ResourceUnknown
		}
	}
}

// times is a ratio of readings, which two digits of hold.
func times(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.1f", x)
	}
	e := math.Pow(10, math.Floor(math.Log10(x))-1)
	return grouped(int64(math.Round(x/e) * e))
}

// windowMean is the mean latency of requests between two seconds, in s.
func (c *context) windowMean(from, to float64) (float64, bool) {
	if p := c.peak(); p != nil && p.Start == from {
		return p.Mean.Float()
	}
	return c.whole.Mean.Float()
}

func digits2(x float64) string {
	return measure.Format(measure.Of(x, measure.PerSecond), measure.Style{Bare: true, Plain: true})
}

// directEvidence makes a row saturated where something that only a saturated
// resource does was seen, and nothing saturated where its limit was not what
// was waited for.
func (c *context) directEvidence(r *Resource, from, to float64) {
	say := func(format string, args ...any) {
		r.Status, r.Why = ResourceSaturated, fmt.Sprintf(format, args...)
	}
	peak, _ := r.Peak.Float()
	counted := func(metric string) float64 {
		v, _ := c.tracks.counted(r.Component, metric, from, to)
		n, _ := v.Float()
		return n
	}
	switch r.Metric {
	case "request_queue":
		if n := counted("requests_rejected_total"); n >= 1 {
			say("%s requests were turned away because the queue was full", grouped(int64(n)))
		}
	case "connections":
		if n := counted("connections_refused_total"); n >= 1 {
			say("%s connections were refused for want of room", grouped(int64(n)))
		}
	case "lock_waits":
		if n := counted("deadlocks_total"); n >= 1 && peak >= 1 {
			say("%s deadlocks, and %s locks waited for", grouped(int64(n)), measure.Format(r.Peak, measure.Style{Plain: true}))
		} else if l := c.logged("db_lock_timeout"); l.count > 0 && peak >= 1 {
			say("%s lock timeouts in the application's log, and %s locks waited for", grouped(l.count), measure.Format(r.Peak, measure.Style{Plain: true}))
		}
	case "query_latency":
		if l := c.logged("db_query_timeout"); l.count > 0 && r.Status == ResourceHigh {
			say("%s queries timed out, as the application's log says", grouped(l.count))
		}
	case "connection_pool":
		if n := counted("pool_timeouts_total"); n >= 1 {
			say("%s requests gave up waiting for a connection", grouped(int64(n)))
		}
	case "memory":
		if r.Component != "app" {
			return
		}
		if l := c.logged("memory"); l.count > 0 {
			say("the application ran out of memory at %s of the run, as its log says", measure.Span(math.Round(l.first-c.start)))
		} else if l := c.logged("crash"); l.count > 0 && namesMemory(l.example) {
			say("the application was killed at %s of the run, and its log names memory: %s", measure.Span(math.Round(l.first-c.start)), WithoutTime(l.example))
		}
	}
}

// namesMemory reports whether a line on a crash speaks of memory.
func namesMemory(line string) bool {
	words := wordsOf(line)
	return slices.ContainsFunc(words, func(w string) bool {
		return w == "memory" || w == "oom" || w == "oomkilled" || w == "memoryerror" || w == "outofmemoryerror"
	})
}
