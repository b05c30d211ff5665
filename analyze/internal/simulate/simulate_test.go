package simulate

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// The simulator agrees with the exact solution of M/M/c//N.
func TestExact(t *testing.T) {
	for _, x := range []struct {
		n, c           int
		service, think float64
	}{{10, 1, .05, .5}, {40, 2, .05, 1}, {60, 4, .1, .5}, {30, 8, .1, 1}, {200, 3, .02, 1}, {5, 5, .1, .3}} {
		s := System{Think: x.think, Workers: x.c, Service: x.service, CV2: 1}
		got := SteadyState(s, x.n, 40000, 1)
		throughput, latency := Exact(x.n, x.c, x.service, x.think)
		if math.Abs(got.Throughput/throughput-1) > .015 || math.Abs(got.Mean/latency-1) > .03 {
			t.Errorf("%+v: %.2f/s %.4f s, exact %.2f/s %.4f s", x, got.Throughput, got.Mean, throughput, latency)
		}
	}
}

// A pool, a limiter, a waiting room and a client's patience limit as they say.
func TestLimits(t *testing.T) {
	base := System{Think: 1, Workers: 20, Service: .1, CV2: 1}
	pool, limiter, room, patience := base, base, base, base
	pool.Pool, pool.Query = 2, .05
	limiter.Rate = 50
	room.Workers, room.Room = 5, 5
	patience.Workers, patience.Timeout = 5, 2
	if s := SteadyState(pool, 400, 9000, 1); math.Abs(s.Goodput/40-1) > .03 {
		t.Errorf("pool: %.1f/s, wanted 40", s.Goodput)
	}
	if s := SteadyState(limiter, 150, 9000, 1); math.Abs(s.Goodput/50-1) > .03 || s.P95 > .4 {
		t.Errorf("limiter: %+v, wanted 50/s and no queue", s)
	}
	if s := SteadyState(room, 150, 9000, 1); s.Errors < .3 || s.P95 > .8 {
		t.Errorf("waiting room: %+v", s)
	}
	if s := SteadyState(patience, 400, 9000, 1); s.Errors < .2 || math.Abs(s.P95-2) > .01 {
		t.Errorf("patience: %+v", s)
	}
}

func TestDeterministic(t *testing.T) {
	s := Draw(1, 3)
	l := Staircase(60, 3, 20)
	a, b := History(Run(s, l, 5, 2), Output{Seed: 1}), History(Run(s, l, 5, 2), Output{Seed: 1})
	if !bytes.Equal(a, b) || len(a) < 2000 {
		t.Error("two runs differ")
	}
}

// The printed percentiles are those of the window, rounded as Locust rounds.
func TestHistory(t *testing.T) {
	rec := &Record{Load: Load{{Seconds: 40, To: 10, Jump: true}}}
	for i := range 400 {
		latency := .0504
		if i >= 200 {
			latency = 1.349
		}
		rec.Requests = append(rec.Requests, Request{At: float64(i)/10 + .05, Latency: latency, Status: 200})
	}
	rows := strings.Split(strings.TrimSpace(string(History(rec, Output{}))), "\n")
	early, late := strings.Split(rows[15], ","), strings.Split(rows[len(rows)-1], ",")
	if early[6] != "50" || late[6] != "1300" || late[16] != "1300" || len(late) != 24 {
		t.Errorf("%v\n%v", early, late)
	}
	cumulative := strings.Split(strings.TrimSpace(string(History(rec, Output{Cumulative: true}))), "\n")
	if last := strings.Split(cumulative[len(cumulative)-1], ","); last[6] != "50" || last[11] != "1300" {
		t.Errorf("cumulative: %v", last)
	}
}

// Fast users pay for a generator that is busy: they come later to ask.
func TestGenerator(t *testing.T) {
	s := System{Think: .5, Workers: 50, Service: .01, CV2: 1, Generator: .005}
	if s.Limiting() != "load_generator" {
		t.Errorf("limited by %s", s.Limiting())
	}
	if x := SteadyState(s, 200, 9000, 1); math.Abs(x.Throughput/100-1) > .05 {
		t.Errorf("%.1f/s, wanted 100", x.Throughput)
	}
}

// The load that breaks the objective is that of the exact solution: at one
// worker a request that finds k others takes k+1 services, and it finds them as
// often as they would be there with one user less (Sevcik and Mitrani 1981).
func TestTruth(t *testing.T) {
	late := func(n int, service, think, limit float64) float64 {
		found := make([]float64, n) // of n−1 users, at the server
		sum, weight := 0.0, 1.0
		for k := range n {
			if k > 0 {
				weight *= float64(n-k) * service / think
			}
			found[k] = weight
			sum += weight
		}
		p, fewer, term := 0.0, 0.0, math.Exp(-limit/service)
		for k := range n {
			fewer += term // chance of at most k services within the limit
			term *= limit / service / float64(k+1)
			p += found[k] / sum * fewer
		}
		return p
	}
	for _, x := range []struct{ service, think float64 }{{.05, 1}, {.02, .5}, {.01, 2}} {
		exact := 1
		for late(exact, x.service, x.think, Objective.P95) <= .05 {
			exact++
		}
		s := System{Kind: "plain", Think: x.think, Workers: 1, Service: x.service, CV2: 1}
		if got := FindTruth(s, Objective, 1).Break; math.Abs(got/(float64(exact)-.5)-1) > .015 {
			t.Errorf("%+v breaks at %.1f users, exactly at %d", s, got, exact)
		}
	}
}
