package analyze

import "github.com/peakload/peakload/analyze/measure"

// A Capacity is what the run tells of how much the system can take.
// methods.md 2 names the three numbers that must not be mixed: the capacity
// (the highest sustained goodput), the knee (where more users stop buying
// throughput) and the breaking point (where a target breaks and stays broken).
type Capacity struct {
	Outcome CapacityOutcome
	Shape   string // "staircase", "slow_ramp", "fast_ramp_plateau", "plateaus", "single_level", "unknown"
	Why     string // a sentence: what this shape of load can and cannot identify

	MaxUsers measure.Value // highest load that held every target, users
	MaxRPS   measure.Value // capacity: highest sustained goodput, requests/s
	Knee     measure.Value // users
	// Breaking is the breaking point, in users; the reason says why there is
	// none. Model: it rests on a queueing model, not on levels seen.
	Breaking       measure.Value
	BreakingMetric string // results.json's metric of the target that broke first
	BreakingTarget string // the target in words: "P95 Latency < 1000ms"
	Model          bool
	// BrokeAt is when the target broke for good, in s of the run; NaN never.
	BrokeAt float64
	// Texts for the document's cells, made once here because their wording is
	// part of the method: "broke at 312 users (298–330)", "did not break: ≥ 700
	// users", "not identifiable from this run". Plain text, no markup.
	MaxUsersText, MaxRPSText, BreakingText, RecoveryText string
	// Notes say how each was found and which run would tell what this one
	// cannot. Plain sentences, by the same four names.
	MaxUsersNote, MaxRPSNote, BreakingNote, RecoveryNote string

	Recovery        measure.Value // s
	RecoveryOutcome RecoveryOutcome
	// RecoveryByResources says that requests did not see the recovery, and that
	// it is the resources' way back to their normal figures.
	RecoveryByResources bool

	// highest is the most successes a second that the system was seen to do for
	// some time, whatever the run tells of its capacity.
	highest measure.Value

	Levels []Level
	// ThinkTime is N/X − R at the lowest level that was not saturated, in s
	// (Little's law in its interactive form).
	ThinkTime measure.Value
	// Generator is whether the load generator fell behind: users came later to
	// ask than they meant to. GeneratorWhy is the evidence.
	Generator    YesNo
	GeneratorWhy string
	USL          *USL // nil: not fitted. A description, never a prediction
}

// A CapacityOutcome is what became of the system under its load.
type CapacityOutcome uint8

// The outcomes.
const (
	NotIdentifiable CapacityOutcome = iota
	Broke
	DidNotBreak
)

// String returns the outcome's name in results.json.
func (o CapacityOutcome) String() string {
	return [...]string{"not_identifiable", "broke", "did_not_break"}[o]
}

// A RecoveryOutcome is what happened when the load was taken away.
type RecoveryOutcome uint8

// The outcomes.
const (
	RecoveryNotObserved RecoveryOutcome = iota
	Recovered
	NotRecovered
	NothingToRecover
)

// String returns the outcome's name in results.json.
func (o RecoveryOutcome) String() string {
	return [...]string{"not_observed", "recovered", "not_recovered", "nothing_to_recover"}[o]
}

// A Level is a stretch of constant load, or of a ramp cut into equal parts.
type Level struct {
	Window          // RPS counts failures too
	Users   float64 // mean
	Goodput measure.Value
	Broken  bool   // violates a target
	By      string // which, in words
}

// A USL is Gunther's Universal Scalability Law fitted to the levels:
// X(N) = γN / (1 + α(N−1) + βN(N−1)).
type USL struct {
	Gamma, Alpha, Beta float64
	R2                 float64
}
