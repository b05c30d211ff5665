// Package loadtest holds what was recorded of one load test, as plain data.
//
// Units are base units: seconds, bytes, ratios. Instants are Unix seconds.
// A figure that a file does not give is NaN, never zero.
package loadtest

import "time"

// A Run is everything that was recorded of one execution.
type Run struct {
	Label string // base name of the CSV prefix, or the folder's name
	Tool  string // "locust"

	Inputs     []Input
	History    *History    // _stats_history.csv; nil: there was none
	Totals     *Totals     // _stats.csv
	Failures   *Failures   // _failures.csv; nil: no file. An empty one is not nil
	Exceptions *Exceptions // _exceptions.csv
	Histograms *Histograms // --json-file
	Page       *Page       // --html
	Log        *Log        // Locust's log or console output
	Tracks     []Track     // what was seen of resources, by any file
	AppLogs    []AppLog    // the application's logs
	Basis      *Basis      // of a baseline that is only known by its results.json
	Notes      []Note      // data quality, found by readers and cross-checks
}

// An Input is one file that was read.
type Input struct {
	File   string // as given, or as found beside what was given
	Kind   string // "locust_history", "locust_stats", "locust_failures", "locust_exceptions", "locust_json", "locust_html", "locust_log", "resources", "psql", "redis_info", "app_json", "app_log", "prometheus_query", …
	SHA256 string // of the bytes on disk
	Bytes  int64
}

// A Note is a data-quality finding: something that makes a figure doubtful or
// that a reader could not take in. Notes reach every output.
type Note struct {
	Code     string // stable, snake case: "lost_tail"
	Severity Severity
	Message  string // a sentence, with the figure
	Source   string // file, or file:line
}

// A Severity orders notes.
type Severity uint8

// The severities.
const (
	Info Severity = iota
	Warn
	Error
)

// String returns the severity's name in results.json.
func (s Severity) String() string { return [...]string{"info", "warn", "error"}[s] }

// An Endpoint is what Locust groups requests by. The zero Endpoint is the
// aggregate of all.
type Endpoint struct{ Method, Name string }

// A Scope says what a history row's percentiles cover.
type Scope uint8

// The scopes.
const (
	UnknownScope Scope = iota
	Windowed           // the last ten seconds or so
	Cumulative         // everything since start or reset
)

// String returns the scope's name.
func (s Scope) String() string { return [...]string{"unknown", "windowed", "cumulative"}[s] }

// A History is the time series of one run: one sample a second or so.
// All slices of it and of its series have one element a sample.
type History struct {
	File        string
	Percentiles []float64 // as in the header, ascending, in (0,1]; may be empty
	Scope       Scope
	ScopeWhy    string  // the evidence for Scope, a clause
	FullHistory bool    // endpoint rows are present
	Step        float64 // seconds between changes of the counters: 1, or 3 when a distributed master wrote it

	// CustomBuckets says that percentiles are finer than Locust's own rounding
	// to two significant digits, so its bucket widths do not hold.
	CustomBuckets bool
	// NoUsers says that the file has no user count (before Locust 1.0); Users
	// is all zeros then and means nothing.
	NoUsers bool

	Time  []int64 // Unix seconds, as written: whole, ascending within a segment
	Line  []int   // line of the Aggregated row
	Users []int

	Total     Series
	Endpoints []Series // in order of first appearance; empty without full history

	// Segments are the stretches in which the counters only grow; a reset of
	// the statistics or the start of another test begins a new one.
	Segments []Segment
}

// A Segment is samples [From,To] of a History, both included. The counters of
// the first sample count from zero, not from the sample before.
type Segment struct {
	From, To int
	Why      string // "start", "counters reset", "new test"
}

// A Series is the columns of one endpoint, or of the aggregate.
type Series struct {
	Endpoint Endpoint
	Requests []int64   // cumulative since the segment's start
	Failures []int64   // cumulative
	Mean     []float64 // cumulative mean latency, s; NaN when there was no request
	Median   []float64 // cumulative, s; Locust's rounded median
	Min, Max []float64 // cumulative, s; not rounded
	Size     []float64 // cumulative mean content size, bytes
	// Rate is Requests/s as Locust printed it; nil where a file has no such
	// column. It is no throughput (it lags and freezes): it is ten whole
	// seconds of completions over ten, from which the completions of each whole
	// second can be worked out. NaN is missing.
	Rate []float64
	// Quantiles holds len(Percentiles) latencies a sample, in s: sample i's
	// are Quantiles[i*len(Percentiles):(i+1)*len(Percentiles)]. NaN is missing
	// (N/A, or all zero: no request in the window).
	Quantiles []float32
}

