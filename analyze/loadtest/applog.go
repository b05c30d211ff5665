package loadtest

// An AppLog is what an application's log says of the run: events of the run's
// window, counted. It is made in one pass; the lines themselves are not kept.
type AppLog struct {
	File   string
	Format string // "python", "json", "logfmt", "access", "text"

	// Offset was added to the times as written to get UTC, in s; OffsetWhy is
	// the evidence: "stated in the lines", "by overlap with the run".
	Offset    float64
	OffsetWhy string

	Lines      int64   // of the file
	Undated    int64   // lines that belong to no event and have no time of their own (continuations are not counted)
	Start, End float64 // Unix s of the first and last event in the file; NaN: there was none
	// Counted is the number of events within the run's window: Σ Count.
	Counted int64

	Events []LogEvents // in order of first appearance
}

// LogEvents are the events of one kind: of one class, user type, endpoint and
// status.
type LogEvents struct {
	// Class is an error class as in results.json ("rate_limited", "timeout",
	// "pool", …), or "restart" (a process started), "crash" (a process was
	// killed or died), "memory" (out of memory), "cache" (trouble with a cache),
	// "degraded" (load shed, a feature switched off), "slow" (a request reported
	// as slow), "request" (a line of an access log that is none of these),
	// "error" (an error of no known class), or a class of the user's own
	// patterns.
	Class    string
	Level    string // "ERROR", "WARNING", … upper case; "" the line has none
	UserType string // as written: user_type=writer; "" the line names none
	Endpoint string // "METHOD /path" or "/path" with numbers and identifiers replaced by *; "" the line names none
	Status   int    // HTTP status; 0 the line has none
	// Access: the events are lines written for every request, whatever became
	// of it; the application may tell of the same event in a line of its own.
	Access bool
	// Count is the number of events of the run: from 5 s before its window to
	// 15 s after, as histories begin late and end early. It may be 0.
	Count int64
	// First and Last are Unix seconds, of the events that Count counts; NaN
	// where it is 0.
	First, Last float64
	// PerSecond counts the events by Unix second, from 10 min before the run's
	// window to 10 min after: more than Count does.
	PerSecond map[int64]int64
	Example   string // the first line, at most 300 bytes
	Line      int64  // its number
}
