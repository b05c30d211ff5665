package applog

import (
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

func read(t testing.TB, src string, w Window, patterns ...Pattern) *loadtest.AppLog {
	t.Helper()
	log, _, err := Read(strings.NewReader(src), "app.log", w, patterns)
	if err != nil {
		t.Fatal(err)
	}
	return log
}
