package capacity

import "math"

// A Recovery is what happened after the load was taken away.
type Recovery struct {
	Outcome RecoveryOutcome
	// Seconds is how long after Drop the targets held again for good.
	Seconds Range
	Drop    float64 // s of the run: the last row of the highest load
	Back    float64 // s of the run; NaN never
	Watched float64 // s of traffic after Drop
	Users   float64 // when it was back, or at the run's end
	Peak    float64 // users before
	// Judged is by how many s before Drop the targets are judged.
	Judged float64
	// Missed says that a target was missed when the load went down, or the run
	// ended.
	Missed bool
	// Degraded says that none but soft targets were.
	Degraded bool
}

// A RecoveryOutcome is one of what can happen.
type RecoveryOutcome uint8

// The outcomes.
const (
	NoTraffic RecoveryOutcome = iota // the load did not go down, or nobody was left to ask
	NothingBroke
	Recovered
	NeverRecovered
	MissedBefore // at the load that remained, targets were missed before the peak, too
)

// Lengths in s.
const (
	settled  = 15.0 // for so long must targets hold before a system is back
	looked   = 2.0  // the completions that a second is judged by
	watch    = 900.0
	tailLeft = 10.0 // the least traffic after the drop that tells anything
)

// recovery follows the targets after the load went down, second by second.
// Locust's own rows show what completed in the ten seconds before them and
// freeze when nothing does; the counters' differences do neither.
func (a *analysis) recovery() Recovery {
	rows := a.run.Rows
	out := Recovery{Seconds: none, Back: math.NaN()}
	most := 0.0
	for _, r := range rows {
		most = math.Max(most, r.Users)
	}
	drop := -1
	for i, r := range rows {
		if r.Users >= .9*most {
			drop = i
		}
	}
	if drop < 0 || most == 0 {
		return out
	}
	out.Drop, out.Peak = rows[drop].At, most
	end := drop
	for end+1 < len(rows) && rows[end+1].Users > 0 {
		end++
	}
	least := most
	for i := drop; i <= end; i++ {
		least = math.Min(least, rows[i].Users)
	}
	out.Watched = rows[end].At - out.Drop
	before := a.lately(drop, most)
	out.Judged = out.Drop - rows[before].At
	bad, known := a.violated(before, drop)
	out.Missed = known && bad
	switch {
	case !known:
		return out
	case !bad:
		out.Outcome = NothingBroke
		out.Degraded = a.missed(before, drop)
		return out
	case least > .7*most || out.Watched < tailLeft:
		return out
	}
	last := drop
	for k := drop + 1; k <= end && rows[k].At-out.Drop <= watch; k++ {
		from := k - 1
		for from > drop && rows[k].At-rows[from].At < looked-.5 {
			from--
		}
		if bad, known := a.violated(from, k); bad || !known {
			last = k
		}
		if rows[k].At-rows[last].At >= settled {
			break
		}
	}
	out.Users = rows[min(last+1, end)].Users
	if rows[end].At-rows[last].At < math.Min(settled, out.Watched/3) {
		out.Outcome = NeverRecovered
		out.Users = rows[end].Users
		if users, bad := a.lightMisses(math.Max(out.Users, lightLoad*most), nil); bad {
			out.Outcome, out.Users = MissedBefore, users
		}
		return out
	}
	out.Outcome = Recovered
	// The completions that a row is judged by are those of two seconds, so that
	// the last bad one lies half of that before the row.
	t := math.Max(0, rows[last].At-out.Drop-looked/2)
	if last == drop {
		t = 0
	}
	out.Seconds = Range{t, math.Max(0, t-2.5), t + 2.5}
	out.Back = out.Drop + t
	return out
}

// What the load's last moments are judged by: the completions of so many
// seconds, or of more where they are too few for a tail of slow ones to show.
const (
	lastMoments  = 20.0
	lastRequests = 200.0
)

// lately returns the row from which the completions up to row drop tell how the
// system stood at the load of most users.
func (a *analysis) lately(drop int, most float64) int {
	rows, requests, from := a.run.Rows, 0.0, drop
	few := func() bool { return requests < lastRequests && !a.down(drop) }
	for from > 0 && (rows[drop].At-rows[from].At < lastMoments || few()) && rows[from].Users >= .9*most {
		if done := rows[from].Done; done > 0 {
			requests += done
		}
		from--
	}
	return from
}

// A light load is at most this share of the highest, and tells something from
// so many requests on.
const (
	lightLoad     = .3
	lightRequests = 30
)

// lightMisses reports whether targets were missed by the first requests of the
// run, while it had at most so many users; those of of, or without one any that
// is not soft. users is how many there were at the end of it.
func (a *analysis) lightMisses(most float64, of *int) (users float64, bad bool) {
	to := 0
	for to+1 < len(a.run.Rows) && a.run.Rows[to+1].Users <= most {
		to++
	}
	p := a.tally(Stretch{0, to})
	if p.Requests < lightRequests {
		return 0, false
	}
	a.judge(&p)
	users = a.run.Rows[to].Users
	if of != nil {
		return users, a.run.Targets[*of].excess(p.Values[*of]) > 0
	}
	return users, p.Broken
}

// violated reports whether a target is violated by the completions after row
// from up to row to; known is false where nothing completed. An outage
// violates all there are.
func (a *analysis) violated(from, to int) (bad, known bool) {
	p := a.tally(Stretch{from, to})
	if p.Requests < 1 {
		out := a.down(to)
		return out, out
	}
	a.judge(&p)
	for i, t := range a.run.Targets {
		known = known || !math.IsNaN(t.excess(p.Values[i]))
	}
	return p.Broken, known
}

// missed reports whether any target, soft or not, is violated by the
// completions after row from up to row to.
func (a *analysis) missed(from, to int) bool {
	p := a.tally(Stretch{from, to})
	a.judge(&p)
	return p.Missed
}

// Back is when every target held again for good after rows from to to, in
// which the system was down, at s of the run; ok is false if never.
func Back(r *Run, from, to int) (at float64, ok bool) {
	a := &analysis{run: r}
	last := to
	for k := to + 1; k < len(r.Rows); k++ {
		if r.Rows[k].Users == 0 || r.Rows[k].At-r.Rows[to].At > watch {
			break
		}
		before := max(k-2, 0)
		if bad, known := a.violated(before, k); bad || !known {
			last = k
		}
		if r.Rows[k].At-r.Rows[last].At >= settled {
			return r.Rows[last].At, true
		}
	}
	return math.NaN(), false
}
