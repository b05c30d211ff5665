// Package simulate is a load-tested system in which everything is known: a
// closed network of users, workers, a connection pool, a waiting room, a rate
// limiter and a client that gives up. It writes what Locust would have written
// of a test of it, and tells the truth besides. Tests and the score of the
// analysis rest on it; nothing that ships does.
package simulate

import (
	"math"
	"math/rand/v2"
)

// A System is the system under test and its users. Times are in s, rates per s.
type System struct {
	ID   int
	Kind string // which limit binds: "plain", "pool", "limiter", "qlimit", "timeout", "thrash"

	Think   float64 // mean time that a user waits between an answer and the next request
	Uniform bool    // think time uniform on [0.5, 1.5] × Think, else exponential

	Workers int
	Service float64 // mean time that a worker is held, without waiting for a connection
	CV2     float64 // squared coefficient of variation of Service; lognormal, exponential at 1

	Pool  int     // connections; 0 none are needed
	Query float64 // mean part of Service that a connection is held

	Room    int     // requests that may wait for a worker; 0 any number. More are answered 503
	Rate    float64 // the limiter's requests/s with a burst of as many; 0 none. More are answered 429
	Theta   float64 // retrograde: service takes 1+Theta·waiting/Workers times as long
	Timeout float64 // after which a user gives up; 0 never. The server goes on working

	// Drift is how much slower service gets each second, as a leak makes it.
	Drift float64
	// Generator is how long the load generator itself is busy with sending a
	// request, and again with its answer; 0 not at all.
	Generator float64
	// Endpoints are what users ask for; empty is one endpoint of weight 1.
	Endpoints []Endpoint
}

// An Endpoint is a share of the requests with a demand of its own.
type Endpoint struct {
	Method, Name string
	Weight       float64 // relative
	Demand       float64 // times Service
}

// Draw returns a random system, the same for the same seed and number.
func Draw(seed uint64, id int) System {
	r := rand.New(rand.NewPCG(seed, uint64(id)))
	logU := func(a, b float64) float64 { return a * math.Exp(r.Float64()*math.Log(b/a)) }
	uniform := func(a, b float64) float64 { return a + r.Float64()*(b-a) }
	s := System{ID: id, Service: logU(.008, .150)}
	rate := logU(25, 350)
	s.Think = logU(.5, 4)
	s.Kind = [...]string{"plain", "plain", "pool", "limiter", "qlimit", "timeout", "thrash"}[r.IntN(7)]
	s.CV2 = [...]float64{.25, 1, 2, 4}[r.IntN(4)]
	s.Uniform = r.Float64() < .3
	s.Workers = max(1, int(math.Round(rate*s.Service)))
	switch s.Kind {
	case "pool":
		s.Query = s.Service * uniform(.2, .6)
		s.Pool = max(1, int(math.Round(rate*s.Query)))
		s.Workers = max(s.Pool+1, int(math.Ceil(rate*s.Service*uniform(1.3, 4))))
	case "limiter":
		s.Rate = float64(s.Workers) / s.Service * uniform(.5, .9)
	case "qlimit":
		s.Room = max(2, int(float64(s.Workers)*uniform(1, 10)))
	case "timeout":
		s.Timeout = uniform(2, 10)
	case "thrash":
		s.Theta = logU(.02, .2)
	}
	return s
}

// Analytic returns the capacity that the system's figures give: the most that
// its workers, its pool and its limiter let through each second. A retrograde
// system, and one whose workers wait for connections, stay below it.
func (s System) Analytic() float64 {
	x := float64(s.Workers) / s.Service
	if s.Pool > 0 {
		x = math.Min(x, float64(s.Pool)/s.Query)
	}
	if s.Rate > 0 {
		x = math.Min(x, s.Rate)
	}
	return x
}

// Limiting names the component that limits the system, as the resource
// snapshots show it.
func (s System) Limiting() string {
	switch {
	case s.Generator > 0 && 1/(2*s.Generator) < s.Analytic():
		return "load_generator"
	case s.Pool > 0 && float64(s.Pool)/s.Query < float64(s.Workers)/s.Service:
		return "connection_pool"
	case s.Rate > 0 && s.Rate < float64(s.Workers)/s.Service:
		return "rate_limiter"
	}
	return "workers"
}
