// Package analyze answers the questions of a results document from what was
// recorded of a run, a file a question. It computes every figure; nothing
// downstream does.
package analyze

import (
	"regexp"
	"time"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// An Analysis is every answer that a run, a plan and perhaps a baseline give.
type Analysis struct {
	// Recorded is the part of the run that was analysed: where a history holds
	// several tests, one of them. Windows index its History.
	Recorded   *loadtest.Run
	Verdict    Verdict
	Run        Summary
	Plan       *plan.Plan
	Targets    []TargetResult
	Figures    []TargetResult // Plan.Figures, in its order; Status means nothing
	Phases     []Phase
	Absent     []plan.Phase // planned phases that the run did not contain
	WholeRun   Window
	Endpoints  []Endpoint
	Stability  Stability
	Failures   FailureReport
	RateLimit  RateLimit
	Bands      []Band
	Mechanisms []Mechanism
	Baseline   *Comparison     // nil: no baseline was given
	Trend      *Trend          // nil: no earlier runs at this load were given
	Basis      *loadtest.Basis // what a later run is compared with
	// CPU is what the application used of its processors in the mean of the
	// plateau, as two runs are compared; Resources have the highest ten seconds.
	CPU          measure.Value
	Expectations []Answer
	Issues       []Issue
	Lessons      []Lesson
	Quality      []loadtest.Note
	Timeline     Timeline
	// Tracks are the resource figures that were chosen, and Resources the rows
	// made of them: those of the document's tables first.
	Tracks    []Track
	Resources []Resource
	Capacity  Capacity
	Diagnosis Diagnosis // made by package diagnose from all the rest
	Links     []Link
}

// A Link leads to a dashboard for the time of the run.
type Link struct{ Name, URL string }

// A Status is the outcome of a judgement.
type Status uint8

// The statuses. Borderline: the target lies inside the figure's own limits.
const (
	NotMeasured Status = iota
	Pass
	Fail
	Borderline
)

// String returns the status's name in results.json.
func (s Status) String() string {
	return [...]string{"not_measured", "pass", "fail", "borderline"}[s]
}

// worseThan ranks outcomes of one thing, of which the worst is said: a miss, then
// what is not known.
func (s Status) worseThan(other Status) bool {
	rank := [...]int{Pass: 0, Borderline: 1, NotMeasured: 2, Fail: 3}
	return rank[s] > rank[other]
}

// A Verdict is the gate's answer.
type Verdict uint8

// The verdicts. Incomplete: no target was missed and at least one could not
// be measured, or there was no target at all.
const (
	Incomplete Verdict = iota
	Passed
	Failed
)

// String returns the verdict's name in results.json.
func (v Verdict) String() string { return [...]string{"incomplete", "pass", "fail"}[v] }

// A YesNo answers a question; the zero YesNo is not measured.
type YesNo uint8

// The answers.
const (
	Unknown YesNo = iota
	Yes
	No
)

// String returns the answer's name in results.json.
func (a YesNo) String() string { return [...]string{"not_measured", "yes", "no"}[a] }

// A Summary is the run in a few figures.
type Summary struct {
	Label        string
	Tool         string
	Start, End   time.Time // zero when unknown
	Duration     measure.Value
	Host         string
	UsersPlanned measure.Value
	UsersPeak    measure.Value
	SpawnRate    measure.Value
	Requests     measure.Value
	Failures     measure.Value
	Endpoints    int
	Inputs       []loadtest.Input
	UserClasses  map[string]int
}

// A Window is the figures of the samples between two instants.
type Window struct {
	From, To           int     // samples: completions after sample From up to sample To; From -1 is before the first
	Start              float64 // s from the run's start
	End                float64
	UsersFrom, UsersTo int

	Requests      measure.Value
	Failures      measure.Value
	RateLimited   measure.Value // 429s, where they can be told apart in this window
	RPS           measure.Value
	ErrorRate     measure.Value
	Mean          measure.Value
	P50, P95, P99 measure.Value
	Max           measure.Value
}

// A PhaseKind is what a phase is.
type PhaseKind uint8

// The kinds of phase.
const (
	RampUp PhaseKind = iota
	Peak
	Step // a plateau below the highest
	RampDown
	Recovery // users above zero after the ramp-down, well below the peak
	Idle     // no users
)

// String returns the kind's name in results.json.
func (k PhaseKind) String() string {
	return [...]string{"ramp_up", "peak", "step", "ramp_down", "recovery", "idle"}[k]
}

// A Phase is a stretch of the run in which the load did one thing.
type Phase struct {
	Name string // the plan's name where one matches, else the kind and users: "Step 300 users"
	Kind PhaseKind
	Window
	Status  Status
	Why     string // what decided Status: "P95 1,240 ms ≥ 1,000 ms"
	Planned *plan.Phase
}

// An Endpoint is the whole run's figures of one endpoint, with the peak
// phase's beside them.
type Endpoint struct {
	loadtest.Endpoint
	Whole Window
	Peak  Window
	// Phases are the endpoint's figures in each phase of Analysis.Phases.
	Phases []Window
	// ShareOfSlowdown is the endpoint's own part of the rise of the mean
	// latency from the lowest load to the peak (Ratio).
	ShareOfSlowdown measure.Value
	Course          Course // empty without the endpoint's own history
}

// A TargetResult is a verdict: a target applied.
type TargetResult struct {
	Target   plan.Target
	Metric   string // results.json's: "latency_p95", "error_rate", …
	Scope    string // "peak", "run", a phase's name
	Actual   measure.Value
	WholeRun measure.Value
	Status   Status
	Why      string // in words, for the figure's footnote and the terminal
}

// A Stability is whether the system stayed up.
type Stability struct {
	Status  Status
	Why     string
	Outages []Outage
	// Interruptions are stretches in which a part of the requests failed for
	// something that happened, and not for the load.
	Interruptions []Outage
	Stalls        []Outage     // shorter stretches without completions; they do not count as outages
	Restarts      []string     // needs resource snapshots or the application's log
	Restarted     []string     // the component of each of Restarts
	RestartedAt   [][2]float64 // s of the run between which the signs of each of Restarts lie
	RestartsIn    string       // where restarts were looked for: "the application's log and uptime"; "" nowhere
	AppWatched    bool         // those of the application were
	LostWorkers   int
}

// An Outage is a stretch with users and no (or only failed) completions.
type Outage struct {
	Start, End float64 // s from the run's start
	Users      int
	Evidence   string
}

// How is the evidence without the length and the users, for a sentence that
// has named them.
func (o Outage) How() string { return lengthAndUsers.ReplaceAllString(o.Evidence, "") }

var lengthAndUsers = regexp.MustCompile(` (?:within|for) \d[^,;(]*? with \d+ users`)

// An ErrorClass is a kind of failure.
type ErrorClass struct {
	Class     string // as in RESULTS_JSON.md: "rate_limited", "timeout", …
	Count     measure.Value
	Endpoints []EndpointCount // most first
	Examples  []string        // at most three, as Locust wrote them
}

// An EndpointCount is an endpoint and how often.
type EndpointCount struct {
	Endpoint loadtest.Endpoint
	Count    int64
}

// A FailureReport is what failed.
type FailureReport struct {
	Classes        []ErrorClass  // most first; every class has a count
	Source         measure.Value // failures classified, of all; says what the classes rest on
	PoolExhaustion PoolExhaustion
	Timeouts       Timeouts
	Database       DatabaseErrors
	Courses        []FailureCourse // of the classes that the application's logs name
}

// A PoolExhaustion is whether a connection pool ran out.
type PoolExhaustion struct {
	Occurred YesNo
	Evidence string
	AtUsers  measure.Value
	Recovery measure.Value // s
	Impact   string        // "" not measured
	// Room says that the pool had connections to give while requests got none:
	// they could not be made, and a larger pool would have had no more.
	Room bool
}

// Timeouts are requests that timed out.
type Timeouts struct {
	Count     measure.Value
	Share     measure.Value
	Endpoints []EndpointCount
	RootCause string // "" : undetermined
}

// DatabaseErrors are failures that name the database.
type DatabaseErrors struct{ Connection, QueryTimeout, LockTimeout, Other measure.Value }

// A RateLimit is what the rate limiter did.
type RateLimit struct {
	UserTypes                                []UserType // the plan's, in its order
	Total                                    UserType
	SystemProtected, NoExhaustion, Graceful  YesNo
	ProtectedWhy, ExhaustionWhy, GracefulWhy string
}

// A UserType is one kind of user and what was limited of its requests.
type UserType struct {
	Name     string
	Requests measure.Value
	Limited  measure.Value
	Share    measure.Value
	Status   LimitStatus
	Why      string
}

// A LimitStatus says whether a limiter was at work.
type LimitStatus uint8

// The limiter's statuses.
const (
	LimitUnknown LimitStatus = iota
	LimitActive
	LimitNotTriggered
	LimitIneffective
)

// String returns the status's name in results.json.
func (s LimitStatus) String() string {
	return [...]string{"not_measured", "active", "not_triggered", "ineffective"}[s]
}

// A Band is what was measured at one load level of the plan.
type Band struct {
	plan.Band
	Measured bool
	Seconds  float64 // time spent at this level
	// Stretches is how often the run was at this level; P95 is of the longest
	// stretch, from P95From to P95To in s of the run, the rest of all of them.
	Stretches                 int
	P95From, P95To            float64
	RPS, P95, Mean, ErrorRate measure.Value
	apart                     string // the error rate without 429s
	Status                    Status // did the expected behaviour hold
	Why                       string
}

// A Mechanism is a way to degrade gracefully.
type Mechanism struct {
	Name     string
	Seen     YesNo
	Evidence string // or what would be needed to look
}

// A Comparison is this run beside a baseline.
type Comparison struct {
	Label   string // the baseline's
	Current string
	Rows    []ComparisonRow
	Notes   []string // what was done to make them comparable, and what could not be
}

// A ComparisonRow is one metric of both runs.
type ComparisonRow struct {
	Metric      string // "latency_mean", "latency_p95", "error_rate", "rps", "cpu"
	Baseline    measure.Value
	Current     measure.Value
	Difference  measure.Value
	Relative    measure.Value // ratio − 1
	Significant YesNo         // beyond noise; Unknown: cannot tell
	Why         string
}

// An Answer is an expectation and what the run says to it.
type Answer struct {
	Text     string
	Answer   YesNo
	Evidence string
	Rests    []string // the figures that it rests on, as explain calls them
}

// An Issue is something to be dealt with.
type Issue struct {
	Severity string // "P0", "P1", "P2"
	Title    string
	Evidence string
	Rests    []string // the figures that it rests on, as explain calls them
}

// A Lesson is a sentence on what the run taught.
type Lesson struct {
	Text  string
	Rests []string // the figures that it rests on, as explain calls them
}

// A Timeline is the run second by second, for charts. Missing is NaN.
type Timeline struct {
	Time             []float64 // s from the run's start
	Users            []float64
	RPS              []float64 // differences of the counters, smoothed over 5 s or two steps of a master
	Errors           []float64 // share of failures over the same
	Mean             []float64 // s
	P50, P95, P99    []float64 // s, windowed; all NaN when the run has only cumulative ones
	PercentileSource string    // what the percentile lines are
}
