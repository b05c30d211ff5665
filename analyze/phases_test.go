package analyze

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// outline writes phases as "kind from-to@level", seconds rounded.
func outline(ps []Phase) string {
	var out []string
	for _, p := range ps {
		out = append(out, fmt.Sprintf("%s %.0f-%.0f@%d", p.Kind, p.Start, p.End, p.UsersTo))
	}
	return strings.Join(out, ", ")
}

func phasesOf(b *bench, pl plan.Plan) ([]Phase, []plan.Phase) {
	c := newContext(b.run(), &pl)
	return c.phases, c.absent
}

func TestPhases(t *testing.T) {
	wobble := func(b *bench, seconds, users, by int) *bench {
		r := rand.New(rand.NewSource(1))
		for range seconds {
			u := users + r.Intn(2*by+1) - by
			b.row(u, int64(u)/2, 0, .1)
		}
		return b
	}
	start := func() *bench { return newBench().row(0, 0, 0, 0) }
	for _, c := range []struct {
		name string
		b    *bench
		want string
	}{
		{"ramp, peak, ramp-down, tail", start().ramp(40, 350, .1).hold(100, 350, .1).ramp(20, 20, .1).hold(20, 20, .1),
			"ramp_up 0-40@350, peak 40-140@350, ramp_down 140-160@20, recovery 160-180@20"},
		{"short ramp, then flat", start().ramp(8, 40, .1).hold(140, 40, .1), "ramp_up 0-8@40, peak 8-148@40"},
		{"sliver of a ramp", start().ramp(2, 40, .1).hold(60, 40, .1), "peak 0-62@40"},
		{"constant from the first row", newBench().hold(60, 40, .1), "peak 0-60@40"},
		{"stairs", start().ramp(5, 50, .1).hold(20, 50, .1).ramp(5, 100, .1).hold(20, 100, .1).ramp(5, 150, .1).hold(20, 150, .1).ramp(2, 20, .1).hold(18, 20, .1),
			"ramp_up 0-5@50, step 5-25@50, step 25-50@100, ramp_up 50-55@150, peak 55-75@150, recovery 75-95@20"},
		{"steps at once", start().hold(30, 10, .1).hold(30, 20, .1).hold(30, 30, .1), "step 0-30@10, step 30-61@20, peak 61-90@30"},
		{"steps of two users", start().hold(60, 2, .1).hold(60, 4, .1).hold(60, 6, .1).hold(60, 8, .1), "step 0-60@2, step 60-120@4, step 120-181@6, peak 181-240@8"},
		{"slow ramp without a plateau", start().ramp(600, 100, .1), "ramp_up 0-595@100"},
		{"slow ramp of few users", start().ramp(600, 20, .1), "ramp_up 0-571@20"},
		{"slow ramp, then peak", start().ramp(1000, 1000, .1).hold(300, 1000, .1), "ramp_up 0-1000@1000, peak 1000-1300@1000"},
		{"ends in the ramp after a warm-up", start().ramp(5, 50, .1).hold(60, 50, .1).ramp(30, 600, .1), "ramp_up 0-5@50, step 5-65@50, ramp_up 65-95@600"},
		{"warm-up of few users beside a large peak", start().ramp(10, 10, .1).hold(110, 10, .1).ramp(40, 1000, .1).hold(100, 1000, .1),
			"ramp_up 0-10@10, step 10-120@10, ramp_up 120-160@1000, peak 160-260@1000"},
		{"spike", start().ramp(5, 100, .1).hold(60, 100, .1).ramp(10, 1000, .1).hold(20, 1000, .1).ramp(10, 100, .1).hold(60, 100, .1),
			"ramp_up 0-5@100, step 5-65@100, ramp_up 65-75@1000, peak 75-95@1000, ramp_down 95-105@100, recovery 105-165@100"},
		{"spike without a top", start().ramp(5, 100, .1).hold(60, 100, .1).ramp(20, 1000, .1).ramp(20, 100, .1).hold(60, 100, .1),
			"ramp_up 0-5@100, step 5-65@100, ramp_up 65-85@1000, ramp_down 85-105@100, recovery 105-165@100"},
		{"two peaks", start().ramp(10, 200, .1).hold(60, 200, .1).ramp(10, 20, .1).hold(30, 20, .1).ramp(10, 200, .1).hold(90, 200, .1),
			"ramp_up 0-10@200, peak 10-70@200, ramp_down 70-80@20, recovery 80-110@20, ramp_up 110-120@200, peak 120-210@200"},
		{"idle between", start().ramp(10, 200, .1).hold(60, 200, .1).hold(30, 0, .1).ramp(10, 200, .1).hold(90, 200, .1),
			"ramp_up 0-10@200, peak 10-70@200, idle 70-100@0, ramp_up 100-110@200, peak 110-200@200"},
		{"a dip of the plateau", start().ramp(10, 200, .1).hold(60, 200, .1).hold(2, 150, .1).hold(60, 200, .1), "ramp_up 0-10@200, peak 10-132@200"},
		{"noise", wobble(start().ramp(40, 1000, .1), 120, 1000, 12).ramp(20, 30, .1).hold(20, 30, .1),
			"ramp_up 0-40@1000, peak 40-160@998, ramp_down 160-180@30, recovery 180-200@30"},
		{"more noise over a long run", wobble(start().ramp(100, 1000, .1), 900, 1000, 20), "ramp_up 0-98@980, peak 98-1000@1000"},
		{"many steps", manySteps(40, 30, 25), "first step 0-30@25, peak 1171-1200@1000"},
		{"killed in the plateau", start().ramp(40, 200, .1).hold(50, 200, .1), "ramp_up 0-40@200, peak 40-90@200"},
		{"stopped in the ramp-down", start().ramp(10, 200, .1).hold(50, 200, .1).ramp(2, 0, .1), "ramp_up 0-10@200, peak 10-62@200"},
		{"users that slowly die", slowly(start().ramp(20, 200, .1), 400, -25), "ramp_up 0-20@200, peak 20-420@192"},
		{"users that slowly come", slowly(start().ramp(20, 200, .1), 300, 30), "ramp_up 0-20@200, peak 20-320@205"},
		{"sawtooth", start().ramp(30, 200, .1).hold(1, 20, .1).ramp(30, 200, .1).hold(1, 20, .1).ramp(30, 200, .1),
			"ramp_up 0-30@200, ramp_down 30-31@20, ramp_up 31-61@200, ramp_down 61-62@20, ramp_up 62-92@200"},
		{"climbs of ten seconds", start().ramp(10, 100, .1).hold(50, 100, .1).ramp(10, 200, .1).hold(50, 200, .1).ramp(10, 300, .1).hold(50, 300, .1),
			"ramp_up 0-10@100, step 10-60@100, ramp_up 60-70@200, step 70-120@200, ramp_up 120-130@300, peak 130-180@300"},
		{"one user", start().hold(60, 1, .1), "peak 0-60@1"},
		{"one row", newBench().row(5, 3, 0, .1), "ramp_up 0-1@5"},
		{"no users", newBench().hold(20, 0, .1), "idle 0-19@0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ps, _ := phasesOf(c.b, plan.Plan{})
			got := outline(ps)
			if len(ps) > 12 {
				got = "first " + outline(ps[:1]) + ", " + outline(ps[len(ps)-1:])
			}
			if got != c.want {
				t.Errorf("got\n%s, want\n%s", got, c.want)
			}
		})
	}
}

