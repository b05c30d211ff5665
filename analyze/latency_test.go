package analyze

import (
	"math"
	"slices"
	"testing"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// emulated is a short run of the first system.
func emulated(how emulation) (*loadtest.Run, []request, []int, []loadtest.Endpoint) {
	reqs, names := simulate(systems[0].draw, 11, 70)
	how.phase, how.creep = .6, .003
	run, counts := emulate(reqs, names, how)
	return run, reqs, counts, names
}

func quantileOf(reqs []request, p float64) float64 {
	v := make([]float64, len(reqs))
	for i, q := range reqs {
		v[i] = q.ms
	}
	slices.Sort(v)
	return v[rankOf(len(v), p)]
}

func holds(t *testing.T, what string, v measure.Value, truth float64) {
	t.Helper()
	low, high, ok := v.Limits()
	if !ok || truth < low*ms*.97 || truth > high*ms*1.03 {
		t.Errorf("%s: %.1f–%.1f ms (%v), truth %.1f", what, low*ms, high*ms, ok, truth)
	}
}

func TestLatencyWithoutSources(t *testing.T) {
	full, _, _, names := emulated(emulation{full: true})
	agg, _, _, _ := emulated(emulation{})
	bare, _, _, _ := emulated(emulation{full: true})
	bare.History.Percentiles, bare.History.Total.Quantiles = nil, nil
	for i := range bare.History.Endpoints {
		bare.History.Endpoints[i].Quantiles = nil
	}
	for _, c := range []struct {
		name string
		got  measure.Value
		why  measure.Reason
		need string
	}{
		{"no history", newLatencies(&loadtest.Run{}).total(-1, 5, .95), measure.NoSource, needHistoryRows},
		{"nothing at all", newLatencies(&loadtest.Run{}).wholeRun(nil, .95), measure.NoSource, needHistoryRows},
		{"endpoint of an aggregated history", newLatencies(agg).endpoint(names[0], 0, 30, .95), measure.NotDerivable, needEndpoints},
		{"unknown endpoint", newLatencies(full).endpoint(loadtest.Endpoint{Name: "?"}, 0, 30, .95), measure.NoSamples, ""},
		{"empty window", newLatencies(full).total(30, 30, .95), measure.NoSamples, ""},
		{"no percentile columns", newLatencies(bare).total(0, 30, .95), measure.NotDerivable, needPercentiles},
	} {
		if c.got.Measured() || c.got.Why() != c.why || c.got.Need() != c.need || c.got.Unit() != measure.Seconds {
			t.Errorf("%s: %v, need %q; want %v, %q", c.name, c.got.Why(), c.got.Need(), c.why, c.need)
		}
	}
}

// A percentile that the file has no column for is bounded by its neighbours,
// not interpolated.
func TestLatencyBetweenColumns(t *testing.T) {
	run, reqs, counts, _ := emulated(emulation{full: true})
	l := newLatencies(run)
	v := l.total(10, 60, .85)
	if v.Method() != measure.Bounded {
		t.Errorf("p85 is %v", v.Method())
	}
	part := reqs[counts[10]:counts[60]]
	holds(t, "p85", v, quantileOf(part, .85))
	low, high, _ := v.Limits()
	if low*ms > quantileOf(part, .82) || high*ms < quantileOf(part, .88) {
		t.Errorf("p85 %.0f–%.0f ms is narrower than its neighbours allow", low*ms, high*ms)
	}
	if p := l.total(10, 60, .95).Method(); p != measure.Windowed {
		t.Errorf("p95 is %v", p)
	}
	for _, s := range v.Sources() {
		if s.File == "" || s.Lines == "" || s.Column == "" || s.Formula == "" {
			t.Errorf("source %+v", s)
		}
	}
}

// A reset of the counters begins a new segment; a window over it is the sum
// of its parts.
func TestLatencyAcrossAReset(t *testing.T) {
	for _, full := range []bool{true, false} {
		a, ra, ca, names := emulated(emulation{full: full})
		reqs, _ := simulate(systems[3].draw, 12, 60)
		for i := range reqs {
			reqs[i].t += 100
		}
		b, cb := emulate(reqs, names, emulation{full: full, phase: .2, creep: .003})
		h, n := a.History, len(a.History.Time)
		h.Segments = append(h.Segments, loadtest.Segment{From: n, To: n + len(b.History.Time) - 1, Why: "counters reset"})
		h.Time = append(h.Time, b.History.Time...)
		h.Line = append(h.Line, b.History.Line...)
		join := func(x, y *loadtest.Series) {
			x.Requests = append(x.Requests, y.Requests...)
			for _, f := range []struct{ to, from *[]float64 }{{&x.Mean, &y.Mean}, {&x.Median, &y.Median}, {&x.Min, &y.Min}, {&x.Max, &y.Max}, {&x.Rate, &y.Rate}} {
				*f.to = append(*f.to, *f.from...)
			}
			x.Quantiles = append(x.Quantiles, y.Quantiles...)
		}
		join(&h.Total, &b.History.Total)
		for i := range h.Endpoints {
			join(&h.Endpoints[i], &b.History.Endpoints[i])
		}
		part := append(slices.Clone(ra[ca[20]:ca[n-1]]), reqs[:cb[40]]...)
		l := newLatencies(a)
		for _, p := range judged {
			holds(t, "across the reset", l.total(20, n+40, p), quantileOf(part, p))
		}
		a.Totals = b.Totals // of the last stretch only
		holds(t, "whole run", l.wholeRun(nil, .95), quantileOf(append(slices.Clone(ra[:ca[n-1]]), reqs...), .95))
	}
}

func TestLatencyOfTheWholeRun(t *testing.T) {
	run, reqs, _, names := emulated(emulation{})
	l := newLatencies(run)
	v := l.wholeRun(nil, .95)
	if v.Method() != measure.Estimated || v.Sources()[0].File != "stats.csv" {
		t.Errorf("%v from %v", v.Method(), v.Sources())
	}
	truth := quantileOf(reqs, .95)
	holds(t, "totals", v, truth)
	low, high, _ := v.Limits()
	if a, b := stats.Resolution(stats.BucketOf(truth)); math.Abs(low*ms-a) > 1e-9 || math.Abs(high*ms-b) > 1e-9 {
		t.Errorf("limits %g–%g, the bucket is %g–%g", low*ms, high*ms, a, b)
	}
	if v := l.wholeRun(nil, .97); v.Method() != measure.Bounded {
		t.Errorf("p97 is %v", v.Method())
	}
	run.Histograms = histograms(reqs, names)
	l = newLatencies(run)
	holds(t, "JSON", l.wholeRun(nil, .97), quantileOf(reqs, .97))
	if v := l.wholeRun(nil, .97); v.Method() != measure.Estimated || v.Sources()[0].File != "stats.json" {
		t.Errorf("%v from %v", v.Method(), v.Sources())
	}
	var of []request
	for _, q := range reqs {
		if q.e == 1 {
			of = append(of, q)
		}
	}
	holds(t, "JSON, endpoint", l.wholeRun(&names[1], .5), quantileOf(of, .5))
}

// The JSON's histogram joins the reconstruction: what it says of the whole
// narrows the parts.
func TestLatencyWithHistograms(t *testing.T) {
	for _, full := range []bool{true, false} {
		run, reqs, counts, names := emulated(emulation{full: full})
		run.Histograms = histograms(reqs, names)
		// the history ends early, as it does before Locust 2.46.3
		h := run.History
		h.Time, h.Segments[0].To = h.Time[:len(h.Time)-5], h.Segments[0].To-5
		l := newLatencies(run)
		for _, w := range [][2]int{{-1, 60}, {5, 35}, {40, 60}} {
			a := 0
			if w[0] >= 0 {
				a = counts[w[0]]
			}
			for _, p := range judged {
				holds(t, "with JSON", l.total(w[0], w[1], p), quantileOf(reqs[a:counts[w[1]]], p))
			}
		}
	}
}

func histograms(reqs []request, names []loadtest.Endpoint) *loadtest.Histograms {
	out := &loadtest.Histograms{File: "stats.json"}
	for e, name := range names {
		x := loadtest.Histogram{Endpoint: name, Min: math.Inf(1), PerSecond: map[int64]int64{}}
		counts := map[float64]int64{}
		for _, q := range reqs {
			if q.e == e {
				counts[stats.BucketOf(q.ms)]++
				x.Requests++
				x.Sum += q.ms / ms
				x.Min, x.Max = min(x.Min, q.ms/ms), max(x.Max, q.ms/ms)
				x.PerSecond[int64(q.t)]++
			}
		}
		for v := range counts {
			x.Latency = append(x.Latency, v/ms)
		}
		slices.Sort(x.Latency)
		for _, v := range x.Latency {
			x.Count = append(x.Count, counts[math.Round(v*ms)])
		}
		out.Endpoints = append(out.Endpoints, x)
	}
	return out
}

// Where the scope of the percentiles is not known they prove nothing.
func TestLatencyOfUnknownScope(t *testing.T) {
	run, reqs, counts, _ := emulated(emulation{})
	run.History.Scope = loadtest.UnknownScope
	v := newLatencies(run).total(5, 60, .95)
	if v.Method() != measure.Bounded {
		t.Errorf("p95 is %v", v.Method())
	}
	holds(t, "p95", v, quantileOf(reqs[counts[5]:counts[60]], .95))
}

// Rows are dated to a small part of a second from Requests/s, even when no
// second is skipped.
func TestInstantsFromRates(t *testing.T) {
	for _, phase := range []float64{.05, .5, .93} {
		reqs, names := simulate(systems[0].draw, 3, 60)
		run, _ := emulate(reqs, names, emulation{phase: phase, creep: .0005})
		for k, at := range newLatencies(run).instants() {
			want := float64(run.History.Time[0]) + phase + float64(k)*1.0005
			if math.Abs(at-want) > .15 {
				t.Errorf("phase %.2f, row %d: %.2f s off", phase, k, at-want)
				break
			}
		}
	}
}
