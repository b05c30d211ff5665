package simulate

import (
	"math"
	"slices"
)

// A Steady is what a system does at constant load, after it has settled.
type Steady struct {
	Users      int
	Throughput float64 // completions/s, refusals and given up requests included
	Goodput    float64 // successes/s
	Errors     float64 // ratio
	Mean, P95  float64 // s, of all completions
}

// An SLO is what makes a load too much: p95 above P95 s or more than Errors
// (a ratio) of the requests failed.
type SLO struct{ P95, Errors float64 }

// Objective is the SLO that the score is made with.
var Objective = SLO{P95: 1, Errors: .05}

// Broken reports whether the steady state violates the objective.
func (o SLO) Broken(s Steady) bool { return o.excess(s) > 0 }

// excess is by how much the steady state violates the objective: the log of the
// greater ratio of a figure to its limit.
func (o SLO) excess(s Steady) float64 {
	return math.Max(math.Log(math.Max(s.P95, 1e-9)/o.P95), math.Log(math.Max(s.Errors, 1e-9)/o.Errors))
}

// SteadyState returns what the system does at a constant number of users, from
// a long run of at least so many completions after its first 30 %.
func SteadyState(s System, users, completions int, seed uint64) Steady {
	s.Drift = 0
	e := newEngine(s, nil, seed+uint64(users)*7919)
	for i := range users {
		e.users = append(e.users, user{alive: true, seq: 2})
		e.push(event{kind: ask, user: int32(i), seq: 2})
	}
	e.live = users
	guess := math.Min(float64(users)/(s.Think+s.Service), 3*s.Analytic())
	warm := math.Max(float64(completions)*3/7/guess, 20*(s.Think+s.Service))
	e.emit = func(Request) {}
	e.until(warm)
	var all []float64
	good := 0
	sum := 0.0
	e.emit = func(r Request) {
		all = append(all, r.Latency)
		sum += r.Latency
		if !r.Failed() {
			good++
		}
	}
	end := warm
	for len(all) < completions && end < 40*warm+3600 {
		end += warm * 7 / 3
		e.until(end)
	}
	n := len(all)
	if n == 0 {
		return Steady{Users: users}
	}
	slices.Sort(all)
	length := end - warm
	return Steady{Users: users, Throughput: float64(n) / length, Goodput: float64(good) / length,
		Errors: float64(n-good) / float64(n), Mean: sum / float64(n), P95: all[min(n-1, int(float64(n)*.95))]}
}

// A Truth is what a test of the system ought to find.
type Truth struct {
	Capacity float64 // the most goodput, /s
	Knee     float64 // Capacity × (Think + unloaded latency), users
	Break    float64 // least users whose steady state is broken; +Inf beyond Most
	Unloaded float64 // mean latency of a lone user, s
}

// FindTruth measures a system at constant loads: the least users that break the
// objective, by bisection and then by a line through long runs around what that
// gave, and the most goodput over a grid of loads where it cannot be worked out.
func FindTruth(s System, o SLO, seed uint64) Truth {
	const completions = 9000
	var t Truth
	lone := SteadyState(s, 1, 600, seed)
	t.Unloaded = lone.Mean
	x := s.Analytic()
	most := math.Max(4, 20*x*(s.Think+o.P95+s.Service))
	seen := map[int]Steady{}
	at := func(n int) Steady {
		v, ok := seen[n]
		if !ok {
			v = SteadyState(s, n, completions, seed)
			seen[n] = v
		}
		return v
	}
	low, high := 0, max(2, int(x*(s.Think+t.Unloaded)))
	for !o.Broken(at(high)) {
		low = high
		high = high*3/2 + 1
		if float64(high) > most {
			high = 0
			break
		}
	}
	if high == 0 {
		t.Break = math.Inf(1)
	} else {
		for high-low > max(1, high/100) {
			mid := (low + high) / 2
			if o.Broken(at(mid)) {
				high = mid
			} else {
				low = mid
			}
		}
		t.Break = breaksAt(s, o, float64(low+high)/2, seed)
	}
	switch s.Kind {
	case "plain", "limiter":
		t.Capacity = x
	default:
		top := 2.5 * x * (s.Think + t.Unloaded)
		for k := 1; k <= 12; k++ {
			at(max(1, int(top*float64(k)/12)))
		}
		for _, v := range seen {
			t.Capacity = math.Max(t.Capacity, v.Goodput)
		}
	}
	t.Knee = t.Capacity * (s.Think + t.Unloaded)
	return t
}