// Totals are the rows of _stats.csv: whole-run figures since start or reset.
type Totals struct {
	File        string
	Percentiles []float64
	Total       Total
	HasTotal    bool
	Endpoints   []Total
}

// A Total is one row of Totals.
type Total struct {
	Endpoint  Endpoint
	Line      int
	Requests  int64
	Failures  int64
	Median    float64   // s
	Mean      float64   // s
	Min, Max  float64   // s
	Size      float64   // bytes
	Rate      float64   // requests/s as Locust printed it
	Quantiles []float64 // s, one a percentile, NaN missing
}

// Failures are the rows of _failures.csv.
type Failures struct {
	File string
	Rows []Failure
}

// A Failure is one kind of failed request.
type Failure struct {
	Endpoint    Endpoint
	Error       string // as Locust wrote it
	Count       int64
	First, Last time.Time // zero before Locust 2.44
	Line        int
}

// Exceptions are the rows of _exceptions.csv: Python errors that ended a task.
// They are not failed requests.
type Exceptions struct {
	File string
	Rows []Exception
}

// An Exception is one kind of Python error.
type Exception struct {
	Count     int64
	Message   string
	Traceback string
	Nodes     string
	Line      int
}

// Histograms are the entries of Locust's --json-file: every latency, rounded
// to Locust's buckets, over the whole run (since the last reset).
type Histograms struct {
	File      string
	Endpoints []Histogram
}

// A Histogram is one endpoint's.
type Histogram struct {
	Endpoint      Endpoint
	Requests      int64
	None          int64 // requests without a latency
	Failures      int64
	Sum           float64         // of all latencies, s
	Min, Max      float64         // s
	Size          float64         // total bytes
	Latency       []float64       // bucket values, s, ascending
	Count         []int64         // requests in each bucket
	Start         float64         // Unix seconds
	Last          float64         // last completion, Unix seconds
	PerSecond     map[int64]int64 // completions by Unix second
	FailPerSecond map[int64]int64
}

// A Page is what Locust's HTML report holds.
type Page struct {
	File       string
	Start, End time.Time
	Host       string
	Locustfile string
	Windows    []PageWindow
	// WindowPercentiles are those of Windows' Quantiles; 0.5 and 0.95 unless
	// the user charts others.
	WindowPercentiles []float64
	Total             Total // whole run; Quantiles as in Percentiles
	HasTotal          bool
	Percentiles       []float64
	Endpoints         []Total
	Failures          []Failure
	// UserShare is each user class's share of the users, from the task ratios.
	UserShare map[string]float64
}

// A PageWindow is one point of the report's charts, every five seconds or so.
// P50 and P95 cover the ten seconds before it.
type PageWindow struct {
	Time     float64 // Unix seconds
	Users    int
	P50, P95 float64 // s, NaN missing
	// Quantiles holds a latency for each of Page.WindowPercentiles, in s.
	Quantiles []float64
	Rate      float64 // requests/s as Locust smoothed it
}

// A Log is what Locust's log says of the run. Its times are the generator's
// local ones; Offset is what must be added to get UTC, where it is known.
type Log struct {
	File        string
	Start, End  time.Time     // of its lines, as written
	Offset      time.Duration // add to get UTC
	OffsetKnown bool
	Version     string
	Host        string
	RunTime     time.Duration // --run-time; 0 unknown
	UsersWanted int           // highest number of users asked for; 0 unknown
	SpawnRate   float64       // users/s of the first ramp; 0 unknown
	ShapeTest   bool
	Ramps       []Ramp
	UserClasses map[string]int // at the highest number of users
	CPUWarning  bool
	LostWorkers int
	Workers     int
	ExitCode    int  // -1 unknown
	Ended       bool // it says that Locust shut down
	// Final are the counters of the last console table, the latest that a run
	// without JSON or HTML has.
	Final      []Total
	FinalTotal Total // its Aggregated row
	HasFinal   bool
	Lines      []LogLine // warnings and errors worth showing, at most 100
	// Before is the log of the run before in the same file: Locust appends.
	// It is nil in a Run, whose log is that of the run alone.
	Before *Log
}

// A Ramp is one change of the number of users that the log tells of.
type Ramp struct {
	Time  time.Time // as written, zone unknown
	Users int
	Rate  float64
}

// A LogLine is one line of the log.
type LogLine struct {
	Line  int
	Time  time.Time
	Level string
	Text  string
}
