package explain_test

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/explain"
)

// asked is a run as the document's answers are asked for.
func asked() *analyze.Analysis {
	src := measure.Source{File: "peak_stats_history.csv", Lines: "61,541", Column: "Total Request Count", Formula: "Δrequests/Δt"}
	return &analyze.Analysis{
		Diagnosis: analyze.Diagnosis{
			Summary: "Connection pool: 10 of 10 in use",
			Findings: []analyze.Finding{{Kind: "connection_pool", Title: "Connection pool", Component: "pool of the application", Symptom: "10 of 10 in use",
				Score: .75, Terms: []analyze.Term{{Name: "saturation", Weight: .25, Value: 1}, {Name: "waiting", Weight: .25, Value: .5}}}},
			Clear:       []analyze.Ruled{{Kind: "lock_contention", Title: "Locks of the database", Why: "no lock was waited for"}},
			NotLookedAt: []analyze.Gap{{Kind: "app_cpu", Title: "Processor of the application", Need: "its cores"}},
			Scaling:     analyze.Scaling{AutoScaling: "Scale out at 119 users, 80% of the knee at 149 users"},
			Immediate:   []string{"Enlarge the pool"},
		},
		Capacity: analyze.Capacity{Outcome: analyze.Broke, BreakingText: "broke at 269 users", Breaking: measure.Of(269, measure.Users, src), Knee: measure.Of(149, measure.Users, src),
			MaxUsersText: "200 users", MaxRPSText: "139 RPS", RecoveryText: "3 seconds"},
		Issues: []analyze.Issue{{Severity: "P0", Title: "Outage", Evidence: "12 s", Rests: []string{"outages"}}, {Severity: "P1", Title: "Bottleneck", Rests: []string{"bottleneck.connection_pool"}}},
		Bands: []analyze.Band{{Band: plan.Band{Label: "0-500 users", From: 0, To: 500, Behavior: "Normal operation"}, Measured: true, Seconds: 60, RPS: measure.Of(116, measure.PerSecond, src)},
			{Band: plan.Band{Label: "1000+ users", From: 1000}, RPS: measure.None(measure.PerSecond, measure.NotIdentifiable, "a run that reaches 1000 users")}},
		Mechanisms:   []analyze.Mechanism{{Name: "Cache Fallback", Seen: analyze.No, Evidence: "the cache was not asked"}},
		Expectations: []analyze.Answer{{Text: "No crashes", Answer: analyze.No, Evidence: "down for 12 s", Rests: []string{"stability"}}, {Text: "Recovery after load", Answer: analyze.Yes, Evidence: "after 3 s", Rests: []string{"recovery"}}},
		Lessons:      []analyze.Lesson{{Text: "At 350 users it answered.", Rests: []string{"targets"}}, {Text: "The pool limited the run.", Rests: []string{"bottlenecks"}}},
		Stability:    analyze.Stability{Status: analyze.Fail, Outages: []analyze.Outage{{Start: 94, End: 106, Users: 150, Evidence: "all requests failed"}}},
		Targets:      []analyze.TargetResult{{Target: plan.Target{Metric: plan.Errors}, Status: analyze.Fail, Why: "32.5%, target < 5%"}},
	}
}

// What the document says can be asked for by the names that people give it.
func TestTopics(t *testing.T) {
	a := asked()
	for names, want := range map[string]string{
		"breaking point|breaking_point|Breaking-Point|breaking|breakpoint": "broke at 269 users",
		"max users|max_users|Max Concurrent Users":                         "200 users",
		"max rps|Max Requests/Second|max throughput":                       "139 RPS",
		"knee":                             "149 users",
		"recovery|Recovery Time":           "3 seconds",
		"capacity|System Capacity":         "broke at 269 users",
		"bottleneck|bottlenecks|diagnosis": "1: Connection pool",
		"bottleneck 1|bottleneck.1|Bottleneck #1|primary bottleneck|bottleneck primary": "10 of 10 in use",
		"bottleneck 2|secondary bottleneck":                                             "Secondary bottleneck: none found besides the pool of the application",
		"connection pool|connection_pool|bottleneck.connection_pool":                    "0.25 × 1.00 (saturation) + 0.25 × 0.50 (waiting), over the weights' sum 0.50, = 0.75",
		"lock contention|lock_contention|Locks of the database":                         "is ruled out: no lock was waited for",
		"app_cpu|bottleneck app cpu":                                                    "was not looked at: needs its cores",
		"ruled out":                                                                     "lock_contention: no lock was waited for",
		"P0|p0|P0 issues|issue P0":                                                      "1 P0       Outage",
		"P1|p1 issues":                                                                  "2 P1       Bottleneck",
		"issue 2":                                                                       "10 of 10 in use",
		"actions|immediate actions|recommendations":                                     "Enlarge the pool",
		"scaling|auto-scaling|Auto-scaling Triggers|scaling triggers|triggers":          "80% of the knee at 149 users",
		"degradation|graceful degradation":                                              "0-500 users",
		"degradation 0-500|degradation 0-500 users|band 0-500|0-500 users|0-500|load level 0–500": "Δrequests/Δt",
		"degradation 1000+|1000+ users": "a run that reaches 1000 users",
		"cache fallback|mechanism cache fallback|degradation cache fallback|mechanisms": "the cache was not asked",
		"expectations|expected vs actual":                                               "No crashes: no",
		"expectation 1|No crashes":                                                      "1 min 34 s to 1 min 46 s of the run, at 150 users",
		"expectation 2":                                                                 "It rests on recovery",
		"lessons|lessons learned":                                                       "The pool limited the run.",
		"lesson 2":                                                                      "Ruled out",
		"pool|pool exhaustion|connection pool exhaustion":                               "exhaustion of a connection pool",
		"timeouts|Timeout Errors":                                                       "requests that timed out",
		"database errors":                                                               "failures that name the database",
		"rate limit|rate limit protection":                                              "rate limiting",
		"stability|system stability":                                                    "whether the system stayed up",
		"targets|verdict":                                                               "32.5%, target < 5%",
	} {
		for name := range strings.SplitSeq(names, "|") {
			var b bytes.Buffer
			if err := explain.Figure(&b, a, name); err != nil {
				t.Errorf("%s: %v", name, err)
			} else if said := strings.Join(strings.Fields(b.String()), " "); !strings.Contains(said, strings.Join(strings.Fields(want), " ")) {
				t.Errorf("%s: no %q in\n%s", name, want, b.String())
			}
		}
	}
}

