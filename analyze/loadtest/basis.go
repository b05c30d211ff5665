package loadtest

import "time"

// A Basis is what a run leaves behind for a later one to be compared with: the
// plateau that comparisons look at, in windows of ten seconds or so. It is a
// part of results.json, and small enough to commit. Numbers that are missing
// are NaN.
type Basis struct {
	File    string // the results.json that it was read from; "" it was not
	Label   string
	Start   time.Time // of the run; zero unknown
	Plateau string    // which stretch: "peak"
	Users   int       // at its highest
	Length  float64   // s

	// Figures of the plateau, by results.json's metric names.
	Figures map[string]Bounds

	Windows []BasisWindow
	// Quantiles holds a latency for each window, by metric ("latency_p95"), in
	// s; QuantileSeconds is what each of them stands for.
	Quantiles       map[string][]float64
	QuantileSeconds float64

	Endpoints []BasisEndpoint

	// CPU is what the application used of its processors, window by window:
	// CPUMetric is "cpu_ratio" (a share of all it may use) or "cpu_cores", and
	// CPUOf "app", or "host" where only the machine's is known. Cores is how
	// many it may use, NaN unknown.
	CPU       []float64
	CPUMetric string
	CPUOf     string
	Cores     float64
}

// Bounds are a number and the limits that it holds within.
type Bounds struct{ Value, Low, High float64 }

// A BasisWindow is the counts of one window; Latency is the sum of latencies,
// in s.
type BasisWindow struct{ Seconds, Requests, Failed, Latency float64 }

// A BasisEndpoint is an endpoint's share of the requests and its mean latency,
// in s.
type BasisEndpoint struct {
	Endpoint
	Share, Mean float64
}
