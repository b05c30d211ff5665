package analyze

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/peakload/peakload/analyze/loadtest"
)

// rowOfRuns makes earlier runs whose P95 is as given, a day apart.
func rowOfRuns(users int, p95 ...float64) []*loadtest.Basis {
	var out []*loadtest.Basis
	for i, v := range p95 {
		out = append(out, &loadtest.Basis{
			File: fmt.Sprintf("%02d.json", i), Label: fmt.Sprint("run ", i), Users: users, Start: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC),
			Figures: map[string]loadtest.Bounds{"latency_p95": {Value: v, Low: v, High: v}, "error_rate": {}},
		})
	}
	return out
}

func TestTrend(t *testing.T) {
	all := rowOfRuns(100, .20, .21, .205, .20, .21, .30, .31, .305, .29, .30, .31, .30)
	last := len(all) - 1
	a := &Analysis{Basis: all[last]}
	shuffled := append([]*loadtest.Basis{all[3], all[last]}, append(all[:3:3], all[4:last]...)...)
	got := a.TrendOver(append(shuffled, rowOfRuns(200, .9)...))
	if got == nil || len(got.Points) != len(all) || got.Points[0].Label != "run 0" || got.Points[last].Label != fmt.Sprint("run ", last) {
		t.Fatalf("points %+v", got)
	}
	if len(got.Changes) != 1 || got.Changes[0].Metric != "latency_p95" || got.Changes[0].At != 5 || got.Changes[0].Before != .205 || got.Changes[0].After != .30 {
		t.Errorf("changes %+v", got.Changes)
	}
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "200 users there, 100 here") {
		t.Errorf("notes %q", got.Notes)
	}
	// A level that stays, and too few runs to tell.
	flat := rowOfRuns(100, .20, .21, .205, .20, .21, .20, .21, .205, .19, .20, .21)
	if got := (&Analysis{Basis: flat[10]}).TrendOver(flat[:10]); len(got.Changes) != 0 {
		t.Errorf("no change: %+v", got.Changes)
	}
	if got := (&Analysis{Basis: all[6]}).TrendOver(all[:6]); len(got.Changes) != 0 || !strings.Contains(got.Notes[0], "from 10 on") {
		t.Errorf("seven runs: %+v", got)
	}
	if got := (&Analysis{Basis: all[0]}).TrendOver(rowOfRuns(900, .1)); got != nil {
		t.Errorf("nothing comparable: %+v", got)
	}
}
