package analyze

import (
	"strings"
	"testing"
)

// What a longer peak would tell is said as a factor.
func TestTooShort(t *testing.T) {
	for stretches, want := range map[float64]string{2.2: "counts as 2.2 independent stretches, and it takes 6: keep the peak 3 times", 3.7: "keep the peak 2 times", 2.4: "keep the peak 2.5 times", .5: "keep the peak 6 times"} {
		if got := tooShort(stretches); !strings.Contains(got, want) {
			t.Errorf("%g: %s", stretches, got)
		}
	}
}