// A name that is nothing's is answered with the names there are.
func TestNoSuchTopic(t *testing.T) {
	a := asked()
	for name, want := range map[string]string{
		"bottlneck":           `did you mean "bottlenecks"?`,
		"nonsense":            "breaking point, max users",
		"expectation 9":       "it has 2: expectation 1 to expectation 2",
		"issue pool":          "it has 2: issue 1 to issue 2",
		"degradation 500-750": `"0-500 users"`,
	} {
		if err := explain.Figure(&bytes.Buffer{}, a, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The metrics are known as documents write them.
func TestMetricsAsDocumentsWriteThem(t *testing.T) {
	a := analysed(t, filepath.Join("..", "..", "testdata", "runs", "sustained"))
	for name, want := range map[string]string{
		"P95 Latency": "p95", "p99.9 latency": "p99.9", "Avg Latency": "mean", "average response time @run": "mean @run", "Error Rate": "errors", "throughput@run": "rps@run", "max latency": "max",
	} {
		var got, same bytes.Buffer
		if err := explain.Figure(&got, a, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := explain.Figure(&same, a, want); err != nil || got.String() != same.String() {
			t.Errorf("%s is not %s: %v\n%s", name, want, err, got.String())
		}
	}
}

var sums = map[string]*regexp.Regexp{
	"breaking_point": regexp.MustCompile(`X·\(R \+ Z\) = ([0-9.]+)/s × \(([0-9.]+) s \+ ([0-9.]+) s\)`),
	"knee":           regexp.MustCompile(`latency without load\) = ([0-9.]+)/s × \(([0-9.]+) s \+ ([0-9.]+) s\)`),
}

// The arithmetic that is shown gives the figure that is shown.
func TestSumsComeOut(t *testing.T) {
	found := 0
	for _, dir := range runs(t) {
		a := analysed(t, dir)
		for name, v := range map[string]measure.Value{"breaking_point": a.Capacity.Breaking, "knee": a.Capacity.Knee} {
			var b bytes.Buffer
			if err := explain.Figure(&b, a, name); err != nil {
				t.Fatal(err)
			}
			m := sums[name].FindStringSubmatch(strings.Join(strings.Fields(b.String()), " "))
			if m == nil {
				continue
			}
			found++
			var x [3]float64
			for i := range x {
				x[i], _ = strconv.ParseFloat(m[i+1], 64)
			}
			n, _ := v.Float()
			if got := x[0] * (x[1] + x[2]); got < .999*n-.5 || got > 1.001*n+.5 {
				t.Errorf("%s of %s: %s is %.1f, not %.1f", name, dir, m[0], got, n)
			}
		}
	}
	if found < 2 {
		t.Errorf("only %d sums were shown", found)
	}
}

// The P95 of a load level is of the longest stretch only where there are several.
func TestLevelOfOneStretch(t *testing.T) {
	for stretches, want := range map[int]bool{1: false, 2: true} {
		a := asked()
		a.Bands[0].P95, a.Bands[0].Stretches = measure.Of(.2, measure.Seconds), stretches
		var out bytes.Buffer
		if err := explain.Figure(&out, a, "degradation 0-500"); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "of the longest stretch"); got != want {
			t.Errorf("%d: %s", stretches, out.String())
		}
	}
}
