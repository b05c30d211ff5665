package json

// Schema names the version of what Write writes. Keys are added to it, never
// renamed or removed.
const Schema = "peakload.results/1"

// A results is the whole document. Every key is always present: what was not
// measured says so, and what is not there is an empty list.
type results struct {
	Schema          string          `json:"schema"`
	Verdict         string          `json:"verdict"`
	Run             run             `json:"run"`
	Targets         []target        `json:"targets"`
	Phases          []phase         `json:"phases"`
	Endpoints       []endpoint      `json:"endpoints"`
	Stability       stability       `json:"stability"`
	Resources       []resource      `json:"resources"`
	RateLimit       rateLimit       `json:"rate_limit"`
	Failures        failures        `json:"failures"`
	Capacity        capacity        `json:"capacity"`
	Diagnosis       string          `json:"diagnosis"` // in a sentence, also where no bottleneck is named
	Bottlenecks     []bottleneck    `json:"bottlenecks"`
	Suspicions      []bottleneck    `json:"suspicions"` // for which the evidence is too thin
	RuledOut        []ruledOut      `json:"ruled_out"`
	NotLookedAt     []notLookedAt   `json:"not_looked_at"`
	Degradation     degradation     `json:"degradation"`
	Issues          []issue         `json:"issues"`
	Recommendations recommendations `json:"recommendations"`
	Baseline        baseline        `json:"baseline"`
	Expectations    []expectation   `json:"expectations"`
	DataQuality     []note          `json:"data_quality"`
	Document        document        `json:"document"`
	Trend           *trend          `json:"trend"` // null where no earlier runs were given
	Basis           *basis          `json:"basis"` // for later runs; null where there is nothing to compare with
}

// A run's plain numbers are null where they are not known.
type run struct {
	Label        string   `json:"label"`
	Tool         string   `json:"tool"`
	Start        *string  `json:"start"` // RFC 3339, UTC
	End          *string  `json:"end"`
	Duration     *float64 `json:"duration_s"`
	Host         *string  `json:"host"`
	UsersPlanned *float64 `json:"users_planned"`
	UsersPeak    *float64 `json:"users_peak"`
	SpawnRate    figure   `json:"spawn_rate"`
	Requests     *float64 `json:"requests"`
	Failures     *float64 `json:"failures"`
	Endpoints    int      `json:"endpoints"`
	Inputs       []input  `json:"inputs"`
	Whole        window   `json:"whole_run"`
}

