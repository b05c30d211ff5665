package analyze_test

import (
	"bufio"
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/input"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// shared is where recorded runs with known truth are, when they are there.
const shared = "../../shared/data"

// seedTargets are the targets of the document that peakload was made for.
func seedTargets() *plan.Plan {
	t := func(name string, m plan.Metric, p float64, op plan.Op, limit float64) plan.Target {
		return plan.Target{Name: name, Metric: m, P: p, Op: op, Limit: limit}
	}
	return &plan.Plan{Targets: []plan.Target{
		t("P50 Latency", plan.Percentile, .5, plan.Less, .5),
		t("P95 Latency", plan.Percentile, .95, plan.Less, 1),
		t("P99 Latency", plan.Percentile, .99, plan.Less, 2),
		t("Error Rate", plan.Errors, 0, plan.Less, .05),
		t("Throughput", plan.RPS, 0, plan.Greater, 500),
	}, Phases: []plan.Phase{{Name: "Ramp-up", To: 60}, {Name: "Peak", From: 60, To: 540}, {Name: "Ramp-down", From: 540, To: 600}}}
}

func load(t *testing.T, dir string) *loadtest.Run {
	t.Helper()
	r, err := input.Load(input.Folder{Name: dir, FS: os.DirFS(dir)}, "", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A request is one of the truth's.
type request struct {
	at, ms float64
	failed bool
}

func truth(t *testing.T, name string) []request {
	f, err := os.Open(filepath.Join(shared, "truth_raw", name+".csv.gz"))
	if err != nil {
		return nil
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []request
	for s := bufio.NewScanner(z); s.Scan(); {
		c := strings.Split(s.Text(), ",")
		at, err := strconv.ParseFloat(c[0], 64)
		if err != nil {
			continue
		}
		ms, _ := strconv.ParseFloat(c[len(c)-3], 64)
		out = append(out, request{at, ms, strings.EqualFold(c[len(c)-1], "true") || c[len(c)-1] == "1"})
	}
	slices.SortFunc(out, func(a, b request) int {
		if a.at < b.at {
			return -1
		}
		return 1
	})
	return out
}

// Every phase of the recorded runs agrees with what was measured of every
// single request, and verdicts do wherever the truth is clear.
func TestRecordedRuns(t *testing.T) {
	dirs, _ := filepath.Glob(filepath.Join(shared, "runs", "*"))
	if len(dirs) == 0 {
		t.Skip("the shared runs are not here")
	}
	for _, dir := range dirs {
		name := filepath.Base(dir)
		raw := truth(t, name)
		if raw == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			a := analyze.Run(load(t, dir), seedTargets(), nil)
			start := float64(a.Run.Start.UnixMilli()) / 1000
			if len(a.Phases) < 2 || a.Phases[0].Start != 0 {
				t.Fatalf("%d phases from %g s", len(a.Phases), a.Phases[0].Start)
			}
			h := a.Recorded.History
			cut := int64(len(raw)) < h.Total.Requests[len(h.Time)-1] // the truth of a killed Locust lost its end, too
			for i, p := range a.Phases {
				if cut && i == len(a.Phases)-1 {
					break
				}
				if i > 0 && (p.From != a.Phases[i-1].To || p.Start != a.Phases[i-1].End) {
					t.Errorf("%s does not follow on %s", p.Name, a.Phases[i-1].Name)
				}
				// The requests that the phase's rows count, by order of completion.
				first, last := int64(0), h.Total.Requests[p.To]
				if p.From >= 0 {
					first = h.Total.Requests[p.From]
				}
				n, failed, sum := int(last-first), 0, 0.
				var ms []float64
				for _, r := range raw[first:last] {
					sum += r.ms
					ms = append(ms, r.ms)
					if r.failed {
						failed++
					}
				}
				if got, _ := p.Requests.Float(); got != float64(n) {
					t.Errorf("%s: %g requests, truth %d", p.Name, got, n)
				}
				if f, _ := p.Failures.Float(); math.Abs(f-float64(failed)) > 1 { // two requests may end in one instant
					t.Errorf("%s: %g failures, truth %d", p.Name, f, failed)
				}
				if m, _ := p.Mean.Float(); math.Abs(m/(sum/float64(n)/1000)-1) > .002 {
					t.Errorf("%s: mean %g, truth %g", p.Name, m, sum/float64(n)/1000)
				}
				// The phase ends between the last request that its rows count and
				// the next one: rows are dated to a fraction of a second.
				ends := raw[last-1].at - start
				if int(last) < len(raw) && (p.End < ends-.3 || p.End > raw[last].at-start+.3) {
					t.Errorf("%s: ends at %g s, truth %g to %g", p.Name, p.End, ends, raw[last].at-start)
				}
				began := 0.0
				if first > 0 {
					began = raw[first-1].at - start
				}
				secs := ends - began
				low, high, _ := p.RPS.Limits()
				if x := float64(n) / secs; secs >= 15 && (x < low*.99 || x > high*1.01) {
					t.Errorf("%s: throughput %g to %g, truth %g", p.Name, low, high, x)
				}
				if p.Kind != analyze.Peak {
					continue
				}
				slices.Sort(ms)
				for _, r := range a.Targets {
					var x float64
					switch r.Target.Metric {
					case plan.Percentile:
						x = ms[min(len(ms)-1, int(r.Target.P*float64(len(ms))))] / 1000
					case plan.Errors:
						x = float64(failed) / float64(n)
					case plan.RPS:
						x = float64(n) / secs
					}
					want := analyze.Fail
					if r.Target.Op.Holds(x, r.Target.Limit) {
						want = analyze.Pass
					}
					if l, h, ok := r.Actual.Limits(); r.Status != want && !(ok && r.Target.Limit >= l && r.Target.Limit <= h) {
						t.Errorf("%s: %s (%s), truth %g", r.Target.Name, r.Status, r.Why, x)
					}
				}
			}
		})
	}
}

// Every short sample of Locust, of three versions and all modes, is analysed.
func TestLocustSamples(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared, "locust-samples", "*", "*_stats_history.csv"))
	if len(files) == 0 {
		t.Skip("the shared samples are not here")
	}
	for _, f := range files {
		dir, prefix := filepath.Dir(f), strings.TrimSuffix(filepath.Base(f), "_stats_history.csv")
		t.Run(filepath.Base(dir)+"/"+prefix, func(t *testing.T) {
			r, err := input.Load(input.Folder{Name: dir, FS: os.DirFS(dir)}, prefix, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			a := analyze.Run(r, seedTargets(), nil)
			n := 0.
			for _, p := range a.Phases {
				x, _ := p.Requests.Float()
				n += x
			}
			h := a.Recorded.History
			var want int64
			for _, s := range h.Segments {
				want += h.Total.Requests[s.To]
			}
			if n != float64(want) || want == 0 {
				t.Errorf("the phases have %g requests, the history %d", n, want)
			}
			for _, r := range a.Targets {
				if r.Why == "" {
					t.Errorf("%s: no reason", r.Target.Name)
				}
			}
		})
	}
}
