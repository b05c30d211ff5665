package analyze

import "github.com/peakload/peakload/analyze/measure"

// A Diagnosis is what the evidence says of causes. Package diagnose makes it.
type Diagnosis struct {
	// Findings are bottlenecks, ranked: the first is the primary one.
	Findings []Finding
	// Clear are the kinds of bottleneck that were looked for and ruled out,
	// with the figure that does.
	Clear []Ruled
	// NotLookedAt are the kinds that could not be looked for.
	NotLookedAt []Gap
	// Undecided is a sentence where the evidence does not separate the first
	// two findings; "" where it does.
	Undecided string
	// Suspicions are findings that the evidence is too thin for.
	Suspicions []Finding
	// Summary is the diagnosis in a sentence, also where nothing is named:
	// why not.
	Summary string
	// Hurt says that users had something to complain of: a missed target on
	// latency or errors, an outage, or a latency that rose by much under load.
	Hurt bool

	Immediate []string // actions, the most urgent first; each with its figure
	Capacity  []string // improvements of capacity
	Scaling   Scaling
}

// A Finding is a bottleneck with its evidence.
type Finding struct {
	Kind           string // as in RESULTS_JSON.md: "connection_pool", "app_cpu", …
	Title          string // the kind in words: "Connection pool"
	Component      string // in words: "database connection pool of the application"
	Symptom        string
	Impact         string
	Recommendation string
	Score          float64 // 0–1
	Terms          []Term  // what Score is the weighted mean of, unless it was lowered
	Onset          float64 // s of the run; NaN not known
	Suspected      bool    // the evidence is not enough to call it established
	// Consequence names the finding that this one follows from: "the queue
	// stands behind the full pool"; "" it is a cause of its own.
	Consequence string
	Evidence    []Evidence
}

// A Term is a part of a finding's score that there was evidence for or against.
type Term struct {
	Name          string
	Weight, Value float64
}

// An Evidence is one fact that speaks for a finding.
type Evidence struct {
	Text   string
	Figure measure.Value
}

// A Ruled is a kind of bottleneck that was ruled out.
type Ruled struct {
	Kind  string
	Title string // the kind in words
	Why   string
}

// A Gap is a kind of bottleneck that could not be looked for, and what would
// be needed.
type Gap struct {
	Kind  string
	Title string // the kind in words
	Need  string
}

// A Scaling is the strategy that the findings support; "" where the run does
// not say.
type Scaling struct{ Horizontal, Vertical, AutoScaling, LoadBalancing string }
