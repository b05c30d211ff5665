package analyze

import (
	"fmt"
	"math"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
)

// An outage is a stretch with users and no completion, or with at least
// downShare of failures, of at least outageLength seconds; shorter ones of at
// least stallLength are stalls.
const (
	downShare    = .99
	outageLength = 5.0
	stallLength  = 3.0
)

// needSeconds is the cure where outages cannot be looked for.
const needSeconds = "_stats_history.csv or Locust's --json-file, which tell of every second"

// stability answers whether the system stayed up. Outages are looked for in the
// counters second by second: Locust's own rates and percentiles freeze while
// nothing completes. Restarts are visible in snapshots and logs only.
func stability(c *context) Stability {
	var s Stability
	if c.run.Log != nil {
		s.LostWorkers = c.run.Log.LostWorkers
	}
	s.Restarts, s.Restarted, s.RestartedAt = c.restarts()
	s.RestartsIn, s.AppWatched = c.looksForRestarts()
	ts, step := ticks(c)
	done := int64(0)
	for _, t := range ts {
		done += t.completed
	}
	if done == 0 {
		s.Why = "no completed request to judge by: needs " + needSeconds
		if n, ok := c.whole.Requests.Float(); ok && n > 0 {
			s.Why = "no file tells when requests were completed: needs " + needSeconds
		}
		if s.LostWorkers > 0 {
			s.Status = Fail
			s.Why = lostWorkers(s.LostWorkers)
		}
		if len(s.Restarts) > 0 {
			s.Status = Fail
			s.Why = restartsInWords(s.Restarts)
		}
		return s
	}
	for _, down := range joined(ts, spells(ts)) {
		o, length, ok := judge(c, ts, down, step)
		switch {
		case !ok:
		case length >= outageLength:
			s.Outages = append(s.Outages, o)
		default:
			s.Stalls = append(s.Stalls, o)
		}
	}
	if o, ok := lateStart(c, ts); ok {
		s.Stalls = append([]Outage{o}, s.Stalls...)
	}
	s.Status, s.Why = Pass, "no outage seen in "+c.looked(ts[len(ts)-1].to-ts[0].from)
	if len(s.Outages) > 0 {
		s.Status, s.Why = Fail, outagesInWords(s.Outages)
	}
	if s.LostWorkers > 0 {
		s.Status, s.Why = Fail, s.Why+"; "+lostWorkers(s.LostWorkers)
	}
	if len(s.Restarts) > 0 {
		s.Status, s.Why = Fail, s.Why+"; "+restartsInWords(s.Restarts)
	}
	if len(s.Stalls) > 0 {
		s.Why += "; " + stallsInWords(s.Stalls)
	}
	for _, u := range c.unreachables() {
		s.Why += fmt.Sprintf("; the %s did not answer its monitor from %s to %s", ComponentWords(u.component), measure.Span(math.Round(u.from)), measure.Span(math.Round(math.Min(u.to, c.length()))))
	}
	switch {
	case len(s.Restarts) > 0:
	case s.RestartsIn != "":
		s.Why += "; no restart seen in " + s.RestartsIn
		if !s.AppWatched {
			s.Why += "; restarts of the application were looked for in nothing: needs " + needRestarts
		}
	default:
		s.Why += "; restarts of the system are not visible to Locust: needs " + needRestarts
	}
	return s
}

func lostWorkers(n int) string {
	if n == 1 {
		return "one worker of the load generator was lost"
	}
	return fmt.Sprintf("%d workers of the load generator were lost", n)
}

func restartsInWords(restarts []string) string {
	if len(restarts) == 1 {
		return restarts[0]
	}
	return fmt.Sprintf("%d restarts, the first: %s", len(restarts), restarts[0])
}

func outagesInWords(outages []Outage) string {
	total := 0.0
	for _, o := range outages {
		total += o.End - o.Start
	}
	o := outages[0]
	if len(outages) == 1 {
		users := ""
		if o.Users > 0 {
			users = " with " + inUsers(float64(o.Users))
		}
		return fmt.Sprintf("down for %s from %s%s: %s", measure.Span(o.End-o.Start), measure.Span(o.Start), users, o.How())
	}
	return fmt.Sprintf("%d outages, %s in all; the first of %s from %s: %s", len(outages), measure.Span(total), measure.Span(o.End-o.Start), measure.Span(o.Start), o.Evidence)
}