// breaksAt is the load at which the objective breaks, near a first guess n. A run
// of 9,000 completions just below it looks broken nearly as often as not, so that
// a bisection is off by 1.5 % (standard deviation), and by 3.5 % where service
// varies much. What a line through long runs at loads on both sides gives is off
// by a third of a percent (TestTruth).
func breaksAt(s System, o SLO, n float64, seed uint64) float64 {
	const (
		around      = .06 // of the guess, to both sides
		completions = 2e5 // of all runs together
		most        = 9   // runs
		clear       = .5  // excess beyond which how much it is says nothing
	)
	for range 3 {
		low, high := int(n-math.Max(around*n, 2)), int(math.Ceil(n+math.Max(around*n, 2)))
		step := max(1, (high-low)/(most-1))
		// a line by least squares, its own: a truth does not rest on what it judges
		var count, mu, mv, suu, suv float64
		for u := max(1, low); u <= high; u += step {
			v := o.excess(SteadyState(s, u, completions*step/(high-low+step), seed^0xb4ea))
			v = math.Min(math.Max(v, -clear), clear)
			count++
			du, dv := float64(u)-mu, v-mv
			mu += du / count
			mv += dv / count
			suu += du * (float64(u) - mu)
			suv += du * (v - mv)
		}
		if !(suv > 0) {
			return n
		}
		before := n
		n = math.Min(math.Max(mu-mv*suu/suv, float64(low)), float64(high))
		if math.Abs(n-before) < around/4*before {
			break
		}
	}
	return n
}

// Exact returns the throughput and mean latency of n users with exponential
// think time at c workers with exponential service: the machine repairman
// model M/M/c//N in its closed form.
func Exact(n, c int, service, think float64) (throughput, latency float64) {
	// log of the unnormalised probability of k requests in the system
	logs := make([]float64, n+1)
	most := 0.0
	for k := 1; k <= n; k++ {
		logs[k] = logs[k-1] + math.Log(float64(n-k+1)/think*service/float64(min(k, c)))
		most = math.Max(most, logs[k])
	}
	sum, busy := 0.0, 0.0
	for k, l := range logs {
		p := math.Exp(l - most)
		sum += p
		busy += p * float64(min(k, c))
	}
	throughput = busy / sum / service
	return throughput, float64(n)/throughput - think
}

// RecoveryTime is how long after second drop of the test the objective was
// missed for the last time before it held for `hold` seconds on end: a second
// misses it where more than 5 % of the completions in it and the next took
// longer than the objective's P95, or too many failed. NaN where it never held.
func RecoveryTime(rec *Record, o SLO, drop, hold float64) float64 {
	end := rec.Load.Seconds()
	last := drop
	i := 0
	for t := drop; t+1 <= end; t++ {
		for i < len(rec.Requests) && rec.Requests[i].At < t {
			i++
		}
		n, slow, failed := 0, 0, 0
		for k := i; k < len(rec.Requests) && rec.Requests[k].At < t+2; k++ {
			n++
			if rec.Requests[k].Latency > o.P95 {
				slow++
			}
			if rec.Requests[k].Failed() {
				failed++
			}
		}
		if n == 0 || float64(slow) > .05*float64(n) || float64(failed) > o.Errors*float64(n) {
			last = t + 1
		}
		if t+1-last >= hold {
			return last - drop
		}
	}
	return math.NaN()
}
