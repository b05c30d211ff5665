package record

import (
	"context"
	"io"
	"sync"
	"time"
)

// A Recorder samples targets into a file.
type Recorder struct {
	Targets []Target
	Every   time.Duration
	File    *File
	// Say tells people that something happened; it may be called by several
	// goroutines at once. Secrets are already out of what it is told.
	Say     func(string)
	Secrets *Secrets

	mu     sync.Mutex
	up     map[string]bool // of the targets that were looked at
	owners map[Reading]int // by series, without value: the index of the target that gives it
	number int
	fault  error // of writing, the first
}

// A State is how a recording stands.
type State struct {
	Readings int
	Up, Down int // targets
}

// State returns how the recording stands.
func (r *Recorder) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := State{Readings: r.number}
	for _, up := range r.up {
		if up {
			s.Up++
		} else {
			s.Down++
		}
	}
	return s
}

// Run samples until the context ends, and returns an account of each target.
// An error is one of writing the file.
func (r *Recorder) Run(ctx context.Context) ([]Account, error) {
	r.up, r.owners = map[string]bool{}, map[Reading]int{}
	var wg sync.WaitGroup
	watches := make([]*watch, len(r.Targets))
	for i, t := range r.Targets {
		w := &watch{Target: t, every: r.Every}
		w.write = func(at time.Time, up bool, readings []Reading) int {
			readings = r.owned(i, t.Name, up, readings)
			r.write(at, readings)
			return len(readings)
		}
		w.say = func(text string) { r.Say(r.Secrets.Hide(text)) }
		watches[i] = w
		wg.Go(func() { w.run(ctx) })
	}
	wg.Wait()
	accounts := make([]Account, len(watches))
	for i, w := range watches {
		accounts[i] = w.account
		// A sampler that is still at work is left alone.
		if c, ok := w.Sampler.(io.Closer); ok && w.pending == nil {
			c.Close()
		}
	}
	return accounts, r.fault
}

// owned notes how a target stands, and returns those of its readings that are
// its own. Two targets may give the same figure, such as the memory of the
// application: as the system sees it and as its metrics endpoint says. In one
// series they would jump to and fro, so the one of the lowest rank that has it
// gives it, and it gives it once a sample.
func (r *Recorder) owned(index int, name string, up bool, readings []Reading) []Reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.up[name] = up
	kept := readings[:0]
	seen := make(map[Reading]bool, len(readings))
	for _, x := range readings {
		key := Reading{Component: x.Component, Instance: x.Instance, Metric: x.Metric}
		owner, ok := r.owners[key]
		if ok && owner != index && r.Targets[owner].Rank <= r.Targets[index].Rank || seen[key] {
			continue
		}
		r.owners[key], seen[key] = index, true
		kept = append(kept, x)
	}
	r.number += len(kept)
	return kept
}

// write appends the readings of one sample. The first error is told at once
// and kept: a full disk must not end the load test.
func (r *Recorder) write(at time.Time, readings []Reading) {
	err := r.File.Write(at, readings)
	if err == nil {
		return
	}
	r.mu.Lock()
	first := r.fault == nil
	if first {
		r.fault = err
	}
	r.mu.Unlock()
	if first {
		r.Say(err.Error() + "; readings are being lost")
	}
}
