package analyze

import (
	"math"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// The load generator's own processor time says whether it had any left: of one
// core, or of one for each of its processes.
func TestGeneratorProcessorTime(t *testing.T) {
	for _, c := range []struct {
		cores   float64
		workers int
		want    YesNo
		says    string
	}{{.97, 0, Yes, "97.0% of a core"}, {.4, 0, No, "40.0% of a core"}, {3.9, 4, Yes, "4 processes used 97.5%"}, {1.2, 4, No, "4 processes used 30.0%"}} {
		run := peakRun(track("resources", "load_generator", "", "cpu_cores", -10, 130, constant(c.cores)))
		if c.workers > 0 {
			run.Log = &loadtest.Log{Workers: c.workers}
		}
		got := newContext(run, &plan.Plan{}).capacity(nil)
		if got.Generator != c.want || !strings.Contains(got.GeneratorWhy, c.says) {
			t.Errorf("%+v: %s, %q", c, got.Generator, got.GeneratorWhy)
		}
	}
	if got := newContext(peakRun(), &plan.Plan{}).capacity(nil); got.Generator != Unknown {
		t.Errorf("nobody looked: %s, %q", got.Generator, got.GeneratorWhy)
	}
}

// Locust's processes use a core each at most, however many the machine has.
func TestGeneratorRow(t *testing.T) {
	for workers, want := range map[int]float64{0: .9, 3: .3} {
		r := peakRun(track("resources", "load_generator", "", "cpu_cores", -20, 130, constant(.9)), track("resources", "host", "", "cpu_limit_cores", -20, 130, constant(8)))
		r.Log = &loadtest.Log{ExitCode: -1, Workers: workers}
		row := looked(r, nil, nil).Resource("Load Generator", "CPU Usage")
		if got, _ := row.Peak.Float(); math.Abs(got-want) > .01 || !strings.HasPrefix(row.Track.LimitWhy, "all of "+coresText(math.Max(1, float64(workers)))) {
			t.Errorf("%d workers: %.2f of %s", workers, got, row.Track.LimitWhy)
		}
	}
}
