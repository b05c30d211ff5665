package input

import (
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A log that begins and does not end is that of a killed Locust, unless the
// files that are written at the end are there.
func TestBrokeOff(t *testing.T) {
	ramp := []loadtest.Ramp{{Users: 5, Rate: 1}}
	for name, x := range map[string]struct {
		run  loadtest.Run
		want bool
	}{
		"killed":              {loadtest.Run{Log: &loadtest.Log{Ramps: ramp, HasFinal: true}}, true},
		"shut down":           {loadtest.Run{Log: &loadtest.Log{Ramps: ramp, HasFinal: true, Ended: true}}, false},
		"with its report":     {loadtest.Run{Log: &loadtest.Log{Ramps: ramp, HasFinal: true}, Page: &loadtest.Page{}}, false},
		"with its JSON":       {loadtest.Run{Log: &loadtest.Log{Ramps: ramp, HasFinal: true}, Histograms: &loadtest.Histograms{}}, false},
		"console tables only": {loadtest.Run{Log: &loadtest.Log{HasFinal: true}}, false},
		"a web UI's log":      {loadtest.Run{Log: &loadtest.Log{Ramps: ramp}}, false},
	} {
		if got := brokeOff(&x.run); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
