// Package record looks at a system while it is under load: samplers of the
// machine, of processes, of Postgres, of Redis and of HTTP endpoints, whose
// readings go line by line into the canonical resources file
// (docs/resources.md).
//
// Each target is sampled by a goroutine of its own on a common clock, so that
// one that is slow or down never holds up the others: it leaves a gap, and a
// remark when it goes and when it is back.
package record

import (
	"context"
	"time"
)

// A Reading is one resource figure at the instant of its sample.
type Reading struct {
	Component, Instance, Metric string  // as loadtest.Track's
	Value                       float64 // base units
}

// A Sampler looks at one thing. Sample is never called twice at once, and
// gives up when the context ends. What it returns beside an error counts:
// readings with an error are a sample with a remark, no readings with an error
// are a target that is down. No readings and no error are neither: there is
// nothing to look at yet.
type Sampler interface {
	Sample(context.Context) ([]Reading, error)
}

// A Target is what is sampled, and what it is called.
type Target struct {
	Name string // for messages: "database", "app (gunicorn)"
	// Component and Instance are of the readings, as loadtest.Track's.
	Component, Instance string
	// Service says that the target answers or does not: whether it did is
	// recorded as the metric up.
	Service bool
	// Rank orders the first looks at targets: where several give the same
	// figure, one of a lower rank gives it.
	Rank    int
	Sampler Sampler
}

// The ranks. A server's own account of its memory is the one that its limit
// is of; the system's account of a process is better than the process's, which
// counts its heap, or says nothing when it hangs.
const (
	rankServer = iota
	rankProcess
	rankEndpoint
)

// A Doubt is an error of a target that answered: something could not be
// read, but the rest was.
type Doubt struct{ Message string }

// Error returns the message.
func (d *Doubt) Error() string { return d.Message }

// An Unusable is an error of a target that answered, but not with its figures:
// a password is wrong, a page is no metrics. That is a gap, but no sign that the
// target is away.
type Unusable struct{ Err error }

// Error returns the error's text.
func (u *Unusable) Error() string { return u.Err.Error() }

// Unwrap returns the error.
func (u *Unusable) Unwrap() error { return u.Err }

// nextTick returns the first instant after now that is a whole multiple of
// every since the epoch: all targets, and recorders on several machines, look
// at the same instants.
func nextTick(now time.Time, every time.Duration) time.Time {
	since := time.Duration(now.UnixNano())
	return now.Add(every - since%every)
}

// timeoutOf is how long a target may take to answer: until the next tick, but
// neither less than a quarter of a second nor more than five.
func timeoutOf(every time.Duration) time.Duration {
	return min(max(every*9/10, 250*time.Millisecond), 5*time.Second)
}