func stallsInWords(stalls []Outage) string {
	longest := 0.0
	for _, o := range stalls {
		longest = max(longest, o.End-o.Start)
	}
	if len(stalls) == 1 {
		return fmt.Sprintf("one stall of %s", measure.Span(longest))
	}
	return fmt.Sprintf("%d stalls, the longest of %s", len(stalls), measure.Span(longest))
}

// A spell is ticks [from,to] without a success.
type spell struct{ from, to int }

// down reports whether a tick belongs to a stretch: nothing completed, or all
// but nothing of it succeeded.
func (t tick) down() bool {
	return !t.blind && t.users != 0 && float64(t.failed) >= downShare*float64(t.completed)
}

// spells returns the longest runs of ticks that are down, after the first
// completion: before it, users are being started.
func spells(ts []tick) []spell {
	var out []spell
	started := false
	for i := 0; i < len(ts); i++ {
		started = started || ts[i].completed > 0
		if !started || !ts[i].down() {
			continue
		}
		j := i
		for j+1 < len(ts) && ts[j+1].down() {
			j++
		}
		out = append(out, spell{i, j})
		i = j
	}
	return out
}

// joined merges neighbours that are one outage with a few answers in it.
func joined(ts []tick, in []spell) []spell {
	var out []spell
	for _, s := range in {
		if len(out) > 0 {
			last := &out[len(out)-1]
			done, failed := between(ts, spell{last.from, s.to})
			if ts[s.from].from-ts[last.to].to <= 3 && done > 0 && float64(failed) >= downShare*float64(done) {
				last.to = s.to
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// between adds up what completed and failed in a stretch.
func between(ts []tick, s spell) (done, failed int64) {
	for _, t := range ts[s.from : s.to+1] {
		done += t.completed
		failed += t.failed
	}
	return done, failed
}

// judge decides whether a stretch is an outage or a stall; length is the
// seconds that it certainly lasted.
func judge(c *context, ts []tick, s spell, step float64) (o Outage, length float64, ok bool) {
	done, failed := between(ts, s)
	if done > 0 {
		// Silence around the failures belongs to them only where it is itself
		// surprising: a user may wait half a minute between two requests.
		for s.from < s.to && ts[s.from].completed == 0 && !surprising(ts, s.from, quietHead(ts, s)) {
			s.from++
		}
		for s.to > s.from && ts[s.to].completed == 0 && !surprising(ts, quietTail(ts, s), s.to) {
			s.to--
		}
	}
	begin, end := ts[s.from].from, ts[s.to].to
	if done > 0 {
		if !failing(ts, s, done, failed) || answered(c, ts, s, done, failed) {
			return o, 0, false
		}
		begin -= partFailed(ts, s.from-1)
		end += partFailed(ts, s.to+1)
		length = end - begin
	} else {
		if s.to == len(ts)-1 {
			s.to = beforeStop(ts, s)
		}
		if s.to < s.from || !surprising(ts, s.from, s.to) {
			return o, 0, false
		}
		end = ts[s.to].to
		length = end - begin
		// A master's counters change every third second: two flat rows are its
		// rhythm.
		length -= step - 1
	}
	if length < stallLength || step > 1 && length < 2*step-1 {
		return o, 0, false
	}
	o = Outage{Start: begin - c.start, End: end - c.start, Users: mostUsers(ts, s), Evidence: evidence(c, ts, s, done, failed, length)}
	if math.IsNaN(o.Start) {
		o.Start, o.End = begin-ts[0].from, end-ts[0].from
	}
	o.Start, o.End = max(0, o.Start), max(0, o.End)
	return o, length, true
}

// beforeStop returns the last tick of a silent end before the users began to
// leave. Locust counts users that finish their last task and send no more, so
// that silence among them is the end of the test.
func beforeStop(ts []tick, s spell) int {
	full := 0
	for i := max(0, s.from-int(outageLength)); i <= s.to; i++ {
		full = max(full, ts[i].users)
	}
	last := s.to
	for last >= s.from && float64(ts[last].users) < .95*float64(full) {
		last--
	}
	return last
}

// quietHead returns the last tick of the silence that a stretch begins with.
func quietHead(ts []tick, s spell) int {
	i := s.from
	for i < s.to && ts[i+1].completed == 0 {
		i++
	}
	return i
}

// quietTail returns the first tick of the silence that a stretch ends with.
func quietTail(ts []tick, s spell) int {
	i := s.to
	for i > s.from && ts[i-1].completed == 0 {
		i--
	}
	return i
}

// failing reports whether the stretch's failures are more than chance at the
// run's own rate of failures elsewhere: three failures in a row mean little
// where every second request fails.
func failing(ts []tick, s spell, done, failed int64) bool {
	all, bad := 0.0, 0.0
	for i, t := range ts {
		if i < s.from || i > s.to {
			all += float64(t.completed)
			bad += float64(t.failed)
		}
	}
	usual := (bad + 1) / (all + 2)
	// The chance that a given stretch of done requests has no more successes,
	// times the places where it could have begun.
	chance := float64(failed)*math.Log(usual) + float64(done-failed)*math.Log(math.E*float64(max(done, 1)))
	return chance+math.Log(float64(len(ts))) < math.Log(1e-3)
}

// answered reports whether nine in ten requests of a stretch, for certain, got
// the system's own refusals, 429s and other 4xx: it answered, so it was up.
// Where failures cannot be told apart they count as they stand.
func answered(c *context, ts []tick, s spell, done, failed int64) bool {
	match := ofClass(classRateLimited, classHTTP4xx)
	var low int64
	if from, to := ts[s.from].sample, ts[s.to].sample; from >= 1 && to >= from {
		low, _ = c.occurrences.within(c, from-1, to, match)
	} else if c.occurrences.named > 0 && c.occurrences.sum(match) == c.occurrences.named {
		low = failed
	}
	return float64(low) >= .9*float64(done)
}

// partFailed is how much of a tick beside an outage belongs to it, in s: its
// share of failures. A tick with few failures is not part of it.
func partFailed(ts []tick, i int) float64 {
	if i < 0 || i >= len(ts) || ts[i].completed == 0 {
		return 0
	}
	if share := float64(ts[i].failed) / float64(ts[i].completed); share >= .1 {
		return share * (ts[i].to - ts[i].from)
	}
	return 0
}

func mostUsers(ts []tick, s spell) int {
	most := 0
	for _, t := range ts[s.from : s.to+1] {
		most = max(most, t.users)
	}
	return most
}

// evidence says in words what was seen.
func evidence(c *context, ts []tick, s spell, done, failed int64, length float64) string {
	users := ""
	if n := mostUsers(ts, s); n > 0 {
		users = fmt.Sprintf(" with %d users", n)
	}
	text := ""
	if done == 0 {
		due, _ := expected(ts, s.from, s.to)
		text = fmt.Sprintf("no request completed for %s%s, where about %.0f were due", measure.Span(length), users, due)
	} else {
		share := "all"
		if failed < done {
			share = grouped(failed) + " of"
		}
		text = fmt.Sprintf("%s %s requests failed within %s%s", share, grouped(done), measure.Span(length), users)
		if names := kindsBetween(c, ts, s); names != "" {
			text += " (" + names + ")"
		}
	}
	if s.to == len(ts)-1 {
		text += "; still down when the run ended"
	}
	return text
}

// kindsBetween names the classes that the stretch's failures may be of: each
// for certain, or else all that are possible.
func kindsBetween(c *context, ts []tick, s spell) string {
	from, to := ts[s.from].sample, ts[s.to].sample
	if from < 1 || c.occurrences.file == "" {
		return ""
	}
	var sure, possible []string
	for _, class := range classes(c.occurrences) {
		low, high := c.occurrences.within(c, from-1, to, ofClass(class.Class))
		if low > 0 {
			sure = append(sure, class.Words())
		}
		if high > 0 {
			possible = append(possible, class.Words())
		}
	}
	switch {
	case len(sure) > 0 && len(sure) == len(possible):
		return strings.Join(sure, "; ")
	case len(possible) > 0:
		return "among " + strings.Join(possible, "; ")
	}
	return ""
}

// lateStart tells of users that waited long for the run's first completion.
func lateStart(c *context, ts []tick) (Outage, bool) {
	first, began := -1, -1
	for i, t := range ts {
		if began < 0 && t.users > 0 {
			began = i
		}
		if t.completed > 0 {
			first = i
			break
		}
	}
	if began < 0 || first <= began {
		return Outage{}, false
	}
	s := spell{began, first - 1}
	length := ts[s.to].to - ts[s.from].from
	if length < outageLength {
		return Outage{}, false
	}
	return Outage{Start: max(0, ts[s.from].from-c.start), End: ts[s.to].to - c.start, Users: mostUsers(ts, s),
		Evidence: fmt.Sprintf("the first request completed %s after the first users were there", measure.Span(length))}, true
}

// looked is the time that was looked at, with a word on it where the run lasted
// longer than its history.
func (c *context) looked(d float64) string {
	text := measure.Span(d)
	if end, _ := c.end(); end-c.start-d >= 2 {
		text = "the " + text + " that the history covers"
	}
	return text
}
