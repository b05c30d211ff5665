package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// Values of tables: Student's t in any textbook, the rest by hand.
func TestStudent(t *testing.T) {
	for _, x := range []struct{ alpha, df, want float64 }{
		{.05, 1, 12.7062}, {.05, 4, 2.7764}, {.05, 10, 2.2281}, {.05, 14, 2.1448}, {.05, 1e6, 1.95997}, {.01, 6, 3.7074}, {.10, 30, 1.6973},
	} {
		got := StudentQuantile(x.alpha, x.df)
		if !near(got, x.want, 1e-4) {
			t.Errorf("StudentQuantile(%v, %v) = %v, want %v", x.alpha, x.df, got, x.want)
		}
		if tail := StudentTail(got, x.df); !near(tail, x.alpha, 1e-9) {
			t.Errorf("StudentTail(StudentQuantile(%v)) = %v", x.alpha, tail)
		}
	}
	if !math.IsInf(StudentQuantile(.05, 0), 1) || !math.IsNaN(StudentTail(1, 0)) || StudentTail(math.Inf(1), 3) != 0 || StudentTail(0, 3) != 1 {
		t.Error("the edges of Student's t")
	}
}

func TestWilson(t *testing.T) {
	const z = 1.959964
	for _, x := range []struct{ k, n, low, high float64 }{
		{0, 10, 0, .2775}, {10, 10, .7225, 1}, {5, 10, .2366, .7634}, {81, 263, .2553, .3662}, {0, 0, 0, 1},
	} {
		low, high := Wilson(x.k, x.n, z)
		if !near(low, x.low, 1e-4) || !near(high, x.high, 1e-4) {
			t.Errorf("Wilson(%v, %v) = %v, %v", x.k, x.n, low, high)
		}
	}
}

// Newcombe's own examples (1998, table II, method 10), with the sign turned:
// ours is the second less the first.
func TestProportionDifference(t *testing.T) {
	const z = 1.959964
	for _, x := range []struct{ k1, n1, k2, n2, low, high float64 }{
		{56, 70, 48, 80, .0524, .3339}, {9, 10, 3, 10, .1705, .8090}, {10, 10, 0, 10, .6075, 1}, {0, 10, 0, 10, -.2775, .2775},
	} {
		low, high, score := ProportionDifference(Proportion{x.k2, x.n2, 1}, Proportion{x.k1, x.n1, 1}, z)
		if !near(low, x.low, 1e-3) || !near(high, x.high, 1e-3) {
			t.Errorf("%v/%v less %v/%v: %v to %v, want %v to %v", x.k1, x.n1, x.k2, x.n2, low, high, x.low, x.high)
		}
		if x.k1 == x.k2 && score != 0 || x.k1 > x.k2 && score <= 0 {
			t.Errorf("score %v", score)
		}
	}
	_, _, one := ProportionDifference(Proportion{10, 1000, 1}, Proportion{30, 1000, 1}, z)
	_, _, four := ProportionDifference(Proportion{10, 1000, 4}, Proportion{30, 1000, 4}, z)
	if !near(one/four, 2, 1e-9) {
		t.Errorf("φ = 4 does not halve the score: %v, %v", one, four)
	}
	if _, _, score := ProportionDifference(Proportion{0, 0, 1}, Proportion{1, 10, 1}, z); !math.IsNaN(score) {
		t.Error("a score without requests")
	}
}

func TestOverdispersion(t *testing.T) {
	n := []float64{100, 100, 100, 100}
	if phi := Overdispersion([]float64{10, 10, 10, 10}, n); phi != 1 {
		t.Errorf("even failures: φ = %v", phi)
	}
	// Mean 10 of 100: binomial variance 9; squares of ±10 add up to 400 over 3.
	if phi := Overdispersion([]float64{0, 20, 0, 20}, n); !near(phi, 400./3/9, 1e-9) {
		t.Errorf("failures in clusters: φ = %v", phi)
	}
	if Overdispersion([]float64{0, 0}, n[:2]) != 1 || Overdispersion(nil, nil) != 1 || Overdispersion([]float64{100}, n[:1]) != 1 {
		t.Error("φ without variation")
	}
}

// Benjamini and Hochberg's own example (1995, §3.3): four of fifteen at q = .05.
func TestBenjaminiHochberg(t *testing.T) {
	ps := []float64{.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1}
	got := BenjaminiHochberg(ps, .05)
	for i, stands := range got {
		if stands != (i < 4) {
			t.Errorf("p %d = %v: %v", i, ps[i], stands)
		}
	}
	// A step up: .04 does not stand alone and stands with its neighbours.
	if got := BenjaminiHochberg([]float64{.05, math.NaN(), .04, .06}, .06); !slices.Equal(got, []bool{true, false, true, true}) {
		t.Errorf("step up: %v", got)
	}
	if got := BenjaminiHochberg([]float64{math.NaN()}, .1); got[0] {
		t.Error("a NaN stands")
	}
}

func TestAutocorrelationTime(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	ar := func(n int, phi float64) []float64 {
		xs := make([]float64, n)
		x := 0.0
		for i := range xs {
			x = phi*x + random.NormFloat64()
			xs[i] = x
		}
		return xs
	}
	// For an AR(1), τ = (1+φ)/(1−φ).
	for phi, want := range map[float64]float64{0: 1, .5: 3, .8: 9} {
		if got := AutocorrelationTime(ar(20000, phi)); got < .8*want-.1 || got > 1.2*want+.1 {
			t.Errorf("φ = %v: τ̂ = %v, want about %v", phi, got, want)
		}
	}
	if AutocorrelationTime([]float64{3, 3, 3, 3, 3}) != 1 || AutocorrelationTime(nil) != 1 {
		t.Error("a constant or empty series")
	}
}

func TestMovingBlocks(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	into := make([]int, 10)
	seen := make([]int, 7)
	for range 2000 {
		MovingBlocks(random, into, 7, 3)
		for i, x := range into {
			if x < 0 || x >= 7 {
				t.Fatalf("index %d", x)
			}
			if i%3 != 0 && x != into[i-1]+1 {
				t.Fatalf("%v is not made of blocks of three", into)
			}
			seen[x]++
		}
	}
	if slices.Contains(seen, 0) {
		t.Errorf("some values are never drawn: %v", seen)
	}
	MovingBlocks(random, into, 2, 5)
	if slices.Max(into) > 1 {
		t.Errorf("blocks longer than the series: %v", into)
	}
}

func TestStandardDeviation(t *testing.T) {
	if got := StandardDeviation([]float64{1e9 + 1, math.NaN(), 1e9 + 3, math.Inf(1)}); !near(got, math.Sqrt2, 1e-6) {
		t.Errorf("got %v", got)
	}
	if !math.IsNaN(StandardDeviation([]float64{1})) || !math.IsInf(BlockSpread(3, 3), 1) || !near(BlockSpread(8, 6), 2, 1e-12) {
		t.Error("edges")
	}
}