// slowly holds the last level, from which a user comes, or goes, every so many
// seconds.
func slowly(b *bench, seconds, every int) *bench {
	from := b.h.Users[len(b.h.Users)-1]
	for i := range seconds {
		b.hold(1, from+(i+1)/every, .1)
	}
	return b
}

// manySteps is a staircase.
func manySteps(n, seconds, users int) *bench {
	b := newBench().row(0, 0, 0, 0)
	for i := 1; i <= n; i++ {
		b.hold(seconds, i*users, .1)
	}
	return b
}

// A distributed master's users arrive in jumps of three seconds.
func TestPhasesOfAMaster(t *testing.T) {
	b := newBench().row(0, 0, 0, 0)
	b.h.Step = 3
	for i := 1; i <= 180; i++ {
		u := min(1000, i/3*3*25)
		if i > 150 {
			u = max(0, 1000-(i-147)/3*3*50)
		}
		n := int64(0)
		if i%3 == 0 && u > 0 {
			n = 300
		}
		b.row(u, n, 0, .1)
	}
	ps, _ := phasesOf(b, plan.Plan{})
	if got, want := outline(ps), "ramp_up 0-40@1000, peak 40-148@1000, ramp_down 148-166@0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPlannedPhases(t *testing.T) {
	b := newBench().row(0, 0, 0, 0).ramp(40, 350, .1).hold(100, 350, .1).ramp(20, 20, .1).hold(20, 20, .1)
	ps, absent := phasesOf(b, plan.Plan{Phases: []plan.Phase{
		{Name: "Warm-up", From: 0, To: 60},
		{Name: "Steady state", From: 60, To: 540},
		{Name: "Evening lull", From: 150, To: 182},
		{Name: "Cool-down"},
		{Name: "Step 2"},
		{Name: "Idle"},
	}})
	var names []string
	for _, p := range ps {
		names = append(names, p.Name)
	}
	if got, want := strings.Join(names, "|"), "Warm-up|Steady state|Cool-down|Evening lull"; got != want {
		t.Errorf("names %s, want %s", got, want)
	}
	if len(absent) != 2 || absent[0].Name != "Step 2" || absent[1].Name != "Idle" {
		t.Errorf("absent %v", absent)
	}
}

