package html

import (
	"bytes"
	"os"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/chart/charttest"
)

// filled is a document of ours, filled in by hand, with hostile text in it.
func filled(t *testing.T) []byte {
	t.Helper()
	md, err := os.ReadFile("testdata/filled.md")
	if err != nil {
		t.Fatal(err)
	}
	return md
}

// render is pageWith, twice: the same inputs give the same bytes.
func render(t *testing.T, md []byte, a *analyze.Analysis, library []byte) []byte {
	t.Helper()
	first, err := pageWith(md, a, library)
	if err != nil {
		t.Fatal(err)
	}
	second, err := pageWith(md, a, library)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("two renderings differ")
	}
	return first
}

func analyses() map[string]*analyze.Analysis {
	return map[string]*analyze.Analysis{
		"overloaded": charttest.Overloaded(), "healthy": charttest.Healthy(), "cumulative": charttest.Cumulative(),
		"long": charttest.Long(), "empty": charttest.Empty(),
	}
}
