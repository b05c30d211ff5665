package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// A host is near its limit from this share of its processors on; and what
// one of two takes of it counts from this share on.
const (
	hostNearLimit = .85
	hostShare     = .10
)

// sharedHost tells of a load generator that runs on the application's host and
// takes processors that the application wanted: the host near its limit at the
// peak, and both of them with a part in it. That they share it shows in their
// use adding up to no more than the host's, with most of the host's
// explained by them and the other components; a host of the application's alone
// would leave the generator's use over.
func (c *context) sharedHost() (message, file string, ok bool) {
	cores, known := c.tracks.hostCores()
	host := c.tracks.of("host", "cpu_ratio")
	app, load := c.tracks.of("app", "cpu_cores"), c.tracks.of("load_generator", "cpu_cores")
	if !known || host == nil || app == nil || load == nil || !(cores > 0) {
		return "", "", false
	}
	from, to := c.peakStretch()
	mean := func(tr *Track) float64 {
		_, value := tr.within(from, to)
		if len(value) < enough {
			return math.NaN()
		}
		sum := 0.0
		for _, v := range value {
			sum += v
		}
		return sum / float64(len(value))
	}
	all, a, l := mean(host), mean(app)/cores, mean(load)/cores
	if math.IsNaN(all+a+l) || all < hostNearLimit || a < hostShare || l < hostShare {
		return "", "", false
	}
	others := 0.0
	for _, component := range []string{"database", "cache"} {
		if tr := c.tracks.of(component, "cpu_cores"); tr != nil {
			if v := mean(tr); !math.IsNaN(v) {
				others += v / cores
			}
		}
	}
	// Without the generator's part the host's use would not be explained.
	if sum := a + l + others; sum > all+hostShare || a+others > all-l/2 {
		return "", "", false
	}
	return fmt.Sprintf("Locust and the application shared a host of %s cores that was %s used in the peak phase, %s of it by Locust and %s by the application: the application had less than a host of its own gives it.",
		measure.Stated(cores, measure.Count), percent(all), percent(l), percent(a)), load.File, true
}

// checkSharedHost notes what sharedHost finds.
func (c *context) checkSharedHost() {
	if message, file, ok := c.sharedHost(); ok {
		c.note(loadtest.Note{Code: "shared_host", Severity: loadtest.Warn, Source: file, Message: message})
	}
}