// Phases tile the run, and their requests and failures add up to its.
func TestPhasesTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench()
		if rapid.Bool().Draw(t, "zero first") {
			b.row(0, 0, 0, 0)
		}
		for range rapid.IntRange(1, 8).Draw(t, "moves") {
			n := rapid.IntRange(1, 40).Draw(t, "seconds")
			u := rapid.SampledFrom([]int{0, 1, 2, 5, 20, 100, 103, 350, 1000}).Draw(t, "users")
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				b.hold(n, u, .1)
			case 1:
				b.ramp(n, u, .2)
			default:
				for range n {
					b.row(max(0, u+rapid.IntRange(-30, 30).Draw(t, "noise")), int64(u), int64(u/3), .3)
				}
			}
			if rapid.IntRange(0, 5).Draw(t, "reset") == 0 {
				b.reset()
			}
		}
		if len(b.h.Time) == 0 {
			return
		}
		c := newContext(b.run(), &plan.Plan{})
		ps := c.phases
		if len(ps) == 0 || ps[0].From != firstEdge(c.history) || ps[len(ps)-1].To != len(c.history.Time)-1 {
			t.Fatalf("phases do not cover the run: %s", outline(ps))
		}
		n, f := 0., 0.
		seen := map[string]bool{}
		for i, p := range ps {
			if i > 0 && p.From != ps[i-1].To || p.To < p.From || p.To == p.From && len(c.history.Time) > 1 {
				t.Fatalf("phases do not tile: %s", outline(ps))
			}
			if seen[p.Name] {
				t.Fatalf("two phases are called %s", p.Name)
			}
			seen[p.Name] = true
			x, _ := p.Requests.Float()
			y, _ := p.Failures.Float()
			n, f = n+x, f+y
		}
		x, _ := c.history0.Requests.Float()
		y, _ := c.history0.Failures.Float()
		if n != x || f != y {
			t.Fatalf("phases have %g requests and %g failures, the run %g and %g", n, f, x, y)
		}
		var total int64
		for _, s := range segments(c.history) {
			total += c.history.Total.Requests[s.To]
		}
		if float64(total) != x {
			t.Fatalf("the window over all has %g requests, the segments %d", x, total)
		}
	})
}

var _ = loadtest.Windowed
