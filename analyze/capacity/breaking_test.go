package capacity

import (
	"math"
	"testing"
)

// The highest step alone misses a target, close below its load: what its own
// requests say decides, by as many as there are.
func TestBrokenAtTheTop(t *testing.T) {
	failing := func(ratio float64) Breaking {
		r := build(60, 70, 80, 90, 100)
		top := r.Plateaus[len(r.Plateaus)-1]
		for i := top.From + 1; i <= top.To; i++ {
			r.Rows[i].Failed = ratio * r.Rows[i].Done
		}
		return Analyze(r).Breaking
	}
	// 5,700 requests: one standard error of a ratio of 5 % is 0.3 points.
	for _, c := range []struct {
		ratio float64
		want  Outcome
	}{{.03, Held}, {.053, Held}, {.09, Broke}} {
		got := failing(c.ratio)
		if got.Outcome != c.want {
			t.Errorf("%.1f %% of failures at the highest step: %+v", 100*c.ratio, got)
		}
		if c.want == Broke && (got.Users.Value <= 90 || got.Users.Value > 100 || math.IsNaN(got.Users.Value) || got.Target != 1) {
			t.Errorf("breaks at %+v", got)
		}
	}
	// P95 is 1.5 times the mean: 165 users have 0.975 s, 168 have 1.02 s, 180 have 1.2 s.
	for _, c := range []struct {
		users float64
		want  Outcome
	}{{165, Held}, {167.5, Held}, {180, Broke}} {
		if got := Analyze(build(60, 80, 100, 120, 140, c.users)).Breaking; got.Outcome != c.want || c.want == Broke && math.Abs(got.Users.Value/166.7-1) > .03 {
			t.Errorf("%.0f users at the highest step: %+v", c.users, got)
		}
	}
}

// climb makes a run that rises evenly over 400 s and ends there.
func climb(to float64) *Run {
	r := &Run{Targets: []Target{{Kind: Percentile, P: .95, Limit: 1}, {Kind: Errors, Limit: .05}}}
	for s := 1.0; s <= 400; s++ {
		users := to * s / 400
		rate, latency := system(users)
		r.Rows = append(r.Rows, Row{At: s, Users: users, Done: rate, Sum: rate * latency})
	}
	r.Climbs = []Stretch{{0, len(r.Rows) - 1}}
	r.Recorder = known{r}
	return r
}

// A climb that ends close beyond the load at which a target is missed shows it
// in its last parts together; one that ends at it does not.
func TestBrokenAtAClimbsEnd(t *testing.T) {
	for _, c := range []struct {
		users float64
		want  Outcome
	}{{150, Held}, {167, Held}, {180, Broke}, {240, Broke}} {
		r := climb(c.users)
		got := Analyze(r)
		b := got.Breaking
		if got.Shape != SlowRamp || b.Outcome != c.want || c.want == Broke && math.Abs(b.Users.Value/166.7-1) > .03 {
			t.Errorf("a climb to %.0f users: %v, %+v", c.users, got.Shape, b)
		}
		if by := b.By; by.Weight > 0 && math.Abs(math.Pow(by.Own, 1-by.Weight)*math.Pow(by.Curve, by.Weight)/b.Users.Value-1) > 1e-9 {
			t.Errorf("a climb to %.0f users: %+v does not give %.2f", c.users, by, b.Users.Value)
		}
		if c.users == 180 && !(b.By.Own > 0) {
			t.Errorf("a climb to 180 users: nothing says how %.2f was found", b.Users.Value)
		}
		if c.want == Broke && !(got.Points[b.Point].Values[0] > 1) {
			t.Errorf("a climb to %.0f users: broken at a point that holds", c.users)
		}
	}
}

// Two steps that miss a target and higher ones that hold it: not load broke it.
func TestHoldsAgainAtMoreLoad(t *testing.T) {
	for _, c := range []struct {
		slow []int // steps
		want Outcome
	}{{[]int{1, 2}, Held}, {[]int{3, 4}, Held}, {[]int{4, 5}, Broke}, {[]int{2, 3, 5}, Broke}} {
		r := build(40, 50, 60, 70, 80, 90)
		for _, k := range c.slow {
			for i := r.Plateaus[k].From + 1; i <= r.Plateaus[k].To; i++ {
				r.Rows[i].Sum = r.Rows[i].Done * 2
			}
		}
		if b := Analyze(r).Breaking; b.Outcome != c.want {
			t.Errorf("steps %v are slow: %+v", c.slow, b)
		}
	}
}
