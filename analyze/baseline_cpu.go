package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/measure"
)

// compareCPU compares what the application used of its processors over the two
// plateaus, like any other level: by means of ten seconds.
func compareCPU(c, baseline *context, w, b Window) judgement {
	row := ComparisonRow{Metric: "cpu"}
	none := func(why string) judgement {
		v := measure.None(measure.Ratio, measure.NoSource, needBoth)
		j := judgement{row: row, p: math.NaN(), cannot: why}
		for _, x := range []*measure.Value{&j.row.Baseline, &j.row.Current, &j.row.Difference, &j.row.Relative} {
			if !x.Measured() {
				*x = v
			}
		}
		return j
	}
	cpu := rowNamed("cpu")
	mine, ofHost := c.trackOf("app", cpu)
	theirs, baseOfHost := baseline.trackOf("app", cpu)
	levelsOf := func(c *context, tr *Track, w Window) (levels, measure.Value) {
		l := levels{seconds: windowLength, length: w.End - w.Start}
		if tr == nil {
			return l, measure.None(measure.Ratio, measure.NoSource, needBoth)
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
			mean := part / float64(k)
			l.amount, l.weight = append(l.amount, mean*windowLength), append(l.weight, windowLength)
			l.values = append(l.values, logOf(mean))
		}
		if n == 0 {
			return l, measure.None(measure.Ratio, measure.NoSamples, needBoth)
		}
		return l, c.reading(sum/float64(n), measure.Ratio, tr, fmt.Sprintf("mean of %d readings", n))
	}
	var base, current levels
	base, row.Baseline = levelsOf(baseline, theirs, b)
	current, row.Current = levelsOf(c, mine, w)
	switch {
	case mine == nil || theirs == nil || !row.Baseline.Measured() || !row.Current.Measured():
		return none("needs " + needBoth)
	case ofHost != baseOfHost:
		return none("one run's figure is the whole host's, the other's the application's own")
	case mine.Metric != theirs.Metric:
		return none("one run's figure is a share of the processors, the other's of one core")
	}
	had, known := baseline.tracks.coresOf("app")
	has, known2 := c.tracks.coresOf("app")
	if known && known2 && had != has {
		return none(fmt.Sprintf("the application had %s then and has %s now", coresText(had), coresText(has)))
	}
	return compareLevels(row, base, current)
}
