package analyze

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// limitsOf says in which metric the limit of another stands.
var limitsOf = map[string]string{
	"cpu_cores":                         "cpu_limit_cores",
	"memory_bytes":                      "memory_limit_bytes",
	"open_files":                        "open_files_limit",
	"worker_threads":                    "worker_threads_limit",
	"request_queue":                     "request_queue_limit",
	"pool_in_use":                       "pool_limit",
	"connections":                       "connections_limit",
	"network_received_bytes_per_second": "network_limit_bytes_per_second",
	"network_sent_bytes_per_second":     "network_limit_bytes_per_second",
}

// HostProcessors is where a limit is from that is the machine's: the component
// may use fewer, and no file says so.
const HostProcessors = "the processors of its host"

// limitWords says where a limit is from.
var limitWords = map[string]string{
	"cpu_limit_cores":                "the processors that it may use",
	"memory_limit_bytes":             "its memory limit",
	"open_files_limit":               "its limit of open files",
	"worker_threads_limit":           "its number of workers",
	"request_queue_limit":            "the length of its queue",
	"pool_limit":                     "the size of its pool",
	"connections_limit":              "max_connections",
	"network_limit_bytes_per_second": "the speed of the link",
}

// limit gives the tracks their capacities: the document's word, else what was
// discovered.
func (t *tracks) limit(c *context) {
	for i := range t.chosen {
		tr := &t.chosen[i]
		if tr.Instance != "" {
			continue
		}
		if n := c.generatorCores(); tr.Component == "load_generator" && tr.Metric == "cpu_cores" {
			tr.Limit, tr.LimitWhy = n, "a core for each of Locust's processes, which use no more"
			continue
		}
		tr.Limit, tr.LimitWhy = t.discovered(tr)
		if of := t.of("load_generator", "cpu_cores"); tr.Component == "load_generator" && tr.Metric == "cpu_ratio" && of != nil && of.File == tr.File {
			tr.LimitWhy = "all of " + coresText(c.generatorCores()) + ", and Locust's processes can use no more"
		}
		if n, why, ok := c.limitOfLog(tr); ok && tr.LimitWhy != limitWords["memory_limit_bytes"] {
			tr.Limit, tr.LimitWhy = n, why
		}
		if n, why, ok := stated(c, tr.Component, tr.Metric); ok && n != tr.Limit {
			if !math.IsNaN(tr.Limit) && tr.LimitWhy == limitWords[limitsOf[tr.Metric]] {
				c.note(loadtest.Note{Code: "capacity_differs_" + tr.Component + "_" + tr.Metric, Severity: loadtest.Warn, Source: tr.File,
					Message: fmt.Sprintf("The document states %s of %s as the capacity of the %s; its own files say %s.", measure.Stated(n, tr.Unit), strings.ReplaceAll(tr.Metric, "_", " "),
						ComponentWords(tr.Component), measure.Stated(tr.Limit, tr.Unit))})
			}
			tr.Limit, tr.LimitWhy = n, why
		}
	}
}

// stated returns the capacity that the document states for a figure; none is
// stated as N/A, which leaves the track's own limit, if it has one, alone.
func stated(c *context, component, metric string) (float64, string, bool) {
	for _, p := range c.plan.Capacities {
		row := rowLabelled(p.Metric)
		if p.None || row == nil || c.componentOf(p.Component) != component || !slices.Contains(row.tracks, metric) {
			continue
		}
		if u := unitOf(metric); u != p.Unit {
			// Processors are stated as a share and measured in cores: 100 % is no
			// number of cores.
			if !(metric == "cpu_cores" && p.Unit == measure.Count) {
				continue
			}
		}
		return p.Limit, "stated in the document", true
	}
	return 0, "", false
}

// generatorCores is how many cores Locust can use: a Python process runs on
// one at a time, so that the machine's others are no capacity of its own.
func (c *context) generatorCores() float64 {
	if c.run.Log != nil && c.run.Log.Workers > 1 {
		return float64(c.run.Log.Workers)
	}
	return 1
}

// discovered returns the capacity that the run's own files give a track.
func (t *tracks) discovered(tr *Track) (float64, string) {
	if tr.Metric == "disk_busy_ratio" {
		return 1, "all of the time"
	}
	if strings.HasPrefix(tr.Metric, "cpu_") && strings.HasSuffix(tr.Metric, "_ratio") {
		if cores, ok := t.coresOf(tr.Component); ok {
			return 1, fmt.Sprintf("all of %s", coresText(cores))
		}
		return 1, "all processors"
	}
	name, ok := limitsOf[tr.Metric]
	if !ok {
		return math.NaN(), ""
	}
	if lim := t.of(tr.Component, name); lim != nil {
		// The last that was set.
		if n := lim.Value[len(lim.Value)-1]; n > 0 {
			return n, limitWords[name]
		}
	}
	if tr.Metric == "memory_bytes" {
		if lim := t.of("host", name); lim != nil {
			if n := lim.Value[len(lim.Value)-1]; n > 0 {
				return n, "the memory of its host"
			}
		}
	}
	if tr.Metric == "cpu_cores" {
		if n, ok := t.hostCores(); ok {
			return n, HostProcessors
		}
	}
	return math.NaN(), ""
}

// coresOf returns how many processors a component may use.
func (t *tracks) coresOf(component string) (float64, bool) {
	if tr := t.of(component, "cpu_limit_cores"); tr != nil {
		if n := slices.Max(tr.Value); n > 0 {
			return n, true
		}
	}
	return t.hostCores()
}

func coresText(n float64) string {
	if n == 1 {
		return "one core"
	}
	return fmt.Sprintf("%g cores", n)
}
