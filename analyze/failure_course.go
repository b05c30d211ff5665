package analyze

import "math"

// A FailureCourse is how often failures of one class came over the run, as the
// application's logs tell: Locust's own files say when requests failed, not of
// what.
type FailureCourse struct {
	Class string
	File  string    // of the first line; there may be several logs
	Time  []float64 // middle of each stretch, s from the run's start
	Rate  []float64 // lines a second
	Count int64
}

// failureCourses counts the lines of each class in stretches of five seconds, or
// of a six-hundredth of the run if that is longer. Classes that the logs do not
// name have none.
func (c *context) failureCourses() []FailureCourse {
	length := c.length()
	if !(length > 0) || math.IsNaN(c.start) {
		return nil
	}
	width := math.Max(5, math.Ceil(length/600))
	n := int(math.Ceil(length / width))
	var out []FailureCourse
	for _, class := range [...]string{classRateLimited, classTimeout, classConnection, classPool, classDBConnection, classDBQuery, classDBLock, classDBOther, classHTTP5xx} {
		l := c.logged(class)
		if l.count == 0 {
			continue
		}
		f := FailureCourse{Class: class, File: l.file, Count: l.count}
		for i := range n {
			f.Time = append(f.Time, (float64(i)+.5)*width)
		}
		f.Rate = make([]float64, n)
		for s, count := range l.perSecond {
			if i := int(math.Floor((float64(s) - c.start) / width)); i >= 0 && i < n {
				// The last stretch may be shorter than the others.
				f.Rate[i] += float64(count) / math.Min(width, length-float64(i)*width)
			}
		}
		out = append(out, f)
	}
	return out
}
