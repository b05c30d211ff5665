package analyze

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/capacity"
	"github.com/peakload/peakload/analyze/measure"
)

// What makes a burst of failures an interruption rather than overload: it ends
// by itself while the load goes on, and the same load had been carried before.
const (
	interruptionEdge  = 10.0 // s that it may reach beyond what a monitor saw
	interruptionLeast = 3.0  // s of failures
	interruptionMost  = 30.0 // s, where no monitor saw it
	cleanBefore       = 10.0 // s of the same load without failures before it
	cleanAfter        = 5.0  // s of it after it
	interruptedShare  = .2   // of the requests failed while it lasted
	cleanShare        = .01
)

// interruptions are the stretches in which requests failed, not all of them as
// in an outage, for something that happened and not for the load: a part of
// the system did not answer its monitor, or the failures began and ended while
// the load stayed what it was.
func (c *context) interruptions() []Outage {
	if c.history == nil || !c.knowsLoad() || len(c.stability.Outages) > 0 {
		return nil
	}
	f := failingRows{c, c.capacityRows()}
	out := f.unreached()
	if n, ok := c.whole.RateLimited.Float(); len(out) > 0 || !ok || n > 0 {
		return out // a limiter refuses in bursts by itself
	}
	for i := 1; i < len(f.rows); i++ {
		if f.share(i, i) < interruptedShare {
			continue
		}
		last := i
		for last+1 < len(f.rows) && c.at(last+1)-c.at(i) <= interruptionMost && f.share(last+1, f.after(last+1, cleanAfter)) >= cleanShare {
			last++
		}
		from, to := f.ago(i, cleanBefore), f.after(last+1, cleanAfter)
		for last > i && f.share(last, last) < cleanShare {
			last--
		}
		if c.at(last)-c.at(i-1) >= interruptionLeast && f.sameLoad(from, to) && c.at(i)-c.at(from) >= cleanBefore-1 && c.at(to)-c.at(last) >= cleanAfter-1 &&
			f.share(from, i-1) < cleanShare && f.share(last+1, to) < cleanShare && f.share(i, last) >= interruptedShare {
			out = append(out, f.interruption(i, last, ""))
		}
		i = last
	}
	return out
}

// unreached are the interruptions in which a monitor got no answer, in their
// order; where several parts did not answer at once it is one.
func (f failingRows) unreached() []Outage {
	type spell struct {
		from, to int
		parts    []string
	}
	var spells []spell
	c := f.c
	for _, u := range c.unreachables() {
		if u.component == "load_generator" || u.component == "host" {
			continue
		}
		from, to := c.sampleAt(u.from), c.sampleAt(math.Min(u.to, c.length()))
		for from > 0 && f.share(from-1, from-1) >= defaultErrors && c.at(from-1) >= u.from-interruptionEdge {
			from--
		}
		for to+1 < len(f.rows) && f.share(to+1, to+1) >= defaultErrors && c.at(to+1) <= u.to+interruptionEdge {
			to++
		}
		// From its first row on, the run does not show the system without it.
		if from > 0 && f.share(from, to) >= defaultErrors && f.share(f.ago(from, cleanBefore), from-1) < defaultErrors {
			spells = append(spells, spell{from, to, []string{"the " + ComponentWords(u.component)}})
		}
	}
	slices.SortStableFunc(spells, func(a, b spell) int { return cmp.Compare(a.from, b.from) })
	var out []Outage
	for i := 0; i < len(spells); i++ {
		s := spells[i]
		for i+1 < len(spells) && spells[i+1].from <= s.to {
			i++
			s.to = max(s.to, spells[i].to)
			if part := spells[i].parts[0]; !slices.Contains(s.parts, part) {
				s.parts = append(s.parts, part)
			}
		}
		monitors := "its monitor"
		if len(s.parts) > 1 {
			monitors = "their monitors"
		}
		out = append(out, f.interruption(s.from, s.to, andList(s.parts)+" did not answer "+monitors+" and "))
	}
	return out
}

// failingRows asks rows of the history for failures.
type failingRows struct {
	c    *context
	rows []capacity.Row
}

// share of the requests of rows from to to that failed; 0 of none.
func (f failingRows) share(from, to int) float64 {
	done, failed := 0., 0.
	for i := max(from, 0); i <= to && i < len(f.rows); i++ {
		if f.rows[i].Done > 0 {
			done, failed = done+f.rows[i].Done, failed+f.rows[i].Failed
		}
	}
	if done == 0 {
		return 0
	}
	return failed / done
}

// ago is the row so many seconds before row i, after that many after it.
func (f failingRows) ago(i int, s float64) int {
	for k := i; ; k-- {
		if k <= 0 || f.c.at(i)-f.c.at(k) >= s {
			return max(k, 0)
		}
	}
}

func (f failingRows) after(i int, s float64) int {
	for k := i; ; k++ {
		if k >= len(f.rows)-1 || f.c.at(k)-f.c.at(i) >= s {
			return min(k, len(f.rows)-1)
		}
	}
}

// sameLoad reports whether the users stayed what they were, 3 in 100 apart.
func (f failingRows) sameLoad(from, to int) bool {
	low, high := math.Inf(1), 0.
	for i := from; i <= to; i++ {
		low, high = math.Min(low, f.rows[i].Users), math.Max(high, f.rows[i].Users)
	}
	return low > 0 && high-low <= math.Max(1, .03*high)
}

func (f failingRows) interruption(from, to int, lead string) Outage {
	return Outage{Start: f.c.at(from), End: f.c.at(to), Users: f.c.history.Users[from],
		Evidence: lead + measure.Format(measure.Of(f.share(from, to), measure.Ratio), measure.Style{}) + " of the requests failed"}
}

// interrupted reports whether targets were missed only while something else
// than the load made requests fail, and words it: that is no load at which they break.
func (a capacityAnswer) interrupted() bool {
	broken := a.c.stability.Interruptions
	if len(broken) == 0 {
		return false
	}
	o := broken[0]
	a.out.BrokeAt = o.Start
	a.out.BreakingText = fmt.Sprintf("not identifiable: interrupted at %s after %s", inUsers(float64(o.Users)), measure.Span(math.Round(o.Start)))
	a.out.BreakingNote = fmt.Sprintf("From %s to %s of the run %s, at %s: a load that the run otherwise carried with %s. That is no limit of load.",
		measure.Span(math.Round(o.Start)), measure.Span(math.Round(o.End)), o.Evidence, inUsers(float64(o.Users)), a.hardInWords())
	return true
}