type input struct {
	File   string `json:"file"`
	Kind   string `json:"kind"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

type target struct {
	Name     string   `json:"name"`
	Metric   string   `json:"metric"`
	Op       string   `json:"op"`
	Limit    *float64 `json:"limit"`
	Unit     string   `json:"unit"`
	Scope    string   `json:"scope"`
	Endpoint *string  `json:"endpoint"` // null: all
	Actual   figure   `json:"actual"`
	WholeRun figure   `json:"whole_run"`
	Status   string   `json:"status"`
	Why      string   `json:"why"`
	Stated   string   `json:"stated"` // file:line:column
}

// A window is the figures of a stretch of the run.
type window struct {
	Requests  figure `json:"requests"`
	Failures  figure `json:"failures"`
	Limited   figure `json:"rate_limited"`
	RPS       figure `json:"rps"`
	Mean      figure `json:"latency_mean"`
	P50       figure `json:"latency_p50"`
	P95       figure `json:"latency_p95"`
	P99       figure `json:"latency_p99"`
	Max       figure `json:"latency_max"`
	ErrorRate figure `json:"error_rate"`
}

type phase struct {
	Name      string   `json:"name"`
	Kind      string   `json:"kind"`
	Start     *float64 `json:"start_s"`
	End       *float64 `json:"end_s"`
	UsersFrom int      `json:"users_from"`
	UsersTo   int      `json:"users_to"`
	window
	Status string `json:"status"`
	Why    string `json:"why"`
}

type endpoint struct {
	Method string `json:"method"`
	Name   string `json:"name"`
	window
	ShareOfSlowdown figure          `json:"share_of_slowdown"`
	Phases          []endpointPhase `json:"phases"`
}

type endpointPhase struct {
	Phase string `json:"phase"`
	window
}

type stability struct {
	Status      string   `json:"status"`
	Why         string   `json:"why"`
	Outages     []outage `json:"outages"`
	Stalls      []outage `json:"stalls"`
	Restarts    []string `json:"restarts"`
	LostWorkers int      `json:"lost_workers"`
}

type outage struct {
	Start    *float64 `json:"start_s"`
	End      *float64 `json:"end_s"`
	Users    int      `json:"users"`
	Evidence string   `json:"evidence"`
}

type resource struct {
	Component  string   `json:"component"`
	Metric     string   `json:"metric"`
	Title      string   `json:"title"`
	Normal     figure   `json:"normal"`
	NormalFrom *string  `json:"normal_from"` // null: there is no normal figure
	Peak       figure   `json:"peak"`
	Capacity   figure   `json:"capacity"`
	Saturation figure   `json:"saturation"`
	Status     string   `json:"status"`
	Why        string   `json:"why"`
	Onset      *float64 `json:"onset_s"` // null: it never was at 90 % of its capacity
	OfHost     bool     `json:"of_host"`
}

type rateLimit struct {
	UserTypes            []userType `json:"user_types"`
	Total                userType   `json:"total"`
	SystemProtected      string     `json:"system_protected"`
	NoResourceExhaustion string     `json:"no_resource_exhaustion"`
	Graceful429          string     `json:"graceful_429"`
	Why                  limitWhy   `json:"why"`
}

type limitWhy struct {
	SystemProtected      string `json:"system_protected"`
	NoResourceExhaustion string `json:"no_resource_exhaustion"`
	Graceful429          string `json:"graceful_429"`
}

type userType struct {
	Name     string `json:"name"`
	Requests figure `json:"requests"`
	Limited  figure `json:"limited"`
	Ratio    figure `json:"ratio"`
	Status   string `json:"status"`
	Why      string `json:"why"`
}

type failures struct {
	ByClass        []class        `json:"by_class"`
	Classified     figure         `json:"classified"`
	PoolExhaustion poolExhaustion `json:"pool_exhaustion"`
	Timeouts       timeouts       `json:"timeouts"`
	Database       database       `json:"database"`
}

type class struct {
	Class     string          `json:"class"`
	Count     figure          `json:"count"`
	Endpoints []endpointCount `json:"endpoints"`
	Examples  []string        `json:"examples"`
}

type endpointCount struct {
	Method string `json:"method"`
	Name   string `json:"name"`
	Count  int64  `json:"count"`
}

type poolExhaustion struct {
	Occurred string  `json:"occurred"`
	AtUsers  figure  `json:"at_users"`
	Recovery figure  `json:"recovery_s"`
	Impact   *string `json:"impact"`
	Evidence string  `json:"evidence"`
}

type timeouts struct {
	Count     figure          `json:"count"`
	Ratio     figure          `json:"ratio"`
	Endpoints []endpointCount `json:"endpoints"`
	RootCause *string         `json:"root_cause"` // null: undetermined
}

type database struct {
	Connection   figure `json:"connection"`
	QueryTimeout figure `json:"query_timeout"`
	LockTimeout  figure `json:"lock_timeout"`
	Other        figure `json:"other"`
}

type notLookedAt struct {
	Kind string `json:"kind"`
	Need string `json:"need"`
}

type degradation struct {
	Bands      []band      `json:"bands"`
	Mechanisms []mechanism `json:"mechanisms"`
}

type band struct {
	Label     string   `json:"label"`
	FromUsers *float64 `json:"from_users"`
	ToUsers   *float64 `json:"to_users"` // null: no upper end
	Behavior  string   `json:"behavior"`
	Seconds   *float64 `json:"seconds"`
	RPS       figure   `json:"rps"`
	Mean      figure   `json:"latency_mean"`
	P95       figure   `json:"latency_p95"`
	ErrorRate figure   `json:"error_rate"`
	Status    string   `json:"status"`
	Why       string   `json:"why"`
}

type mechanism struct {
	Name     string `json:"name"`
	Seen     string `json:"seen"`
	Evidence string `json:"evidence"`
}

type issue struct {
	Severity string `json:"severity"`
	Title    string `json:"title"`
	Evidence string `json:"evidence"`
}

type recommendations struct {
	Immediate []string `json:"immediate"`
	Capacity  []string `json:"capacity"`
	Scaling   scaling  `json:"scaling"`
}

type scaling struct {
	Horizontal    *string `json:"horizontal"`
	Vertical      *string `json:"vertical"`
	AutoScaling   *string `json:"auto_scaling"`
	LoadBalancing *string `json:"load_balancing"`
}

type baseline struct {
	Label   *string       `json:"label"` // null: no baseline was given
	Current *string       `json:"current"`
	Rows    []baselineRow `json:"rows"`
	Notes   []string      `json:"notes"`
}

type baselineRow struct {
	Metric      string `json:"metric"`
	Baseline    figure `json:"baseline"`
	Current     figure `json:"current"`
	Difference  figure `json:"difference"`
	Relative    figure `json:"relative"`
	Significant *bool  `json:"significant"` // null: cannot tell
	Why         string `json:"why"`
}

type expectation struct {
	Text     string `json:"text"`
	Answer   string `json:"answer"`
	Evidence string `json:"evidence"`
}

type note struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Source   string `json:"source"`
}

type document struct {
	File        string   `json:"file"`
	Blanks      int      `json:"blanks"`
	Filled      int      `json:"filled"`
	Kept        []remark `json:"kept"`
	NotMeasured *int     `json:"not_measured"` // null: not counted
	Unknown     []remark `json:"unknown"`
}

type remark struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}
