package mark_test

import (
	"testing"

	"github.com/peakload/peakload/report/mark"
	"pgregory.net/rapid"
)

func TestCut(t *testing.T) {
	for _, c := range []struct {
		line, text string
		n          int
		ok         bool
	}{
		{mark.Wrap(0, "1,240 ms") + " rest", "1,240 ms", 0, true},
		{mark.Wrap(907, ""), "", 907, true},
		{"1,240 ms", "", 0, false},
		{"", "", 0, false},
		{"\uE000no number\uE001", "", 0, false},
		{"\uE000\uE011no end", "", 0, false},
		{"\uE000\uE011another line\n\uE001", "", 0, false},
		{"\uE000\uE011" + mark.Wrap(1, "x"), "", 0, false},
		{"\uE000\uE019\uE019\uE019\uE019\uE019\uE019\uE019\uE019x\uE001", "", 0, false},
	} {
		n, text, size, ok := mark.Cut([]byte(c.line))
		if n != c.n || string(text) != c.text || ok != c.ok {
			t.Errorf("Cut(%q) = %d, %q, %v", c.line, n, text, ok)
		}
		if ok && c.line[:size] != mark.Wrap(n, c.text) {
			t.Errorf("Cut(%q) is %d long", c.line, size)
		}
	}
}

// Whatever a line holds, Cut stays within it, and what was wrapped is cut.
func TestCutAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SliceOf(rapid.SampledFrom([]string{"\uE000", "\uE001", "\uE010", "\uE019", "a", "\xee", "\n"})).Draw(t, "line")
		var b []byte
		for _, s := range line {
			b = append(b, s...)
		}
		if _, text, size, ok := mark.Cut(b); ok && (size > len(b) || len(text) >= size) {
			t.Fatalf("%q: %d, %q", b, size, text)
		}
		n, text := rapid.IntRange(0, 1e6).Draw(t, "n"), rapid.StringMatching(`[ -~é]*`).Draw(t, "text")
		if m, got, _, ok := mark.Cut([]byte(mark.Wrap(n, text) + string(b))); !ok || m != n || string(got) != text {
			t.Fatalf("%d %q became %d %q %v", n, text, m, got, ok)
		}
	})
}
