package analyze

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/capacity"
)

// Tests of systems simulated by somebody else, with known capacity: what broke
// is said to have broken, and the figures are near.
func TestCapacityOfSharedSimulations(t *testing.T) {
	files, _ := filepath.Glob("../../shared/data/sim/*_truth.json")
	if len(files) == 0 {
		t.Skip("the shared simulations are not here")
	}
	near := func(what string, got capacity.Range, truth, most float64) {
		off := 100 * (got.Value/truth - 1)
		t.Logf("  %-8s %6.1f (%.1f–%.1f), truth %.1f: %+.1f %%", what, got.Value, got.Low, got.High, truth, off)
		if got.Known() && math.Abs(off) > most {
			t.Errorf("%s is off by %.1f %%", what, off)
		}
	}
	for _, f := range files {
		var truth struct {
			Kind     string
			Most     float64 `json:"nmax"`
			Break    string  `json:"true_break"`
			Capacity float64 `json:"true_capacity"`
			Knee     float64 `json:"true_nstar"`
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &truth); err != nil {
			t.Fatal(err)
		}
		csv, err := os.ReadFile(strings.TrimSuffix(f, "_truth.json") + "_stats_history.csv")
		if err != nil {
			t.Fatal(err)
		}
		breaks, err := strconv.ParseFloat(truth.Break, 64)
		if err != nil {
			breaks = math.Inf(1)
		}
		run, _, _ := analyzeHistory(csv).capacityRun()
		got := capacity.Analyze(run)
		t.Logf("%s: %s, %s, %.0f users", filepath.Base(f), truth.Kind, got.Shape, truth.Most)
		broke := got.Breaking.Outcome == capacity.Broke || got.Breaking.Outcome == capacity.BrokeFirst
		if broke != (truth.Most >= breaks) {
			t.Errorf("%s: broke %v at %.0f users, truth %s", f, broke, truth.Most, truth.Break)
		}
		if got.Capacity.Known() && truth.Most <= 1.1*truth.Knee {
			t.Errorf("%s: a capacity of %.1f/s, and the run did not reach it", f, got.Capacity.Value)
		}
		if broke && got.Breaking.Outcome == capacity.Broke {
			near("breaking", got.Breaking.Users, breaks, map[bool]float64{false: 15, true: 30}[got.Breaking.Model])
		}
		near("capacity", got.Capacity, truth.Capacity, 10)
		near("knee", got.Knee, truth.Knee, 15)
	}
}
