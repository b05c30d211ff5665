package analyze

import (
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A merge makes one figure of several instances'.
type merge uint8

const (
	added merge = iota
	highest
	lowest
	averaged
)

// mergeOf says what a component's figure is when its instances have one each:
// processes' memory and connections add up, of utilisations and waits the
// worst counts.
func mergeOf(metric string) merge {
	switch {
	case metric == "hit_ratio":
		return averaged
	case metric == "up", metric == "uptime_seconds", metric == "memory_available_bytes":
		return lowest
	case strings.HasSuffix(metric, "_ratio"), strings.HasSuffix(metric, "_seconds"),
		metric == "connections_limit", metric == "load_1m", metric == "users":
		return highest
	}
	return added
}

// aggregate makes one track of the tracks of one metric in one file. An
// instance without a name is the whole already; parts are the instances where
// there are several.
func aggregate(in []Track) (whole Track, parts []Track) {
	named := make([]Track, 0, len(in))
	for _, tr := range in {
		if tr.Instance == loadtest.AllBackends && len(in) > 1 {
			continue // another count of the same
		}
		if tr.Instance == "" {
			whole = tr
		} else if len(tr.Time) > 0 {
			named = append(named, tr)
		}
	}
	if len(whole.Time) > 0 {
		return whole, named
	}
	switch len(named) {
	case 0:
		return whole, nil
	case 1:
		whole = named[0]
		whole.Instance = ""
		return whole, nil
	}
	return merged(named), named
}

// merged adds instances up, or takes the highest of them, instant by instant.
// An instance that has not been seen for two intervals is gone and counts no
// more.
func merged(in []Track) Track {
	out := in[0]
	out.Instance, out.Time, out.Value = "", nil, nil
	how := mergeOf(out.Metric)
	interval := math.Inf(1)
	var instants []float64
	for i := range in {
		instants = append(instants, in[i].Time...)
		interval = min(interval, in[i].interval())
		if how == added {
			if i > 0 {
				out.Step += in[i].Step
			}
		} else {
			out.Step = max(out.Step, in[i].Step)
		}
	}
	slices.Sort(instants)
	if math.IsInf(interval, 1) {
		interval = 0
	}
	next := make([]int, len(in))
	for k := 0; k < len(instants); {
		// Readings of one look are a few milliseconds apart.
		at := instants[k]
		for k < len(instants) && instants[k]-at <= interval/2 {
			k++
		}
		last := instants[k-1]
		total, n := 0.0, 0
		for i := range in {
			tr := &in[i]
			for next[i] < len(tr.Time) && tr.Time[next[i]] <= last {
				next[i]++
			}
			if next[i] == 0 || at-tr.Time[next[i]-1] > 2*interval {
				continue
			}
			v := tr.Value[next[i]-1]
			switch {
			case n == 0:
				total = v
			case how == highest:
				total = math.Max(total, v)
			case how == lowest:
				total = math.Min(total, v)
			default:
				total += v
			}
			n++
		}
		if n == 0 {
			continue
		}
		if how == averaged {
			total /= float64(n)
		}
		out.Time = append(out.Time, at)
		out.Value = append(out.Value, total)
	}
	return out
}
