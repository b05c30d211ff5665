package analyze

import (
	"math"

	"github.com/peakload/peakload/analyze/loadtest"
)

// A Course is the mean latency of an endpoint over the run, for a picture of
// it: each point is the mean of the requests completed in a stretch of five
// seconds or of a thousandth of the run, if that is longer. Without requests it
// is NaN.
type Course struct {
	Time []float64 // middle of the stretch, s from the run's start
	Mean []float64 // s
}

const (
	courseStretch = 5 // s
	courseMost    = 1000
)

// course takes the means from the cumulative columns: Δ(count·mean)/Δcount.
func (c *context) course(s *loadtest.Series) Course {
	h := c.history
	var out Course
	last := len(h.Time) - 1
	if last < 1 {
		return out
	}
	width := math.Max(courseStretch, (c.edge(last)-c.edge(0))/courseMost)
	sum := func(i int) float64 {
		if s.Requests[i] == 0 {
			return 0 // the mean is NaN then
		}
		return float64(s.Requests[i]) * s.Mean[i]
	}
	for _, seg := range segments(h) {
		for from, i := seg.From, seg.From+1; i <= seg.To; i++ {
			if c.edge(i)-c.edge(from) < width-.5 && i < seg.To {
				continue
			}
			mean := math.NaN()
			if n := s.Requests[i] - s.Requests[from]; n > 0 {
				if m := (sum(i) - sum(from)) / float64(n); m >= 0 {
					mean = m
				}
			}
			out.Time = append(out.Time, round3((c.at(from)+c.at(i))/2))
			out.Mean = append(out.Mean, mean)
			from = i
		}
	}
	return out
}
