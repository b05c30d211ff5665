package simulate

import (
	"math"
	"math/rand/v2"
)

// A Request is one that was answered, refused or given up.
type Request struct {
	At       float64 // when it ended, s from the test's start
	Latency  float64 // s
	Status   int     // 200, 429, 503; 0 the user gave up
	Endpoint int
}

// Failed reports whether Locust counts the request as failed.
func (r Request) Failed() bool { return r.Status != 200 }

// A Snapshot is the system's resources at an instant.
type Snapshot struct {
	At        float64
	Busy      int // workers at work or waiting for a connection
	Waiting   int // requests that wait for a worker
	PoolInUse int
	PoolQueue int // workers that wait for a connection
	Generator float64
}

// A Record is what happened in a test.
type Record struct {
	System    System
	Load      Load
	Requests  []Request // in the order of their ends
	Snapshots []Snapshot
}

type kind uint8

const (
	tick     kind = iota // the number of users is set
	ask                  // a user asks
	sent                 // the generator has sent the request
	replied              // a refusal arrives
	served               // a worker is done with its own part
	queried              // a connection is free
	gaveUp               // a user's patience ends
	received             // the generator has taken the answer in
	snapshot
)

type event struct {
	at   float64
	kind kind
	user int32
	job  int32
	seq  uint32
}

// A job is a request in the system.
type job struct {
	user     int32
	seq      uint32
	asked    float64
	endpoint int
	status   int
}

type user struct {
	seq   uint32 // of the request under way; odd numbers wait for an answer
	alive bool
	job   int32
}

type engine struct {
	s      System
	load   Load
	random *rand.Rand
	now    float64
	heap   []event
	users  []user
	live   int
	jobs   []job
	free   []int32
	queue  ring
	pooled ring
	busy   int
	inUse  int
	tokens float64
	filled float64
	// generator's server
	genFree float64
	genBusy float64
	weights []float64
	out     *Record
	slot    float64
	emit    func(Request)
}

// Run tests the system with the load. The same seed gives the same record.
// Snapshots are taken every `every` seconds; 0 takes none.
func Run(s System, l Load, seed uint64, every float64) *Record {
	rec := &Record{System: s, Load: l}
	e := newEngine(s, l, seed)
	e.out = rec
	e.emit = func(r Request) { rec.Requests = append(rec.Requests, r) }
	for t := 0.0; t < l.Seconds(); t += e.slot {
		e.push(event{at: t, kind: tick})
	}
	if every > 0 {
		for t := every; t <= l.Seconds(); t += every {
			e.push(event{at: t, kind: snapshot})
		}
	}
	e.until(l.Seconds())
	return rec
}

func newEngine(s System, l Load, seed uint64) *engine {
	e := &engine{s: s, load: l, random: rand.New(rand.NewPCG(seed, uint64(s.ID)+0x5eed)), slot: .1}
	e.tokens = s.Rate
	total := 0.0
	for _, p := range s.Endpoints {
		total += p.Weight
		e.weights = append(e.weights, total)
	}
	return e
}

func (e *engine) until(end float64) {
	for len(e.heap) > 0 && e.heap[0].at <= end {
		ev := e.pop()
		e.now = ev.at
		e.step(ev)
	}
	e.now = end
}

func (e *engine) step(ev event) {
	switch ev.kind {
	case tick:
		e.setUsers(e.load.At(e.now))
	case ask:
		e.ask(ev)
	case sent:
		if u := &e.users[ev.user]; u.alive && u.seq == ev.seq {
			e.arrive(ev.job)
		} else {
			e.free = append(e.free, ev.job)
		}
	case replied:
		e.answer(ev.job)
	case served:
		e.afterWork(ev.job)
	case queried:
		e.inUse--
		e.leave(ev.job)
		if id, ok := e.pooled.take(); ok {
			e.query(id)
		}
	case gaveUp:
		if u := &e.users[ev.user]; u.alive && u.seq == ev.seq {
			j := e.jobs[u.job]
			e.report(j, 0)
		}
	case received:
		if u := &e.users[ev.user]; u.alive && u.seq == ev.seq {
			e.report(e.jobs[ev.job], e.jobs[ev.job].status)
		}
		e.free = append(e.free, ev.job)
	case snapshot:
		e.out.Snapshots = append(e.out.Snapshots, Snapshot{At: e.now, Busy: e.busy, Waiting: e.queue.len(), PoolInUse: e.inUse, PoolQueue: e.pooled.len(), Generator: e.genBusy})
		e.genBusy = 0
	}
}

// setUsers starts users, who ask at once as Locust's do, or ends the latest,
// whose requests the server still works on.
func (e *engine) setUsers(n int) {
	for e.live < n {
		if e.live == len(e.users) {
			e.users = append(e.users, user{})
		}
		u := &e.users[e.live]
		u.alive = true
		u.seq += 2 - u.seq%2
		e.push(event{at: e.now + e.random.Float64()*e.slot, kind: ask, user: int32(e.live), seq: u.seq})
		e.live++
	}
	for e.live > n {
		e.live--
		u := &e.users[e.live]
		u.alive = false
		u.seq += 2 - u.seq%2
	}
}

func (e *engine) ask(ev event) {
	u := &e.users[ev.user]
	if !u.alive || u.seq != ev.seq {
		return
	}
	u.seq++
	id := e.newJob(job{user: ev.user, seq: u.seq, asked: e.now, endpoint: e.pick()})
	u.job = id
	if e.s.Timeout > 0 {
		e.push(event{at: e.now + e.s.Timeout, kind: gaveUp, user: ev.user, seq: u.seq})
	}
	if e.s.Generator > 0 {
		e.push(event{at: e.generate(), kind: sent, user: ev.user, job: id, seq: u.seq})
		return
	}
	e.arrive(id)
}

