package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/measure"
)

// A cpuBasis is what a run's application used of its processors over the
// plateau.
type cpuBasis struct {
	value  measure.Value
	levels levels
	metric string  // "cpu_ratio" or "cpu_cores"; "" there is none
	of     string  // "app", or "host"
	cores  float64 // that the application may use; NaN unknown
}

// cpuOf reduces the track of the application's processors to means of ten
// seconds.
func cpuOf(c *context, w Window) cpuBasis {
	b := cpuBasis{of: "app", cores: math.NaN(), levels: levels{seconds: windowLength, length: w.End - w.Start}}
	tr, ofHost := c.trackOf("app", rowNamed("cpu"))
	if tr == nil {
		b.value = measure.None(measure.Ratio, measure.NoSource, needBoth)
		return b
	}
	b.metric = tr.Metric
	if ofHost {
		b.of = "host"
	}
	if n, known := c.tracks.coresOf("app"); known {
		b.cores = n
	}
	sum, n := 0.0, 0
	for from := w.Start; from+windowLength <= w.End+1; from += windowLength {
		part, k := 0.0, 0
		time, value := tr.within(from, from+windowLength)
		for i := range time {
			if time[i] > from || from == w.Start {
				part += value[i]
				k++
			}
		}
		if k == 0 {
			continue
		}
		sum, n = sum+part, n+k
		b.levels.add(part/float64(k), windowLength)
	}
	if n == 0 {
		b.value = measure.None(measure.Ratio, measure.NoSamples, needBoth)
		return b
	}
	b.value = c.reading(sum/float64(n), measure.Ratio, tr, fmt.Sprintf("mean of %d readings", n))
	return b
}

// compareCPU compares what the application used of its processors over the two
// plateaus, like any other level: by means of ten seconds.
func compareCPU(now, baseline cpuBasis) judgement {
	row := ComparisonRow{Metric: "cpu", Baseline: baseline.value, Current: now.value}
	none := func(why, need string) judgement {
		v := measure.None(measure.Ratio, measure.NoSource, need)
		j := judgement{row: row, p: math.NaN(), cannot: why}
		for _, x := range []*measure.Value{&j.row.Baseline, &j.row.Current, &j.row.Difference, &j.row.Relative} {
			if !x.Measured() {
				*x = v
			}
		}
		return j
	}
	switch {
	case !row.Baseline.Measured() || !row.Current.Measured():
		return none("needs "+needBoth, needBoth)
	case now.of != baseline.of:
		return none("one run's figure is the whole host's, the other's the application's own", "figures of the application's own processors of both runs, of which one has only the host's")
	case now.metric != baseline.metric:
		return none("one run's figure is a share of the processors, the other's of one core", "the number of cores that the application may use, of both runs")
	case now.cores != baseline.cores && !math.IsNaN(now.cores) && !math.IsNaN(baseline.cores):
		return none(fmt.Sprintf("the application had %s then and has %s now", coresText(baseline.cores), coresText(now.cores)),
			fmt.Sprintf("a baseline in which the application has as many cores: it had %s then and has %s now", coresText(baseline.cores), coresText(now.cores)))
	}
	return compareLevels(row, baseline.levels, now.levels)
}
