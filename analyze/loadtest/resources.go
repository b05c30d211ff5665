package loadtest

// A Track is one resource figure over time, as one file gives it: the figures
// of a component (and of one instance of it) at the instants at which somebody
// looked. Several files may give the same figure, and then there are several
// tracks of it: choosing is the analysis's business.
type Track struct {
	// Component is "app", "database", "cache", "load_generator", "host" or any
	// other name. Host is the machine, whatever runs on it.
	Component string
	// Instance tells several of one component apart: a process, a database, a
	// mount point, a user type. "" where there is only one.
	Instance string
	// Metric is a name of docs/resources.md, which ends in its base unit
	// ("memory_bytes", "cpu_ratio"); names that end in _total are counters
	// that only grow, until their process restarts. Unknown names are kept.
	Metric string

	Kind string // of the input, as Input.Kind
	File string // as Input.File

	// Local says that the times are those of a clock whose zone is not known,
	// written here as if it were UTC.
	Local bool
	// Step is the unit of the last digit as written, in base units: figures
	// hold within half of it. 0 is full precision.
	Step float64
	// Time and Value have one element a reading, in order of time. Time is in
	// Unix seconds; Value is in base units and never NaN: a reading that is
	// missing is not there.
	Time, Value []float64
	Line        []int // line of each reading; nil where a file has no lines to speak of
}

// AllBackends is the Instance of a database's connections where they were
// counted together with the server's own background processes, some five of
// PostgreSQL's, as count(*) of pg_stat_activity does: more than the client
// connections. A track without Instance is the better account.
const AllBackends = "all backends"

// ResourcesHeader is the first line of the canonical file of resource figures,
// PREFIX_resources.csv. A row is one reading: Unix seconds, which may have a
// fraction; Component, Instance and Metric as Track's; and the value in base
// units. Fields are quoted as RFC 4180 says, lines end in \n.
var ResourcesHeader = [...]string{"Timestamp", "Component", "Instance", "Metric", "Value"}

// ResourcesEnding is what follows a run's prefix in the name of that file.
const ResourcesEnding = "_resources.csv"
