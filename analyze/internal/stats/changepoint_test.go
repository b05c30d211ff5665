package stats

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestRanks(t *testing.T) {
	if got := Ranks([]float64{3, 1, 3, 2}); !slices.Equal(got, []float64{3.5, 1, 3.5, 2}) {
		t.Errorf("%v", got)
	}
}

func TestChangePoint(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	row := []float64{10, 11, 10.5, 10.2, 10.8, 10.4, 15, 16, 15.5, 15.2, 15.8, 15.1}
	if k, p := ChangePoint(row, 4, 999, random); k != 6 || p > .01 {
		t.Errorf("a step after 6: k %d, p %v", k, p)
	}
	if k, _ := ChangePoint(row[:7], 4, 999, random); k != 0 {
		t.Error("seven values are too few")
	}
	if k, p := ChangePoint([]float64{1, 1, 1, 1, 1, 1, 1, 1}, 4, 99, random); k != 0 || p != 1 {
		t.Errorf("no change: k %d, p %v", k, p)
	}
	// Noise alone is called a change about as often as p says.
	false5 := 0
	for range 300 {
		noise := make([]float64, 12)
		for i := range noise {
			noise[i] = random.NormFloat64()
		}
		if _, p := ChangePoint(noise, 4, 199, random); p <= .05 {
			false5++
		}
	}
	if false5 > 30 { // 15 expected, 5 standard deviations above
		t.Errorf("%d of 300 rows of noise changed at 5 %%", false5)
	}
}
