package plan

// Sources say where figures are found that no built-in rule knows: what
// peakload.yaml states of a team's own system. Every part may be empty.
type Sources struct {
	JSON      []JSONPath
	Queries   []Query
	Patterns  []LogPattern
	Processes []Process
	Endpoints []EndpointComponent
	UserTypes []UserTypePattern
	Links     []Link
}

// A JSONPath maps a value of the application's metrics in JSON to a metric.
type JSONPath struct {
	// Path has a part for each level: "db_pool.in_use"; "*" stands for any key,
	// and the key that it stands for becomes the instance.
	Path                        string
	Component, Instance, Metric string
	Scale                       float64 // what the value is multiplied with to get base units; 0 is 1
	Pos                         Pos
}

// A Query is PromQL whose answer is a metric.
type Query struct {
	Component, Instance, Metric string
	// PromQL is the query; InstanceLabel the label whose value becomes the
	// instance, "" none.
	PromQL, InstanceLabel string
	Scale                 float64 // 0 is 1
	Pos                   Pos
}

// A LogPattern makes lines of the application's log events of a class.
type LogPattern struct {
	Class  string
	Regexp string // Go syntax; groups named user_type, endpoint and status are taken over
	Pos    Pos
}

// A Process names the component that a process, or a group of them, is.
type Process struct {
	Match     string // a process name, or a shell pattern for it
	Component string
	Pos       Pos
}

// An EndpointComponent says which component an endpoint leans on.
type EndpointComponent struct {
	Match     string // an endpoint as Locust names it, "METHOD name", or a shell pattern for it
	Component string
	Pos       Pos
}

// A UserTypePattern tells user types by the names of requests.
type UserTypePattern struct {
	UserType string
	Match    string // a shell pattern for a request's "METHOD name"
	Pos      Pos
}

// A Link leads to a dashboard. URL may hold {from} and {to} (Unix
// milliseconds), {from_s} and {to_s} (Unix seconds), {from_iso} and {to_iso}
// (RFC 3339).
type Link struct {
	Name, URL string
	Pos       Pos
}

// over lays what l states over s, part by part.
func (s Sources) over(l Sources) Sources {
	return Sources{
		JSON:      either(l.JSON, s.JSON),
		Queries:   either(l.Queries, s.Queries),
		Patterns:  either(l.Patterns, s.Patterns),
		Processes: either(l.Processes, s.Processes),
		Endpoints: either(l.Endpoints, s.Endpoints),
		UserTypes: either(l.UserTypes, s.UserTypes),
		Links:     either(l.Links, s.Links),
	}
}
