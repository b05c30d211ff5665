// Package capacity finds out how much load a system takes from one load test
// of it: the highest sustained goodput, the knee, the load at which a target
// breaks, and how long the system needs to come back.
//
// Everything rests on Little's law in its interactive form, N = X·(R + Z),
// which holds for users, completions, latency and think time whatever the
// system is (Little 1961; Denning and Buzen 1978). Throughput and latency at a
// load are counted exactly; the law turns the latency at which a target breaks
// into the number of users at which it does.
//
// The package knows rows and figures only; times are in s, rates per s.
package capacity

import (
	"math"

	"github.com/peakload/peakload/analyze/internal/stats"
)

// A Row is what happened since the row before.
type Row struct {
	At     float64 // s from the run's start
	Users  float64 // at the row
	Done   float64 // completions; NaN where the counters cannot tell
	Failed float64
	Sum    float64 // of the completions' latencies, s
}

// A Stretch is rows From+1 to To, in which the load did one thing.
type Stretch struct{ From, To int }

// A Kind is what a target judges.
type Kind uint8

// The kinds of target.
const (
	Percentile Kind = iota // latency percentile P
	Mean                   // mean latency
	Errors                 // failures ÷ requests
)

// A Target is an upper limit.
type Target struct {
	Kind  Kind
	P     float64 // of a Percentile
	Limit float64 // s, or a ratio
	// Soft targets describe degradation: they are followed, and do not make a
	// breaking point.
	Soft bool
}

// A SoftBreak is where a soft target is missed, in users.
type SoftBreak struct {
	Target int
	Users  float64
}

// A Recorder gives what rows do not hold, of the completions after row from up
// to row to.
type Recorder interface {
	// Quantile returns a latency percentile, NaN where there is none.
	Quantile(from, to int, p float64) float64
	// Errors returns the ratio of failures that count against a target, NaN
	// where it cannot be told.
	Errors(from, to int) float64
}

// A Run is a load test.
type Run struct {
	Rows     []Row
	Plateaus []Stretch // of constant load, in the order of time
	Climbs   []Stretch // of rising load
	// Later are plateaus after the load went down from its highest.
	Later    []Stretch
	Out      []Stretch // outages, which say nothing of load
	Targets  []Target
	Recorder Recorder
}

// A Shape is what the load did.
type Shape uint8

// The shapes.
const (
	UnknownShape Shape = iota
	SingleLevel        // one plateau, reached at once
	FastRamp           // a climb too quick for levels, and a plateau
	Plateaus           // two or three levels
	Staircase          // four levels or more
	SlowRamp           // a climb that is slow beside the system's own times
)

// String returns the shape's name in results.json.
func (s Shape) String() string {
	return [...]string{"unknown", "single_level", "fast_ramp_plateau", "plateaus", "staircase", "slow_ramp"}[s]
}

// A Point is a stretch of constant, or nearly constant, load.
type Point struct {
	Stretch
	Start, End float64 // s
	Plateau    bool    // else a part of a climb
	Users      float64 // mean
	Requests   float64
	Throughput float64   // completions/s
	Goodput    float64   // successes/s
	Latency    float64   // mean, s
	Errors     float64   // ratio; NaN unknown
	Values     []float64 // one a target, NaN unknown
	Broken     bool      // violates a target that is not soft
	Missed     bool      // violates any
	By         int       // the target that it violates by most; -1 none
	// equal is the number of users at which the system would do the same if
	// the load stood still: by Little's law.
	equal float64
}

// A Range is a figure with the limits that it lies between in 19 runs of 20.
type Range struct{ Value, Low, High float64 }

// none is no figure.
var none = Range{math.NaN(), math.NaN(), math.NaN()}

// Known reports whether there is a figure.
func (r Range) Known() bool { return !math.IsNaN(r.Value) }

// A Breaking is where the first target breaks.
type Breaking struct {
	Outcome Outcome
	Users   Range   // known only with outcome Broke
	Latency float64 // mean at which Users follows by Little's law, s; NaN where it does not
	By      Joint   // how Users were found where the load is near the highest
	Target  int     // index of the target, -1 none
	Model   bool    // no level was held below the breaking load: it follows from the law alone
	Light   float64 // users at which the target was missed before a load was held; 0 not so
	Point   int     // the first broken point, -1 none
	Good    int     // the last point that held, -1 none
	// Carried is for how many s the load was held with the target met before
	// it was missed at the same load; 0 not so.
	Carried float64
	// Assumed says that the run shows nothing of the latency without load, so
	// that the model takes all of it for waiting.
	Assumed bool
	// Stays says that Users is less than what a climb held: once slow the
	// system stays slow down to there, by the curve through the points.
	Stays bool
}

// An Outcome is what became of the system.
type Outcome uint8

// The outcomes.
const (
	Unidentified Outcome = iota
	Broke
	Held
	BrokeFirst // at the lowest load already
)

// A Result is what a run tells.
type Result struct {
	Shape    Shape
	Points   []Point
	Think    Range   // s
	Unloaded float64 // lowest mean latency of a point, s
	Capacity Range   // goodput that more users do not raise, /s; known only where the run reached it
	Knee     Range   // users
	Curve    Curve   // that Capacity is the limit of; zero where it is one load's
	// Fell says that the one load held got less done than a lower one on the way
	// to it, so that it does not show the capacity.
	Fell bool
	Sustained
	Breaking  Breaking
	Recovery  Recovery
	Soft      []SoftBreak
	Generator Generator
}

// A Curve is what was fitted to the successes X of the levels of N users:
// 1/X^Sharp = (Cycle/N)^Sharp + ((1 + Drag·X·R)/Most)^Sharp.
type Curve struct{ Most, Sharp, Cycle, Drag float64 }

// A Sustained is the highest goodput that was held.
type Sustained struct {
	Goodput float64 // /s; NaN unknown
	Users   float64 // at which
	Seconds float64 // how long
	From    int     // rows
	To      int
	Held    bool // with the error target held
}

// A Generator is whether users came later to ask than they meant to.
type Generator struct {
	Known     bool
	Late      bool
	Low, High float64 // think time at low and at high load, s
}

// Analyze answers every question about the run's load.
func Analyze(r *Run) Result {
	a := &analysis{run: r, out: Result{Think: none, Capacity: none, Knee: none, Breaking: Breaking{Users: none, Target: -1, Point: -1, Good: -1}}}
	if len(r.Rows) < 2 {
		return a.out
	}
	a.out.Sustained = a.sustained()
	a.out.Recovery = a.recovery()
	a.collect()
	if len(a.out.Points) == 0 {
		return a.out
	}
	a.thinkTime()
	a.saturate()
	a.breaking()
	a.generator()
	return a.out
}

type analysis struct {
	run   *Run
	out   Result
	cycle float64 // think time and unloaded latency, s
	// fit and good are the curves of all completions and of the successes.
	fit, good stats.Saturation
	spread    float64
	// noise is by how much a count of completions varies, beside the root of
	// its expectation.
	noise float64
}
