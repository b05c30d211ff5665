package analyze_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/input"
	"github.com/peakload/peakload/analyze/plan"
)

// The capacity of every recorded run agrees with what its single requests say:
// what broke is said to have broken, what did not is not, and a staircase's
// breaking point lies within a step or a tenth of the step that broke.
func TestCapacityOfRecordedRuns(t *testing.T) {
	const runs = "../../shared/data/runs"
	entries, err := os.ReadDir(runs)
	if err != nil {
		t.Skip("the shared runs are not here")
	}
	var targets []plan.Target
	for _, text := range []string{"p95 < 1s", "errors < 5%"} {
		target, err := plan.ParseTarget(text, plan.Pos{})
		if err != nil {
			t.Fatal(err)
		}
		targets = append(targets, target)
	}
	for _, e := range entries {
		var truth struct {
			SLO struct {
				Broke bool
				Step  *struct{ Users float64 } `json:"first_step_broken_in_its_second_half"`
			}
			Crashes any
		}
		data, err := os.ReadFile(filepath.Join(runs, e.Name(), "truth.json"))
		if err != nil {
			continue
		}
		if err := json.Unmarshal(data, &truth); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(runs, e.Name())
		run, err := input.Load(input.Folder{Name: dir, FS: os.DirFS(dir)}, ".", input.Options{})
		if err != nil {
			t.Errorf("%s: %v", e.Name(), err)
			continue
		}
		c := analyze.Run(run, &plan.Plan{Targets: targets}, nil).Capacity
		if c.Outcome != analyze.NotIdentifiable && (c.Outcome == analyze.Broke) != truth.SLO.Broke {
			t.Errorf("%s: %v (%s), truth: broke %v", e.Name(), c.Outcome, c.BreakingText, truth.SLO.Broke)
		}
		if truth.Crashes == nil && c.Outcome == analyze.NotIdentifiable {
			t.Errorf("%s: not identified: %s", e.Name(), c.BreakingNote)
		}
		if truth.SLO.Step != nil {
			n, ok := c.Breaking.Float()
			if !ok || math.Abs(n-truth.SLO.Step.Users) > 55 {
				t.Errorf("%s: broke at %v, truth: on the step of %v users", e.Name(), n, truth.SLO.Step.Users)
			}
		}
	}
}
