package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawn is a few slots of latencies and the windows that Locust would print.
type drawn struct {
	model Model
	ms    [][]float64 // by slot
}

func draw(t *rapid.T) drawn {
	slots := rapid.IntRange(3, 25).Draw(t, "slots")
	g := LocustGrid(1, 5000, false)
	d := drawn{model: Model{Grid: g}, ms: make([][]float64, slots)}
	s := Series{N: make([]float64, slots), Sum: make([]float64, slots), Lo: make([]int, slots), Hi: make([]int, slots)}
	for k := range slots {
		d.ms[k] = rapid.SliceOfN(rapid.Float64Range(1, 5000), 0, 12).Draw(t, "ms")
		s.N[k] = float64(len(d.ms[k]))
		for _, v := range d.ms[k] {
			s.Sum[k] += v
		}
		s.Hi[k] = g.Len() - 1
	}
	for k := range slots {
		from := max(0, k-4)
		var v []float64
		for _, x := range d.ms[from : k+1] {
			for _, y := range x {
				v = append(v, BucketOf(y))
			}
		}
		if len(v) == 0 {
			continue
		}
		slices.Sort(v)
		w := Window{From: from, To: k, Head: 1, Tail: 1, N: float64(len(v))}
		for _, p := range []float64{.5, .66, .9, .99, 1} {
			a, b := g.Bucket(v[min(len(v)-1, int(float64(len(v))*p))])
			w.Knots = append(w.Knots, Knot{P: p, From: a, To: b})
		}
		s.Windows = append(s.Windows, w)
	}
	d.model.Series = []Series{s}
	return d
}

// Whatever the latencies were, what the windows prove is true of them, and
// the reconstruction keeps every slot's count.
func TestBelowHoldsTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		m := &d.model
		m.Solve(4, 2)
		slots := len(d.ms)
		from := rapid.IntRange(0, slots-1).Draw(t, "from")
		to := rapid.IntRange(from, slots-1).Draw(t, "to")
		edge := rapid.IntRange(0, m.Grid.Len()).Draw(t, "edge")
		r := m.Region([]int{0}, from, to)
		low, high := r.atLeast(edge), r.atMost(edge)
		truth, n := 0.0, 0.0
		for k := from; k <= to; k++ {
			for _, v := range d.ms[k] {
				n++
				a, b := m.Grid.Bucket(BucketOf(v)) // ties go to the even bucket, not to the cell above
				if min(max(m.Grid.Cell(v), a), b-1) < edge {
					truth++
				}
			}
		}
		if truth < low-1e-6 || truth > high+1e-6 {
			t.Fatalf("slots %d–%d, edge %d: %g of %g below, proved [%g, %g]", from, to, edge, truth, n, low, high)
		}
		x := make([]float64, m.Grid.Len())
		m.X(0, from, to, 1, 1, x, nil)
		sum := 0.0
		for _, v := range x {
			if v < 0 || math.IsNaN(v) {
				t.Fatalf("count %g", v)
			}
			sum += v
		}
		if math.Abs(sum-n) > 1e-6*(1+n) {
			t.Fatalf("%g requests reconstructed of %g", sum, n)
		}
	})
}

// A slot with one request, and windows that leave nothing open, are found
// exactly.
func TestSolveFindsWhatIsDetermined(t *testing.T) {
	g := LocustGrid(1, 1000, false)
	knot := func(p, v float64) Knot {
		a, b := g.Bucket(v)
		return Knot{P: p, From: a, To: b}
	}
	s := Series{N: []float64{50, 50}, Sum: []float64{50 * 20, 50 * 400}, Lo: []int{0, 0}, Hi: []int{g.Len() - 1, g.Len() - 1},
		Windows: []Window{{From: 0, To: 1, Head: 1, Tail: 1, N: 100, Knots: []Knot{knot(.49, 20), knot(.5, 400), knot(1, 400)}}}}
	s.Windows[0].Knots = append([]Knot{knot(0, 20)}, s.Windows[0].Knots...)
	m := &Model{Grid: g, Series: []Series{s}}
	m.Solve(20, 1)
	for k, want := range []float64{20, 400} {
		x := make([]float64, g.Len())
		m.X(0, k, k, 1, 1, x, nil)
		for _, rank := range []float64{5, 25, 45} {
			if got := g.Quantile(x, rank); math.Abs(got/want-1) > .05 {
				t.Errorf("slot %d rank %g: %g ms, want %g", k, rank, got, want)
			}
		}
	}
}

// The totals of buckets that the JSON gives are met.
func TestRake(t *testing.T) {
	g := LocustGrid(1, 300, false)
	a, _ := g.Bucket(30)
	b, _ := g.Bucket(200)
	s := Series{N: []float64{40, 60}, Sum: []float64{math.NaN(), math.NaN()}, Lo: []int{0, 0}, Hi: []int{g.Len() - 1, g.Len() - 1},
		Margin: make([]float64, g.Len())}
	s.Margin[a], s.Margin[b] = 75, 25
	m := &Model{Grid: g, Series: []Series{s}}
	m.Solve(5, 1)
	x := make([]float64, g.Len())
	m.X(0, 0, 1, 1, 1, x, nil)
	low, high := 0.0, 0.0
	for i, v := range x {
		switch g.from[i] {
		case a:
			low += v
		case b:
			high += v
		}
	}
	if math.Abs(low-75) > .5 || math.Abs(high-25) > .5 {
		t.Errorf("buckets hold %g and %g, want 75 and 25", low, high)
	}
}

func TestMixtureLimits(t *testing.T) {
	g := LocustGrid(1, 1000, false)
	m := NewMixture(g)
	for i := range 20 {
		var knots []Knot
		for _, p := range []float64{.5, .9, .95, .99, 1} {
			a, b := g.Bucket(BucketOf(100 * (1 + p) * (1 + .01*float64(i))))
			knots = append(knots, Knot{P: p, From: a, To: b})
		}
		m.Add(100, knots, 0, g.Len()-1)
	}
	v := g.Quantile(m.Counts(), 1900)
	low, high := m.Limits(1900, 1)
	if !(low <= v && v <= high) || low < 150 || high > 250 {
		t.Errorf("p95 %g within %g–%g", v, low, high)
	}
}

func TestInstants(t *testing.T) {
	// a writer at 0.9 that takes 30 ms a row skips a second after the fourth
	stamps := []int64{100, 101, 102, 103, 105, 106}
	at := Instants(stamps, 1)
	for i, s := range stamps {
		if at[i] < float64(s) || at[i] >= float64(s)+1 {
			t.Errorf("row %d at %g, stamped %d", i, at[i], s)
		}
	}
	if at[3] < 103.4 || at[4] > 105.6 {
		t.Errorf("a skipped second is not used: %v", at)
	}
	if got := Instants([]int64{5, 5, 4, 9}, 1); len(got) != 4 || got[0] < 5 || got[3] < 9 {
		t.Errorf("a clock that steps back: %v", got)
	}
}