// generate is when the generator is through with another piece of work.
func (e *engine) generate() float64 {
	work := e.s.Generator * e.random.ExpFloat64()
	e.genFree = math.Max(e.genFree, e.now) + work
	e.genBusy += work
	return e.genFree
}

func (e *engine) newJob(j job) int32 {
	if n := len(e.free); n > 0 {
		id := e.free[n-1]
		e.free = e.free[:n-1]
		e.jobs[id] = j
		return id
	}
	e.jobs = append(e.jobs, j)
	return int32(len(e.jobs) - 1)
}

func (e *engine) pick() int {
	if len(e.weights) == 0 {
		return 0
	}
	x := e.random.Float64() * e.weights[len(e.weights)-1]
	for i, w := range e.weights {
		if x < w {
			return i
		}
	}
	return len(e.weights) - 1
}

func (e *engine) arrive(id int32) {
	if e.s.Rate > 0 {
		e.tokens = math.Min(e.s.Rate, e.tokens+(e.now-e.filled)*e.s.Rate)
		e.filled = e.now
		if e.tokens < 1 {
			e.refuse(id, 429)
			return
		}
		e.tokens--
	}
	switch {
	case e.busy < e.s.Workers:
		e.busy++
		e.work(id)
	case e.s.Room > 0 && e.queue.len() >= e.s.Room:
		e.refuse(id, 503)
	default:
		e.queue.put(id)
	}
}

func (e *engine) refuse(id int32, status int) {
	e.jobs[id].status = status
	e.push(event{at: e.now + .002 + .002*e.random.Float64(), kind: replied, job: id})
}

// work holds a worker for its own part of the service.
func (e *engine) work(id int32) {
	mean := e.s.Service - e.s.Query
	if len(e.s.Endpoints) > 0 {
		mean *= e.s.Endpoints[e.jobs[id].endpoint].Demand
	}
	if e.s.Theta > 0 {
		mean *= 1 + e.s.Theta*float64(e.queue.len())/float64(e.s.Workers)
	}
	mean *= 1 + e.s.Drift*e.now
	e.push(event{at: e.now + e.time(mean), kind: served, job: id})
}

// time draws a service time.
func (e *engine) time(mean float64) float64 {
	if e.s.CV2 == 1 {
		return mean * e.random.ExpFloat64()
	}
	v := math.Log(1 + e.s.CV2)
	return mean * math.Exp(math.Sqrt(v)*e.random.NormFloat64()-v/2)
}

func (e *engine) afterWork(id int32) {
	switch {
	case e.s.Pool == 0:
		e.leave(id)
	case e.inUse < e.s.Pool:
		e.query(id)
	default:
		e.pooled.put(id)
	}
}

func (e *engine) query(id int32) {
	e.inUse++
	mean := e.s.Query
	if len(e.s.Endpoints) > 0 {
		mean *= e.s.Endpoints[e.jobs[id].endpoint].Demand
	}
	e.push(event{at: e.now + e.time(mean), kind: queried, job: id})
}

// leave ends a worker's work and takes the next request in.
func (e *engine) leave(id int32) {
	e.jobs[id].status = 200
	e.answer(id)
	if next, ok := e.queue.take(); ok {
		e.work(next)
		return
	}
	e.busy--
}

// answer brings an answer to its user, if he still waits for it.
func (e *engine) answer(id int32) {
	j := e.jobs[id]
	u := &e.users[j.user]
	waits := u.alive && u.seq == j.seq
	if waits && e.s.Generator > 0 {
		e.push(event{at: e.generate(), kind: received, user: j.user, job: id, seq: j.seq})
		return
	}
	if waits {
		e.report(j, j.status)
	}
	e.free = append(e.free, id)
}

// report logs a request and lets its user think.
func (e *engine) report(j job, status int) {
	e.emit(Request{At: e.now, Latency: e.now - j.asked, Status: status, Endpoint: j.endpoint})
	u := &e.users[j.user]
	u.seq++
	e.push(event{at: e.now + e.think(), kind: ask, user: j.user, seq: u.seq})
}

func (e *engine) think() float64 {
	if e.s.Uniform {
		return e.s.Think * (.5 + e.random.Float64())
	}
	return e.s.Think * e.random.ExpFloat64()
}

func (e *engine) push(ev event) {
	h := append(e.heap, ev)
	i := len(h) - 1
	for i > 0 {
		p := (i - 1) / 2
		if h[p].at <= ev.at {
			break
		}
		h[i] = h[p]
		i = p
	}
	h[i] = ev
	e.heap = h
}

func (e *engine) pop() event {
	h := e.heap
	top := h[0]
	last := h[len(h)-1]
	h = h[:len(h)-1]
	i := 0
	for {
		c := 2*i + 1
		if c >= len(h) {
			break
		}
		if c+1 < len(h) && h[c+1].at < h[c].at {
			c++
		}
		if last.at <= h[c].at {
			break
		}
		h[i] = h[c]
		i = c
	}
	if len(h) > 0 {
		h[i] = last
	}
	e.heap = h
	return top
}

// A ring is a queue.
type ring struct {
	items []int32
	head  int
}

func (r *ring) len() int { return len(r.items) - r.head }

func (r *ring) put(id int32) { r.items = append(r.items, id) }

func (r *ring) take() (int32, bool) {
	if r.head == len(r.items) {
		return 0, false
	}
	id := r.items[r.head]
	r.head++
	if r.head > 4096 && r.head*2 > len(r.items) {
		r.items = append(r.items[:0], r.items[r.head:]...)
		r.head = 0
	}
	return id, true
}
