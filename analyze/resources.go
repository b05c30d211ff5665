package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/measure"
)

// A Track is one resource figure over the run, from the best of the files
// that give it, on the run's own time axis. Counters have become rates.
type Track struct {
	Component, Instance, Metric string // of docs/resources.md; a counter's rate ends in _per_second
	Unit                        measure.Unit
	Kind, File                  string    // where it is from
	Step                        float64   // resolution, base units
	Time                        []float64 // s from the run's start, negative before it
	Value                       []float64 // base units, never NaN
	// Limit is the capacity, NaN where none is known; LimitWhy says whose
	// word it is: "stated in the document", "max_connections".
	Limit    float64
	LimitWhy string
}

// At returns the last reading at or before second s, if it is not older than
// most seconds; NaN else.
func (t *Track) At(s, most float64) float64 {
	v := math.NaN()
	for i, at := range t.Time {
		if at > s {
			break
		}
		if s-at <= most {
			v = t.Value[i]
		}
	}
	return v
}

// A ResourceStatus judges a resource.
type ResourceStatus uint8

// The statuses: OK below 75 % of capacity, High from there, Saturated from
// 90 %. Where there is no capacity: High beyond twice the normal, Saturated
// only with direct evidence.
const (
	ResourceUnknown ResourceStatus = iota
	ResourceOK
	ResourceHigh
	ResourceSaturated
)

// String returns the status's name in results.json.
func (s ResourceStatus) String() string {
	return [...]string{"not_measured", "ok", "high", "saturated"}[s]
}

// A Resource is a row of the resource tables.
type Resource struct {
	Component string // as Track's
	Metric    string // results.json's: "cpu", "memory", "connections", "worker_threads", "request_queue", "query_latency", "lock_waits", "hit_rate", "commands", "evictions", …
	Title     string // as the document calls it: "CPU Usage"
	// Normal, Peak and Capacity are in the unit of the row; Saturation is peak
	// ÷ capacity.
	Normal, Peak, Capacity, Saturation measure.Value
	NormalFrom                         string // "the idle time before the load", "the baseline run", "the first tenth of the ramp"
	Status                             ResourceStatus
	Why                                string  // what decided, for the footnote
	Onset                              float64 // s of the run from which it was at 90 % of its capacity and stayed there; NaN never
	BusyBefore                         bool    // it was at its limit before the load, too: other work takes it
	OfHost                             bool    // the figures are the host's, for want of the component's own
	Track                              *Track  // what the row rests on; nil: not measured
}
