package record

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A watch samples one target and keeps account of whether it answers.
type watch struct {
	Target
	every time.Duration
	// write keeps a sample and returns how many readings of it count.
	write func(at time.Time, up bool, readings []Reading) int
	say   func(string)

	pending chan outcome // of a look that has not come back
	account Account
	doubts  map[string]bool // said already
	stopped time.Time       // when the target stopped answering; zero while it answers
}

// An Account is what came of watching a target.
type Account struct {
	Name     string
	Samples  int // looks that gave readings
	Missed   int // looks that gave none
	Late     int // answers to looks that count as missed
	Gaps     int // stretches without an answer
	Readings int
	Down     time.Duration // in all
	IsDown   bool          // at the end
	First    time.Time     // when it first stopped answering
}

type outcome struct {
	at       time.Time
	readings []Reading
	err      error
}

// errSlow is a target that did not answer in time.
type errSlow struct{ limit time.Duration }

func (e errSlow) Error() string { return fmt.Sprintf("no answer within %v", e.limit) }

// run looks at the target on each tick until the context ends.
func (w *watch) run(ctx context.Context) {
	w.account.Name = w.Name
	w.doubts = map[string]bool{}
	for first := true; ; first = false {
		now := time.Now()
		// Of a clock that was set back, no more than one tick is waited for.
		wait := min(nextTick(now, w.every).Sub(now), w.every)
		select {
		case <-ctx.Done():
			w.end()
			return
		case <-time.After(wait):
		}
		if first && w.Rank > 0 {
			time.Sleep(time.Duration(w.Rank) * min(w.every/4, 200*time.Millisecond))
		}
		w.look(ctx)
	}
}

// patience is how much longer than its time-out a target may take until it is
// asked anew. What comes in that time is late, but tells of the moments that
// matter most: an overloaded application is slow to answer for its metrics, too.
const patience = 5 * time.Second

// look takes one sample, and does not wait for one longer than its time-out:
// whatever the sampler does, the next tick comes.
func (w *watch) look(ctx context.Context) {
	limit := timeoutOf(w.every)
	if w.pending != nil {
		select {
		case o := <-w.pending:
			w.pending = nil
			w.late(o, limit)
		default:
			w.down(time.Now(), errSlow{limit})
			return
		}
	}
	at := time.Now()
	timed, cancel := context.WithTimeout(ctx, limit+patience)
	result := make(chan outcome, 1)
	go func() {
		defer cancel()
		readings, err := w.Sampler.Sample(timed)
		result <- outcome{at, readings, err}
	}()
	select {
	case o := <-result:
		if ctx.Err() == nil || o.err == nil {
			w.judge(o, limit)
		}
	case <-time.After(limit):
		w.pending = result
		w.down(at, errSlow{limit})
	case <-ctx.Done(): // the recording ends: no fault of the target's
	}
}

func (w *watch) judge(o outcome, limit time.Duration) {
	doubt, useless := (*Doubt)(nil), (*Unusable)(nil)
	switch {
	case len(o.readings) > 0:
		w.up(o)
		if o.err != nil {
			w.doubt(o.err)
		}
	case errors.As(o.err, &doubt):
		w.doubt(doubt)
	case errors.Is(o.err, context.DeadlineExceeded):
		w.down(o.at, errSlow{limit})
	case errors.As(o.err, &useless):
		w.miss(o.at, o.err, nil)
	case o.err != nil:
		w.down(o.at, o.err)
	}
}

// late keeps the readings of an answer that came after the target was called
// slow, at the time at which it was asked. It is as slow as it was.
func (w *watch) late(o outcome, limit time.Duration) {
	o.readings = slices.DeleteFunc(o.readings, func(r Reading) bool { return r.Metric == "up" }) // it was said to be 0
	if len(o.readings) == 0 {
		return
	}
	w.account.Late++
	w.account.Readings += w.write(o.at, false, o.readings)
	w.doubt(fmt.Errorf("its answers come after more than %v; they count from when they were asked for", limit))
}

// doubt says, once, what is wrong with a target that answers.
func (w *watch) doubt(err error) {
	if text := err.Error(); !w.doubts[text] {
		w.doubts[text] = true
		w.say(fmt.Sprintf("%s: %s", w.Name, text))
	}
}

func (w *watch) up(o outcome) {
	if !w.stopped.IsZero() {
		gap := o.at.Sub(w.stopped)
		w.say(fmt.Sprintf("%s: answers again after %s", w.Name, seconds(gap)))
		w.account.Down += gap
		w.stopped = time.Time{}
	}
	if w.Service {
		o.readings = append(o.readings, Reading{w.Component, w.Instance, "up", 1})
	}
	w.account.Samples++
	w.account.Readings += w.write(o.at, true, o.readings)
}

// down keeps a look at a target that is not there.
func (w *watch) down(at time.Time, err error) {
	var readings []Reading
	if w.Service {
		readings = []Reading{{w.Component, w.Instance, "up", 0}}
	}
	w.miss(at, err, readings)
}

// miss keeps a look that gave no figures of the target's own.
func (w *watch) miss(at time.Time, err error, readings []Reading) {
	if w.stopped.IsZero() {
		w.stopped = at
		w.account.Gaps++
		if w.account.Gaps == 1 {
			w.account.First = at
		}
		w.say(fmt.Sprintf("%s: %v; there is a gap until it answers", w.Name, err))
	}
	w.account.Missed++
	w.account.Readings += w.write(at, false, readings)
}

func (w *watch) end() {
	if !w.stopped.IsZero() {
		w.account.Down += time.Since(w.stopped)
		w.account.IsDown = true
	}
}

// seconds writes a duration for people.
func seconds(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}
