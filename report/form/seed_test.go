package form

import (
	"os"
	"strings"
	"testing"
)

func seed(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("../../../shared/seed/PEAK_LOAD_RESULTS.md")
	if err != nil {
		t.Skip("the seed is not here")
	}
	return b
}

func TestSeedBlanks(t *testing.T) {
	src := seed(t)
	d, _ := Parse("seed", src)
	n, c := 0, 0
	for _, s := range d.slots {
		if s.State == Blank && s.role != inBox {
			n += strings.Count(s.raw, "TBD")
			c += strings.Count(s.raw, "⏳")
		}
	}
	if n != 114 || c != 55 {
		t.Errorf("found %d TBD and %d ⏳ as blanks, want 114 and 55", n, c)
	}
	if string(d.Bytes()) != string(src) {
		t.Error("an untouched document changed")
	}
}
