package analyze

import (
	"math"
	"sort"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A tick is what happened between two consecutive rows of the history, or
// seconds of the JSON.
type tick struct {
	from, to  float64 // Unix s
	completed int64
	failed    int64
	users     int // fewest at either end; −1 unknown
	sample    int // the history's sample at the tick's end
	// blind: nothing can be said of it, for the counters were reset in it or the
	// writer itself stood still.
	blind bool
}

// ticks returns the run second by second, from the history or, without one,
// from the JSON's counts; step is the seconds between changes of the counters.
func ticks(c *context) (out []tick, step float64) {
	if h := c.history; h != nil {
		return historyTicks(c, h), max(1, h.Step)
	}
	if js := c.run.Histograms; js != nil {
		return jsonTicks(js), 1
	}
	return nil, 1
}

func historyTicks(c *context, h *loadtest.History) []tick {
	var out []tick
	step := max(1, h.Step)
	for k, seg := range segments(h) {
		for i := seg.From; i <= seg.To; i++ {
			if i == 0 {
				continue
			}
			t := tick{from: c.edge(i - 1), to: c.edge(i), users: min(h.Users[i-1], h.Users[i]), sample: i}
			t.completed, t.failed = h.Total.Requests[i], h.Total.Failures[i]
			if i > seg.From {
				t.completed -= h.Total.Requests[i-1]
				t.failed -= h.Total.Failures[i-1]
			} else if k > 0 && t.completed == 0 {
				t.blind = true // what came before the reset is not known
			}
			// A row is written every second. Where several are missing at once and
			// nothing was counted either, the generator stood still.
			if t.completed == 0 && float64(h.Time[i]-h.Time[i-1]) > 2*step+1 {
				t.blind = true
			}
			out = append(out, t)
		}
	}
	return out
}

// jsonTicks reads the JSON's completions by second. It covers the run from the
// first to the last completion.
func jsonTicks(js *loadtest.Histograms) []tick {
	done, failed := map[int64]int64{}, map[int64]int64{}
	for i := range js.Endpoints {
		for s, n := range js.Endpoints[i].PerSecond {
			done[s] += n
		}
		for s, n := range js.Endpoints[i].FailPerSecond {
			failed[s] += n
		}
	}
	var seconds []int64
	for s := range done {
		seconds = append(seconds, s)
	}
	if len(seconds) == 0 {
		return nil
	}
	sort.Slice(seconds, func(a, b int) bool { return seconds[a] < seconds[b] })
	var out []tick
	last := seconds[0] - 1
	for _, s := range seconds {
		for s-last > 1 && s-last < 24*3600 { // a silent second
			last++
			out = append(out, tick{from: float64(last), to: float64(last + 1), users: -1, sample: -1})
		}
		last = s
		out = append(out, tick{from: float64(s), to: float64(s + 1), completed: done[s], failed: min(failed[s], done[s]), users: -1, sample: -1})
	}
	return out
}

// expected is how many completions the load would have made in ticks [from,to]
// had it gone on as in the half minute before, or longer until there are enough
// to tell its rate, scaled down where users left; least is what it would have
// made at the lowest rate that can have given the completions seen.
// Locust's users send on a schedule of their own, so that no completion where
// many were due says that the system stood still, and where few were due says
// nothing.
func expected(ts []tick, from, to int) (due, least float64) {
	const memory, enough = 30, 100 // s, completions
	done, seconds, users := 0.0, 0.0, 0.0
	for i := from - 1; i >= 0 && (seconds < memory || done < enough); i-- {
		if ts[i].blind {
			continue
		}
		d := ts[i].to - ts[i].from
		if ts[i].completed == 0 && ts[i].users == 0 {
			break // another load began after this
		}
		done += float64(ts[i].completed)
		users += d * float64(max(ts[i].users, 0))
		seconds += d
	}
	if seconds == 0 {
		return 0, 0
	}
	for i := from; i <= to; i++ {
		scale := 1.0
		if mean := users / seconds; ts[i].users >= 0 && mean > 0 {
			scale = min(1, float64(ts[i].users)/mean)
		}
		due += scale * done / seconds * (ts[i].to - ts[i].from)
	}
	if done > 0 {
		// Three standard deviations of a Poisson count, by its square root.
		low := max(0, math.Sqrt(done)-1.5)
		least = due * low * low / done
	}
	return due, least
}

// surprising reports whether silence over ticks [from,to] is more than the
// load's own pauses: fewer than one such silence in a thousand runs if the users
// sent independently of each other, and longer than the pauses of a load whose
// users send together.
func surprising(ts []tick, from, to int) bool {
	if _, due := expected(ts, from, to); due < math.Log(1000*float64(len(ts))) {
		return false
	}
	length := ts[to].to - ts[from].from
	steady, seconds, stretch := 0.0, 0.0, 0.0
	var pauses []float64
	quiet := 0.0
	end := func() {
		// Activity counts as steady when it outlasts the pause that is judged,
		// or ten seconds.
		if stretch >= min(10, length) {
			steady += stretch
		}
		stretch = 0
	}
	for i := range ts {
		if i >= from && i <= to || ts[i].users == 0 {
			continue
		}
		d := ts[i].to - ts[i].from
		seconds += d
		if ts[i].completed > 0 {
			if quiet >= 3 {
				pauses = append(pauses, quiet)
				end()
			}
			quiet = 0
			stretch += d
			continue
		}
		quiet += d
	}
	end()
	if steady >= 30 || steady >= .25*seconds {
		return true
	}
	if len(pauses) == 0 {
		return true
	}
	sort.Float64s(pauses)
	return length > 3*pauses[len(pauses)/2]
}
